package projection

import (
	"context"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// visiblePart is the world that a clearance sees of another.
func visiblePart(w world, clearance access.Clearance) world {
	out := world{map[graph.ID]graph.Record{}, map[graph.ID]graph.Link{}}
	o := newOracle(w, clearance, AnyTime())
	for _, id := range o.records {
		out.records[id] = w.records[id]
	}
	for _, id := range o.links {
		out.links[id] = w.links[id]
	}
	return out
}

// become returns the write that turns the newest world of a feed into another.
func (f *fakeFeed) become(w world) write {
	var b write
	for _, c := range difference(f.now(), w) {
		switch {
		case c.RecordAfter != nil:
			b.records = append(b.records, *c.RecordAfter)
		case c.LinkAfter != nil:
			b.links = append(b.links, *c.LinkAfter)
		case c.RecordBefore != nil:
			b.deletes = append(b.deletes, c.RecordBefore.ID)
		default:
			b.deletes = append(b.deletes, c.LinkBefore.ID)
		}
	}
	return b
}

// Two stores differ in all that a clearance may not see: one holds what the other
// lacks, links to hidden and to missing ends, judgements, whole revisions, changes
// of markings. Every answer is the same, with the numbers of versions.
func TestNonInterference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		clearance := access.Grant("A")
		full, part := newFeed(), newFeed()
		p, q := mustOpen(t, full), mustOpen(t, part)
		defer p.Close()
		defer q.Close()
		for range rapid.IntRange(1, 6).Draw(t, "rounds") {
			for range rapid.IntRange(1, 3).Draw(t, "batches") {
				full.commit(drawWrite(t))
				part.commit(part.become(visiblePart(full.now(), clearance)))
			}
			for _, one := range []*Projection{p, q} {
				if rapid.IntRange(0, 3).Draw(t, "compact") == 0 {
					one.compactNow()
				}
				if err := one.Sync(context.Background()); err != nil {
					t.Fatal(err)
				}
			}
			scope := drawScope(t)
			want := answerOf(t, q.Current(), clearance, scope)
			if diff := cmp.Diff(want, answerOf(t, p.Current(), clearance, scope), equateEmpty); diff != "" {
				t.Fatalf("with hidden content (-without +with):\n%s", diff)
			}
			if diff := cmp.Diff(searches(t, q.Current(), clearance, scope), searches(t, p.Current(), clearance, scope), equateEmpty); diff != "" {
				t.Fatalf("searches with hidden content (-without +with):\n%s", diff)
			}
		}
	})
}

// found is the result of a search by IDs.
type found struct {
	Nodes, Links           []graph.ID
	ReachedFrom, ReachedTo path.Reached
	Cost                   float64
	Cheapest               []graph.ID
	Neighbours             []graph.ID
	IsLink                 bool
}

// searches runs path searches and neighbourhoods between all records of the universe
// on the scope itself.
func searches(t failer, s *Snapshot, clearance access.Clearance, scope Scope) []found {
	t.Helper()
	c := s.View(clearance).Scoped(scope)
	cost, _ := c.Values(Weight, 1)
	var out []found
	for i := range recordKeys {
		from, ok := node(c, recordID(i))
		if !ok {
			continue
		}
		to, ok := node(c, recordID((i*5+3)%recordKeys))
		if !ok {
			continue
		}
		r, err := path.Shortest(context.Background(), c, []network.NodeIndex{from}, []network.NodeIndex{to}, path.Options{})
		if err != nil {
			t.Fatal(err)
		}
		w, err := path.ShortestWeighted(context.Background(), c, []network.NodeIndex{from}, []network.NodeIndex{to}, cost, path.Options{})
		if err != nil {
			t.Fatal(err)
		}
		near, err := path.Reach(context.Background(), c, []network.NodeIndex{to, from}, 2, 4, path.Options{})
		if err != nil {
			t.Fatal(err)
		}
		_, _, isLink := c.FindLink(linkID(i))
		out = append(out, found{
			Nodes: idsOf(c, r.Nodes), Links: linkIDs(c, r.Edges), ReachedFrom: r.ReachedFrom, ReachedTo: r.ReachedTo,
			Cost: w.Cost, Cheapest: idsOf(c, w.Nodes), Neighbours: idsOf(c, near.Nodes),
			IsLink: isLink,
		})
	}
	return out
}

func node(c *Scoped, id graph.ID) (network.NodeIndex, bool) {
	e, ok := c.Entity(id)
	if !ok {
		return 0, false
	}
	return c.Node(e)
}

func idsOf(c *Scoped, nodes []network.NodeIndex) []graph.ID {
	var ids []graph.ID
	for _, n := range nodes {
		ids = append(ids, c.ID(c.At(n)))
	}
	return ids
}

func linkIDs(c *Scoped, edges []network.EdgeIndex) []graph.ID {
	var ids []graph.ID
	for _, e := range edges {
		ids = append(ids, c.LinkID(e))
	}
	return ids
}

// A search on the scope itself finds what it finds on the network made from it.
func TestSearchesWithoutCopying(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFeed()
		p := mustOpen(t, f)
		for range rapid.IntRange(1, 4).Draw(t, "batches") {
			f.commit(drawWrite(t))
		}
		if err := p.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
		scope := drawScope(t)
		scope.Layer = All
		c := p.Current().View(drawClearance(t)).Scoped(scope)
		g, err := c.Materialize(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for i, from := range g.Nodes {
			for j, to := range g.Nodes {
				n, _ := node(c, from)
				m, _ := node(c, to)
				r, err := path.Shortest(context.Background(), c, []network.NodeIndex{n}, []network.NodeIndex{m}, path.Options{})
				if err != nil {
					t.Fatal(err)
				}
				want, err := path.Shortest(context.Background(), g.Net, []network.NodeIndex{network.NodeIndex(i)}, []network.NodeIndex{network.NodeIndex(j)}, path.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if r.Found != want.Found || r.Hops() != want.Hops() {
					t.Fatalf("from %v to %v: %d hops on the scope, %d on its network", from, to, r.Hops(), want.Hops())
				}
			}
		}
	})
}
