package community

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// level is an undirected graph whose nodes stand for sets of nodes of the one before.
// Links inside a set are left out: moving it does not change them.
type level struct {
	off    []uint32
	nbr    []uint32
	weight []float64 // nil: all 1
	mass   []float64 // of a node: its degree, or how many nodes it stands for
	total  float64   // of the first level: half the weight of all arcs
}

func (g *level) size() int { return len(g.mass) }

func (g *level) at(i uint32) float64 {
	if g.weight == nil {
		return 1
	}
	return g.weight[i]
}

func (g *level) strength(v int) float64 {
	if g.weight == nil {
		return float64(g.off[v+1] - g.off[v])
	}
	sum := 0.0
	for _, w := range g.weight[g.off[v]:g.off[v+1]] {
		sum += w
	}
	return sum
}

// arcs counts those of some nodes.
func (g *level) arcs(nodes []uint32) int {
	count := 0
	for _, v := range nodes {
		count += int(g.off[v+1] - g.off[v])
	}
	return count
}

func singletons(n int) []uint32 {
	part := make([]uint32, n)
	for v := range part {
		part[v] = uint32(v)
	}
	return part
}

// search is one run of Leiden.
type search struct {
	ctx    context.Context
	rate   float64
	random *rand.Rand
	near   []nearby // of each processor
}

// nearby sums the weight of links from one node to groups.
type nearby struct {
	to     []float64
	groups []uint32
	random rand.PCG // of the group that is refined
}

func (s *nearby) clear() {
	for _, c := range s.groups {
		s.to[c] = 0
	}
	s.groups = s.groups[:0]
}

// sum adds up the links of v by the group of their other end.
func (s *nearby) sum(g *level, v uint32, part []uint32) {
	lo, hi := g.off[v], g.off[v+1]
	row, to, k := g.nbr[lo:hi], s.to, len(s.groups)
	groups := slices.Grow(s.groups, len(row)+1)
	groups = groups[:cap(groups)]
	if g.weight == nil {
		for _, u := range row {
			c := part[u]
			groups[k] = c
			k += isZero(to[c])
			to[c]++
		}
	} else {
		weights := g.weight[lo:hi]
		for i, u := range row {
			c := part[u]
			groups[k] = c
			k += isZero(to[c])
			to[c] += weights[i]
		}
	}
	s.groups = groups[:k]
}

// isZero returns 1 for 0 and else 0. Whether a link is the first to its group is hard to
// foretell, so each group is noted and kept by arithmetic.
func isZero(x float64) int {
	zero := 0
	if math.Float64bits(x) == 0 {
		zero = 1
	}
	return zero
}

// round goes through all levels once and leaves the new partition in part. The first of
// several is Louvain's: groups are not taken apart, and the moves of the first level
// are bounded.
func (s *search) round(base *level, part []uint32, rough bool) error {
	g, groups, looks := base, part, math.MaxInt
	if rough {
		looks = firstLooks
	}
	place := singletons(base.size()) // of a node of base in g
	for {
		if err := s.move(g, groups, looks); err != nil {
			return err
		}
		looks = math.MaxInt
		sets := groups
		if !rough {
			var err error
			if sets, err = s.refine(g, groups); err != nil {
				return err
			}
		}
		above, up, err := s.merge(g, sets)
		if err != nil {
			return err
		}
		if above.size() == g.size() {
			break
		}
		next := make([]uint32, above.size())
		for v, c := range groups {
			next[up[v]] = c
		}
		compact(next)
		for v, p := range place {
			place[v] = up[p]
		}
		g, groups = above, next
	}
	result := make([]uint32, len(part)) // groups is part itself if there is one level
	for v, p := range place {
		result[v] = groups[p]
	}
	compact(result)
	copy(part, result)
	return nil
}

// compact numbers groups in the order in which they appear, and counts them.
func compact(part []uint32) int {
	most := uint32(0)
	for _, c := range part {
		most = max(most, c)
	}
	number, count := make([]uint32, int(most)+1), uint32(0)
	for v, c := range part {
		if number[c] == 0 {
			count++
			number[c] = count
		}
		part[v] = number[c] - 1
	}
	return int(count)
}

// shuffled returns the nodes in random order.
func (s *search) shuffled(n int) []uint32 {
	order := singletons(n)
	s.random.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// refine takes each group apart and merges its nodes anew: a node that is still alone
// joins the set in its group where it gains most, if both hang well together with the
// rest of the group. Groups do not touch each other, so processors share them.
func (s *search) refine(g *level, part []uint32) ([]uint32, error) {
	n := g.size()
	starts, members := bySet(part, n, s.shuffled(n))
	r := &refinement{
		g: g, part: part, fine: singletons(n), rate: s.rate, salt: s.random.Uint64(),
		mass: slices.Clone(g.mass), cut: make([]float64, n), joined: make([]bool, n),
	}
	err := s.chunks(starts, func(near *nearby, _, lo, hi int) {
		for c := lo; c < hi; c++ {
			r.group(near, members[starts[c]:starts[c+1]])
		}
	})
	return r.fine, err
}

// within returns the weight of the links of v to its own group.
func (g *level) within(v uint32, part []uint32) float64 {
	lo, hi, own := g.off[v], g.off[v+1], part[v]
	if g.weight == nil {
		count := 0
		for _, u := range g.nbr[lo:hi] {
			count += same(part[u], own)
		}
		return float64(count)
	}
	sum, weights := 0.0, g.weight[lo:hi]
	for i, u := range g.nbr[lo:hi] {
		if part[u] == own {
			sum += weights[i]
		}
	}
	return sum
}

// same returns 1 for equal groups and else 0: see isZero.
func same(c, d uint32) int {
	equal := 0
	if c == d {
		equal = 1
	}
	return equal
}

// refinement is the state of refine.
type refinement struct {
	g          *level
	part, fine []uint32
	rate       float64
	salt       uint64    // of what is random here
	mass, cut  []float64 // of sets: cut is the weight of links to the rest of the group
	joined     []bool    // not alone: somebody joined
}

// group refines one group, its nodes in the order given.
func (r *refinement) group(near *nearby, members []uint32) {
	if len(members) < 2 {
		return
	}
	all := 0.0
	for _, v := range members {
		all += r.g.mass[v]
		r.cut[v] = r.g.within(v, r.part)
	}
	near.random.Seed(r.salt, uint64(members[0]))
	for _, v := range members {
		mass := r.g.mass[v]
		if r.joined[v] || r.cut[v] == 0 || r.cut[v] < r.rate*mass*(all-mass) {
			continue
		}
		r.sumInside(near, v)
		if c := r.choose(near, mass, all); c != none {
			r.fine[v], r.joined[c] = c, true
			r.mass[c] += mass
			r.cut[c] += r.cut[v] - 2*near.to[c]
		}
		near.clear()
	}
}

// nearlyBest is the part of the greatest gain that is as good as it. In a network without
// weights gains differ by next to nothing, and who always took the greatest would have
// all take the node of fewest links.
const nearlyBest = 0.995

// choose returns one of the sets where a node gains nearly most, each as likely as the
// others, or none if it gains nowhere.
func (r *refinement) choose(near *nearby, mass, all float64) uint32 {
	gain := func(c uint32) float64 {
		if r.cut[c] < r.rate*r.mass[c]*(all-r.mass[c]) {
			return 0
		}
		return near.to[c] - r.rate*mass*r.mass[c]
	}
	most := 0.0
	for _, c := range near.groups {
		most = max(most, gain(c))
	}
	chosen, count := none, uint64(0)
	for _, c := range near.groups {
		if g := gain(c); g > 0 && g >= nearlyBest*most {
			if count++; near.random.Uint64()%count == 0 {
				chosen = c
			}
		}
	}
	return chosen
}

// sumInside adds up the links of v to the sets of its group.
func (r *refinement) sumInside(near *nearby, v uint32) {
	lo, hi, own := r.g.off[v], r.g.off[v+1], r.part[v]
	groups := slices.Grow(near.groups, int(hi-lo)+1)
	groups = groups[:cap(groups)]
	k := len(near.groups)
	for i, u := range r.g.nbr[lo:hi] {
		if r.part[u] != own {
			continue // others work on that group
		}
		c := r.fine[u]
		groups[k] = c
		k += isZero(near.to[c])
		near.to[c] += r.g.at(lo + uint32(i))
	}
	near.groups = groups[:k]
}

// merge returns the level whose nodes are the sets, and the node of each node.
func (s *search) merge(g *level, sets []uint32) (*level, []uint32, error) {
	up := slices.Clone(sets)
	n := compact(up)
	if n == g.size() {
		return g, up, nil
	}
	starts, members := bySet(up, n, nil)
	above := &level{off: make([]uint32, n+1), mass: make([]float64, n)}
	parts := make([]level, pieces(starts))
	err := s.chunks(starts, func(near *nearby, chunk, lo, hi int) {
		p := &parts[chunk]
		arcs := g.arcs(members[starts[lo]:starts[hi]])
		p.nbr, p.weight = make([]uint32, 0, arcs), make([]float64, 0, arcs)
		for c := lo; c < hi; c++ {
			for _, v := range members[starts[c]:starts[c+1]] {
				above.mass[c] += g.mass[v]
				near.sum(g, v, up)
			}
			for _, d := range near.groups {
				if d != uint32(c) {
					p.nbr, p.weight = append(p.nbr, d), append(p.weight, near.to[d])
				}
			}
			near.clear()
			above.off[c+1] = uint32(len(p.nbr)) // from the beginning of the chunk
		}
	})
	size := 0
	for _, p := range parts {
		size += len(p.nbr)
	}
	above.nbr, above.weight = make([]uint32, 0, size), make([]float64, 0, size)
	for chunk, p := range parts {
		lo, hi := cuts(starts, chunk), cuts(starts, chunk+1)
		for c := lo; c < hi; c++ {
			above.off[c+1] += uint32(len(above.nbr))
		}
		above.nbr, above.weight = append(above.nbr, p.nbr...), append(above.weight, p.weight...)
	}
	return above, up, err
}

// bySet sorts nodes by their set, those of one set in the order given, or by index.
func bySet(of []uint32, n int, order []uint32) (starts, members []uint32) {
	starts, members = make([]uint32, n+1), make([]uint32, len(of))
	for _, c := range of {
		starts[c+1]++
	}
	for c := range n {
		starts[c+1] += starts[c]
	}
	next := slices.Clone(starts[:n])
	for i := range of {
		v := uint32(i)
		if order != nil {
			v = order[i]
		}
		members[next[of[v]]] = v
		next[of[v]]++
	}
	return starts, members
}
