// Package neo4j is the [store.Driver] on a Neo4j server of version 5.26 or later:
// records are nodes, links are relationships, both readable with nothing but
// Cypher. docs/neo4j.md describes the data; this package and ingest/neo4j are the
// only homes of Cypher.
//
// Neo4j shows committed state only, but commits piece by piece, and a query sees
// what is committed while it runs. So every item bears the revision that wrote it and a
// checksum, past versions stay beside the current ones, and each read makes of that
// the state of one revision. Writers take one lock first and so are serial: the
// order of commits is the order of revisions, and parallel writers, also of
// several servers, never deadlock.
package neo4j

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// SchemaMode says what Open does about constraints and indexes.
type SchemaMode string

// The modes.
const (
	// ApplySchema creates what is missing. It is the default.
	ApplySchema SchemaMode = "apply"
	// CheckSchema changes nothing and fails with CONFLICT if something is missing.
	CheckSchema SchemaMode = "check"
)

// Options of a Driver. Ontology is required.
type Options struct {
	// Ontology names the kinds that may be stored, and the types of properties.
	Ontology *ontology.Ontology
	// Credentials and database; the zero value reads them from the environment.
	Credentials bolt.Credentials
	// Schema is ApplySchema if "".
	Schema SchemaMode
	// Patience is how long an operation waits for a server that does not answer
	// before it fails with UNAVAILABLE; 0 means 3 seconds.
	Patience time.Duration
	// MustExist makes Open fail with NOT_FOUND where no store was made yet.
	MustExist bool
	// configure changes settings of the connections, for tests.
	configure func(*config.Config)
}

const defaultPatience = 3 * time.Second

// Driver is a store in one database of a Neo4j server. It is safe for concurrent
// use.
type Driver struct {
	server     *bolt.Server
	codec      *codec
	statements *statements
	wanted     []wanted // constraints and indexes
	patience   time.Duration
	closed     atomic.Bool
	writer     chan *writer // holds the one writer of this process
	standing   atomic.Pointer[standing]
	hints      hints
	ahead      readAhead
}

// Open opens the store in the database that the address (neo4j://HOST:PORT) and
// the credentials name, and makes one where there is none, unless it must exist.
func Open(ctx context.Context, address string, o Options) (*Driver, error) {
	if o.Credentials == (bolt.Credentials{}) {
		var err error
		if o.Credentials, err = bolt.FromEnvironment(); err != nil {
			return nil, err
		}
	}
	if o.Patience == 0 {
		o.Patience = defaultPatience
	}
	if o.configure == nil {
		o.configure = func(*config.Config) {}
	}
	server, err := bolt.Open(ctx, address, o.Credentials, o.configure)
	if err != nil {
		return nil, err
	}
	d := &Driver{
		server: server, codec: newCodec(o.Ontology), statements: newStatements(o.Ontology), wanted: wantedSchema(o.Ontology),
		patience: o.Patience, writer: make(chan *writer, 1),
	}
	d.writer <- &writer{}
	if err := d.prepare(ctx, o); err != nil {
		d.Close() //nolint:errcheck // the first error says more
		return nil, err
	}
	return d, nil
}

// Close implements [store.Driver].
func (d *Driver) Close() error {
	d.closed.Store(true)
	return d.server.Close(context.Background())
}

// Pauses between tries while the server is away.
const (
	firstPause = 50 * time.Millisecond
	lastPause  = time.Second
)

// patiently tries until try succeeds, fails for another reason than that the server
// is away, or has failed for as long as the driver is patient: however long the work
// before took, there is another try. Its errors have codes.
func (d *Driver) patiently(ctx context.Context, try func() error) error {
	if d.closed.Load() {
		return graph.Errorf(graph.Unavailable, "the store is closed")
	}
	var away time.Time // since when
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		err := try()
		if away.IsZero() {
			away = time.Now()
		}
		if err == nil || ctx.Err() != nil || !bolt.IsAway(err) || d.closed.Load() || time.Since(away)+pause > d.patience {
			return d.problem(ctx, err)
		}
		select {
		case <-ctx.Done():
			return d.problem(ctx, ctx.Err())
		case <-time.After(pause):
		}
	}
}

func (d *Driver) problem(ctx context.Context, err error) error {
	if err != nil && d.closed.Load() {
		return graph.Errorf(graph.Unavailable, "the store is closed").Because(err)
	}
	return bolt.Problem(ctx, err)
}

// parameters are what a statement is given.
type parameters = map[string]any

// read runs one reading statement in one round trip and returns its rows. The
// operation names it in the server's logs.
func (d *Driver) read(ctx context.Context, operation string, text cypher, p parameters) (rows []*neo4j.Record, err error) {
	return d.ask(ctx, neo4j.AccessModeRead, operation, text, p)
}

// readLatest is read on the leader of a cluster: its rows include every commit that
// anybody was told of before.
func (d *Driver) readLatest(ctx context.Context, operation string, text cypher, p parameters) (rows []*neo4j.Record, err error) {
	return d.ask(ctx, neo4j.AccessModeWrite, operation, text, p)
}

func (d *Driver) ask(ctx context.Context, mode neo4j.AccessMode, operation string, text cypher, p parameters) (rows []*neo4j.Record, err error) {
	err = d.patiently(ctx, func() error {
		return d.server.Do(ctx, mode, func(s neo4j.SessionWithContext) error {
			result, err := s.Run(ctx, string(text), p, bolt.Named(operation, bolt.ReadTimeout))
			if err != nil {
				return err
			}
			rows, err = result.Collect(ctx)
			return err
		})
	})
	return rows, err
}
