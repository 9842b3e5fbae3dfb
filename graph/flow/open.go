package flow

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// OpenPath returns a path from a node of from to a node of to that nothing limits:
// why there is no cut. Links have capacity +Inf where capacity is nil, nodes of the
// sets always, other nodes where node is nil. Of the shortest such paths it is one
// whose nodes come first; nil nodes when there is none. O(n + m) time. Errors: a set
// out of range or that shares a node with the other, too few capacities, the end of
// ctx.
func OpenPath(ctx context.Context, net *network.Network, from, to []network.NodeIndex, capacity, node []float64) (Route, error) {
	sides, err := checkSets(net.NumNodes(), from, to)
	if err != nil {
		return Route{}, err
	}
	if (capacity != nil && len(capacity) != net.NumLinks()) || (node != nil && len(node) != net.NumNodes()) {
		return Route{}, graph.Errorf(graph.BadUserInput, "%d capacities of links and %d of nodes for a network with %d links and %d nodes",
			len(capacity), len(node), net.NumLinks(), net.NumNodes())
	}
	open := func(list []float64, i int) bool { return list == nil || math.IsInf(list[i], 1) }
	by := slices.Repeat([]step{{from: network.NoNode, edge: network.NoEdge}}, net.NumNodes())
	queue := distinct(from)
	for i := 0; i < len(queue); i++ {
		if i%ctxStride == 0 && ctx.Err() != nil {
			return Route{}, ctx.Err()
		}
		v := queue[i]
		if sides[v] == sink {
			return routeTo(v, by), nil
		}
		edges := net.OutEdges(v)
		for j, w := range net.Out(v) {
			if by[w].edge != network.NoEdge || sides[w] == source || !open(capacity, int(edges[j])) {
				continue
			}
			if sides[w] == sink || open(node, int(w)) {
				by[w] = step{from: v, edge: edges[j]}
				queue = append(queue, w)
			}
		}
	}
	return Route{}, ctx.Err()
}

// routeTo follows the steps by which a node was found back to where they begin.
func routeTo(v network.NodeIndex, by []step) Route {
	r := Route{Nodes: []network.NodeIndex{v}, Amount: math.Inf(1)}
	for by[v].edge != network.NoEdge {
		r.Links = append(r.Links, by[v].edge)
		v = by[v].from
		r.Nodes = append(r.Nodes, v)
	}
	slices.Reverse(r.Nodes)
	slices.Reverse(r.Links)
	return r
}
