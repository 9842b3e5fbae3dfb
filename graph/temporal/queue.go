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

// instant holds the labelled contacts of one instant, the best in front: those that it
// began with, sorted, and those found since. What follows a better one is better, so
// these come sorted too.
type instant struct {
	begun, found []reached
}

// reached is a contact and how well it is reached.
type reached struct {
	label
	contact int32
}

func (r reached) compare(other reached) int {
	return cmp.Or(r.label.compare(other.label), cmp.Compare(r.contact, other.contact))
}

func (q *instant) empty() bool { return len(q.begun)+len(q.found) == 0 }

func (q *instant) pop() int32 {
	from := &q.begun
	if len(q.begun) == 0 || (len(q.found) > 0 && q.found[0].compare(q.begun[0]) < 0) {
		from = &q.found
	}
	first := (*from)[0].contact
	*from = (*from)[1:]
	return first
}
