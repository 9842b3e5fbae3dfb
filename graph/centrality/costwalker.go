package centrality

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/heap"
)

// costWalker runs Brandes' algorithm by cost, from one source after another. Its
// slices are per node unless they say otherwise.
type costWalker struct {
	ctx    context.Context
	open   heap.Radix
	dist   []float64 // +Inf where not found
	paths  []float64 // number of cheapest paths
	passed []float64 // what one path to the node carries onward
	queue  []uint32  // nodes, nearest first
	ways   []way     // all ways that were cheapest when they were found
	last   []uint32  // the last of them to the node, from 1
	steps  []step    // the ways that were so in the end, by place in queue
	ends   []uint32  // where those of each place end
}

// way is an arc to a node and what the node costs by it.
type way struct {
	cost     float64
	step     step
	previous uint32 // the way to the same node before, from 1
}

type step struct{ from, arc uint32 }

func newCostWalker(ctx context.Context, nodes, arcs int) *costWalker {
	floats := func() []float64 { return make([]float64, nodes) }
	w := &costWalker{
		ctx: ctx, dist: floats(), paths: floats(), passed: floats(), queue: make([]uint32, 0, nodes),
		ways: make([]way, 0, arcs), last: make([]uint32, nodes), steps: make([]step, 0, arcs), ends: make([]uint32, nodes),
	}
	for v := range w.dist {
		w.dist[v] = math.Inf(1)
	}
	return w
}

// source adds the shares of the paths from s to nodes, to arcs, or to both; nil is
// left alone.
func (w *costWalker) source(p *plain, s uint32, nodes, arcs []float64) error {
	if err := w.out(p, s); err != nil {
		return err
	}
	err := w.back(p, nodes, arcs)
	for _, v := range w.queue {
		w.dist[v], w.passed[v], w.last[v] = math.Inf(1), 0, 0
	}
	return err
}

// out finds the distances from s (Dijkstra 1959), the nodes in their order and the
// steps of cheapest paths.
func (w *costWalker) out(p *plain, s uint32) error {
	w.queue, w.ways, w.steps = w.queue[:0], w.ways[:0], w.steps[:0]
	w.open.Reset()
	w.dist[s], w.paths[s] = 0, 1
	w.expand(p, s)
	w.queue = append(w.queue, s)
	w.ends[0] = 0
	for {
		near := w.open.Next(w.dist)
		if len(near) == 0 {
			return nil
		}
		for _, v := range near {
			w.settle(v)
			w.expand(p, v)
			if len(w.queue)%ctxStride == 0 && w.ctx.Err() != nil {
				return w.ctx.Err()
			}
		}
	}
}

// expand finds the ways out of a node.
func (w *costWalker) expand(p *plain, v uint32) {
	dist, here, first := w.dist, w.dist[v], p.off[v]
	costs := p.cost[first:p.off[v+1]]
	for i, u := range p.nbr[first:p.off[v+1]] {
		far := here + costs[i]
		if far > dist[u]*(1+costSlack) {
			continue
		}
		if far == here { // too small to count, yet every step leads away
			far = math.Nextafter(far, math.Inf(1))
		}
		w.ways = append(w.ways, way{cost: far, step: step{v, first + uint32(i)}, previous: w.last[u]})
		w.last[u] = uint32(len(w.ways))
		if far < dist[u] {
			dist[u] = far
			w.open.Push(far, u)
		}
	}
}

// settle counts the paths to a node. A step leads away from the source, so that no
// path bites its own tail however wide costSlack is.
func (w *costWalker) settle(v uint32) {
	here, paths := w.dist[v], 0.0
	for i := w.last[v]; i > 0; {
		x := &w.ways[i-1]
		if x.cost <= here*(1+costSlack) && w.dist[x.step.from] < here {
			paths += w.paths[x.step.from]
			w.steps = append(w.steps, x.step)
		}
		i = x.previous
	}
	w.paths[v] = paths
	w.ends[len(w.queue)] = uint32(len(w.steps))
	w.queue = append(w.queue, v)
}

// back carries dependencies from the farthest nodes to the source.
func (w *costWalker) back(p *plain, nodes, arcs []float64) error {
	from := p.begins[w.queue[0]]
	for i := len(w.queue) - 1; i > 0; i-- {
		v := w.queue[i]
		if w.paths[v] > math.MaxFloat64 {
			return errTooManyPaths
		}
		if nodes != nil {
			nodes[v] += w.passed[v] * w.paths[v]
		}
		share := from*p.ends[v]/w.paths[v] + w.passed[v]
		steps := w.steps[w.ends[i-1]:w.ends[i]]
		for _, s := range steps {
			w.passed[s.from] += share
		}
		if arcs != nil {
			for _, s := range steps {
				arcs[s.arc] += w.paths[s.from] * share
			}
		}
	}
	return nil
}
