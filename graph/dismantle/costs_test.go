package dismantle_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// drawCosts are whole numbers, among them 0 and what is never chosen.
func drawCosts(r *rand.Rand, targets int) dismantle.Costs {
	c := dismantle.Costs{Most: float64(r.IntN(8))}
	if r.IntN(4) == 0 {
		return c
	}
	c.Of = make([]float64, targets)
	for t := range c.Of {
		if c.Of[t] = float64(r.IntN(5)); r.IntN(5) == 0 {
			c.Of[t] = math.Inf(1)
		}
	}
	return c
}

func costOf(c dismantle.Costs, set []int) float64 {
	if c.Of == nil {
		return float64(len(set))
	}
	sum := 0.0
	for _, t := range set {
		sum += c.Of[t]
	}
	return sum
}

// payable says whether a plan can be paid for.
func payable(c dismantle.Costs, set []int) bool {
	sum := costOf(c, set)
	return !math.IsInf(sum, 1) && (c.Most == 0 || sum <= c.Most)
}

// oracle tries all sets.
type oracle func(more bool, value func(set []int) float64) (float64, [][]int)

// checkPaid compares a plan with the best, and one that had little work with both.
func checkPaid(t *rapid.T, c dismantle.Costs, k int, more bool, run func(lim dismantle.Limits) (dismantle.Plan, error), try oracle, value func(set []int) float64, work int64) {
	t.Helper()
	p, err := run(dismantle.Limits{Alternatives: 1000, Costs: c})
	if err != nil {
		t.Fatal(err)
	}
	worst := math.Inf(1)
	if more {
		worst = math.Inf(-1)
	}
	top, sets := try(more, func(set []int) float64 {
		if !payable(c, set) {
			return worst
		}
		return value(set)
	})
	compare(t, p, top, sets)
	checkOrder(t, p, more, value)
	if p.Cost != costOf(c, p.Choice) {
		t.Fatalf("%+v costs %v", p, costOf(c, p.Choice))
	}
	p, err = run(dismantle.Limits{Work: work, Costs: c})
	if err != nil {
		t.Fatal(err)
	}
	better, low := p.Value < top, p.Bound > top
	if more {
		better, low = p.Value > top, p.Bound < top
	}
	if better || low || p.Optimal && p.Value != top || p.Value != value(p.Choice) || len(p.Choice) > k || !payable(c, p.Choice) {
		t.Fatalf("with little work and %+v: %+v; the best is %v by %v", c, p, top, sets)
	}
}

func all(n, k int) oracle {
	return func(more bool, value func(set []int) float64) (float64, [][]int) { return best(n, k, more, value) }
}

func TestBreakingUpWithCostsByTryingAll(t *testing.T) {
	for name, o := range objectives {
		t.Run(name, func(t *testing.T) {
			check(t, 9, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
				k, targets := r.IntN(5), dismantle.Targets(r.IntN(2))
				count := g.Nodes
				if targets == dismantle.Links {
					if count = len(g.Links); count > 12 {
						k = min(k, 3)
					}
				}
				c := drawCosts(r, count)
				net := g.Build(t, false)
				checkPaid(t, c, k, false, func(lim dismantle.Limits) (dismantle.Plan, error) { return o.run(t, net, k, targets, lim), nil }, all(count, k),
					func(set []int) float64 { return o.pick(pairsLeft(t, g, set, targets)) }, 1+r.Int64N(300))
			})
		})
	}
}

func TestReachWithCostsByTryingAll(t *testing.T) {
	check(t, 10, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
		k, steps := r.IntN(5), r.IntN(4)
		net := g.Build(t, r.IntN(2) == 0)
		dist := nt.Distances(net)
		checkPaid(t, drawCosts(r, g.Nodes), k, true, func(lim dismantle.Limits) (dismantle.Plan, error) {
			return dismantle.Reach(t.Context(), net, k, steps, lim)
		}, all(g.Nodes, k), func(set []int) float64 { return reached(dist, set, steps) }, 1+r.Int64N(200))
	})
}

func TestInterdictionWithCostsByTryingAll(t *testing.T) {
	check(t, 9, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
		q := drawPassage(r, g)
		count := g.Nodes
		if q.targets == dismantle.Links {
			count = len(g.Links)
		}
		c := drawCosts(r, count)
		net := g.Build(t, q.directed)
		checkPaid(t, c, q.k, true, func(lim dismantle.Limits) (dismantle.Plan, error) {
			return dismantle.PathLength(t.Context(), net, q.from, q.to, q.number, q.k, q.targets, lim)
		}, q.best, func(set []int) float64 { return q.length(t, set) }, 1+r.Int64N(200))
		checkPaid(t, c, q.k, false, func(lim dismantle.Limits) (dismantle.Plan, error) {
			return dismantle.Flow(t.Context(), net, q.from, q.to, q.number, q.k, q.targets, lim)
		}, q.best, func(set []int) float64 { return q.flow(t, set) }, 1+r.Int64N(300))
	})
}

func TestBadCosts(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	for name, c := range map[string]dismantle.Costs{
		"too few":        {Of: []float64{1}},
		"below 0":        {Of: []float64{1, -1, 1}},
		"no number":      {Of: []float64{1, math.NaN(), 1}},
		"less than none": {Most: -1},
	} {
		if _, err := dismantle.Fragmentation(t.Context(), net, 1, dismantle.Nodes, dismantle.Limits{Costs: c}); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}
