// Package dismantle chooses the few nodes or links whose removal harms a network
// most: the key players of Borgatti (2006), flow and path interdiction.
//
// Every search returns a [Plan]. Where the network is small enough it is proven that
// no plan does better and all plans that do as well are counted; beyond that it is
// the best that a fixed amount of work found, with a bound on what any plan can
// reach. Work is counted in steps, not in seconds, so the same input gives the same
// plan; the end of a context only makes it stop early.
//
// A plan whose alternatives are counted uses the fewest choices that reach its value,
// so it may hold fewer than the budget, or none where nothing helps; of plans that do
// equally well with equally few it is the first in lexicographic order of indices.
// Fragmentation and the largest component read a directed network as undirected.
//
// Choices may have costs and a budget for them ([Costs]), and some may be barred.
// Proofs and ties are then among the plans that can be paid for.
package dismantle

import (
	"context"
	"errors"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Targets are what a plan removes.
type Targets int

// Nodes go with all their links; links go alone.
const (
	Nodes Targets = iota
	Links
)

// Limits bound a plan and the search for it. The zero value means the defaults.
type Limits struct {
	// Work is the number of steps, each about reading one arc; 0 means 2·10⁸, which
	// takes a few seconds at most.
	Work int64
	// Alternatives is the greatest number of sets listed; 0 means 20.
	Alternatives int
	// Costs bound what a plan costs, besides the number of its choices.
	Costs Costs
}

const (
	defaultWork         = 200_000_000
	defaultAlternatives = 20
)

func (l Limits) work() int64 {
	if l.Work <= 0 {
		return defaultWork
	}
	return l.Work
}

func (l Limits) alternatives() int {
	if l.Alternatives <= 0 {
		return defaultAlternatives
	}
	return l.Alternatives
}

// Plan is a set of nodes or links to remove, or for [Reach] to start from.
type Plan struct {
	// Choice holds indices in the order of their effect: the one that does most
	// first, then the one that does most besides it; ties by index.
	Choice []int
	// Marginal is what each choice adds to those before it, in the unit of the
	// objective, at least 0.
	Marginal []float64
	// Cost is what the choices cost together: their number where Limits name no costs.
	Cost float64
	// Before and Value are the objective without and with the whole choice; +Inf
	// stands for "no path" and for "no limit".
	Before, Value float64
	// Bound is the best value that could not be ruled out. It is Value when Optimal.
	Bound float64
	// Optimal says that it is proven that no other plan within the budget does better.
	Optimal bool
	// Alternatives are other plans with as few choices that do exactly as much, each
	// ascending, in lexicographic order, the first few of AlternativesTotal.
	Alternatives [][]int
	// AlternativesTotal counts these other plans; -1 when they were not counted.
	AlternativesTotal int
}

// Gap returns how far Value may be from the best, as a share of the larger of Value
// and Bound: 0 when they are equal, 1 when one is 0 or infinite.
func (p Plan) Gap() float64 {
	far, near := max(p.Value, p.Bound), min(p.Value, p.Bound)
	switch {
	case p.Optimal || far == near:
		return 0
	case math.IsInf(far, 1):
		return 1
	}
	return (far - near) / far
}

// best turns the tied optima of a finished search, in lexicographic order, into a
// plan that lacks its order of effect.
func (p *Plan) best(sets [][]int, total int) {
	p.Optimal, p.Bound = true, p.Value
	p.Choice = slices.Clone(sets[0])
	p.Alternatives, p.AlternativesTotal = sets[1:], total-1
}

// byEffect orders the choice by effect. value tells, for each of some further
// targets, the objective with that one besides a set.
func (p *Plan) byEffect(more bool, value func(set, further []int) []float64) {
	left := slices.Sorted(slices.Values(p.Choice))
	done := make([]int, 0, len(left))
	p.Marginal = make([]float64, 0, len(left))
	last := p.Before
	for len(left) > 0 {
		values, at := value(done, left), 0
		for i, x := range values {
			if (more && x > values[at]) || (!more && x < values[at]) {
				at = i
			}
		}
		p.Marginal = append(p.Marginal, difference(values[at], last))
		last = values[at]
		done = append(done, left[at])
		left = slices.Delete(left, at, at+1)
	}
	p.Choice = done
}

// difference returns |a − b|, 0 where both are infinite.
func difference(a, b float64) float64 {
	if a == b {
		return 0
	}
	return math.Abs(a - b)
}

func checkBudget(budget int) error {
	if budget < 0 {
		return graph.Errorf(graph.BadUserInput, "a budget of %d; it must be at least 0", budget)
	}
	return nil
}

// stopped returns the error of a context that was cancelled. When its time ran out
// the best plan found so far is the answer, and that is no error.
func stopped(ctx context.Context) error {
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}

// count returns the number of targets.
func (t Targets) count(net *network.Network) int {
	if t == Links {
		return net.NumLinks()
	}
	return net.NumNodes()
}
