package centrality

import (
	"math"
	"math/rand/v2"
	"sort"
)

// pairs draws the ends of paths: a pair of nodes, and the block that their shortest
// paths cross, with the same probability for each such crossing.
type pairs struct {
	parts []part
	// sums[i] is the weight of the classes before position i as a first end; see
	// weigh. The last is that of all.
	sums []float64
	// stands[i] is the sum of part.stands before position i.
	stands []float64
	of     []int32 // the part of a position
}

// newPairs weighs each class by the pairs of which it is the first end: the beginnings
// of paths that it sends for, times what the others in its part stand for.
func newPairs(all []part) *pairs {
	size := 0
	for i := range all {
		size += all[i].size()
	}
	p := &pairs{parts: all, sums: make([]float64, size+1), stands: make([]float64, size+1), of: make([]int32, size)}
	for i := range all {
		part := &all[i]
		total := 0.0
		for _, s := range part.stands {
			total += s
		}
		for c, s := range part.stands {
			at := part.first + c
			p.sums[at+1] = p.sums[at] + part.sends[c]*(total-s)
			p.stands[at+1] = p.stands[at] + s
			p.of[at] = int32(i)
		}
	}
	return p
}

// weight is the number of ordered pairs to draw from.
func (p *pairs) weight() float64 { return p.sums[len(p.sums)-1] }

// draw returns a part and two different classes in it.
func (p *pairs) draw(r *rand.Rand) (part *part, s, t uint32) {
	at := find(p.sums, r.Float64()*p.weight())
	part = &p.parts[p.of[at]]
	lo, hi := part.first, part.first+part.size()
	own := p.stands[at+1] - p.stands[at]
	x := p.stands[lo] + r.Float64()*(p.stands[hi]-p.stands[lo]-own)
	if x >= p.stands[at] { // step over the first end
		x += own
	}
	other := lo + find(p.stands[lo:hi+1], x)
	if other == at { // rounding
		other = lo + (at-lo+1)%part.size()
	}
	return part, uint32(at - lo), uint32(other - lo)
}

// find returns the place i with sums[i] ≤ x < sums[i+1].
func find(sums []float64, x float64) int {
	return min(sort.Search(len(sums)-1, func(i int) bool { return sums[i+1] > x }), len(sums)-2)
}

// pathSampler draws shortest paths, each of those between two ends with the same
// probability, by a search from both ends that meets in between (Borassi and Natale
// 2019). It is the scratch of one goroutine.
type pathSampler struct {
	part    *part
	nodes   []reached
	sides   [2]frontier
	meeting []crossing
	round   uint32
	touched []uint32 // classes inside the last path
}

// reached is what a search knows of a class: by which side and in which search it was
// found (2·search + side), how far from its end, and how many shortest paths from
// there end in any member.
type reached struct {
	mark, hops uint32
	paths      float64
}

// frontier is the last level of one side.
type frontier struct {
	nodes, next []uint32
	hops        uint32
	arcs        int // out of its nodes
}

// crossing is a link between the two sides; from is on the side of the source.
type crossing struct{ from, to uint32 }

func newPathSampler(largest int) *pathSampler {
	return &pathSampler{nodes: make([]reached, largest)}
}

// sample draws a path between two classes and leaves the classes inside it in touched:
// none without a path.
func (w *pathSampler) sample(p *part, s, t uint32, r *rand.Rand) error {
	w.begin(p, s, t)
	for len(w.meeting) == 0 {
		side := 0
		if w.sides[1].arcs < w.sides[0].arcs {
			side = 1
		}
		if w.expand(side); len(w.sides[side].nodes) == 0 && len(w.meeting) == 0 {
			return nil
		}
	}
	total := 0.0
	for _, c := range w.meeting {
		total += w.nodes[c.from].paths * w.nodes[c.to].paths
	}
	if math.IsInf(total, 1) {
		return errTooManyPaths
	}
	x, chosen := r.Float64()*total, w.meeting[len(w.meeting)-1]
	for _, c := range w.meeting {
		if x -= w.nodes[c.from].paths * w.nodes[c.to].paths; x < 0 {
			chosen = c
			break
		}
	}
	w.follow(chosen.from, 0, r)
	w.follow(chosen.to, 1, r)
	return nil
}

func (w *pathSampler) inside() []uint32 { return w.touched }

func (w *pathSampler) begin(p *part, s, t uint32) {
	w.part, w.meeting, w.touched = p, w.meeting[:0], w.touched[:0]
	if w.round++; w.round == math.MaxUint32/2 {
		clear(w.nodes)
		w.round = 1
	}
	for side, end := range [2]uint32{s, t} {
		w.nodes[end] = reached{mark: w.mark(side), paths: 1}
		f := &w.sides[side]
		f.nodes, f.hops, f.arcs = append(f.nodes[:0], end), 0, len(w.row(side, end))
	}
}

func (w *pathSampler) mark(side int) uint32 { return 2*w.round + uint32(side) }

// row returns the classes one step from v, seen from one side.
func (w *pathSampler) row(side int, v uint32) []uint32 {
	if side == 1 && w.part.directed {
		return w.part.back[w.part.backOff[v]:w.part.backOff[v+1]]
	}
	return w.part.nbr[w.part.off[v]:w.part.off[v+1]]
}

// expand makes the next level of one side. A link into the other side ends a shortest
// path: both its classes are on the last levels, or they would have met before.
func (w *pathSampler) expand(side int) {
	f, own, other := &w.sides[side], w.mark(side), w.mark(1-side)
	f.hops++
	f.next, f.arcs = f.next[:0], 0
	nodes := w.nodes
	for _, v := range f.nodes {
		flow := nodes[v].paths
		for _, u := range w.row(side, v) {
			n := &nodes[u]
			switch n.mark {
			case own:
				if n.hops == f.hops {
					n.paths += flow
				}
			case other:
				c := crossing{v, u}
				if side == 1 {
					c = crossing{u, v}
				}
				w.meeting = append(w.meeting, c)
			default:
				*n = reached{own, f.hops, flow}
				f.next = append(f.next, u)
			}
		}
	}
	for _, u := range f.next {
		nodes[u].paths *= w.part.members[u]
		f.arcs += len(w.row(side, u))
	}
	f.nodes, f.next = f.next, f.nodes
}

// follow walks from a class back to the end of its side, by the share that each step
// has in the paths.
func (w *pathSampler) follow(v uint32, side int, r *rand.Rand) {
	mark := w.mark(side)
	for w.nodes[v].hops > 0 {
		w.touched = append(w.touched, v)
		before, x := w.nodes[v].hops-1, r.Float64()*w.nodes[v].paths/w.part.members[v]
		step := v
		for _, u := range w.row(1-side, v) {
			if n := &w.nodes[u]; n.mark == mark && n.hops == before {
				step = u
				if x -= n.paths; x < 0 {
					break
				}
			}
		}
		v = step
	}
}
