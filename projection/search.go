package projection

import (
	"encoding/binary"
	"math/bits"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// directory finds IDs in ascending order. IDs are hashes, so their leading bits
// say nearly where to look: the directory notes where each run of equal leading
// bits starts, one byte an ID. A look-up takes O(1) steps on hashes, and O(log n)
// on any others.
type directory struct {
	shift  uint
	starts []uint32
}

// newDirectory indexes n IDs.
func newDirectory(n int, at func(int) *graph.ID) directory {
	width := max(bits.Len(uint(n))-2, 0)
	d := directory{shift: 64 - uint(width), starts: make([]uint32, 1<<width+1)}
	for i := range n {
		d.starts[lead(at(i))>>d.shift+1]++
	}
	for k := 1; k < len(d.starts); k++ {
		d.starts[k] += d.starts[k-1]
	}
	return d
}

// run returns the range of positions that can hold id.
func (d *directory) run(id *graph.ID) (lo, hi int) {
	k := lead(id) >> d.shift
	return int(d.starts[k]), int(d.starts[k+1])
}

// find returns the position of id in ids.
func (d *directory) find(ids []graph.ID, id graph.ID) (uint32, bool) {
	lo, hi := d.run(&id)
	i, ok := slices.BinarySearchFunc(ids[lo:hi], id, graph.ID.Compare)
	return uint32(lo + i), ok
}

// findBy returns the position in ids of id, by way of the ascending order.
func (d *directory) findBy(order []uint32, ids []graph.ID, id graph.ID) (uint32, bool) {
	lo, hi := d.run(&id)
	i, ok := slices.BinarySearchFunc(order[lo:hi], id, func(at uint32, id graph.ID) int { return ids[at].Compare(id) })
	if !ok {
		return 0, false
	}
	return order[lo+i], true
}

func lead(id *graph.ID) uint64 { return binary.BigEndian.Uint64(id[:8]) }

// bitset is a fixed set of small integers; a nil one is empty.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(i uint32) bool {
	return int(i>>6) < len(b) && b[i>>6]&(1<<(i&63)) != 0
}

func (b bitset) set(i uint32) { b[i>>6] |= 1 << (i & 63) }

// room returns b itself or a copy of it that has room for n bits and some more.
func (b bitset) room(n int) bitset {
	if n <= len(b)*64 {
		return b
	}
	out := newBitset(n + n/8)
	copy(out, b)
	return out
}
