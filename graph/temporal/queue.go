package temporal

import "cmp"

// label is how well a contact can be reached: less is better.
type label struct {
	main int64 // by the criterion
	hops int32
	prev int32 // the contact before, −1 for none
}

func (l label) compare(other label) int {
	return cmp.Or(cmp.Compare(l.main, other.main), cmp.Compare(l.hops, other.hops))
}

// waiting is what has arrived at a node: a queue of which the front is the best
// that has not waited too long. Arrivals enter in the order of time; one that is no
// better than a later one never counts again.
type waiting struct {
	queue []arrival
	first int
}

type arrival struct {
	at int64
	label
}

func (w *waiting) add(a arrival) {
	for len(w.queue) > w.first && a.compare(w.queue[len(w.queue)-1].label) < 0 {
		w.queue = w.queue[:len(w.queue)-1]
	}
	w.queue = append(w.queue, a)
}

// best returns the best arrival not older than since.
func (w *waiting) best(since int64) (label, bool) {
	for w.first < len(w.queue) && w.queue[w.first].at < since {
		w.first++
	}
	if w.first == len(w.queue) {
		w.queue, w.first = w.queue[:0], 0
		return label{}, false
	}
	return w.queue[w.first].label, true
}

// due is a contact and when the next may depart.
type due struct {
	at      int64
	contact int32
}

func (d due) less(other due) bool {
	return d.at < other.at || d.at == other.at && d.contact < other.contact
}

// reached is a contact and how well it is reached, within one instant.
type reached struct {
	label
	contact int32
}

func (r reached) less(other reached) bool {
	return cmp.Or(r.compare(other.label), cmp.Compare(r.contact, other.contact)) < 0
}

type ordered[T any] interface{ less(T) bool }

// heap hands out the least of its elements.
type heap[T ordered[T]] []T

func (h *heap[T]) push(d T) {
	list := append(*h, d)
	i := len(list) - 1
	for i > 0 {
		parent := (i - 1) / 2
		if !d.less(list[parent]) {
			break
		}
		list[i] = list[parent]
		i = parent
	}
	list[i] = d
	*h = list
}

func (h *heap[T]) pop() T {
	list := *h
	top, last := list[0], list[len(list)-1]
	list = list[:len(list)-1]
	*h = list
	if len(list) == 0 {
		return top
	}
	i := 0
	for {
		child := 2*i + 1
		if child >= len(list) {
			break
		}
		if child+1 < len(list) && list[child+1].less(list[child]) {
			child++
		}
		if !list[child].less(last) {
			break
		}
		list[i] = list[child]
		i = child
	}
	list[i] = last
	return top
}
