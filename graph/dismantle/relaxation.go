package dismantle

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
)

// relaxation prices what may be removed instead of forbidding more than the budget
// (Wood 1993; Fisher 1981). Whatever goes at a price λ for each unit of cost, the flow
// left and the price paid are at least the cheapest cut in which every target costs
// the lesser of its flow and its price; what the whole budget costs is given back. The
// best λ is found between two cuts at a time, which is a few maximum flows.
type relaxation struct {
	ctx      context.Context
	net      *network.Network
	from, to []network.NodeIndex
	capacity []float64
	what     Targets
	cost     func(t int) float64
	budget   float64
	work     int64

	sets [][]int // what the cuts at the prices tried remove
}

// line is the worth of one cut as it grows with λ.
type line struct{ start, slope float64 }

func (l line) at(price float64) float64 { return l.start + l.slope*price }

// rounds is how many prices are tried at most: a few suffice.
const rounds = 40

// bound returns the least flow that the budget can leave, given the flow as it is.
func (r *relaxation) bound(value float64) float64 {
	if math.IsInf(value, 1) || value == 0 {
		return 0
	}
	price := value / 1e6 / (1 + r.budget)
	cheap, set, ok := r.cut(price)
	if !ok {
		return 0
	}
	r.sets = append(r.sets, set)
	best := cheap.at(price)
	dear := line{value, -r.budget}
	for range rounds {
		if cheap.slope <= 0 { // all of that cut can be paid for
			break
		}
		price = (dear.start - cheap.start) / (cheap.slope - dear.slope)
		next, set, ok := r.cut(price)
		if !ok || r.work < 0 {
			break
		}
		best = max(best, next.at(price))
		r.sets = append(r.sets, set)
		if least := dear.at(price); next.at(price) >= least || alike(next.at(price), least) {
			break
		}
		if next.slope > 0 {
			cheap = next
		} else {
			dear = next
		}
	}
	return r.safely(best, value)
}

// safely allows for rounding: a flow of whole units is whole.
func (r *relaxation) safely(best, value float64) float64 {
	for e := range r.capacity {
		if x := r.of(network.EdgeIndex(e)); x != math.Trunc(x) {
			return max(0, best-1e-9*value)
		}
	}
	return max(0, math.Ceil(best-1e-6*max(1, value/1e3)))
}

// cut returns the cheapest cut at a price, and the targets that it removes.
func (r *relaxation) cut(price float64) (line, []int, bool) {
	opt, removable := r.options(price)
	p, err := flow.NewProblem(r.net, r.from, r.to, opt)
	if err != nil {
		return line{}, nil, false
	}
	c, err := p.Cut(r.ctx)
	r.work -= p.Work() + 8*int64(r.net.NumLinks()+r.net.NumNodes())
	if err != nil || !c.Finite {
		return line{}, nil, false
	}
	var set []int
	l := line{slope: -r.budget}
	for _, e := range c.Links {
		if r.what == Links && removable[e] {
			set, l.slope = append(set, int(e)), l.slope+r.cost(int(e))
		} else {
			l.start += r.of(e)
		}
	}
	for _, v := range c.Nodes {
		set, l.slope = append(set, int(v)), l.slope+r.cost(int(v))
	}
	return l, set, true
}

func (r *relaxation) of(e network.EdgeIndex) float64 {
	if r.capacity == nil || math.IsNaN(r.capacity[e]) {
		return 1
	}
	return r.capacity[e]
}

// options limits what may be removed by its price, and tells which links it limits.
func (r *relaxation) options(price float64) (flow.Options, []bool) {
	opt := flow.Options{Capacity: r.capacity}
	if r.what == Nodes {
		opt.NodeCapacity = make([]float64, r.net.NumNodes())
		for v := range opt.NodeCapacity {
			opt.NodeCapacity[v] = r.cost(v) * price
		}
		return opt, nil
	}
	removable := make([]bool, r.net.NumLinks())
	opt.Capacity = make([]float64, r.net.NumLinks())
	for e := range opt.Capacity {
		priced, own := r.cost(e)*price, r.of(network.EdgeIndex(e))
		removable[e] = priced < own
		opt.Capacity[e] = min(priced, own)
	}
	return opt, removable
}
