// Package store keeps records, links and the change log behind one door: [Store]
// is policy above a [Driver], and every reading method but the projection's feed
// asks for a clearance. The zero clearance sees nothing.
package store

import (
	"context"
	"slices"

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

// Head is [Driver].Head.
func (f Feed) Head(ctx context.Context) (graph.Revision, error) { return f.driver.Head(ctx) }

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
// ids is taken, MaxIDs at a time: for one state of all, name a revision.
func (s *Store) Records(ctx context.Context, c access.Clearance, ids []graph.ID, at graph.Revision) (records []graph.Record, err error) {
	err = chunks(ids, func(some []graph.ID) error {
		found, err := s.driver.Records(ctx, some, at)
		records = append(records, slices.DeleteFunc(found, func(r graph.Record) bool { return !c.Sees(r.Markings) })...)
		return err
	})
	return records, err
}

// Links is Records for links, by the links' own markings alone: the caller
// answers for the ends, which must be visible too.
func (s *Store) Links(ctx context.Context, c access.Clearance, ids []graph.ID, at graph.Revision) (links []graph.Link, err error) {
	err = chunks(ids, func(some []graph.ID) error {
		found, err := s.driver.Links(ctx, some, at)
		links = append(links, slices.DeleteFunc(found, func(l graph.Link) bool { return !c.Sees(l.Markings) })...)
		return err
	})
	return links, err
}

// chunks calls visit with at most MaxIDs of ids at a time.
func chunks[T any](ids []T, visit func([]T) error) error {
	for some := range slices.Chunk(ids, MaxIDs) {
		if err := visit(some); err != nil {
			return err
		}
	}
	return nil
}

// Versions returns the versions of an item that c sees, oldest first. A deletion
// is kept if the version before it is; hidden versions leave no trace. Links go
// by their own markings alone.
func (s *Store) Versions(ctx context.Context, c access.Clearance, id graph.ID) ([]Version, error) {
	all, err := s.driver.Versions(ctx, id)
	if err != nil {
		return nil, err
	}
	visible := false
	return slices.DeleteFunc(all, func(v Version) bool {
		switch {
		case v.Record != nil:
			visible = c.Sees(v.Record.Markings)
		case v.Link != nil:
			visible = c.Sees(v.Link.Markings)
		}
		return !visible
	}), nil
}

// Entries returns log entries by number, in the order of revisions, unknown ones
// left out. The caller decides whether a viewer may know of them.
func (s *Store) Entries(ctx context.Context, revisions []graph.Revision) (entries []Entry, err error) {
	err = chunks(revisions, func(some []graph.Revision) error {
		found, err := s.driver.Entries(ctx, some)
		entries = append(entries, found...)
		return err
	})
	return entries, err
}

// Changes returns what revision r changed, as far as c sees it: hidden befores
// and afters are nil, and a change with neither vanishes. Links go by their own
// markings alone.
func (s *Store) Changes(ctx context.Context, c access.Clearance, r graph.Revision) ([]Change, error) {
	all, err := s.driver.Changes(ctx, r)
	if err != nil {
		return nil, err
	}
	kept := all[:0]
	for _, change := range all {
		visible := Change{
			RecordBefore: seenRecord(c, change.RecordBefore), RecordAfter: seenRecord(c, change.RecordAfter),
			LinkBefore: seenLink(c, change.LinkBefore), LinkAfter: seenLink(c, change.LinkAfter),
		}
		if visible != (Change{}) {
			kept = append(kept, visible)
		}
	}
	return kept, nil
}

func seenRecord(c access.Clearance, r *graph.Record) *graph.Record {
	if r == nil || !c.Sees(r.Markings) {
		return nil
	}
	return r
}

func seenLink(c access.Clearance, l *graph.Link) *graph.Link {
	if l == nil || !c.Sees(l.Markings) {
		return nil
	}
	return l
}

// Datasets returns every declared dataset by name, whoever may see it. A viewer
// may be told of one only if its clearance holds the whole ceiling or it sees an
// item in it: the session decides.
func (s *Store) Datasets(ctx context.Context) ([]Dataset, error) { return s.driver.Datasets(ctx) }

// Backup writes a verified copy of one consistent revision to path, which must
// not exist, and returns the revision. A store that cannot copy itself answers
// BAD_USER_INPUT.
func (s *Store) Backup(ctx context.Context, path string) (graph.Revision, error) {
	if b, ok := s.driver.(Backuper); ok {
		return b.Backup(ctx, path)
	}
	return 0, graph.Errorf(graph.BadUserInput, "this store cannot copy itself; use the backup of its database server")
}

// Check verifies what the store holds and returns findings for a person to read,
// none when all is well.
func (s *Store) Check(ctx context.Context) ([]string, error) {
	if c, ok := s.driver.(Checker); ok {
		return c.Check(ctx)
	}
	return nil, graph.Errorf(graph.BadUserInput, "this store cannot check itself; use the tools of its database server")
}

// Close releases the driver. Later calls fail with UNAVAILABLE.
func (s *Store) Close() error { return s.driver.Close() }
