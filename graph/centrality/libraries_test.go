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
	takes     string // what the weights are, if anything
	tolerance float64
}{
	{"degree", centrality.Degree, "", 0},
	{"in", centrality.InDegree, "", 0},
	{"out", centrality.OutDegree, "", 0},
	{"strength", centrality.Strength, "weights", 1e-9},
	{"core", centrality.Core, "", 0},
	{"betweenness", centrality.Betweenness, "", 1e-9},
	{"links", centrality.EdgeBetweenness, "", 1e-9},
	{"costly", centrality.Betweenness, "costs", 1e-9},
	{"costly_links", centrality.EdgeBetweenness, "costs", 1e-9},
	{"costly", centrality.Betweenness, "tenths", 1e-9},
	{"costly_links", centrality.EdgeBetweenness, "tenths", 1e-9},
	{"closeness", centrality.Closeness, "", 1e-9},
	{"harmonic", centrality.Harmonic, "", 1e-9},
	{"constraint", centrality.Constraint, "", 1e-9},
	{"effective", centrality.EffectiveSize, "", 1e-9},
	{"eigenvector", centrality.Eigenvector, "", 1e-6},
	{"katz", centrality.Katz, "", 1e-6},
	{"pagerank", centrality.PageRank, "", 1e-6},
	{"hub", centrality.Hub, "", 1e-6},
	{"authority", centrality.Authority, "", 1e-6},
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
			switch a.takes {
			case "weights":
				opt.Weights = g.Weights
			case "costs":
				opt.Costs = g.Weights
			case "tenths": // the same ties, but for rounding
				opt.Costs = make([]float64, len(g.Weights))
				for e, x := range g.Weights {
					opt.Costs[e] = x / 10
				}
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
