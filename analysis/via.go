package analysis

import (
	"cmp"
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
// repeats no node.
const (
	legWays     = 16
	maxCombined = 20_000
)

// Via returns the k best paths from one set to another that pass all nodes of via,
// in any order, and repeat none. A path that passes a node of via which is itself
// in a set begins or ends there. cost nil counts hops.
//
// To pass given nodes without repeating one is NP-hard in general. Every order of
// via is tried; each leg between two of them is known by its 16 best ways, and
// their combinations are tried from the best on. The answer is exact unless Cut is
// set: then a combination beyond those could be better. O(|via|! · |via|) searches
// for 16 paths. Errors: more than MaxVia nodes, and those of path.KShortest.
func Via(ctx context.Context, g network.Adjacency, from, to, via []network.NodeIndex, k int, cost path.Cost, opt path.Options) (path.Several, error) {
	if len(via) > MaxVia {
		return path.Several{}, fmt.Errorf("analysis: %d nodes to pass, at most %d", len(via), MaxVia)
	}
	v := &viaSearch{g: g, cost: cost, opt: opt, wanted: k, legs: map[legKey]path.Several{}}
	var ok bool
	if via, ok = v.fix(from, to, via); !ok {
		return path.Several{}, nil
	}
	if len(via) == 0 {
		return path.KShortest(ctx, g, v.from, v.to, k, cost, opt)
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
	cut      bool
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
			v.cut = v.cut || legs[i].Cut
			return nil
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

// combine walks the combinations of ways in the order of their cost.
func (v *viaSearch) combine(ctx context.Context, legs []path.Several) error {
	type choice struct {
		ways []int
		cost float64
	}
	total := func(ways []int) float64 {
		sum := 0.0
		for i, w := range ways {
			sum += legs[i].Paths[w].Cost
		}
		return sum
	}
	first := make([]int, len(legs))
	open := []choice{{first, total(first)}}
	seen := map[string]bool{fmt.Sprint(first): true}
	for tried := 0; len(open) > 0; tried++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		if tried == maxCombined {
			v.cut = true
			return nil
		}
		c := open[0]
		open = open[1:]
		if worst := v.worst(); len(v.found) >= v.wanted && c.cost > worst {
			return nil
		}
		v.join(legs, c.ways)
		for i := range c.ways {
			next := slices.Clone(c.ways)
			if next[i]++; next[i] == len(legs[i].Paths) {
				v.cut = v.cut || len(legs[i].Paths) == legWays || legs[i].Cut
				continue
			}
			if key := fmt.Sprint(next); !seen[key] {
				seen[key] = true
				n := choice{next, total(next)}
				at, _ := slices.BinarySearchFunc(open, n, func(a, b choice) int { return cmp.Compare(a.cost, b.cost) })
				open = slices.Insert(open, at, n)
			}
		}
	}
	return nil
}

// worst is the cost of the last path that would still be answered.
func (v *viaSearch) worst() float64 {
	if len(v.found) < v.wanted {
		return math.Inf(1)
	}
	return v.found[v.wanted-1].Cost
}

// join keeps a combination that repeats no node and has not too many hops.
func (v *viaSearch) join(legs []path.Several, ways []int) {
	var p path.Path
	for i, w := range ways {
		way := legs[i].Paths[w]
		p.Edges = append(p.Edges, way.Edges...)
		p.Cost += way.Cost
		if i > 0 {
			way.Nodes = way.Nodes[1:]
		}
		p.Nodes = append(p.Nodes, way.Nodes...)
	}
	visited := map[network.NodeIndex]bool{}
	for _, n := range p.Nodes {
		if visited[n] {
			return
		}
		visited[n] = true
	}
	if v.opt.MaxHops > 0 && p.Hops() > v.opt.MaxHops {
		v.cut = true
		return
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

// best returns what was found. A Cut that cannot matter is no cut: the legs' own
// lists end at a cost beyond the paths found only if there are enough of these.
func (v *viaSearch) best() path.Several {
	return path.Several{Paths: v.found, Cut: v.cut && len(v.found) < v.wanted}
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
