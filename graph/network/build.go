package network

import (
	"errors"
	"fmt"
	"math"
)

// Link is one link handed to [Build].
type Link struct {
	From, To NodeIndex
}

// ErrTooLarge is returned by Build when indices would not fit 32 bits.
var ErrTooLarge = errors.New("network: more than 2^31 adjacency entries")

// Build makes a Network of n nodes from links, which it does not keep. With
// directed false each link can be walked both ways. The arcs of a node are ordered
// by neighbour, then by link index, whatever the order of links. It runs in
// O(n + m) time (two counting sorts) with 16·m bytes of working memory, and returns
// an error when an end is not below n.
func Build(n int, links []Link, directed bool) (*Network, error) {
	if n < 0 || n >= math.MaxInt32 || len(links) >= math.MaxInt32/2 {
		return nil, ErrTooLarge
	}
	net := &Network{directed: directed, links: len(links)}
	for i, l := range links {
		if int(l.From) >= n || int(l.To) >= n {
			return nil, fmt.Errorf("network: link %d joins %d and %d but there are %d nodes", i, l.From, l.To, n)
		}
	}
	if directed {
		net.out = newSide(n, links, forward)
		net.in = newSide(n, links, backward)
		net.simple = net.out.simple()
		return net, nil
	}
	net.out = newSide(n, links, both)
	net.in = net.out
	net.simple = net.out.simple()
	net.reversed = newBitset(len(links))
	for i, l := range links {
		if l.From > l.To {
			net.reversed.set(EdgeIndex(i))
		}
	}
	return net, nil
}

// walk says in which directions the links of a side are walked.
type walk int

const (
	forward walk = iota
	backward
	both
)

// arcs calls yield for each arc of the links; a loop is one arc.
func (w walk) arcs(links []Link, yield func(src, dst NodeIndex, e EdgeIndex)) {
	for i, l := range links {
		if w != backward {
			yield(l.From, l.To, EdgeIndex(i))
		}
		if w == backward || (w == both && l.From != l.To) {
			yield(l.To, l.From, EdgeIndex(i))
		}
	}
}

// newSide sorts arcs into CSR order. Sorting by destination first, then by source,
// both stable, makes each row sorted by neighbour without a comparison sort.
func newSide(n int, links []Link, w walk) side {
	byDst := make([]uint32, n+1)
	s := side{off: make([]uint32, n+1)}
	w.arcs(links, func(src, dst NodeIndex, _ EdgeIndex) {
		s.off[src+1]++
		byDst[dst+1]++
	})
	for v := range n {
		s.off[v+1] += s.off[v]
		byDst[v+1] += byDst[v]
	}
	total := s.off[n]
	sources, edges := make([]NodeIndex, total), make([]EdgeIndex, total)
	w.arcs(links, func(src, dst NodeIndex, e EdgeIndex) {
		sources[byDst[dst]], edges[byDst[dst]] = src, e
		byDst[dst]++
	})
	s.nbr, s.edge = make([]NodeIndex, total), make([]EdgeIndex, total)
	next := make([]uint32, n)
	copy(next, s.off)
	i := uint32(0)
	for dst := range n {
		for ; i < byDst[dst]; i++ {
			at := &next[sources[i]]
			s.nbr[*at], s.edge[*at] = NodeIndex(dst), edges[i]
			*at++
		}
	}
	return s
}

// simple says that each row ascends strictly and passes over its own node.
func (s *side) simple() bool {
	for v := range len(s.off) - 1 {
		last := NodeIndex(v)
		for i, w := range s.nbr[s.off[v]:s.off[v+1]] {
			if w == NodeIndex(v) || (i > 0 && w == last) {
				return false
			}
			last = w
		}
	}
	return true
}

// Undirected returns the network with links that can be walked both ways, under the same
// indices: itself if it is undirected. It takes the time and memory of [Build].
func (net *Network) Undirected() (*Network, error) {
	if !net.Directed() {
		return net, nil
	}
	links := make([]Link, net.NumLinks())
	for e := range links {
		links[e].From, links[e].To = net.Ends(EdgeIndex(e))
	}
	return Build(net.NumNodes(), links, false)
}
