package centrality_test

import (
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/graph/centrality"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// asked says which answer of testdata/random/centrality.py is whose. What libraries
// define otherwise is told there; nothing is left to convert here.
var asked = []struct {
	name      string
	of        measure
	weighted  bool
	tolerance float64
}{
	{"degree", centrality.Degree, false, 0},
	{"in", centrality.InDegree, false, 0},
	{"out", centrality.OutDegree, false, 0},
	{"strength", centrality.Strength, true, 1e-9},
	{"core", centrality.Core, false, 0},
	{"betweenness", centrality.Betweenness, false, 1e-9},
	{"links", centrality.EdgeBetweenness, false, 1e-9},
	{"closeness", centrality.Closeness, false, 1e-9},
	{"harmonic", centrality.Harmonic, false, 1e-9},
	{"constraint", centrality.Constraint, false, 1e-9},
	{"effective", centrality.EffectiveSize, false, 1e-9},
	{"eigenvector", centrality.Eigenvector, false, 1e-6},
	{"katz", centrality.Katz, false, 1e-6},
	{"pagerank", centrality.PageRank, false, 1e-6},
	{"hub", centrality.Hub, false, 1e-6},
	{"authority", centrality.Authority, false, 1e-6},
}

func TestMeasuresAsOtherLibrariesFindThem(t *testing.T) {
	var answers map[string]map[string][]*float64
	nt.Answers(t, "centrality", &answers)
	compared := map[string]int{}
	for _, g := range nt.Random(t) {
		for _, a := range asked {
			found, ok := answers[g.Name][a.name]
			if !ok {
				continue
			}
			compared[a.name]++
			var opt centrality.Options
			if a.weighted {
				opt.Weights = g.Weights
			}
			got, err := a.of(t.Context(), g.Net, opt)
			if err != nil {
				t.Errorf("%s of %s: %v", a.name, g.Name, err)
				continue
			}
			requireClose(t, a.name+" of "+g.Name, got, numbers(found), a.tolerance)
		}
	}
	for _, a := range asked {
		if compared[a.name] < 1000 {
			t.Errorf("%s was compared on %d graphs alone", a.name, compared[a.name])
		}
	}
}

// numbers turns null into NaN.
func numbers(found []*float64) []float64 {
	list := make([]float64, len(found))
	for i, x := range found {
		if list[i] = math.NaN(); x != nil {
			list[i] = *x
		}
	}
	return list
}
