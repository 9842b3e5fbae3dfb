package centrality_test

import (
	"errors"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// drawn returns a graph of one of the kinds that shrinking treats in its own way.
func drawn(draw func(lo, hi int) int) nt.Graph {
	seed := uint64(draw(0, 1<<30))
	switch draw(0, 9) {
	case 0:
		return nt.Drawn(9, 20, draw)
	case 1: // loops, parallel links, isolates
		return nt.Multigraph(draw(2, 12), draw(0, 40), seed)
	case 2:
		return nt.Tree(draw(1, 14), seed)
	case 3: // disconnected
		return nt.Union(nt.Cycle(draw(3, 7)), nt.Grid(draw(1, 3), draw(1, 4)), nt.Clique(draw(1, 5)))
	case 4:
		return nt.BarabasiAlbert(draw(4, 16), draw(1, 3), seed)
	case 5: // two classes of twins
		return bipartite(draw(1, 5), draw(1, 5))
	case 6: // blocks of every kind that meet in articulation points
		return chained(nt.Union(nt.Clique(draw(1, 4)), bipartite(2, draw(1, 4)), nt.Cycle(draw(3, 6)), nt.Star(draw(1, 5))), seed)
	case 7: // twins of twins: each node of a small graph becomes a few
		return inflated(nt.Multigraph(draw(2, 6), draw(1, 9), seed), draw)
	case 8:
		return nt.Star(draw(1, 8))
	default:
		return nt.Graph{Nodes: draw(0, 4)}
	}
}

// bipartite joins each of a nodes to each of b others.
func bipartite(a, b int) nt.Graph { return layers(a, b) }

// layers joins each node of a layer to each of the next.
func layers(sizes ...int) nt.Graph {
	var pairs [][2]int
	n := 0
	for i, size := range sizes {
		for v := range size {
			for w := 0; i > 0 && w < sizes[i-1]; w++ {
				pairs = append(pairs, [2]int{n - sizes[i-1] + w, n + v})
			}
		}
		n += size
	}
	return nt.Of(n, pairs)
}

// chained links the components of a graph into a tree.
func chained(g nt.Graph, seed uint64) nt.Graph {
	r := rand.New(rand.NewPCG(seed, 1))
	for v := 1; v < g.Nodes; v++ {
		if r.IntN(6) == 0 {
			g.Links = append(g.Links, network.Link{From: network.NodeIndex(r.IntN(v)), To: network.NodeIndex(v)})
		}
	}
	return g
}

// inflated puts one to three nodes, joined or not, in place of each.
func inflated(g nt.Graph, draw func(lo, hi int) int) nt.Graph {
	copies, of := nt.Graph{}, make([][]int, g.Nodes)
	var pairs [][2]int
	for v := range of {
		joined := draw(0, 1) == 1
		for range draw(1, 3) {
			for _, w := range of[v] {
				if joined {
					pairs = append(pairs, [2]int{w, copies.Nodes})
				}
			}
			of[v] = append(of[v], copies.Nodes)
			copies.Nodes++
		}
	}
	for _, l := range g.Links {
		for _, v := range of[l.From] {
			for _, w := range of[l.To] {
				pairs = append(pairs, [2]int{v, w})
			}
		}
	}
	return nt.Of(copies.Nodes, pairs)
}

func checkBetweenness(t tester, net *network.Network) {
	got, err := centrality.Betweenness(t.Context(), net, centrality.Options{})
	if err != nil {
		t.Errorf("%v", err)
		return
	}
	requireClose(t, "betweenness", got, nt.Betweenness(net), 1e-12)
}

func TestBetweennessIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := drawn(func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "") })
		checkBetweenness(t, g.Build(t, rapid.Bool().Draw(t, "directed")))
	})
}

func TestBetweennessOfThousandsOfShapes(t *testing.T) {
	for seed := range uint64(6_000) {
		r := rand.New(rand.NewPCG(seed, 2))
		g := drawn(func(lo, hi int) int { return lo + r.IntN(hi-lo+1) })
		if checkBetweenness(t, g.Build(t, seed%4 == 0)); t.Failed() {
			t.Fatalf("seed %d: %d nodes, %v", seed, g.Nodes, g.Links)
		}
	}
}

// In these layers of two there are 2^(k−1) shortest paths from a node of the first
// layer to one of layer k.
func TestBetweennessCountsPathsWhileTheyFit(t *testing.T) {
	for _, directed := range []bool{false, true} {
		for k, fits := range map[int]bool{1024: true, 1025: false} {
			sizes := make([]int, k+1)
			for i := range sizes {
				sizes[i] = 2
			}
			_, err := centrality.Betweenness(t.Context(), layers(sizes...).Build(t, directed), centrality.Options{})
			if fits != (err == nil) {
				t.Errorf("%d layers, directed %v: %v", k, directed, err)
			}
			if e := (*graph.Error)(nil); err != nil && !errors.As(err, &e) {
				t.Errorf("error without a code: %v", err)
			}
		}
	}
}
