package path

import (
	"cmp"
	"context"
	"math"
	"math/big"
	"slices"

	"github.com/chokepoint/chokepoint/graph/heap"
	"github.com/chokepoint/chokepoint/graph/network"
)

// TieOptions say which of the shortest paths are meant. The zero value means all.
type TieOptions struct {
	// Via are nodes that each of the paths passes, ends included.
	Via []network.NodeIndex
	// Avoid, when not nil, reports the nodes that no path may touch, ends included.
	Avoid func(network.NodeIndex) bool
}

// slack is by how much, as a share, a step may miss the least cost of the node it
// leads to and still be a tie: sums are rounded, and 0.1 + 0.2 is as dear as 0.3.
const slack = 1e-10

// AllShortest finds all paths of least cost between two sets; a nil cost counts hops.
// Paths differ in their nodes: of parallel links the cheapest is the step. With Via
// those of the paths of least cost are left that pass all of these nodes; they are not
// the shortest of the paths that do.
//
// Costs that differ by less than a part in 10^10, at a step of a path, count as equal.
// A step that costs nothing must lead farther from the start by the links of a cheapest
// path with the fewest: links that cost nothing lead round in circles, on which to
// count paths is #P-complete (Valiant 1979). So where nothing costs anything the paths
// are those of the fewest hops.
//
// One search for the least cost from both sides, one from each side half as far, and
// the network of ties is left, of which every path through it is one. Time is that of
// [ShortestWeighted] and O(m log m) for the m links of that network at worst; memory
// 48 bytes a node of the graph, pooled, and about 150 a node and 20 a link of it.
// Errors: those of [ShortestWeighted].
func AllShortest(ctx context.Context, g network.Adjacency, from, to []network.NodeIndex, cost Cost, opt TieOptions) (*Ties, error) {
	q, err := newQuery(g, from, to, Options{Avoid: opt.Avoid})
	if err != nil {
		return nil, err
	}
	via, err := ends(g, opt.Via, nil)
	if err != nil {
		return nil, err
	}
	best, err := (&yen{price: cost}).shortest(ctx, q)
	if err != nil {
		return nil, err
	}
	t := &Ties{Found: best.Found, Best: best.Path, Count: new(big.Int), price: cost, order: order(g)}
	if !t.Found {
		return t, nil
	}
	s := &tying{labels: labelsPool.Get().(*labels), least: best.Cost}
	defer s.release()
	s.reset(q, cost)
	if err := s.search(ctx); err != nil {
		return nil, err
	}
	if err := s.join(ctx, t); err != nil {
		return nil, err
	}
	t.through(via)
	return t, t.count(ctx)
}

// tying finds the nodes and steps of paths of least cost: labels of side 0 say how far
// nodes lie from from, those of side 1 how far to is from them.
type tying struct {
	*labels
	least float64
	queue []heap.Item // by hops: nodes come in the order of their distance
	head  int
}

// search labels what lies on paths of least cost, and little else: in their second half
// it goes only where to is near enough.
func (s *tying) search(ctx context.Context) error {
	half, most := s.least/2, s.least*(1+1e-6) // more than any number of ties adds up to
	if s.price == nil {
		half, most = math.Floor(half), s.least
	}
	back := most - half
	if err := s.spread(ctx, 1, back, func(network.NodeIndex, float64) bool { return true }); err != nil {
		return err
	}
	return s.spread(ctx, 0, most, func(v network.NodeIndex, cost float64) bool {
		if cost <= half {
			return true
		}
		rest := &s.sides[1][v]
		return rest.stamp == s.epoch && rest.cost <= back && cost+rest.cost <= most
	})
}

// spread labels the nodes within radius of a side by cost, then hops, where enter
// allows it (Dijkstra 1959). Paths end at the first node of to.
func (s *tying) spread(ctx context.Context, side int, radius float64, enter func(network.NodeIndex, float64) bool) error {
	s.begin(side)
	for count := 0; ; count++ {
		if err := poll(ctx, count); err != nil {
			return err
		}
		top, ok := s.next(side)
		if !ok || top.Cost > radius {
			return nil
		}
		v := network.NodeIndex(top.ID)
		if side == 0 && s.ends(v) {
			continue
		}
		s.buf = s.arcs(side, v, s.buf[:0])
		for _, a := range s.buf {
			c, err := s.of(a.Edge)
			if err != nil {
				return err
			}
			total, old := top.Cost+c, &s.sides[side][a.To]
			if old.stamp == s.epoch && (old.cost < total || old.cost == total && old.hops <= top.Hops+1) {
				continue
			}
			if total <= radius && (s.blocked == nil || !s.blocked(a.To)) && enter(a.To, total) {
				*old = label{total, s.epoch, top.Hops + 1, v, a.Edge}
				s.push(side, heap.Item{Cost: total, Hops: top.Hops + 1, ID: uint32(a.To)})
			}
		}
	}
}

// begin puts the nodes of a side's set in the queue.
func (s *tying) begin(side int) {
	s.heaps[side], s.queue, s.head = s.heaps[side][:0], s.queue[:0], 0
	for _, v := range [2][]network.NodeIndex{s.from, s.to}[side] {
		s.push(side, heap.Item{ID: uint32(v)})
	}
}

func (s *tying) push(side int, x heap.Item) {
	if s.price == nil {
		s.queue = append(s.queue, x)
	} else {
		s.heaps[side].Push(x)
	}
}

// next takes the nearest node whose label is no better than its item; false without one.
func (s *tying) next(side int) (heap.Item, bool) {
	if s.price == nil {
		if s.head == len(s.queue) {
			return heap.Item{}, false
		}
		s.head++
		return s.queue[s.head-1], true
	}
	for h := &s.heaps[side]; len(*h) > 0; {
		top := h.Pop()
		if l := &s.sides[side][top.ID]; l.cost == top.Cost && l.hops == top.Hops {
			return top, true
		}
	}
	return heap.Item{}, false
}

// of returns what a link costs.
func (s *tying) of(e network.EdgeIndex) (float64, error) {
	if s.price == nil {
		return 1, nil
	}
	return s.price.of(e)
}

// ends says whether v is in to.
func (s *tying) ends(v network.NodeIndex) bool {
	l := &s.sides[1][v]
	return l.stamp == s.epoch && l.edge == network.NoEdge
}

// tied returns the nodes of to that are as near as the nearest.
func (s *tying) tied() []network.NodeIndex {
	s.least = math.Inf(1)
	reached := func(v network.NodeIndex) bool { return s.sides[0][v].stamp == s.epoch }
	for _, v := range s.to {
		if reached(v) {
			s.least = min(s.least, s.sides[0][v].cost)
		}
	}
	return slices.DeleteFunc(slices.Clone(s.to), func(v network.NodeIndex) bool {
		return !reached(v) || s.sides[0][v].cost > s.least*(1+slack)
	})
}

// tight returns what w costs by a link from v, and whether that is a tie.
func (s *tying) tight(v, w network.NodeIndex, e network.EdgeIndex) (float64, bool) {
	near, far := &s.sides[0][v], &s.sides[0][w]
	if near.stamp != s.epoch || near.cost > far.cost || (near.cost == far.cost && near.hops >= far.hops) || s.ends(v) {
		return 0, false
	}
	c, err := s.of(e)
	return near.cost + c, err == nil && near.cost+c <= far.cost*(1+slack)
}

// join gives t the ties that lead to the nearest nodes of to.
func (s *tying) join(ctx context.Context, t *Ties) error {
	nodes := s.tied()
	into, seen := [][]inward(nil), map[network.NodeIndex]bool{}
	for _, v := range nodes {
		seen[v] = true
	}
	for i := 0; i < len(nodes); i++ {
		if err := poll(ctx, i); err != nil {
			return err
		}
		into = append(into, s.into(nodes[i]))
		for _, x := range into[i] {
			if !seen[x.from] {
				seen[x.from] = true
				nodes = append(nodes, x.from)
			}
		}
	}
	s.arrange(t, nodes, into)
	return nil
}

// arrange orders the nodes so that every step leads onward, and turns the steps round.
func (s *tying) arrange(t *Ties, nodes []network.NodeIndex, into [][]inward) {
	t.nodes = slices.SortedFunc(slices.Values(nodes), func(v, w network.NodeIndex) int {
		a, b := &s.sides[0][v], &s.sides[0][w]
		return cmp.Or(cmp.Compare(a.cost, b.cost), cmp.Compare(a.hops, b.hops), t.order(v, w))
	})
	t.ends, t.steps = make([]bool, len(nodes)), make([][]onward, len(nodes))
	place := make(map[network.NodeIndex]int32, len(nodes))
	for at, v := range t.nodes {
		place[v], t.ends[at] = int32(at), s.ends(v)
		if s.sides[0][v].edge == network.NoEdge {
			t.starts = append(t.starts, int32(at))
		}
	}
	for i, w := range nodes {
		for _, x := range into[i] {
			from := place[x.from]
			t.steps[from] = append(t.steps[from], onward{place[w], x.edge})
		}
	}
	byNode := func(a, b int32) int { return t.order(t.nodes[a], t.nodes[b]) }
	slices.SortFunc(t.starts, byNode)
	for _, steps := range t.steps {
		slices.SortFunc(steps, func(a, b onward) int { return byNode(a.to, b.to) })
	}
}

// inward is a step into a node.
type inward struct {
	from network.NodeIndex
	edge network.EdgeIndex
	cost float64 // of the node by it
}

// into returns the ties that lead to w, one from each node, the cheapest, then the
// first listed.
func (s *tying) into(w network.NodeIndex) []inward {
	var steps []inward
	s.buf = s.arcs(1, w, s.buf[:0])
	for _, a := range s.buf {
		if total, ok := s.tight(a.To, w, a.Edge); ok {
			steps = append(steps, inward{a.To, a.Edge, total})
		}
	}
	slices.SortStableFunc(steps, func(a, b inward) int {
		return cmp.Or(cmp.Compare(a.from, b.from), cmp.Compare(a.cost, b.cost))
	})
	return slices.CompactFunc(steps, func(a, b inward) bool { return a.from == b.from })
}
