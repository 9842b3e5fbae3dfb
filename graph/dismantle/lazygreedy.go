package dismantle

import (
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// promise is a node and at most how many nodes it adds.
type promise struct {
	node int
	gain int
	age  int     // of the greedy set when the gain was exact
	cost float64 // by which the gain is divided
	out  bool    // cannot be paid for
}

// better returns the better of a greedy plan and the one by gain for its cost; what
// bounds either bounds both.
func (r *reaching) better(plan Plan) Plan {
	clear(r.covered)
	other := r.greedy(true)
	bound := min(plan.Bound, other.Bound)
	if other.Value > plan.Value {
		plan = other
	}
	plan.Bound = bound
	plan.Optimal = plan.Bound <= plan.Value
	return plan
}

// greedy adds the node that adds most, if thrifty for its cost, ties by index, for as
// long as one adds any.
// Gains only shrink, so a node is looked at again only when its last gain leads
// (Minoux 1978). When the work is done only nodes looked at before are considered.
func (r *reaching) greedy(thrifty bool) Plan {
	n := r.net.NumNodes()
	queue := make(promises, n)
	for v, most := range r.atMost() {
		queue[v] = promise{node: v, gain: most, age: -1, cost: 1, out: !r.purse.fits(0, v)}
		if queue[v].out {
			queue[v].gain = 0 // for good
		} else if thrifty {
			queue[v].cost = r.purse.cost(v)
		}
	}
	queue.order()
	spent, dropped := 0.0, false
	plan := Plan{Bound: float64(n), AlternativesTotal: -1}
	hasty, looks := false, 0
	for len(plan.Choice) < r.budget && len(queue) > 0 && queue[0].gain > 0 && !queue[0].out && r.ctx.Err() == nil {
		if !r.purse.fits(spent, queue[0].node) {
			queue[0].out, dropped = true, true
			queue.down(0)
			continue
		}
		if top := &queue[0]; top.age < len(plan.Choice) && (!hasty || looks < fewLooks) {
			top.gain, top.age = r.gain(top.node), len(plan.Choice)
			queue.down(0)
			if looks++; r.work < 0 && !hasty {
				hasty = true
				plan.Bound = min(plan.Bound, plan.Value+r.sum(queue))
				queue.forgetUnseen()
			}
			continue
		}
		if hasty {
			queue.lead(len(plan.Choice))
		} else {
			plan.Bound = min(plan.Bound, plan.Value+r.sum(queue))
		}
		looks = 0
		spent += r.purse.cost(queue[0].node)
		r.take(&plan, queue)
	}
	if len(queue) == 0 || !hasty && !dropped && queue[0].gain == 0 || r.budget == 0 { // nothing adds more
		plan.Bound = plan.Value
	}
	if !hasty && !r.purse.priced() && r.ctx.Err() == nil {
		plan.Bound = min(plan.Bound, math.Floor(plan.Value/(1-1/math.E)))
	}
	plan.Optimal = plan.Bound <= plan.Value
	return plan
}

// fewLooks is how many nodes a hasty step compares.
const fewLooks = 16

// take adds the leader to the plan.
func (r *reaching) take(plan *Plan, queue promises) {
	if queue[0].gain == 0 {
		return
	}
	for _, w := range r.within(queue[0].node) {
		r.covered[w] = true
	}
	plan.Choice = append(plan.Choice, queue[0].node)
	plan.Marginal = append(plan.Marginal, float64(queue[0].gain))
	plan.Value += float64(queue[0].gain)
	queue[0].gain = 0
	queue.down(0)
}

// sum bounds what budget nodes add to the greedy set: no more than the greatest gains.
func (r *reaching) sum(queue promises) float64 {
	gains := make([]int, 0, len(queue))
	for _, p := range queue {
		gains = append(gains, min(p.gain, len(queue)))
	}
	slices.SortFunc(gains, func(a, b int) int { return b - a })
	total := 0
	for _, g := range gains[:min(r.budget, len(gains))] {
		total += g
	}
	if !r.purse.priced() {
		return float64(total)
	}
	offers := make([]offer, len(queue))
	for i, p := range queue {
		offers[i] = offer{float64(min(p.gain, len(queue))), r.purse.cost(p.node)}
	}
	return min(float64(total), r.purse.best(offers))
}

func (r *reaching) gain(v int) int {
	count := 0
	for _, w := range r.within(v) {
		if !r.covered[w] {
			count++
		}
	}
	return count
}

// atMost bounds what each node reaches by counting walks of up to four steps; with
// more steps allowed the count only tells the promising from the others.
func (r *reaching) atMost() []int {
	const most, enough = 4, 1 << 40
	n := r.net.NumNodes()
	walks := slices.Repeat([]int{1}, n)
	for range min(r.steps, most) {
		next := slices.Repeat([]int{1}, n)
		for v := range next {
			for _, w := range r.net.Out(network.NodeIndex(v)) {
				next[v] = min(enough, next[v]+walks[w])
			}
		}
		walks = next
	}
	if r.steps > most {
		for v := range walks {
			walks[v] += n
		}
	}
	return walks
}

// promises is a heap, the greatest gain first, ties by node.
type promises []promise

func (q promises) less(i, j int) bool {
	if q[i].out != q[j].out {
		return q[j].out
	}
	a, b := float64(q[i].gain)*q[j].cost, float64(q[j].gain)*q[i].cost
	if a == b && q[i].gain != q[j].gain { // both for nothing
		return q[i].gain > q[j].gain
	}
	return a > b || a == b && q[i].node < q[j].node
}

// forgetUnseen drops the promises of nodes that were never looked at.
func (q promises) forgetUnseen() {
	for i := range q {
		if q[i].age < 0 {
			q[i].gain = 0
		}
	}
	q.order()
}

// lead makes the leader of the best promise of one age.
func (q promises) lead(age int) {
	best := -1
	for i := range q {
		if q[i].age == age && !q[i].out && (best < 0 || q.less(i, best)) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	for best > 0 { // the heap has no order above it then, but below
		up := (best - 1) / 2
		q[best], q[up] = q[up], q[best]
		best = up
	}
}

func (q promises) order() {
	for i := len(q)/2 - 1; i >= 0; i-- {
		q.down(i)
	}
}

func (q promises) down(i int) {
	for {
		child := 2*i + 1
		if child >= len(q) {
			return
		}
		if child+1 < len(q) && q.less(child+1, child) {
			child++
		}
		if !q.less(child, i) {
			return
		}
		q[i], q[child] = q[child], q[i]
		i = child
	}
}
