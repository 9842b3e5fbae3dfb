package path

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Distances returns the cost of the cheapest path from a set to every node, +Inf where
// there is none. cost holds what walking each link costs by its index, at least 0, +Inf
// for a link that cannot be used; nil makes all links cost 1.
//
// It is delta-stepping (Meyer and Sanders 2003): nodes wait in buckets by how far they
// are, all of a bucket are expanded together by all processors, and again if their
// distance falls. A distance is the least sum of costs in path order, whoever finds it,
// so the answer does not depend on that. About O(n + m) time where costs are not too
// unlike, more buckets the more they are; 8 bytes a node for the answer, about 12 for
// the buckets, and for each processor 16 an arc of the node with most. Errors: a cost
// below 0 or NaN, a node out of range, the end of ctx.
func Distances(ctx context.Context, net *network.Network, from []network.NodeIndex, cost []float64) ([]float64, error) {
	s, err := newStepping(ctx, net, from, cost)
	if err != nil {
		return nil, err
	}
	for s.gather() {
		if err := s.expandAll(ctx); err != nil {
			return nil, err
		}
	}
	return s.dist, nil
}

const (
	// buckets is how many are kept apart; what is farther waits in one heap.
	buckets = 256
	// alone is the number of nodes that one processor expands faster than several.
	alone = 512
	// taken is how many nodes a processor takes at a time.
	taken = 128
	// arcs is how many arcs it looks at together, if they are not of one node.
	arcs = 8 * taken
)

// stepping is the state of a search. Distances are also seen as bits, which compare as
// the numbers do, because they are not negative.
type stepping struct {
	out      rows
	cost     []float64
	least    float64 // that a link costs
	dist     []float64
	bits     []uint64 // of dist
	per      float64  // buckets per distance
	origin   float64  // where bucket 0 begins
	current  int      // the bucket in hand
	frontier []network.NodeIndex
	workers  []stepper
}

// rows are the arcs out of all nodes: those of v are nbr[off[v]:off[v+1]], on the links edge.
type rows struct {
	off  []uint32
	nbr  []network.NodeIndex
	edge []network.EdgeIndex
}

// stepper holds the nodes that one processor found, by bucket; the last are those
// beyond all buckets. The rest is what it has read of the nodes and arcs in hand.
type stepper struct {
	bins  [buckets + 1][]network.NodeIndex
	nodes [taken]expanded
	ahead []arc
	read  network.NodeIndex // of no use but that it was read
	_     [64]byte          // not in one cache line with another's
}

// expanded is a node in hand.
type expanded struct {
	dist    float64
	at, end uint32 // its arcs
}

// arc leads to a node whose distance it may lower.
type arc struct {
	to   network.NodeIndex
	at   uint32 // its place, later its link
	dist float64
}

func newStepping(ctx context.Context, net *network.Network, from []network.NodeIndex, cost []float64) (*stepping, error) {
	n := net.NumNodes()
	if cost != nil && len(cost) != net.NumLinks() {
		return nil, graph.Errorf(graph.BadUserInput, "there are %d costs for %d links; give one a link", len(cost), net.NumLinks())
	}
	s := &stepping{cost: cost, workers: make([]stepper, runtime.GOMAXPROCS(0)), dist: make([]float64, n)}
	s.out.off, s.out.nbr = net.OutRows()
	s.out.edge = net.OutLinks()
	s.bits = unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(s.dist))), n)
	if err := s.survey(ctx); err != nil {
		return nil, err
	}
	for v := range s.dist {
		s.dist[v] = math.Inf(1)
	}
	for _, v := range from {
		if int(v) >= n {
			return nil, graph.Errorf(graph.BadUserInput, "there is no node %d among %d", v, n)
		}
		if s.dist[v] != 0 {
			s.dist[v] = 0
			s.workers[0].bins[0] = append(s.workers[0].bins[0], v)
		}
	}
	return s, nil
}

// breadth is how many links of a node a bucket is wide, about: more nodes are expanded
// again in wider ones, fewer at once in narrower ones.
const breadth = 3

// survey makes a bucket the wider the more links cost and the fewer there are, and finds
// the least cost.
func (s *stepping) survey(ctx context.Context) error {
	s.per, s.least = 1, 1
	if s.cost == nil {
		return nil
	}
	const chunk = 1 << 14
	seen := make([]figures, (len(s.cost)+chunk-1)/chunk)
	if err := s.together(ctx, len(s.cost), chunk, func(_ *stepper, lo, hi int) { seen[lo/chunk] = figuresOf(s.cost[lo:hi]) }); err != nil {
		return err
	}
	all := figures{least: math.Inf(1)}
	for i, f := range seen {
		if f.wrong >= 0 {
			e := chunk*i + f.wrong
			return graph.Errorf(graph.BadUserInput, "link %d costs %v; a cost must be at least 0", e, s.cost[e])
		}
		all.sum += f.sum
		all.finite += f.finite
		all.least = min(all.least, f.least)
	}
	s.least = all.least
	if sum := all.sum; sum > 0 && !math.IsInf(sum, 1) {
		delta := sum / float64(all.finite)
		if links := 2 * float64(all.finite) / float64(len(s.dist)); links > breadth {
			delta *= breadth / links
		}
		s.per = 1 / max(delta, 0x1p-1022) // of what is less the inverse is infinite
	}
	return nil
}

// figures are those of some costs.
type figures struct {
	sum, least float64
	finite     int // costs
	wrong      int // the first that cannot be, or -1
}

func figuresOf(cost []float64) figures {
	f := figures{least: math.Inf(1), wrong: -1}
	for e, c := range cost {
		if !(c >= 0) {
			f.wrong = e
			return f
		}
		if c <= math.MaxFloat64 {
			f.sum += c
			f.finite++
		}
		if c < f.least {
			f.least = c
		}
	}
	return f
}

// gather moves the nodes of the next bucket that has any into the frontier; false if
// none has.
func (s *stepping) gather() bool {
	s.frontier = s.frontier[:0]
	for {
		for ; s.current < buckets; s.current++ {
			for w := range s.workers {
				bin := &s.workers[w].bins[s.current]
				s.frontier = append(s.frontier, *bin...)
				*bin = (*bin)[:0]
			}
			if len(s.frontier) > 0 {
				return true
			}
		}
		if !s.spread() {
			return false
		}
	}
}

// spread deals what lies beyond all buckets out to buckets that begin at the nearest
// of it; false if there is nothing.
func (s *stepping) spread() bool {
	var far []network.NodeIndex
	least := math.Inf(1)
	for w := range s.workers {
		bin := &s.workers[w].bins[buckets]
		for _, v := range *bin {
			if d := s.dist[v]; s.bucket(d) == buckets {
				far = append(far, v)
				least = min(least, d)
			}
		}
		*bin = (*bin)[:0]
	}
	s.origin, s.current = least, 0
	for _, v := range far {
		b := s.bucket(s.dist[v])
		s.workers[0].bins[b] = append(s.workers[0].bins[b], v)
	}
	return len(far) > 0
}

// bucket returns that of a distance; buckets for one beyond all. No other comparison
// tells where a distance belongs: the bounds of buckets are rounded otherwise.
func (s *stepping) bucket(d float64) int {
	b := (d - s.origin) * s.per
	if b >= buckets {
		return buckets
	}
	return int(b)
}

// expandAll expands the frontier.
func (s *stepping) expandAll(ctx context.Context) error {
	return s.together(ctx, len(s.frontier), taken, func(own *stepper, lo, hi int) { s.expand(own, s.frontier[lo:hi]) })
}

// together runs work on ranges of 0 to n−1, on all processors if they are worth it.
func (s *stepping) together(ctx context.Context, n, size int, work func(own *stepper, lo, hi int)) error {
	var next atomic.Int64
	run := func(own *stepper) {
		for ctx.Err() == nil {
			hi := int(next.Add(int64(size)))
			lo := hi - size
			if lo >= n {
				return
			}
			work(own, lo, min(hi, n))
		}
	}
	var wait sync.WaitGroup
	if n >= alone {
		for w := range s.workers[1:] {
			wait.Go(func() { run(&s.workers[1+w]) })
		}
	}
	run(&s.workers[0])
	wait.Wait()
	return ctx.Err()
}

// expand lowers the distances of the nodes beside some nodes, at most taken.
//
// Much of the graph is in no cache, and a processor has many reads under way at once if
// none waits for a comparison of what another brings. So all that is needed is read
// first, kind by kind.
func (s *stepping) expand(own *stepper, nodes []network.NodeIndex) {
	ready := s.look(own, nodes)
	for len(ready) > 0 {
		count, sum := 1, int(ready[0].end-ready[0].at)
		for ; count < len(ready) && sum < arcs; count++ {
			sum += int(ready[count].end - ready[count].at)
		}
		s.relax(own, ready[:count], sum)
		ready = ready[count:]
	}
}

// look returns those of some nodes that were not expanded in an earlier bucket.
func (s *stepping) look(own *stepper, nodes []network.NodeIndex) []expanded {
	all := own.nodes[:len(nodes)]
	for i, v := range nodes {
		all[i] = expanded{math.Float64frombits(atomic.LoadUint64(&s.bits[v])), s.out.off[v], s.out.off[v+1]}
	}
	k := 0
	for _, x := range all {
		all[k] = x
		if s.bucket(x.dist) >= s.current {
			k++
		}
	}
	all = all[:k]
	if nbr := s.out.nbr; len(nbr) > 0 { // the ends of rows, for relax
		x := network.NodeIndex(0)
		for i := range all {
			x ^= nbr[min(int(all[i].at), len(nbr)-1)]
		}
		for i := range all {
			x ^= nbr[max(all[i].end, 1)-1]
		}
		own.read = x
	}
	return all
}

// relax lowers the distances of the nodes beside some nodes, which have sum arcs.
func (s *stepping) relax(own *stepper, nodes []expanded, sum int) {
	if sum > len(own.ahead) {
		own.ahead = make([]arc, max(sum, 2*arcs))
	}
	for _, a := range s.promising(own.ahead, nodes) {
		if s.lower(a.to, math.Float64bits(a.dist)) {
			b := s.bucket(a.dist)
			own.bins[b] = append(own.bins[b], a.to)
		}
	}
}

// promising returns the arcs that lower a distance unless they cost more than the
// least, and the distance to which.
func (s *stepping) promising(ahead []arc, nodes []expanded) []arc {
	k := 0
	for _, x := range nodes {
		limit := math.Float64bits(x.dist + s.least)
		for i, w := range s.out.nbr[x.at:x.end] {
			ahead[k] = arc{to: w, at: x.at + uint32(i), dist: x.dist}
			if limit < atomic.LoadUint64(&s.bits[w]) {
				k++
			}
		}
	}
	ahead = ahead[:k]
	if s.cost == nil {
		for i := range ahead {
			ahead[i].dist++
		}
		return ahead
	}
	for i := range ahead {
		ahead[i].at = uint32(s.out.edge[ahead[i].at])
	}
	for i := range ahead {
		ahead[i].dist += s.cost[ahead[i].at]
	}
	return ahead
}

// lower makes a distance less; false if it is not.
func (s *stepping) lower(v network.NodeIndex, to uint64) bool {
	at := &s.bits[v]
	for {
		old := atomic.LoadUint64(at)
		if old <= to {
			return false
		}
		if atomic.CompareAndSwapUint64(at, old, to) {
			return true
		}
	}
}
