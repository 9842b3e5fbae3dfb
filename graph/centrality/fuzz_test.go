package centrality_test

import (
	"testing"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// FuzzCentrality looks for graphs, weights and costs on which measures break a law.
func FuzzCentrality(f *testing.F) {
	f.Add([]byte{6, 9, 0, 1, 1, 2, 2, 0, 2, 3, 3, 4, 4, 5, 5, 3, 1, 1, 4, 3, 2, 1, 0, 3, 1, 1, 2, 5}, false)
	f.Add([]byte{8, 8, 0, 1, 0, 2, 0, 3, 1, 4, 2, 4, 3, 4, 4, 5, 5, 6, 1, 1, 1, 2, 2}, true)
	f.Fuzz(func(t *testing.T, data []byte, directed bool) {
		draw := nt.Bytes(data)
		g := nt.Drawn(14, 30, draw)
		weights, costs := make([]float64, len(g.Links)), make([]float64, len(g.Links))
		for e := range weights {
			weights[e] = float64(draw(0, 9)) / 10
			costs[e] = weights[e] + 0.1
		}
		net := g.Build(t, directed)
		checkSums(t, net, costs)
		for _, m := range tops {
			checkTop(t, m, net, 1+len(data)%5)
		}
		checkBetweenness(t, net) // after shrinking as by the definition
		for _, m := range measures {
			scores(t, m.of, net, centrality.Options{})
			if m.weighted {
				scores(t, m.of, net, centrality.Options{Weights: weights})
			}
		}
		perm := nt.Permutation(g.Nodes, uint64(len(data)))
		checkRenamed(t, net, g.Relabel(perm).Build(t, directed), perm, costs)
	})
}

// checkSums checks that paths pass as many nodes, and cost as much, as pairs are apart.
func checkSums(t *testing.T, net *network.Network, costs []float64) {
	t.Helper()
	if simple, origin := net.Simple(); origin != nil { // parallel links would count twice
		kept := make([]float64, len(origin))
		for i, e := range origin {
			kept[i] = costs[e]
		}
		net, costs = simple, kept
	}
	each, hops, inner, far := 1.0, 0.0, 0.0, 0.0
	if !net.Directed() {
		each = 0.5
	}
	dear := distancesByCost(net, costs)
	for s, row := range nt.Distances(net) {
		for v, d := range row {
			if s != v && d != nt.Unreachable {
				hops, inner, far = hops+each*float64(d), inner+each*float64(d-1), far+each*dear[s][v]
			}
		}
	}
	nodes := scores(t, centrality.Betweenness, net, centrality.Options{})
	links := scores(t, centrality.EdgeBetweenness, net, centrality.Options{})
	paid := scores(t, centrality.EdgeBetweenness, net, centrality.Options{Costs: costs})
	for e := range paid {
		paid[e] *= costs[e]
	}
	requireClose(t, "sum of", []float64{rowSum(nodes), rowSum(links), rowSum(paid)}, []float64{inner, hops, far}, 1e-9)
}

// checkRenamed checks that names of nodes mean nothing to betweenness.
func checkRenamed(t *testing.T, net, renamed *network.Network, perm []network.NodeIndex, costs []float64) {
	t.Helper()
	for _, opt := range []centrality.Options{{}, {Costs: costs}} {
		there := scores(t, centrality.Betweenness, renamed, opt)
		back := make([]float64, len(perm))
		for v, p := range perm {
			back[v] = there[p]
		}
		requireClose(t, "betweenness", back, scores(t, centrality.Betweenness, net, opt), 1e-9)
		links := scores(t, centrality.EdgeBetweenness, renamed, opt)
		requireClose(t, "betweenness of links", links, scores(t, centrality.EdgeBetweenness, net, opt), 1e-9)
	}
}
