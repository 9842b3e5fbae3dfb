// Package network holds the immutable, dense, columnar graph on which every
// algorithm runs.
//
// A [Network] is a compressed sparse row (CSR) structure: nodes and links are
// dense 32-bit indices, neighbours lie contiguously. It carries no identifiers;
// whoever builds it keeps the table from indices to identifiers. Kernels break
// ties by index, so a builder that adds nodes in identifier order gets answers
// whose ties are broken by identifier.
//
// Orientation is decided when a Network is built. In an undirected Network each
// link stands in the adjacency of both its ends under one [EdgeIndex], and Out
// and In are the same. In a directed one Out follows the links and In goes
// against them. Parallel links and loops are kept; [Network.Simple] drops them.
package network

import (
	"errors"
	"fmt"
	"math"
)

// NodeIndex is the dense index of a node in one Network, 0 ≤ i < NumNodes.
type NodeIndex uint32

// EdgeIndex is the dense index of a link in one Network, 0 ≤ i < NumLinks, in
// the order in which the links were given to [Build].
type EdgeIndex uint32

// NoNode marks the absence of a node, for example the parent of a search root.
const NoNode NodeIndex = math.MaxUint32

// NoEdge marks the absence of a link.
const NoEdge EdgeIndex = math.MaxUint32

// Arc is one step out of a node: the node it leads to and the link it uses.
type Arc struct {
	To   NodeIndex
	Edge EdgeIndex
}

// Adjacency is what path searches need of a graph. A Network satisfies it, and
// so does a filtered view that materialises nothing.
type Adjacency interface {
	// NumNodes is an exclusive upper bound of the node indices in use.
	NumNodes() int
	// AppendOut appends the arcs that leave v to buf and returns it. The order
	// is the same at every call.
	AppendOut(v NodeIndex, buf []Arc) []Arc
	// AppendIn appends the arcs that enter v, each with the node it comes from
	// in To. In an undirected graph it equals AppendOut.
	AppendIn(v NodeIndex, buf []Arc) []Arc
}

// Link is one link handed to [Build].
type Link struct {
	From, To NodeIndex
}

// Network is an immutable graph in CSR form; see the package comment. It is safe
// for concurrent use. Memory: 8 bytes a node and, for an undirected link,
// 8 (ends) + 16 (both adjacency entries with their link index) bytes; a directed
// one costs the same, split between the forward and the reverse side.
type Network struct {
	directed bool
	from, to []NodeIndex
	out, in  side
}

// side is one CSR direction: the arcs of v are nbr/edge[off[v]:off[v+1]].
type side struct {
	off  []uint32
	nbr  []NodeIndex
	edge []EdgeIndex
}

// ErrTooLarge is returned by Build when indices would not fit 32 bits.
var ErrTooLarge = errors.New("network: more than 2^31 adjacency entries")

// Build makes a Network of n nodes from links. With directed false each link can
// be walked both ways. The arcs of a node are ordered by neighbour, then by link
// index, whatever the order of links. It runs in O(n + m) time (two counting
// sorts) and returns an error when an end is not below n.
func Build(n int, links []Link, directed bool) (*Network, error) {
	if n < 0 || n >= math.MaxInt32 || len(links) >= math.MaxInt32/2 {
		return nil, ErrTooLarge
	}
	net := &Network{directed: directed, from: make([]NodeIndex, len(links)), to: make([]NodeIndex, len(links))}
	for i, l := range links {
		if int(l.From) >= n || int(l.To) >= n {
			return nil, fmt.Errorf("network: link %d joins %d and %d but there are %d nodes", i, l.From, l.To, n)
		}
		net.from[i], net.to[i] = l.From, l.To
	}
	if directed {
		net.out = newSide(n, net.from, net.to, false)
		net.in = newSide(n, net.to, net.from, false)
	} else {
		net.out = newSide(n, net.from, net.to, true)
		net.in = net.out
	}
	return net, nil
}

// newSide sorts the arcs src→dst into CSR order, and dst→src too when both is
// set (a loop once). Filling in order of the destination first makes each row
// sorted by neighbour without a comparison sort.
func newSide(n int, src, dst []NodeIndex, both bool) side {
	count := make([]uint32, n+1)
	rows := make([]uint32, n+1)
	arcs := 0
	tally := func(s, d NodeIndex) { rows[s+1]++; count[d+1]++; arcs++ }
	for i := range src {
		tally(src[i], dst[i])
		if both && src[i] != dst[i] {
			tally(dst[i], src[i])
		}
	}
	for v := range n {
		count[v+1] += count[v]
		rows[v+1] += rows[v]
	}
	bySrc := make([]NodeIndex, arcs)
	byEdge := make([]EdgeIndex, arcs)
	place := func(s, d NodeIndex, e EdgeIndex) {
		bySrc[count[d]], byEdge[count[d]] = s, e
		count[d]++
	}
	for i := range src {
		place(src[i], dst[i], EdgeIndex(i))
		if both && src[i] != dst[i] {
			place(dst[i], src[i], EdgeIndex(i))
		}
	}
	s := side{off: rows, nbr: make([]NodeIndex, arcs), edge: make([]EdgeIndex, arcs)}
	next := append([]uint32(nil), rows[:n]...)
	start := uint32(0)
	for d := range n {
		for i := start; i < count[d]; i++ {
			v := bySrc[i]
			s.nbr[next[v]], s.edge[next[v]] = NodeIndex(d), byEdge[i]
			next[v]++
		}
		start = count[d]
	}
	return s
}

// NumNodes returns the number of nodes, isolated ones included.
func (net *Network) NumNodes() int { return len(net.out.off) - 1 }

// NumLinks returns the number of links as given to Build.
func (net *Network) NumLinks() int { return len(net.from) }

// Directed says whether links can only be walked from From to To.
func (net *Network) Directed() bool { return net.directed }

// Ends returns the nodes that a link joins, as given to Build.
func (net *Network) Ends(e EdgeIndex) (from, to NodeIndex) { return net.from[e], net.to[e] }

// Out returns the nodes one step from v, ascending; a neighbour stands there once
// for each parallel link. The slice must not be changed.
func (net *Network) Out(v NodeIndex) []NodeIndex {
	return net.out.nbr[net.out.off[v]:net.out.off[v+1]]
}

// OutEdges returns the links that Out uses, position by position.
func (net *Network) OutEdges(v NodeIndex) []EdgeIndex {
	return net.out.edge[net.out.off[v]:net.out.off[v+1]]
}

// In returns the nodes from which one step leads to v, ascending. In an
// undirected Network it is Out.
func (net *Network) In(v NodeIndex) []NodeIndex {
	return net.in.nbr[net.in.off[v]:net.in.off[v+1]]
}

// InEdges returns the links that In uses, position by position.
func (net *Network) InEdges(v NodeIndex) []EdgeIndex {
	return net.in.edge[net.in.off[v]:net.in.off[v+1]]
}

// AppendOut implements [Adjacency].
func (net *Network) AppendOut(v NodeIndex, buf []Arc) []Arc { return net.out.appendArcs(v, buf) }

// AppendIn implements [Adjacency].
func (net *Network) AppendIn(v NodeIndex, buf []Arc) []Arc { return net.in.appendArcs(v, buf) }

func (s *side) appendArcs(v NodeIndex, buf []Arc) []Arc {
	for i := s.off[v]; i < s.off[v+1]; i++ {
		buf = append(buf, Arc{To: s.nbr[i], Edge: s.edge[i]})
	}
	return buf
}

// Simple returns the network without loops and with parallel links merged: of
// each group the link with the least index stays. Second result: for each link of
// the simple network its index in net. An undirected pair counts as parallel
// whichever end was written first. O(n + m). When nothing is to be dropped it
// returns net itself and nil.
func (net *Network) Simple() (*Network, []EdgeIndex) {
	keep := make([]bool, len(net.from))
	kept := 0
	for v := range net.NumNodes() {
		nbr, edge := net.Out(NodeIndex(v)), net.OutEdges(NodeIndex(v))
		for i, w := range nbr {
			// Rows are sorted by neighbour, then link: the first of a run is the least.
			if w == NodeIndex(v) || (i > 0 && nbr[i-1] == w) || keep[edge[i]] {
				continue
			}
			keep[edge[i]] = true
			kept++
		}
	}
	if kept == len(net.from) {
		return net, nil
	}
	links := make([]Link, 0, kept)
	origin := make([]EdgeIndex, 0, kept)
	for e, k := range keep {
		if k {
			links = append(links, Link{net.from[e], net.to[e]})
			origin = append(origin, EdgeIndex(e))
		}
	}
	simple, err := Build(net.NumNodes(), links, net.directed)
	if err != nil { // ends and sizes were checked when net was built
		return net, nil
	}
	return simple, origin
}
