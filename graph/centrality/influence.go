package centrality

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// CollectiveInfluence returns (k−1)·Σ(k'−1), where k is the number of neighbours of a
// node and the sum is over the nodes exactly Radius hops away (Morone and Makse 2015),
// directions ignored. A node with no or one neighbour scores 0. It takes no weights.
//
// O(Σ links within Radius hops) time, O(n + m) memory.
func CollectiveInfluence(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.unweighted("collective influence"); err != nil {
		return nil, err
	}
	radius := opt.Radius
	switch {
	case radius < 0:
		return nil, graph.Errorf(graph.BadUserInput, "radius %d must not be negative", radius)
	case radius == 0:
		radius = 2
	}
	m := mutual(net, nil)
	scores := make([]float64, m.size())
	err := m.pieces(ctx, func() func(int, int, int) error {
		b := ball{m: m, seen: make([]uint32, m.size())}
		return func(_, lo, hi int) error {
			for v := lo; v < hi; v++ {
				k := len(m.row(v))
				if k < 2 {
					continue
				}
				if err := ctx.Err(); err != nil {
					return err
				}
				for _, w := range b.border(uint32(v), radius) {
					scores[v] += float64(len(m.row(int(w))) - 1)
				}
				scores[v] *= float64(k - 1)
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	return scores, nil
}

// ball finds the nodes around a node.
type ball struct {
	m     *matrix
	seen  []uint32 // round at which a node was last found
	round uint32
	queue []uint32
}

// border returns the nodes exactly radius hops from v.
func (b *ball) border(v uint32, radius int) []uint32 {
	b.round++ // at most once a node: 32 bits suffice
	b.seen[v] = b.round
	b.queue = append(b.queue[:0], v)
	start := 0
	for range radius {
		end := len(b.queue)
		for _, u := range b.queue[start:end] {
			for _, w := range b.m.row(int(u)) {
				if b.seen[w] != b.round {
					b.seen[w] = b.round
					b.queue = append(b.queue, w)
				}
			}
		}
		if start = end; start == len(b.queue) {
			break
		}
	}
	return b.queue[start:]
}
