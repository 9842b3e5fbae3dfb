package centrality

import "math"

// walker runs Brandes' algorithm from one source after another and holds the scratch
// of one goroutine.
type walker struct {
	part   *part
	push   func(*level) uint32
	seen   []uint8   // 0 not yet, 1 found, 2 found on the level being made
	paths  []float64 // number of shortest paths from the source to one member
	flow   []float64 // the same to all members, 0 until the level is complete
	share  []float64 // what one path to the node carries on: see finish
	passed []float64 // sum of share over the next steps
	queue  []uint32  // nodes in the order found
	rest   []uint32  // nodes not yet found, and some that were
	steps  []uint32  // the next nodes of each node whose level was pushed
	ends   []uint32  // where they end, by place in queue
	levels []level
}

// level is the passage from one level, queue[lo:hi], to the next, queue[hi:end].
type level struct {
	lo, hi, end int
	pulled      bool
	first       uint32 // its first step, when it was pushed
}

func newWalker(nodes, arcs int) *walker {
	floats := func() []float64 { return make([]float64, nodes) }
	w := &walker{
		seen: make([]uint8, nodes), paths: floats(), flow: floats(), share: floats(), passed: floats(),
		queue: make([]uint32, nodes), rest: make([]uint32, 0, nodes),
		steps: make([]uint32, arcs+1), ends: make([]uint32, nodes),
	}
	w.push = w.pushNodes
	return w
}

// source adds the paths that start in one class.
func (w *walker) source(p *part, s uint32, sum []float64) error {
	w.part = p
	reached := w.out(s)
	err := w.back(reached, sum)
	for _, v := range w.queue[:reached] {
		w.seen[v], w.flow[v] = 0, 0
	}
	return err
}

// out counts shortest paths from s level by level and returns how many nodes it
// reached.
func (w *walker) out(s uint32) int {
	p := w.part
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
			w.flow[u] = w.paths[u] * p.members[u]
			ahead += p.degree(u)
		}
		behind -= ahead
		w.levels = append(w.levels, l)
		l = level{lo: l.hi, hi: l.end}
	}
	return l.hi
}

// pushNodes makes the next level from the arcs of this one. It notes the steps of shortest
// paths, so that the way back reads them alone, and returns where they end. Whether
// an arc is a step is hard to foretell, so each is noted and kept by arithmetic.
func (w *walker) pushNodes(l *level) uint32 {
	p, seen, paths, queue, steps := w.part, w.seen, w.paths, w.queue, w.steps
	end, k := l.hi, l.first
	for i := l.lo; i < l.hi; i++ {
		v, start := queue[i], k
		for _, u := range p.nbr[p.off[v]:p.off[v+1]] {
			mark := seen[u]
			if mark == 0 {
				mark = 2
				seen[u], paths[u], queue[end] = 2, 0, u
				end++
			}
			steps[k] = u
			k += uint32(mark >> 1)
		}
		flow := w.flow[v]
		for _, u := range steps[start:k] {
			paths[u] += flow
		}
		w.ends[i] = k
	}
	l.end = end
	return k
}

// pull makes the next level from the arcs of the nodes not yet found. In an
// undirected part the found nodes that they touch all lie on the last level, and the
// others have no flow yet, so there is nothing to tell apart.
func (w *walker) pull(l *level) {
	p, flow := w.part, w.flow
	if len(w.rest) == 0 {
		w.rest = w.unseen()
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

func (w *walker) unseen() []uint32 {
	rest, k := w.rest[:w.part.size()], 0
	for v := range rest {
		rest[k] = uint32(v)
		k += int(w.seen[v]&1 ^ 1)
	}
	return rest[:k]
}

// back carries dependencies from the farthest nodes to the source (Brandes 2001,
// theorem 6).
func (w *walker) back(reached int, sum []float64) error {
	from := w.part.sends[w.queue[0]]
	if len(w.levels) > 0 {
		last := w.levels[len(w.levels)-1]
		for _, v := range w.queue[last.hi:reached] {
			if w.paths[v] > math.MaxFloat64 {
				return errTooManyPaths
			}
			w.finish(v, 0)
		}
	}
	for i := len(w.levels) - 1; i > 0; i-- {
		l := w.levels[i]
		if l.pulled {
			w.scatter(l)
		} else {
			w.gather(l)
		}
		for _, v := range w.queue[l.lo:l.hi] {
			if w.paths[v] > math.MaxFloat64 {
				return errTooManyPaths
			}
			sum[v] += from * w.finish(v, w.passed[v])
		}
	}
	return nil
}

// finish returns the dependency of the source on one member of v, given the sum of
// share over the next steps, and sets the share of v: on each path to v lies its
// part of the paths that pass any member and of those that end in one.
func (w *walker) finish(v uint32, passed float64) float64 {
	passing := passed * w.paths[v]
	w.share[v] = (w.part.stands[v] + w.part.members[v]*passing) / w.paths[v]
	return passing
}

// gather sums up the shares of the next level over a level that was pushed.
func (w *walker) gather(l level) {
	first := l.first
	for i := l.lo; i < l.hi; i++ {
		total := 0.0
		for _, u := range w.steps[first:w.ends[i]] {
			total += w.share[u]
		}
		w.passed[w.queue[i]] = total
		first = w.ends[i]
	}
}

// scatter does so over a level that was pulled, from the next one. That also adds to
// nodes of the next level and beyond, which have been finished and do not mind.
func (w *walker) scatter(l level) {
	p, passed := w.part, w.passed
	for _, v := range w.queue[l.lo:l.hi] {
		passed[v] = 0
	}
	for _, u := range w.queue[l.hi:l.end] {
		share := w.share[u]
		for _, v := range p.nbr[p.off[u]:p.off[u+1]] {
			passed[v] += share
		}
	}
}
