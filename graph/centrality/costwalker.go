package centrality

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/heap"
)

// costWalker runs Brandes' algorithm by cost, from one source after another.
type costWalker struct {
	ctx   context.Context
	open  heap.Min
	dist  []float64 // +Inf where not found
	paths []float64
	share []float64 // what one path to the node carries, to it and onward
	queue []uint32  // nodes, nearest first
	steps []uint32  // arcs of cheapest paths, by their first node's place in queue
	ends  []uint32  // where those of each place end
}

func newCostWalker(ctx context.Context, nodes, arcs int) *costWalker {
	w := &costWalker{
		ctx: ctx, dist: make([]float64, nodes), paths: make([]float64, nodes), share: make([]float64, nodes),
		queue: make([]uint32, 0, nodes), steps: make([]uint32, 0, arcs), ends: make([]uint32, nodes),
	}
	for v := range w.dist {
		w.dist[v] = math.Inf(1)
	}
	return w
}

// source adds the shares of the paths from s to nodes, to arcs, or to both; nil is
// left alone.
func (w *costWalker) source(p *plain, s uint32, nodes, arcs []float64) error {
	err := w.settle(p, s)
	if err == nil {
		w.count(p)
		err = w.back(p, nodes, arcs)
	}
	for _, v := range w.queue {
		w.dist[v] = math.Inf(1)
	}
	return err
}

// settle finds the distances from s (Dijkstra 1959) and the nodes in their order.
func (w *costWalker) settle(p *plain, s uint32) error {
	dist := w.dist
	w.queue, w.open = w.queue[:0], w.open[:0]
	dist[s] = 0
	w.open.Push(heap.Item{ID: s})
	for len(w.open) > 0 {
		top := w.open.Pop()
		v := top.ID
		if top.Cost > dist[v] {
			continue // it was left from nearer by
		}
		if w.queue = append(w.queue, v); len(w.queue)%ctxStride == 0 && w.ctx.Err() != nil {
			return w.ctx.Err()
		}
		costs := p.cost[p.off[v]:p.off[v+1]]
		for i, u := range p.nbr[p.off[v]:p.off[v+1]] {
			far := top.Cost + costs[i]
			if far == top.Cost { // too small to count, yet every step leads away
				far = math.Nextafter(far, math.Inf(1))
			}
			if far < dist[u] {
				dist[u] = far
				w.open.Push(heap.Item{Cost: far, ID: u})
			}
		}
	}
	return nil
}

// count finds the steps of cheapest paths and the numbers of these. A step leads away
// from s, so that no path bites its own tail however wide slack is.
func (w *costWalker) count(p *plain) {
	dist, paths := w.dist, w.paths
	for _, v := range w.queue {
		paths[v] = 0
	}
	paths[w.queue[0]] = 1
	w.steps = w.steps[:0]
	for i, v := range w.queue {
		here := dist[v]
		for k := p.off[v]; k < p.off[v+1]; k++ {
			if u := p.nbr[k]; here < dist[u] && here+p.cost[k] <= dist[u]*(1+slack) {
				paths[u] += paths[v]
				w.steps = append(w.steps, k)
			}
		}
		w.ends[i] = uint32(len(w.steps))
	}
}

// back carries dependencies from the farthest nodes to the source.
func (w *costWalker) back(p *plain, nodes, arcs []float64) error {
	from := p.ends[w.queue[0]]
	for i := len(w.queue) - 1; i >= 0; i-- {
		v, first, onward := w.queue[i], uint32(0), 0.0
		if w.paths[v] > math.MaxFloat64 {
			return errTooManyPaths
		}
		if i > 0 {
			first = w.ends[i-1]
		}
		steps := w.steps[first:w.ends[i]]
		for _, k := range steps {
			onward += w.share[p.nbr[k]]
		}
		if arcs != nil {
			for _, k := range steps {
				arcs[k] += w.paths[v] * w.share[p.nbr[k]]
			}
		}
		if nodes != nil && i > 0 {
			nodes[v] += onward * w.paths[v]
		}
		w.share[v] = from*p.ends[v]/w.paths[v] + onward
	}
	return nil
}
