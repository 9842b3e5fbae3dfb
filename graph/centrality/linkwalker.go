package centrality

import "math"

// linkWalker is a walker that adds up what arcs carry, in parts without classes. Its
// steps are arcs.
type linkWalker struct{ walker }

func newLinkWalker(nodes, arcs int) *linkWalker {
	w := &linkWalker{*newWalker(nodes, arcs)}
	w.push = w.pushArcs
	return w
}

// source adds the shares of the paths from s to its arcs; of an undirected part both
// arcs of a link together have what passes it.
func (w *linkWalker) source(p *part, s uint32, arcs []float64) error {
	w.part = p
	reached := w.out(s)
	var err error
	for _, v := range w.queue[:reached] {
		w.seen[v], w.flow[v] = 0, 0
		if w.paths[v] > math.MaxFloat64 {
			err = errTooManyPaths
		}
	}
	if err == nil {
		w.back(reached, arcs)
	}
	return err
}

// pushArcs is pushNodes with arcs for steps.
func (w *linkWalker) pushArcs(l *level) uint32 {
	p, seen, paths, queue, steps := w.part, w.seen, w.paths, w.queue, w.steps
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
		flow := w.flow[v]
		for _, k := range steps[start:next] {
			paths[p.nbr[k]] += flow
		}
		w.ends[i] = next
	}
	l.end = end
	return next
}

// back carries dependencies from the farthest nodes to the source, and all of them
// times what the source stands for.
func (w *linkWalker) back(reached int, arcs []float64) {
	from := w.part.sends[w.queue[0]]
	if len(w.levels) > 0 {
		for _, v := range w.queue[w.levels[len(w.levels)-1].hi:reached] {
			w.share[v] = from * w.part.stands[v] / w.paths[v]
		}
	}
	for i := len(w.levels) - 1; i >= 0; i-- {
		l := w.levels[i]
		if l.pulled {
			w.scatterArcs(l, arcs)
		} else {
			w.gatherArcs(l, arcs)
		}
		for _, v := range w.queue[l.lo:l.hi] {
			w.share[v] = from*w.part.stands[v]/w.paths[v] + w.passed[v]
		}
	}
}

// gatherArcs sums up the shares of the next level over a level that was pushed.
func (w *linkWalker) gatherArcs(l level, arcs []float64) {
	first, nbr, share := l.first, w.part.nbr, w.share
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

// scatterArcs does so over a level that was pulled, from the next one: flow is that
// of this level alone meanwhile, so that other arcs get 0. It adds to passed of other
// levels too, which have been finished or will be set anew.
func (w *linkWalker) scatterArcs(l level, arcs []float64) {
	p, passed, flow := w.part, w.passed, w.flow
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
