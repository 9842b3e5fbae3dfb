package community

import (
	"context"
	"math/rand/v2"
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
	near   nearby
}

// nearby sums the weight of links from one node to groups.
type nearby struct {
	to     []float64
	groups []uint32
}

func (s *nearby) reset(n int) {
	if len(s.to) < n {
		s.to = make([]float64, n)
	}
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
	if g.weight == nil {
		for _, u := range g.nbr[lo:hi] {
			c := part[u]
			if s.to[c] == 0 {
				s.groups = append(s.groups, c)
			}
			s.to[c]++
		}
		return
	}
	weights := g.weight[lo:hi]
	for i, u := range g.nbr[lo:hi] {
		c := part[u]
		if s.to[c] == 0 {
			s.groups = append(s.groups, c)
		}
		s.to[c] += weights[i]
	}
}

// round goes through all levels once and leaves the new partition in part.
func (s *search) round(base *level, part []uint32) error {
	g, groups := base, part
	place := singletons(base.size()) // of a node of base in g
	s.near.reset(base.size())
	for {
		if err := s.move(g, groups); err != nil {
			return err
		}
		fine, err := s.refine(g, groups)
		if err != nil {
			return err
		}
		above, up := g.merge(fine, &s.near)
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

// compact numbers groups in the order in which they appear.
func compact(part []uint32) {
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
}

// shuffled returns the nodes in random order.
func (s *search) shuffled(n int) []uint32 {
	order := singletons(n)
	s.random.Shuffle(n, func(i, j int) { order[i], order[j] = order[j], order[i] })
	return order
}

// steps nodes are looked at between two looks at the context.
const steps = 1024

// move lets nodes join the group beside them where they gain most, until none gains:
// after a move only the neighbours are looked at again.
func (s *search) move(g *level, part []uint32) error {
	n := g.size()
	mass, count := make([]float64, n), make([]uint32, n)
	for v, c := range part {
		mass[c] += g.mass[v]
		count[c]++
	}
	var free []uint32 // groups without nodes
	for c := n - 1; c >= 0; c-- {
		if count[c] == 0 {
			free = append(free, uint32(c))
		}
	}
	queue, waits := s.shuffled(n), make([]bool, n)
	for v := range waits {
		waits[v] = true
	}
	for done, head, left := 0, 0, n; left > 0; done++ {
		if done%steps == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		v := queue[head]
		if head++; head == n {
			head = 0
		}
		left--
		waits[v] = false
		old := part[v]
		s.near.sum(g, v, part)
		mass[old] -= g.mass[v]
		count[old]--
		best := s.best(g.mass[v], old, mass)
		if best == none {
			best = old
			if count[old] > 0 {
				best, free = free[len(free)-1], free[:len(free)-1]
			}
		}
		s.near.clear()
		mass[best] += g.mass[v]
		count[best]++
		if best == old {
			continue
		}
		if count[old] == 0 {
			free = append(free, old)
			mass[old] = 0 // no rounding errors of what was there
		}
		part[v] = best
		for _, u := range g.nbr[g.off[v]:g.off[v+1]] {
			if !waits[u] && part[u] != best {
				waits[u] = true
				at := head + left
				if at >= n {
					at -= n
				}
				queue[at] = u
				left++
			}
		}
	}
	return nil
}

const none = ^uint32(0)

// best returns the group that a node gains most by, where it was if that is as good,
// or none if it is better alone.
func (s *search) best(mass float64, old uint32, of []float64) uint32 {
	best, most := old, s.near.to[old]-s.rate*mass*of[old]
	for _, c := range s.near.groups {
		if gain := s.near.to[c] - s.rate*mass*of[c]; gain > most {
			best, most = c, gain
		}
	}
	if most < 0 {
		return none
	}
	return best
}

// refine takes each group apart and merges its nodes anew: a node that is still alone
// joins the set in its group where it gains most, if both hang well together with the
// rest of the group.
func (s *search) refine(g *level, part []uint32) ([]uint32, error) {
	n := g.size()
	whole := make([]float64, n) // mass of a group
	for v, c := range part {
		whole[c] += g.mass[v]
	}
	fine := singletons(n)
	mass, cut := append([]float64(nil), g.mass...), make([]float64, n) // of sets
	count := make([]uint32, n)
	for v := range n {
		count[v] = 1
		for i := g.off[v]; i < g.off[v+1]; i++ {
			if part[g.nbr[i]] == part[v] {
				cut[v] += g.at(i)
			}
		}
	}
	for done, v := range s.shuffled(n) {
		if done%steps == 0 && s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		all := whole[part[v]]
		if count[v] != 1 || fine[v] != v || cut[v] == 0 || cut[v] < s.rate*g.mass[v]*(all-g.mass[v]) {
			continue
		}
		s.sumInside(g, v, part, fine)
		best, most := v, 0.0
		for _, c := range s.near.groups {
			gain := s.near.to[c] - s.rate*g.mass[v]*mass[c]
			if gain > most && cut[c] >= s.rate*mass[c]*(all-mass[c]) {
				best, most = c, gain
			}
		}
		if best != v {
			fine[v] = best
			count[best]++
			count[v] = 0
			mass[best] += g.mass[v]
			cut[best] += cut[v] - 2*s.near.to[best]
		}
		s.near.clear()
	}
	return fine, nil
}

// sumInside is sum over the sets that lie in the group of v.
func (s *search) sumInside(g *level, v uint32, part, fine []uint32) {
	for i := g.off[v]; i < g.off[v+1]; i++ {
		u := g.nbr[i]
		if part[u] != part[v] {
			continue
		}
		c := fine[u]
		if s.near.to[c] == 0 {
			s.near.groups = append(s.near.groups, c)
		}
		s.near.to[c] += g.at(i)
	}
}

// merge returns the level whose nodes are the sets, and the node of each node.
func (g *level) merge(sets []uint32, near *nearby) (*level, []uint32) {
	up := append([]uint32(nil), sets...)
	compact(up)
	n := 0
	for _, c := range up {
		n = max(n, int(c)+1)
	}
	if n == g.size() {
		return g, up
	}
	starts, members := bySet(up, n)
	above := &level{off: make([]uint32, 1, n+1), mass: make([]float64, n)}
	for c := range n {
		for _, v := range members[starts[c]:starts[c+1]] {
			above.mass[c] += g.mass[v]
			near.sum(g, v, up)
		}
		for _, d := range near.groups {
			if d != uint32(c) {
				above.nbr, above.weight = append(above.nbr, d), append(above.weight, near.to[d])
			}
		}
		near.clear()
		above.off = append(above.off, uint32(len(above.nbr)))
	}
	return above, up
}

// bySet sorts nodes by their set.
func bySet(of []uint32, n int) (starts, members []uint32) {
	starts, members = make([]uint32, n+1), make([]uint32, len(of))
	for _, c := range of {
		starts[c+1]++
	}
	for c := range n {
		starts[c+1] += starts[c]
	}
	next := append([]uint32(nil), starts[:n]...)
	for v, c := range of {
		members[next[c]] = uint32(v)
		next[c]++
	}
	return starts, members
}
