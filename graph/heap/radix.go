package heap

import (
	"math"
	"math/bits"
)

// Radix is a queue for searches in which what is pushed is farther than what was
// taken last (Ahuja, Mehlhorn, Orlin and Tarjan 1990). Items lie in a bucket by the
// highest bit in which their cost differs from that, so most are never compared. The
// zero value is empty.
type Radix struct {
	last    uint64
	filled  uint64 // which buckets have items, a bit each
	buckets [64][]waiting
	nearest []uint32
}

// waiting is an item; the bits of a cost that is not negative compare as it does.
type waiting struct {
	cost uint64
	id   uint32
}

// Reset empties the queue and allows costs from 0 again.
func (r *Radix) Reset() {
	for b := range r.buckets {
		r.buckets[b] = r.buckets[b][:0]
	}
	r.last, r.filled = 0, 0
}

// Push adds an item. Its cost must not be below that of the last Next, nor negative
// or NaN. O(1).
func (r *Radix) Push(cost float64, id uint32) {
	r.put(waiting{math.Float64bits(cost), id})
}

func (r *Radix) put(x waiting) {
	b := bits.Len64(x.cost ^ r.last)
	r.buckets[b] = append(r.buckets[b], x)
	r.filled |= 1 << b
}

// Next takes out all items of the least cost; none when the queue is empty. It drops
// those whose cost is no longer that of their id in costs. The slice is valid until
// the next call. O(64) an item over its stay, in practice a few.
func (r *Radix) Next(costs []float64) []uint32 {
	near := r.nearest[:0]
	for r.filled != 0 && len(near) == 0 {
		b := bits.TrailingZeros64(r.filled)
		r.filled &^= 1 << b
		kept, least := r.buckets[b][:0], uint64(math.MaxUint64)
		for _, x := range r.buckets[b] {
			if x.cost == math.Float64bits(costs[x.id]) {
				kept = append(kept, x)
				least = min(least, x.cost)
			}
		}
		r.buckets[b] = r.buckets[b][:0]
		if len(kept) > 0 {
			r.last = least
		}
		for _, x := range kept {
			if x.cost == least {
				near = append(near, x.id)
			} else {
				r.put(x)
			}
		}
	}
	r.nearest = near
	return near
}
