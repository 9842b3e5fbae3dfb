package connectivity

import (
	"context"
	"math/bits"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Distances counts pairs of nodes by how far apart they are.
type Distances struct {
	// Nodes counts what is left.
	Nodes int
	// Pairs holds, by fewest hops along the direction of links, the ordered pairs of
	// nodes so far apart; place 0 is 0, the last is above 0 unless it is the first.
	Pairs []int64
	// Greatest holds how far the farthest node is that each reaches, 0 where it reaches
	// none: its eccentricity if it reaches all.
	Greatest []int32
}

// Diameter returns the greatest distance of two nodes that a path joins, 0 without any.
func (d Distances) Diameter() int { return max(0, len(d.Pairs)-1) }

// Mean returns the mean distance of the ordered pairs that a path joins, nil without any.
func (d Distances) Mean() *float64 {
	sum, count := int64(0), int64(0)
	for hops, k := range d.Pairs {
		sum += int64(hops) * k
		count += k
	}
	if count == 0 {
		return nil
	}
	mean := float64(sum) / float64(count)
	return &mean
}

// Efficiency returns the mean of 1/d over ordered pairs, 1/d = 0 without a path (Latora
// and Marchiori 2001), 0 of fewer than two nodes.
func (d Distances) Efficiency() float64 {
	if d.Nodes < 2 {
		return 0
	}
	sum := 0.0
	for hops := len(d.Pairs) - 1; hops > 0; hops-- {
		sum += float64(d.Pairs[hops]) / float64(hops)
	}
	return sum / float64(d.Nodes) / float64(d.Nodes-1)
}

// Efficiency returns the mean of 1/d over the ordered pairs of nodes that are left,
// d the fewest hops along the direction of links and 1/d = 0 where there is no path
// (Latora and Marchiori 2001); in an undirected network that is the mean over
// unordered pairs. Fewer than two nodes give 0. Cost and errors are those of
// [DistancesOf].
func Efficiency(ctx context.Context, net *network.Network, r Removal) (float64, error) {
	d, err := DistancesOf(ctx, net, r)
	return d.Efficiency(), err
}

// Radius returns the least of the greatest distances within the largest component, of
// several the one with the least node; nil in a directed network unless all nodes reach
// each other. c holds the components of the network, its strong ones if it is directed.
func (d Distances) Radius(net *network.Network, c *Components) *int {
	if len(d.Greatest) == 0 || net.Directed() && c.Count() > 1 {
		return nil
	}
	least := -1
	for v, of := range c.Of {
		if of == 0 && (least < 0 || int(d.Greatest[v]) < least) {
			least = int(d.Greatest[v])
		}
	}
	return &least
}

// DistancesOf counts the distances of a network without a removal, exactly. It searches
// from 64 sources at once (Then et al. 2014), such groups in parallel, and counts in
// integers, so the result does not depend on the number of processors.
//
// O(n·m) time at worst, O(n·m/64·diameter) where distances are short; 28 bytes a
// node and goroutine. Errors: a removal out of range, the end of ctx.
func DistancesOf(ctx context.Context, net *network.Network, r Removal) (Distances, error) {
	gone, err := newWithout(net, r)
	if err != nil {
		return Distances{}, err
	}
	n := net.NumNodes()
	d := Distances{Nodes: n - gone.nodes.count(), Greatest: make([]int32, n)}
	all := make([]network.NodeIndex, n)
	for v := range all {
		all[v] = network.NodeIndex(v)
	}
	batches := slices.Collect(slices.Chunk(all, together))
	err = (&crew{net: net, gone: gone}).search(ctx, batches, d.Greatest, func(_ int, pairs []int64) { d.Pairs = added(d.Pairs, pairs) })
	if err != nil {
		return Distances{}, err
	}
	return d, nil
}

// added adds b to a.
func added(a, b []int64) []int64 {
	a = append(a, make([]int64, max(0, len(b)-len(a)))...)
	for i, x := range b {
		a[i] += x
	}
	return a
}

// together is how many sources are searched from at once: the bits of a word.
const together = 64

// crew searches in parallel, each processor on its own; what it works with is kept from
// one search to the next.
type crew struct {
	net  *network.Network
	gone *without
	back bool // against the direction of links
	hand []*sources
}

// search searches from batches of nodes and yields for each, one after another in any
// order, how many pairs are how far apart, the last above 0. greatest, unless nil, takes
// how far the farthest node is from each source.
func (c *crew) search(ctx context.Context, batches [][]network.NodeIndex, greatest []int32, yield func(batch int, pairs []int64)) error {
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for p := range min(runtime.GOMAXPROCS(0), len(batches)) {
		if p == len(c.hand) {
			c.hand = append(c.hand, newSources(c.net, c.gone, c.back))
		}
		s := c.hand[p]
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(batches) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				pairs := s.search(ctx, batches[i], greatest)
				mu.Lock()
				yield(i, pairs)
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// sources is a breadth-first search from 64 nodes at once: bit i of a word stands
// for the i-th source.
type sources struct {
	net                  *network.Network
	gone                 *without
	back                 bool
	seen, reached, fresh []uint64
	level, found, met    []network.NodeIndex
	pairs                []int64
}

func newSources(net *network.Network, gone *without, back bool) *sources {
	n := net.NumNodes()
	return &sources{net: net, gone: gone, back: back, seen: make([]uint64, n), reached: make([]uint64, n), fresh: make([]uint64, n)}
}

// search counts pairs by distance, until the next search, for which it leaves what it
// met clean.
func (s *sources) search(ctx context.Context, from []network.NodeIndex, greatest []int32) []int64 {
	s.level, s.met = s.level[:0], s.met[:0]
	for i, v := range from {
		if !s.gone.gone(uint32(v)) {
			s.seen[v], s.reached[v] = 1<<i, 1<<i
			s.level, s.met = append(s.level, v), append(s.met, v)
		}
	}
	s.pairs = append(s.pairs[:0], 0)
	for d := 1; len(s.level) > 0 && ctx.Err() == nil; d++ {
		s.spread()
		count, who := s.settle()
		if count == 0 {
			break
		}
		s.pairs = append(s.pairs, count)
		for ; greatest != nil && who != 0; who &= who - 1 {
			greatest[from[bits.TrailingZeros64(who)]] = int32(d)
		}
	}
	for _, v := range s.met {
		s.seen[v] = 0
	}
	return s.pairs
}

// spread takes what reached the nodes of the level one hop on.
func (s *sources) spread() {
	s.found = s.found[:0]
	for _, v := range s.level {
		word := s.reached[v]
		row, edges := s.net.Out(v), s.net.OutEdges(v)
		if s.back {
			row, edges = s.net.In(v), s.net.InEdges(v)
		}
		for i, w := range row {
			if s.gone.gone(uint32(w)) || s.gone.cut(uint32(edges[i])) {
				continue
			}
			if s.fresh[w] == 0 {
				s.found = append(s.found, w)
			}
			s.fresh[w] |= word
		}
	}
}

// settle makes what was reached for the first time the next level; it returns how many
// pairs that are, and whose.
func (s *sources) settle() (count int64, who uint64) {
	s.level = s.level[:0]
	for _, w := range s.found {
		fresh := s.fresh[w] &^ s.seen[w]
		s.fresh[w] = 0
		if fresh == 0 {
			continue
		}
		if s.seen[w] == 0 {
			s.met = append(s.met, w)
		}
		s.seen[w] |= fresh
		s.reached[w] = fresh
		s.level = append(s.level, w)
		count += int64(bits.OnesCount64(fresh))
		who |= fresh
	}
	return count, who
}
