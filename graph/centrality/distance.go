package centrality

import (
	"cmp"
	"context"
	"math"
	"math/bits"
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
	return distances(ctx, net, closeness(net.NumNodes()))
}

// Harmonic returns the sum of 1/d over the other nodes that a node reaches, d the
// distance (Marchiori and Latora 2000). It takes no weights. Cost as of [Closeness].
func Harmonic(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.unweighted("harmonic centrality"); err != nil {
		return nil, err
	}
	scores, err := distances(ctx, net, harmonic(net.NumNodes()))
	if err != nil {
		return nil, err
	}
	return opt.scale(scores, float64(net.NumNodes()-1)), nil
}

// byDistance is a score by how many nodes lie how far away. Both of its sums are exact, so
// it does not matter in which order, and how many at a time, these are added.
type byDistance struct {
	add   func(sum []float64, count, hops int)
	score func(sum []float64) float64
}

func closeness(nodes int) byDistance {
	others := float64(nodes - 1)
	return byDistance{
		add: func(sum []float64, count, hops int) {
			sum[0] += float64(count)
			sum[1] += float64(count * hops)
		},
		score: func(sum []float64) float64 {
			reached, far := sum[0], sum[1]
			if reached == 0 {
				return 0
			}
			return reached * reached / (others * far)
		},
	}
}

// harmonic splits 1/hops in a large and a small part, with so few digits each that as many
// of them as there are nodes add up without rounding.
func harmonic(nodes int) byDistance {
	digits := 53 - bits.Len(uint(nodes)) // after the point
	large, small := math.Ldexp(1, digits), math.Ldexp(1, 2*digits+1)
	return byDistance{
		add: func(sum []float64, count, hops int) {
			n, h := float64(count), float64(hops)
			part := math.RoundToEven(large/h) / large
			sum[0] += n * part
			sum[1] += n * (math.RoundToEven((1-part*h)/h*small) / small)
		},
		score: func(sum []float64) float64 { return tied(sum[0] + sum[1]) },
	}
}

// tied rounds a sum of fractions to 40 bits, so that sums of the same value are the same
// number although their fractions, or the order of these, differ: almost always where they
// were rounded before.
func tied(sum float64) float64 {
	fraction, exponent := math.Frexp(sum)
	return math.Ldexp(math.Round(math.Ldexp(fraction, 40)), exponent-40)
}

// distances returns the scores of all nodes.
func distances(ctx context.Context, net *network.Network, measure byDistance) ([]float64, error) {
	a, err := newArena(ctx, net)
	if err != nil {
		return nil, err
	}
	return a.scores(ctx, measure)
}

// scores returns those of all nodes, by node.
func (a *arena) scores(ctx context.Context, measure byDistance) ([]float64, error) {
	sums, err := a.flood(ctx, a.all(0, a.targets), 2, measure.add)
	if err != nil {
		return nil, err
	}
	scores := make([]float64, len(a.order))
	for i, v := range a.order {
		scores[v] = measure.score(sums[2*i:][:2])
	}
	return scores, nil
}

// arena is a network made ready for searches from many nodes: its nodes are numbered
// in an order that keeps together what is searched together, namely components, and in
// them the nodes with most links first.
type arena struct {
	in, out *matrix
	order   []uint32 // the node behind each number
	label   []int32  // the component of each number: strong, if the network is directed
	targets int      // the nodes that any other reaches come first; their number
}

func newArena(ctx context.Context, net *network.Network) (*arena, error) {
	in := incoming(net, nil)
	out := in
	if net.Directed() {
		out = outgoing(net, nil)
	}
	label, _, err := largestComponent(ctx, in, out)
	if err != nil {
		return nil, err
	}
	order := make([]uint32, in.size())
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
	a := &arena{in: in.renamed(order, out), order: order, label: make([]int32, len(order))}
	if a.out = a.in; net.Directed() {
		a.out = out.renamed(order, in)
	}
	for i, v := range order {
		a.label[i] = label[v]
	}
	a.targets = sort.Search(len(order), func(i int) bool { return len(a.in.row(i)) == 0 })
	return a, ctx.Err()
}

// all returns the numbers from lo to hi−1.
func (a *arena) all(lo, hi int) []uint32 {
	targets := make([]uint32, hi-lo)
	for i := range targets {
		targets[i] = uint32(lo + i)
	}
	return targets
}

// flood calls visit with how many of some targets lie a number of hops from a node, for
// every node, with pieces of a sum of the given width per node to add to, which it
// returns, by number. A target may stand there twice. It searches backwards from a batch of targets at a time (Then,
// Kaufmann, Chirigati, Hoang-Vu, Pham, Kemper, Neumann and Vo 2014), so that targets
// need not be told apart.
func (a *arena) flood(ctx context.Context, targets []uint32, width int,
	visit func(sum []float64, count, hops int),
) ([]float64, error) {
	batches := (len(targets) + batch - 1) / batch
	chunks := min(64, batches)
	return accumulate(ctx, chunks, width*len(a.order), func() func(int, []float64) error {
		f := newFlood(a.in, a.out)
		return func(chunk int, sum []float64) error {
			for b := chunk; b < batches; b += chunks {
				f.start(targets[b*batch : min((b+1)*batch, len(targets))])
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
}
