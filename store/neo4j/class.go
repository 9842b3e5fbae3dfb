package neo4j

import (
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/graph"
)

// class is one of the two classes of items: what asks for them, and what they are
// read with.
type class[T any] struct {
	name    string // what past versions call it
	readers func(*standing) *itemReaders
	size    func(*standing) int64
	header  func(*T) *graph.Header
	decode  func(c *codec, values []any) (T, bool)
	sum     func(*T) int64
}

var recordClass = &class[graph.Record]{
	name:    "record",
	readers: func(*standing) *itemReaders { return &recordReaders },
	size:    func(s *standing) int64 { return s.records },
	header:  recordHeader,
	decode: func(c *codec, values []any) (graph.Record, bool) {
		properties, _ := values[itemColumn].(map[string]any)
		return c.record(properties, c.kindOf(values[kindColumn]))
	},
	sum: recordSum,
}

var linkClass = &class[graph.Link]{
	name:    "link",
	readers: func(s *standing) *itemReaders { return s.linkReaders },
	size:    func(s *standing) int64 { return s.links },
	header:  linkHeader,
	decode: func(c *codec, values []any) (graph.Link, bool) {
		properties, _ := values[itemColumn].(map[string]any)
		from, fromOK := graph.ParseID(text(values[fromColumn]))
		to, toOK := graph.ParseID(text(values[toColumn]))
		l, ok := c.link(properties, graph.LinkKind(text(values[kindColumn])), from, to)
		return l, ok && fromOK && toOK
	},
	sum: linkSum,
}

// Columns of every statement that reads items.
const (
	kindColumn = iota
	fromColumn
	toColumn
	itemColumn
)

// version is an item as it stands in the database: the current one, or one of the
// past.
type version[T any] struct {
	item     T
	revision graph.Revision
	until    graph.Revision // 0 for the current one
	// sum is that of the content. If it does not fit the stored one, the item was
	// read while it was written, or edited by hand.
	sum  int64
	fits bool
}

// read reads a row. ok is false for what is not ours: placeholders, and what was
// made by hand and not adopted yet.
func (c *class[T]) read(codec *codec, row *neo4j.Record) (v version[T], ok bool) {
	properties, _ := row.Values[itemColumn].(map[string]any)
	revision, ours := properties[propRevision].(int64)
	if !ours {
		return v, false
	}
	if v.item, ok = c.decode(codec, row.Values); !ok {
		return v, false
	}
	v.revision, v.until = graph.Revision(revision), graph.Revision(integer(properties[propUntil]))
	v.sum = c.sum(&v.item)
	stored, has := properties[propSum].(int64)
	v.fits = has && stored == v.sum
	return v, true
}

// propUntil is the revision that ended a past version.
const propUntil = "_until"
