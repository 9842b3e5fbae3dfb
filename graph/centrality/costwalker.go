package centrality

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/heap"
)

// costWalker runs Brandes' algorithm by cost, from one source after another.
type costWalker struct {
	ctx   context.Context
	open  heap.Radix
	dist  []float64 // of each node, +Inf where not found
	nodes []costNode
	queue []uint32 // nodes, nearest first
	ways  []way
}

type costNode struct {
	paths  float64 // number of cheapest paths
	passed float64 // what one of them carries onward
	last   uint32  // the last of its ways, from 1; 0 for none
}

// way is an arc to a node by which the node was as near as it was known to be.
type way struct {
	cost      float64 // of the node by this way
	from, arc uint32
	previous  uint32 // way to the same node, from 1; 0 for none
}

// arc is an arc of a block and what it costs.
type arc struct {
	cost float64
	to   uint32
}

func newCostWalker(ctx context.Context, nodes, arcs int) *costWalker {
	w := &costWalker{
		ctx: ctx, dist: make([]float64, nodes), nodes: make([]costNode, nodes),
		queue: make([]uint32, 0, nodes), ways: make([]way, 0, arcs),
	}
	for v := range w.dist {
		w.dist[v] = math.Inf(1)
	}
	return w
}

// source adds the shares of the paths from s to nodes, to arcs, or to both; nil is
// left alone.
func (w *costWalker) source(p *plain, s uint32, nodes, arcs []float64) error {
	if err := w.out(p, s, everywhere); err != nil {
		return err
	}
	err := w.back(p, nodes, arcs)
	for _, v := range w.queue {
		w.dist[v], w.nodes[v] = math.Inf(1), costNode{}
	}
	return err
}

// everywhere is no node, at which no search ends.
const everywhere = ^uint32(0)

// out finds the distances from s (Dijkstra 1959) as far as t, the nodes in their order
// and the ways of cheapest paths.
func (w *costWalker) out(p *plain, s, t uint32) error {
	w.queue, w.ways = append(w.queue[:0], s), w.ways[:0]
	w.open.Reset()
	w.dist[s], w.nodes[s].paths = 0, 1
	w.expand(p, s)
	for {
		near := w.open.Next(w.dist)
		if len(near) == 0 {
			return nil
		}
		for _, v := range near {
			w.settle(v)
			if v == t {
				return nil
			}
			w.expand(p, v)
			if w.queue = append(w.queue, v); len(w.queue)%ctxStride == 0 && w.ctx.Err() != nil {
				return w.ctx.Err()
			}
		}
	}
}

// expand finds the ways out of a node. A way leads away from the source, so that no
// path bites its own tail however wide costSlack is.
func (w *costWalker) expand(p *plain, v uint32) {
	dist, here, paths, first := w.dist, w.dist[v], w.nodes[v].paths, p.off[v]
	for i, a := range p.arcs[first:p.off[v+1]] {
		far, known := here+a.cost, dist[a.to]
		if far > known*(1+costSlack) || known <= here {
			continue
		}
		if far == here { // too small to count, yet every step leads away
			far = math.Nextafter(far, math.Inf(1))
		}
		x, u := way{cost: far, from: v, arc: first + uint32(i)}, &w.nodes[a.to]
		if far*(1+costSlack) >= known {
			x.previous = u.last
		}
		w.ways = append(w.ways, x)
		u.last, u.paths = uint32(len(w.ways)), paths
		if far < known {
			dist[a.to] = far
			w.open.Push(far, a.to)
		}
	}
}

// settle counts the paths to a node that has several ways, and drops those that are
// dearer than the cheapest after all.
func (w *costWalker) settle(v uint32) {
	u, most := &w.nodes[v], w.dist[v]*(1+costSlack)
	if w.ways[u.last-1].previous == 0 {
		return
	}
	paths, keep := 0.0, &u.last
	for i := u.last; i > 0; {
		x := &w.ways[i-1]
		if x.cost <= most {
			paths += w.nodes[x.from].paths
			*keep, keep = i, &x.previous
		}
		i = x.previous
	}
	*keep = 0
	u.paths = paths
}

// back carries dependencies from the farthest nodes to the source.
func (w *costWalker) back(p *plain, nodes, arcs []float64) error {
	from := p.begins[w.queue[0]]
	for i := len(w.queue) - 1; i > 0; i-- {
		v := w.queue[i]
		u := &w.nodes[v]
		if u.paths > math.MaxFloat64 {
			return errTooManyPaths
		}
		if nodes != nil {
			nodes[v] += u.passed * u.paths
		}
		share := from*p.ends[v]/u.paths + u.passed
		for i := u.last; i > 0; {
			x := &w.ways[i-1]
			t := &w.nodes[x.from]
			t.passed += share
			if arcs != nil {
				arcs[x.arc] += t.paths * share
			}
			i = x.previous
		}
	}
	return nil
}
