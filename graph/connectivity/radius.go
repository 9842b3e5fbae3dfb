package connectivity

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Radius returns the least eccentricity, the distance to a farthest node, in the largest
// component, as [Distances.Radius] does, without searching from all nodes (Takes and
// Kosters 2013): a search from v tells of w at distance d that its eccentricity is at
// least d and that of v less d. By turns it starts from the node that might have the
// least and from the one farthest from that, which tells most of those in the middle.
//
// It gives up after some searches and then bounds the radius; else both bounds are the
// radius. Real networks take a handful or two, and where all nodes are alike, as in rings
// and in dense networks drawn evenly, it takes as many as a share of the nodes.
// Time O(m) a search; memory 20 bytes a node. Errors: a directed network, the end of ctx.
func Radius(ctx context.Context, net *network.Network, searches int) (Span, error) {
	if net.Directed() {
		return Span{}, graph.Errorf(graph.BadUserInput, "a radius is found this way where links have no direction; ignore directions, or count all distances")
	}
	if net.NumNodes() == 0 {
		return Span{}, nil
	}
	c, err := Weak(ctx, net, Removal{})
	if err != nil {
		return Span{}, err
	}
	f := newFringes(ctx, net, 0)
	low, sums := make([]int32, net.NumNodes()), make([]int64, net.NumNodes())
	span := Span{AtMost: c.Size[0] - 1}
	for from, central := hubsOf(net, c)[0], false; ; central = !central {
		f.search(from)
		if err := ctx.Err(); err != nil {
			return Span{}, err
		}
		farthest := f.order[len(f.order)-1]
		ends := f.dist[farthest]
		for _, v := range f.order {
			d := f.dist[v]
			low[v], sums[v] = max(low[v], d, ends-d), sums[v]+int64(d)
		}
		// Of equals the one nearest to where the searches began.
		middle := slices.MinFunc(f.order, func(v, w network.NodeIndex) int {
			return cmp.Or(cmp.Compare(low[v], low[w]), cmp.Compare(sums[v], sums[w]), cmp.Compare(v, w))
		})
		span.AtMost = min(span.AtMost, int(ends))
		span.AtLeast = min(int(low[middle]), span.AtMost)
		if searches--; span.AtLeast == span.AtMost || searches < 1 {
			return span, nil
		}
		if from = farthest; central {
			from = middle
		}
	}
}
