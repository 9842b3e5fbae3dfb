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

// Biconnected returns the blocks of a network, direction ignored: the links of a
// spanning forest, joined along the cycles that the other links close (Tarjan and
// Vishkin 1985 gave such a search without depth-first order). Time as that of
// [ArticulationPoints], besides sorting the nodes of each block; 49 bytes a node.
// Errors: the end of ctx.
func Biconnected(ctx context.Context, net *network.Network) (*Blocks, error) {
	t, err := newTree(ctx, net)
	if err != nil {
		return nil, err
	}
	lists := t.blocks()
	b := &Blocks{first: make([]uint32, 1, len(lists)+1), In: make([]uint32, net.NumNodes())}
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
	return b, ctx.Err()
}

// blocks returns the nodes of each block, ascending.
func (t *tree) blocks() [][]network.NodeIndex {
	first := make([]uint32, len(t.up)+1) // of each set in members, by name
	for v, parent := range t.parent {
		if parent == noParent {
			continue
		}
		set := t.find(uint32(v))
		first[set+1]++
		if set == uint32(v) {
			first[set+1]++ // the node above all
		}
	}
	for v := range t.up {
		first[v+1] += first[v]
	}
	members, next := make([]network.NodeIndex, first[len(t.up)]), slices.Clone(first)
	put := func(set, v uint32) {
		members[next[set]] = t.order[v]
		next[set]++
	}
	for v, parent := range t.parent {
		if parent == noParent {
			continue
		}
		set := t.find(uint32(v))
		put(set, uint32(v))
		if set == uint32(v) {
			put(set, parent)
		}
	}
	var lists [][]network.NodeIndex
	for v := range t.up {
		if list := members[first[v]:first[v+1]]; len(list) > 0 {
			slices.Sort(list)
			lists = append(lists, list)
		}
	}
	return lists
}
