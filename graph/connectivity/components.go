package connectivity

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/network"
)

// None stands in [Components].Of for a node that is removed.
const None uint32 = math.MaxUint32

// Components is a partition of the nodes.
type Components struct {
	// Of is the number of each node's component.
	Of []uint32
	// Size counts the nodes of each component, the largest first, ties by their
	// least node.
	Size []int
}

// Count returns the number of components.
func (c *Components) Count() int { return len(c.Size) }

// Largest returns the number of nodes of the largest component, 0 without nodes.
func (c *Components) Largest() int {
	if len(c.Size) == 0 {
		return 0
	}
	return c.Size[0]
}

// ConnectedPairs returns the number of unordered pairs of nodes that share a
// component.
func (c *Components) ConnectedPairs() int64 {
	total := int64(0)
	for _, s := range c.Size {
		total += pairs(s)
	}
	return total
}

// Weak returns the components that remain without a removal, direction ignored, by
// joining each node with its first neighbours, finding the component that has become
// the largest, and reading in full only the nodes outside it (Sutton, Ben-Nun and
// Bar 2018). Time about O(n) where one component holds most nodes, O((n + m)·α(n))
// at worst; memory 4 bytes a node and 8 a component. Errors: a removal out of range,
// the end of ctx.
func Weak(ctx context.Context, net *network.Network, r Removal) (*Components, error) {
	gone, err := newWithout(net, r)
	if err != nil {
		return nil, err
	}
	return weak(ctx, net, gone)
}

func weak(ctx context.Context, net *network.Network, gone *without) (*Components, error) {
	const first = 2
	f := newForest(net.NumNodes())
	for v := range net.NumNodes() {
		if err := poll(ctx, v); err != nil {
			return nil, err
		}
		f.joinRow(net, gone, network.NodeIndex(v), 0, first)
	}
	skip := f.frequent()
	for v := range net.NumNodes() {
		if err := poll(ctx, v); err != nil {
			return nil, err
		}
		if f.root(uint32(v)) != skip {
			f.joinRow(net, gone, network.NodeIndex(v), first, math.MaxInt)
		}
	}
	for v := range f {
		f[v] = f.root(uint32(v))
	}
	for v := range f {
		if gone.gone(uint32(v)) {
			f[v] = None
		}
	}
	return numbered(f), nil
}

// forest is a union-find structure; the root of a tree is its least node.
type forest []uint32

func newForest(n int) forest {
	f := make(forest, n)
	for v := range f {
		f[v] = uint32(v)
	}
	return f
}

func (f forest) root(v uint32) uint32 {
	for f[v] != v {
		f[v] = f[f[v]]
		v = f[v]
	}
	return v
}

func (f forest) join(v, w uint32) {
	v, w = f.root(v), f.root(w)
	f[max(v, w)] = min(v, w)
}

// joinRow joins v with its neighbours at positions from to end of each direction.
func (f forest) joinRow(net *network.Network, gone *without, v network.NodeIndex, from, end int) {
	if gone.gone(uint32(v)) {
		return
	}
	nbr, edges := row(net, v)
	for side := range nbr {
		for i := from; i < min(end, len(nbr[side])); i++ {
			w := uint32(nbr[side][i])
			if !gone.gone(w) && !gone.cut(uint32(edges[side][i])) {
				f.join(uint32(v), w)
			}
		}
	}
}

// frequent returns the root that most of a thousand evenly spaced nodes have.
func (f forest) frequent() uint32 {
	count := make(map[uint32]int)
	best := None
	for v := 0; v < len(f); v += 1 + len(f)/1000 {
		r := f.root(uint32(v))
		count[r]++
		if best == None || count[r] > count[best] {
			best = r
		}
	}
	return best
}

// Strong returns the strongly connected components: any two nodes of one reach each
// other along the direction of links. In an undirected network they are those of
// [Weak]. By the algorithm of Tarjan (1972) with one index per node (Pearce 2016).
// O(n + m) time, 16 bytes a node. Errors: the end of ctx.
func Strong(ctx context.Context, net *network.Network) (*Components, error) {
	if !net.Directed() {
		return Weak(ctx, net, Removal{})
	}
	s := strong{
		net: net, rank: make([]uint32, net.NumNodes()), next: make([]uint32, net.NumNodes()),
		index: 1, component: uint32(net.NumNodes()),
	}
	for v := range net.NumNodes() {
		if s.rank[v] == 0 {
			if err := s.search(ctx, network.NodeIndex(v)); err != nil {
				return nil, err
			}
		}
	}
	for v := range s.rank {
		s.rank[v]-- // components count down from n
	}
	return numbered(s.rank), nil
}

// strong is the state of a depth-first search along links. The rank of a node is 0
// before it is found, then the least index it is known to reach, and once its
// component is closed a number above every index in use.
type strong struct {
	net              *network.Network
	rank, next       []uint32
	path             []visit
	open             []network.NodeIndex // done, but of no closed component
	index, component uint32
	steps            int
}

// visit is a node on the path of the search, with the index it was given.
type visit struct {
	node  network.NodeIndex
	index uint32
}

func (s *strong) search(ctx context.Context, start network.NodeIndex) error {
	s.enter(start)
	for len(s.path) > 0 {
		v := s.path[len(s.path)-1].node
		out := s.net.Out(v)
		at := s.next[v]
		for ; int(at) < len(out) && s.rank[out[at]] != 0; at++ {
			s.rank[v] = min(s.rank[v], s.rank[out[at]])
		}
		s.next[v] = at // a node that is entered now is looked at again when done
		if int(at) < len(out) {
			s.enter(out[at])
			continue
		}
		s.leave()
		s.steps++
		if err := poll(ctx, s.steps); err != nil {
			return err
		}
	}
	return nil
}

func (s *strong) enter(v network.NodeIndex) {
	s.rank[v] = s.index
	s.path = append(s.path, visit{v, s.index})
	s.index++
}

// leave closes the component of the last node on the path if the search entered it
// there.
func (s *strong) leave() {
	last := s.path[len(s.path)-1]
	s.path = s.path[:len(s.path)-1]
	if s.rank[last.node] != last.index {
		s.open = append(s.open, last.node)
		return
	}
	s.index--
	for len(s.open) > 0 && s.rank[s.open[len(s.open)-1]] >= last.index {
		s.rank[s.open[len(s.open)-1]] = s.component
		s.open = s.open[:len(s.open)-1]
		s.index--
	}
	s.rank[last.node] = s.component
	s.component--
}
