package path

import (
	"context"
	"fmt"
	"math"
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph/heap"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Cost is what walking a link costs: at least 0, +Inf for a link that cannot be
// used. It must give the same answer at every call.
type Cost func(network.EdgeIndex) float64

// Reliability turns the probability that a link exists or works into a cost, so
// that the cheapest path is the most reliable one and exp(−Cost) the product of its
// links' probabilities. Links are taken to be independent. A probability of 0 makes
// a link unusable; one outside [0, 1] makes the search fail.
func Reliability(probability func(network.EdgeIndex) float64) Cost {
	return func(e network.EdgeIndex) float64 { return -math.Log(probability(e)) }
}

// ShortestWeighted returns a path of least total cost from any node of from to any
// node of to, by Dijkstra's algorithm from both sides (Pohl 1971; Nicholson 1966
// for the stopping rule). With MaxHops it is the cheapest among the paths with no
// more links than that, and Cheaper tells whether a longer one costs less. Of paths of equal cost it returns one, the same one every
// time, not necessarily the one with the fewest hops.
//
// O((n + m) log n) time at worst. When the unbounded path has more than MaxHops
// links, a second search over pairs of node and hops takes MaxHops times that.
// Errors: a cost below 0 or NaN, a node out of range, a negative bound, the end of
// ctx.
func ShortestWeighted(ctx context.Context, g network.Adjacency, from, to []network.NodeIndex, cost Cost, opt Options) (Result, error) {
	q, err := newQuery(g, from, to, opt)
	if err != nil {
		return Result{}, err
	}
	return cheapest(ctx, q, cost)
}

// cheapest runs a weighted query; the hop bound is met only on demand because it is
// far dearer to search under it.
func cheapest(ctx context.Context, q query, cost Cost) (Result, error) {
	r, err := bidirectional(ctx, q, cost)
	if err != nil || !r.Found || q.maxHops == 0 || r.Hops() <= q.maxHops {
		return r, err
	}
	p, found, err := bounded(ctx, q, cost)
	r.unbounded, r.Path, r.Found, r.Cut = r.Cost, p, found, !found
	r.Cheaper = found && exceeds(p.Cost, r.unbounded)
	return r, err
}

// exceeds tells whether a cost is greater than another by more than rounding.
func exceeds(cost, other float64) bool { return cost > other*(1+1e-9) }

func bidirectional(ctx context.Context, q query, cost Cost) (Result, error) {
	s := labelsPool.Get().(*labels)
	defer s.release()
	s.reset(q, cost)
	for count := 0; s.clean(0) && s.clean(1); count++ {
		if err := poll(ctx, count); err != nil {
			return Result{}, err
		}
		if s.heaps[0][0].Cost+s.heaps[1][0].Cost >= s.best {
			break
		}
		side := 0
		if len(s.heaps[1]) < len(s.heaps[0]) {
			side = 1
		}
		if err := s.settle(side); err != nil {
			return Result{}, err
		}
	}
	return s.result(), nil
}

// label is the best way that a side of the present search knows to a node.
type label struct {
	cost   float64
	stamp  uint32
	hops   uint32
	parent network.NodeIndex
	edge   network.EdgeIndex
}

// labels is the reusable memory of searches by cost; see levels.
type labels struct {
	query
	price   Cost
	epoch   uint32
	sides   [2][]label
	heaps   [2]heap.Min
	reached [2]Reached
	buf     []network.Arc
	best    float64 // least cost of a path found, through meet
	meet    network.NodeIndex
}

var labelsPool = sync.Pool{New: func() any { return new(labels) }}

func (s *labels) reset(q query, cost Cost) {
	s.query, s.price = q, cost
	s.best, s.meet = q.limit, network.NoNode
	s.epoch++
	if n := q.g.NumNodes(); len(s.sides[0]) < n || s.epoch == math.MaxUint32 {
		s.sides = [2][]label{make([]label, n), make([]label, n)}
		s.epoch = 1
	}
	s.heaps[0], s.heaps[1] = s.heaps[0][:0], s.heaps[1][:0]
	s.reached = [2]Reached{}
	for side, set := range [2][]network.NodeIndex{q.from, q.to} {
		for _, v := range set {
			s.improve(side, v, label{0, s.epoch, 0, network.NoNode, network.NoEdge})
		}
	}
}

func (s *labels) release() {
	s.query, s.price = query{}, nil
	labelsPool.Put(s)
}

// clean drops items that a better label has overtaken; false when none is left.
func (s *labels) clean(side int) bool {
	h := &s.heaps[side]
	for len(*h) > 0 && (*h)[0].Cost > s.sides[side][(*h)[0].ID].cost {
		h.Pop()
	}
	return len(*h) > 0
}

// improve stores a better label of v and tries it as the place where sides meet.
func (s *labels) improve(side int, v network.NodeIndex, l label) {
	s.sides[side][v] = l
	opposite := &s.sides[1-side][v]
	if opposite.stamp == s.epoch && l.cost+opposite.cost < s.best {
		s.best, s.meet = l.cost+opposite.cost, v
	}
	// A node too far off for any better path need not be expanded.
	if h := s.heaps[1-side]; len(h) == 0 || l.cost+h[0].Cost < s.best {
		s.heaps[side].Push(heap.Item{Cost: l.cost, Hops: l.hops, ID: uint32(v)})
	}
}

// settle expands the nearest open node of a side. An arc is passed over that leads farther
// than a better path can: what then lies nearer to the other side was settled there, and
// that has looked at the same arc from its other end.
func (s *labels) settle(side int) error {
	top := s.heaps[side].Pop()
	v := network.NodeIndex(top.ID)
	s.reached[side].Nodes++
	s.reached[side].Hops = max(s.reached[side].Hops, int(top.Hops))
	near := 0.0 // the other side has settled all that is nearer to it
	if h := s.heaps[1-side]; len(h) > 0 {
		near = h[0].Cost
	}
	s.buf = s.arcs(side, v, s.buf[:0])
	for _, a := range s.buf {
		c, err := s.price.of(a.Edge)
		if err != nil {
			return err
		}
		total := top.Cost + c
		if total+near >= s.best {
			continue
		}
		old := &s.sides[side][a.To]
		if old.stamp == s.epoch && old.cost <= total || s.forbidden(side, v, a.To) {
			continue
		}
		s.improve(side, a.To, label{total, s.epoch, top.Hops + 1, v, a.Edge})
	}
	return nil
}

func (q *query) forbidden(side int, v, w network.NodeIndex) bool {
	return (q.next != nil && q.barred(side, v, w)) || (q.blocked != nil && q.blocked(w))
}

func (c Cost) of(e network.EdgeIndex) (float64, error) {
	value := c(e)
	if !(value >= 0) { // NaN too
		return 0, fmt.Errorf("path: link %d costs %v; a cost must be at least 0", e, value)
	}
	return value, nil
}

func (s *labels) result() Result {
	r := Result{Found: s.meet != network.NoNode}
	if r.Found {
		r.Path = s.path()
	} else {
		s.reached[0].Exhausted, s.reached[1].Exhausted = !s.clean(0), !s.clean(1)
	}
	r.ReachedFrom, r.ReachedTo = s.reached[0], s.reached[1]
	return r
}

func (s *labels) path() Path {
	var p Path
	for v := s.meet; v != network.NoNode; v = s.sides[0][v].parent {
		p.Nodes = append(p.Nodes, v)
		if e := s.sides[0][v].edge; e != network.NoEdge {
			p.Edges = append(p.Edges, e)
		}
	}
	slices.Reverse(p.Nodes)
	slices.Reverse(p.Edges)
	for l := s.sides[1][s.meet]; l.parent != network.NoNode; l = s.sides[1][l.parent] {
		p.Nodes = append(p.Nodes, l.parent)
		p.Edges = append(p.Edges, l.edge)
	}
	p.Cost = s.price.sum(p.Edges)
	return p
}

// sum adds costs in path order, so that a path has one cost however it was found.
func (c Cost) sum(edges []network.EdgeIndex) float64 {
	total := 0.0
	for _, e := range edges {
		total += c(e)
	}
	return total
}
