package reliability

import (
	"context"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
)

// span is where the number of a group lies: at least lo, below hi.
type span struct{ lo, hi float64 }

// branch is a group whose span is cut in two; the lower part is searched first.
type branch struct {
	group uint32
	whole span
	cut   float64
	mass  float64 // the probability of coming here
	upper bool
}

// factoring is the exact search. A link holds for certain if its probability is no
// less than the hi of its group, and fails if it is no more than the lo.
type factoring struct {
	*question
	from  []network.NodeIndex
	goal  []bool
	spans []span
	stack []branch
	steps int64

	round      uint32
	seen, near []uint32 // the round in which a node was reached, or is one link away
	via        []network.EdgeIndex
	before     []network.NodeIndex
	now, next  []network.NodeIndex
}

// factor returns the exact answer: the product over the stretches between nodes that
// every path passes, which share no link that a path takes. It reports false if the
// work ended before.
func (q *question) factor(ctx context.Context, work int64) (value float64, done bool, err error) {
	n := q.net.NumNodes()
	f := &factoring{
		question: q, spans: make([]span, q.groups), seen: make([]uint32, n), near: make([]uint32, n),
		via: make([]network.EdgeIndex, n), before: make([]network.NodeIndex, n), goal: make([]bool, n),
	}
	for g := range f.spans {
		f.spans[g] = span{0, 1}
	}
	stops, err := q.stops(ctx)
	if err != nil {
		return 0, false, err
	}
	value = 1
	for i := 1; i < len(stops); i++ {
		one, done, err := f.stretch(ctx, stops[i-1], stops[i], work)
		if err != nil || !done {
			return 0, false, err
		}
		value *= one
	}
	return value, true, nil
}

// stops returns the sources, what every path passes in its order, and the goals.
// Links that stand or fall together may lie on both sides of such a node, and then
// there is none.
func (q *question) stops(ctx context.Context) ([][]network.NodeIndex, error) {
	if q.grouped || len(q.to) > 1 || len(q.from) > 1 {
		return [][]network.NodeIndex{q.from, q.to}, nil
	}
	tree, err := connectivity.Dominators(ctx, q.net, q.from)
	if err != nil {
		return nil, err
	}
	stops := [][]network.NodeIndex{q.from}
	for _, v := range tree.Chain(q.to) {
		if v != q.from[0] && v != q.to[0] {
			stops = append(stops, []network.NodeIndex{v})
		}
	}
	return append(stops, q.to), nil
}

// stretch adds up the probabilities of all ways in which the uncertain links between
// two sets can turn out.
func (f *factoring) stretch(ctx context.Context, from, to []network.NodeIndex, work int64) (value float64, done bool, err error) {
	clear(f.goal)
	for _, v := range to {
		f.goal[v] = true
	}
	f.from = from
	mass := 1.0
	for {
		if err := ctx.Err(); err != nil {
			return 0, false, err
		}
		end, err := f.search(ctx)
		if err != nil {
			return 0, false, err
		}
		if f.steps > work {
			return 0, false, nil
		}
		split := network.NoEdge
		if end != network.NoNode {
			split = f.firstUncertain(end)
		}
		if split != network.NoEdge {
			mass = f.descend(split, mass)
			continue
		}
		if end != network.NoNode {
			value += mass
		}
		if mass, done = f.back(); done {
			return min(value, 1), true, nil
		}
	}
}

// descend goes on with the link holding.
func (f *factoring) descend(e network.EdgeIndex, mass float64) float64 {
	b := branch{group: f.group[e], whole: f.spans[f.group[e]], cut: f.probability[e], mass: mass}
	f.stack = append(f.stack, b)
	f.spans[b.group] = span{b.whole.lo, b.cut}
	return mass * (b.cut - b.whole.lo) / (b.whole.hi - b.whole.lo)
}

// back goes on with the last link failing of which that was not looked at.
func (f *factoring) back() (mass float64, done bool) {
	for len(f.stack) > 0 {
		b := &f.stack[len(f.stack)-1]
		if !b.upper {
			b.upper = true
			f.spans[b.group] = span{b.cut, b.whole.hi}
			return b.mass * (b.whole.hi - b.cut) / (b.whole.hi - b.whole.lo), false
		}
		f.spans[b.group] = b.whole
		f.stack = f.stack[:len(f.stack)-1]
	}
	return 0, true
}

func (f *factoring) certain(e network.EdgeIndex) bool {
	return f.probability[e] >= f.spans[f.group[e]].hi
}

func (f *factoring) failed(e network.EdgeIndex) bool {
	return f.probability[e] <= f.spans[f.group[e]].lo
}

// search returns the node of the goal to which the fewest uncertain links lead,
// NoNode if there is none: layer by layer, certain links within a layer.
func (f *factoring) search(ctx context.Context) (network.NodeIndex, error) {
	f.round++
	f.now = f.now[:0]
	for _, v := range f.from {
		f.reach(v, network.NoNode, network.NoEdge)
	}
	for len(f.now) > 0 {
		f.next = f.next[:0]
		for i := 0; i < len(f.now); i++ { //nolint:intrange // it grows meanwhile
			if i%checkEvery == checkEvery-1 {
				if err := ctx.Err(); err != nil {
					return 0, err
				}
			}
			v := f.now[i]
			if f.goal[v] {
				return v, nil
			}
			f.expand(v)
		}
		f.now = f.now[:0]
		for _, w := range f.next {
			f.reach(w, f.before[w], f.via[w])
		}
	}
	return network.NoNode, nil
}

func (f *factoring) reach(w, before network.NodeIndex, via network.EdgeIndex) {
	if f.seen[w] != f.round {
		f.seen[w], f.before[w], f.via[w] = f.round, before, via
		f.now = append(f.now, w)
	}
}

func (f *factoring) expand(v network.NodeIndex) {
	edges := f.net.OutEdges(v)
	f.steps += int64(len(edges)) + 1
	for i, w := range f.net.Out(v) {
		switch e := edges[i]; {
		case f.seen[w] == f.round || f.failed(e):
		case f.certain(e):
			f.reach(w, v, e)
		case f.near[w] != f.round:
			f.near[w], f.before[w], f.via[w] = f.round, v, e
			f.next = append(f.next, w)
		}
	}
}

// firstUncertain returns the uncertain link nearest to the sources on the path found,
// NoEdge if all of it is certain.
func (f *factoring) firstUncertain(end network.NodeIndex) network.EdgeIndex {
	first := network.NoEdge
	for v := end; f.before[v] != network.NoNode; v = f.before[v] {
		if e := f.via[v]; !f.certain(e) {
			first = e
		}
	}
	return first
}
