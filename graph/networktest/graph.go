// Package networktest holds what the tests of graph algorithms share: seeded
// generators, relabelling, slow but plain oracles, and a reader of the reference
// data. Everything in it is deterministic. It favours clarity over speed: oracles
// take cubic time and are meant for tens of nodes.
package networktest

import (
	"math/rand/v2"

	"github.com/chokepoint/chokepoint/graph/network"
)

// TB is the part of testing.TB that helpers need; *rapid.T has it too.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// Graph is a graph before it is built: its number of nodes and its links in order.
type Graph struct {
	Nodes int
	Links []network.Link
}

// Of returns a graph of n nodes with a link for each pair {from, to}.
func Of(n int, pairs [][2]int) Graph {
	g := Graph{Nodes: n}
	for _, p := range pairs {
		g.link(p[0], p[1])
	}
	return g
}

// Build makes a network of the graph and fails the test when it cannot.
func (g Graph) Build(t TB, directed bool) *network.Network {
	t.Helper()
	net, err := network.Build(g.Nodes, g.Links, directed)
	if err != nil {
		t.Fatalf("build network: %v", err)
	}
	return net
}

// Relabel returns the graph with node v renamed to perm[v], links in the same order.
func (g Graph) Relabel(perm []network.NodeIndex) Graph {
	links := make([]network.Link, len(g.Links))
	for i, l := range g.Links {
		links[i] = network.Link{From: perm[l.From], To: perm[l.To]}
	}
	return Graph{g.Nodes, links}
}

// Permutation returns a random permutation of n nodes.
func Permutation(n int, seed uint64) []network.NodeIndex {
	perm := make([]network.NodeIndex, n)
	for i, p := range random(seed).Perm(n) {
		perm[i] = network.NodeIndex(p)
	}
	return perm
}

// Union returns the graphs side by side, without links between them.
func Union(graphs ...Graph) Graph {
	var all Graph
	for _, g := range graphs {
		shift := network.NodeIndex(all.Nodes)
		for _, l := range g.Links {
			all.Links = append(all.Links, network.Link{From: l.From + shift, To: l.To + shift})
		}
		all.Nodes += g.Nodes
	}
	return all
}

func random(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15)) }

func (g *Graph) link(from, to int) {
	g.Links = append(g.Links, network.Link{From: network.NodeIndex(from), To: network.NodeIndex(to)})
}
