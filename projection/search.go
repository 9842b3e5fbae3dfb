package projection

import (
	"encoding/binary"
	"math/bits"

	"github.com/chokepoint/chokepoint/graph"
)

// search finds id in ascending ids, and reports where it is or would be. IDs are
// hashes, so their leading bits say where to look: interpolation search takes
// O(log log n) steps on them, and the step bound keeps it O(log n) on any others.
func search(ids []graph.ID, id graph.ID) (int, bool) {
	lo, hi := 0, len(ids)
	for step := 0; lo < hi; step++ {
		mid := int(uint(lo+hi) / 2)
		if step < 6 {
			mid = interpolate(&ids[lo], &ids[hi-1], &id, lo, hi)
		}
		switch c := ids[mid].Compare(id); {
		case c == 0:
			return mid, true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return lo, false
}

// searchBy is search over ids in the order of positions.
func searchBy(positions []uint32, ids []graph.ID, id graph.ID) (uint32, bool) {
	lo, hi := 0, len(positions)
	for step := 0; lo < hi; step++ {
		mid := int(uint(lo+hi) / 2)
		if step < 6 {
			mid = interpolate(&ids[positions[lo]], &ids[positions[hi-1]], &id, lo, hi)
		}
		switch c := ids[positions[mid]].Compare(id); {
		case c == 0:
			return positions[mid], true
		case c < 0:
			lo = mid + 1
		default:
			hi = mid
		}
	}
	return 0, false
}

func interpolate(least, greatest, id *graph.ID, lo, hi int) int {
	a, z, x := lead(least), lead(greatest), lead(id)
	if x <= a {
		return lo
	}
	if x >= z {
		return hi - 1
	}
	high, low := bits.Mul64(x-a, uint64(hi-1-lo))
	if high >= z-a {
		return hi - 1
	}
	quotient, _ := bits.Div64(high, low, z-a)
	return lo + int(quotient)
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
