package projection

import (
	"bytes"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"pgregory.net/rapid"
)

// A column gives back what was put in, as one value, a few, or too many for codes.
func TestPackedColumn(t *testing.T) {
	for name, distinct := range map[string]uint64{"one value": 1, "few": 300, "the most codes": maxCodes, "one more": maxCodes + 1} {
		t.Run(name, func(t *testing.T) {
			const rows = 2*maxCodes + 5
			var c packed
			place := make([]uint32, rows)
			for i := range uint64(rows) {
				c.append(i % distinct * 7)
				place[i] = uint32(rows - 1 - i)
			}
			c.settle()
			moved := c.moved(place)
			for i := range rows {
				want := uint64(i) % distinct * 7
				if got := c.get(i); got != want {
					t.Fatalf("row %d holds %d, want %d", i, got, want)
				}
				if got := moved.get(rows - 1 - i); got != want {
					t.Fatalf("row %d moved holds %d, want %d", i, got, want)
				}
			}
			if coded := c.codes != nil; coded != (distinct > 1 && distinct <= maxCodes) {
				t.Errorf("codes are in use: %v", coded)
			}
		})
	}
}

// A directory finds every ID and no other, even where IDs are no hashes.
func TestDirectory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		alike := rapid.Bool().Draw(t, "alike")
		id := rapid.Custom(func(t *rapid.T) graph.ID {
			out := graph.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "bytes"))
			if alike {
				copy(out[:14], bytes.Repeat([]byte{7}, 14))
			}
			return out
		})
		ids := rapid.SliceOfNDistinct(id, 0, 40, rapid.ID).Draw(t, "ids")
		slices.SortFunc(ids, graph.ID.Compare)
		d := newDirectory(len(ids), func(i int) *graph.ID { return &ids[i] })
		for i, id := range ids {
			if at, ok := d.find(ids, id); !ok || int(at) != i {
				t.Fatalf("ID %d found at %d, %v", i, at, ok)
			}
		}
		other := id.Draw(t, "other")
		if _, ok := d.find(ids, other); ok != slices.Contains(ids, other) {
			t.Fatalf("an ID that is not there is found: %v", ok)
		}
	})
}

func TestVectorKeepsPlaces(t *testing.T) {
	var v vector[int]
	var first *int
	for i := range uint32(5000) {
		*v.grow(i) = int(i)
		if i == 0 {
			first = v.at(0)
		}
	}
	for i := range uint32(5000) {
		if got := *v.at(i); got != int(i) {
			t.Fatalf("element %d is %d", i, got)
		}
	}
	if first != v.at(0) {
		t.Error("the first element moved")
	}
}
