package centrality

import (
	"math/bits"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// twins finds for each node of a block its class: the least node with the same
// neighbours, the two aside. apart marks the classes whose members are not linked to
// each other. A node cannot have twins of both kinds. O(n + m) expected.
func (g *plain) twins() (class []uint32, apart []bool) {
	n := uint32(len(g.nodes))
	class, apart = make([]uint32, n), make([]bool, n)
	number, open, closed := make([]uint64, n), make([]uint64, n), make([]uint64, n)
	for v := range n {
		class[v], number[v] = v, scatter(v)
	}
	for v := range n {
		for _, w := range g.row(v) {
			open[v] += number[w]
		}
		closed[v] = open[v] + number[v]
	}
	same := make([]uint32, n) // same[w] = v+1 when w is a neighbour of v
	heads := make([]uint32, 2<<bits.Len32(n))
	for _, kind := range []struct {
		hash  []uint64
		apart bool
	}{{open, true}, {closed, false}} {
		clear(heads)
		for v := range n {
			head := firstWith(heads, kind.hash, v)
			if head != v && g.twin(head, v, kind.apart, same) {
				class[v], apart[head] = head, kind.apart
			}
		}
		clear(same)
	}
	return class, apart
}

// firstWith returns the node that came first with the hash of v, which may be v itself,
// from a table of them, 1 added, by hash; its length is a power of two.
func firstWith(heads []uint32, hash []uint64, v uint32) uint32 {
	for i := hash[v]; ; i++ {
		switch head := &heads[i&uint64(len(heads)-1)]; {
		case *head == 0:
			*head = v + 1
			return v
		case hash[*head-1] == hash[v]:
			return *head - 1
		}
	}
}

// twin says whether two nodes have the same neighbours, the two aside: equal hashes
// only suggest it.
func (g *plain) twin(v, w uint32, apart bool, same []uint32) bool {
	a, b := g.row(v), g.row(w)
	if len(a) != len(b) {
		return false
	}
	for _, u := range a {
		same[u] = v + 1
	}
	same[v] = 0
	if !apart {
		same[v] = v + 1
	}
	linked := false
	for _, u := range b {
		if same[u] != v+1 {
			return false
		}
		linked = linked || u == v
	}
	return linked != apart
}

// scatter spreads numbers over 64 bits (the finalizer of splitmix64, Steele, Lea and
// Flood 2014), so that sums over neighbours rarely agree by chance.
func scatter(v uint32) uint64 {
	z := (uint64(v) + 1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// merge makes one node of each class of twins.
func (s *shrinker) merge(g plain) part {
	class, apart := g.twins()
	number := make([]uint32, len(class))
	var heads []uint32
	for v, c := range class {
		if int(c) == v {
			number[v] = uint32(len(heads))
			heads = append(heads, c)
		}
	}
	k := len(heads)
	p := part{
		off: make([]uint32, k+1), members: make([]float64, k), stands: make([]float64, k),
		within: make([]float64, k), starts: make([]int, k+1), nodes: make([]network.NodeIndex, len(class)),
	}
	squares := make([]float64, k)
	for v, c := range class {
		i := number[c]
		p.starts[i+1]++
		p.members[i]++
		p.stands[i] += g.ends[v]
		squares[i] += g.ends[v] * g.ends[v]
	}
	for i := range k {
		p.starts[i+1] += p.starts[i]
	}
	next := slices.Clone(p.starts)
	for v, c := range class {
		p.nodes[next[number[c]]] = g.nodes[v]
		next[number[c]]++
	}
	for i, head := range heads {
		// Pairs within a class of non-adjacent twins meet at each of their neighbours.
		pairs := (p.stands[i]*p.stands[i] - squares[i]) / 2 / float64(len(g.row(head)))
		for _, w := range g.row(head) {
			if class[w] == w {
				p.nbr = append(p.nbr, number[w])
			}
			if class[w] == w && apart[head] {
				p.within[number[w]] += pairs
			}
		}
		p.off[i+1] = uint32(len(p.nbr))
	}
	p.sends = p.stands
	return p
}
