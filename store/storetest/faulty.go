package storetest

import (
	"context"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Faulty is a driver that fails when it is told to, for tests of what stands above
// drivers. The zero Fault of a new one is none.
type Faulty struct {
	store.Driver

	mu    sync.Mutex
	fault Fault
	calls int
}

// Fault is asked before each call; what it returns is the call's error, unless it
// is nil. It may block until the context ends.
type Fault func(context.Context) error

// Refuse is the fault of a store that is away and known to be.
func Refuse(context.Context) error {
	return graph.Errorf(graph.Unavailable, "the server does not answer")
}

// Hang is the fault of a store that swallows what it is asked.
func Hang(ctx context.Context) error {
	<-ctx.Done()
	return graph.Errorf(graph.Timeout, "the request ended before the store had answered").Because(ctx.Err())
}

// Set makes later calls fail by f, none for nil.
func (d *Faulty) Set(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = f
}

// Calls counts the calls so far.
func (d *Faulty) Calls() int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.calls
}

func (d *Faulty) fails(ctx context.Context) error {
	d.mu.Lock()
	fault := d.fault
	d.calls++
	d.mu.Unlock()
	if fault == nil {
		return nil
	}
	return fault(ctx)
}

// Commit implements [store.Driver].
func (d *Faulty) Commit(ctx context.Context, b store.Batch) (store.Commit, error) {
	if err := d.fails(ctx); err != nil {
		return store.Commit{}, err
	}
	return d.Driver.Commit(ctx, b)
}

// Head implements [store.Driver].
func (d *Faulty) Head(ctx context.Context) (graph.Revision, error) {
	if err := d.fails(ctx); err != nil {
		return 0, err
	}
	return d.Driver.Head(ctx)
}

// Records implements [store.Driver].
func (d *Faulty) Records(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Record, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Records(ctx, ids, at)
}

// Links implements [store.Driver].
func (d *Faulty) Links(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Link, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Links(ctx, ids, at)
}

// Scan implements [store.Driver].
func (d *Faulty) Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error) {
	if err := d.fails(ctx); err != nil {
		return 0, err
	}
	return d.Driver.Scan(ctx, dataset, at, record, link)
}

// Match implements [store.Driver].
func (d *Faulty) Match(ctx context.Context, terms []string, after graph.ID, limit int) ([]graph.ID, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Match(ctx, terms, after, limit)
}

// Log implements [store.Driver].
func (d *Faulty) Log(ctx context.Context, after graph.Revision, limit int) ([]store.Entry, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Log(ctx, after, limit)
}

// Entries implements [store.Driver].
func (d *Faulty) Entries(ctx context.Context, revisions []graph.Revision) ([]store.Entry, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Entries(ctx, revisions)
}

// Changes implements [store.Driver].
func (d *Faulty) Changes(ctx context.Context, r graph.Revision) ([]store.Change, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Changes(ctx, r)
}

// Versions implements [store.Driver].
func (d *Faulty) Versions(ctx context.Context, id graph.ID) ([]store.Version, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Versions(ctx, id)
}

// Datasets implements [store.Driver].
func (d *Faulty) Datasets(ctx context.Context) ([]store.Dataset, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Datasets(ctx)
}

// Secret implements [store.Driver].
func (d *Faulty) Secret(ctx context.Context) ([]byte, error) {
	if err := d.fails(ctx); err != nil {
		return nil, err
	}
	return d.Driver.Secret(ctx)
}
