// Package flow finds how much can pass from one set of nodes to another, and the
// fewest links or nodes that stop it.
//
// The flow runs along the direction of links; a link of an undirected network
// carries flow either way, net of what comes back. Capacities of parallel links add
// up; loops carry nothing. The two sets are drawn together into one source and one
// sink, so sets of any size cost no more than two nodes.
//
// Capacities with at most six decimals, such as amounts of money, are counted in the
// smallest unit and therefore exactly; others are rounded as float64 are. Ties are
// broken by link and node index, so the same input gives the same answer.
package flow

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Options limit a flow. The zero value lets one unit through each link.
type Options struct {
	// Capacity holds the most that each link carries by its index, at least 0, +Inf
	// for no limit. NaN, and a nil slice for every link, stand for 1.
	Capacity []float64
	// NodeCapacity holds the most that passes each node, in the same way except that
	// a nil slice limits nothing. Nodes of the two sets are not limited.
	NodeCapacity []float64
}

// Result is a maximum flow.
type Result struct {
	// Value is what arrives; +Inf when nothing limits it.
	Value float64
	// On holds the links that carry flow, ascending. It is nil when Value is +Inf.
	On []LinkFlow
}

// LinkFlow is the flow on a link, negative where one of an undirected network carries
// it from its second end to its first.
type LinkFlow struct {
	Link   network.EdgeIndex
	Amount float64
}

// Max returns a maximum flow from a node of from to a node of to, by the algorithm
// of Dinitz (1970) with searches from both ends. An empty set gives no flow. O(n²·m)
// time, O(m·√n) where all capacities are 1; in small-world networks a few phases
// near the two sets suffice, and nothing else is read. 8 bytes a link and 12 a node,
// kept for the next flow; some 90 a link where nodes are limited. Errors: a set that is
// out of range or shares a node with the other, too few capacities, one that is
// negative where the search meets it, the end of ctx.
func Max(ctx context.Context, net *network.Network, from, to []network.NodeIndex, opt Options) (Result, error) {
	if opt.NodeCapacity != nil {
		return maxThrough(ctx, net, from, to, opt)
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	from, to = distinct(from), distinct(to)
	if err := checkEnds(net.NumNodes(), from, to); err != nil {
		return Result{}, err
	}
	if opt.Capacity != nil && len(opt.Capacity) != net.NumLinks() {
		return Result{}, tooFew(opt.Capacity, net.NumLinks(), "link")
	}
	d := newDirect(net, opt.Capacity)
	defer d.release()
	d.unread = true
	d.reset(from, to)
	value, err := d.solve(ctx)
	scale := 1.0
	if d.odd && err == nil {
		d.unread, d.odd = false, false
		if d.capacity, scale, err = counted(opt.Capacity, net.NumLinks()); err != nil {
			return Result{}, err
		}
		d.reset(from, to)
		value, err = d.solve(ctx)
	}
	if err != nil || math.IsInf(value, 1) {
		return Result{Value: value}, err
	}
	return Result{value / scale, d.carried(scale)}, nil
}

// carried lists the links with flow.
func (d *direct) carried(scale float64) []LinkFlow {
	slices.Sort(d.touched)
	on := make([]LinkFlow, 0, len(d.touched))
	for _, e := range slices.Compact(d.touched) {
		x := d.flow[e]
		if x == 0 {
			continue
		}
		if !d.net.Directed() {
			if v, w := d.net.Ends(e); v > w {
				x = -x
			}
		}
		on = append(on, LinkFlow{e, x / scale})
	}
	return on
}

// maxThrough is Max where nodes are limited.
func maxThrough(ctx context.Context, net *network.Network, from, to []network.NodeIndex, opt Options) (Result, error) {
	p, err := NewProblem(net, from, to, opt)
	if err != nil {
		return Result{}, err
	}
	value, err := p.Solve(ctx)
	if err != nil || math.IsInf(value, 1) {
		return Result{Value: value}, err
	}
	on := []LinkFlow{}
	for e := range network.EdgeIndex(net.NumLinks()) {
		if x := p.On(e); x != 0 {
			on = append(on, LinkFlow{e, x})
		}
	}
	return Result{value, on}, nil
}

func distinct(set []network.NodeIndex) []network.NodeIndex {
	return slices.Compact(slices.Sorted(slices.Values(set)))
}

// counted returns capacities in whole units, and how many units are 1. It copies
// them only if it must.
func counted(given []float64, count int) (capacity []float64, scale float64, err error) {
	if given == nil {
		return nil, 1, nil
	}
	if len(given) == count && wholeUnits(given) {
		return given, 1, nil
	}
	if capacity, err = checked(given, count, "link"); err != nil {
		return nil, 1, err
	}
	return capacity, toWhole(capacity), nil
}

// wholeUnits says that capacities are whole numbers, or infinite, whose sum float64
// holds exactly. It adds whole numbers up, which is quicker than adding fractions.
func wholeUnits(given []float64) bool {
	sum := int64(0)
	for _, x := range given {
		k := int64(x)
		if float64(k) != x || uint64(k) >= exactSum {
			if !math.IsInf(x, 1) {
				return false
			}
			k = 0
		}
		if sum += k; sum >= exactSum {
			return false
		}
	}
	return true
}

// checkSets marks the nodes of the two sets.
func checkSets(n int, from, to []network.NodeIndex) ([]side, error) {
	from, to = distinct(from), distinct(to)
	if err := checkEnds(n, from, to); err != nil {
		return nil, err
	}
	at := make([]side, n)
	for _, v := range from {
		at[v] = source
	}
	for _, v := range to {
		at[v] = sink
	}
	return at, nil
}

// checkEnds checks two sets, ascending.
func checkEnds(n int, from, to []network.NodeIndex) error {
	for _, set := range [2][]network.NodeIndex{from, to} {
		if last := len(set) - 1; last >= 0 && int(set[last]) >= n {
			return graph.Errorf(graph.BadUserInput, "node %d of a network with %d nodes", set[last], n)
		}
	}
	for _, v := range to {
		if _, both := slices.BinarySearch(from, v); both {
			return graph.Errorf(graph.BadUserInput, "a node is both a source and a target; leave it out of one of them")
		}
	}
	return nil
}

// side tells the set of a node.
type side uint8

const (
	between side = iota
	source
	sink
)

// checked returns capacities with NaN read as 1.
func checked(given []float64, count int, of string) ([]float64, error) {
	if given == nil {
		return slices.Repeat([]float64{1}, count), nil
	}
	if len(given) != count {
		return nil, tooFew(given, count, of)
	}
	c := slices.Clone(given)
	for i, x := range c {
		if math.IsNaN(x) {
			c[i] = 1
		} else if x < 0 {
			return nil, graph.Errorf(graph.BadUserInput, "a %s has the capacity %v; a capacity must be at least 0", of, x)
		}
	}
	return c, nil
}

func tooFew(given []float64, count int, of string) error {
	return graph.Errorf(graph.BadUserInput, "%d capacities for %d %ss", len(given), count, of)
}

// exactSum leaves room above a sum within the whole numbers that float64 holds.
const exactSum = 1 << 50

// toWhole multiplies capacities by the power of ten that makes all finite ones whole
// numbers whose sum float64 holds exactly, and returns it. When there is none it
// changes nothing and returns 1.
func toWhole(capacities ...[]float64) float64 {
	scale := 1.0
	for range 7 {
		if whole(scale, capacities) {
			for _, list := range capacities {
				for i, x := range list {
					list[i] = math.Round(x * scale)
				}
			}
			return scale
		}
		scale *= 10
	}
	return 1
}

func whole(scale float64, capacities [][]float64) bool {
	sum := 0.0
	for _, list := range capacities {
		for _, x := range list {
			if math.IsInf(x, 1) {
				continue
			}
			y := x * scale
			if math.Abs(y-math.Round(y)) > 1e-9*min(1, math.Abs(y)) {
				return false
			}
			sum += y
		}
	}
	return sum < exactSum
}
