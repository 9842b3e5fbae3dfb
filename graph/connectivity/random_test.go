package connectivity_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// answer is what testdata/random/connectivity.py found.
type answer struct {
	Weak, Strong []int
	Points       []int
	Bridges      [][2]int
	Blocks       [][]int
	Dominators   []int // of node 0, -1 where there is none; directed graphs only
}

// Thousands of graphs with answers of igraph, networkx and SciPy.
func TestRandomGraphs(t *testing.T) {
	var answers map[string]answer
	nt.Answers(t, "connectivity", &answers)
	if len(answers) < 1000 {
		t.Fatalf("only %d answers", len(answers))
	}
	for _, g := range nt.Random(t) {
		if want, ok := answers[g.Name]; ok {
			if diff := cmp.Diff(want, answerOf(t, g)); diff != "" {
				t.Errorf("%s: %s", g.Name, diff)
			}
		}
	}
}

func answerOf(t *testing.T, g nt.RandomGraph) answer {
	t.Helper()
	must := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	weak, err := connectivity.Weak(t.Context(), g.Net, connectivity.Removal{})
	must(err)
	strong, err := connectivity.Strong(t.Context(), g.Net)
	must(err)
	points, err := connectivity.ArticulationPoints(t.Context(), g.Net)
	must(err)
	bridges, err := connectivity.Bridges(t.Context(), g.Net)
	must(err)
	blocks, err := connectivity.Biconnected(t.Context(), g.Net)
	must(err)
	dominators, err := connectivity.Dominators(t.Context(), g.Net, []network.NodeIndex{0})
	must(err)
	a := answer{Weak: leastOf(weak), Strong: leastOf(strong), Points: []int{}, Bridges: [][2]int{}, Blocks: [][]int{}}
	for _, p := range points {
		a.Points = append(a.Points, int(p.Node))
	}
	slices.Sort(a.Points)
	for _, b := range bridges {
		l := g.Links[b.Link]
		a.Bridges = append(a.Bridges, [2]int{int(min(l.From, l.To)), int(max(l.From, l.To))})
	}
	slices.SortFunc(a.Bridges, func(x, y [2]int) int { return slices.Compare(x[:], y[:]) })
	for i := range blocks.Count() {
		var block []int
		for _, v := range blocks.Nodes(i) {
			block = append(block, int(v))
		}
		a.Blocks = append(a.Blocks, block)
	}
	slices.SortFunc(a.Blocks, slices.Compare)
	for _, v := range dominators.Immediate {
		if !g.Net.Directed() || v == network.NoNode {
			a.Dominators = append(a.Dominators, -1)
		} else {
			a.Dominators = append(a.Dominators, int(v))
		}
	}
	return a
}

func leastOf(c *connectivity.Components) []int {
	least := make([]int, len(c.Of))
	first := map[uint32]int{}
	for v, of := range c.Of {
		if _, ok := first[of]; !ok {
			first[of] = v
		}
		least[v] = first[of]
	}
	return least
}
