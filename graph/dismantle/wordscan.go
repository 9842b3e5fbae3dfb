package dismantle

import "math/bits"

// wordNodes is the greatest number of nodes that a wordScan takes.
const wordNodes = 128

// word is a set of nodes.
type word [2]uint64

func (w *word) set(v int)   { w[v>>6] |= 1 << (v & 63) }
func (w *word) unset(v int) { w[v>>6] &^= 1 << (v & 63) }
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
	part  [wordNodes]smallPart
	path  [wordNodes]uint8
	order [wordNodes]uint8
	ends  [wordNodes]uint8 // of components in order
}

// smallPart is a part of a network of few nodes.
type smallPart struct{ size, hanging, within, largest int32 }

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

// cost is that of half a read arc for each node.
func (s *wordScan) cost() int64 { return int64(1 + s.n/2) }

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
		s.judge(&sum, s.order[start:end], values)
		start = int(end)
	}
	return sum.value(s.aim)
}

func (s *wordScan) judge(sum *tally, component []uint8, values []int64) {
	size := int64(len(component))
	if s.aim == connectedPairs {
		others := sum.pairs - pairs(size)
		for _, v := range component {
			p := &s.part[v&(wordNodes-1)]
			values[v] = others + int64(p.within) + pairs(size-1-int64(p.hanging))
		}
		return
	}
	for _, v := range component {
		p := &s.part[v&(wordNodes-1)]
		values[v] = sum.without(s.aim, size, max(int64(p.largest), size-1-int64(p.hanging)), 0)
	}
}

// single holds the set of each node alone: two words that are read are faster than
// one that is picked by the node, which keeps sets out of registers.
var single = func() (sets [wordNodes]word) {
	for v := range sets {
		sets[v].set(v)
	}
	return sets
}()

// search visits the component of the first fresh node and returns the end of order.
func (s *wordScan) search(unseen *word, done int) int {
	fresh0, fresh1 := unseen[0], unseen[1]
	var above0, above1 uint64
	v, depth := unseen.first(), 0
	for {
		v &= wordNodes - 1 // spares the bounds checks
		fresh0, fresh1 = fresh0&^single[v][0], fresh1&^single[v][1]
		above0, above1 = above0|single[v][0], above1|single[v][1]
		s.order[done&(wordNodes-1)] = uint8(v)
		done++
		s.path[depth&(wordNodes-1)] = uint8(v)
		depth++
		s.below[v], s.part[v] = s.near[v], smallPart{size: 1}
		for {
			near := &s.near[v]
			if next := near[0] & fresh0; next != 0 {
				v = bits.TrailingZeros64(next)
				break
			}
			if next := near[1] & fresh1; next != 0 {
				v = 64 + bits.TrailingZeros64(next)
				break
			}
			if depth--; depth == 0 {
				*unseen = word{fresh0, fresh1}
				return done
			}
			above0, above1 = above0&^single[v][0], above1&^single[v][1]
			u := int(s.path[(depth-1)&(wordNodes-1)]) & (wordNodes - 1)
			s.leave(v, u, above0&^single[u][0], above1&^single[u][1])
			v = u
		}
	}
}

// leave hands what is known of a finished node to its parent; above0 and above1 are
// the nodes above the parent.
func (s *wordScan) leave(child, parent int, above0, above1 uint64) {
	c, p := &s.part[child], &s.part[parent]
	below, all := &s.below[child], &s.below[parent]
	p.size += c.size
	if below[0]&above0|below[1]&above1 == 0 {
		p.hanging += c.size
		p.within += c.size * (c.size - 1) / 2
		p.largest = max(p.largest, c.size)
	}
	all[0] |= below[0]
	all[1] |= below[1]
}
