package connectivity

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Radius returns the least eccentricity, the distance to a farthest node, in the largest
// component, as [Distances.Radius] does, without searching from all nodes (Takes and
// Kosters 2013): a search from v tells of w at distance d that its eccentricity is at
// least d and that of v less d. By turns it starts from the node that might have the
// least and from the one farthest from that, which tells most of those in the middle.
// Where links have a direction it searches against it, too, and nil says that there is no
// radius, for not all nodes reach each other.
//
// It gives up after some searches and then bounds the radius; else both bounds are the
// radius. Real networks take a handful or two, and where all nodes are alike, as in rings
// and in dense networks drawn evenly, it takes as many as a share of the nodes.
// Time O(m) a search; memory 20 bytes a node, directed 28. Errors: the end of ctx.
func Radius(ctx context.Context, net *network.Network, searches int) (*Span, error) {
	if net.NumNodes() == 0 {
		return &Span{}, nil
	}
	c, err := Strong(ctx, net)
	if err != nil || net.Directed() && c.Count() > 1 {
		return nil, err
	}
	ahead := newFringes(ctx, net, false, 0)
	back := ahead
	if net.Directed() {
		back = newFringes(ctx, net, true, 0)
	}
	low, sums := make([]int32, net.NumNodes()), make([]int64, net.NumNodes())
	span := &Span{AtMost: c.Size[0] - 1}
	for from, central := hubsOf(net, c)[0], false; ; central = !central {
		if ahead.search(from); back != ahead {
			back.search(from)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		farthest := ahead.order[len(ahead.order)-1]
		ends := ahead.dist[farthest]
		for _, v := range ahead.order {
			low[v] = max(low[v], back.dist[v], ends-ahead.dist[v])
			sums[v] += int64(back.dist[v])
		}
		// Of equals the one nearest to where the searches began.
		middle := slices.MinFunc(ahead.order, func(v, w network.NodeIndex) int {
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
