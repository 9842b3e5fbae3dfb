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
	"math"
	"slices"
	"sync"
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

// Sized is an optional part of an [Adjacency]: how many arcs AppendOut and
// AppendIn would append at most, without making them. Searches use it to expand
// the cheaper side first; an overestimate costs speed, never correctness.
type Sized interface {
	OutDegree(v NodeIndex) int
	InDegree(v NodeIndex) int
}

// Network is an immutable graph in CSR form; see the package comment. It is safe
// for concurrent use and must not be copied. Memory for n nodes and m links:
// undirected 16⅛·m + 4·n bytes (both adjacency entries at 4 bytes, each with its
// link index at 4, and one bit for which end came first), directed 16·m + 8·n.
// The first call of [Network.Ends] adds 8·m bytes.
type Network struct {
	directed bool
	links    int
	out, in  side
	// reversed marks the links of an undirected Network whose From is the greater
	// end: adjacency alone does not tell which end came first.
	reversed bitset
	// simple says that there are neither loops nor parallel links.
	simple bool

	tabulate sync.Once
	ends     []Link
}

// side is one CSR direction: the arcs of v are nbr/edge[off[v]:off[v+1]].
type side struct {
	off  []uint32
	nbr  []NodeIndex
	edge []EdgeIndex
}

type bitset []uint64

func newBitset(n int) bitset          { return make(bitset, (n+63)/64) }
func (b bitset) set(i EdgeIndex)      { b[i/64] |= 1 << (i % 64) }
func (b bitset) has(i EdgeIndex) bool { return b[i/64]>>(i%64)&1 != 0 }

// NumNodes returns the number of nodes, isolated ones included.
func (net *Network) NumNodes() int { return len(net.out.off) - 1 }

// NumLinks returns the number of links as given to Build.
func (net *Network) NumLinks() int { return net.links }

// Directed says whether links can only be walked from From to To.
func (net *Network) Directed() bool { return net.directed }

// IsSimple says that there are no loops and that no two nodes have two links the same
// way.
func (net *Network) IsSimple() bool { return net.simple }

// Ends returns the nodes that a link joins, as given to Build. The first call
// tabulates them all in O(n + m).
func (net *Network) Ends(e EdgeIndex) (from, to NodeIndex) {
	net.tabulate.Do(net.tabulateEnds)
	l := net.ends[e]
	return l.From, l.To
}

func (net *Network) tabulateEnds() {
	net.ends = make([]Link, net.links)
	for v := range NodeIndex(net.NumNodes()) {
		edges := net.OutEdges(v)
		for i, w := range net.Out(v) {
			switch e := edges[i]; {
			case net.directed || (v <= w && !net.reversed.has(e)):
				net.ends[e] = Link{From: v, To: w}
			case v <= w:
				net.ends[e] = Link{From: w, To: v}
			}
		}
	}
}

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

// OutRows returns all rows of Out in one: that of v is nbr[off[v]:off[v+1]]. The slices
// must not be changed.
func (net *Network) OutRows() (off []uint32, nbr []NodeIndex) { return net.out.off, net.out.nbr }

// OutLinks returns the links that all rows of Out use, position by position. The slice
// must not be changed.
func (net *Network) OutLinks() []EdgeIndex { return net.out.edge }

// InRows returns all rows of In in one, as OutRows does those of Out.
func (net *Network) InRows() (off []uint32, nbr []NodeIndex) { return net.in.off, net.in.nbr }

// OutDegree returns the number of arcs that leave v, parallel links counted each.
func (net *Network) OutDegree(v NodeIndex) int { return int(net.out.off[v+1] - net.out.off[v]) }

// InDegree returns the number of arcs that enter v, parallel links counted each.
func (net *Network) InDegree(v NodeIndex) int { return int(net.in.off[v+1] - net.in.off[v]) }

// AppendOut implements [Adjacency].
func (net *Network) AppendOut(v NodeIndex, buf []Arc) []Arc { return net.out.appendArcs(v, buf) }

// AppendIn implements [Adjacency].
func (net *Network) AppendIn(v NodeIndex, buf []Arc) []Arc { return net.in.appendArcs(v, buf) }

func (s *side) appendArcs(v NodeIndex, buf []Arc) []Arc {
	nbr, edge := s.nbr[s.off[v]:s.off[v+1]], s.edge[s.off[v]:s.off[v+1]]
	start := len(buf)
	buf = slices.Grow(buf, len(nbr))[:start+len(nbr)]
	arcs := buf[start:]
	for i, w := range nbr {
		arcs[i] = Arc{To: w, Edge: edge[i]}
	}
	return buf
}
