package connectivity

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// oneWay bounds distances along the direction of links by ways through pivots, one node
// in each strong component.
type oneWay struct {
	parts *Components
	pivot []network.NodeIndex // of each component
	first []uint32            // of each component in nodes
	nodes []uint32
	order []uint32 // components, each before those that it reaches
}

// directedDiameter finds the diameter along the direction of links, or bounds it. How far
// the nodes are that one reaches is bounded from above by a way through pivots, and in the
// same way from how far it is reached (Borassi, Crescenzi, Habib, Kosters, Marino and Takes
// 2015); a few searches there and back bound the diameter from below. Of the nodes that
// might be the ends of a longer way, on the side that has fewer, it searches from those
// with the greatest bound first.
func directedDiameter(ctx context.Context, net *network.Network, searches int) (Span, error) {
	var span Span
	if net.NumNodes() == 0 {
		return span, ctx.Err()
	}
	parts, err := Strong(ctx, net)
	if err != nil {
		return span, err
	}
	out, in := outRows(net), inRows(net)
	o := newOneWay(net, parts)
	ahead, back := newFringes(ctx, net, false, searches), newFringes(ctx, net, true, searches)
	for _, turns := range [][2]*fringes{{ahead, back}, {back, ahead}} {
		from := o.pivot[0]
		for i := range 4 {
			f := turns[i%2]
			f.search(from)
			from = f.order[len(f.order)-1]
			span.AtLeast = max(span.AtLeast, int(f.dist[from]))
		}
	}
	if err := ctx.Err(); err != nil {
		return Span{}, err
	}
	beyond := o.beyond(o.bounds(in, out, o.order), span.AtLeast)
	slices.Reverse(o.order)
	search := back
	if others := o.beyond(o.bounds(out, in, o.order), span.AtLeast); len(others) <= len(beyond) {
		beyond, search = others, ahead
	}
	for len(beyond) > 0 && beyond[0].bound > span.AtLeast {
		bound := beyond[0].bound
		var level []network.NodeIndex
		for len(beyond) > 0 && beyond[0].bound == bound {
			level = append(level, beyond[0].node)
			beyond = beyond[1:]
		}
		found, through := search.farthest(level, bound)
		if ctx.Err() != nil {
			return Span{}, ctx.Err()
		}
		if span.AtLeast = max(span.AtLeast, found); !through {
			span.AtMost = bound
			return span, nil
		}
	}
	span.AtMost = span.AtLeast
	return span, nil
}

func newOneWay(net *network.Network, parts *Components) *oneWay {
	o := &oneWay{parts: parts, pivot: hubsOf(net, parts), first: make([]uint32, parts.Count()+1), nodes: make([]uint32, net.NumNodes())}
	for c, size := range parts.Size {
		o.first[c+1] = o.first[c] + uint32(size)
	}
	next := slices.Clone(o.first)
	for v, c := range parts.Of {
		o.nodes[next[c]] = uint32(v)
		next[c]++
	}
	o.sort(outRows(net), inRows(net))
	return o
}

func (o *oneWay) members(c uint32) []uint32 { return o.nodes[o.first[c]:o.first[c+1]] }

// sort puts the components in order (Kahn 1962).
func (o *oneWay) sort(out, in rows) {
	left := make([]int, len(o.pivot)) // arcs into each from others that have no place yet
	for v, c := range o.parts.Of {
		for _, w := range in.of(uint32(v)) {
			if o.parts.Of[w] != c {
				left[c]++
			}
		}
	}
	for c, arcs := range left {
		if arcs == 0 {
			o.order = append(o.order, uint32(c))
		}
	}
	for i := 0; i < len(o.order); i++ {
		for _, v := range o.members(o.order[i]) {
			for _, w := range out.of(v) {
				c := o.parts.Of[w]
				if c == o.order[i] {
					continue
				}
				if left[c]--; left[c] == 0 {
					o.order = append(o.order, c)
				}
			}
		}
	}
}

// bounds returns for each node no less than the distance of the farthest node that it
// reaches along rows: by the pivot of its component, and from there by those of the
// components that an arc leads to. Components come in order after those.
func (o *oneWay) bounds(ahead, back rows, order []uint32) []int32 {
	from, to := o.within(ahead), o.within(back)
	farthest := make([]int32, len(o.pivot)) // of each pivot
	way := slices.Repeat([]int32{-1}, len(o.pivot))
	var next []uint32
	for _, c := range order {
		next = next[:0]
		for _, v := range o.members(c) {
			farthest[c] = max(farthest[c], from[v])
			for _, w := range ahead.of(v) {
				d := o.parts.Of[w]
				if d == c {
					continue
				}
				hops := from[v] + 1 + to[w]
				if way[d] < 0 {
					next = append(next, d)
					way[d] = hops
				}
				way[d] = min(way[d], hops)
			}
		}
		for _, d := range next {
			farthest[c] = max(farthest[c], way[d]+farthest[d])
			way[d] = -1
		}
	}
	for v := range to {
		to[v] += farthest[o.parts.Of[v]]
	}
	return to
}

// within returns how far each node is along rows from the pivot of its component, on
// ways within that.
func (o *oneWay) within(r rows) []int32 {
	dist := slices.Repeat([]int32{-1}, len(o.parts.Of))
	queue := slices.Clone(o.pivot)
	for _, v := range queue {
		dist[v] = 0
	}
	for i := 0; i < len(queue); i++ {
		v := queue[i]
		for _, w := range r.of(uint32(v)) {
			if dist[w] < 0 && o.parts.Of[w] == o.parts.Of[v] {
				dist[w] = dist[v] + 1
				queue = append(queue, w)
			}
		}
	}
	return dist
}

// candidate is a node with a bound of how far the farthest one from it is.
type candidate struct {
	node  network.NodeIndex
	bound int
}

// beyond returns the nodes with bounds above a distance, the greatest first.
func (o *oneWay) beyond(bounds []int32, distance int) []candidate {
	var list []candidate
	for v, bound := range bounds {
		if int(bound) > distance {
			list = append(list, candidate{network.NodeIndex(v), int(bound)})
		}
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(b.bound, a.bound), cmp.Compare(a.node, b.node))
	})
	return list
}
