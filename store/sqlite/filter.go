package sqlite

import (
	"encoding/binary"

	"github.com/chokepoint/chokepoint/graph"
)

// idFilter tells IDs that no row of a table has from those that a row may have: a
// Bloom filter. Only a table that was empty when the store was opened has one. An
// import into a new store so need not look for what cannot be there. IDs are hashes,
// so their bytes serve as the hash functions.
type idFilter []uint64

// filterBits are 4 MiB a table: one ID in 1,500 is looked for in vain at a million
// rows, one in five at ten million.
const filterBits = 1 << 25

func newIDFilter() idFilter { return make(idFilter, filterBits/64) }

func filterPlaces(id *graph.ID) [3]uint32 {
	return [3]uint32{
		binary.BigEndian.Uint32(id[:4]) % filterBits,
		binary.BigEndian.Uint32(id[4:8]) % filterBits,
		binary.BigEndian.Uint32(id[8:12]) % filterBits,
	}
}

func (f idFilter) add(id *graph.ID) {
	for _, p := range filterPlaces(id) {
		f[p/64] |= 1 << (p % 64)
	}
}

// mayHave is true of every ID that was added, and of a nil filter's every ID.
func (f idFilter) mayHave(id *graph.ID) bool {
	if f == nil {
		return true
	}
	for _, p := range filterPlaces(id) {
		if f[p/64]&(1<<(p%64)) == 0 {
			return false
		}
	}
	return true
}
