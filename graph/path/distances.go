package path

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

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
// unlike, more buckets the more they are; 8 bytes a node for the answer and about 12 for
// the buckets. Errors: a cost below 0 or NaN, a node out of range, the end of ctx.
func Distances(ctx context.Context, net *network.Network, from []network.NodeIndex, cost []float64) ([]float64, error) {
	s, err := newStepping(net, from, cost)
	if err != nil {
		return nil, err
	}
	for s.gather() {
		if err := s.expandAll(ctx); err != nil {
			return nil, err
		}
	}
	distances := make([]float64, net.NumNodes())
	for v, bits := range s.dist {
		distances[v] = math.Float64frombits(bits)
	}
	return distances, nil
}

const (
	// buckets is how many are kept apart; what is farther waits in one heap.
	buckets = 256
	// alone is the number of nodes that one processor expands faster than several.
	alone = 512
	// taken is how many nodes a processor takes at a time.
	taken = 128
)

// stepping is the state of a search. Distances are kept as bits, which compare as the
// numbers do, because they are not negative.
type stepping struct {
	net      *network.Network
	cost     []float64
	dist     []uint64
	delta    float64 // width of a bucket
	origin   float64 // where bucket 0 begins
	current  int     // the bucket in hand
	frontier []network.NodeIndex
	workers  []stepper
}

// stepper holds the nodes that one processor found, by bucket; the last are those
// beyond all buckets.
type stepper struct {
	bins [buckets + 1][]network.NodeIndex
	_    [64]byte // not in one cache line with another's
}

func newStepping(net *network.Network, from []network.NodeIndex, cost []float64) (*stepping, error) {
	n := net.NumNodes()
	if cost != nil && len(cost) != net.NumLinks() {
		return nil, graph.Errorf(graph.BadUserInput, "there are %d costs for %d links; give one a link", len(cost), net.NumLinks())
	}
	s := &stepping{net: net, cost: cost, dist: make([]uint64, n), workers: make([]stepper, runtime.GOMAXPROCS(0))}
	if err := s.chooseDelta(); err != nil {
		return nil, err
	}
	for v := range s.dist {
		s.dist[v] = math.Float64bits(math.Inf(1))
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

// chooseDelta makes a bucket the wider the more links cost and the fewer there are.
func (s *stepping) chooseDelta() error {
	s.delta = 1
	if s.cost == nil {
		return nil
	}
	sum, finite := 0.0, 0
	for e, c := range s.cost {
		if !(c >= 0) {
			return graph.Errorf(graph.BadUserInput, "link %d costs %v; a cost must be at least 0", e, c)
		}
		if !math.IsInf(c, 1) {
			sum += c
			finite++
		}
	}
	if sum > 0 && !math.IsInf(sum, 1) {
		s.delta = sum / float64(finite)
		if links := 2 * float64(finite) / float64(len(s.dist)); links > breadth {
			s.delta *= breadth / links
		}
		s.delta = max(s.delta, math.SmallestNonzeroFloat64) // the mean can be too small to hold
	}
	return nil
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
			if d := math.Float64frombits(s.dist[v]); s.bucket(d) == buckets {
				far = append(far, v)
				least = min(least, d)
			}
		}
		*bin = (*bin)[:0]
	}
	s.origin, s.current = least, 0
	for _, v := range far {
		b := s.bucket(math.Float64frombits(s.dist[v]))
		s.workers[0].bins[b] = append(s.workers[0].bins[b], v)
	}
	return len(far) > 0
}

// bucket returns that of a distance; buckets for one beyond all. No other comparison
// tells where a distance belongs: the bounds of buckets are rounded otherwise.
func (s *stepping) bucket(d float64) int {
	b := (d - s.origin) / s.delta
	if b >= buckets {
		return buckets
	}
	return int(b)
}

// expandAll expands the frontier.
func (s *stepping) expandAll(ctx context.Context) error {
	if len(s.frontier) < alone {
		s.expand(&s.workers[0], s.frontier)
		return ctx.Err()
	}
	var next atomic.Int64
	var wait sync.WaitGroup
	for w := range s.workers {
		wait.Go(func() {
			for ctx.Err() == nil {
				hi := int(next.Add(taken))
				lo := hi - taken
				if lo >= len(s.frontier) {
					return
				}
				s.expand(&s.workers[w], s.frontier[lo:min(hi, len(s.frontier))])
			}
		})
	}
	wait.Wait()
	return ctx.Err()
}

// expand lowers the distances of the nodes beside some nodes.
func (s *stepping) expand(own *stepper, nodes []network.NodeIndex) {
	for _, v := range nodes {
		d := math.Float64frombits(atomic.LoadUint64(&s.dist[v]))
		if s.bucket(d) < s.current {
			continue // it was expanded in an earlier bucket
		}
		to, edges := s.net.Out(v), s.net.OutEdges(v)
		for i, w := range to {
			total := d + 1
			if s.cost != nil {
				total = d + s.cost[edges[i]]
			}
			if s.lower(w, math.Float64bits(total)) {
				b := s.bucket(total)
				own.bins[b] = append(own.bins[b], w)
			}
		}
	}
}

// lower makes a distance less; false if it is not.
func (s *stepping) lower(v network.NodeIndex, to uint64) bool {
	at := &s.dist[v]
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
