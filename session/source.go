package session

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// presence remembers whether the store answers. While it does not, nobody waits for
// it: who does when it goes away is let go, and who comes later does not try.
type presence struct {
	mu      sync.Mutex
	here    context.Context // ends when the store goes away
	leave   context.CancelCauseFunc
	seen    time.Time // when it last answered who follows it
	trouble error     // why its changes are not followed
}

// ErrAway is what is answered in the place of what the store alone knows while it is
// away.
var ErrAway = graph.Errorf(graph.Unavailable, "the store does not answer just now; ids, kinds, names, links, paths and rankings are still answered from memory, all else must wait: try again shortly")

func newPresence() *presence {
	p := &presence{seen: time.Now()}
	p.here, p.leave = context.WithCancelCause(context.Background())
	return p
}

// found notes that the store answers, and says what ailed it before.
func (p *presence) found() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.trouble
	p.seen, p.trouble = time.Now(), nil
	if p.here.Err() != nil {
		p.here, p.leave = context.WithCancelCause(context.Background())
	}
	return before
}

// lost notes that the store cannot be followed, and says what ailed it before.
func (p *presence) lost(because error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	before := p.trouble
	p.trouble = because
	if isAway(because) {
		p.leave(ErrAway)
	} else if p.here.Err() != nil {
		p.here, p.leave = context.WithCancelCause(context.Background())
	}
	return before
}

// isAway says whether a store that fails like this does not answer anything.
func isAway(err error) bool {
	code := graph.CodeOf(err)
	return code == graph.Unavailable || code == graph.Timeout
}

// reach runs a call of the store, unless the store is away, until it goes away.
func (p *presence) reach(ctx context.Context, call func(context.Context) error) error {
	p.mu.Lock()
	here := p.here
	p.mu.Unlock()
	if here.Err() != nil {
		return ErrAway
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(here, func() { cancel(ErrAway) })()
	err := call(ctx)
	if err != nil && errors.Is(context.Cause(ctx), ErrAway) {
		return ErrAway.Because(err)
	}
	return err
}

// ready says why not everything can be answered, in words for an operator, without
// the cause.
func (p *presence) ready() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	seen := p.seen.UTC().Format(time.RFC3339)
	switch {
	case p.trouble == nil:
		return nil
	case p.here.Err() != nil:
		return graph.Errorf(graph.Unavailable, "the store does not answer; since %s ids, kinds, names, links, paths and rankings are answered from memory, all else and writes fail", seen).Because(p.trouble)
	}
	return graph.Errorf(graph.Unavailable, "the store answers, but its change log cannot be followed; answers are as of %s", seen).Because(p.trouble)
}

// source is the store as sessions read it.
type source struct {
	*store.Store
	*presence
}

// Records is [store.Store.Records].
func (s source) Records(ctx context.Context, c access.Clearance, ids []graph.ID, at graph.Revision) (records []graph.Record, err error) {
	err = s.reach(ctx, func(ctx context.Context) error {
		records, err = s.Store.Records(ctx, c, ids, at)
		return err
	})
	return records, err
}

// Links is [store.Store.Links].
func (s source) Links(ctx context.Context, c access.Clearance, ids []graph.ID, at graph.Revision) (links []graph.Link, err error) {
	err = s.reach(ctx, func(ctx context.Context) error {
		links, err = s.Store.Links(ctx, c, ids, at)
		return err
	})
	return links, err
}

// Versions is [store.Store.Versions].
func (s source) Versions(ctx context.Context, c access.Clearance, id graph.ID) (versions []store.Version, err error) {
	err = s.reach(ctx, func(ctx context.Context) error {
		versions, err = s.Store.Versions(ctx, c, id)
		return err
	})
	return versions, err
}

// Entries is [store.Store.Entries].
func (s source) Entries(ctx context.Context, revisions []graph.Revision) (entries []store.Entry, err error) {
	err = s.reach(ctx, func(ctx context.Context) error {
		entries, err = s.Store.Entries(ctx, revisions)
		return err
	})
	return entries, err
}

// Changes is [store.Store.Changes].
func (s source) Changes(ctx context.Context, c access.Clearance, r graph.Revision) (changes []store.Change, err error) {
	err = s.reach(ctx, func(ctx context.Context) error {
		changes, err = s.Store.Changes(ctx, c, r)
		return err
	})
	return changes, err
}

// Datasets is [store.Store.Datasets].
func (s source) Datasets(ctx context.Context) (datasets []store.Dataset, err error) {
	err = s.reach(ctx, func(ctx context.Context) error {
		datasets, err = s.Store.Datasets(ctx)
		return err
	})
	return datasets, err
}

// Search is [store.Store.Search].
func (s source) Search(ctx context.Context, c access.Clearance, text string, limit int) (hits []store.Hit, complete bool, err error) {
	err = s.reach(ctx, func(ctx context.Context) error {
		hits, complete, err = s.Store.Search(ctx, c, text, limit)
		return err
	})
	return hits, complete, err
}

// FindByName is [store.Store.FindByName].
func (s source) FindByName(ctx context.Context, c access.Clearance, name string, limit int) (records []graph.Record, complete bool, err error) {
	err = s.reach(ctx, func(ctx context.Context) error {
		records, complete, err = s.Store.FindByName(ctx, c, name, limit)
		return err
	})
	return records, complete, err
}

// Write is [store.Store.Write]. Its errors say what became of the write.
func (s source) Write(ctx context.Context, viewer access.Viewer, b store.Batch) (written store.Written, err error) {
	tried := false
	err = s.reach(ctx, func(ctx context.Context) error {
		tried = true
		written, err = s.Store.Write(ctx, viewer, b)
		return err
	})
	switch {
	case err == nil || !isAway(err):
	case tried:
		err = graph.Errorf(graph.CodeOf(err), "%s; what was to be written may be there or not, and to write the same again is safe", reason(err)).Because(err)
	default:
		err = errNothingWritten.Because(err)
	}
	return written, err
}

// reason returns what a store that is away says of itself.
func reason(err error) string {
	if err.Error() == ErrAway.Message {
		return "the store stopped answering"
	}
	return err.Error()
}

var errNothingWritten = graph.Errorf(graph.Unavailable, "the store does not answer just now: nothing was written; write again when it is back")
