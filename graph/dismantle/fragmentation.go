package dismantle

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Fragmentation chooses at most budget nodes or links that leave the fewest unordered
// pairs of nodes connected: KPP-NEG of Borgatti (2006), the critical node problem of
// Arulselvan et al. (2009). Value counts the pairs left.
//
// All sets of fewer members are tried while that fits the work: C(n, budget−1)
// depth-first searches, because one search judges every last member at once; for up
// to 128 nodes a search takes about n steps whatever the number of links. Pairs that
// hold together whatever is removed prune the sets (see holding in the source) and
// bound what a search without proof may have missed. Beyond, greedy sets, sets by
// degree, by betweenness, by reinsertion and by cuts are improved by exchanging
// members. The default work proves the optimum for 110 nodes and a budget of 3, and
// for 70 nodes and a budget of 5, whatever the links.
//
// Memory is proportional to the network, plus n²/8 bytes up to 1,500 nodes. Errors: a
// negative budget, a cancelled ctx.
func Fragmentation(ctx context.Context, net *network.Network, budget int, t Targets, lim Limits) (Plan, error) {
	return breakUp(ctx, net, connectedPairs, budget, t, lim)
}

// LargestComponent chooses at most budget nodes or links that leave the smallest
// largest component. Value counts its nodes. Otherwise it is [Fragmentation], but in
// a forest the best nodes are found and proven at any size, if all cost the same.
func LargestComponent(ctx context.Context, net *network.Network, budget int, t Targets, lim Limits) (Plan, error) {
	return breakUp(ctx, net, largestComponent, budget, t, lim)
}

// breaking is a search for what breaks a network up.
type breaking struct {
	ctx    context.Context
	net    *network.Network // undirected
	body   *body
	aim    aim
	what   Targets
	probe  prober
	values []int64
	purse  *purse
	lim    Limits
	work   int64
}

func breakUp(ctx context.Context, net *network.Network, a aim, budget int, t Targets, lim Limits) (Plan, error) {
	if err := checkBudget(budget); err != nil {
		return Plan{}, err
	}
	if err := stopped(ctx); err != nil {
		return Plan{}, err
	}
	purse, err := newPurse(lim.Costs, t.count(net))
	if err != nil {
		return Plan{}, err
	}
	plain, err := net.Undirected()
	if err != nil {
		return Plan{}, err
	}
	b := &breaking{ctx: ctx, net: plain, body: newBody(plain, t == Nodes), aim: a, what: t, purse: purse, lim: lim, work: lim.work()}
	if t == Nodes && b.body.n <= wordNodes {
		b.probe = newWordScan(b.body, a)
	} else {
		b.probe = newScan(b.body, a, t == Links)
	}
	if t == Nodes {
		b.body.tree = newSpanning(ctx, b.body)
	}
	b.values = make([]int64, t.count(net))
	plan := b.solve(purse.count(budget, len(b.values)))
	plan.Cost = purse.sum(plan.Choice)
	return plan, stopped(ctx)
}

// solve proves the optimum for sets of one member, of two, and so on, for as long as
// the work allows, and goes on without proof from there.
func (b *breaking) solve(budget int) Plan {
	before := b.probe.probe(nil, b.values)
	plan := Plan{Before: float64(before), Value: float64(before)}
	best := optima{value: before, total: 1, sets: [][]int{{}}}
	for size := 1; size <= budget; size++ {
		s := b.stage(size, best)
		if best.value <= s.bound.floor {
			continue // a larger set may still have a lower floor
		}
		found := b.search(s)
		proven, ok := b.prove(s, min(found.value, best.value-1))
		switch {
		case !ok:
			return b.unproven(plan, best, budget, found)
		case proven.total != 0:
			best = proven
		}
		if best.value == b.least() {
			break
		}
	}
	plan.Value = float64(best.value)
	plan.best(best.sets, max(best.total, len(best.sets)))
	if best.total < 0 {
		plan.AlternativesTotal = -1
	}
	b.order(&plan)
	return plan
}

// least is what no removal can undercut.
func (b *breaking) least() int64 {
	if b.aim == largestComponent && b.what == Links && b.body.n > 0 {
		return 1
	}
	return 0
}

// stage is the search for sets of one size.
type stage struct {
	size       int
	bound      *holding
	candidates []int
	start      []int // the best smaller set
}

func (b *breaking) stage(size int, best optima) *stage {
	s := &stage{size: size, start: best.sets[0]}
	if b.what == Nodes {
		s.bound = nodeBound(b.body, b.aim, size)
		for v := range b.body.n {
			s.candidates = append(s.candidates, v)
		}
		s.candidates = b.purse.allowed(s.candidates)
		return s
	}
	classes := linkClasses(b.body, size)
	s.bound = linkBound(b.body, b.aim, size, classes)
	for e := range b.body.m {
		v, w := b.net.Ends(network.EdgeIndex(e))
		if classes.root(uint32(v)) != classes.root(uint32(w)) {
			s.candidates = append(s.candidates, e)
		}
	}
	s.candidates = b.purse.allowed(s.candidates)
	return s
}

// prove enumerates the sets of a stage with a value of at most limit. It reports
// false when that would be too much work. A total of -1 tells that the sets found
// are optimal but perhaps not all.
func (b *breaking) prove(s *stage, limit int64) (optima, bool) {
	e := &enumeration{
		probe: b.probe, targets: len(b.values), candidates: s.candidates, size: s.size,
		limit: limit, keep: b.lim.alternatives() + 1, bound: s.bound, purse: b.purse,
	}
	if limit < s.bound.floor || len(s.candidates) < s.size {
		return optima{}, true
	}
	lean := b.aim == connectedPairs && b.what == Nodes
	if lean {
		e.candidates = b.withoutLeaves(s.candidates)
	}
	if !b.affords(e) {
		return optima{}, false
	}
	found, err := e.run(b.ctx)
	if err != nil {
		return optima{}, false
	}
	// Exchanging a leaf for its neighbour that costs no more never leaves more pairs, and
	// it leaves fewer unless the two are all of their component and no other has more than two nodes.
	if !lean || found.total == 0 || found.value > int64(b.body.n/2) {
		return found, true
	}
	e.candidates, e.limit = s.candidates, found.value
	if !b.affords(e) {
		found.total = -1
		return found, len(found.sets) > 0
	}
	found, err = e.run(b.ctx)
	return found, err == nil
}

func (b *breaking) affords(e *enumeration) bool {
	cost := e.steps()
	if cost > b.work {
		return false
	}
	b.work -= cost
	return true
}

// withoutLeaves returns the candidates with more than one neighbour or one that costs
// more, and of two that have only each other the first.
func (b *breaking) withoutLeaves(candidates []int) []int {
	var nodes []int
	for _, v := range candidates {
		row := b.body.row(v)
		if len(row) != 1 || (int(row[0]) > v && b.body.degree(int(row[0])) == 1) || b.purse.cost(int(row[0])) > b.purse.cost(v) {
			nodes = append(nodes, v)
		}
	}
	return nodes
}

// search finds a good set without proof. Where a proof is cheap it is brief.
func (b *breaking) search(s *stage) optima {
	work := b.work / 4
	quick := &enumeration{probe: b.probe, candidates: s.candidates, size: s.size}
	proof := quick.steps() <= b.work
	if proof {
		work = min(work, 60*int64(s.size)*b.probe.cost())
	}
	h := newSearch(b.ctx, b.probe, b.purse, len(b.values), s.size, s.bound.floor, work, b.preference(work/8))
	starts := [][]int{s.start}
	if !proof {
		if b.what == Nodes {
			h.offer(b.body.tree.removals(int(b.body.tree.largest(s.size))))
		}
		starts = append(starts, b.starts(s, h)...)
	}
	h.run(starts)
	b.work -= work - max(0, h.work)
	if h.value == math.MaxInt64 { // nothing was looked at
		h.value = b.prefixes(h.best)[len(h.best)]
	}
	return optima{value: h.value, sets: [][]int{h.best}}
}

// preference rates targets by what they do in the long run: nodes by degree, links by
// the shortest paths on them.
func (b *breaking) preference(work int64) []int {
	prefer := make([]int, len(b.values))
	if b.what == Nodes {
		for v := range prefer {
			prefer[v] = b.body.degree(v)
		}
		return prefer
	}
	p := newPaths(b.body)
	sources := int(min(int64(b.body.n), work/int64(1+b.body.n+len(b.body.nbr))))
	for i := range sources {
		p.from(i * b.body.n / sources)
	}
	for e, x := range p.onLink {
		prefer[e] = int(x * 16)
	}
	return prefer
}

func (b *breaking) starts(s *stage, h *search) [][]int {
	cuts := byCuts(b.ctx, b.net, b.what, h)
	if b.what == Links {
		return cuts
	}
	many := min(b.body.n, 3*s.size+5)
	degree := byDegree(b.body, many)
	between := byBetweenness(b.ctx, b.body, many, h.work/4)
	h.work -= h.work / 4
	starts := [][]int{degree[:min(s.size, len(degree))], between[:min(s.size, len(between))]}
	for _, long := range [][]int{degree, between} {
		if len(long) > s.size {
			starts = append(starts, reinsert(b.body, long, s.size, b.aim))
		}
	}
	return append(starts, cuts...)
}

// unproven finishes without proof, from what is proven for smaller sets and found
// for the stage that was too much.
func (b *breaking) unproven(plan Plan, best optima, budget int, found optima) Plan {
	set, value := best.sets[0], best.value
	if found.value < value {
		set, value = found.sets[0], found.value
	}
	s := b.stage(budget, optima{sets: [][]int{set}})
	if value > s.bound.floor && len(found.sets[0]) < budget {
		if more := b.search(s); more.value < value {
			set = more.sets[0]
		}
	}
	plan.Choice = slices.Clone(set)
	b.order(&plan)
	plan.Bound, plan.AlternativesTotal = min(plan.Value, float64(s.bound.floor)), -1
	plan.Optimal = plan.Bound == plan.Value
	return plan
}

// order puts the choice in the order of its effect, and drops from its end what
// adds nothing. Without the work for that it keeps the order in which it was found.
func (b *breaking) order(p *Plan) {
	if int64(len(p.Choice))*b.probe.cost() > b.work+b.lim.work()/10 {
		values := b.prefixes(p.Choice)
		p.Marginal = make([]float64, len(p.Choice))
		for i := range p.Marginal {
			p.Marginal[i] = float64(values[i] - values[i+1])
		}
	} else {
		p.byEffect(false, func(set, further []int) []float64 {
			b.probe.probe(set, b.values)
			left := make([]float64, len(further))
			for i, t := range further {
				left[i] = float64(b.values[t])
			}
			return left
		})
	}
	p.Value = p.Before
	for _, x := range p.Marginal {
		p.Value -= x
	}
	for k := len(p.Choice); !p.Optimal && k > 0 && p.Marginal[k-1] == 0; k-- {
		p.Choice, p.Marginal = p.Choice[:k-1], p.Marginal[:k-1]
	}
}

// prefixes returns the value without the first 0, 1, … targets of a set, by giving
// them back from the last to the first.
func (b *breaking) prefixes(set []int) []int64 {
	out := make([]bool, len(b.values))
	for _, t := range set {
		out[t] = true
	}
	r := reunion{body: b.body, f: newForest(b.body.n), links: b.what == Links, out: out}
	if b.body.n > len(set) || b.what == Links {
		r.largest = 1
	}
	for v := range b.body.n {
		if b.what == Links || !out[v] {
			r.join(v)
		}
	}
	values := make([]int64, len(set)+1)
	for i := len(set); ; i-- {
		values[i] = r.pairs
		if b.aim == largestComponent {
			values[i] = r.largest
		}
		if i == 0 {
			return values
		}
		out[set[i-1]] = false
		r.largest = max(r.largest, 1)
		v := set[i-1]
		if b.what == Links {
			from, _ := b.net.Ends(network.EdgeIndex(v))
			v = int(from)
		}
		r.join(v)
	}
}

// reunion counts what is connected while targets come back.
type reunion struct {
	*body
	f       *forest
	links   bool
	out     []bool
	pairs   int64
	largest int64
}

// join joins a node with the neighbours that are there.
func (r *reunion) join(v int) {
	for i := r.first[v]; i < r.first[v+1]; i++ {
		w := r.nbr[i]
		if r.links && r.out[r.link[i]] || !r.links && r.out[w] {
			continue
		}
		a, b := r.f.size[r.f.root(uint32(v))], r.f.size[r.f.root(w)]
		if r.f.join(uint32(v), w) {
			r.pairs += a * b
			r.largest = max(r.largest, a+b)
		}
	}
}
