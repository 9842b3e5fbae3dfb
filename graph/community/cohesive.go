package community

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
)

// NoGroup is the group of a node that belongs to none.
const NoGroup = ^uint32(0)

// Cohesive holds groups that a number k holds together; nodes may belong to none.
type Cohesive struct {
	// Of is the number of each node's group or NoGroup; Size counts their nodes, the
	// largest first, ties by their least node.
	Of   []uint32
	Size []int
	// K is what was asked for, Greatest the greatest that gives groups.
	K, Greatest int
}

// Cores returns the pieces of the k-core: what is left when nodes of fewer than k
// neighbours are dropped until there are none (Seidman 1983). k = 0 means the greatest
// that leaves any. Direction, parallel links and loops are ignored. O(n + m).
func Cores(ctx context.Context, net *network.Network, k int) (Cohesive, error) {
	scores, err := centrality.Core(ctx, net, centrality.Options{})
	if err != nil {
		return Cohesive{}, err
	}
	numbers := make([]int, len(scores))
	for v, s := range scores {
		numbers[v] = int(s)
	}
	return cohesive(net, numbers, k, func(e network.EdgeIndex) int {
		from, to := net.Ends(e)
		return min(numbers[from], numbers[to])
	})
}

// Trusses returns the pieces of the k-truss: what is left when links in fewer than k−2
// triangles are dropped until there are none (Cohen 2008), k at least 2, where any link
// will do. k = 0 means the greatest that leaves any. Time and memory of [Truss].
func Trusses(ctx context.Context, net *network.Network, k int) (Cohesive, error) {
	if k == 1 {
		return Cohesive{}, graph.Errorf(graph.BadUserInput, "k is 1; a truss begins at 2")
	}
	numbers, err := Truss(ctx, net)
	if err != nil {
		return Cohesive{}, err
	}
	return cohesive(net, numbers, k, func(e network.EdgeIndex) int { return numbers[e] })
}

// cohesive joins the ends of links whose number is k or more.
func cohesive(net *network.Network, numbers []int, k int, of func(network.EdgeIndex) int) (Cohesive, error) {
	if k < 0 {
		return Cohesive{}, graph.Errorf(graph.BadUserInput, "k is %d; choose at least 1, or 0 for the greatest that there is", k)
	}
	c := Cohesive{K: k}
	if len(numbers) > 0 {
		c.Greatest = slices.Max(numbers)
	}
	if k == 0 {
		c.K = c.Greatest
	}
	roots := make([]uint32, net.NumNodes())
	for v := range roots {
		roots[v] = NoGroup
	}
	for e := range network.EdgeIndex(net.NumLinks()) {
		if from, to := net.Ends(e); from != to && of(e) >= max(c.K, 1) {
			join(roots, uint32(from), uint32(to))
		}
	}
	part := make([]uint32, len(roots))
	alone := uint32(0)
	for v := range roots {
		part[v] = NoGroup
		if roots[v] != NoGroup {
			part[v] = root(roots, uint32(v))
		} else {
			alone++
		}
	}
	c.number(part, int(alone))
	return c, nil
}

// number numbers the groups without the nodes that belong to none.
func (c *Cohesive) number(part []uint32, alone int) {
	grouped := make([]uint32, 0, len(part)-alone)
	for _, g := range part {
		if g != NoGroup {
			grouped = append(grouped, g)
		}
	}
	p := numbered(grouped)
	c.Of, c.Size = part, p.Size
	i := 0
	for v, g := range part {
		if g != NoGroup {
			part[v] = p.Of[i]
			i++
		}
	}
}

// join makes the least node the root of both.
func join(roots []uint32, v, w uint32) {
	for _, x := range [2]uint32{v, w} {
		if roots[x] == NoGroup {
			roots[x] = x
		}
	}
	v, w = root(roots, v), root(roots, w)
	roots[max(v, w)] = min(v, w)
}

// root halves the way to the root while it goes there.
func root(roots []uint32, v uint32) uint32 {
	for roots[v] != v {
		roots[v] = roots[roots[v]]
		v = roots[v]
	}
	return v
}
