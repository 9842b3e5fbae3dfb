package projection

import (
	"encoding/binary"
	"math/bits"

	"github.com/chokepoint/chokepoint/graph"
)

// nodeRow is what the projection keeps of one record. sig 0 means that nobody
// sees it: the record is deleted, or only named as the end of a link so far.
type nodeRow struct {
	id                 graph.ID
	kind, dataset      uint16
	sig                uint32
	standing           uint8 // reliability and credibility folded, less is better
	confidence         float64
	name               string
	validFrom, validTo graph.Instant
}

// linkRow is what the projection keeps of one link.
type linkRow struct {
	id                       graph.ID
	from, to                 uint32
	kind, dataset            uint16
	sig                      uint32
	confidence               float32
	at, validFrom, validTo   graph.Instant
	weight, amount, quantity float64 // NaN when absent
}

// nodeColumns holds nodes in ID order, a column per attribute.
type nodeColumns struct {
	id                 []graph.ID
	kind, dataset      []uint16
	sig                []uint32
	standing           []uint8
	confidence         []float64
	nameEnd            []uint32 // name i is text[nameEnd[i-1]:nameEnd[i]]
	names              []byte   // becomes text when all names are there
	text               string
	validFrom, validTo sparse[graph.Instant]
}

// linkColumns holds links ordered by (from, to, ID). Ends are not columns: `to`
// is the forward adjacency and `from` follows from the row offsets.
type linkColumns struct {
	id                       []graph.ID
	kind, dataset            []uint16
	sig                      []uint32
	confidence               []float32
	at, validFrom, validTo   sparse[graph.Instant]
	weight, amount, quantity sparse[float64]
}

// sparse is a column that costs nothing while every value is absent.
type sparse[T comparable] struct {
	absent T
	values []T
}

func (c *sparse[T]) get(i int) T {
	if c.values == nil {
		return c.absent
	}
	return c.values[i]
}

// set stores value at i of a column of n rows.
func (c *sparse[T]) set(i, n int, value T) {
	if c.values == nil {
		if value == c.absent || value != value {
			return
		}
		c.values = make([]T, n)
		for j := range c.values {
			c.values[j] = c.absent
		}
	}
	c.values[i] = value
}

func (c *nodeColumns) nameOf(i int) string {
	start := uint32(0)
	if i > 0 {
		start = c.nameEnd[i-1]
	}
	if c.names != nil {
		return string(c.names[start:c.nameEnd[i]])
	}
	return c.text[start:c.nameEnd[i]]
}

// settle ends the appending of rows.
func (c *nodeColumns) settle() {
	c.text, c.names = string(c.names), nil
}

func (c *nodeColumns) row(i int) nodeRow {
	return nodeRow{id: c.id[i], kind: c.kind[i], dataset: c.dataset[i], sig: c.sig[i], standing: c.standing[i],
		confidence: c.confidence[i], name: c.nameOf(i), validFrom: c.validFrom.get(i), validTo: c.validTo.get(i)}
}

func (c *nodeColumns) append(r nodeRow) {
	i := len(c.id)
	c.id = append(c.id, r.id)
	c.kind = append(c.kind, r.kind)
	c.dataset = append(c.dataset, r.dataset)
	c.sig = append(c.sig, r.sig)
	c.standing = append(c.standing, r.standing)
	c.confidence = append(c.confidence, r.confidence)
	c.names = append(c.names, r.name...)
	c.nameEnd = append(c.nameEnd, uint32(len(c.names)))
	c.validFrom.grow(i, r.validFrom)
	c.validTo.grow(i, r.validTo)
}

// grow appends value as element i.
func (c *sparse[T]) grow(i int, value T) {
	if c.values != nil {
		c.values = append(c.values, value)
		return
	}
	if value != c.absent && value == value {
		c.values = make([]T, i, 2*i+16)
		for j := range c.values {
			c.values[j] = c.absent
		}
		c.values = append(c.values, value)
	}
}

// search finds id in the n ascending IDs that at returns, and reports where it
// is or would be. IDs are hashes, so their leading bits say where to look:
// interpolation search takes O(log log n) steps on them, and the step bound keeps
// it O(log n) on any others.
func search(n int, at func(int) graph.ID, id graph.ID) (int, bool) {
	lo, hi := 0, n
	for step := 0; lo < hi; step++ {
		mid := (lo + hi) / 2
		if step < 6 {
			mid = interpolate(at(lo), at(hi-1), id, lo, hi)
		}
		switch c := at(mid).Compare(id); {
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

func interpolate(least, greatest, id graph.ID, lo, hi int) int {
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

func lead(id graph.ID) uint64 { return binary.BigEndian.Uint64(id[:8]) }

// bitset is a fixed set of small integers; a nil one is empty.
type bitset []uint64

func newBitset(n int) bitset { return make(bitset, (n+63)/64) }

func (b bitset) has(i uint32) bool {
	return int(i>>6) < len(b) && b[i>>6]&(1<<(i&63)) != 0
}

func (b bitset) set(i uint32) { b[i>>6] |= 1 << (i & 63) }

// with returns a copy of b that has room for n bits.
func (b bitset) with(n int) bitset {
	out := newBitset(max(n, len(b)*64))
	copy(out, b)
	return out
}
