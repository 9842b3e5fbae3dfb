package dismantle

import (
	"context"
	"math/bits"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Reach chooses at most budget nodes from which the most nodes lie within a number of
// steps along the direction of links, the chosen themselves included: KPP-POS of
// Borgatti (2006). Nothing is removed. Value counts the nodes reached.
//
// The greedy set reaches at least 1 − 1/e of the best (Nemhauser, Wolsey and Fisher
// 1978); its gains also bound the best from above. With costs the better of two is
// taken, by gain and by gain for its cost (Leskovec et al. 2007). Sets are then tried by branch and
// bound while that fits the work, which proves the optimum. Time O(n·(n + m)) for
// the nodes within reach of each and memory n²/8 bytes; beyond 20,000 nodes the
// greedy set alone is found, in memory proportional to the network. When the work
// ends before the greedy set is complete its last members are the best of few, and
// the bound is loose.
//
// Errors: a negative budget or number of steps, a cancelled ctx.
func Reach(ctx context.Context, net *network.Network, budget, steps int, lim Limits) (Plan, error) {
	if err := checkBudget(budget); err != nil {
		return Plan{}, err
	}
	if steps < 0 {
		return Plan{}, graph.Errorf(graph.BadUserInput, "%d steps; there must be at least 0", steps)
	}
	purse, err := newPurse(lim.Costs, net.NumNodes())
	if err != nil {
		return Plan{}, err
	}
	r := &reaching{
		ctx: ctx, net: net, steps: steps, purse: purse, budget: purse.count(budget, net.NumNodes()), work: lim.work(),
		keep: lim.alternatives() + 1, seen: make([]uint32, net.NumNodes()), covered: make([]bool, net.NumNodes()),
	}
	plan := r.greedy(false)
	if purse.priced() {
		plan = r.better(plan)
	}
	if net.NumNodes() <= ballNodes && r.balls() {
		r.exact(&plan)
	}
	plan.Cost = purse.sum(plan.Choice)
	return plan, stopped(ctx)
}

// ballNodes is the greatest number of nodes for which Reach keeps what each reaches.
const ballNodes = 20_000

// reaching is a search for the nodes that reach most.
type reaching struct {
	ctx    context.Context
	net    *network.Network
	steps  int
	purse  *purse
	budget int
	work   int64
	keep   int

	// The search from one node.
	seen  []uint32
	epoch uint32
	queue []network.NodeIndex

	covered []bool // by the greedy set

	// What each node reaches, as bits.
	words int
	ball  []uint64
}

// within visits the nodes within reach of v and leaves them in the queue.
func (r *reaching) within(v int) []network.NodeIndex {
	r.epoch++
	r.queue = append(r.queue[:0], network.NodeIndex(v))
	r.seen[v] = r.epoch
	start := 0
	for range r.steps {
		end := len(r.queue)
		for _, u := range r.queue[start:end] {
			r.work -= int64(1 + r.net.OutDegree(u)/4) // rows are read in one go
			for _, w := range r.net.Out(u) {
				if r.seen[w] != r.epoch {
					r.seen[w] = r.epoch
					r.queue = append(r.queue, w)
				}
			}
		}
		if start = end; end == len(r.queue) {
			break
		}
	}
	r.work -= int64(len(r.queue))
	return r.queue
}

// balls tabulates what each node reaches and reports whether the work allowed it.
func (r *reaching) balls() bool {
	n := r.net.NumNodes()
	r.words = (n + 63) / 64
	r.ball = make([]uint64, n*r.words)
	for v := range n {
		if r.work < 0 || v%256 == 0 && r.ctx.Err() != nil {
			return false
		}
		row := r.row(v)
		for _, w := range r.within(v) {
			row[w/64] |= 1 << (w % 64)
		}
	}
	return true
}

func (r *reaching) row(v int) []uint64 { return r.ball[v*r.words : (v+1)*r.words] }

// exact replaces the greedy plan by the proven optimum if the work allows, for sets
// of one node, of two, and so on until no more can be reached.
func (r *reaching) exact(plan *Plan) {
	best := optima{total: 1, sets: [][]int{{}}}
	n := int64(r.net.NumNodes())
	order := r.bySize()
	incumbent := int64(0)
	for size := 1; size <= r.budget && best.value < n; size++ {
		if size <= len(plan.Marginal) {
			incumbent += int64(plan.Marginal[size-1])
		}
		c := newCover(r, order, size, max(best.value+1, incumbent))
		if !c.run() {
			return
		}
		if c.best.total > 0 {
			best = c.best
		}
	}
	plan.Value = float64(best.value)
	plan.best(best.sets, best.total)
	plan.byEffect(true, r.reachedBy)
}

// bySize returns the nodes that reach most first, ties by index.
func (r *reaching) bySize() []int {
	order := make([]int, r.net.NumNodes())
	size := make([]int, len(order))
	for v := range order {
		order[v] = v
		for _, word := range r.row(v) {
			size[v] += bits.OnesCount64(word)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return size[b] - size[a] })
	return r.purse.allowed(order)
}

func (r *reaching) reachedBy(set, further []int) []float64 {
	covered := make([]uint64, r.words)
	count := 0
	for _, v := range set {
		for i, word := range r.row(v) {
			covered[i] |= word
		}
	}
	for _, word := range covered {
		count += bits.OnesCount64(word)
	}
	values := make([]float64, len(further))
	for i, v := range further {
		values[i] = float64(count + fresh(r.row(v), covered))
	}
	return values
}

func fresh(ball, covered []uint64) int {
	count := 0
	for i, word := range ball {
		count += bits.OnesCount64(word &^ covered[i])
	}
	return count
}

// cover finds the sets of one size that reach most, by branch and bound: a set
// reaches no more than what it has and the greatest gains that are left.
type cover struct {
	*reaching
	order  []int
	size   int
	best   optima // value is the least that is of interest
	levels []coverLevel
}

// coverLevel is the memory of one depth of the search.
type coverLevel struct {
	covered []uint64
	gains   []int64
	rest    []int64 // the most that the candidates from a position on can add
}

func newCover(r *reaching, order []int, size int, least int64) *cover {
	c := &cover{reaching: r, order: order, size: size, best: optima{value: least}, levels: make([]coverLevel, size)}
	for i := range c.levels {
		c.levels[i] = coverLevel{make([]uint64, r.words), make([]int64, len(order)), make([]int64, len(order)+1)}
	}
	return c
}

// run reports false when the work does not suffice.
func (c *cover) run() bool { return c.extend(nil, 0, 0, 0) }

func (c *cover) extend(prefix []int, count int64, from int, spent float64) bool {
	depth := len(prefix)
	left := c.size - depth
	l := &c.levels[depth]
	if c.work -= int64((len(c.order) - from) * c.words); c.work < 0 || c.ctx.Err() != nil {
		return false
	}
	for i := from; i < len(c.order); i++ {
		l.gains[i] = int64(fresh(c.row(c.order[i]), l.covered))
	}
	if left == 1 {
		for i := from; i < len(c.order); i++ {
			if value := count + l.gains[i]; value >= c.best.value && c.purse.fits(spent, c.order[i]) {
				c.keepSet(append(slices.Clone(prefix), c.order[i]), value)
			}
		}
		return true
	}
	l.sumRest(from, left-1)
	for i := from; i <= len(c.order)-left; i++ {
		if count+l.gains[i]+l.rest[i+1] < c.best.value || !c.purse.fits(spent, c.order[i]) {
			continue
		}
		next := &c.levels[depth+1]
		for j, word := range c.row(c.order[i]) {
			next.covered[j] = l.covered[j] | word
		}
		if !c.extend(append(prefix, c.order[i]), count+l.gains[i], i+1, spent+c.purse.cost(c.order[i])) {
			return false
		}
	}
	return true
}

// sumRest sets rest to the sum of the k greatest gains from each position on.
func (l *coverLevel) sumRest(from, k int) {
	var top []int64 // ascending
	sum := int64(0)
	for i := len(l.gains) - 1; i >= from; i-- {
		at, _ := slices.BinarySearch(top, l.gains[i])
		top = slices.Insert(top, at, l.gains[i])
		sum += l.gains[i]
		if len(top) > k {
			sum -= top[0]
			top = top[1:]
		}
		l.rest[i] = sum
	}
	l.rest[len(l.gains)] = 0
}

// keepSet counts a set and lists it if it is among the first in lexicographic order.
func (c *cover) keepSet(set []int, value int64) {
	if value > c.best.value {
		c.best = optima{value: value}
	}
	c.best.total++
	slices.Sort(set)
	c.best.sets = firstSets(c.best.sets, set, c.keep)
}

// firstSets inserts a set into a lexicographic list of at most keep.
func firstSets(sets [][]int, set []int, keep int) [][]int {
	if len(sets) == keep && slices.Compare(set, sets[keep-1]) > 0 {
		return sets
	}
	at, _ := slices.BinarySearchFunc(sets, set, slices.Compare)
	sets = slices.Insert(sets, at, set)
	return sets[:min(keep, len(sets))]
}
