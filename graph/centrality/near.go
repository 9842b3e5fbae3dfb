package centrality

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// NearBetweenness returns for each node its betweenness, as [Betweenness] without
// options does, or a score within the share off of it: |score − exact| ≤ off·exact. It
// is for those who look for the greatest and can tell by off whether they have found it.
//
// Where the processor has AVX-512 and the network is simple and undirected, large parts
// with short paths are walked from sixteen sources side by side, in float32: off is then
// a proven bound, in most networks below 10^-4. All else is exact, and off is 0 when
// everything is. The scores are the same at each run on one kind of processor, however
// many goroutines there are.
//
// Time and memory are half of those of [Betweenness], where it walks side by side too.
// Errors are those of [Betweenness].
func NearBetweenness(ctx context.Context, net *network.Network) (scores []float64, off float64, err error) {
	s := vectorSteps32()
	if s == nil || net.Directed() || !net.IsSimple() {
		scores, err = Betweenness(ctx, net, Options{})
		return scores, 0, err
	}
	return nearBetweenness(ctx, net, s, leastWide)
}

// nearBetweenness walks the parts of a simple undirected network that have a number of
// classes in rows.
func nearBetweenness(ctx context.Context, net *network.Network, s *steps[float32], least int) (scores []float64, off float64, err error) {
	b, err := decompose(ctx, net)
	if err != nil {
		return nil, 0, err
	}
	all, err := parts(ctx, net, b)
	if err != nil {
		return nil, 0, err
	}
	others, err := s.score(ctx, all, b.across, least, func(w *wide) { off = max(off, w.off()) })
	if err != nil {
		return nil, 0, err
	}
	return b.across, off, scoreParts(ctx, others, b.across)
}

// off bounds the share by which sums of rows may be off. Numbers of paths are exact, and
// whatever is added is positive, so a result is off by a factor (1 ± 2^-24) for each
// time that a number in it was rounded. That happens five times to the share of a
// farthest node; then, along a path to the source, at each node once for each second
// neighbour (a sum is made of two), once more for an odd one, once for the two sums, and
// twice for the node's own share; in the end three times for the dependency, and once
// for each batch it is added to.
func (w *wide) off() float64 {
	degrees := make([]uint32, w.part.size())
	for v := range degrees {
		degrees[v] = w.part.degree(uint32(v))
	}
	slices.Sort(degrees)
	roundings := 5 + 3 + searched/lanes
	for _, d := range degrees[max(0, len(degrees)-w.depth):] { // at worst it meets the greatest
		roundings += int(d)/2 + 4
	}
	share := float64(roundings) / (1 << 24)
	const float64s = 1e-9 // far more than sums of float64 are off
	return share/(1-share) + float64s
}
