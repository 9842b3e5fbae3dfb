package centrality_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

type measure func(context.Context, *network.Network, centrality.Options) ([]float64, error)

var measures = []struct {
	name     string
	of       measure
	weighted bool
}{
	{"degree", centrality.Degree, false},
	{"in-degree", centrality.InDegree, false},
	{"out-degree", centrality.OutDegree, false},
	{"strength", centrality.Strength, true},
	{"betweenness", centrality.Betweenness, false},
	{"closeness", centrality.Closeness, false},
	{"harmonic", centrality.Harmonic, false},
	{"eigenvector", centrality.Eigenvector, true},
	{"katz", centrality.Katz, true},
	{"pagerank", centrality.PageRank, true},
	{"hub", centrality.Hub, true},
	{"authority", centrality.Authority, true},
	{"core", centrality.Core, false},
	{"constraint", centrality.Constraint, true},
	{"effective size", centrality.EffectiveSize, true},
	{"collective influence", centrality.CollectiveInfluence, false},
}

// tester is what *testing.T and *rapid.T share.
type tester interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

func scores(t tester, of measure, net *network.Network, opt centrality.Options) []float64 {
	t.Helper()
	got, err := of(t.Context(), net, opt)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return got
}

// requireClose compares scores; the tolerance is relative where scores exceed 1. NaN
// equals NaN alone.
func requireClose(t tester, name string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d scores, want %d", name, len(got), len(want))
		return
	}
	for v := range want {
		if math.IsNaN(want[v]) && math.IsNaN(got[v]) {
			continue
		}
		if !(math.Abs(got[v]-want[v]) <= tolerance*max(1, math.Abs(want[v]))) {
			t.Errorf("%s of node %d is %v, want %v", name, v, got[v], want[v])
		}
	}
}

// shapes calls check with many small graphs, each in both directions and with random
// weights, some of them 0.
func shapes(t *testing.T, count int, check func(t *testing.T, g nt.Graph, net *network.Network, weights []float64)) {
	t.Helper()
	if testing.Short() {
		count = (count + 3) / 4
	}
	for seed := range uint64(count) {
		r := rand.New(rand.NewPCG(seed, 3))
		g := drawn(func(lo, hi int) int { return lo + r.IntN(hi-lo+1) })
		weights := make([]float64, len(g.Links))
		for e := range weights {
			weights[e] = float64(r.IntN(5))
		}
		for _, directed := range []bool{false, true} {
			check(t, g, g.Build(t, directed), weights)
			if t.Failed() {
				t.Fatalf("seed %d, directed %v: %d nodes, %v, weights %v", seed, directed, g.Nodes, g.Links, weights)
			}
		}
	}
}

func TestRenamingNodesRenamesScores(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		for v := 1; v < g.Nodes; v++ { // one strong component: no ties among the largest
			l := network.Link{From: network.NodeIndex(v - 1), To: network.NodeIndex(v)}
			g.Links, weights = append(g.Links, l, network.Link{From: l.To, To: l.From}), append(weights, 1, 2)
		}
		perm := nt.Permutation(g.Nodes, uint64(len(g.Links)))
		net, renamed := g.Build(t, net.Directed()), g.Relabel(perm).Build(t, net.Directed())
		for _, m := range measures {
			for _, opt := range []centrality.Options{{}, {Weights: weights}} {
				if opt.Weights != nil && !m.weighted {
					continue
				}
				there := scores(t, m.of, renamed, opt)
				back := make([]float64, g.Nodes)
				for v, p := range perm {
					back[v] = there[p]
				}
				requireClose(t, m.name, back, scores(t, m.of, net, opt), 1e-9)
			}
		}
	})
}

func TestHowManyWorkChangesNoBit(t *testing.T) {
	g := nt.RMAT(11, 8, 4)
	weights := make([]float64, len(g.Links))
	for e := range weights {
		weights[e] = 1 / float64(1+e%7)
	}
	for _, directed := range []bool{false, true} {
		net := g.Build(t, directed)
		for _, m := range measures {
			opt := centrality.Options{}
			if m.weighted {
				opt.Weights = weights
			}
			before := runtime.GOMAXPROCS(1)
			alone := scores(t, m.of, net, opt)
			runtime.GOMAXPROCS(5)
			together := scores(t, m.of, net, opt)
			runtime.GOMAXPROCS(before)
			requireClose(t, m.name, together, alone, 0)
		}
	}
}

func TestWeightsOfOneAreNone(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, _ []float64) {
		simple, _ := net.Simple()
		ones := make([]float64, simple.NumLinks())
		for e := range ones {
			ones[e] = 1
		}
		for _, m := range measures {
			if m.weighted {
				requireClose(t, m.name, scores(t, m.of, simple, centrality.Options{Weights: ones}),
					scores(t, m.of, net, centrality.Options{}), 1e-9)
			}
		}
	})
}

func TestUnitOfWeightsDoesNotMatter(t *testing.T) {
	shapes(t, 200, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		for _, unit := range []float64{1e-300, 7, 1e300} {
			scaled := make([]float64, len(weights))
			for e, w := range weights {
				scaled[e] = w * unit
			}
			for _, m := range measures {
				if m.weighted && m.name != "strength" {
					requireClose(t, m.name, scores(t, m.of, net, centrality.Options{Weights: scaled}),
						scores(t, m.of, net, centrality.Options{Weights: weights}), 1e-9)
				}
			}
		}
	})
}

func TestWeightsThatDoNotFitAreRefused(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	for _, m := range measures {
		for _, weights := range [][]float64{{1}, {1, -1}, {1, math.NaN()}, {1, math.Inf(1)}, {1e308, 1e308}} {
			got, err := m.of(t.Context(), net, centrality.Options{Weights: weights})
			if got != nil || graph.CodeOf(err) != graph.BadUserInput {
				t.Errorf("%s with weights %v: %v, %v", m.name, weights, got, err)
			}
		}
		if _, err := m.of(t.Context(), net, centrality.Options{Weights: []float64{1, 2}}); (err == nil) != m.weighted {
			t.Errorf("%s with weights: %v", m.name, err)
		}
	}
}

// countdown is a context that ends at a number of looks.
type countdown struct {
	context.Context
	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

func TestEndOfContextEndsTheWork(t *testing.T) {
	g := nt.RMAT(10, 8, 1)
	for _, directed := range []bool{false, true} {
		net := g.Build(t, directed)
		for _, m := range measures {
			for _, looks := range []int64{0, 3} {
				ctx := &countdown{Context: t.Context()}
				ctx.left.Store(looks)
				got, err := m.of(ctx, net, centrality.Options{})
				if ctx.left.Load() >= 0 { // over before it could notice
					continue
				}
				if got != nil || !errors.Is(err, context.Canceled) {
					t.Errorf("%s: %d scores, %v", m.name, len(got), err)
				}
				if more := -ctx.left.Load(); more > int64(4*runtime.GOMAXPROCS(0)) {
					t.Errorf("%s looked %d times after the end", m.name, more)
				}
			}
		}
	}
}

func TestNormalizedScoresAreSharesOfTheGreatest(t *testing.T) {
	for _, directed := range []bool{false, true} {
		g := nt.Star(6)
		if directed {
			for _, l := range g.Links {
				g.Links = append(g.Links, network.Link{From: l.To, To: l.From})
			}
		}
		net := g.Build(t, directed)
		for _, m := range measures[:7] {
			if m.name == "strength" {
				continue
			}
			if got := scores(t, m.of, net, centrality.Options{Normalized: true}); got[0] != 1 {
				t.Errorf("%s of the hub of a star is %v, want 1", m.name, got[0])
			}
		}
	}
}

// With links to nobody else every measure still has its say.
func TestIsolatedNodes(t *testing.T) {
	nan := math.NaN()
	want := map[string]float64{"katz": 1, "pagerank": 0.5, "eigenvector": nan, "hub": nan, "authority": nan, "constraint": nan, "effective size": nan}
	loop := nt.Of(2, [][2]int{{0, 0}, {0, 0}})
	for _, directed := range []bool{false, true} {
		for _, m := range measures {
			requireClose(t, m.name, scores(t, m.of, loop.Build(t, directed), centrality.Options{Normalized: true}),
				[]float64{want[m.name], want[m.name]}, 1e-12)
			if got := scores(t, m.of, nt.Graph{}.Build(t, directed), centrality.Options{}); len(got) != 0 {
				t.Errorf("%s of no nodes: %v", m.name, got)
			}
		}
	}
}
