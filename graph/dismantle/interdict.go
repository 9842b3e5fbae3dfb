package dismantle

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Flow chooses at most budget nodes or links, none of the nodes in from or to, that
// leave the least maximum flow from a node of from to a node of to: the network
// interdiction of Wood (1993), with costs where [Limits] name them. Value is the flow left, +Inf when
// nothing limits it. capacity is that of each link by its index, as in
// [flow.Options]; parallel links add up.
//
// What a maximum flow does not use can go without harm, so the search branches on
// what carries it; and a set takes away no more flow than passes it, which rules out
// most sets and bounds the rest. When the work ends before the proof, the targets
// that carry most are tried one after the other and exchanged. O(n + m) memory, and the
// sets that do as much.
//
// Errors: those of [flow.Max], a negative budget, a cancelled ctx.
func Flow(ctx context.Context, net *network.Network, from, to []network.NodeIndex, capacity []float64,
	budget int, t Targets, lim Limits,
) (Plan, error) {
	if err := checkBudget(budget); err != nil {
		return Plan{}, err
	}
	problem, err := flow.NewProblem(net, from, to, flow.Options{Capacity: capacity})
	if err != nil {
		return Plan{}, err
	}
	if err := stopped(ctx); err != nil {
		return Plan{}, err
	}
	purse, err := newPurse(lim.Costs, t.count(net))
	if err != nil {
		return Plan{}, err
	}
	budget = purse.count(budget, t.count(net))
	s := &interdiction{
		net: net, problem: problem, what: t, work: lim.work(), purse: purse,
		banned: make([]bool, t.count(net)), onCut: make([]int, t.count(net)),
	}
	for t := range s.banned {
		s.banned[t] = !purse.fits(0, t)
	}
	s.ctx = context.WithoutCancel(ctx) // the flow as it is has to be known
	start, floor := s.without(nil), s.floor(budget)
	s.ctx = ctx
	plan := Plan{Before: start, Value: start}
	b := s.branching(lim)
	proven := b.grow(budget, start, 0)
	plan.Value = b.best
	if proven {
		plan.best(b.sets, b.total)
	} else {
		s.work = lim.work() / 4 // for what may have been missed
		relaxed, sets := s.relaxed(from, to, capacity, budget, start)
		floor = max(floor, relaxed)
		plan.Choice, plan.Value = s.exchange(s.extend(b.sets[0], budget), b.sets[0], b.best)
		for _, set := range sets {
			if alike(plan.Value, floor) || s.work < 0 {
				break
			}
			plan.Choice, plan.Value = s.exchange(s.extend(s.within(set, budget), budget), plan.Choice, plan.Value)
		}
		s.ctx = context.WithoutCancel(ctx) // what follows is brief
		plan.Choice = needed(plan.Choice, s.without)
		plan.Bound, plan.AlternativesTotal = min(plan.Value, floor), -1
		plan.Optimal = alike(plan.Bound, plan.Value)
	}
	s.ctx = context.WithoutCancel(ctx)
	plan.inEffect(false, s.work < 0 && len(plan.Choice) > 10, s.without)
	plan.Cost = purse.sum(plan.Choice)
	return plan, stopped(ctx)
}

// interdiction is a search for what carries the flow.
type interdiction struct {
	ctx     context.Context
	net     *network.Network
	problem *flow.Problem
	what    Targets
	purse   *purse
	banned  []bool // tried before, or never to be paid for
	work    int64
	onCut   []int // 1 for targets on the cut nearest the sinks, 2 nearest the sources

	value    float64 // of the flow looked at last
	carriers []carrier
}

// carrier is a target and the flow that passes it.
type carrier struct {
	target int
	flow   float64
}

func (s *interdiction) take(set []int, away bool) {
	for _, t := range set {
		if s.what == Links {
			s.problem.TakeLink(network.EdgeIndex(t), away)
		} else {
			s.problem.Take(network.NodeIndex(t), away)
		}
	}
}

// without returns the flow without a set.
func (s *interdiction) without(set []int) float64 {
	s.take(set, true)
	defer s.take(set, false)
	before := s.problem.Work()
	value, err := s.problem.Solve(s.ctx)
	s.work -= s.problem.Work() - before + int64(s.net.NumLinks()+s.net.NumNodes())
	if err != nil {
		return math.Inf(1) // the end of ctx: no set is chosen for it
	}
	return value
}

// look solves without a set and lists what carries the flow, most first; of those
// that carry as much, what is on the cut nearest the sources comes first, because
// only a cut stops what can go around; then ties by index. What is banned is left out.
func (s *interdiction) look(set []int) {
	s.take(set, true)
	defer s.take(set, false)
	before := s.problem.Work()
	cut, err := s.problem.Cut(s.ctx)
	if err != nil {
		cut.Value = math.Inf(1)
	}
	s.work -= s.problem.Work() - before + 4*int64(s.net.NumLinks()+s.net.NumNodes())
	s.value = cut.Value
	s.mark(cut)
	s.carriers = s.carriers[:0]
	for t, banned := range s.banned {
		if banned || slices.Contains(set, t) {
			continue
		}
		var x float64
		if s.what == Links {
			x = math.Abs(s.problem.On(network.EdgeIndex(t)))
		} else {
			x = s.problem.Through(network.NodeIndex(t))
		}
		if x > 0 {
			s.carriers = append(s.carriers, carrier{t, x})
		}
	}
	slices.SortStableFunc(s.carriers, func(a, b carrier) int {
		return cmp.Or(cmp.Compare(b.flow, a.flow), cmp.Compare(s.onCut[b.target], s.onCut[a.target]))
	})
}

// mark notes the targets on the two cuts or at their links.
func (s *interdiction) mark(cut flow.Cut) {
	clear(s.onCut)
	for rank, links := range [2][]network.EdgeIndex{cut.SinkLinks, cut.Links} {
		for _, e := range links {
			if s.what == Links {
				s.onCut[e] = rank + 1
				continue
			}
			v, w := s.net.Ends(e)
			s.onCut[v], s.onCut[w] = rank+1, rank+1
		}
	}
}

// floor bounds the flow that is left without any set.
func (s *interdiction) floor(budget int) float64 {
	s.look(nil)
	low := leftOver(s.value, s.carriers, budget)
	if !s.purse.priced() || math.IsInf(s.value, 1) {
		return low
	}
	offers := make([]offer, len(s.carriers))
	for i, c := range s.carriers {
		offers[i] = offer{c.flow, s.purse.cost(c.target)}
	}
	return max(low, s.value*(1-1e-13)-s.purse.best(offers)) // but for rounding
}

// relaxed bounds the flow that is left in another way, by number and by cost, and
// returns sets that are worth a try.
func (s *interdiction) relaxed(from, to []network.NodeIndex, capacity []float64, budget int, value float64) (float64, [][]int) {
	r := &relaxation{ctx: s.ctx, net: s.net, from: from, to: to, capacity: capacity, what: s.what, budget: float64(budget), work: s.work / 4}
	r.cost = func(t int) float64 {
		if s.banned[t] {
			return math.Inf(1)
		}
		return 1
	}
	bound := r.bound(value)
	if s.purse.of != nil && !math.IsInf(s.purse.most, 1) {
		r.budget, r.work = s.purse.most, s.work/4
		r.cost = func(t int) float64 {
			if s.banned[t] {
				return math.Inf(1)
			}
			return s.purse.cost(t)
		}
		bound = max(bound, r.bound(value))
	}
	slices.SortFunc(r.sets, slices.Compare)
	return bound, slices.CompactFunc(r.sets, slices.Equal)
}

// within returns as much of a set as the budget allows, what carries most for its cost
// first.
func (s *interdiction) within(set []int, budget int) []int {
	s.look(nil)
	var offers []carrier
	for _, c := range s.carriers {
		if slices.Contains(set, c.target) {
			offers = append(offers, c)
		}
	}
	slices.SortStableFunc(offers, func(a, b carrier) int {
		return cmp.Compare(b.flow*s.purse.cost(a.target), a.flow*s.purse.cost(b.target))
	})
	var kept []int
	for _, c := range offers {
		kept = append(kept, c.target)
	}
	kept = s.purse.affordable(kept)
	return kept[:min(budget, len(kept))]
}

// leftOver bounds the flow left when k carriers go: no more stops than passes them.
func leftOver(value float64, carriers []carrier, k int) float64 {
	if math.IsInf(value, 1) {
		return 0
	}
	for _, c := range carriers[:min(k, len(carriers))] {
		value -= c.flow
	}
	return max(0, value)
}

func (s *interdiction) branching(lim Limits) *branching {
	var depth [][]carrier // of the sets on the way down
	var values []float64
	return &branching{
		look: func(set []int, more bool) (float64, []int) {
			if !more {
				return s.without(set), nil
			}
			s.look(set)
			depth = append(depth[:len(set)], slices.Clone(s.carriers))
			values = append(values[:len(set)], s.value)
			targets := make([]int, len(s.carriers))
			for i, c := range s.carriers {
				targets[i] = c.target
			}
			return s.value, targets
		},
		hopeless: func(set []int, next, left int, prev, now float64) bool {
			// Earlier carriers are banned by now, so next carries most of what is left.
			carriers := depth[len(set)]
			at := slices.IndexFunc(carriers, func(c carrier) bool { return c.target == next })
			low := leftOver(values[len(set)], carriers[at:], left)
			if low < 1e-12*values[len(set)] {
				low = 0 // but for rounding
			}
			return low > now && !alike(low, now) || low > prev || alike(low, prev)
		},
		guess: func(smaller []int, size int) ([]int, float64) {
			set := s.extend(smaller, size)
			return slices.Sorted(slices.Values(set)), s.without(set)
		},
		banned: s.banned,
		purse:  s.purse,
		better: func(a, b float64) bool { return a < b },
		same:   alike,
		spent:  func() bool { return s.work < 0 || s.ctx.Err() != nil },
		keep:   lim.alternatives() + 1,
	}
}

// tries is how many carriers a greedy step looks at.
const tries = 16

// pick returns the target that leaves least besides a set.
func (s *interdiction) pick(set []int) (target int, value float64) {
	s.look(set)
	target, value = -1, math.Inf(1)
	spent := s.purse.sum(set)
	carriers := slices.DeleteFunc(slices.Clone(s.carriers), func(c carrier) bool { return !s.purse.fits(spent, c.target) })
	for _, c := range carriers[:min(tries, len(carriers))] {
		if s.work < 0 && target >= 0 {
			break
		}
		if x := s.without(append(slices.Clone(set), c.target)); target < 0 || x < value {
			target, value = c.target, x
		}
	}
	return target, value
}

func (s *interdiction) extend(set []int, budget int) []int {
	set = slices.Clone(set)
	for len(set) < budget && s.ctx.Err() == nil {
		t, _ := s.pick(set)
		if t < 0 {
			break
		}
		set = append(set, t)
	}
	return set
}

// exchange replaces members one by one for as long as that helps and the work lasts,
// and returns the better of the result and a set known before.
func (s *interdiction) exchange(set, known []int, least float64) ([]int, float64) {
	value := s.without(set)
	for still := 0; still < len(set) && s.work > 0 && s.ctx.Err() == nil; still++ {
		rest := slices.Clone(set[1:])
		t, x := s.pick(rest)
		if t >= 0 && x < value && !alike(x, value) {
			value, still = x, 0
			set = append(rest, t)
		} else {
			set = append(rest, set[0])
		}
	}
	if !(value < least) {
		return known, least
	}
	return set, value
}
