package projection

import (
	"bytes"
	"math"
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
				c.append(i%distinct*7, noUnit)
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

// A column of many values is small while all are whole seconds or hundredths, and
// exact in any case.
func TestPackedColumnInUnits(t *testing.T) {
	const rows = maxCodes + 100
	for name, c := range map[string]struct {
		unit  unit
		at    func(i int) uint64
		last  uint64 // the value of the last row
		small bool
	}{
		"too late":            {seconds, func(i int) uint64 { return uint64(i * 1e6) }, 1<<63 - 1, false},
		"seconds, some open":  {seconds, func(i int) uint64 { return uint64(i * 1e6) }, noInstantBits, true},
		"before the epoch":    {seconds, func(i int) uint64 { return uint64(i * -1e6) }, 0, true},
		"too early":           {seconds, func(i int) uint64 { return uint64(i * 1e6) }, ^uint64(1<<31*1_000_000 - 1), false},
		"microseconds":        {seconds, func(i int) uint64 { return uint64(i * 1e6) }, 1, false},
		"from the beginning":  {seconds, func(i int) uint64 { return uint64(i) }, 0, false},
		"cents":               {hundredths, func(i int) uint64 { return math.Float64bits(float64(i) / 100) }, nan, true},
		"more than cents":     {hundredths, func(i int) uint64 { return math.Float64bits(float64(i) / 100) }, math.Float64bits(0.001), false},
		"less than nothing":   {hundredths, func(i int) uint64 { return math.Float64bits(float64(i) / 100) }, math.Float64bits(-1), false},
		"minus nought":        {hundredths, func(i int) uint64 { return math.Float64bits(float64(i) / 100) }, math.Float64bits(math.Copysign(0, -1)), false},
		"large":               {hundredths, func(i int) uint64 { return math.Float64bits(float64(i) / 100) }, math.Float64bits(1e9), false},
		"infinite":            {hundredths, func(i int) uint64 { return math.Float64bits(float64(i) / 100) }, math.Float64bits(math.Inf(1)), false},
		"sums beside decimal": {hundredths, func(i int) uint64 { return math.Float64bits(float64(i) * 0.1) }, 0, false},
	} {
		t.Run(name, func(t *testing.T) {
			var p packed
			want := make([]uint64, rows)
			for i := range want {
				if want[i] = c.at(i); i == rows-1 {
					want[i] = c.last
				}
				p.append(want[i], c.unit)
			}
			p.settle()
			for i := range want {
				if got := p.get(i); got != want[i] {
					t.Fatalf("row %d holds %x, want %x", i, got, want[i])
				}
			}
			if small := p.counts != nil; small != c.small {
				t.Errorf("in four bytes: %v", small)
			}
		})
	}
}

var noInstantBits = func() uint64 { i := graph.NoInstant; return uint64(i) }()

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
