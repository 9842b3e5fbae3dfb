package dismantle

import "math"

// scan probes by one depth-first search, which finds at once what each node or each
// link alone holds together (Hopcroft and Tarjan 1973).
type scan struct {
	*body
	aim   aim
	links bool // targets are links

	cut       []bool   // links that are gone
	found     []uint32 // 1 + position in order, 0 before, gone for nodes removed
	low, next []uint32
	order     []uint32
	part      []part
	path      []step
	bridges   []step // a bridge and the node below it
	starts    []int  // of components in order
}

// part is what is known of a node's subtree.
type part struct {
	size    int64
	hanging int64 // nodes in the parts that hang on the node alone
	within  int64 // pairs within these parts
	largest int64 // nodes of the largest of them
}

type step struct{ node, link uint32 }

const gone = math.MaxUint32

func newScan(b *body, a aim, links bool) *scan {
	return &scan{
		body: b, aim: a, links: links, cut: make([]bool, b.m), found: make([]uint32, b.n),
		low: make([]uint32, b.n), next: make([]uint32, b.n), part: make([]part, b.n),
	}
}

func (s *scan) copy() prober { return newScan(s.body, s.aim, s.links) }

func (s *scan) cost() int64 { return int64(s.n + len(s.nbr)) }

func (s *scan) probe(removed []int, values []int64) int64 {
	clear(s.found)
	for _, t := range removed {
		if s.links {
			s.cut[t] = true
		} else {
			s.found[t] = gone
		}
	}
	s.order, s.bridges, s.starts = s.order[:0], s.bridges[:0], s.starts[:0]
	var sum tally
	for v := range s.n {
		if s.found[v] == 0 {
			start := len(s.order)
			s.starts = append(s.starts, start)
			s.search(uint32(v))
			sum.add(int64(len(s.order) - start))
		}
	}
	if s.links {
		s.judgeLinks(&sum, values)
		for _, t := range removed {
			s.cut[t] = false
		}
	} else {
		s.judgeNodes(&sum, values)
	}
	return sum.value(s.aim)
}

func (s *scan) enter(v, link uint32) {
	s.order = append(s.order, v)
	s.found[v] = uint32(len(s.order))
	s.low[v], s.next[v] = s.found[v], s.first[v]
	s.part[v] = part{size: 1}
	s.path = append(s.path, step{v, link})
}

func (s *scan) search(start uint32) {
	s.enter(start, gone)
	for len(s.path) > 0 {
		top := s.path[len(s.path)-1]
		if s.advance(top) {
			continue
		}
		s.path = s.path[:len(s.path)-1]
		if len(s.path) > 0 {
			s.leave(top, s.path[len(s.path)-1].node)
		}
	}
}

// advance reads the arcs of a node until one leads to a new node, which it enters.
func (s *scan) advance(at step) bool {
	v := at.node
	least := s.low[v]
	for i := s.next[v]; i < s.first[v+1]; i++ {
		w := s.nbr[i]
		f := s.found[w]
		if f == gone || (s.links && (s.link[i] == at.link || s.cut[s.link[i]])) {
			continue
		}
		if f == 0 {
			s.next[v], s.low[v] = i+1, least
			s.enter(w, s.link[i])
			return true
		}
		least = min(least, f)
	}
	s.next[v], s.low[v] = s.first[v+1], least
	return false
}

func (s *scan) leave(child step, parent uint32) {
	c, p := &s.part[child.node], &s.part[parent]
	p.size += c.size
	low := s.low[child.node]
	s.low[parent] = min(s.low[parent], low)
	if low >= s.found[parent] {
		p.hanging += c.size
		p.within += pairs(c.size)
		p.largest = max(p.largest, c.size)
	}
	if s.links && low == s.found[child.node] {
		s.bridges = append(s.bridges, child)
	}
}

func (s *scan) judgeNodes(sum *tally, values []int64) {
	for i, start := range s.starts {
		end := len(s.order)
		if i+1 < len(s.starts) {
			end = s.starts[i+1]
		}
		size := int64(end - start)
		for _, v := range s.order[start:end] {
			p := &s.part[v]
			rest := size - 1 - p.hanging
			values[v] = sum.without(s.aim, size, max(p.largest, rest), p.within+pairs(rest))
		}
	}
}

func (s *scan) judgeLinks(sum *tally, values []int64) {
	same := sum.value(s.aim)
	for e := range values {
		values[e] = same
	}
	for _, b := range s.bridges {
		below := s.part[b.node].size
		size := s.sizeAround(b.node)
		values[b.link] = sum.without(s.aim, size, max(below, size-below), pairs(below)+pairs(size-below))
	}
}

// sizeAround returns the size of the component of a node, which is that of the
// subtree of its first node.
func (s *scan) sizeAround(v uint32) int64 {
	at := int(s.found[v]) - 1
	lo, hi := 0, len(s.starts)
	for hi-lo > 1 {
		if mid := (lo + hi) / 2; s.starts[mid] <= at {
			lo = mid
		} else {
			hi = mid
		}
	}
	return s.part[s.order[s.starts[lo]]].size
}
