package networktest_test

import (
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func TestGeneratorsHaveTheirSize(t *testing.T) {
	for name, c := range map[string]struct {
		got          nt.Graph
		nodes, links int
	}{
		"erdos renyi":     {nt.ErdosRenyi(30, 60, 1), 30, 60},
		"erdos renyi all": {nt.ErdosRenyi(5, 60, 1), 5, 10},
		"multigraph":      {nt.Multigraph(5, 60, 1), 5, 60},
		"barabasi albert": {nt.BarabasiAlbert(50, 3, 1), 50, 3 + 46*3},
		"r-mat":           {nt.RMAT(5, 4, 1), 32, 128},
		"path":            {nt.Path(5), 5, 4},
		"cycle":           {nt.Cycle(5), 5, 5},
		"star":            {nt.Star(5), 5, 4},
		"clique":          {nt.Clique(5), 5, 10},
		"tree":            {nt.Tree(9, 1), 9, 8},
		"grid":            {nt.Grid(3, 4), 12, 17},
		"union":           {nt.Union(nt.Path(2), nt.Graph{Nodes: 1}, nt.Cycle(3)), 6, 4},
	} {
		if c.got.Nodes != c.nodes || len(c.got.Links) != c.links {
			t.Errorf("%s: %d nodes, %d links; want %d, %d", name, c.got.Nodes, len(c.got.Links), c.nodes, c.links)
		}
	}
}

func TestGeneratorsAreSeeded(t *testing.T) {
	for name, grow := range map[string]func(seed uint64) nt.Graph{
		"erdos renyi":     func(s uint64) nt.Graph { return nt.ErdosRenyi(30, 60, s) },
		"barabasi albert": func(s uint64) nt.Graph { return nt.BarabasiAlbert(50, 3, s) },
		"r-mat":           func(s uint64) nt.Graph { return nt.RMAT(5, 4, s) },
		"tree":            func(s uint64) nt.Graph { return nt.Tree(20, s) },
	} {
		if diff := cmp.Diff(grow(7), grow(7)); diff != "" {
			t.Errorf("%s: the same seed gave another graph: %s", name, diff)
		}
		if cmp.Equal(grow(7), grow(8)) {
			t.Errorf("%s: another seed gave the same graph", name)
		}
	}
}

func TestBarabasiAlbertIsSimpleAndConnected(t *testing.T) {
	net := nt.BarabasiAlbert(60, 2, 3).Build(t, false)
	if simple, _ := net.Simple(); simple != net {
		t.Error("there are loops or parallel links")
	}
	for v, l := range nt.Components(net, nil) {
		if l != 0 {
			t.Errorf("node %d is in component %d", v, l)
		}
	}
}

// The expected answers come with the case, from networkx.
func TestOraclesOnTheKite(t *testing.T) {
	kite := nt.Case(t, "krackhardt_kite")
	net := kite.Network(t)
	want, _ := kite.Scores(t, "betweenness_raw")
	for v, got := range nt.Betweenness(net) {
		if math.Abs(got-want[v]) > 1e-9 {
			t.Errorf("betweenness of %s is %v, want %v", kite.IDs[v], got, want[v])
		}
	}
	var ids []string
	nt.Decode(t, kite.Expected["articulation_points"], &ids)
	if got := nt.ArticulationPoints(net); !slices.Equal(got, kite.Named(t, ids...)) {
		t.Errorf("articulation points %v, want %v", got, ids)
	}
}

func TestBridgesByHand(t *testing.T) {
	// A triangle with a tail, a doubled link that is no bridge, and a loop.
	g := nt.Of(5, [][2]int{{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 4}, {3, 4}, {4, 4}})
	if got := nt.Bridges(t, g); !slices.Equal(got, []network.EdgeIndex{3}) {
		t.Errorf("bridges %v, want [3]", got)
	}
}

func TestSimplePathsOfYensExample(t *testing.T) {
	d := nt.Case(t, "yen_example")
	cost := d.Floats(t, "value")
	var want [][2]any
	nt.Decode(t, d.Expected["all_simple_paths_in_order_cost"], &want)
	got := nt.SimplePaths(d.Network(t), d.Named(t, "C"), d.Named(t, "H"),
		func(e network.EdgeIndex) float64 { return cost[e] })
	if len(got) != len(want) {
		t.Fatalf("%d paths, want %d", len(got), len(want))
	}
	for i := range want {
		if got[i].Cost != want[i][0].(float64) {
			t.Errorf("path %d costs %v, want %v", i, got[i].Cost, want[i][0])
		}
	}
}

func TestDatasetKeepsFileOrder(t *testing.T) {
	d := nt.Dataset(t, "caviar")
	if d.Nodes != 110 || len(d.Links) != 205 || d.IDs[0] != "1" || d.IDs[2] != "83" {
		t.Fatalf("%d nodes, %d links, %v", d.Nodes, len(d.Links), d.IDs[:3])
	}
	if diff := cmp.Diff([]float64{52, 81}, d.Floats(t, "weight")[:2]); diff != "" {
		t.Error(diff)
	}
	if first := d.Links[0]; d.IDs[first.From] != "2" || d.IDs[first.To] != "1" {
		t.Errorf("first link %v", first)
	}
}

func TestRelabelKeepsLinksInPlace(t *testing.T) {
	g := nt.Cycle(4)
	perm := nt.Permutation(4, 5)
	for e, l := range g.Relabel(perm).Links {
		if l.From != perm[g.Links[e].From] || l.To != perm[g.Links[e].To] {
			t.Errorf("link %d is %v", e, l)
		}
	}
}
