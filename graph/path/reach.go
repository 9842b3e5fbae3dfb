package path

import (
	"context"
	"fmt"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Neighborhood is what a few hops reach.
type Neighborhood struct {
	// Nodes are in the order found: the start nodes by index, then round by round.
	Nodes []network.NodeIndex
	// Rounds[h] counts the nodes within h hops, so those exactly h hops away are
	// Nodes[Rounds[h-1]:Rounds[h]]. It ends with the last round that found any.
	Rounds []int
	// Truncated says that limit kept nodes within depth out.
	Truncated bool
}

// Reach returns the nodes within depth hops of any node of from, by breadth-first
// search along the direction of links. With limit > 0 it stops at that many nodes,
// the start nodes among them: the rounds before the last are then complete. Of opt
// it takes Avoid; depth is the bound on hops.
//
// O(arcs of the nodes found) time. Errors: a node out of range, a negative depth or
// limit, the end of ctx.
func Reach(ctx context.Context, g network.Adjacency, from []network.NodeIndex, depth, limit int, opt Options) (Neighborhood, error) {
	if depth < 0 || limit < 0 {
		return Neighborhood{}, fmt.Errorf("path: depth %d and limit %d must not be negative", depth, limit)
	}
	q, err := newQuery(g, from, nil, opt)
	if err != nil {
		return Neighborhood{}, err
	}
	s := levelsPool.Get().(*levels)
	defer s.release()
	s.reset(q)
	s.limit = limit
	s.seed()
	n := Neighborhood{}
	for hops := 0; len(s.frontier(0)) > 0; hops++ {
		if limit > 0 && len(s.queue[0]) > limit {
			s.queue[0], n.Truncated = s.queue[0][:limit], true
		}
		n.Rounds = append(n.Rounds, len(s.queue[0]))
		if n.Truncated || hops == depth {
			break
		}
		if _, err := s.expand(ctx, 0); err != nil {
			return Neighborhood{}, err
		}
	}
	n.Nodes = append([]network.NodeIndex(nil), s.queue[0]...)
	return n, nil
}
