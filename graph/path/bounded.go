package path

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/heap"
	"github.com/chokepoint/chokepoint/graph/network"
)

// step is one way to a node under a hop bound; several for one node may be of use,
// each dearer than the last and with fewer hops.
type step struct {
	node   network.NodeIndex
	edge   network.EdgeIndex
	parent int
}

// bound is what a search under a hop bound knows of a node: how many hops it is
// from the target and the fewest with which it was left.
type bound struct {
	stamp, left, fewest uint32
}

// bounded finds the cheapest path with at most maxHops links, by Dijkstra's
// algorithm on pairs of node and hops (Joksch 1966). A pair is dropped when the node
// was left before with no more cost and no more hops, or when the target is further
// away than the hops left, which a first search by hops from the target tells.
func bounded(ctx context.Context, q query, cost Cost) (Path, bool, error) {
	s := levelsPool.Get().(*levels)
	defer s.release()
	s.reset(q)
	if err := s.hopsToTarget(ctx); err != nil {
		return Path{}, false, err
	}
	var open heap.Min
	var steps []step
	add := func(v network.NodeIndex, e network.EdgeIndex, parent int, c float64, hops uint32) {
		b := s.bounds[v]
		if b.stamp == s.epoch && hops < b.fewest && int(hops+b.left) <= q.maxHops && c < math.Inf(1) {
			open.Push(heap.Item{Cost: c, Hops: hops, ID: uint32(len(steps))})
			steps = append(steps, step{v, e, parent})
		}
	}
	for _, v := range q.from {
		add(v, network.NoEdge, -1, 0, 0)
	}
	for count := 0; len(open) > 0; count++ {
		if err := poll(ctx, count); err != nil {
			return Path{}, false, err
		}
		top := open.Pop()
		v := steps[top.ID].node
		b := &s.bounds[v]
		if top.Hops >= b.fewest {
			continue
		}
		b.fewest = top.Hops
		if b.left == 0 {
			return trace(steps, int(top.ID), cost), true, nil
		}
		s.buf = q.g.AppendOut(v, s.buf[:0])
		for _, a := range s.buf {
			c, err := cost.of(a.Edge)
			if err != nil {
				return Path{}, false, err
			}
			if !q.forbidden(0, v, a.To) {
				add(a.To, a.Edge, int(top.ID), top.Cost+c, top.Hops+1)
			}
		}
	}
	return Path{}, false, nil
}

// hopsToTarget sets the bounds of the nodes within maxHops of to.
func (s *levels) hopsToTarget(ctx context.Context) error {
	if len(s.bounds) < len(s.visits) {
		s.bounds = make([]bound, len(s.visits))
	}
	s.from = nil // search from one side alone
	s.seed()
	for hops := 0; ; hops++ {
		for _, v := range s.frontier(1) {
			s.bounds[v] = bound{s.epoch, uint32(hops), math.MaxUint32}
		}
		if hops == s.maxHops || len(s.frontier(1)) == 0 {
			return nil
		}
		if _, err := s.expand(ctx, 1); err != nil {
			return err
		}
	}
}

func trace(steps []step, last int, cost Cost) Path {
	var p Path
	for i := last; i >= 0; i = steps[i].parent {
		p.Nodes = append(p.Nodes, steps[i].node)
		if steps[i].edge != network.NoEdge {
			p.Edges = append(p.Edges, steps[i].edge)
		}
	}
	slices.Reverse(p.Nodes)
	slices.Reverse(p.Edges)
	p.Cost = cost.sum(p.Edges)
	return p
}
