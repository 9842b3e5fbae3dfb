package centrality

import (
	"context"

	"github.com/chokepoint/chokepoint/graph/network"
)

// blocks are the biconnected components of a simple undirected network, found by
// depth-first search (Hopcroft and Tarjan 1973). Two nodes share at most one block,
// and each node but the root of a component lies below the top of exactly one.
type blocks struct {
	list []blockOf
	// inside holds the nodes of every block but its top, block by block.
	inside []network.NodeIndex
	// home is the block that a node lies below the top of; -1 for roots.
	home []int32
	// hang counts the nodes that lose the root of their component with the node,
	// itself included.
	hang []float64
	// across is, for each node, the number of unordered pairs of other nodes that
	// only it connects.
	across []float64
}

// blockOf is one block: its top and the range of inside that holds the others.
type blockOf struct {
	top        network.NodeIndex
	start, end int
	below      float64 // nodes on the far side of the top, seen from the root
	component  float64 // nodes of the whole component
}

// search is the state of the depth-first search.
type search struct {
	net         *network.Network
	found, low  []uint32 // order of discovery from 1; least order reachable
	cursor      []uint32 // how much of a node's row has been walked
	path        []network.NodeIndex
	open        []network.NodeIndex // found, but not yet in a block
	count, left uint32              // nodes found and left for good
	branchPairs []float64           // sum of squares of the parts a node's removal splits off below
	out         blocks
}

// decompose finds the blocks of a simple undirected network in O(n + m).
func decompose(ctx context.Context, net *network.Network) (*blocks, error) {
	n := net.NumNodes()
	s := search{
		net: net, found: make([]uint32, n), low: make([]uint32, n), cursor: make([]uint32, n),
		branchPairs: make([]float64, n),
	}
	s.out.home, s.out.hang, s.out.across = make([]int32, n), make([]float64, n), make([]float64, n)
	for v := range n {
		s.out.home[v], s.out.hang[v] = -1, 1
	}
	for v := range network.NodeIndex(n) {
		if s.found[v] != 0 {
			continue
		}
		if err := s.component(ctx, v); err != nil {
			return nil, err
		}
	}
	return &s.out, nil
}

func (s *search) component(ctx context.Context, root network.NodeIndex) error {
	firstBlock, firstInside := len(s.out.list), len(s.out.inside)
	s.discover(root)
	s.open = s.open[:0] // the root is top of its blocks, never inside one
	for len(s.path) > 0 {
		v := s.path[len(s.path)-1]
		if row := s.net.Out(v); int(s.cursor[v]) < len(row) {
			w := row[s.cursor[v]]
			s.cursor[v]++
			switch {
			case s.found[w] == 0:
				s.discover(w)
			case len(s.path) < 2 || w != s.path[len(s.path)-2]:
				s.low[v] = min(s.low[v], s.found[w])
			}
			continue
		}
		s.path = s.path[:len(s.path)-1]
		if len(s.path) > 0 {
			s.retreat(v, s.path[len(s.path)-1])
		}
		if s.left++; s.left%ctxStride == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	s.finish(root, firstBlock, firstInside)
	return nil
}

func (s *search) discover(v network.NodeIndex) {
	s.count++
	s.found[v], s.low[v] = s.count, s.count
	s.path = append(s.path, v)
	s.open = append(s.open, v)
}

// retreat goes back from v to its parent and closes a block if v cannot get round it.
func (s *search) retreat(v, parent network.NodeIndex) {
	s.low[parent] = min(s.low[parent], s.low[v])
	if s.low[v] < s.found[parent] {
		return
	}
	b := blockOf{top: parent, start: len(s.out.inside)}
	for last := network.NoNode; last != v; {
		last = s.open[len(s.open)-1]
		s.open = s.open[:len(s.open)-1]
		s.out.inside = append(s.out.inside, last)
		s.out.home[last] = int32(len(s.out.list))
		b.below += s.out.hang[last]
	}
	b.end = len(s.out.inside)
	s.out.list = append(s.out.list, b)
	s.out.hang[parent] += b.below
	s.branchPairs[parent] += b.below * b.below
}

// finish fills in what needs the size of the whole component.
func (s *search) finish(root network.NodeIndex, firstBlock, firstInside int) {
	size := s.out.hang[root]
	for i := firstBlock; i < len(s.out.list); i++ {
		s.out.list[i].component = size
	}
	count := func(v network.NodeIndex) {
		above := size - s.out.hang[v]
		s.out.across[v] = ((size-1)*(size-1) - s.branchPairs[v] - above*above) / 2
	}
	count(root)
	for _, v := range s.out.inside[firstInside:] {
		count(v)
	}
}
