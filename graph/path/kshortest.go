package path

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Several is the answer to a search for k paths.
type Several struct {
	// Paths are in ascending order of cost, then hops, then nodes. Fewer than k mean
	// that there are no more within the bounds.
	Paths []Path
	// ReachedFrom and ReachedTo are those of the search for the first path.
	ReachedFrom, ReachedTo Reached
	// Cut says that MaxHops ended at least one search: with a greater bound there may
	// be further paths.
	Cut bool
	// Cheaper says that a path of more links than MaxHops costs less than the last of
	// Paths.
	Cheaper bool
}

// KShortest returns the k paths of least cost between two sets; a nil cost counts
// hops. Paths differ in their nodes: two that differ only in which of several
// parallel links they take are one. It is Yen's algorithm (1971) with Lawler's
// modification (1972): each path found splits the rest into parts by where they
// leave it, and no part is searched twice. Each search is bidirectional and looks
// only for paths within the hops left, so MaxHops prunes.
//
// Among paths of equal cost the order is by hops, then by nodes, but which of
// them come into the k is settled by the search; the costs are those of any correct
// answer. O(k·L) searches for paths of L links. Errors: those of [ShortestWeighted],
// and k below 1.
func KShortest(ctx context.Context, g network.Adjacency, from, to []network.NodeIndex, k int, cost Cost, opt Options) (Several, error) {
	if k < 1 {
		return Several{}, fmt.Errorf("path: %d paths asked for", k)
	}
	q, err := newQuery(g, from, to, opt)
	if err != nil {
		return Several{}, err
	}
	y := &yen{query: q, price: cost, wanted: k, order: order(g), beyond: math.Inf(1), barredNodes: newBits(g.NumNodes())}
	for _, v := range q.from {
		y.barredNodes.set(v)
	}
	y.blocked = func(v network.NodeIndex) bool {
		return y.barredNodes.has(v) || (opt.Avoid != nil && opt.Avoid(v))
	}
	if err := y.run(ctx); err != nil {
		return Several{}, err
	}
	slices.SortFunc(y.found.Paths, y.compare) // equal costs were found in any order
	if last := len(y.found.Paths) - 1; last >= 0 {
		y.found.Cheaper = exceeds(y.found.Paths[last].Cost, y.beyond)
	}
	return y.found, nil
}

// yen is the state of one search for k paths. Positions on a path are counted from
// -1, a node before all of from, so that the choice of the first node is a step
// like any other.
type yen struct {
	query       // to all parts; from, to, spur and next differ from part to part
	price       Cost
	wanted      int
	order       func(a, b network.NodeIndex) int
	found       Several
	beyond      float64     // the least cost of a path that MaxHops ruled out
	candidates  []candidate // ascending
	barredNodes bits        // from, and the start of the path that is being left
}

// candidate is the best path of a part: of those that share its nodes up to
// position leave and do not go on from there to a node of taken.
type candidate struct {
	Path
	leave int
	taken []network.NodeIndex
}

func (y *yen) run(ctx context.Context) error {
	r, err := y.search(ctx, Path{}, -1, nil)
	if err != nil {
		return err
	}
	y.found.ReachedFrom, y.found.ReachedTo = r.ReachedFrom, r.ReachedTo
	for len(y.candidates) > 0 {
		best := y.candidates[0]
		y.candidates = y.candidates[1:]
		y.found.Paths = append(y.found.Paths, best.Path)
		if len(y.found.Paths) == y.wanted {
			return nil
		}
		for i := best.leave; i < best.Hops(); i++ {
			var taken []network.NodeIndex
			if i == best.leave {
				taken = best.taken
			}
			taken = append(slices.Clone(taken), best.Nodes[i+1])
			if _, err := y.search(ctx, best.Path, i, taken); err != nil {
				return err
			}
		}
	}
	return nil
}

// search finds the best path that follows p up to position leave and does not go on
// to a node of taken, and keeps it as a candidate.
func (y *yen) search(ctx context.Context, p Path, leave int, taken []network.NodeIndex) (Result, error) {
	q := y.query
	if leave < 0 {
		q.from = slices.DeleteFunc(slices.Clone(y.from), func(v network.NodeIndex) bool {
			return slices.Contains(taken, v)
		})
	} else {
		q.from, q.spur, q.next = p.Nodes[leave:leave+1], p.Nodes[leave], taken
	}
	if q.maxHops > 0 {
		q.maxHops -= max(leave, 0)
	}
	for _, v := range p.Nodes[:max(leave, 0)] {
		y.barredNodes.set(v)
	}
	for _, v := range q.from {
		y.barredNodes.clear(v)
	}
	q.to = slices.DeleteFunc(slices.Clone(y.to), y.barredNodes.has)
	q.limit = y.limit(p, leave)
	r, err := y.shortest(ctx, q)
	y.restore(p, leave)
	if err != nil {
		return r, err
	}
	y.found.Cut = y.found.Cut || r.Cut
	if y.price != nil && (r.Cut || r.Cheaper) {
		y.beyond = min(y.beyond, y.price.sum(p.Edges[:max(leave, 0)])+r.unbounded)
	}
	if r.Found {
		y.keep(p, leave, taken, r.Path)
	}
	return r, nil
}

// limit is what a path from position leave on may cost if it is to be wanted: no more
// than the last of enough candidates. Equal ones are found, and rounding forgiven.
func (y *yen) limit(p Path, leave int) float64 {
	if most := y.wanted - len(y.found.Paths); y.price == nil || len(y.candidates) < most {
		return math.Inf(1)
	}
	last := y.candidates[len(y.candidates)-1].Cost
	return last*(1+1e-9) - y.price.sum(p.Edges[:max(leave, 0)])
}

// restore leaves exactly the nodes of from barred.
func (y *yen) restore(p Path, leave int) {
	for _, v := range p.Nodes[:leave+1] {
		y.barredNodes.clear(v)
	}
	for _, v := range y.from {
		y.barredNodes.set(v)
	}
}

func (y *yen) shortest(ctx context.Context, q query) (Result, error) {
	if y.price == nil {
		return shortest(ctx, q)
	}
	return cheapest(ctx, q, y.price)
}

// keep inserts a candidate in order; no more are kept than can still be wanted.
func (y *yen) keep(p Path, leave int, taken []network.NodeIndex, rest Path) {
	start := max(leave, 0)
	c := candidate{leave: leave, taken: taken}
	c.Nodes = slices.Concat(p.Nodes[:min(start, len(p.Nodes))], rest.Nodes)
	c.Edges = slices.Concat(p.Edges[:min(start, len(p.Edges))], rest.Edges)
	c.Cost = float64(len(c.Edges))
	if y.price != nil {
		c.Cost = y.price.sum(c.Edges)
	}
	at, _ := slices.BinarySearchFunc(y.candidates, c, func(a, b candidate) int { return y.compare(a.Path, b.Path) })
	y.candidates = slices.Insert(y.candidates, at, c)
	if most := y.wanted - len(y.found.Paths); len(y.candidates) > most {
		y.candidates = y.candidates[:most]
	}
}

// compare orders paths by cost, then hops, then nodes.
func (y *yen) compare(a, b Path) int {
	return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Hops(), b.Hops()), slices.CompareFunc(a.Nodes, b.Nodes, y.order))
}

// bits is a set of nodes.
type bits []uint64

func newBits(n int) bits                    { return make(bits, (n+63)/64) }
func (b bits) set(v network.NodeIndex)      { b[v/64] |= 1 << (v % 64) }
func (b bits) clear(v network.NodeIndex)    { b[v/64] &^= 1 << (v % 64) }
func (b bits) has(v network.NodeIndex) bool { return b[v/64]>>(v%64)&1 != 0 }
