package centrality

import (
	"context"
	"math/bits"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Closeness returns (r/(n−1))·(r/Σd), where r is the number of other nodes that a node
// reaches and Σd the sum of its distances to them (Wasserman and Faust 1994, 5.2):
// nodes of small components do not score high. A node that reaches none scores 0. It
// takes no weights.
//
// O(n·m/256) time at best, where searches overlap, and O(n·m) at worst; O(n) memory
// for each goroutine.
func Closeness(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.unweighted("closeness"); err != nil {
		return nil, err
	}
	n := net.NumNodes()
	sums, err := distances(ctx, net, 2*n, func(sum []float64, v uint32, count, hops int) {
		sum[v] += float64(count)
		sum[n+int(v)] += float64(count * hops)
	})
	if err != nil {
		return nil, err
	}
	scores := sums[:n:n]
	for v, reached := range scores {
		if reached > 0 {
			scores[v] = reached / float64(n-1) * (reached / sums[n+v])
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
	n := net.NumNodes()
	scores, err := distances(ctx, net, n, func(sum []float64, v uint32, count, hops int) {
		sum[v] += float64(count) / float64(hops)
	})
	if err != nil {
		return nil, err
	}
	return opt.scale(scores, float64(n-1)), nil
}

// batch is the number of searches that walk together, a bit each.
const batch = 256

type searches [batch / 64]uint64

func (s *searches) empty() bool { return s[0]|s[1]|s[2]|s[3] == 0 }

func (s *searches) count() int {
	return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) + bits.OnesCount64(s[2]) + bits.OnesCount64(s[3])
}

// distances calls visit with how many targets lie a number of hops from a node, for
// every node, with pieces of a sum of the given size to add to, which it returns. It
// searches backwards from a batch of targets at a time (Then, Kaufmann, Chirigati,
// Hoang-Vu, Pham, Kemper, Neumann and Vo 2014), so the targets need not be told apart.
func distances(ctx context.Context, net *network.Network, size int,
	visit func(sum []float64, v uint32, count, hops int)) ([]float64, error) {
	m := incoming(net, nil)
	batches := (m.size() + batch - 1) / batch
	chunks := min(64, batches)
	return accumulate(ctx, chunks, size, func() func(int, []float64) error {
		f := newFlood(m)
		return func(chunk int, sum []float64) error {
			for b := chunk; b < batches; b += chunks {
				f.start(b*batch, min((b+1)*batch, m.size()))
				for hops := 1; len(f.front) > 0; hops++ {
					if err := ctx.Err(); err != nil {
						return err
					}
					f.step()
					for _, v := range f.front {
						visit(sum, v, f.now[v].count(), hops)
					}
				}
			}
			return nil
		}
	})
}

// flood is a batch of breadth-first searches on their way.
type flood struct {
	m         *matrix
	seen      []searches // which have been at a node
	now, next []searches // which are there for the first time; which arrive
	front     []uint32   // nodes where any are for the first time
	touched   []uint32   // nodes where any arrive
	visited   []uint32   // nodes where any have been
}

func newFlood(m *matrix) *flood {
	n := m.size()
	return &flood{m: m, seen: make([]searches, n), now: make([]searches, n), next: make([]searches, n)}
}

// start sets off a search from each of the nodes lo to hi−1.
func (f *flood) start(lo, hi int) {
	for _, v := range f.visited {
		f.seen[v] = searches{}
	}
	f.visited, f.front = f.visited[:0], f.front[:0]
	for v := lo; v < hi; v++ {
		i := v - lo
		f.seen[v][i/64] = 1 << (i % 64)
		f.now[v] = f.seen[v]
		f.front, f.visited = append(f.front, uint32(v)), append(f.visited, uint32(v))
	}
}

// step takes all searches one hop further.
func (f *flood) step() {
	for _, v := range f.front {
		here := f.now[v]
		f.now[v] = searches{}
		for _, w := range f.m.row(int(v)) {
			there := &f.next[w]
			if there.empty() {
				f.touched = append(f.touched, w)
			}
			for i := range here {
				there[i] |= here[i]
			}
		}
	}
	f.front = f.front[:0]
	for _, w := range f.touched {
		f.arrive(w)
	}
	f.touched = f.touched[:0]
}

func (f *flood) arrive(w uint32) {
	fresh, seen := &f.next[w], &f.seen[w]
	if seen.empty() {
		f.visited = append(f.visited, w)
	}
	for i := range fresh {
		fresh[i] &^= seen[i]
		seen[i] |= fresh[i]
	}
	if !fresh.empty() {
		f.now[w] = *fresh
		f.front = append(f.front, w)
	}
	*fresh = searches{}
}
