package flow

import (
	"context"
	"math"
	"sync"

	"github.com/chokepoint/chokepoint/graph/network"
)

// arcStride is the number of arcs between two looks at a context.
const arcStride = 1 << 16

// direct maximises a flow on the network as it is, without a residual network beside
// it: what has no flow is never copied, and pairs of nodes close to each other cost
// little on any network. It searches shortest paths from both ends, level by level,
// sends flow along all of them at once (Dinitz 1970), and stops as soon as all that
// leaves the sources or enters the sinks is full.
type direct struct {
	net      *network.Network
	from, to []network.NodeIndex
	capacity []float64 // nil stands for 1 everywhere
	// unread says that nobody has looked at all capacities: the search ends, and odd
	// is set, as soon as it meets one that it cannot count with.
	unread, odd bool
	// flow of a link runs along it, in an undirected network from its lesser end.
	flow          []float64
	touched       []network.EdgeIndex // links that have or had flow
	ahead, behind zone
	next          []uint32 // arcs of each node that are done with in this phase
	path          []step
	work          int
}

// zone is what one end has found.
type zone struct {
	dist     []int32 // 1 + number of steps, 0 where not found
	found    []network.NodeIndex
	frontier int // where the last level begins in found
	level    int32
}

// step is an arc of a path: a link, and whether it is taken the way flow counts.
type step struct {
	from network.NodeIndex
	edge network.EdgeIndex
	plus bool
}

// directPool keeps the memory of searches: a flow then costs what it touches, not what
// the network measures.
var directPool = sync.Pool{New: func() any { return new(direct) }}

// newDirect takes memory from the pool; release gives it back.
func newDirect(net *network.Network, capacity []float64) *direct {
	d := directPool.Get().(*direct)
	d.net, d.capacity = net, capacity
	if n := net.NumNodes(); len(d.next) < n {
		d.ahead, d.behind, d.next = zone{dist: make([]int32, n)}, zone{dist: make([]int32, n)}, make([]uint32, n)
	}
	if len(d.flow) < net.NumLinks() {
		d.flow = make([]float64, net.NumLinks())
	}
	return d
}

func (d *direct) release() {
	d.reset(nil, nil)
	d.begin()
	d.net, d.capacity, d.unread, d.odd = nil, nil, false, false
	directPool.Put(d)
}

// reset takes all flow away and sets new ends.
func (d *direct) reset(from, to []network.NodeIndex) {
	for _, e := range d.touched {
		d.flow[e] = 0
	}
	d.touched, d.from, d.to = d.touched[:0], from, to
}

// solve maximises the flow and returns its value, +Inf when nothing limits it.
func (d *direct) solve(ctx context.Context) (float64, error) {
	value := 0.0
	d.begin()
	limit := min(d.margin(d.from, &d.ahead, d.net.Out, d.net.OutEdges), d.margin(d.to, &d.behind, d.net.In, d.net.InEdges))
	d.odd = d.odd || d.unread && !(limit < exactSum)
	for value < limit && !d.odd {
		met, err := d.layers(ctx)
		if err != nil {
			return 0, err
		}
		if !met {
			break
		}
		more, err := d.fill(ctx)
		if value += more; err != nil || math.IsInf(value, 1) {
			return value, err
		}
		d.begin()
	}
	return value, ctx.Err()
}

// margin returns the capacity of all that leaves a set, or enters it.
func (d *direct) margin(set []network.NodeIndex, z *zone, row func(network.NodeIndex) []network.NodeIndex, edges func(network.NodeIndex) []network.EdgeIndex) float64 {
	sum := 0.0
	for _, v := range set {
		links := edges(v)
		for j, w := range row(v) {
			if z.dist[w] == 0 {
				sum += d.limit(links[j])
			}
		}
	}
	return sum
}

func (d *direct) limit(e network.EdgeIndex) float64 {
	if d.capacity == nil {
		return 1
	}
	c := d.capacity[e]
	if d.unread && !isWhole(c) {
		d.odd = true
	}
	return c
}

// isWhole says that a number is whole and at least 0, or +Inf. Float64 holds no
// fractions of what is added, so the sum is rounded.
func isWhole(x float64) bool {
	const high = 1 << 52
	return x >= 0 && x+high-high == x
}

// room returns how much more a link can take.
func (d *direct) room(e network.EdgeIndex, plus bool) float64 {
	switch {
	case plus:
		return d.limit(e) - d.flow[e]
	case d.net.Directed():
		return d.flow[e]
	}
	return d.limit(e) + d.flow[e]
}

func (z *zone) begin(set []network.NodeIndex, next []uint32) {
	for _, v := range z.found {
		z.dist[v], next[v] = 0, 0
	}
	z.found, z.frontier, z.level = z.found[:0], 0, 1
	for _, v := range set {
		z.find(v)
	}
}

func (z *zone) find(v network.NodeIndex) {
	if z.dist[v] == 0 {
		z.dist[v] = z.level
		z.found = append(z.found, v)
	}
}

func (d *direct) begin() {
	d.ahead.begin(d.from, d.next)
	d.behind.begin(d.to, d.next)
}

// layers widens the two zones until they meet, and reports whether they do. The
// zone with fewer arcs at its edge goes on.
func (d *direct) layers(ctx context.Context) (bool, error) {
	for {
		out, in := d.arcs(&d.ahead), d.arcs(&d.behind)
		if out == 0 || in == 0 {
			return false, nil
		}
		near, far, forward := &d.ahead, &d.behind, out <= in
		if !forward {
			near, far = far, near
		}
		if met, err := d.widen(ctx, near, far, forward); met || err != nil {
			return met, err
		}
	}
}

func (d *direct) arcs(z *zone) int {
	sum := 0
	for _, v := range z.found[z.frontier:] {
		sum += d.net.OutDegree(v)
		if d.net.Directed() {
			sum += d.net.InDegree(v)
		}
	}
	return sum
}

// widen adds one level to a zone: with out what it leads to, else what leads to it.
func (d *direct) widen(ctx context.Context, z, other *zone, out bool) (met bool, err error) {
	begin, end := z.frontier, len(z.found)
	z.frontier = end
	z.level++
	for i := begin; i < end; i++ {
		v := z.found[i]
		if d.work += d.net.OutDegree(v) + 1; d.work > arcStride {
			if d.work = 0; ctx.Err() != nil {
				return false, ctx.Err()
			}
		}
		met = d.widenRow(z, other, d.net.Out(v), d.net.OutEdges(v), v, out) || met
		if d.net.Directed() {
			met = d.widenRow(z, other, d.net.In(v), d.net.InEdges(v), v, !out) || met
		}
	}
	return met, nil
}

// widenRow finds the neighbours of v along a row. In a directed network plus says
// that flow added to the row's links goes the way of the search.
func (d *direct) widenRow(z, other *zone, row []network.NodeIndex, edges []network.EdgeIndex, v network.NodeIndex, plus bool) bool {
	met, directed := false, d.net.Directed()
	for j, w := range row {
		if z.dist[w] != 0 {
			continue
		}
		with := plus
		if !directed {
			with = (v < w) == plus
		}
		if d.room(edges[j], with) > 0 {
			z.dist[w] = z.level
			z.found = append(z.found, w)
			met = met || other.dist[w] != 0
		}
	}
	return met
}

// fill adds flow along shortest paths until each has a full arc.
func (d *direct) fill(ctx context.Context) (float64, error) {
	total := 0.0
	for _, v := range d.from {
		d.path = d.path[:0]
		for {
			if d.work++; d.work > arcStride {
				if d.work = 0; ctx.Err() != nil {
					return 0, ctx.Err()
				}
			}
			if d.behind.dist[v] == 1 {
				more, back := d.augment()
				if total += more; math.IsInf(total, 1) {
					return total, nil
				}
				v, d.path = d.path[back].from, d.path[:back]
			}
			w, s := d.advance(v)
			if w != network.NoNode {
				d.path = append(d.path, s)
				v = w
				continue
			}
			if len(d.path) == 0 {
				break
			}
			v = d.path[len(d.path)-1].from
			d.path = d.path[:len(d.path)-1]
			d.next[v]++
		}
	}
	return total, nil
}

// advance returns the next node on a shortest path from v.
func (d *direct) advance(v network.NodeIndex) (network.NodeIndex, step) {
	row, edges, skip := d.net.Out(v), d.net.OutEdges(v), 0
	at := int(d.next[v])
	for side := range 2 {
		if side == 1 {
			if !d.net.Directed() {
				break
			}
			skip = len(row)
			row, edges = d.net.In(v), d.net.InEdges(v)
		}
		for ; at-skip < len(row); at++ {
			w := row[at-skip]
			if !d.nearer(v, w) {
				continue
			}
			plus := side == 0
			if !d.net.Directed() {
				plus = v < w
			}
			if e := edges[at-skip]; d.room(e, plus) > 0 {
				d.next[v] = uint32(at)
				return w, step{v, e, plus}
			}
		}
	}
	d.next[v] = uint32(at)
	return network.NoNode, step{}
}

// nearer says whether a step from v, which the flow has reached, to w is on a
// shortest path: through the zone of the sources up to where the zones meet, then
// through that of the sinks.
func (d *direct) nearer(v, w network.NodeIndex) bool {
	if at := d.behind.dist[v]; at != 0 {
		return d.behind.dist[w] == at-1 && at > 1
	}
	at := d.ahead.dist[v]
	return d.ahead.dist[w] == at+1 && (at+1 < d.ahead.level || d.behind.dist[w] != 0)
}

// augment sends as much as fits along the path and returns it with the position of
// the first arc that is full.
func (d *direct) augment() (float64, int) {
	least, at := math.Inf(1), 0
	for i, s := range d.path {
		if r := d.room(s.edge, s.plus); r < least {
			least, at = r, i
		}
	}
	if math.IsInf(least, 1) {
		return least, 0
	}
	for _, s := range d.path {
		d.send(s, least)
	}
	return least, at
}

// send adds flow to a link. What becomes full is so to the last bit.
func (d *direct) send(s step, x float64) {
	f := &d.flow[s.edge]
	if *f == 0 {
		d.touched = append(d.touched, s.edge)
	}
	full := x >= d.room(s.edge, s.plus)
	switch {
	case s.plus && full:
		*f = d.limit(s.edge)
	case s.plus:
		*f += x
	case !full:
		*f -= x
	case d.net.Directed():
		*f = 0
	default:
		*f = -d.limit(s.edge)
	}
}

// reach returns the nodes to which more could flow from the sources, in the order
// in which they are found.
func (d *direct) reach(ctx context.Context) ([]network.NodeIndex, error) {
	d.begin()
	for d.ahead.frontier < len(d.ahead.found) {
		if _, err := d.widen(ctx, &d.ahead, &d.behind, true); err != nil {
			return nil, err
		}
	}
	return d.ahead.found, nil
}
