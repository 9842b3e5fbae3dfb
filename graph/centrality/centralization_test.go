package centrality_test

import (
	"math"
	"testing"

	"pgregory.net/rapid"

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

// Scores drawn from the intervals never leave the bounds, and some of them reach these.
func TestCentralizationBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 8).Draw(t, "n")
		e := centrality.Estimate{Low: make([]float64, n), High: make([]float64, n), Scores: make([]float64, n)}
		number := func() float64 { return float64(rapid.IntRange(0, 40).Draw(t, "eighths")) / 8 }
		for v := range n {
			e.Low[v] = number()
			e.High[v] = e.Low[v] + number()*float64(rapid.IntRange(0, 1).Draw(t, "wide"))
		}
		of := func(scores []float64) float64 { return centrality.BetweennessCentralization(scores, false) }
		low, high := centrality.CentralizationBounds(e, of)
		least, most := math.Inf(1), math.Inf(-1)
		for first := range n { // who has most is at an end, the others are, or as high as that
			for _, top := range []float64{e.Low[first], e.High[first]} {
				for _, near := range []bool{false, true} {
					copy(e.Scores, e.Low)
					for v := range e.Scores {
						if near {
							e.Scores[v] = min(e.High[v], max(top, e.Low[v]))
						}
					}
					e.Scores[first] = top
					least, most = min(least, of(e.Scores)), max(most, of(e.Scores))
				}
			}
		}
		if math.Abs(low-least) > 1e-12 || math.Abs(high-most) > 1e-12 {
			t.Fatalf("%v to %v, want %v to %v", low, high, least, most)
		}
	})
}

func TestEstimatedCentralizationHolds(t *testing.T) {
	for name, g := range map[string]nt.Graph{"scale": nt.BarabasiAlbert(3000, 2, 1), "star": nt.Union(nt.Star(900), nt.Tree(900, 2))} {
		for _, directed := range []bool{false, true} {
			net := g.Build(t, directed)
			e, err := centrality.SampledBetweenness(t.Context(), net, centrality.Options{}, centrality.Sampling{Error: 0.02, Confidence: 0.999, Seed: 1})
			if err != nil {
				t.Fatal(err)
			}
			of := func(scores []float64) float64 { return centrality.BetweennessCentralization(scores, directed) }
			low, high := centrality.CentralizationBounds(e, of)
			exact := of(measured(t, net, "BETWEENNESS"))
			if exact < low-1e-12 || exact > high+1e-12 || high-low > 0.081 {
				t.Errorf("%s: %v to %v, want %v", name, low, high, exact)
			}
		}
	}
}
