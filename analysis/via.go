package analysis

import (
	"cmp"
	"container/heap"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
)

// MaxVia bounds how many nodes a path may be told to pass: all their orders are
// tried, 120 of them for five.
const MaxVia = 5

// Bounds of the search for paths through given nodes. Every leg is known by its
// best few ways, which combine; in practice the first or second combination
// repeats no node. Where a few hubs are on every way, none may be free of repeats,
// so all orders together try so many beginnings of combinations and no more.
const (
	legWays  = 16
	maxTried = 240_000
)

// Via returns the k best paths from one set to another that pass all nodes of via,
// in any order, and repeat none. A path that passes a node of via which is itself
// in a set begins or ends there. cost nil counts hops.
//
// To pass given nodes without repeating one is NP-hard in general. Every order of
// via is tried; each leg between two of them is known by its 16 best ways, and
// their combinations are tried from the best on. The answer is exact unless Cut is
// set: then a combination beyond those could be better, or a longer path exist
// where there are fewer than k. Cheaper says that one of too many links may cost less.
// O(|via|²) searches for 16 paths, and a bounded
// number of combinations. Errors: more than MaxVia nodes, and those of
// path.KShortest.
func Via(ctx context.Context, g network.Adjacency, from, to, via []network.NodeIndex, k int, cost path.Cost, opt path.Options) (path.Several, error) {
	if len(via) > MaxVia {
		return path.Several{}, fmt.Errorf("analysis: %d nodes to pass, at most %d", len(via), MaxVia)
	}
	v := &viaSearch{g: g, cost: cost, opt: opt, wanted: k, legs: map[legKey]path.Several{}, beyond: math.Inf(1)}
	var ok bool
	if via, ok = v.fix(from, to, via); !ok {
		return path.Several{}, nil
	}
	if len(via) == 0 {
		return path.KShortest(ctx, g, v.from, v.to, k, cost, opt)
	}
	v.share = maxTried
	for n := range via {
		v.share /= n + 1
	}
	var err error
	permute(via, func(order []network.NodeIndex) bool {
		err = v.order(ctx, order)
		return err == nil
	})
	if err != nil {
		return path.Several{}, err
	}
	return v.best(), nil
}

type viaSearch struct {
	g        network.Adjacency
	from, to []network.NodeIndex
	via      []network.NodeIndex
	cost     path.Cost
	opt      path.Options
	wanted   int
	legs     map[legKey]path.Several
	found    []path.Path
	share    int     // of maxTried, for each order
	unknown  bool    // a combination that was not tried may be better than what was found
	tooLong  bool    // a path of too many hops was left out
	beyond   float64 // by cost: what such a path may cost at least
}

// legKey names a leg: NoNode stands for the whole set from or to.
type legKey struct{ a, b network.NodeIndex }

// fix moves nodes of via that lie in a set to that end. It reports false when two
// of them would have to be the same end.
func (v *viaSearch) fix(from, to, via []network.NodeIndex) ([]network.NodeIndex, bool) {
	v.from, v.to = from, to
	var starts, stops, rest []network.NodeIndex
	for _, n := range slices.Compact(slices.Sorted(slices.Values(via))) {
		switch {
		case slices.Contains(from, n):
			starts = append(starts, n)
		case slices.Contains(to, n):
			stops = append(stops, n)
		default:
			rest = append(rest, n)
		}
	}
	if len(starts) > 0 {
		v.from = starts
	}
	if len(stops) > 0 {
		v.to = stops
	}
	v.via = rest
	return rest, len(starts) <= 1 && len(stops) <= 1
}

// order adds the paths that pass via in one order.
func (v *viaSearch) order(ctx context.Context, order []network.NodeIndex) error {
	stops := slices.Concat([]network.NodeIndex{network.NoNode}, order, []network.NodeIndex{network.NoNode})
	legs := make([]path.Several, len(stops)-1)
	for i := range legs {
		var err error
		if legs[i], err = v.leg(ctx, stops[i], stops[i+1]); err != nil {
			return err
		}
		if len(legs[i].Paths) == 0 {
			v.tooLong = v.tooLong || legs[i].Cut
			return nil
		}
		if legs[i].Cheaper {
			v.beyond = 0
		}
	}
	return v.combine(ctx, legs)
}

func (v *viaSearch) leg(ctx context.Context, a, b network.NodeIndex) (path.Several, error) {
	key := legKey{a, b}
	if s, ok := v.legs[key]; ok {
		return s, nil
	}
	from, to := []network.NodeIndex{a}, []network.NodeIndex{b}
	if a == network.NoNode {
		from = v.from
	}
	if b == network.NoNode {
		to = v.to
	}
	opt := v.opt
	opt.Avoid = func(n network.NodeIndex) bool {
		if v.opt.Avoid != nil && v.opt.Avoid(n) {
			return true
		}
		special := slices.Contains(v.via, n) || slices.Contains(v.from, n) || slices.Contains(v.to, n)
		return special && !slices.Contains(from, n) && !slices.Contains(to, n)
	}
	s, err := path.KShortest(ctx, v.g, from, to, legWays, v.cost, opt)
	v.legs[key] = s
	return s, err
}

// beginning is a choice of ways for the first legs of an order.
type beginning struct {
	before *beginning // the same without the last leg, nil for one leg
	leg    int        // the last
	way    int        // of the last leg
	cost   float64    // of it all
	least  float64    // of any combination that begins so
	nodes  []network.NodeIndex
}

// beginnings is a heap with the one of least cost to come on top.
type beginnings []*beginning

func (b beginnings) Len() int           { return len(b) }
func (b beginnings) Less(i, j int) bool { return b[i].least < b[j].least }
func (b beginnings) Swap(i, j int)      { b[i], b[j] = b[j], b[i] }
func (b *beginnings) Push(x any)        { *b = append(*b, x.(*beginning)) }
func (b *beginnings) Pop() any {
	last := len(*b) - 1
	x := (*b)[last]
	*b = (*b)[:last]
	return x
}

// combine walks the combinations of ways in the order of their cost. A beginning
// that repeats a node is given up with all that begin so.
func (v *viaSearch) combine(ctx context.Context, legs []path.Several) error {
	rest := make([]float64, len(legs)) // the least cost of the legs after each
	for i := len(legs) - 1; i > 0; i-- {
		rest[i-1] = rest[i] + legs[i].Paths[0].Cost
	}
	begin := func(before *beginning, leg, way int) *beginning {
		b := &beginning{before: before, leg: leg, way: way, cost: legs[leg].Paths[way].Cost}
		if before != nil {
			b.cost += before.cost
		}
		b.least = b.cost + rest[leg]
		return b
	}
	open := beginnings{begin(nil, 0, 0)}
	for tried := 0; len(open) > 0; tried++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		b := heap.Pop(&open).(*beginning)
		if b.least > v.worst() {
			return nil
		}
		if tried == v.share {
			v.unknown = true
			return nil
		}
		if next := b.way + 1; next < len(legs[b.leg].Paths) {
			heap.Push(&open, begin(b.before, b.leg, next))
		} else {
			v.unknown = v.unknown || next == legWays
			v.tooLong = v.tooLong || legs[b.leg].Cut
		}
		switch {
		case !v.walk(b, legs[b.leg].Paths[b.way].Nodes):
		case b.leg+1 < len(legs):
			heap.Push(&open, begin(b, b.leg+1, 0))
		default:
			v.keep(b, legs)
		}
	}
	return nil
}

// walk adds the nodes of the last leg; false if one repeats, or there are too many.
func (v *viaSearch) walk(b *beginning, way []network.NodeIndex) bool {
	if b.before != nil {
		b.nodes, way = slices.Clip(b.before.nodes), way[1:]
	}
	if slices.ContainsFunc(way, func(n network.NodeIndex) bool { return slices.Contains(b.nodes, n) }) {
		return false
	}
	b.nodes = append(b.nodes, way...)
	if v.opt.MaxHops > 0 && len(b.nodes)-1 > v.opt.MaxHops {
		v.tooLong = true
		if v.cost != nil {
			v.beyond = min(v.beyond, b.least)
		}
		return false
	}
	return true
}

// worst is the cost of the last path that would still be answered.
func (v *viaSearch) worst() float64 {
	if len(v.found) < v.wanted {
		return math.Inf(1)
	}
	return v.found[v.wanted-1].Cost
}

// keep adds a whole combination to what was found, if it is among the best.
func (v *viaSearch) keep(b *beginning, legs []path.Several) {
	p := path.Path{Nodes: b.nodes}
	var ways []path.Path
	for at := b; at != nil; at = at.before {
		ways = append(ways, legs[at.leg].Paths[at.way])
	}
	for _, way := range slices.Backward(ways) {
		p.Edges = append(p.Edges, way.Edges...)
		p.Cost += way.Cost
	}
	order := cmp.Compare[network.NodeIndex]
	if o, ok := v.g.(path.Ordered); ok {
		order = o.CompareNodes
	}
	at, same := slices.BinarySearchFunc(v.found, p, func(a, b path.Path) int {
		return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Hops(), b.Hops()), slices.CompareFunc(a.Nodes, b.Nodes, order))
	})
	if !same {
		v.found = slices.Insert(v.found, at, p)
		v.found = v.found[:min(len(v.found), v.wanted)]
	}
}

// best returns what was found. That longer paths were left out matters only where
// there are too few.
func (v *viaSearch) best() path.Several {
	found := path.Several{Paths: v.found, Cut: v.unknown || v.tooLong && len(v.found) < v.wanted}
	if last := len(v.found) - 1; last >= 0 {
		found.Cheaper = v.beyond < v.found[last].Cost
	}
	return found
}

// permute hands every order of items to visit until it returns false.
func permute(items []network.NodeIndex, visit func([]network.NodeIndex) bool) bool {
	var walk func(int) bool
	order := slices.Clone(items)
	walk = func(i int) bool {
		if i == len(order) {
			return visit(slices.Clone(order))
		}
		for j := i; j < len(order); j++ {
			order[i], order[j] = order[j], order[i]
			if !walk(i + 1) {
				return false
			}
			order[i], order[j] = order[j], order[i]
		}
		return true
	}
	return walk(0)
}
