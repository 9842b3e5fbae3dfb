package neo4j

import (
	"encoding/binary"

	"github.com/chokepoint/chokepoint/graph"
)

// idFilter tells IDs that no item ever had from those that one may have had: a
// scalable Bloom filter (Almeida et al. 2007). An import of new items so need not
// look for what cannot be there, which for a link would be one look-up for each
// relationship type. IDs are hashes, so their bytes serve as the hash functions.
type idFilter struct {
	parts []filterPart
}

type filterPart struct {
	bits []uint64
	room int // how many more IDs it takes
}

// bitsPerID gives one wrong "maybe" in some 400 IDs for each part.
const (
	bitsPerID     = 16
	firstCapacity = 1 << 18
)

func places(id *graph.ID, bits uint32) [4]uint32 {
	var p [4]uint32
	for i := range p {
		p[i] = binary.BigEndian.Uint32(id[4*i:]) & (bits - 1)
	}
	return p
}

func (f *idFilter) add(id graph.ID) {
	if n := len(f.parts); n == 0 || f.parts[n-1].room == 0 {
		capacity := firstCapacity << min(2*n, 10) // 2^28 IDs a part at most
		f.parts = append(f.parts, filterPart{make([]uint64, capacity*bitsPerID/64), capacity})
	}
	part := &f.parts[len(f.parts)-1]
	part.room--
	for _, p := range places(&id, uint32(len(part.bits)*64)) {
		part.bits[p/64] |= 1 << (p % 64)
	}
}

// mayHave is true of every ID that was added, and of few others.
func (f *idFilter) mayHave(id graph.ID) bool {
parts:
	for i := range f.parts {
		bits := f.parts[i].bits
		for _, p := range places(&id, uint32(len(bits)*64)) {
			if bits[p/64]&(1<<(p%64)) == 0 {
				continue parts
			}
		}
		return true
	}
	return false
}
