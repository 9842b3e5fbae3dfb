package flow_test

import (
	"testing"

	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// Thousands of graphs with answers of igraph, SciPy and networkx.
func TestRandomGraphs(t *testing.T) {
	var answers map[string]struct {
		Pairs [][5]*float64 // from, to, flow by weight, flow of units, node cut or nil
		Cuts  []float64     // between node 0 and each other node
	}
	nt.Answers(t, "flow", &answers)
	pairs, trees := 0, 0
	for _, g := range nt.Random(t) {
		want := answers[g.Name]
		for _, p := range want.Pairs {
			pairs++
			checkPair(t, g, network.NodeIndex(*p[0]), network.NodeIndex(*p[1]), *p[2], *p[3], p[4])
		}
		if want.Cuts == nil {
			continue
		}
		trees++
		tree, err := flow.MinCutTree(t.Context(), g.Net, g.Weights)
		if err != nil {
			t.Fatal(err)
		}
		for i, cut := range want.Cuts {
			if got := tree.Between(0, network.NodeIndex(i+1)); got != cut {
				t.Errorf("%s: cut of 0 and %d costs %v, want %v", g.Name, i+1, got, cut)
			}
		}
	}
	if pairs < 3000 || trees < 200 {
		t.Errorf("only %d pairs and %d trees", pairs, trees)
	}
}

func checkPair(t *testing.T, g nt.RandomGraph, v, w network.NodeIndex, weighted, single float64, nodes *float64) {
	t.Helper()
	from, to := []network.NodeIndex{v}, []network.NodeIndex{w}
	by, err := flow.MinLinkCut(t.Context(), g.Net, from, to, flow.Options{Capacity: g.Weights})
	if err != nil || by.Value != weighted {
		t.Errorf("%s: cut of %d and %d costs %v, want %v; %v", g.Name, v, w, by.Value, weighted, err)
	}
	r, err := flow.Max(t.Context(), g.Net, from, to, flow.Options{Capacity: g.Weights})
	if err != nil || r.Value != weighted {
		t.Errorf("%s: flow from %d to %d is %v, want %v; %v", g.Name, v, w, r.Value, weighted, err)
	}
	links, err := flow.LinkDisjoint(t.Context(), g.Net, from, to)
	if err != nil || float64(len(links)) != single {
		t.Errorf("%s: %d paths from %d to %d, want %v; %v", g.Name, len(links), v, w, single, err)
	}
	cut, err := flow.MinNodeCut(t.Context(), g.Net, from, to, nil)
	if err != nil || cut.Finite != (nodes != nil) || (nodes != nil && cut.Value != *nodes) {
		t.Errorf("%s: node cut of %d and %d: %+v; %v", g.Name, v, w, cut, err)
	}
}
