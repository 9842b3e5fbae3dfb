// Package heap holds the queues from which searches by cost take what is nearest.
package heap

// Item is a node or a label that waits.
type Item struct {
	Cost float64
	Hops uint32
	ID   uint32
}

// before orders items by cost, then by hops. Identity has no say: which of two equal
// items comes first follows from the order in which they were pushed, and so from the
// order of arcs alone.
func (a Item) before(b Item) bool {
	if a.Cost != b.Cost {
		return a.Cost < b.Cost
	}
	return a.Hops < b.Hops
}

// Min is a 4-ary heap with the least item in front: shallower than a binary one, and
// four children lie in one or two cache lines. The zero value is empty.
type Min []Item

// Push adds an item. O(log n).
func (h *Min) Push(x Item) {
	*h = append(*h, x)
	s := *h
	i := len(s) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !x.before(s[parent]) {
			break
		}
		s[i] = s[parent]
		i = parent
	}
	s[i] = x
}

// Pop takes out the least item; there must be one. O(log n).
func (h *Min) Pop() Item {
	s := *h
	top, x := s[0], s[len(s)-1]
	s = s[:len(s)-1]
	*h = s
	if len(s) == 0 {
		return top
	}
	i := 0
	for {
		least := 4*i + 1
		if least >= len(s) {
			break
		}
		for c := least + 1; c < min(4*i+5, len(s)); c++ {
			if s[c].before(s[least]) {
				least = c
			}
		}
		if !s[least].before(x) {
			break
		}
		s[i] = s[least]
		i = least
	}
	s[i] = x
	return top
}
