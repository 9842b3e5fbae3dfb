package dismantle

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"
)

// search looks for a good set of a fixed size where the best cannot be proven: from
// several starts it exchanges members one by one for as long as that helps, then
// tears up part of the best set and tries again, until its work is done. One probe
// finds the best partner of all other members.
type search struct {
	probe   prober
	purse   *purse
	targets int
	size    int
	floor   int64 // nothing can be less
	work    int64 // left
	// prefer breaks ties between targets that do equally much: more is better. It
	// matters where no single target does anything visible.
	prefer []int
	// thrifty rates a target by what it does for its cost.
	thrifty bool
	values  []int64
	best    []int
	value   int64
	ctx     context.Context
}

func newSearch(ctx context.Context, p prober, purse *purse, targets, size int, floor, work int64, prefer []int) *search {
	return &search{
		probe: p, purse: purse, targets: targets, size: size, floor: floor, work: work, prefer: prefer,
		values: make([]int64, targets), value: math.MaxInt64, ctx: ctx,
	}
}

func (s *search) spent() bool { return s.work < s.probe.cost() || s.ctx.Err() != nil }

func (s *search) run(starts [][]int) {
	s.climb(s.greedy(nil))
	if s.purse.priced() {
		s.thrifty = true
		set := s.greedy(nil)
		s.thrifty = false
		s.climb(set)
	}
	for _, set := range starts {
		if s.value <= s.floor {
			return
		}
		s.climb(s.greedy(set))
	}
	random := rand.New(rand.NewPCG(1, uint64(s.size)))
	idle := 0
	for idle < 30 && !s.spent() && s.value > s.floor && len(s.best) > 0 && s.size > 1 && s.targets > s.size {
		before := s.value
		set := slices.Clone(s.best)
		random.Shuffle(len(set), func(i, j int) { set[i], set[j] = set[j], set[i] })
		set = set[:len(set)-1-random.IntN(max(1, len(set)/2))]
		set = s.scatter(set, random)
		s.climb(s.greedy(set))
		if idle++; s.value < before {
			idle = 0
		}
	}
}

// offer keeps what can be paid for of a set if it is the best so far.
func (s *search) offer(set []int) {
	set = s.fill(s.purse.affordable(set))
	if len(set) == 0 || s.spent() {
		return
	}
	s.work -= s.probe.cost()
	s.probe.probe(set[:len(set)-1], s.values)
	if value := s.values[set[len(set)-1]]; value < s.value {
		s.best, s.value = set, value
	}
}

// scatter adds a random target, so that the greedy steps after it differ.
func (s *search) scatter(set []int, random *rand.Rand) []int {
	for range 20 {
		if t := random.IntN(s.targets); !slices.Contains(set, t) && s.purse.fits(s.purse.sum(set), t) {
			return append(set, t)
		}
	}
	return set
}

// judge probes and returns the best target that is not in set and can be paid for
// besides it, -1 if there is none.
func (s *search) judge(set []int) (target int, value int64) {
	s.work -= s.probe.cost()
	now := s.probe.probe(set, s.values)
	if s.thrifty {
		return s.bargain(set, now)
	}
	target, value = -1, math.MaxInt64
	spent := s.purse.sum(set)
	for t, x := range s.values {
		if x > value || slices.Contains(set, t) || !s.purse.fits(spent, t) {
			continue
		}
		if x < value || (s.prefer != nil && s.prefer[t] > s.prefer[target]) {
			target, value = t, x
		}
	}
	return target, value
}

// bargain returns the target that does most for its cost.
func (s *search) bargain(set []int, now int64) (target int, value int64) {
	target, value = -1, math.MaxInt64
	spent := s.purse.sum(set)
	for t, x := range s.values {
		if slices.Contains(set, t) || !s.purse.fits(spent, t) {
			continue
		}
		if target < 0 || float64(now-x)*s.purse.cost(target) > float64(now-value)*s.purse.cost(t) {
			target, value = t, x
		}
	}
	return target, value
}

// greedy fills a set up to the size, each time by the target that does most, and by
// preference alone when the work is done.
func (s *search) greedy(set []int) []int {
	set = s.purse.affordable(set)
	for len(set) < s.size && !s.spent() {
		t, value := s.judge(set)
		if t < 0 {
			break
		}
		set = append(set, t)
		if value <= s.floor {
			break
		}
	}
	return s.fill(set)
}

func (s *search) fill(set []int) []int {
	if len(set) >= min(s.size, s.targets) {
		return set
	}
	rest := make([]int, 0, s.targets)
	for t := range s.targets {
		if !slices.Contains(set, t) {
			rest = append(rest, t)
		}
	}
	if s.prefer != nil {
		slices.SortStableFunc(rest, func(a, b int) int { return s.prefer[b] - s.prefer[a] })
	}
	if s.purse.priced() {
		set = s.purse.affordable(append(set, rest...))
		return set[:min(s.size, len(set))]
	}
	return append(set, rest[:min(s.size, s.targets)-len(set)]...)
}

// climb exchanges members while that helps and keeps the set if it is the best.
func (s *search) climb(set []int) {
	if len(set) == 0 {
		return
	}
	value := int64(math.MaxInt64)
	for still := 0; still < len(set) && !s.spent(); still++ {
		out := set[0]
		rest := set[1:]
		in, now := s.judge(rest)
		if same := s.values[out]; same <= now || in < 0 {
			in, now = out, same
		}
		if now < value {
			value, still = now, 0
		}
		set = append(slices.Clone(rest), in)
		if value <= s.floor {
			break
		}
	}
	if s.purse.priced() && !s.spent() { // what an exchange has saved
		if more := s.greedy(set); len(more) > len(set) {
			s.work -= s.probe.cost()
			s.probe.probe(more[:len(more)-1], s.values)
			set, value = more, s.values[more[len(more)-1]]
		}
	}
	if value < s.value || s.best == nil {
		s.best, s.value = set, value
	}
}
