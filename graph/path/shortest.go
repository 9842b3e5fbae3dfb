package path

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Shortest returns a path with the fewest hops from any node of from to any node of
// to, by breadth-first search from both sides, level by level (Pohl 1971). The side
// whose next level has fewer arcs goes first; the first link that joins the two
// sides ends the search, which is right because no pair of levels searched before
// could be joined. An empty set gives a Result that is not Found.
//
// O(n + m) time at worst, in small-world graphs about the square root of that.
// Errors: a node out of range, a negative bound, the end of ctx.
func Shortest(ctx context.Context, g network.Adjacency, from, to []network.NodeIndex, opt Options) (Result, error) {
	q, err := newQuery(g, from, to, opt)
	if err != nil {
		return Result{}, err
	}
	return shortest(ctx, q)
}

func shortest(ctx context.Context, q query) (Result, error) {
	s := levelsPool.Get().(*levels)
	defer s.release()
	s.reset(q)
	if v, ok := s.seed(); ok {
		s.queue[0] = append(s.queue[0], v)
		return Result{
			Path: Path{Nodes: []network.NodeIndex{v}}, Found: true,
			ReachedFrom: s.reached(0), ReachedTo: s.reached(1),
		}, nil
	}
	for {
		if len(s.frontier(0)) == 0 || len(s.frontier(1)) == 0 {
			return s.result(false), ctx.Err()
		}
		if q.maxHops > 0 && s.hops[0]+s.hops[1] >= q.maxHops {
			return s.result(true), ctx.Err()
		}
		side := 0
		if s.cost(1) < s.cost(0) {
			side = 1
		}
		met, err := s.expand(ctx, side)
		if err != nil {
			return Result{}, err
		}
		if met {
			r := s.result(false)
			r.Path, r.Found = s.path(), true
			return r, nil
		}
	}
}

// visit is what a search by hops knows of a node: which search and side found it,
// and by which step. One side finds a node at most, because meeting ends the search.
type visit struct {
	stamp  uint32
	parent network.NodeIndex
	edge   network.EdgeIndex
}

// levels is the reusable memory of searches by hops. A visit counts only when its
// stamp is of the present search, so nothing is cleared between searches.
type levels struct {
	query
	sized  network.Sized    // the graph, when it tells degrees
	net    *network.Network // the graph, when it is one
	epoch  uint32
	visits []visit
	bounds []bound                // made when a search by cost is bounded in hops
	queue  [2][]network.NodeIndex // nodes found, in order; the last level is the frontier
	level  [2]int                 // where the frontier starts in queue
	hops   [2]int
	work   [2]int // arcs of the frontier, -1 when not yet counted
	limit  int    // when above 0, a level stops growing once more nodes are found
	buf    []network.Arc
	// The step that joined the two sides, in the direction of the path.
	join struct {
		from, to network.NodeIndex
		edge     network.EdgeIndex
	}
}

var levelsPool = sync.Pool{New: func() any { return new(levels) }}

func (s *levels) reset(q query) {
	s.query, s.limit = q, 0
	s.sized, _ = q.g.(network.Sized)
	s.net, _ = q.g.(*network.Network)
	if n := q.g.NumNodes(); len(s.visits) < n {
		s.visits = make([]visit, n)
	}
	if s.epoch++; s.epoch == math.MaxUint32/2 {
		clear(s.visits)
		clear(s.bounds)
		s.epoch = 1
	}
	for side := range 2 {
		s.queue[side] = s.queue[side][:0]
		s.level[side], s.hops[side], s.work[side] = 0, 0, -1
	}
}

// release returns the memory to the pool without what the caller owns.
func (s *levels) release() {
	s.query, s.sized, s.net = query{}, nil, nil
	levelsPool.Put(s)
}

// stamp marks the nodes that a side of the present search has found.
func (s *levels) stamp(side int) uint32 { return s.epoch*2 + uint32(side) }

// seed starts both sides; it returns a node that is in both sets, if there is one.
func (s *levels) seed() (network.NodeIndex, bool) {
	for side, set := range [2][]network.NodeIndex{s.from, s.to} {
		for _, v := range set {
			if side == 1 && s.visits[v].stamp == s.stamp(0) {
				s.queue[1] = append(s.queue[1][:0], v)
				s.queue[0] = s.queue[0][:0]
				return v, true
			}
			s.visits[v] = visit{s.stamp(side), network.NoNode, network.NoEdge}
			s.queue[side] = append(s.queue[side], v)
		}
	}
	return network.NoNode, false
}

func (s *levels) frontier(side int) []network.NodeIndex { return s.queue[side][s.level[side]:] }

// cost estimates the work of expanding a side.
func (s *levels) cost(side int) int {
	if s.sized == nil {
		return len(s.frontier(side))
	}
	if s.work[side] < 0 {
		s.work[side] = 0
		for _, v := range s.frontier(side) {
			if side == 0 {
				s.work[side] += s.sized.OutDegree(v)
			} else {
				s.work[side] += s.sized.InDegree(v)
			}
		}
	}
	return s.work[side]
}

// expand replaces the frontier of a side by the next level. It reports true when
// the two sides have met.
func (s *levels) expand(ctx context.Context, side int) (met bool, err error) {
	frontier, found := s.frontier(side), s.queue[side]
	next := len(found)
	mine, theirs := s.stamp(side), s.stamp(1-side)
	for i, v := range frontier {
		if err := poll(ctx, i); err != nil {
			return false, err
		}
		if s.limit > 0 && len(found) > s.limit {
			break
		}
		for at := 0; at >= 0; {
			at = s.fetch(side, v, at)
			for _, a := range s.buf {
				seen := &s.visits[a.To]
				if seen.stamp == mine || (s.next != nil && s.barred(side, v, a.To)) {
					continue
				}
				if seen.stamp == theirs {
					s.queue[side] = found
					s.joined(side, v, a)
					return true, nil
				}
				if s.blocked == nil || !s.blocked(a.To) {
					*seen = visit{mine, v, a.Edge}
					found = append(found, a.To)
				}
			}
		}
	}
	s.queue[side], s.level[side], s.work[side] = found, next, -1
	if next < len(found) {
		s.hops[side]++
	}
	return false, nil
}

// fetch puts arcs out of v from position at on into buf and returns where to go on,
// -1 at the end. A Network is read piece by piece, because the sides often meet
// early in the long row of a hub; a view can only be read whole.
func (s *levels) fetch(side int, v network.NodeIndex, at int) int {
	if s.net == nil {
		s.buf = s.arcs(side, v, s.buf[:0])
		return -1
	}
	nbr, edges := s.net.Out(v), s.net.OutEdges(v)
	if side == 1 {
		nbr, edges = s.net.In(v), s.net.InEdges(v)
	}
	const piece = 32
	end := min(at+piece, len(nbr))
	nbr, edges = nbr[at:end], edges[at:end]
	s.buf = slices.Grow(s.buf[:0], piece)[:len(nbr)]
	for i, w := range nbr {
		s.buf[i] = network.Arc{To: w, Edge: edges[i]}
	}
	if len(nbr) < piece {
		return -1
	}
	return end
}

func (s *levels) joined(side int, v network.NodeIndex, a network.Arc) {
	s.join.from, s.join.to, s.join.edge = v, a.To, a.Edge
	if side == 1 {
		s.join.from, s.join.to = a.To, v
	}
}

// path follows the steps from the joining link back to both sets.
func (s *levels) path() Path {
	hops := 1
	for _, v := range [2]network.NodeIndex{s.join.from, s.join.to} {
		for ; s.visits[v].parent != network.NoNode; v = s.visits[v].parent {
			hops++
		}
	}
	p := Path{make([]network.NodeIndex, 0, hops+1), make([]network.EdgeIndex, 0, hops), float64(hops)}
	for v := s.join.from; v != network.NoNode; v = s.visits[v].parent {
		p.Nodes = append(p.Nodes, v)
		if e := s.visits[v].edge; e != network.NoEdge {
			p.Edges = append(p.Edges, e)
		}
	}
	slices.Reverse(p.Nodes)
	slices.Reverse(p.Edges)
	p.Edges = append(p.Edges, s.join.edge)
	for v := s.join.to; v != network.NoNode; v = s.visits[v].parent {
		p.Nodes = append(p.Nodes, v)
		if e := s.visits[v].edge; e != network.NoEdge {
			p.Edges = append(p.Edges, e)
		}
	}
	return p
}

func (s *levels) reached(side int) Reached {
	return Reached{Nodes: len(s.queue[side]), Hops: s.hops[side], Exhausted: len(s.frontier(side)) == 0}
}

func (s *levels) result(cut bool) Result {
	return Result{ReachedFrom: s.reached(0), ReachedTo: s.reached(1), Cut: cut}
}
