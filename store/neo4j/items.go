package neo4j

import (
	"encoding/binary"
	"errors"

	"github.com/chokepoint/chokepoint/graph"
)

// change says what happened to an item.
type change byte

const (
	created change = iota
	updated
	deleted
)

// changedItem is one item of a revision: which, what happened, and the markings that
// it has afterwards, or had before it was deleted.
type changedItem struct {
	id       graph.ID
	change   change
	markings graph.Markings
}

// changedItems is what a revision changed, each class in ID order. A log entry keeps
// it packed: with it the log alone tells which items there are, and how they are
// marked.
type changedItems struct {
	records, links []changedItem
}

// pack returns the packed form: the marking sets, then the records, then the links,
// each item as ID, change and number of its set. About 18 bytes an item.
func (c *changedItems) pack() []byte {
	sets := map[string]uint64{}
	var table, body []byte
	for _, list := range [2][]changedItem{c.records, c.links} {
		body = binary.AppendUvarint(body, uint64(len(list)))
		for _, item := range list {
			key := string(appendMarkings(nil, item.markings))
			n, known := sets[key]
			if !known {
				n = uint64(len(sets))
				sets[key] = n
				table = append(table, key...)
			}
			body = append(append(body, item.id[:]...), byte(item.change))
			body = binary.AppendUvarint(body, n)
		}
	}
	packed := binary.AppendUvarint(nil, uint64(len(sets)))
	return append(append(packed, table...), body...)
}

var errItems = errors.New("neo4j: the list of changed items of a log entry cannot be read")

// unpack reads the packed form.
func unpack(packed []byte) (c changedItems, err error) {
	r := unpacker{b: packed}
	sets := make([]graph.Markings, r.count())
	for i := range sets {
		sets[i] = make(graph.Markings, r.count())
		for j := range sets[i] {
			sets[i][j] = graph.Marking(r.take(r.count()))
		}
	}
	for _, list := range []*[]changedItem{&c.records, &c.links} {
		n := r.count()
		*list = make([]changedItem, 0, n)
		for range n {
			var item changedItem
			copy(item.id[:], r.take(len(item.id)))
			if kind := r.take(1); len(kind) == 1 {
				item.change = change(kind[0])
			}
			set := r.uvarint()
			if r.failed || set >= uint64(len(sets)) {
				return c, errItems
			}
			item.markings = sets[set]
			*list = append(*list, item)
		}
	}
	if r.failed || len(r.b) > 0 {
		return c, errItems
	}
	return c, nil
}

// unpacker yields zeros after the first mistake.
type unpacker struct {
	b      []byte
	failed bool
}

func (u *unpacker) uvarint() uint64 {
	v, n := binary.Uvarint(u.b)
	if n <= 0 {
		u.b, u.failed = nil, true
		return 0
	}
	u.b = u.b[n:]
	return v
}

// count reads a number of things that take at least one byte each.
func (u *unpacker) count() int {
	n := u.uvarint()
	if n > uint64(len(u.b)) {
		u.b, u.failed = nil, true
		return 0
	}
	return int(n)
}

func (u *unpacker) take(n int) []byte {
	if n > len(u.b) {
		u.b, u.failed = nil, true
		return nil
	}
	taken := u.b[:n]
	u.b = u.b[n:]
	return taken
}
