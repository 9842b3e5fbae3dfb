// Package path finds shortest paths between sets of nodes: by hops, by cost, the k
// best, and the neighbourhood that a few hops reach.
//
// Searches run on a [network.Adjacency], so a filtered view needs no copy, and keep
// their working memory in pools: a query pays for the nodes it touches, not for the
// size of the graph. The working memory of one search is 12 bytes a node of the
// graph by hops and 48 by cost. A node that a graph repeats as a neighbour
// (parallel links) is one step; the cheapest link is taken, by hops the first.
//
// A path between two sets starts in from, ends in to, repeats no node and meets
// neither set in between. A node in both sets is a path of no hops. Ties are broken
// by the order in which the Adjacency lists arcs and by the order of its nodes (see
// [Ordered]), so the same input gives the same path.
package path

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Options bound a search. The zero value bounds nothing.
type Options struct {
	// MaxHops is the greatest number of links on a path; 0 means any.
	MaxHops int
	// Avoid, when not nil, reports the nodes that no path may touch, ends included.
	Avoid func(network.NodeIndex) bool
}

// Path is a walk without repeated nodes: Edges[i] leads from Nodes[i] to Nodes[i+1].
type Path struct {
	Nodes []network.NodeIndex
	Edges []network.EdgeIndex
	// Cost is the sum of link costs in path order; by hops it is the number of hops.
	Cost float64
}

// Hops returns the number of links.
func (p Path) Hops() int { return len(p.Edges) }

// Reached says how far a search got from one of its two sets.
type Reached struct {
	// Nodes counts the nodes found, the set itself included.
	Nodes int
	// Hops is the most links between the set and a node found.
	Hops int
	// Exhausted says that nothing else can be reached from this side.
	Exhausted bool
}

// Result is the answer to a search for one path.
type Result struct {
	Path
	// Found is false when no path lies within the bounds.
	Found bool
	// ReachedFrom and ReachedTo tell how far the two sides had got when the search
	// ended; To is walked against the direction of links.
	ReachedFrom, ReachedTo Reached
	// Cut says that MaxHops ended the search: a longer path may exist.
	Cut bool
	// Cheaper says that a path of more links than MaxHops costs less than Path.
	Cheaper bool
	// unbounded is the cost of the cheapest path of any length, where that is too long.
	unbounded float64
}

// ctxStride is the number of expanded nodes between two looks at a context.
const ctxStride = 4096

// Ordered is an optional part of an adjacency whose node indices say nothing about
// the order of its nodes, as in a view of a graph that grows: ties are then broken
// by CompareNodes, otherwise by index.
type Ordered interface {
	CompareNodes(a, b network.NodeIndex) int
}

// order returns the comparison of the nodes of g.
func order(g network.Adjacency) func(a, b network.NodeIndex) int {
	if o, ok := g.(Ordered); ok {
		return o.CompareNodes
	}
	return cmp.Compare[network.NodeIndex]
}

// ends returns the nodes of a set in order, once each, without the avoided ones.
func ends(g network.Adjacency, set []network.NodeIndex, avoid func(network.NodeIndex) bool) ([]network.NodeIndex, error) {
	for _, v := range set {
		if int(v) >= g.NumNodes() {
			return nil, fmt.Errorf("path: node %d of a graph with %d nodes", v, g.NumNodes())
		}
	}
	sorted := set
	if len(set) > 1 || avoid != nil {
		sorted = slices.Clone(set)
		slices.SortFunc(sorted, order(g))
		sorted = slices.Compact(sorted)
	}
	if avoid != nil {
		sorted = slices.DeleteFunc(sorted, avoid)
	}
	return sorted, nil
}

// query is one search between two sets, as the kernels take it.
type query struct {
	g        network.Adjacency
	from, to []network.NodeIndex
	maxHops  int
	// blocked, when not nil, keeps nodes from being entered; seeds are not asked.
	blocked func(network.NodeIndex) bool
	// spur is a node of from that may not be left towards the nodes of next.
	spur network.NodeIndex
	next []network.NodeIndex
	// limit is what a path by cost must be below.
	limit float64
}

func newQuery(g network.Adjacency, from, to []network.NodeIndex, opt Options) (query, error) {
	q := query{g: g, maxHops: opt.MaxHops, blocked: opt.Avoid, spur: network.NoNode, limit: math.Inf(1)}
	if opt.MaxHops < 0 {
		return q, fmt.Errorf("path: negative bound of %d hops", opt.MaxHops)
	}
	var err error
	if q.from, err = ends(g, from, opt.Avoid); err != nil {
		return q, err
	}
	q.to, err = ends(g, to, opt.Avoid)
	return q, err
}

// arcs appends the arcs that a side walks out of v: 0 walks forward from from, 1
// backward from to.
func (q *query) arcs(side int, v network.NodeIndex, buf []network.Arc) []network.Arc {
	if side == 0 {
		return q.g.AppendOut(v, buf)
	}
	return q.g.AppendIn(v, buf)
}

// barred says whether the step from v to w is forbidden.
func (q *query) barred(side int, v, w network.NodeIndex) bool {
	if side == 1 {
		v, w = w, v
	}
	return v == q.spur && slices.Contains(q.next, w)
}

// poll returns the error of ctx at every ctxStride-th count.
func poll(ctx context.Context, count int) error {
	if count%ctxStride == 0 {
		return ctx.Err()
	}
	return nil
}
