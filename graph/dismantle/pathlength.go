package dismantle

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// PathLength chooses at most budget nodes or links, none of the nodes in from or to,
// whose removal makes the shortest path from a node of from to a node of to longest:
// the most vital links and nodes of Malik, Mittal and Gupta (1989). Value is its
// length, +Inf when no path is left. Where nothing makes it longer the plan is empty.
// length holds that of each link, at least 0, +Inf for a link that cannot be walked;
// nil counts hops. Paths follow the direction of links.
//
// A set that does more than a smaller one touches every shortest path that the
// smaller leaves, so the search branches on one of them (Israel and Wood 2002); paths
// that share no target, of which each needs a member of its own, rule sets out. That
// is exact, at worst lengthᵇ searches for a budget b; when the work ends first,
// greedy choices go on, and the bound is the longest of b+1 paths that share no
// target. O(n + m) memory, and the sets that do as much.
//
// Errors: a node out of range, a length missing or negative, a negative budget, a
// cancelled ctx.
func PathLength(ctx context.Context, net *network.Network, from, to []network.NodeIndex, length []float64,
	budget int, t Targets, lim Limits,
) (Plan, error) {
	if err := checkBudget(budget); err != nil {
		return Plan{}, err
	}
	if err := checkLengths(net, length); err != nil {
		return Plan{}, err
	}
	purse, err := newPurse(lim.Costs, t.count(net))
	if err != nil {
		return Plan{}, err
	}
	s, err := newRoutes(ctx, net, from, to, length, t, lim.work())
	if err != nil {
		return Plan{}, err
	}
	s.purse = purse
	s.bar()
	budget = purse.count(budget, t.count(net))
	start, _ := s.shortest()
	plan := Plan{Before: start, Value: start}
	b := s.branching(lim)
	proven := b.grow(budget, start, math.Inf(1))
	plan.Value = b.best
	if proven {
		plan.best(b.sets, b.total)
	} else {
		plan.Choice = s.extend(b.sets[0], budget)
		if plan.Value = s.without(plan.Choice); !(plan.Value > b.best) {
			plan.Choice, plan.Value = b.sets[0], b.best
		}
		plan.Choice = needed(plan.Choice, s.without)
		plan.Bound, plan.AlternativesTotal = max(plan.Value, s.disjoint(budget)), -1
		plan.Optimal = plan.Bound == plan.Value
	}
	plan.inEffect(true, s.work < 0 && len(plan.Choice) > 10, s.without)
	plan.Cost = purse.sum(plan.Choice)
	return plan, stopped(ctx)
}

func checkLengths(net *network.Network, length []float64) error {
	if length != nil && len(length) != net.NumLinks() {
		return graph.Errorf(graph.BadUserInput, "%d lengths for %d links", len(length), net.NumLinks())
	}
	for _, x := range length {
		if !(x >= 0) {
			return graph.Errorf(graph.BadUserInput, "a link has the length %v; a length must be at least 0", x)
		}
	}
	return nil
}

func (s *routes) branching(lim Limits) *branching {
	return &branching{
		look: func(set []int, more bool) (float64, []int) {
			s.take(set, true)
			defer s.take(set, false)
			value, targets := s.shortest()
			return value, s.allowed(targets)
		},
		hopeless: func(set []int, next, left int, prev, now float64) bool {
			s.take(set, true)
			s.gone[next] = true
			defer func() { s.gone[next] = false; s.take(set, false) }()
			return s.packed(left-1, prev, now)
		},
		guess: func(smaller []int, size int) ([]int, float64) {
			set := s.extend(smaller, size)
			return slices.Sorted(slices.Values(set)), s.without(set)
		},
		banned: s.banned,
		purse:  s.purse,
		better: func(a, b float64) bool { return a > b },
		same:   alike,
		spent:  func() bool { return s.work < 0 || s.ctx.Err() != nil },
		keep:   lim.alternatives() + 1,
	}
}

// packed says that more than left paths share no target and each is too short: none
// longer than prev, or all shorter than now.
func (s *routes) packed(left int, prev, now float64) bool {
	var hidden []int
	defer func() { s.take(hidden, false) }()
	for count := 0; ; count++ {
		x, targets := s.shortest()
		if short := x < now && !alike(x, now) || x < prev || alike(x, prev); !short {
			return false
		}
		if count == left {
			return true
		}
		open := false
		for _, t := range targets {
			if !s.banned[t] {
				s.gone[t], open = true, true
				hidden = append(hidden, t)
			}
		}
		if !open {
			return true
		}
	}
}

// disjoint returns the longest of budget+1 paths that share no target; +Inf when
// there are not so many.
func (s *routes) disjoint(budget int) float64 {
	var hidden []int
	defer func() { s.take(hidden, false) }()
	longest := 0.0
	for range budget + 1 {
		x, targets := s.shortest()
		longest = max(longest, x)
		if targets = s.allowed(targets); len(targets) == 0 {
			break // nothing can touch it, or there is none
		}
		s.take(targets, true)
		hidden = append(hidden, targets...)
	}
	return longest
}

// extend adds, up to the budget, each time the target of the shortest path that makes
// it longest.
func (s *routes) extend(set []int, budget int) []int {
	set = slices.Clone(set)
	for len(set) < budget && s.ctx.Err() == nil {
		s.take(set, true)
		_, targets := s.shortest()
		s.take(set, false)
		best, at := -1.0, -1
		spent := s.purse.sum(set)
		for _, t := range s.allowed(targets) {
			if !s.purse.fits(spent, t) {
				continue
			}
			if x := s.without(append(slices.Clone(set), t)); x > best {
				best, at = x, t
			}
		}
		if at < 0 {
			break
		}
		set = append(set, at)
	}
	return set
}

// bar bans for good what can never be paid for.
func (s *routes) bar() {
	for t := range s.banned {
		s.banned[t] = s.banned[t] || !s.purse.fits(0, t)
	}
}

// allowed returns the targets that are not banned.
func (s *routes) allowed(targets []int) []int {
	return slices.DeleteFunc(targets, func(t int) bool { return s.banned[t] })
}

// without returns the length of the shortest path without a set.
func (s *routes) without(set []int) float64 {
	s.take(set, true)
	defer s.take(set, false)
	x, _ := s.shortest()
	return x
}

func (s *routes) take(set []int, away bool) {
	for _, t := range set {
		s.gone[t] = away
	}
}
