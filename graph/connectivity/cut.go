package connectivity

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// CutPoint is a node without which its component falls apart.
type CutPoint struct {
	Node network.NodeIndex
	// Pieces is the number of components its own leaves without it, at least 2.
	Pieces int
	// PairsCut counts the unordered pairs of other nodes that can reach each other
	// no longer.
	PairsCut int64
}

// Bridge is a link without which its component falls in two.
type Bridge struct {
	Link network.EdgeIndex
	// PairsCut counts the unordered pairs of nodes that can reach each other no
	// longer: the product of the sizes of the two parts.
	PairsCut int64
}

// ArticulationPoints returns the cut points, the most pairs cut first, ties by node,
// by depth-first search (Hopcroft and Tarjan 1973). O(n + m) time, 48 bytes a node at most.
// Errors: the end of ctx.
func ArticulationPoints(ctx context.Context, net *network.Network) ([]CutPoint, error) {
	s, err := lowSearch(ctx, net, false)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(s.points, func(a, b CutPoint) int {
		return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), cmp.Compare(a.Node, b.Node))
	})
	return s.points, nil
}

// Bridges returns the links without which a component falls in two, the most pairs
// cut first, ties by link. A link with a parallel is none, whichever way the two
// point. Cost and errors are those of [ArticulationPoints].
func Bridges(ctx context.Context, net *network.Network) ([]Bridge, error) {
	s, err := lowSearch(ctx, net, false)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(s.bridges, func(a, b Bridge) int {
		return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), cmp.Compare(a.Link, b.Link))
	})
	return s.bridges, nil
}

// low is the state of a depth-first search that ignores direction.
type low struct {
	net     *network.Network
	order   []network.NodeIndex // as found; a component is a range, and so is a subtree
	found   []uint32            // 1 + position in order, 0 before
	low     []uint32            // least found number that the subtree has a link to
	size    []uint32            // nodes of the subtree
	next    []uint32            // arcs read
	pieces  []uint32            // parts that hang on a node and on nothing above it
	hanging []uint32            // nodes in these parts
	kept    []int64             // pairs within these parts
	path    []step
	points  []CutPoint
	bridges []Bridge
	// Blocks are kept only when asked for; open holds found nodes of no closed block.
	open, members []network.NodeIndex
	blocks        []uint32 // where each begins in members, and at last their end
}

// step is a node on the path of the search and the link that led to it.
type step struct {
	node network.NodeIndex
	edge network.EdgeIndex
}

func lowSearch(ctx context.Context, net *network.Network, blocks bool) (*low, error) {
	n := net.NumNodes()
	s := &low{net: net, order: make([]network.NodeIndex, 0, n)}
	if blocks {
		s.blocks, s.open = []uint32{0}, make([]network.NodeIndex, 0, n)
	}
	for _, p := range []*[]uint32{&s.found, &s.low, &s.size, &s.next, &s.pieces, &s.hanging} {
		*p = make([]uint32, n)
	}
	s.kept = make([]int64, n)
	for v := range network.NodeIndex(n) {
		if s.found[v] == 0 {
			start, bridges := len(s.order), len(s.bridges)
			if err := s.search(ctx, v); err != nil {
				return nil, err
			}
			s.open = s.open[:0] // v itself
			s.judge(s.order[start:], s.bridges[bridges:])
		}
	}
	return s, nil
}

func (s *low) enter(v network.NodeIndex, e network.EdgeIndex) {
	s.order = append(s.order, v)
	s.found[v] = uint32(len(s.order))
	s.low[v], s.size[v] = s.found[v], 1
	s.path = append(s.path, step{v, e})
	if s.blocks != nil {
		s.open = append(s.open, v)
	}
}

func (s *low) search(ctx context.Context, start network.NodeIndex) error {
	s.enter(start, network.NoEdge)
	for len(s.path) > 0 {
		top := s.path[len(s.path)-1]
		if w, e := s.advance(top); w != network.NoNode {
			s.enter(w, e)
			if err := poll(ctx, len(s.order)); err != nil {
				return err
			}
			continue
		}
		s.path = s.path[:len(s.path)-1]
		if len(s.path) > 0 {
			s.leave(top, s.path[len(s.path)-1].node)
		}
	}
	return nil
}

// advance reads the arcs of a node up to one that leads to a new node.
func (s *low) advance(at step) (network.NodeIndex, network.EdgeIndex) {
	v := at.node
	out, edges := s.net.Out(v), s.net.OutEdges(v)
	i, base, least := int(s.next[v]), 0, s.low[v]
	for side := range 2 {
		if side == 1 {
			if !s.net.Directed() {
				break
			}
			base = len(out)
			out, edges = s.net.In(v), s.net.InEdges(v)
		}
		for ; i-base < len(out); i++ {
			w, e := out[i-base], edges[i-base]
			switch f := s.found[w]; {
			case f == 0:
				s.next[v], s.low[v] = uint32(i+1), least
				return w, e
			case f < least && e != at.edge:
				least = f
			}
		}
	}
	s.next[v], s.low[v] = uint32(i), least
	return network.NoNode, network.NoEdge
}

// leave hands what is known of a finished node to its parent.
func (s *low) leave(child step, parent network.NodeIndex) {
	c := child.node
	s.size[parent] += s.size[c]
	s.low[parent] = min(s.low[parent], s.low[c])
	if s.low[c] >= s.found[parent] {
		s.pieces[parent]++
		s.hanging[parent] += s.size[c]
		s.kept[parent] += pairs(int(s.size[c]))
		if s.blocks != nil {
			s.close(c, parent)
		}
	}
	if s.low[c] == s.found[c] {
		s.bridges = append(s.bridges, Bridge{child.edge, int64(s.size[c])})
	}
}

// judge completes what needs the size of the whole component: until then a bridge
// holds the number of nodes below it.
func (s *low) judge(component []network.NodeIndex, bridges []Bridge) {
	total := len(component)
	for i := range bridges {
		bridges[i].PairsCut *= int64(total) - bridges[i].PairsCut
	}
	for i, v := range component {
		pieces, rest := int(s.pieces[v]), total-1-int(s.hanging[v])
		if i > 0 {
			pieces++ // what is above
		}
		if pieces > 1 {
			s.points = append(s.points, CutPoint{v, pieces, pairs(total-1) - s.kept[v] - pairs(rest)})
		}
	}
}
