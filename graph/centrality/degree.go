package centrality

import (
	"context"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Degree returns the number of distinct neighbours of each node, in a directed
// network in either direction. It takes no weights. O(n + m).
func Degree(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	return opt.degree(ctx, net, "degree", mutual)
}

// InDegree returns the number of distinct nodes with a link to each node; undirected,
// it is [Degree]. It takes no weights. O(n + m).
func InDegree(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	return opt.degree(ctx, net, "in-degree", incoming)
}

// OutDegree returns the number of distinct nodes to which each node has a link;
// undirected, it is [Degree]. It takes no weights. O(n + m).
func OutDegree(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	return opt.degree(ctx, net, "out-degree", outgoing)
}

func (o Options) degree(ctx context.Context, net *network.Network, measure string,
	side func(*network.Network, []float64) *matrix,
) ([]float64, error) {
	if err := o.unweighted(measure); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m := side(net, nil)
	scores := make([]float64, m.size())
	for v := range scores {
		scores[v] = float64(len(m.row(v)))
	}
	return o.scale(scores, float64(m.size()-1)), nil
}

// Strength returns the sum of the weights of the links of each node; in a directed
// network both directions count (Barrat, Barthélemy, Pastor-Satorras and Vespignani
// 2004). Without weights it is the number of neighbours, those in each direction
// counted apart. O(n + m).
func Strength(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.checkWeights(net); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return mutual(net, opt.Weights).sums(), nil
}
