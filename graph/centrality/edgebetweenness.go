package centrality

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/network"
)

// EdgeBetweenness returns for each link, not node, the sum over all pairs of nodes of
// the share of their shortest paths that take it (Girvan and Newman 2002). In an
// undirected network a pair counts once, in a directed one once for each direction.
// Parallel links are one way, and each has its score; loops score 0. Normalized
// divides by the number of pairs. It takes no weights. By Brandes (2008), unshrunk.
//
// O(n·m) time, O(n + m) memory for each goroutine. Errors as of [Betweenness].
func EdgeBetweenness(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.unweighted("edge betweenness"); err != nil {
		return nil, err
	}
	m := outgoing(net, nil)
	n := m.size()
	chunks := min(64, n)
	sums, err := accumulate(ctx, chunks, len(m.nbr), func() func(int, []float64) error {
		w := newEdgeWalker(m)
		return func(chunk int, sum []float64) error {
			for s := chunk; s < n; s += chunks {
				if err := ctx.Err(); err != nil {
					return err
				}
				if err := w.source(uint32(s), sum); err != nil {
					return err
				}
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	pairs, share := float64(n)*float64(n-1), 1.0
	if !net.Directed() { // both entries of a pair belong to the link, each pair came twice
		pairs, share = pairs/2, 0.5
	}
	return opt.scale(m.perLink(net, sums, share), pairs), nil
}

// perLink adds a share of the value of each entry of outgoing(net, nil) to its links.
func (m *matrix) perLink(net *network.Network, values []float64, share float64) []float64 {
	scores := make([]float64, net.NumLinks())
	for v := range network.NodeIndex(m.size()) {
		entry, edges := int(m.off[v])-1, net.OutEdges(v)
		last := v
		for i, w := range net.Out(v) {
			if w != v && w != last {
				entry++
			}
			if w != v {
				scores[edges[i]] += share * values[entry]
			}
			last = w
		}
	}
	return scores
}

// edgeWalker runs Brandes' algorithm and keeps apart what each entry carries.
type edgeWalker struct {
	m     *matrix
	hops  []int32 // −1 where not found
	paths []float64
	share []float64 // what one path to a node carries on, with its own end
	queue []uint32
}

func newEdgeWalker(m *matrix) *edgeWalker {
	n := m.size()
	w := &edgeWalker{m: m, hops: make([]int32, n), paths: make([]float64, n), share: make([]float64, n), queue: make([]uint32, 0, n)}
	for v := range w.hops {
		w.hops[v] = -1
	}
	return w
}

// source adds the shares of the paths from s.
func (w *edgeWalker) source(s uint32, sum []float64) error {
	w.count(s)
	for i := len(w.queue) - 1; i >= 0; i-- {
		v := w.queue[i]
		if w.paths[v] > math.MaxFloat64 {
			return errTooManyPaths
		}
		onward := 0.0
		for k := w.m.off[v]; k < w.m.off[v+1]; k++ {
			if u := w.m.nbr[k]; w.hops[u] == w.hops[v]+1 {
				sum[k] += w.paths[v] * w.share[u]
				onward += w.share[u]
			}
		}
		w.share[v] = 1/w.paths[v] + onward
	}
	for _, v := range w.queue {
		w.hops[v] = -1
	}
	return nil
}

// count finds the nodes that s reaches, nearest first, and the shortest paths to them.
func (w *edgeWalker) count(s uint32) {
	w.queue = append(w.queue[:0], s)
	w.hops[s], w.paths[s] = 0, 1
	for i := 0; i < len(w.queue); i++ {
		v := w.queue[i]
		for _, u := range w.m.row(int(v)) {
			if w.hops[u] < 0 {
				w.hops[u], w.paths[u] = w.hops[v]+1, 0
				w.queue = append(w.queue, u)
			}
			if w.hops[u] == w.hops[v]+1 {
				w.paths[u] += w.paths[v]
			}
		}
	}
}
