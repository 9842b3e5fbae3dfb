// Package connectivity tells what holds together: components, the nodes and links
// without which a component falls apart, and the figures by which a disruption is
// judged.
//
// Unless a comment says otherwise a directed network is read as undirected: a link
// holds its ends together whichever way it points. Parallel links hold together
// what one of them alone holds; loops hold nothing. Isolated nodes are components.
// Every function runs without recursion, in memory proportional to the nodes, and
// gives the same answer for the same input.
package connectivity

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Removal is a set of nodes and links that a network is looked at without. The
// zero value removes nothing; naming a thing twice is naming it once.
type Removal struct {
	Nodes []network.NodeIndex
	Links []network.EdgeIndex
}

// ctxStride is the number of nodes between two looks at a context.
const ctxStride = 1 << 14

// without is a Removal as bits; a nil set is empty.
type without struct{ nodes, links bitset }

type bitset []uint64

func newBits(n int) bitset            { return make(bitset, (n+63)/64) }
func (b bitset) set(i uint32)         { b[i/64] |= 1 << (i % 64) }
func (b bitset) has(i uint32) bool    { return b[i/64]>>(i%64)&1 != 0 }
func (w *without) gone(v uint32) bool { return w.nodes != nil && w.nodes.has(v) }
func (w *without) cut(e uint32) bool  { return w.links != nil && w.links.has(e) }

func newWithout(net *network.Network, r Removal) (*without, error) {
	w := &without{}
	if len(r.Nodes) > 0 {
		w.nodes = newBits(net.NumNodes())
	}
	if len(r.Links) > 0 {
		w.links = newBits(net.NumLinks())
	}
	for _, v := range r.Nodes {
		if int(v) >= net.NumNodes() {
			return nil, graph.Errorf(graph.BadUserInput, "node %d of a network with %d nodes", v, net.NumNodes())
		}
		w.nodes.set(uint32(v))
	}
	for _, e := range r.Links {
		if int(e) >= net.NumLinks() {
			return nil, graph.Errorf(graph.BadUserInput, "link %d of a network with %d links", e, net.NumLinks())
		}
		w.links.set(uint32(e))
	}
	return w, nil
}

// row returns the neighbours of v and the links to them when direction is ignored,
// as two parts of which the second is empty in an undirected network.
func row(net *network.Network, v network.NodeIndex) (nbr [2][]network.NodeIndex, edges [2][]network.EdgeIndex) {
	nbr[0], edges[0] = net.Out(v), net.OutEdges(v)
	if net.Directed() {
		nbr[1], edges[1] = net.In(v), net.InEdges(v)
	}
	return nbr, edges
}

// pairs returns the number of unordered pairs among s nodes.
func pairs(s int) int64 { return int64(s) * int64(s-1) / 2 }

func poll(ctx context.Context, count int) error {
	if count%ctxStride == 0 {
		return ctx.Err()
	}
	return nil
}

// numbered turns a label per node, below len(of), into Components: the largest
// first, ties by their least node. Labels of [None] stay.
func numbered(of []uint32) *Components {
	size := make([]uint32, len(of))
	var labels []uint32 // by least node
	for v := 0; v < len(of); {
		l, begin := of[v], v
		for v < len(of) && of[v] == l { // long runs are frequent
			v++
		}
		if l == None {
			continue
		}
		if size[l] == 0 {
			labels = append(labels, l)
		}
		size[l] += uint32(v - begin)
	}
	slices.SortStableFunc(labels, func(a, b uint32) int { return cmp.Compare(size[b], size[a]) })
	c := &Components{Of: of, Size: make([]int, len(labels))}
	for i, l := range labels {
		c.Size[i] = int(size[l])
	}
	for i, l := range labels {
		size[l] = uint32(i) // from here on the number of the component
	}
	for v, l := range of {
		if l != None {
			of[v] = size[l]
		}
	}
	return c
}
