package connectivity

import (
	"context"
	"math/bits"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Figures say how well what is left of a network holds together.
type Figures struct {
	// Nodes and Links count what is left, parallel links and loops each.
	Nodes, Links int
	// Components counts the pieces, Largest the nodes of the largest.
	Components, Largest int
	// ConnectedPairs counts the unordered pairs of nodes in one piece.
	ConnectedPairs int64
	// Fragmentation is F = 1 − Σ s(s−1)/n(n−1) over pieces of s nodes, with n the
	// nodes before the removal (Borgatti 2006); nil when n < 2.
	Fragmentation *float64
}

// FiguresOf returns the figures of a network without a removal, which takes its
// nodes with all their links; nothing is rebuilt. Cost and errors are those of
// [Weak], plus O(m) when nodes are removed.
func FiguresOf(ctx context.Context, net *network.Network, r Removal) (Figures, error) {
	gone, err := newWithout(net, r)
	if err != nil {
		return Figures{}, err
	}
	c, err := weak(ctx, net, gone)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{Components: c.Count(), Largest: c.Largest(), ConnectedPairs: c.ConnectedPairs()}
	f.Nodes = net.NumNodes() - gone.nodes.count()
	f.Links = linksLeft(net, r, gone)
	if n := net.NumNodes(); n > 1 {
		share := 1 - float64(f.ConnectedPairs)/float64(pairs(n))
		f.Fragmentation = &share
	}
	return f, nil
}

func (b bitset) count() int {
	total := 0
	for _, word := range b {
		total += bits.OnesCount64(word)
	}
	return total
}

// linksLeft takes away the links cut and those of the nodes removed, once each.
func linksLeft(net *network.Network, r Removal, gone *without) int {
	lost := newBits(net.NumLinks())
	copy(lost, gone.links)
	for _, v := range r.Nodes {
		_, edges := row(net, v)
		for _, side := range edges {
			for _, e := range side {
				lost.set(uint32(e))
			}
		}
	}
	return net.NumLinks() - lost.count()
}
