package centrality

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Authority returns how well a node is linked to by good hubs (Kleinberg 1999): the
// eigenvector of the greatest eigenvalue of AᵀA that repeated multiplication finds
// from equal hubs, of length 1. Undirected, it equals [Hub]. Scores below 10^−12 are
// 0; NaN everywhere when there is no link. It honours weights. Cost and errors as of
// [Eigenvector].
func Authority(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	return hits(ctx, net, opt, incoming, outgoing)
}

// Hub returns how well a node links to good authorities: what [Authority] is to the
// links in, it is to the links out, the eigenvector of AAᵀ.
func Hub(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	return hits(ctx, net, opt, outgoing, incoming)
}

// hits returns the scores that are fed by first, whose transpose is second.
func hits(ctx context.Context, net *network.Network, opt Options, first, second func(*network.Network, []float64) *matrix) ([]float64, error) {
	if err := opt.checkWeights(net); err != nil {
		return nil, err
	}
	a := first(net, opt.Weights).unit()
	b := a
	if net.Directed() {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b = second(net, opt.Weights).unit()
	}
	start := a.sums()
	if len(a.nbr) == 0 {
		return undefined(start, func(int) bool { return true }), nil
	}
	between := slices.Clone(start)
	return climb(ctx, start, func(ctx context.Context, x, y []float64) error {
		if err := b.times(ctx, x, between); err != nil {
			return err
		}
		return a.times(ctx, between, y)
	})
}
