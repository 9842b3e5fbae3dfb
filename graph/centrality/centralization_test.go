package centrality_test

import (
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// Centralization of undirected graphs as igraph gives it, see testdata/random/figures.py.
func TestCentralizationOfIgraph(t *testing.T) {
	var theirs map[string]struct{ DegreeCentralization, BetweennessCentralization, ClosenessCentralization *float64 }
	nt.Answers(t, "figures", &theirs)
	for _, g := range nt.Random(t) {
		simple, _ := g.Build(t, false).Simple()
		want := theirs[g.Name]
		degree := centrality.DegreeCentralization(measured(t, simple, "DEGREE"))
		if (want.DegreeCentralization == nil) != math.IsNaN(degree) {
			t.Errorf("%s: %v, want %v", g.Name, degree, want.DegreeCentralization)
		}
		near(t, g.Name+" degree", degree, want.DegreeCentralization)
		near(t, g.Name+" betweenness", centrality.BetweennessCentralization(measured(t, simple, "BETWEENNESS"), false), want.BetweennessCentralization)
		near(t, g.Name+" closeness", centrality.ClosenessCentralization(measured(t, simple, "CLOSENESS")), want.ClosenessCentralization)
	}
}

func measured(t *testing.T, net *network.Network, measure string) []float64 {
	t.Helper()
	s, err := centrality.Named(measure)(t.Context(), net, centrality.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func near(t *testing.T, what string, got float64, want *float64) {
	t.Helper()
	if want != nil && !(math.Abs(got-*want) <= 1e-9) {
		t.Errorf("%s: %v, want %v", what, got, *want)
	}
}

// In a star every pair passes the middle: nothing is more central, whichever way.
func TestStarsAreCentralized(t *testing.T) {
	g := nt.Star(6)
	for _, l := range nt.Star(6).Links {
		g.Links = append(g.Links, network.Link{From: l.To, To: l.From})
	}
	both := g.Build(t, true)
	if got := centrality.BetweennessCentralization(measured(t, both, "BETWEENNESS"), true); got != 1 {
		t.Errorf("betweenness %v", got)
	}
	if got := centrality.DegreeCentralization(measured(t, both, "DEGREE")); got != 1 {
		t.Errorf("degree %v", got)
	}
}
