package flow

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Route is a path that flow takes, and how much takes it.
type Route struct {
	Nodes  []network.NodeIndex
	Links  []network.EdgeIndex
	Amount float64
}

// Routes takes a flow of [Max] from its sources apart into paths without repeated
// nodes whose amounts add up to it (Ford and Fulkerson 1962), at most as many as
// links carry flow. Paths begin at the sources in order and take the arcs of each
// node in order. Flow that runs in circles is left out. O(m) time for each path.
// Errors: the end of ctx.
func Routes(ctx context.Context, net *network.Network, from, to []network.NodeIndex, r Result) ([]Route, error) {
	w := newRouting(net, to, r)
	var routes []Route
	for _, s := range distinct(from) {
		for {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			route, ok := w.walk(s)
			if !ok {
				break
			}
			routes = append(routes, route)
		}
	}
	return routes, nil
}

// routing is what is left of a flow.
type routing struct {
	net    *network.Network
	left   []float64 // by link, as in LinkFlow
	target []bool
	next   []uint32 // arcs of each node that carry nothing any more
	place  []int32  // 1 + position on the walk
	dust   float64  // what rounding leaves
	scale  float64
}

func newRouting(net *network.Network, to []network.NodeIndex, r Result) *routing {
	w := &routing{
		net: net, left: make([]float64, net.NumLinks()), target: make([]bool, net.NumNodes()),
		next: make([]uint32, net.NumNodes()), place: make([]int32, net.NumNodes()),
	}
	amounts := make([]float64, len(r.On))
	for i, on := range r.On {
		amounts[i] = math.Abs(on.Amount)
	}
	w.scale = toWhole(amounts)
	if w.scale == 1 && !whole(1, [][]float64{amounts}) {
		w.dust = 1e-12 * r.Value
	}
	for i, on := range r.On {
		w.left[on.Link] = math.Copysign(amounts[i], on.Amount)
	}
	for _, v := range to {
		w.target[v] = true
	}
	return w
}

// walk follows the flow from a source to a target and takes what all of the path
// carries out of it. It reports false when the source sends nothing more.
func (w *routing) walk(source network.NodeIndex) (Route, bool) {
	path := []step{}
	v := source
	w.place[v] = 1
	for !w.target[v] {
		head, s := w.follow(v)
		switch {
		case head == network.NoNode && len(path) == 0:
			w.place[v] = 0
			return Route{}, false
		case head == network.NoNode: // dust, or more than arrives: forget the arc
			w.place[v] = 0
			last := path[len(path)-1]
			w.left[last.edge] = 0
			v, path = last.from, path[:len(path)-1]
		case w.place[head] != 0: // a circle
			at := int(w.place[head]) - 1
			path = append(path, s)
			w.take(path[at:])
			for _, s := range path[at+1:] {
				w.place[s.from] = 0
			}
			v, path = head, path[:at]
		default:
			path = append(path, s)
			v = head
			w.place[v] = int32(len(path) + 1)
		}
	}
	r := Route{Amount: w.take(path) / w.scale}
	for _, s := range path {
		w.place[s.from] = 0
		r.Nodes, r.Links = append(r.Nodes, s.from), append(r.Links, s.edge)
	}
	w.place[v] = 0
	r.Nodes = append(r.Nodes, v)
	return r, true
}

// follow returns the first arc out of v that carries flow.
func (w *routing) follow(v network.NodeIndex) (network.NodeIndex, step) {
	out, edges := w.net.Out(v), w.net.OutEdges(v)
	for ; int(w.next[v]) < len(out); w.next[v]++ {
		head, e := out[w.next[v]], edges[w.next[v]]
		plus := true
		if !w.net.Directed() {
			first, _ := w.net.Ends(e)
			plus = first == v
		}
		if x := w.left[e]; head != v && ((plus && x > w.dust) || (!plus && x < -w.dust)) {
			return head, step{v, e, plus}
		}
	}
	return network.NoNode, step{}
}

// take removes from each arc what all of them carry, and returns it.
func (w *routing) take(path []step) float64 {
	least := math.Inf(1)
	for _, s := range path {
		least = min(least, math.Abs(w.left[s.edge]))
	}
	for _, s := range path {
		if s.plus {
			w.left[s.edge] -= least
		} else {
			w.left[s.edge] += least
		}
	}
	return least
}
