package dismantle

import "math/bits"

// wordNodes is the greatest number of nodes that a wordScan takes.
const wordNodes = 128

// word is a set of nodes.
type word [2]uint64

func (w *word) set(v int)      { w[v>>6] |= 1 << (v & 63) }
func (w *word) unset(v int)    { w[v>>6] &^= 1 << (v & 63) }
func (w *word) has(v int) bool { return w[v>>6]>>(v&63)&1 != 0 }
func (w *word) or(x *word)     { w[0] |= x[0]; w[1] |= x[1] }
func (w *word) first() int {
	if w[0] != 0 {
		return bits.TrailingZeros64(w[0])
	}
	return 64 + bits.TrailingZeros64(w[1])
}

// wordScan does what scan does for nodes of small networks, in a handful of word
// operations a node whatever its degree: a subtree hangs on a node alone when its
// neighbours, as a set, hold none of the nodes above.
type wordScan struct {
	n     int
	aim   aim
	near  [wordNodes]word
	below [wordNodes]word // neighbours of the subtree
	part  [wordNodes]part
	path  [wordNodes]uint8
	order [wordNodes]uint8
	ends  [wordNodes]uint8 // of components in order
}

func newWordScan(b *body, a aim) *wordScan {
	s := &wordScan{n: b.n, aim: a}
	for v := range b.n {
		for _, w := range b.row(v) {
			s.near[v].set(int(w))
		}
	}
	return s
}

func (s *wordScan) copy() prober {
	c := *s
	return &c
}

func (s *wordScan) cost() int64 { return int64(s.n) }

func (s *wordScan) probe(removed []int, values []int64) int64 {
	var fresh word
	for v := range s.n {
		fresh.set(v)
	}
	for _, v := range removed {
		fresh.unset(v)
	}
	var sum tally
	done, components := 0, 0
	for fresh[0]|fresh[1] != 0 {
		end := s.search(&fresh, done)
		sum.add(int64(end - done))
		s.ends[components] = uint8(end)
		components++
		done = end
	}
	start := 0
	for _, end := range s.ends[:components] {
		size := int64(int(end) - start)
		for _, v := range s.order[start:end] {
			p := &s.part[v]
			rest := size - 1 - p.hanging
			values[v] = sum.without(s.aim, size, max(p.largest, rest), p.within+pairs(rest))
		}
		start = int(end)
	}
	return sum.value(s.aim)
}

// search visits the component of the first fresh node and returns the end of order.
func (s *wordScan) search(fresh *word, done int) int {
	var above word
	v, depth := fresh.first(), 0
	for {
		fresh.unset(v)
		above.set(v)
		s.order[done] = uint8(v)
		done++
		s.path[depth] = uint8(v)
		depth++
		s.below[v], s.part[v] = s.near[v], part{size: 1}
		for {
			next := word{s.near[v][0] & fresh[0], s.near[v][1] & fresh[1]}
			if next[0]|next[1] != 0 {
				v = next.first()
				break
			}
			above.unset(v)
			if depth--; depth == 0 {
				return done
			}
			u := int(s.path[depth-1])
			s.leave(v, u, above)
			v = u
		}
	}
}

func (s *wordScan) leave(child, parent int, above word) {
	c, p := &s.part[child], &s.part[parent]
	p.size += c.size
	above.unset(parent)
	if s.below[child][0]&above[0]|s.below[child][1]&above[1] == 0 {
		p.hanging += c.size
		p.within += pairs(c.size)
		p.largest = max(p.largest, c.size)
	}
	s.below[parent].or(&s.below[child])
}
