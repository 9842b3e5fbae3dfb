package projection

import (
	"math"

	"github.com/chokepoint/chokepoint/graph"
)

// instants and floats are columns of their type.
type (
	instants struct{ packed }
	floats   struct{ packed }
)

func (c *instants) append(t graph.Instant)  { c.packed.append(uint64(t), seconds) }
func (c *instants) get(i int) graph.Instant { return graph.Instant(c.packed.get(i)) }
func (c *floats) append(f float64)          { c.packed.append(math.Float64bits(f), hundredths) }
func (c *floats) get(i int) float64         { return math.Float64frombits(c.packed.get(i)) }

// packed is a column that costs nothing while all values are equal, two bytes a
// row while few of them differ, four while all are small multiples of a unit, and
// eight otherwise.
type packed struct {
	rows   int
	codes  []uint16 // row → values; nil when the column has another form
	counts []uint32 // row → multiple of the unit; nil when the column has another form
	unit   unit
	values []uint64          // by code, or one for all rows, or one each
	index  map[uint64]uint16 // value → code, while rows are appended
}

// maxCodes is how many distinct values a column tells apart in two bytes.
const maxCodes = 1 << 16

func (c *packed) get(i int) uint64 {
	switch {
	case c.codes != nil:
		return c.values[c.codes[i]]
	case c.counts != nil:
		return c.unit.value(c.counts[i])
	case len(c.values) == 1:
		return c.values[0]
	default:
		return c.values[i]
	}
}

// append appends a value; all values of a column have one unit.
func (c *packed) append(v uint64, u unit) {
	switch {
	case c.rows == 0:
		c.values = append(c.values, v)
	case c.codes != nil:
		c.appendCode(v, u)
	case c.counts != nil:
		c.appendCount(v)
	case len(c.values) > 1:
		c.values = append(c.values, v)
	case v != c.values[0]: // the second value: from now on codes
		c.index = map[uint64]uint16{c.values[0]: 0}
		c.codes = make([]uint16, c.rows, 2*c.rows+16)
		c.appendCode(v, u)
	}
	c.rows++
}

func (c *packed) appendCode(v uint64, u unit) {
	code, ok := c.index[v]
	switch {
	case ok:
	case len(c.values) < maxCodes:
		code = uint16(len(c.values))
		c.index[v] = code
		c.values = append(c.values, v)
	default:
		c.outgrow(v, u)
		return
	}
	c.codes = append(c.codes, code)
}

// outgrow ends the use of codes: too many values differ.
func (c *packed) outgrow(v uint64, u unit) {
	byCode := make([]uint32, len(c.values))
	for code, value := range c.values {
		count, ok := u.count(value)
		if !ok {
			c.spell(v)
			return
		}
		byCode[code] = count
	}
	counts := make([]uint32, c.rows, 2*c.rows)
	for i, code := range c.codes {
		counts[i] = byCode[code]
	}
	*c = packed{rows: c.rows, counts: counts, unit: u}
	c.appendCount(v)
}

func (c *packed) appendCount(v uint64) {
	if count, ok := c.unit.count(v); ok {
		c.counts = append(c.counts, count)
		return
	}
	c.spell(v)
}

// spell keeps the values themselves from now on.
func (c *packed) spell(v uint64) {
	all := make([]uint64, c.rows, 2*c.rows)
	for i := range all {
		all[i] = c.get(i)
	}
	*c = packed{rows: c.rows, values: append(all, v)}
}

// settle ends the appending and gives back what was set aside for it.
func (c *packed) settle() {
	c.index = nil
	c.codes = append([]uint16(nil), c.codes...)
	c.counts = append([]uint32(nil), c.counts...)
	c.values = append([]uint64(nil), c.values...)
}

// moved returns the column with row i at place[i].
func (c *packed) moved(place []uint32) packed {
	out := packed{rows: c.rows, codes: permute(c.codes, place), counts: permute(c.counts, place), unit: c.unit, values: c.values}
	if c.codes == nil && len(c.values) > 1 {
		out.values = permute(c.values, place)
	}
	return out
}

// unit is what the values of a column are most often whole multiples of.
type unit uint8

const (
	noUnit unit = iota
	seconds
	hundredths // of amounts and quantities, such as cents
)

const (
	// absent is the count of NoInstant and of NaN.
	absent = math.MaxUint32
	// earliest is the second with count 0: counts reach from 1935 to 2072.
	earliest  = -1 << 30
	perSecond = 1_000_000 // microseconds
)

var nan = math.Float64bits(math.NaN())

// count returns how many units v is, if it is exactly that many and few enough.
func (u unit) count(v uint64) (uint32, bool) {
	switch u {
	case seconds:
		t := int64(v)
		if graph.Instant(t) == graph.NoInstant {
			return absent, true
		}
		n := t/perSecond - earliest
		return uint32(n), t%perSecond == 0 && n >= 0 && n < absent
	case hundredths:
		if v == nan {
			return absent, true
		}
		f := math.Float64frombits(v)
		if !(f >= 0 && f < absent/100) {
			return 0, false
		}
		n := uint32(math.Round(f * 100))
		return n, u.value(n) == v
	}
	return 0, false
}

// value returns the value of a count.
func (u unit) value(n uint32) uint64 {
	switch {
	case u == seconds && n == absent:
		noInstant := graph.NoInstant
		return uint64(noInstant)
	case u == seconds:
		return uint64((int64(n) + earliest) * perSecond)
	case n == absent:
		return nan
	}
	return math.Float64bits(float64(n) / 100)
}
