package connectivity

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Estimate is a figure with the bounds of an interval around it.
type Estimate struct{ Value, Low, High float64 }

// SampledDistances tells how far apart nodes are from the distances of some of them.
type SampledDistances struct {
	// Sources counts the nodes that were searched from.
	Sources int
	// Mean is the mean distance of the ordered pairs that a path joins; NaN if the
	// sources reach none. Efficiency is the mean of 1/distance over ordered pairs, 0
	// without a path. Each lies within its bounds with a probability of about 0.99.
	Mean, Efficiency Estimate
	// Farthest is the greatest distance that was met: the diameter is no less.
	Farthest int
}

// fewestBatches is how many batches make their spread worth anything.
const fewestBatches = 16

// SampleDistances searches from random nodes, the same ones for a seed, 64 at a time, and
// estimates what [DistancesOf] counts. Bounds are three standard errors away, by the
// spread of the batches and without the part of the network that was seen; from all
// nodes they close. Fewer than 1,024 sources are made 1,024; more than there are nodes,
// all nodes. Time O(sources·m) at worst, O(sources·m/64·diameter) where distances are
// short; memory as [DistancesOf].
func SampleDistances(ctx context.Context, net *network.Network, sources int, seed uint64) (SampledDistances, error) {
	n := net.NumNodes()
	sources = min(max(sources, fewestBatches*together), n)
	all := make([]network.NodeIndex, n)
	for v := range all {
		all[v] = network.NodeIndex(v)
	}
	random := rand.New(rand.NewPCG(seed, 0x64697374))
	for i := range sources {
		j := i + random.IntN(n-i)
		all[i], all[j] = all[j], all[i]
	}
	batches := slices.Collect(slices.Chunk(all[:sources], together))
	sums := make([]batchSum, len(batches))
	d := SampledDistances{Sources: sources}
	err := (&crew{net: net, gone: &without{}}).search(ctx, batches, nil, func(i int, pairs []int64) {
		sums[i] = sumOf(pairs, len(batches[i]))
		d.Farthest = max(d.Farthest, len(pairs)-1)
	})
	left := 1.0
	if n > 0 {
		left = 1 - float64(sources)/float64(n)
	}
	d.Mean = ratio(sums, left, func(b batchSum) (float64, float64) { return b.hops, b.pairs })
	d.Efficiency = ratio(sums, left, func(b batchSum) (float64, float64) { return b.inverse, b.sources * float64(n-1) })
	if n < 2 {
		d.Efficiency = Estimate{}
	}
	return d, err
}

// batchSum adds up the distances from a batch of sources.
type batchSum struct{ hops, pairs, inverse, sources float64 }

func sumOf(pairs []int64, sources int) batchSum {
	b := batchSum{sources: float64(sources)}
	for hops, k := range pairs {
		if hops > 0 {
			b.hops += float64(hops) * float64(k)
			b.pairs += float64(k)
			b.inverse += float64(k) / float64(hops)
		}
	}
	return b
}

// ratio estimates Σx/Σy; the spread of the batches is that of x − y·Σx/Σy.
func ratio(sums []batchSum, left float64, of func(batchSum) (x, y float64)) Estimate {
	above, below := 0.0, 0.0
	for _, b := range sums {
		x, y := of(b)
		above, below = above+x, below+y
	}
	value, spread := above/below, 0.0
	for _, b := range sums {
		x, y := of(b)
		spread += (x - value*y) * (x - value*y)
	}
	k := float64(len(sums))
	off := 0.0
	if left > 0 {
		off = 3 * math.Sqrt(left*spread*k/(k-1)) / below
	}
	return Estimate{Value: value, Low: max(0, value-off), High: value + off}
}

// Span bounds a diameter.
type Span struct{ AtLeast, AtMost int }

// Diameter returns the greatest distance of two nodes that a path joins, along the
// direction of links, without searching from all of them. Undirected (iFUB, Crescenzi,
// Grossi, Habib, Lanzi and Marino 2013), in each component, the largest first, it searches
// from a node in the middle; then from the nodes farthest from it, until those nearer
// cannot be the ends of a longer way than one that was found. Components that are too small
// for one are passed over. Directed, it searches from the nodes that ways through the
// middle of strong components leave in question (Borassi, Crescenzi, Habib, Kosters, Marino
// and Takes 2015).
//
// It gives up after some searches, each from 64 nodes, and then bounds the diameter
// instead; else both bounds are the diameter. Real networks take a handful; as many as all
// nodes take rings and cliques, where all nodes are alike, and, directed, networks without
// cycles that have long ways round. Time O(m·64) a search at worst; memory 32 bytes a node
// and goroutine, directed 36 bytes a node more. Errors: the end of ctx.
func Diameter(ctx context.Context, net *network.Network, searches int) (Span, error) {
	if net.Directed() {
		return directedDiameter(ctx, net, searches)
	}
	c, err := Weak(ctx, net, Removal{})
	if err != nil {
		return Span{}, err
	}
	f := newFringes(ctx, net, false, searches)
	hubs := hubsOf(net, c)
	var span Span
	for i, size := range c.Size {
		if size-1 <= span.AtLeast {
			break // the largest come first
		}
		most := f.component(hubs[i], &span)
		span.AtMost = max(span.AtMost, most)
		if ctx.Err() != nil {
			return Span{}, ctx.Err()
		}
	}
	span.AtMost = max(span.AtMost, span.AtLeast)
	return span, nil
}

// hubsOf returns the node of each component that most pairs of links lead through, the
// least of several.
func hubsOf(net *network.Network, c *Components) []network.NodeIndex {
	hubs, most := make([]network.NodeIndex, c.Count()), slices.Repeat([]int{-1}, c.Count())
	for v := range network.NodeIndex(net.NumNodes()) {
		if of, through := c.Of[v], net.InDegree(v)*net.OutDegree(v); through > most[of] {
			hubs[of], most[of] = v, through
		}
	}
	return hubs
}

// fringes searches for the diameter from the outside of a component inwards.
type fringes struct {
	ctx   context.Context
	rows  rows
	crew  crew
	left  int // searches
	dist  []int32
	order []network.NodeIndex // of the last search, by distance
}

func newFringes(ctx context.Context, net *network.Network, back bool, searches int) *fringes {
	f := &fringes{
		ctx: ctx, rows: outRows(net), crew: crew{net: net, gone: &without{}, back: back}, left: searches,
		dist: slices.Repeat([]int32{-1}, net.NumNodes()),
	}
	if back {
		f.rows = inRows(net)
	}
	return f
}

// component raises the lower bound to what it finds and returns an upper bound for the
// component of a node.
func (f *fringes) component(hub network.NodeIndex, span *Span) (most int) {
	middle := hub
	for range 2 { // four sweeps: there, and back by the middle
		f.search(middle)
		a := f.order[len(f.order)-1]
		f.search(a)
		b := f.order[len(f.order)-1]
		span.AtLeast = max(span.AtLeast, int(f.dist[b]))
		middle = f.between(b, f.dist[b]/2)
	}
	f.search(middle)
	levels := f.levels()
	for i := len(levels) - 1; i > 0; i-- {
		span.AtLeast = max(span.AtLeast, i)
		if 2*i <= span.AtLeast {
			return span.AtLeast
		}
		found, through := f.farthest(levels[i], 2*i)
		span.AtLeast = max(span.AtLeast, found)
		if !through {
			return 2 * i
		}
	}
	return span.AtLeast
}

// search orders the nodes that one reaches by their distance from it.
func (f *fringes) search(from network.NodeIndex) {
	for _, v := range f.order {
		f.dist[v] = -1
	}
	f.order = append(f.order[:0], from)
	f.dist[from] = 0
	for i := 0; i < len(f.order); i++ {
		if i%ctxStride == 0 && f.ctx.Err() != nil {
			return
		}
		v := f.order[i]
		for _, w := range f.rows.of(uint32(v)) {
			if f.dist[w] < 0 {
				f.dist[w] = f.dist[v] + 1
				f.order = append(f.order, w)
			}
		}
	}
}

// between returns the node at a distance on a shortest way from the last search to v.
func (f *fringes) between(v network.NodeIndex, at int32) network.NodeIndex {
	for f.dist[v] > at {
		for _, w := range f.rows.of(uint32(v)) {
			if f.dist[w] == f.dist[v]-1 {
				v = w
				break
			}
		}
	}
	return v
}

// levels cuts the order of the last search at each distance.
func (f *fringes) levels() (levels [][]network.NodeIndex) {
	start := 0
	for i, v := range f.order {
		if f.dist[v] != f.dist[f.order[start]] {
			levels = append(levels, f.order[start:i])
			start = i
		}
	}
	return append(levels, f.order[start:])
}

// atOnce is how many batches are searched before looking whether they suffice: the same
// number on any processors.
const atOnce = 4

// farthest returns the greatest distance from nodes, or as much as bound; through is
// false when the searches are used up before.
func (f *fringes) farthest(nodes []network.NodeIndex, bound int) (found int, through bool) {
	batches := slices.Collect(slices.Chunk(nodes, together))
	for some := range slices.Chunk(batches, atOnce) {
		if f.left < len(some) {
			return found, false
		}
		f.left -= len(some)
		err := f.crew.search(f.ctx, some, nil, func(_ int, pairs []int64) { found = max(found, len(pairs)-1) })
		if err != nil {
			return found, false
		}
		if found >= bound {
			return found, true
		}
	}
	return found, true
}
