package community

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Truss returns the truss number of each link: the greatest k such that it belongs to a
// part of the network in which every link is in k−2 triangles (Cohen 2008), 2 where it is
// in none and 0 for a loop. Direction is ignored; parallel links count as one and share
// its number. Links are peeled from the least supported on (Wang and Cheng 2012).
// O(m·√m·log n) time at worst, 28 bytes a link beside an undirected copy of the network.
func Truss(ctx context.Context, net *network.Network) ([]int, error) {
	t, err := newTrusses(ctx, net)
	if err != nil {
		return nil, err
	}
	if err := t.peel(ctx); err != nil {
		return nil, err
	}
	numbers := make([]int, net.NumLinks())
	for e := range numbers {
		if from, to := net.Ends(network.EdgeIndex(e)); from != to {
			numbers[e] = int(t.support[t.link(from, to)]) + 2
		}
	}
	return numbers, nil
}

// trusses holds the links of a simple undirected network by the triangles left to them.
type trusses struct {
	net     *network.Network
	support []uint32
	order   []network.EdgeIndex // by support
	place   []uint32            // of a link in order
	first   []uint32            // place of the first link of a support or more
	gone    []bool
}

func newTrusses(ctx context.Context, net *network.Network) (*trusses, error) {
	both, err := net.Undirected()
	if err != nil {
		return nil, err
	}
	simple, _ := both.Simple()
	m := simple.NumLinks()
	t := &trusses{
		net: simple, support: make([]uint32, m), order: make([]network.EdgeIndex, m), place: make([]uint32, m),
		gone: make([]bool, m),
	}
	for e := range network.EdgeIndex(m) {
		if e%ctxStride == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		t.triangles(e, func(_, _ network.EdgeIndex) { t.support[e]++ })
	}
	t.sort()
	return t, nil
}

// sort orders links by support, by counting.
func (t *trusses) sort() {
	most := uint32(0)
	for _, s := range t.support {
		most = max(most, s)
	}
	t.first = make([]uint32, most+2)
	for _, s := range t.support {
		t.first[s+1]++
	}
	for s := range most + 1 {
		t.first[s+1] += t.first[s]
	}
	next := slices.Clone(t.first)
	for e, s := range t.support {
		t.place[e] = next[s]
		t.order[next[s]] = network.EdgeIndex(e)
		next[s]++
	}
}

func (t *trusses) peel(ctx context.Context) error {
	for i := range t.order { // the order changes beyond i alone
		if i%ctxStride == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		e := t.order[i]
		least := t.support[e]
		t.triangles(e, func(a, b network.EdgeIndex) {
			t.lower(a, least, uint32(i))
			t.lower(b, least, uint32(i))
		})
		t.gone[e] = true
	}
	return nil
}

// lower takes a triangle from a link that has more than least: it changes places with the
// first of its support, which begins after the links peeled so far.
func (t *trusses) lower(e network.EdgeIndex, least, peeled uint32) {
	s := t.support[e]
	if s <= least {
		return
	}
	at := max(t.first[s], peeled+1)
	other := t.order[at]
	t.order[at], t.order[t.place[e]] = e, other
	t.place[other], t.place[e] = t.place[e], at
	t.first[s] = at + 1
	t.support[e]--
}

// triangles yields the two other links of each triangle that a link is left in.
func (t *trusses) triangles(e network.EdgeIndex, yield func(a, b network.EdgeIndex)) {
	u, v := t.net.Ends(e)
	if t.net.OutDegree(u) > t.net.OutDegree(v) {
		u, v = v, u
	}
	edges := t.net.OutEdges(u)
	for i, w := range t.net.Out(u) {
		if w == v || t.gone[edges[i]] {
			continue
		}
		if b := t.link(v, w); b != network.NoEdge && !t.gone[b] {
			yield(edges[i], b)
		}
	}
}

// link returns the link that joins two nodes, NoEdge where there is none.
func (t *trusses) link(u, v network.NodeIndex) network.EdgeIndex {
	if t.net.OutDegree(u) > t.net.OutDegree(v) {
		u, v = v, u
	}
	if i, ok := slices.BinarySearch(t.net.Out(u), v); ok {
		return t.net.OutEdges(u)[i]
	}
	return network.NoEdge
}
