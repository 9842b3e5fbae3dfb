package dismantle

import (
	"cmp"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// Costs say what choices cost. The zero value means that all cost 1 and that nothing
// but their number counts.
type Costs struct {
	// Of holds what each target costs by its index, at least 0; +Inf is never chosen.
	// Nil is 1 each.
	Of []float64
	// Most is what a plan may cost together; 0 means any sum.
	Most float64
}

// purse is what a plan may be bought from.
type purse struct {
	of   []float64
	most float64
}

func newPurse(c Costs, targets int) (*purse, error) {
	if c.Of != nil && len(c.Of) != targets {
		return nil, graph.Errorf(graph.BadUserInput, "%d costs for %d targets", len(c.Of), targets)
	}
	for t, x := range c.Of {
		if !(x >= 0) {
			return nil, graph.Errorf(graph.BadUserInput, "target %d costs %v; a cost must be at least 0", t, x)
		}
	}
	if !(c.Most >= 0) {
		return nil, graph.Errorf(graph.BadUserInput, "a budget of %v for costs; it must be above 0", c.Most)
	}
	p := &purse{of: c.Of, most: c.Most}
	if c.Most == 0 {
		p.most = math.Inf(1)
	}
	return p, nil
}

// priced says whether choices differ in more than what they do.
func (p *purse) priced() bool { return p.of != nil || !math.IsInf(p.most, 1) }

func (p *purse) cost(t int) float64 {
	if p.of == nil {
		return 1
	}
	return p.of[t]
}

func (p *purse) sum(set []int) float64 {
	if p.of == nil {
		return float64(len(set))
	}
	total := 0.0
	for _, t := range set {
		total += p.of[t]
	}
	return total
}

// fits says whether a target can be paid for besides what is spent.
func (p *purse) fits(spent float64, t int) bool {
	total := spent + p.cost(t)
	return !math.IsInf(total, 1) && (total <= p.most || alike(total, p.most))
}

// allowed returns those of some targets that can be paid for by themselves.
func (p *purse) allowed(targets []int) []int {
	if !p.priced() {
		return targets
	}
	return slices.DeleteFunc(targets, func(t int) bool { return !p.fits(0, t) })
}

// affordable returns the first members of a set as long as they can be paid for, and
// leaves out what cannot.
func (p *purse) affordable(set []int) []int {
	kept := make([]int, 0, len(set))
	spent := 0.0
	for _, t := range set {
		if p.fits(spent, t) {
			kept, spent = append(kept, t), spent+p.cost(t)
		}
	}
	return kept
}

// count returns how many of n targets can be paid for at most.
func (p *purse) count(most, n int) int {
	if !p.priced() {
		return min(most, n)
	}
	costs := make([]float64, n)
	for t := range costs {
		costs[t] = p.cost(t)
	}
	slices.Sort(costs)
	count, spent := 0, 0.0
	for count < min(most, n) && !math.IsInf(costs[count], 1) {
		if spent += costs[count]; spent > p.most && !alike(spent, p.most) {
			break
		}
		count++
	}
	return count
}

// offer is a target with what it does at most.
type offer struct{ effect, cost float64 }

// best bounds the effect of what can be paid for: no more than by the best offers for
// their cost, the last of them in part (Dantzig 1957).
func (p *purse) best(offers []offer) float64 {
	if math.IsInf(p.most, 1) {
		return math.Inf(1)
	}
	left, total := p.most, 0.0
	offers = slices.DeleteFunc(offers, func(o offer) bool {
		if o.cost == 0 {
			total += o.effect
		}
		return o.cost == 0 || o.effect == 0 || math.IsInf(o.cost, 1)
	})
	slices.SortFunc(offers, func(a, b offer) int { return cmp.Compare(b.effect*a.cost, a.effect*b.cost) })
	for _, o := range offers {
		if o.cost > left {
			return total + o.effect*left/o.cost
		}
		left, total = left-o.cost, total+o.effect
	}
	return total
}
