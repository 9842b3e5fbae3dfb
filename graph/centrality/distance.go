package centrality

import (
	"cmp"
	"context"
	"slices"
	"sort"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Closeness returns (r/(n−1))·(r/Σd), where r is the number of other nodes that a node
// reaches and Σd the sum of its distances to them (Wasserman and Faust 1994, 5.2):
// nodes of small components do not score high. A node that reaches none scores 0. It
// takes no weights.
//
// O(n·m) time, but searches walk together in batches of 256 and share what they have in
// common, in small worlds nearly all; O(n + m) memory and O(n) for each goroutine.
func Closeness(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.unweighted("closeness"); err != nil {
		return nil, err
	}
	n := net.NumNodes()
	sums, err := distances(ctx, net, 2, func(sum []float64, count, hops int) {
		sum[0] += float64(count)
		sum[1] += float64(count * hops)
	})
	if err != nil {
		return nil, err
	}
	scores := make([]float64, n)
	for v := range scores {
		if reached, far := sums[2*v], sums[2*v+1]; reached > 0 {
			scores[v] = reached / float64(n-1) * (reached / far)
		}
	}
	return scores, nil
}

// Harmonic returns the sum of 1/d over the other nodes that a node reaches, d the
// distance (Marchiori and Latora 2000). It takes no weights. Cost as of [Closeness].
func Harmonic(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.unweighted("harmonic centrality"); err != nil {
		return nil, err
	}
	scores, err := distances(ctx, net, 1, func(sum []float64, count, hops int) {
		sum[0] += float64(count) / float64(hops)
	})
	if err != nil {
		return nil, err
	}
	return opt.scale(scores, float64(net.NumNodes()-1)), nil
}

// distances calls visit with how many targets lie a number of hops from a node, for
// every node, with pieces of a sum of the given width per node to add to, which it
// returns. It searches backwards from a batch of targets at a time (Then, Kaufmann,
// Chirigati, Hoang-Vu, Pham, Kemper, Neumann and Vo 2014), so that targets need not be
// told apart.
func distances(ctx context.Context, net *network.Network, width int,
	visit func(sum []float64, count, hops int),
) ([]float64, error) {
	in := incoming(net, nil)
	out := in
	if net.Directed() {
		out = outgoing(net, nil)
	}
	order, targets, err := searchOrder(ctx, in, out)
	if err != nil {
		return nil, err
	}
	in, out = in.renamed(order, out), out.renamed(order, in)
	batches := (targets + batch - 1) / batch
	chunks := min(64, batches)
	sums, err := accumulate(ctx, chunks, width*len(order), func() func(int, []float64) error {
		f := newFlood(in, out)
		return func(chunk int, sum []float64) error {
			for b := chunk; b < batches; b += chunks {
				f.start(b*batch, min((b+1)*batch, targets))
				for hops := 1; len(f.front) > 0; hops++ {
					if err := ctx.Err(); err != nil {
						return err
					}
					f.step()
					for _, v := range f.front {
						visit(sum[width*int(v):][:width], f.now[v].count(), hops)
					}
				}
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	named := make([]float64, len(sums))
	for i, v := range order {
		copy(named[width*int(v):], sums[width*i:][:width])
	}
	return named, nil
}

// searchOrder returns the nodes in an order that keeps together what is searched
// together: components, and in them the nodes with most links first. The nodes that
// any other reaches come first; second result is their number.
func searchOrder(ctx context.Context, in, out *matrix) (order []uint32, targets int, err error) {
	label, _, err := largestComponent(ctx, in, out)
	if err != nil {
		return nil, 0, err
	}
	order = make([]uint32, in.size())
	for v := range order {
		order[v] = uint32(v)
	}
	rank := func(v uint32) (unreached int, component int32, degree int) {
		row := in.row(int(v))
		if len(row) == 0 {
			unreached = 1
		}
		return unreached, label[v], -len(row)
	}
	slices.SortFunc(order, func(v, w uint32) int {
		a, b, c := rank(v)
		x, y, z := rank(w)
		return cmp.Or(cmp.Compare(a, x), cmp.Compare(b, y), cmp.Compare(c, z), cmp.Compare(v, w))
	})
	targets = sort.Search(len(order), func(i int) bool { return len(in.row(int(order[i]))) == 0 })
	return order, targets, ctx.Err()
}
