package dismantle

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// routes searches shortest paths between two sets while targets are away.
type routes struct {
	ctx    context.Context
	net    *network.Network
	from   []network.NodeIndex
	isFrom []bool
	isTo   []bool
	length []float64
	what   Targets
	gone   []bool // targets that are away
	purse  *purse
	banned []bool // targets that may not be chosen
	work   int64

	dist []float64
	via  []hop
	open openHeap
}

// hop is how a node was reached.
type hop struct {
	from network.NodeIndex
	link network.EdgeIndex
}

func newRoutes(ctx context.Context, net *network.Network, from, to []network.NodeIndex, length []float64, t Targets, work int64) (*routes, error) {
	n := net.NumNodes()
	s := &routes{
		ctx: ctx, net: net, length: length, what: t, work: work, isFrom: make([]bool, n), isTo: make([]bool, n),
		gone: make([]bool, t.count(net)), banned: make([]bool, t.count(net)), dist: make([]float64, n), via: make([]hop, n),
	}
	for i, set := range [2][]network.NodeIndex{from, to} {
		for _, v := range set {
			if int(v) >= n {
				return nil, graph.Errorf(graph.BadUserInput, "node %d of a network with %d nodes", v, n)
			}
			[2][]bool{s.isFrom, s.isTo}[i][v] = true
		}
	}
	s.from = slices.Compact(slices.Sorted(slices.Values(from)))
	return s, nil
}

// shortest returns the length of a shortest path and its targets in path order; +Inf
// and none without a path. By the algorithm of Dijkstra (1959), ties by node.
func (s *routes) shortest() (float64, []int) {
	for v := range s.dist {
		s.dist[v] = math.Inf(1)
	}
	s.work -= int64(len(s.dist) / 8)
	s.open = s.open[:0]
	for _, v := range s.from {
		s.dist[v], s.via[v] = 0, hop{network.NoNode, network.NoEdge}
		s.open.push(openNode{0, v})
	}
	for len(s.open) > 0 {
		top := s.open.pop()
		if top.dist > s.dist[top.node] {
			continue
		}
		if s.isTo[top.node] {
			return top.dist, s.targets(top.node)
		}
		s.expand(top.node)
	}
	return math.Inf(1), nil
}

func (s *routes) expand(v network.NodeIndex) {
	edges := s.net.OutEdges(v)
	s.work -= int64(len(edges) + 1)
	for i, w := range s.net.Out(v) {
		e, x := edges[i], s.dist[v]
		if s.what == Links && s.gone[e] || s.what == Nodes && s.gone[w] {
			continue
		}
		if s.length == nil {
			x++
		} else {
			x += s.length[e]
		}
		if x < s.dist[w] {
			s.dist[w], s.via[w] = x, hop{v, e}
			s.open.push(openNode{x, w})
		}
	}
}

// targets returns those of the path that ends in v, the nodes of both sets left out.
func (s *routes) targets(v network.NodeIndex) []int {
	var list []int
	for at := v; s.via[at].link != network.NoEdge; at = s.via[at].from {
		if s.what == Links {
			list = append(list, int(s.via[at].link))
		} else if !s.isFrom[at] && !s.isTo[at] {
			list = append(list, int(at))
		}
	}
	slices.Reverse(list)
	return list
}

// openNode is a node to be expanded.
type openNode struct {
	dist float64
	node network.NodeIndex
}

// openHeap has the nearest node first, ties by node.
type openHeap []openNode

func (h openHeap) less(i, j int) bool {
	return h[i].dist < h[j].dist || h[i].dist == h[j].dist && h[i].node < h[j].node
}

func (h *openHeap) push(x openNode) {
	*h = append(*h, x)
	for i := len(*h) - 1; i > 0; {
		up := (i - 1) / 2
		if !h.less(i, up) {
			return
		}
		(*h)[i], (*h)[up] = (*h)[up], (*h)[i]
		i = up
	}
}

func (h *openHeap) pop() openNode {
	q := *h
	top := q[0]
	q[0] = q[len(q)-1]
	*h = q[:len(q)-1]
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(*h) {
			return top
		}
		if child+1 < len(*h) && h.less(child+1, child) {
			child++
		}
		if !h.less(child, i) {
			return top
		}
		(*h)[i], (*h)[child] = (*h)[child], (*h)[i]
		i = child
	}
}
