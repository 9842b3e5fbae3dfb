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
	age  int // of the greedy set when the gain was exact
}

// greedy adds the node that adds most, ties by index, for as long as one adds any.
// Gains only shrink, so a node is looked at again only when its last gain leads
// (Minoux 1978).
func (r *reaching) greedy() Plan {
	n := r.net.NumNodes()
	queue := make(promises, n)
	for v, most := range r.atMost() {
		queue[v] = promise{v, most, -1}
	}
	queue.order()
	plan := Plan{Bound: float64(n), AlternativesTotal: -1}
	for len(plan.Choice) < r.budget && len(queue) > 0 && queue[0].gain > 0 && r.ctx.Err() == nil {
		if top := &queue[0]; top.age < len(plan.Choice) {
			top.gain, top.age = r.gain(top.node), len(plan.Choice)
			queue.down(0)
			continue
		}
		plan.Bound = min(plan.Bound, plan.Value+r.sum(queue, plan))
		for _, w := range r.within(queue[0].node) {
			r.covered[w] = true
		}
		plan.Choice = append(plan.Choice, queue[0].node)
		plan.Marginal = append(plan.Marginal, float64(queue[0].gain))
		plan.Value += float64(queue[0].gain)
		queue[0].gain = 0
		queue.down(0)
	}
	if len(queue) == 0 || queue[0].gain == 0 || r.budget == 0 { // nothing adds more
		plan.Bound = plan.Value
	}
	if r.ctx.Err() == nil {
		plan.Bound = min(plan.Bound, math.Floor(plan.Value/(1-1/math.E)))
		plan.Optimal = plan.Bound <= plan.Value
	}
	return plan
}

// sum bounds what budget nodes add to the greedy set: no more than the greatest gains.
func (r *reaching) sum(queue promises, plan Plan) float64 {
	gains := make([]int, 0, len(queue))
	for _, p := range queue {
		gains = append(gains, p.gain)
	}
	slices.SortFunc(gains, func(a, b int) int { return b - a })
	total := 0
	for _, g := range gains[:min(r.budget, len(gains))] {
		total += g
	}
	return float64(total)
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

// atMost bounds what each node reaches by counting walks.
func (r *reaching) atMost() []int {
	n := r.net.NumNodes()
	most := slices.Repeat([]int{1}, n)
	for range min(r.steps, 4) {
		next := make([]int, n)
		for v := range next {
			next[v] = 1
			for _, w := range r.net.Out(network.NodeIndex(v)) {
				next[v] = min(n, next[v]+most[w])
			}
		}
		most = next
	}
	if r.steps > 4 {
		return slices.Repeat([]int{n}, n)
	}
	return most
}

// promises is a heap, the greatest gain first, ties by node.
type promises []promise

func (q promises) less(i, j int) bool {
	return q[i].gain > q[j].gain || q[i].gain == q[j].gain && q[i].node < q[j].node
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
