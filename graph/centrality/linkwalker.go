package centrality

import "math"

// linkWalker does for arcs what walker does for nodes, in blocks without classes.
type linkWalker struct {
	piece  *plain
	seen   []uint8   // 0 not yet, 1 found, 2 found on the level being made
	paths  []float64 // number of shortest paths from the source
	flow   []float64 // the same, 0 until the level is complete
	share  []float64 // what one path to the node carries, to it and onward
	passed []float64 // sum of share over the next steps
	queue  []uint32  // nodes in the order found
	rest   []uint32  // nodes not yet found, and some that were
	steps  []uint32  // the arcs of steps out of each node whose level was pushed
	ends   []uint32  // where they end, by place in queue
	levels []level
}

func newLinkWalker(nodes, arcs int) *linkWalker {
	floats := func() []float64 { return make([]float64, nodes) }
	return &linkWalker{
		seen: make([]uint8, nodes), paths: floats(), flow: floats(), share: floats(), passed: floats(),
		queue: make([]uint32, nodes), rest: make([]uint32, 0, nodes),
		steps: make([]uint32, arcs+1), ends: make([]uint32, nodes),
	}
}

// source adds the shares of the paths from s to its arcs; of an undirected piece
// both arcs of a link together have what passes it.
func (w *linkWalker) source(p *plain, s uint32, arcs []float64) error {
	w.piece = p
	reached := w.out(s)
	for _, v := range w.queue[:reached] {
		w.seen[v], w.flow[v] = 0, 0
	}
	for _, v := range w.queue[:reached] {
		if w.paths[v] > math.MaxFloat64 {
			return errTooManyPaths
		}
	}
	w.back(reached, arcs)
	return nil
}

// out is that of walker.
func (w *linkWalker) out(s uint32) int {
	p := w.piece
	w.seen[s], w.paths[s], w.flow[s], w.queue[0] = 1, 1, 1, s
	w.levels, w.rest = w.levels[:0], w.rest[:0]
	ahead := p.degree(s)                 // arcs out of the level just made
	behind := uint32(len(p.nbr)) - ahead // arcs out of nodes not yet found
	l, steps := level{hi: 1}, uint32(0)
	for l.lo < l.hi && l.hi < p.size() {
		if l.pulled = !p.directed && behind < ahead; l.pulled {
			w.pull(&l)
		} else {
			l.first = steps
			steps = w.push(&l)
		}
		ahead = 0
		for _, u := range w.queue[l.hi:l.end] {
			w.seen[u] = 1
			w.flow[u] = w.paths[u]
			ahead += p.degree(u)
		}
		behind -= ahead
		w.levels = append(w.levels, l)
		l = level{lo: l.hi, hi: l.end}
	}
	return l.hi
}

// push is that of walker, with arcs for steps.
func (w *linkWalker) push(l *level) uint32 {
	p, seen, paths, queue, steps := w.piece, w.seen, w.paths, w.queue, w.steps
	end, next := l.hi, l.first
	for i := l.lo; i < l.hi; i++ {
		v, start := queue[i], next
		first := p.off[v]
		for k, u := range p.nbr[first:p.off[v+1]] {
			mark := seen[u]
			if mark == 0 {
				mark = 2
				seen[u], paths[u], queue[end] = 2, 0, u
				end++
			}
			steps[next] = first + uint32(k)
			next += uint32(mark >> 1)
		}
		flow := paths[v]
		for _, k := range steps[start:next] {
			paths[p.nbr[k]] += flow
		}
		w.ends[i] = next
	}
	l.end = end
	return next
}

// pull is that of walker.
func (w *linkWalker) pull(l *level) {
	p, flow := w.piece, w.flow
	if len(w.rest) == 0 {
		w.rest = unseen(w.seen[:p.size()], w.rest)
	}
	left := w.rest[:0]
	end := l.hi
	for _, u := range w.rest {
		if w.seen[u] != 0 {
			continue
		}
		paths := 0.0
		for _, v := range p.nbr[p.off[u]:p.off[u+1]] {
			paths += flow[v]
		}
		if paths == 0 {
			left = append(left, u)
			continue
		}
		w.paths[u], w.queue[end] = paths, u
		end++
	}
	w.rest, l.end = left, end
}

// back carries dependencies from the farthest nodes to the source.
func (w *linkWalker) back(reached int, arcs []float64) {
	from := w.piece.begins[w.queue[0]]
	if len(w.levels) > 0 {
		for _, v := range w.queue[w.levels[len(w.levels)-1].hi:reached] {
			w.share[v] = from * w.piece.ends[v] / w.paths[v]
		}
	}
	for i := len(w.levels) - 1; i >= 0; i-- {
		l := w.levels[i]
		if l.pulled {
			w.scatter(l, arcs)
		} else {
			w.gather(l, arcs)
		}
		for _, v := range w.queue[l.lo:l.hi] {
			w.share[v] = from*w.piece.ends[v]/w.paths[v] + w.passed[v]
		}
	}
}

// gather sums up the shares of the next level over a level that was pushed.
func (w *linkWalker) gather(l level, arcs []float64) {
	first, nbr, share := l.first, w.piece.nbr, w.share
	for i := l.lo; i < l.hi; i++ {
		v := w.queue[i]
		total, paths := 0.0, w.paths[v]
		for _, k := range w.steps[first:w.ends[i]] {
			x := share[nbr[k]]
			total += x
			arcs[k] += paths * x
		}
		w.passed[v] = total
		first = w.ends[i]
	}
}

// scatter does so over a level that was pulled, from the next one: flow is that of
// this level alone meanwhile, so that other arcs get 0. It adds to passed of other
// levels too, which have been finished or will be set anew.
func (w *linkWalker) scatter(l level, arcs []float64) {
	p, passed, flow := w.piece, w.passed, w.flow
	for _, v := range w.queue[l.lo:l.hi] {
		passed[v], flow[v] = 0, w.paths[v]
	}
	for _, u := range w.queue[l.hi:l.end] {
		share, first := w.share[u], p.off[u]
		for k, v := range p.nbr[first:p.off[u+1]] {
			passed[v] += share
			arcs[int(first)+k] += share * flow[v]
		}
	}
	for _, v := range w.queue[l.lo:l.hi] {
		flow[v] = 0
	}
}
