package centrality_test

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// answers names the scores of the reference data; they are rounded to 10 digits.
var answers = []struct {
	name      string
	of        measure
	weighted  bool
	tolerance float64
}{
	{"degree", centrality.Degree, false, 0},
	{"weighted_degree", centrality.Strength, true, 1e-9},
	{"betweenness_raw", centrality.Betweenness, false, 1e-9},
	{"closeness_wf", centrality.Closeness, false, 1e-9},
	{"closeness", centrality.Closeness, false, 1e-9},
	{"harmonic", centrality.Harmonic, false, 1e-9},
	{"eigenvector_LCC_l2", centrality.Eigenvector, false, 1e-6},
	{"eigenvector_l2", centrality.Eigenvector, false, 1e-6},
	{"pagerank_0.85", centrality.PageRank, false, 1e-6},
	{"pagerank_weighted_0.85", centrality.PageRank, true, 1e-6},
	{"core_number", centrality.Core, false, 0},
	{"core", centrality.Core, false, 0},
	{"burt_constraint", centrality.Constraint, false, 1e-9},
	{"effective_size", centrality.EffectiveSize, false, 1e-9},
}

// checkAnswers compares all scores that come with the data and returns how many.
func checkAnswers(t *testing.T, d *nt.Data) int {
	t.Helper()
	found := 0
	for _, a := range answers {
		raw, ok := d.Expected[a.name]
		if !ok {
			continue
		}
		found++
		var byID map[string]*float64
		nt.Decode(t, raw, &byID)
		want := make([]float64, d.Nodes)
		for v, id := range d.IDs {
			want[v] = math.NaN()
			if score := byID[id]; score != nil {
				want[v] = *score
			}
		}
		var opt centrality.Options
		if a.weighted {
			opt.Weights = d.Floats(t, "weight")
		}
		requireClose(t, a.name, scores(t, a.of, d.Network(t), opt), want, a.tolerance)
	}
	return found
}

// By NetworkX 3.6.1 and igraph 1.0.0.
func TestNetworksOfTheReferenceData(t *testing.T) {
	for _, name := range []string{"caviar", "ciel", "siren", "natarajan_cocaine", "montagna_meetings", "london_gang"} {
		t.Run(name, func(t *testing.T) {
			if found := checkAnswers(t, nt.Dataset(t, name)); found != 11 {
				t.Errorf("%d scores were compared, want 11", found)
			}
		})
	}
}

// Krackhardt (1990), Zachary (1977), Knuth (1993).
func TestKnownAnswers(t *testing.T) {
	for _, name := range []string{"krackhardt_kite", "zachary_karate", "les_miserables"} {
		t.Run(name, func(t *testing.T) {
			if found := checkAnswers(t, nt.Case(t, name)); found != 7 {
				t.Errorf("%d scores were compared, want 7", found)
			}
		})
	}
}

// Two rounds of PageRank as LDBC Graphalytics expects them, with its own tolerance of
// 1e-4 sharpened.
func TestGraphalyticsPageRank(t *testing.T) {
	for _, name := range []string{"example-directed", "example-undirected"} {
		dir := filepath.Join(nt.Reference(t), "data", "graphalytics_validation", "example")
		index := map[string]int{}
		for _, row := range fields(t, filepath.Join(dir, name+".v")) {
			index[row[0]] = len(index)
		}
		g := nt.Graph{Nodes: len(index)}
		for _, row := range fields(t, filepath.Join(dir, name+".e")) {
			g.Links = append(g.Links, network.Link{From: network.NodeIndex(index[row[0]]), To: network.NodeIndex(index[row[1]])})
		}
		want := make([]float64, len(index))
		for _, row := range fields(t, filepath.Join(dir, name+"-PR")) {
			value, err := strconv.ParseFloat(row[1], 64)
			if err != nil {
				t.Fatal(err)
			}
			want[index[row[0]]] = value
		}
		net := g.Build(t, name == "example-directed")
		requireClose(t, name, scores(t, centrality.PageRank, net, centrality.Options{Rounds: 2}), want, 1e-12)
	}
}

func fields(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var rows [][]string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if row := strings.Fields(lines.Text()); len(row) > 0 {
			rows = append(rows, row)
		}
	}
	return rows
}
