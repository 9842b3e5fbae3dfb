package centrality

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// EdgeBetweenness returns for each link, not node, the sum over all pairs of nodes of
// the share of their shortest paths that take it (Girvan and Newman 2002). In an
// undirected network a pair counts once, in a directed one once for each direction.
// Parallel links are one way, and each has its score; loops score 0. Normalized
// divides by the number of pairs. Exact, by Brandes (2008), block by block as in
// [Betweenness]: a bridge carries every pair that it joins.
//
// With Costs paths are cheapest, not shortest, as in [Betweenness], and of parallel
// links those that cost more than the cheapest score 0.
//
// O(n·m) time at worst, of the largest block; by cost a logarithm more. O(n + m)
// memory for each goroutine. Errors as of [Betweenness].
func EdgeBetweenness(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.noWeights("edge betweenness"); err != nil {
		return nil, err
	}
	if err := opt.checkCosts(net); err != nil {
		return nil, err
	}
	w, err := newWays(net, opt.Costs)
	if err != nil {
		return nil, err
	}
	scores, err := w.scoreLinks(ctx)
	if err != nil {
		return nil, err
	}
	n := float64(net.NumNodes())
	pairs := n * (n - 1)
	if !net.Directed() {
		pairs /= 2
	}
	return opt.scale(w.spread(scores), pairs), nil
}

// scoreLinks returns the scores of the links of net.
func (w *ways) scoreLinks(ctx context.Context) ([]float64, error) {
	h, err := shrink(ctx, w.net)
	if err != nil {
		return nil, err
	}
	scores, all := make([]float64, w.net.NumLinks()), w.pieces(h)
	h.bridges(scores)
	sums, err := arcSums(ctx, all)
	if err != nil {
		return nil, err
	}
	share := 0.5 // both arcs of a link count, each pair came twice
	if w.net.Directed() {
		share = 1
	}
	for i := range all {
		for k, e := range all[i].link {
			scores[e] += share * sums[all[i].firstArc+k]
		}
	}
	return scores, nil
}

// bridges fills in what the links of blocks of one link carry.
func (h *shrunk) bridges(scores []float64) {
	for i, block := range h.list {
		if block.end-block.start > 1 {
			continue
		}
		v := h.inside[block.start]
		if k, found := slices.BinarySearch(h.net.Out(v), block.top); found {
			scores[h.net.OutEdges(v)[k]] = h.carried[i][0]
		}
		if k, found := slices.BinarySearch(h.net.In(v), block.top); found && h.net.Directed() {
			scores[h.net.InEdges(v)[k]] = h.carried[i][1]
		}
	}
}

// arcSums returns what the paths between all ordered pairs bring each arc, positions
// as in plain.firstArc.
func arcSums(ctx context.Context, all []plain) ([]float64, error) {
	sizes, nodes, most, arcs := measure(all)
	if arcs > 0 && all[0].arcs != nil {
		return fromEach(ctx, sizes, arcs, func() func(int, uint32, []float64) error {
			w := newCostWalker(ctx, nodes, most)
			return func(i int, s uint32, sum []float64) error {
				return w.source(&all[i], s, nil, sum[all[i].firstArc:][:len(all[i].nbr)])
			}
		})
	}
	parts := make([]part, len(all))
	for i := range all {
		parts[i] = all[i].part(0)
	}
	return fromEach(ctx, sizes, arcs, func() func(int, uint32, []float64) error {
		w := newLinkWalker(nodes, most)
		return func(i int, s uint32, sum []float64) error {
			return w.source(&parts[i], s, sum[all[i].firstArc:][:len(all[i].nbr)])
		}
	})
}

// measure returns the sizes of pieces, the greatest of them, the most arcs that one
// has, and how many they have together.
func measure(all []plain) (sizes []int, nodes, most, arcs int) {
	sizes = make([]int, len(all))
	for i := range all {
		sizes[i] = all[i].size()
		nodes, most = max(nodes, sizes[i]), max(most, len(all[i].nbr))
		arcs += len(all[i].nbr)
	}
	return sizes, nodes, most, arcs
}
