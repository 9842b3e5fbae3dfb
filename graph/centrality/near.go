package centrality

import (
	"context"
	"errors"
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
// Time as of [Betweenness], by rows about a tenth of it where links are few, a third
// where they are many; memory 1 to 4 kB a node for each goroutine. Errors are those of
// [Betweenness].
func NearBetweenness(ctx context.Context, net *network.Network) (scores []float64, off float64, err error) {
	s := vectorSteps()
	if s == nil || net.Directed() || !net.IsSimple() {
		scores, err = Betweenness(ctx, net, Options{})
		return scores, 0, err
	}
	return s.betweenness(ctx, net, leastWide)
}

// betweenness walks the parts of a simple undirected network that have a number of
// classes in rows.
func (s *steps) betweenness(ctx context.Context, net *network.Network, least int) (scores []float64, off float64, err error) {
	b, err := decompose(ctx, net)
	if err != nil {
		return nil, 0, err
	}
	all, err := parts(ctx, net, b)
	if err != nil {
		return nil, 0, err
	}
	var others []part
	first := 0
	for _, p := range all {
		found, bound, err := s.near(ctx, &p, least)
		switch {
		case errors.Is(err, errNarrow):
			p.first = first
			first += p.size()
			others = append(others, p)
			continue
		case err != nil:
			return nil, 0, err
		}
		p.score(found, b.across)
		off = max(off, bound)
	}
	return b.across, off, scoreParts(ctx, others, b.across)
}

// The parts that rows pay for and can hold: those with enough classes to fill the
// lanes, few enough for the half of a visit, and no more levels than this.
const (
	leastWide, mostWide = 256, 1 << 16
	mostLevels          = 24
)

// errNarrow says that a part is none for rows.
var errNarrow = errors.New("centrality: not for rows")

// near returns what brandes does of one part, by rows, and a bound of how far that is off.
func (s *steps) near(ctx context.Context, p *part, least int) (found []float64, off float64, err error) {
	n := p.size()
	if n < least || n > mostWide {
		return nil, 0, errNarrow
	}
	w := p.widen()
	if w.depth > mostLevels {
		return nil, 0, errNarrow
	}
	// An eighth of the sources each, so that eight processors have their share.
	size := min(searched, ((n+7)/8+lanes-1)/lanes*lanes)
	chunks := slices.Collect(slices.Chunk(w.order, size))
	found, err = accumulate(ctx, len(chunks), n, func() func(int, []float64) error {
		r := newRows(w, s)
		return func(chunk int, sum []float64) error { return r.add(ctx, chunks[chunk], sum) }
	})
	return found, w.off(), err
}

// widen prepares a part for rows.
func (p *part) widen() *wide {
	n := p.size()
	floats := func() []float32 { return make([]float32, n) }
	w := &wide{part: p, arcs: make([]uint32, len(p.nbr)), members: floats(), stands: floats()}
	for i, v := range p.nbr {
		w.arcs[i] = v * 4 * lanes
	}
	level := make([]int, n)
	for v := range n {
		w.members[v], w.stands[v], level[v] = float32(p.members[v]), float32(p.stands[v]), -1
	}
	w.order, level[0] = append(make([]uint32, 0, n), 0), 0
	for i := 0; i < len(w.order); i++ {
		v := w.order[i]
		for _, u := range p.nbr[p.off[v]:p.off[v+1]] {
			if level[u] < 0 {
				level[u] = level[v] + 1
				w.order = append(w.order, u)
			}
		}
	}
	w.depth = 2 * level[w.order[n-1]]
	return w
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
