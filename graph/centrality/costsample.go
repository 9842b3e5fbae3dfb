package centrality

import (
	"math"
	"math/rand/v2"
)

// costSampler draws cheapest paths, each of those between two ends with the same
// probability.
type costSampler struct {
	*costWalker
	blocks  map[int]*plain // by [part.first]
	touched []uint32       // classes inside the last path
}

// sample draws a path between two classes of a block. Costs that count as equal are those
// of [Betweenness].
func (w *costSampler) sample(p *part, s, t uint32, r *rand.Rand) error {
	g := w.blocks[p.first]
	err := w.out(g, s, t)
	w.touched = w.touched[:0]
	switch {
	case err != nil:
	case math.IsInf(w.nodes[t].paths, 1):
		err = errTooManyPaths
	case !math.IsInf(w.dist[t], 1):
		for v := w.before(t, r); v != s; v = w.before(v, r) {
			w.touched = append(w.touched, v)
		}
	}
	w.dist[s], w.nodes[s] = math.Inf(1), costNode{}
	for _, x := range w.ways { // found, if not all settled
		v := g.arcs[x.arc].to
		w.dist[v], w.nodes[v] = math.Inf(1), costNode{}
	}
	return err
}

// before returns the node before another on a path that is drawn.
func (w *costSampler) before(v uint32, r *rand.Rand) uint32 {
	u := &w.nodes[v]
	way := &w.ways[u.last-1]
	if way.previous == 0 {
		return way.from
	}
	for x := r.Float64() * u.paths; ; way = &w.ways[way.previous-1] {
		if x -= w.nodes[way.from].paths; x < 0 || way.previous == 0 {
			return way.from
		}
	}
}

func (w *costSampler) inside() []uint32 { return w.touched }
