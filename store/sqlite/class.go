package sqlite

import (
	"encoding/binary"
	"fmt"

	"github.com/chokepoint/chokepoint/graph"
)

// class is what differs between records and links: the table and the codec. Both
// tables have the same columns.
type class[T any] struct {
	table  string
	header func(*T) *graph.Header
	append func([]byte, *T) []byte
	read   func(*reader, *T)
}

var (
	recordClass = &class[graph.Record]{
		table:  "records",
		header: func(r *graph.Record) *graph.Header { return &r.Header },
		append: appendRecord,
		read:   (*reader).record,
	}
	linkClass = &class[graph.Link]{
		table:  "links",
		header: func(l *graph.Link) *graph.Header { return &l.Header },
		append: appendLink,
		read:   (*reader).link,
	}
)

// row is an item as it stands in a table.
type row struct {
	n        int64
	id       graph.ID
	from     graph.Revision
	to       graph.Revision // 0 while current
	dataset  uint32         // numbers in the dictionary
	markings uint32
	body     []byte // with checksum
}

// columns of a row in the order of [row.targets].
const columns = "n, id, rev_from, coalesce(rev_to, 0), dataset, markings, body"

func (r *row) targets() []any {
	return []any{&r.n, (*idColumn)(&r.id), &r.from, &r.to, &r.dataset, &r.markings, &r.body}
}

// idColumn reads an ID from a blob.
type idColumn graph.ID

func (id *idColumn) Scan(value any) error {
	b, ok := value.([]byte)
	if !ok || len(b) != len(id) {
		return errFormat
	}
	copy(id[:], b)
	return nil
}

// encode appends the stored body of item, checksum included.
func (c *class[T]) encode(b []byte, item *T) []byte {
	start := len(b)
	b = c.append(b, item)
	h := c.header(item)
	return binary.LittleEndian.AppendUint32(b, checksum(h.ID, b[start:], textSum(h.Dataset), markingsSum(h.Markings)))
}

// decode makes an item of a row. Its texts share the memory of the row.
func (c *class[T]) decode(r *row, d *dictionary, w words, into *T) error {
	dataset, markings, ok := d.at(r.dataset, r.markings)
	if !ok {
		return fmt.Errorf("%s row %d: %w", c.table, r.n, errFormat)
	}
	content, err := body(r.body, r.id, dataset.sum, markings.sum)
	if err != nil {
		return fmt.Errorf("%s row %d: %w", c.table, r.n, err)
	}
	var zero T
	*into = zero
	rd := reader{b: content, words: w}
	c.read(&rd, into)
	if rd.failed || len(rd.b) > 0 {
		return fmt.Errorf("%s row %d: %w", c.table, r.n, errFormat)
	}
	h := c.header(into)
	h.ID, h.Dataset, h.Markings = r.id, dataset.name, markings.set
	return nil
}
