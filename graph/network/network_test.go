package network_test

import (
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func drawn(t *rapid.T) nt.Graph {
	return nt.Drawn(12, 40, func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "") })
}

// arcs lists the arcs that a link list describes, from the definition.
func arcs(g nt.Graph, v network.NodeIndex, out, in bool) []network.Arc {
	var all []network.Arc
	for e, l := range g.Links {
		if out && l.From == v {
			all = append(all, network.Arc{To: l.To, Edge: network.EdgeIndex(e)})
		}
		if in && l.To == v && (!out || l.From != l.To) {
			all = append(all, network.Arc{To: l.From, Edge: network.EdgeIndex(e)})
		}
	}
	slices.SortFunc(all, func(a, b network.Arc) int {
		if a.To != b.To {
			return int(a.To) - int(b.To)
		}
		return int(a.Edge) - int(b.Edge)
	})
	return all
}

func TestBuildHoldsEachArcOnceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, directed := drawn(t), rapid.Bool().Draw(t, "directed")
		net := g.Build(t, directed)
		if net.NumNodes() != g.Nodes || net.NumLinks() != len(g.Links) || net.Directed() != directed {
			t.Fatalf("%d nodes, %d links, directed %v", net.NumNodes(), net.NumLinks(), net.Directed())
		}
		for v := range network.NodeIndex(g.Nodes) {
			checkRow(t, "out", arcs(g, v, true, !directed), net.AppendOut(v, nil), net.Out(v), net.OutEdges(v), net.OutDegree(v))
			checkRow(t, "in", arcs(g, v, !directed, true), net.AppendIn(v, nil), net.In(v), net.InEdges(v), net.InDegree(v))
		}
		for e, l := range g.Links {
			if from, to := net.Ends(network.EdgeIndex(e)); from != l.From || to != l.To {
				t.Fatalf("ends of %d: %d, %d; want %v", e, from, to, l)
			}
		}
	})
}

func checkRow(t *rapid.T, side string, want, got []network.Arc, nbr []network.NodeIndex, edges []network.EdgeIndex, degree int) {
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s arcs: %s", side, diff)
	}
	if len(nbr) != len(want) || len(edges) != len(want) || degree != len(want) {
		t.Fatalf("%s: %d neighbours, %d links, degree %d; want %d", side, len(nbr), len(edges), degree, len(want))
	}
	for i, a := range want {
		if nbr[i] != a.To || edges[i] != a.Edge {
			t.Fatalf("%s row %v %v; want %v", side, nbr, edges, want)
		}
	}
}

func TestAppendKeepsWhatIsThere(t *testing.T) {
	net := nt.Star(3).Build(t, false)
	buf := []network.Arc{{To: 7, Edge: 7}}
	want := []network.Arc{{To: 7, Edge: 7}, {To: 1, Edge: 0}, {To: 2, Edge: 1}}
	if diff := cmp.Diff(want, net.AppendOut(0, buf)); diff != "" {
		t.Error(diff)
	}
}

func TestSimpleKeepsTheLeastOfEachGroup(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, directed := drawn(t), rapid.Bool().Draw(t, "directed")
		var links []network.Link
		var origin []network.EdgeIndex
		seen := map[network.Link]bool{}
		for e, l := range g.Links {
			key := l
			if !directed {
				key = network.Link{From: min(l.From, l.To), To: max(l.From, l.To)}
			}
			if l.From != l.To && !seen[key] {
				seen[key] = true
				links, origin = append(links, l), append(origin, network.EdgeIndex(e))
			}
		}
		net := g.Build(t, directed)
		simple, gotOrigin := net.Simple()
		if len(links) == len(g.Links) {
			if simple != net || gotOrigin != nil {
				t.Fatalf("a simple network was copied")
			}
			return
		}
		if !slices.Equal(origin, gotOrigin) {
			t.Fatalf("origin %v, want %v", gotOrigin, origin)
		}
		requireEqual(t, nt.Graph{Nodes: g.Nodes, Links: links}.Build(t, directed), simple)
	})
}

func requireEqual(t *rapid.T, want, got *network.Network) {
	if got.NumNodes() != want.NumNodes() || got.NumLinks() != want.NumLinks() || got.Directed() != want.Directed() {
		t.Fatalf("%d nodes, %d links; want %d, %d", got.NumNodes(), got.NumLinks(), want.NumNodes(), want.NumLinks())
	}
	for v := range network.NodeIndex(want.NumNodes()) {
		if diff := cmp.Diff(want.AppendOut(v, nil), got.AppendOut(v, nil)); diff != "" {
			t.Fatalf("out of %d: %s", v, diff)
		}
		if diff := cmp.Diff(want.AppendIn(v, nil), got.AppendIn(v, nil)); diff != "" {
			t.Fatalf("in of %d: %s", v, diff)
		}
	}
	for e := range network.EdgeIndex(want.NumLinks()) {
		wantFrom, wantTo := want.Ends(e)
		if from, to := got.Ends(e); from != wantFrom || to != wantTo {
			t.Fatalf("ends of %d: %d, %d; want %d, %d", e, from, to, wantFrom, wantTo)
		}
	}
}

func TestEmptyAndIsolated(t *testing.T) {
	for _, n := range []int{0, 3} {
		for _, directed := range []bool{false, true} {
			net := nt.Graph{Nodes: n}.Build(t, directed)
			simple, origin := net.Simple()
			if net.NumNodes() != n || net.NumLinks() != 0 || simple != net || origin != nil {
				t.Errorf("%d nodes: %d nodes, %d links", n, net.NumNodes(), net.NumLinks())
			}
			for v := range network.NodeIndex(n) {
				if len(net.Out(v)) != 0 || len(net.AppendIn(v, nil)) != 0 {
					t.Errorf("node %d has neighbours", v)
				}
			}
		}
	}
}

func TestBuildRefuses(t *testing.T) {
	if _, err := network.Build(2, []network.Link{{From: 0, To: 2}}, true); err == nil {
		t.Error("an end out of range was accepted")
	}
	if _, err := network.Build(-1, nil, false); !errors.Is(err, network.ErrTooLarge) {
		t.Errorf("negative size: %v", err)
	}
	if _, err := network.Build(math.MaxInt32, nil, false); !errors.Is(err, network.ErrTooLarge) {
		t.Errorf("too many nodes: %v", err)
	}
}

// The comment of Network promises these figures.
func TestMemoryIsAsDocumented(t *testing.T) {
	const n, m = 20_000, 200_000
	g := nt.Multigraph(n, m, 1)
	for _, c := range []struct {
		directed bool
		want     float64
	}{{false, 16.125*m + 4*n}, {true, 16*m + 8*n}} {
		before := heap()
		net := g.Build(t, c.directed)
		got := heap() - before
		runtime.KeepAlive(net)
		loops := 0 // an undirected loop is one arc, not two
		for _, l := range g.Links {
			if l.From == l.To && !c.directed {
				loops++
			}
		}
		if want := c.want - float64(8*loops); math.Abs(got-want) > 0.02*want {
			t.Errorf("directed %v: %.0f bytes, want %.0f", c.directed, got, want)
		}
	}
	runtime.KeepAlive(g)
}

func heap() float64 {
	runtime.GC()
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return float64(s.HeapAlloc)
}
