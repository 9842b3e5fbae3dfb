package centrality_test

import (
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// walked is PageRank after some rounds, link by link and in double precision.
func walked(net *network.Network, opt centrality.Options, rounds int) []float64 {
	n := net.NumNodes()
	jump := slices.Repeat([]float64{1 / float64(n)}, n)
	if opt.From != nil {
		clear(jump)
		for _, v := range opt.From {
			jump[v] = 1 / float64(len(opt.From))
		}
	}
	type step struct {
		from, to network.NodeIndex
		weight   float64
	}
	var steps []step
	total := make([]float64, n)
	for v := range network.NodeIndex(n) {
		row, edges := net.Out(v), net.OutEdges(v)
		for i, w := range row {
			weight := 1.0
			if opt.Weights != nil {
				weight = opt.Weights[edges[i]]
			}
			if w != v && weight > 0 && (opt.Weights != nil || i == 0 || row[i-1] != w) {
				steps = append(steps, step{v, w, weight})
				total[v] += weight
			}
		}
	}
	rank := slices.Clone(jump)
	for range rounds {
		next, stay := make([]float64, n), 0.15
		for v, sum := range total {
			if sum == 0 {
				stay += 0.85 * rank[v]
			}
		}
		for _, s := range steps {
			next[s.to] += 0.85 * rank[s.from] * s.weight / total[s.from]
		}
		for v := range next {
			next[v] += stay * jump[v]
		}
		rank = next
	}
	return rank
}

// So many nodes begin in single precision, which must not show in the end, and hardly
// before.
func TestPageRankOfManyNodes(t *testing.T) {
	const n = 1<<16 + 1000
	several, few := nt.Multigraph(n, 3*n, 1), nt.Multigraph(n, n, 2)
	weights := make([]float64, len(several.Links))
	for e := range weights {
		weights[e] = float64(e%7) * 1e200 // and 0
	}
	for _, c := range []struct {
		name     string
		graph    nt.Graph
		directed bool
		opt      centrality.Options
	}{
		{"directed", several, true, centrality.Options{}},
		{"weighted", several, true, centrality.Options{Weights: weights}},
		{"from two", several, true, centrality.Options{From: []network.NodeIndex{5, 77}}},
		{"mostly isolated", few, true, centrality.Options{}},
		{"undirected", nt.BarabasiAlbert(n, 3, 1), false, centrality.Options{}},
		{"star", nt.Star(n), false, centrality.Options{}},
		{"path", nt.Path(n), true, centrality.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			net := c.graph.Build(t, c.directed)
			got := scores(t, centrality.PageRank, net, c.opt)
			// Settled when changes sum to less than 1e-12, so at most 0.85/0.15 of that away.
			if d := apart(got, walked(net, c.opt, 220)); !(d < 6e-12) {
				t.Errorf("off by %v in all", d)
			}
			before := runtime.GOMAXPROCS(1)
			alone := scores(t, centrality.PageRank, net, c.opt)
			runtime.GOMAXPROCS(before)
			if !slices.Equal(alone, got) {
				t.Error("other scores on one processor")
			}
			c.opt.Rounds = 5
			if d := apart(scores(t, centrality.PageRank, net, c.opt), walked(net, c.opt, 5)); !(d < 1e-6) {
				t.Errorf("off by %v in all after five rounds", d)
			}
		})
	}
}

// apart is the sum of all differences.
func apart(a, b []float64) (sum float64) {
	for v := range a {
		sum += math.Abs(a[v] - b[v])
	}
	return sum
}
