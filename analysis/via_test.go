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
		k, maxHops := draw(1, 4), draw(0, 6)
		var want, beyond []float64
		for _, r := range nt.SimplePaths(net, from, to, cost) {
			switch {
			case slices.ContainsFunc(via, func(v network.NodeIndex) bool { return !slices.Contains(r.Nodes, v) }):
			case maxHops > 0 && len(r.Nodes)-1 > maxHops:
				beyond = append(beyond, r.Cost)
			default:
				want = append(want, r.Cost)
			}
		}
		slices.Sort(want)
		got, err := analysis.Via(context.Background(), net, from, to, via, k, cost, path.Options{MaxHops: maxHops})
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
		if last := len(want) - 1; last >= 0 && len(beyond) > 0 && slices.Min(beyond) < want[last] && !got.Cheaper {
			t.Fatalf("cost %v within %d hops, and nothing is said of %v beyond", want, maxHops, slices.Min(beyond))
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

// Every way leads over one of two hubs, so no path passes three nodes more. That is
// found out in a bounded number of steps, though 16⁶ combinations in 120 orders
// repeat a hub.
func TestViaGivesUpWhereHubsAreOnEveryWay(t *testing.T) {
	const leaves = 40
	var links []network.Link
	for leaf := range network.NodeIndex(leaves) {
		links = append(links, network.Link{From: leaf, To: leaves}, network.Link{From: leaf, To: leaves + 1})
	}
	net, err := network.Build(leaves+2, links, false)
	if err != nil {
		t.Fatal(err)
	}
	via := []network.NodeIndex{10, 11, 12, 13, 14}
	for n := 1; n <= len(via); n++ {
		got, err := analysis.Via(t.Context(), net, []network.NodeIndex{0}, []network.NodeIndex{1}, via[:n], 1, nil, path.Options{MaxHops: 12})
		if err != nil {
			t.Fatal(err)
		}
		if found := len(got.Paths) > 0; found != (n == 1) || (!found && !got.Cut) {
			t.Errorf("through %d leaves: %d paths, cut %v", n, len(got.Paths), got.Cut)
		}
	}
}
