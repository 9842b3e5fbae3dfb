package projection

import (
	"context"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// testing.T and rapid.T.
type failer interface {
	Helper()
	Fatal(...any)
	Fatalf(string, ...any)
}

// answerOf asks a snapshot for everything.
func answerOf(t failer, s *Snapshot, clearance access.Clearance, scope Scope) answer {
	t.Helper()
	v := s.View(clearance)
	c := v.Scoped(scope)
	a := answer{Version: int(v.Version()), Datasets: v.Datasets()}
	v.Entities(func(e Entity) bool {
		a.Entities = append(a.Entities, entityOf(t, c, e))
		return true
	})
	g, err := c.Materialize(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	a.Graph = graphOf(t, g)
	if a.Nodes, a.Links, err = c.Count(context.Background()); err != nil {
		t.Fatal(err)
	}
	return a
}

func entityOf(t failer, c *Scoped, e Entity) entityAnswer {
	for _, l := range c.LinksOf(e, true, true) { // what is listed can be found
		if _, _, ok := c.FindLink(l.ID); !ok {
			t.Fatalf("link %v is listed and cannot be found", l.ID)
		}
	}
	out := entityAnswer{ID: c.ID(e), Kind: c.Kind(e), Name: c.Name(e), Members: c.Members(e), Judgements: c.Judgements(e)}
	n, ok := c.Node(e)
	if out.Admitted = ok; !ok {
		return out
	}
	out.Out, out.In = arcsOf(c, c.AppendOut(n, nil)), arcsOf(c, c.AppendIn(n, nil))
	out.Degree, _ = c.Degree(e, nil)
	for _, l := range c.LinksOf(e, true, true) {
		out.Listed = append(out.Listed, linkAnswer{l.ID, c.ID(l.Far), l.Out, l.Kind})
	}
	out.Counts = c.LinkCounts(e)
	return out
}

func arcsOf(c *Scoped, arcs []network.Arc) []arcAnswer {
	var out []arcAnswer
	for _, a := range arcs {
		out = append(out, arcAnswer{c.ID(c.At(a.To)), c.LinkID(a.Edge)})
	}
	return out
}

func graphOf(t failer, g *Graph) graphAnswer {
	out := graphAnswer{Nodes: g.Nodes, Hubs: g.Hubs}
	for e := range network.EdgeIndex(g.Net.NumLinks()) {
		from, to := g.Net.Ends(e)
		out.Links = append(out.Links, edgeAnswer{
			From: g.Nodes[from], To: g.Nodes[to], Kind: g.Kind(e), Origin: g.Origin(e),
			At: g.At(e), Confidence: g.Confidence(e), Numbers: [3]float64{g.Value(e, Weight, -1), g.Value(e, Amount, -1), g.Value(e, Quantity, -1)},
		})
		if back, ok := g.Edge(g.LinkID(e)); !ok || back != e {
			t.Fatalf("link %d has the ID of link %d", e, back)
		}
	}
	return out
}

// expected is the oracle's answer for the newest revision of a feed.
func expected(f *fakeFeed, clearance access.Clearance, scope Scope) answer {
	o := newOracle(f.now(), clearance, scope).answer()
	for _, e := range f.entries {
		for _, m := range e.Signatures {
			if clearance.Sees(m) {
				o.Version++
				break
			}
		}
	}
	return o
}

func mustOpen(t failer, f *fakeFeed) *Projection {
	t.Helper()
	p, err := Open(context.Background(), f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// compactNow begins to rebuild the base from the current snapshot, whatever its
// size, and returns a function that finishes it.
func (p *Projection) compactNow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.compacting {
		p.startCompaction(p.Current())
	}
}

var equateEmpty = cmpopts.EquateEmpty()

// Whatever is written in whatever batches, and whenever the base is rebuilt: the
// projection that follows answers like one opened afresh and like the oracle.
func TestFollowing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFeed()
		p := mustOpen(t, f)
		defer p.Close()
		var held *Snapshot
		var heldAnswer answer
		for range rapid.IntRange(1, 8).Draw(t, "rounds") {
			for range rapid.IntRange(1, 3).Draw(t, "batches") {
				f.commit(drawWrite(t))
			}
			if rapid.Bool().Draw(t, "compact") {
				p.compactNow()
				if rapid.Bool().Draw(t, "wait") {
					p.Close()
				}
			}
			if err := p.Sync(context.Background()); err != nil {
				t.Fatal(err)
			}
			clearance, scope := drawClearance(t), drawScope(t)
			want := expected(f, clearance, scope)
			if diff := cmp.Diff(want, answerOf(t, p.Current(), clearance, scope), equateEmpty); diff != "" {
				t.Fatalf("following (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(want, answerOf(t, mustOpen(t, f).Current(), clearance, scope), equateEmpty); diff != "" {
				t.Fatalf("opened afresh (-want +got):\n%s", diff)
			}
			if held != nil {
				if diff := cmp.Diff(heldAnswer, answerOf(t, held, access.Everything(), AnyTime()), equateEmpty); diff != "" {
					t.Fatalf("a snapshot in use changed (-before +after):\n%s", diff)
				}
			}
			held = p.Current()
			heldAnswer = answerOf(t, held, access.Everything(), AnyTime())
		}
	})
}
