package connectivity

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Blocks are the biconnected components: the largest sets of nodes that no single
// node takes apart. Two blocks share at most one node, which then is an articulation
// point, so blocks and articulation points form a forest, the block-cut tree. A
// bridge with its two ends is a block of its own; an isolated node is in none.
type Blocks struct {
	nodes []network.NodeIndex
	first []uint32 // of each block in nodes
	// In counts the blocks that each node is in, at least 2 for articulation points.
	In []uint32
}

// Count returns the number of blocks.
func (b *Blocks) Count() int { return len(b.first) - 1 }

// Nodes returns the nodes of a block, ascending. Blocks come by size, the largest
// first, ties by their least nodes. The slice must not be changed.
func (b *Blocks) Nodes(block int) []network.NodeIndex {
	return b.nodes[b.first[block]:b.first[block+1]]
}

// Biconnected returns the blocks of a network, direction ignored, by depth-first
// search (Hopcroft and Tarjan 1973). O(n + m) time besides sorting the nodes of each
// block, 60 bytes a node. Errors: the end of ctx.
func Biconnected(ctx context.Context, net *network.Network) (*Blocks, error) {
	s, err := lowSearch(ctx, net, true)
	if err != nil {
		return nil, err
	}
	found := s.blocks
	b := &Blocks{first: make([]uint32, 1, len(found)), In: make([]uint32, net.NumNodes()), nodes: make([]network.NodeIndex, 0, len(s.members))}
	lists := make([][]network.NodeIndex, len(found)-1)
	for i := range lists {
		lists[i] = s.members[found[i]:found[i+1]]
		slices.Sort(lists[i])
	}
	slices.SortFunc(lists, func(x, y []network.NodeIndex) int {
		if len(x) != len(y) {
			return len(y) - len(x)
		}
		return slices.Compare(x, y)
	})
	for _, list := range lists {
		b.nodes = append(b.nodes, list...)
		b.first = append(b.first, uint32(len(b.nodes)))
		for _, v := range list {
			b.In[v]++
		}
	}
	return b, nil
}

// close ends the block below parent that child is the first node of.
func (s *low) close(child, parent network.NodeIndex) {
	for last := network.NoNode; last != child; {
		last = s.open[len(s.open)-1]
		s.open = s.open[:len(s.open)-1]
		s.members = append(s.members, last)
	}
	s.members = append(s.members, parent)
	s.blocks = append(s.blocks, uint32(len(s.members)))
}
