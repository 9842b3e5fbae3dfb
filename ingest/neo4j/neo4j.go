// Package neo4j reads somebody else's graph out of a Neo4j server: their labels,
// relationship types and properties become records and links by a mapping file,
// which [Draft] writes from what it finds in the database. docs/import.md describes
// the mapping.
//
// Nodes are read label by label and relationships type by type, each in the order of
// the server's own look-up index, in pages that are transactions of their own. A page
// that breaks off is read on behind its last row. Each row then goes the way of a
// row of a table: see package csv.
package neo4j

import (
	"context"
	"time"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/csv"
)

// DefaultPatience is how long a reader waits for a server that is away: long enough
// to start it again.
const DefaultPatience = 10 * time.Minute

// Options say how a database is read. Ontology, Dataset, Markings and Mapping are
// required.
type Options struct {
	Ontology *ontology.Ontology
	// Dataset is the source of all that is read.
	Dataset string
	// Markings are those of items that state none.
	Markings graph.Markings
	// Epoch gives integer times a meaning where the mapping does not.
	Epoch   csv.Epoch
	Mapping *Mapping
	// BatchRows is that of [csv.Options].
	BatchRows int
	// Patience is how long to wait for a server that is away without a row coming,
	// 0 for [DefaultPatience].
	Patience time.Duration
	// Seen is told how many rows were read since it was told last; it may be nil.
	Seen func(rows int)
}

// Reader reads one database. It implements [ingest.Reader].
type Reader struct {
	client  client
	options Options
	leftOut []LeftOut
	rows    csv.Options
}

// LeftOut counts what the mapping does not take.
type LeftOut struct {
	What  string // for a person, such as "nodes labelled Review"
	Count int
}

// NewReader returns a reader of the database of a server, which stays the caller's
// to close.
func NewReader(server *bolt.Server, o Options) *Reader {
	if o.Patience == 0 {
		o.Patience = DefaultPatience
	}
	if o.Seen == nil {
		o.Seen = func(int) {}
	}
	rows := csv.Options{Ontology: o.Ontology, Dataset: o.Dataset, Markings: graph.NewMarkings(o.Markings...), Epoch: o.Epoch, BatchRows: o.BatchRows}
	return &Reader{client: client{server: server, patience: o.Patience}, options: o, rows: rows}
}

// Read implements [ingest.Reader]. It takes O(nodes + relationships) time; memory is
// that of some pages and of what package csv remembers of identifiers. UNAVAILABLE
// means that the server was away for longer than the patience.
func (r *Reader) Read(ctx context.Context, yield func(*ingest.Batch) error) error {
	if r.options.Mapping == nil {
		return graph.Errorf(graph.BadUserInput, "a database needs a mapping")
	}
	return csv.NewRowReader(r.source, r.rows).Read(ctx, yield)
}

// LeftOut says, when all is read, what the mapping did not take.
func (r *Reader) LeftOut() []LeftOut { return r.leftOut }

// Size returns how many nodes and relationships the database holds.
func Size(ctx context.Context, server *bolt.Server) (int64, error) {
	c := client{server: server}
	nodes, err := c.number(ctx, countNodes)
	if err != nil {
		return 0, err
	}
	relationships, err := c.number(ctx, countRelationships)
	return nodes + relationships, err
}

// source emits the rows of the database: first nodes, then relationships.
func (r *Reader) source(ctx context.Context, emit func(csv.Rows) error) error {
	stores, err := r.client.number(ctx, countHeads)
	if err != nil {
		return err
	}
	if stores > 0 {
		return graph.Errorf(graph.BadUserInput, "this database is a Chokepoint store itself; open it with --store, and import from databases of others")
	}
	if err := r.readNodes(ctx, emit); err != nil {
		return err
	}
	return r.readRelationships(ctx, emit)
}
