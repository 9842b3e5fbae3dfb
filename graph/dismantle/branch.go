package dismantle

import (
	"math"
	"slices"
)

// branching finds all smallest sets of targets with the best value for an objective
// that rests on a witness, a path or a flow: while a set does not touch the witness,
// the value stays. So the next member is one of the witness, and once a member has
// been tried the later ones do without it: no set is met twice.
//
// Sets of one member are looked at first, then of two, and so on: each time only
// what is better than every smaller set is of interest.
type branching struct {
	// look returns the value without a set and, unless nothing may be added, the
	// targets of the witness that are not banned, the most promising first.
	look func(set []int, more bool) (value float64, witness []int)
	// hopeless says that adding left members to the set just looked at, of which next
	// is the first, cannot do better than prev, nor as well as now.
	hopeless func(set []int, next, left int, prev, now float64) bool
	// guess returns a set of the present size that may be good, grown from a smaller.
	guess  func(smaller []int, size int) (set []int, value float64)
	banned []bool
	purse  *purse
	better func(a, b float64) bool
	same   func(a, b float64) bool
	spent  func() bool
	keep   int

	size       int
	prev       float64 // best of smaller sets
	best       float64
	sets       [][]int
	total      int
	incomplete bool
}

// grow solves for sets of up to budget members, from the value of the empty set, and
// reports whether that is proven.
func (b *branching) grow(budget int, start, end float64) bool {
	b.best, b.sets, b.total = start, [][]int{{}}, 1
	for b.size = 1; b.size <= budget && !b.same(b.best, end); b.size++ {
		b.prev = b.best
		sets, total := b.sets, b.total
		if set, value := b.guess(sets[0], b.size); b.better(value, b.prev) && !b.same(value, b.prev) {
			b.best, sets = value, [][]int{set} // to be found again if the work lasts
		}
		b.total = 0
		b.extend(nil)
		if b.total == 0 {
			b.sets, b.total = sets, total
		}
		if b.incomplete {
			return false
		}
	}
	return true
}

func (b *branching) extend(set []int) {
	if b.spent() {
		b.incomplete = true
		return
	}
	left := b.size - len(set)
	value, witness := b.look(set, left > 0)
	if left == 0 {
		b.judge(set, value)
		return
	}
	tried, spent := 0, b.purse.sum(set)
	for _, t := range witness {
		if b.purse.fits(spent, t) && !b.hopeless(set, t, left, b.prev, b.best) {
			b.extend(append(set, t))
		}
		b.banned[t] = true
		tried++
	}
	for _, t := range witness[:tried] {
		b.banned[t] = false
	}
}

func (b *branching) judge(set []int, value float64) {
	switch {
	case b.same(value, b.prev) || b.better(b.prev, value):
		return
	case b.same(value, b.best):
	case b.better(value, b.best):
		b.best, b.total = value, 0
	default:
		return
	}
	if b.total == 0 {
		b.sets = nil
	}
	b.total++
	b.sets = firstSets(b.sets, slices.Sorted(slices.Values(set)), b.keep)
}

// alike says that two sums of floats are equal but for rounding.
func alike(a, b float64) bool {
	return a == b || math.Abs(a-b) <= 1e-12*min(math.Abs(a), math.Abs(b))
}

// needed returns a set without the members that change nothing once the others are
// chosen.
func needed(set []int, value func(set []int) float64) []int {
	whole := value(set)
	for i := len(set) - 1; i >= 0; i-- {
		if less := slices.Delete(slices.Clone(set), i, i+1); alike(value(less), whole) {
			set = less
		}
	}
	return set
}

// inEffect puts a choice in the order of its effect, or with little work left in the
// order given.
func (p *Plan) inEffect(more, quick bool, value func(set []int) float64) {
	if !quick {
		p.byEffect(more, func(set, further []int) []float64 {
			values := make([]float64, len(further))
			for i, t := range further {
				values[i] = value(append(slices.Clone(set), t))
			}
			return values
		})
		return
	}
	last := p.Before
	p.Marginal = make([]float64, len(p.Choice))
	for i := range p.Choice {
		now := value(p.Choice[:i+1])
		p.Marginal[i] = difference(now, last)
		last = now
	}
}
