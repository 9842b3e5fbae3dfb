package path_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
)

// relaxed are the distances from a set by Bellman and Ford.
func relaxed(net *network.Network, from []network.NodeIndex, cost []float64) []float64 {
	dist := slices.Repeat([]float64{math.Inf(1)}, net.NumNodes())
	for _, v := range from {
		dist[v] = 0
	}
	for again := true; again; {
		again = false
		for v := range dist {
			edges := net.OutEdges(network.NodeIndex(v))
			for i, w := range net.Out(network.NodeIndex(v)) {
				if d := dist[v] + cost[edges[i]]; d < dist[w] {
					dist[w], again = d, true
				}
			}
		}
	}
	return dist
}

func distances(t nt.TB, net *network.Network, from []network.NodeIndex, cost []float64) []float64 {
	t.Helper()
	d, err := path.Distances(context.Background(), net, from, cost)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return d
}

func TestDistancesOfAllShapes(t *testing.T) {
	for i, g := range nt.Random(t) {
		if g.Nodes == 0 {
			continue
		}
		from := []network.NodeIndex{network.NodeIndex(i % g.Nodes), network.NodeIndex(i * 7 % g.Nodes)}[:1+i%2]
		for _, cost := range [][]float64{g.Weights, slices.Repeat([]float64{1}, len(g.Weights))} {
			if got, want := distances(t, g.Net, from, cost), relaxed(g.Net, from, cost); !slices.Equal(got, want) {
				t.Errorf("%s from %v: %v, want %v", g.Name, from, got, want)
			}
		}
		if got, want := distances(t, g.Net, from, nil), distances(t, g.Net, from, slices.Repeat([]float64{1}, len(g.Weights))); !slices.Equal(got, want) {
			t.Errorf("%s: without costs %v, at 1 a link %v", g.Name, got, want)
		}
	}
}

// Costs from almost nothing to almost everything need many more buckets than there are.
func TestDistancesOfUnlikeCosts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := nt.Drawn(30, 90, func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "n") })
		net := g.Build(t, rapid.Bool().Draw(t, "directed"))
		cost := make([]float64, len(g.Links))
		for e := range cost {
			cost[e] = rapid.SampledFrom([]float64{0, 1e-300, 1e-9, 0.3, 1, 7, 1e6, 1e12, 1e300, math.Inf(1)}).Draw(t, "cost")
		}
		from := []network.NodeIndex{0}
		if got, want := distances(t, net, from, cost), relaxed(net, from, cost); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

// Sums of like costs lie where one bucket ends and the next begins, to a rounding.
func TestDistancesOnTheBoundsOfBuckets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := nt.Path(rapid.IntRange(2, 300).Draw(t, "nodes")).Build(t, rapid.Bool().Draw(t, "directed"))
		unit := float64(rapid.IntRange(1, 999).Draw(t, "unit")) / float64(rapid.IntRange(1, 100).Draw(t, "part"))
		times := rapid.IntRange(0, 3).Draw(t, "unlike")
		cost := make([]float64, net.NumLinks())
		for e := range cost {
			cost[e] = unit * float64(1+e*7%(1+times))
		}
		from := []network.NodeIndex{0}
		if got, want := distances(t, net, from, cost), relaxed(net, from, cost); !slices.Equal(got, want) {
			t.Fatalf("%v, want %v", got, want)
		}
	})
}

func TestDistancesOfCostsTooSmallForAMean(t *testing.T) {
	net := nt.Path(4).Build(t, true)
	least := math.SmallestNonzeroFloat64
	if got := distances(t, net, []network.NodeIndex{0}, []float64{0, least, 0}); !slices.Equal(got, []float64{0, 0, least, least}) {
		t.Error(got)
	}
}

func TestDistancesOnAnyNumberOfProcessors(t *testing.T) {
	g := nt.RMAT(14, 8, 1)
	net := g.Build(t, false)
	cost := make([]float64, len(g.Links))
	for e := range cost {
		cost[e] = 0.1 + float64(e*7919%1000)/997
	}
	want := relaxed(net, []network.NodeIndex{5}, cost)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, p := range []int{1, 2, 7} {
		runtime.GOMAXPROCS(p)
		if got := distances(t, net, []network.NodeIndex{5}, cost); !slices.Equal(got, want) {
			t.Errorf("%d processors give other distances", p)
		}
	}
}

func TestDistancesRefuseBadInput(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	for _, c := range []struct {
		from []network.NodeIndex
		cost []float64
	}{
		{[]network.NodeIndex{3}, nil},
		{[]network.NodeIndex{0}, []float64{1}},
		{[]network.NodeIndex{0}, []float64{1, -1}},
		{[]network.NodeIndex{0}, []float64{1, math.NaN()}},
	} {
		var bad *graph.Error
		if _, err := path.Distances(t.Context(), net, c.from, c.cost); !errors.As(err, &bad) || bad.Code != graph.BadUserInput {
			t.Errorf("%v %v: %v", c.from, c.cost, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := path.Distances(ctx, net, []network.NodeIndex{0}, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if d := distances(t, net, nil, nil); !math.IsInf(d[0], 1) {
		t.Errorf("from nowhere: %v", d)
	}
}
