package analysis_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/analysis"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
)

// All simple paths that pass the given nodes, listed by brute force, are the
// measure: the best costs must be the same, and paths must be what they claim.
func TestViaIsTheBestOfAllSimplePaths(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "") }
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		g := nt.Multigraph(draw(4, 8), draw(4, 16), random.Uint64())
		net := g.Build(t, rapid.Bool().Draw(t, "directed"))
		node := func() network.NodeIndex { return network.NodeIndex(random.IntN(g.Nodes)) }
		from, to := []network.NodeIndex{node()}, []network.NodeIndex{node()}
		var via []network.NodeIndex
		for range draw(0, 3) {
			via = append(via, node())
		}
		costs := make([]float64, len(g.Links))
		for e := range costs {
			costs[e] = float64(1 + random.IntN(3))
		}
		cost := func(e network.EdgeIndex) float64 { return costs[e] }
		var want []float64
		for _, r := range nt.SimplePaths(net, from, to, cost) {
			if !slices.ContainsFunc(via, func(v network.NodeIndex) bool { return !slices.Contains(r.Nodes, v) }) {
				want = append(want, r.Cost)
			}
		}
		slices.Sort(want)
		k := draw(1, 4)
		got, err := analysis.Via(context.Background(), net, from, to, via, k, cost, path.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if got.Cut {
			return // said openly: there may be better ones
		}
		want = want[:min(k, len(want))]
		if len(got.Paths) != len(want) {
			t.Fatalf("%d paths, want costs %v", len(got.Paths), want)
		}
		for i, p := range got.Paths {
			if p.Cost != want[i] {
				t.Fatalf("path %d costs %v, want %v", i, p.Cost, want)
			}
			if slices.ContainsFunc(via, func(v network.NodeIndex) bool { return !slices.Contains(p.Nodes, v) }) {
				t.Fatalf("%v does not pass %v", p.Nodes, via)
			}
			if sorted := slices.Sorted(slices.Values(p.Nodes)); len(slices.Compact(sorted)) != len(p.Nodes) {
				t.Fatalf("%v repeats a node", p.Nodes)
			}
		}
	})
}

func TestViaRefusesTooMany(t *testing.T) {
	net := nt.Path(9).Build(t, false)
	via := []network.NodeIndex{1, 2, 3, 4, 5, 6}
	if _, err := analysis.Via(context.Background(), net, []network.NodeIndex{0}, []network.NodeIndex{8}, via, 1, nil, path.Options{}); err == nil {
		t.Error("six nodes were accepted")
	}
}
