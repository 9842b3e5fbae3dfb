package connectivity

import (
	"context"
	"math/bits"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Figures say how well what is left of a network holds together.
type Figures struct {
	// Nodes and Links count what is left, parallel links and loops each.
	Nodes, Links int
	// Components counts the pieces, Largest the nodes of the largest.
	Components, Largest int
	// ConnectedPairs counts the unordered pairs of nodes in one piece.
	ConnectedPairs int64
	// Fragmentation is F = 1 − Σ s(s−1)/n(n−1) over pieces of s nodes, with n the
	// nodes before the removal (Borgatti 2006); nil when n < 2.
	Fragmentation *float64
}

// FiguresOf returns the figures of a network without a removal, which takes its
// nodes with all their links; nothing is rebuilt. Cost and errors are those of
// [Weak], plus O(m) when nodes are removed.
func FiguresOf(ctx context.Context, net *network.Network, r Removal) (Figures, error) {
	gone, err := newWithout(net, r)
	if err != nil {
		return Figures{}, err
	}
	c, err := weak(ctx, net, gone)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{Components: c.Count(), Largest: c.Largest(), ConnectedPairs: c.ConnectedPairs()}
	f.Nodes = net.NumNodes() - gone.nodes.count()
	f.Links = linksLeft(net, r, gone)
	if n := net.NumNodes(); n > 1 {
		share := 1 - float64(f.ConnectedPairs)/float64(pairs(n))
		f.Fragmentation = &share
	}
	return f, nil
}

func (b bitset) count() int {
	total := 0
	for _, word := range b {
		total += bits.OnesCount64(word)
	}
	return total
}

// linksLeft takes away the links cut and those of the nodes removed, once each.
func linksLeft(net *network.Network, r Removal, gone *without) int {
	lost := newBits(net.NumLinks())
	copy(lost, gone.links)
	for _, v := range r.Nodes {
		_, edges := row(net, v)
		for _, side := range edges {
			for _, e := range side {
				lost.set(uint32(e))
			}
		}
	}
	return net.NumLinks() - lost.count()
}

// Distances counts pairs of nodes by how far apart they are.
type Distances struct {
	// Nodes counts what is left.
	Nodes int
	// Pairs holds, by fewest hops along the direction of links, the ordered pairs of
	// nodes so far apart; place 0 is 0, the last is above 0 unless it is the first.
	Pairs []int64
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

// DistancesOf counts the distances of a network without a removal, exactly. It searches
// from 64 sources at once (Then et al. 2014), such groups in parallel, and counts in
// integers, so the result does not depend on the number of processors.
//
// O(n·m) time at worst, O(n·m/64·diameter) where distances are short; 24 bytes a
// node and goroutine. Errors: a removal out of range, the end of ctx.
func DistancesOf(ctx context.Context, net *network.Network, r Removal) (Distances, error) {
	gone, err := newWithout(net, r)
	if err != nil {
		return Distances{}, err
	}
	d := Distances{Nodes: net.NumNodes() - gone.nodes.count()}
	groups := (net.NumNodes() + 63) / 64
	var next atomic.Int64
	var mu sync.Mutex
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), groups) {
		wg.Go(func() {
			s := newSources(net, gone)
			for i := int(next.Add(1)) - 1; i < groups && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				s.search(ctx, i*64)
			}
			mu.Lock()
			defer mu.Unlock()
			d.Pairs = added(d.Pairs, s.pairs)
		})
	}
	wg.Wait()
	if err := ctx.Err(); err != nil {
		return Distances{}, err
	}
	for len(d.Pairs) > 1 && d.Pairs[len(d.Pairs)-1] == 0 { // the last level found nothing
		d.Pairs = d.Pairs[:len(d.Pairs)-1]
	}
	return d, nil
}

func added(a, b []int64) []int64 {
	if len(a) < len(b) {
		a, b = b, a
	}
	for i, x := range b {
		a[i] += x
	}
	return a
}

// sources is a breadth-first search from 64 nodes at once: bit i of a word stands
// for the i-th source.
type sources struct {
	net                  *network.Network
	gone                 *without
	seen, reached, fresh []uint64
	level, found         []network.NodeIndex
	pairs                []int64
}

func newSources(net *network.Network, gone *without) *sources {
	n := net.NumNodes()
	return &sources{net: net, gone: gone, seen: make([]uint64, n), reached: make([]uint64, n), fresh: make([]uint64, n)}
}

func (s *sources) search(ctx context.Context, first int) {
	clear(s.seen)
	s.level = s.level[:0]
	for i := range min(64, s.net.NumNodes()-first) {
		if v := network.NodeIndex(first + i); !s.gone.gone(uint32(v)) {
			s.seen[v], s.reached[v] = 1<<i, 1<<i
			s.level = append(s.level, v)
		}
	}
	for d := 1; len(s.level) > 0 && ctx.Err() == nil; d++ {
		s.spread()
		count := int64(0)
		s.level = s.level[:0]
		for _, w := range s.found {
			fresh := s.fresh[w] &^ s.seen[w]
			s.fresh[w] = 0
			if fresh != 0 {
				s.seen[w] |= fresh
				s.reached[w] = fresh
				s.level = append(s.level, w)
				count += int64(bits.OnesCount64(fresh))
			}
		}
		for len(s.pairs) <= d {
			s.pairs = append(s.pairs, 0)
		}
		s.pairs[d] += count
	}
}

// spread takes what reached the nodes of the level one hop on.
func (s *sources) spread() {
	s.found = s.found[:0]
	for _, v := range s.level {
		word := s.reached[v]
		edges := s.net.OutEdges(v)
		for i, w := range s.net.Out(v) {
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
