package centrality_test

import (
	"cmp"
	"math"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// tops pairs each search for the first nodes with the measure of all.
var tops = []struct {
	name string
	top  centrality.Top
	all  centrality.Measure
}{
	{"harmonic", centrality.TopHarmonic, centrality.Harmonic},
	{"closeness", centrality.TopCloseness, centrality.Closeness},
}

// firsts sorts all scores; those that differ by rounding alone are ties.
func firsts(scores []float64, k int) []centrality.Scored {
	all := make([]centrality.Scored, len(scores))
	for v, score := range scores {
		all[v] = centrality.Scored{Node: network.NodeIndex(v), Score: math.Round(score*1e9) / 1e9}
	}
	slices.SortStableFunc(all, func(a, b centrality.Scored) int { return cmp.Compare(b.Score, a.Score) })
	return all[:min(k, len(all))]
}

func TestTopIsTheHeadOfTheRanking(t *testing.T) {
	graphs := nt.Random(t)
	for name, g := range map[string]nt.Graph{
		"scale": nt.BarabasiAlbert(2000, 2, 2), "rmat": nt.RMAT(11, 6, 3), "grid": nt.Grid(30, 30), "star": nt.Star(500),
		"pieces": nt.Union(nt.Clique(9), nt.Path(50), nt.Star(40), nt.Cycle(200)),
	} {
		for _, directed := range []bool{false, true} {
			graphs = append(graphs, nt.RandomGraph{Name: name, Net: g.Build(t, directed)})
		}
	}
	for _, g := range graphs {
		for _, m := range tops {
			for _, k := range []int{1, 3, 10} {
				got, err := m.top(t.Context(), g.Net, k, centrality.Options{Normalized: true})
				if m.name == "closeness" && g.Net.Directed() {
					if graph.CodeOf(err) != graph.BadUserInput {
						t.Fatalf("%s: %v", g.Name, err)
					}
					continue
				}
				if err != nil {
					t.Fatal(err)
				}
				scores, err := m.all(t.Context(), g.Net, centrality.Options{Normalized: true})
				if err != nil {
					t.Fatal(err)
				}
				for i := range got {
					if math.Abs(got[i].Score-scores[got[i].Node]) > 1e-9 {
						t.Errorf("%s, %s: %v, but scores %v", g.Name, m.name, got[i], scores[got[i].Node])
					}
					got[i].Score = math.Round(got[i].Score*1e9) / 1e9
				}
				if want := firsts(scores, k); !slices.Equal(got, want) {
					t.Errorf("%s, %s: first %d are %v, got %v", g.Name, m.name, k, want, got)
				}
			}
		}
	}
}

func TestTopRefusesNonsense(t *testing.T) {
	net := nt.Path(4).Build(t, false)
	for _, m := range tops {
		if _, err := m.top(t.Context(), net, 0, centrality.Options{}); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: the first 0: %v", m.name, err)
		}
		if _, err := m.top(t.Context(), net, 1, centrality.Options{Weights: []float64{1, 1, 1}}); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: weights: %v", m.name, err)
		}
	}
}
