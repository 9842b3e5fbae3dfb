package projection

import (
	"math"

	"github.com/chokepoint/chokepoint/graph"
)

// nodeRow is what the projection keeps of one record. Class 0 means that nobody
// sees it: the record is deleted, or only named as the end of a link so far.
type nodeRow struct {
	id                 graph.ID
	class              uint32
	confidence         float64
	name               string
	validFrom, validTo graph.Instant
	// What a fact such as a transfer tells about the link derived from it.
	at               graph.Instant
	amount, quantity float64 // NaN when absent
}

// ghost returns the row of an ID without a record.
func ghost(id graph.ID) nodeRow {
	return nodeRow{id: id, validFrom: graph.NoInstant, validTo: graph.NoInstant, at: graph.NoInstant, amount: math.NaN(), quantity: math.NaN()}
}

// linkRow is what the projection keeps of one link.
type linkRow struct {
	id                       graph.ID
	from, to                 uint32
	class                    uint32
	confidence               float64
	at, validFrom, validTo   graph.Instant
	weight, amount, quantity float64 // NaN when absent
}

// nodeColumns holds nodes in ID order, a column per attribute.
type nodeColumns struct {
	id                     []graph.ID
	class                  []uint32
	nameEnd                []uint32 // name i is text[nameEnd[i-1]:nameEnd[i]]
	names                  []byte   // becomes text when all names are there
	text                   string
	confidence             floats
	validFrom, validTo, at instants
	amount, quantity       floats
}

func (c *nodeColumns) append(r nodeRow) {
	c.id = append(c.id, r.id)
	c.class = append(c.class, r.class)
	c.names = append(c.names, r.name...)
	c.nameEnd = append(c.nameEnd, uint32(len(c.names)))
	c.confidence.append(r.confidence)
	c.validFrom.append(r.validFrom)
	c.validTo.append(r.validTo)
	c.at.append(r.at)
	c.amount.append(r.amount)
	c.quantity.append(r.quantity)
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
	for _, p := range []*packed{&c.confidence.packed, &c.validFrom.packed, &c.validTo.packed, &c.at.packed, &c.amount.packed, &c.quantity.packed} {
		p.settle()
	}
}

func (c *nodeColumns) row(i int) nodeRow {
	return nodeRow{
		id: c.id[i], class: c.class[i], confidence: c.confidence.get(i), name: c.nameOf(i),
		validFrom: c.validFrom.get(i), validTo: c.validTo.get(i), at: c.at.get(i), amount: c.amount.get(i), quantity: c.quantity.get(i),
	}
}

// linkColumns holds links ordered by (from, to, ID), or by ID while a builder
// collects them. Ends are not columns: `to` is the forward adjacency and `from`
// follows from the row offsets.
type linkColumns struct {
	id                       []graph.ID
	class                    []uint32
	confidence               floats
	at, validFrom, validTo   instants
	weight, amount, quantity floats
}

func (c *linkColumns) append(r *linkRow) {
	c.id = append(c.id, r.id)
	c.class = append(c.class, r.class)
	c.confidence.append(r.confidence)
	c.at.append(r.at)
	c.validFrom.append(r.validFrom)
	c.validTo.append(r.validTo)
	c.weight.append(r.weight)
	c.amount.append(r.amount)
	c.quantity.append(r.quantity)
}

func (c *linkColumns) row(i int) linkRow {
	return linkRow{
		id: c.id[i], class: c.class[i], confidence: c.confidence.get(i),
		at: c.at.get(i), validFrom: c.validFrom.get(i), validTo: c.validTo.get(i),
		weight: c.weight.get(i), amount: c.amount.get(i), quantity: c.quantity.get(i),
	}
}

// moved returns the columns with row i at place[i].
func (c *linkColumns) moved(place []uint32) linkColumns {
	out := linkColumns{id: permute(c.id, place), class: permute(c.class, place)}
	c.id, c.class = nil, nil
	from, to := c.packed(), out.packed()
	for k := range from {
		*to[k] = from[k].moved(place)
		*from[k] = packed{}
	}
	return out
}

func (c *linkColumns) packed() []*packed {
	return []*packed{&c.confidence.packed, &c.at.packed, &c.validFrom.packed, &c.validTo.packed, &c.weight.packed, &c.amount.packed, &c.quantity.packed}
}

func permute[T any](values []T, place []uint32) []T {
	if values == nil {
		return nil
	}
	out := make([]T, len(values))
	for i, v := range values {
		out[place[i]] = v
	}
	return out
}
