package path

import "github.com/chokepoint/chokepoint/graph/network"

// item is a node or a label waiting in a heap.
type item struct {
	cost float64
	hops uint32
	id   uint32
}

// before orders items by cost, then by hops. Indices have no say: which of two
// equal items comes first follows from the order in which they were pushed, and
// so from the order of arcs alone.
func (a item) before(b item) bool {
	if a.cost != b.cost {
		return a.cost < b.cost
	}
	return a.hops < b.hops
}

// heap is a 4-ary minimum heap: shallower than a binary one, and four children lie
// in one or two cache lines.
type heap []item

func (h *heap) push(x item) {
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

func (h *heap) pop() item {
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

// node returns the node that an item of a node heap stands for.
func (a item) node() network.NodeIndex { return network.NodeIndex(a.id) }
