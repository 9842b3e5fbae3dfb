// Package store keeps records, links and the change log behind one door: [Store]
// is policy above a [Driver], and every reading method but the projection's feed
// asks for a clearance. The zero clearance sees nothing.
package store

import (
	"context"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// Store is policy above a Driver: clearance, validation, search keys and scores,
// error codes. It is safe for concurrent use. Only package session, the
// projection's wiring and the program's main function may hold one.
type Store struct {
	driver   Driver
	ontology *ontology.Ontology
}

// New returns the store that driver holds; o says what is fit to be stored.
func New(driver Driver, o *ontology.Ontology) *Store { return &Store{driver: driver, ontology: o} }

// Feed is what the projection reads: everything, whoever may see it. Nothing
// else may use it.
type Feed struct{ driver Driver }

// Feed returns the projection's feed.
func (s *Store) Feed() Feed { return Feed{s.driver} }

// Scan is [Driver].Scan.
func (f Feed) Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error) {
	return f.driver.Scan(ctx, dataset, at, record, link)
}

// Log is [Driver].Log.
func (f Feed) Log(ctx context.Context, after graph.Revision, limit int) ([]Entry, error) {
	return f.driver.Log(ctx, after, limit)
}

// Changes is [Driver].Changes.
func (f Feed) Changes(ctx context.Context, r graph.Revision) ([]Change, error) {
	return f.driver.Changes(ctx, r)
}

// Head returns the newest revision. It is for the session, never for a viewer.
func (s *Store) Head(ctx context.Context) (graph.Revision, error) { return s.driver.Head(ctx) }

// Secret returns the store's own key: see [Driver].
func (s *Store) Secret(ctx context.Context) ([]byte, error) { return s.driver.Secret(ctx) }

// Records returns those of ids that c sees at the revision, in the order of ids.
// What c does not see is left out exactly as what does not exist. Any number of
// ids is taken, MaxIDs at a time.
func (s *Store) Records(ctx context.Context, c access.Clearance, ids []graph.ID, at graph.Revision) ([]graph.Record, error) {
	return nil, unfinished
}

// Links is Records for links, by the links' own markings alone: the caller
// answers for the ends, which must be visible too.
func (s *Store) Links(ctx context.Context, c access.Clearance, ids []graph.ID, at graph.Revision) ([]graph.Link, error) {
	return nil, unfinished
}

// Versions returns the versions of an item that c sees, oldest first. A deletion
// is kept if the version before it is; hidden versions leave no trace.
func (s *Store) Versions(ctx context.Context, c access.Clearance, id graph.ID) ([]Version, error) {
	return nil, unfinished
}

// Entries returns log entries by number, in the order of revisions, unknown ones
// left out. The caller decides whether a viewer may know of them.
func (s *Store) Entries(ctx context.Context, revisions []graph.Revision) ([]Entry, error) {
	return nil, unfinished
}

// Changes returns what revision r changed, as far as c sees it: hidden befores
// and afters are nil, and a change with neither vanishes. Links go by their own
// markings alone.
func (s *Store) Changes(ctx context.Context, c access.Clearance, r graph.Revision) ([]Change, error) {
	return nil, unfinished
}

// Datasets returns every declared dataset by name, whoever may see it. A viewer
// may be told of one only if its clearance holds the whole ceiling or it sees an
// item in it: the session decides.
func (s *Store) Datasets(ctx context.Context) ([]Dataset, error) { return s.driver.Datasets(ctx) }

// Backup writes a verified copy of one consistent revision to path, which must
// not exist, and returns the revision. A driver that cannot gives BAD_USER_INPUT.
func (s *Store) Backup(ctx context.Context, path string) (graph.Revision, error) {
	return 0, unfinished
}

// Check verifies what the store holds and returns findings for a person to read,
// none when all is well.
func (s *Store) Check(ctx context.Context) ([]string, error) { return nil, unfinished }

// Close releases the driver. Later calls fail with UNAVAILABLE.
func (s *Store) Close() error { return s.driver.Close() }

var unfinished = graph.Errorf(graph.Internal, "not there yet")
