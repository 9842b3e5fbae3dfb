package networktest_test

import (
	"strings"
	"testing"

	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// Whoever compares with other libraries relies on meeting all of these.
func TestRandomGraphsHaveEveryShape(t *testing.T) {
	counts := map[string]int{}
	names := map[string]bool{}
	for _, g := range nt.Random(t) {
		if names[g.Name] {
			t.Errorf("two graphs are called %s", g.Name)
		}
		names[g.Name] = true
		if len(g.Weights) != g.Net.NumLinks() || g.Net.NumNodes() != g.Nodes || len(g.Links) != len(g.Weights) {
			t.Errorf("%s: %d weights, %d nodes, for %d links and %d nodes", g.Name, len(g.Weights), g.Nodes, g.Net.NumLinks(), g.Net.NumNodes())
		}
		if strings.Contains(g.Name, "-directed-") != g.Net.Directed() {
			t.Errorf("%s: directed is %v", g.Name, g.Net.Directed())
		}
		for what, is := range traits(g) {
			if is {
				counts[what]++
			}
		}
	}
	for what, n := range map[string]int{
		"directed": 900, "undirected": 900, "no nodes": 2, "one node": 5, "no links": 10, "isolated": 300, "disconnected": 300,
		"loops": 300, "parallel": 500, "zero weights": 200, "equal weights": 200, "more than 30 nodes": 80,
	} {
		if counts[what] < n {
			t.Errorf("%d graphs with %q, fewer than %d", counts[what], what, n)
		}
	}
	if len(names) < 1900 {
		t.Errorf("only %d graphs", len(names))
	}
}

func traits(g nt.RandomGraph) map[string]bool {
	has := map[string]bool{
		"directed": g.Net.Directed(), "undirected": !g.Net.Directed(), "no nodes": g.Nodes == 0, "one node": g.Nodes == 1,
		"no links": len(g.Links) == 0, "more than 30 nodes": g.Nodes > 30, "equal weights": len(g.Weights) > 1,
	}
	degree := make([]int, g.Nodes)
	for e, l := range g.Links {
		degree[l.From]++
		degree[l.To]++
		has["loops"] = has["loops"] || l.From == l.To
		has["zero weights"] = has["zero weights"] || g.Weights[e] == 0
		has["equal weights"] = has["equal weights"] && g.Weights[e] == g.Weights[0]
	}
	simple, _ := g.Net.Simple()
	loops := 0
	for _, l := range g.Links {
		if l.From == l.To {
			loops++
		}
	}
	has["parallel"] = simple.NumLinks() < len(g.Links)-loops
	for _, d := range degree {
		has["isolated"] = has["isolated"] || d == 0
	}
	for v, c := range nt.Components(g.Net, nil) {
		has["disconnected"] = has["disconnected"] || c != 0 && v > 0
	}
	return has
}

func TestAnswersReadsWhatScriptsWrite(t *testing.T) {
	var graphs []struct{ Name string }
	nt.Answers(t, "graphs", &graphs)
	if len(graphs) != len(nt.Random(t)) || graphs[0].Name != nt.Random(t)[0].Name {
		t.Errorf("%d graphs, the first %v", len(graphs), graphs[0])
	}
}
