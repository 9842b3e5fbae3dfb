package projection

import (
	"context"
	"time"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

const (
	// logPage is how many log entries are read at once.
	logPage = 1000
	// publishEvery is how many changes a follower may gather before it shows them.
	publishEvery = 10_000
)

// Sync applies every revision that anybody was told of before the call. Time is in
// the size of the changes, not of the graph, but for copying a bit for each node and
// link. When it fails, what was read completely is kept and the next call goes on
// from there. Concurrent calls wait for each other.
func (p *Projection) Sync(ctx context.Context) error {
	return p.alone(ctx, func() error {
		head, err := p.feed.Head(ctx)
		if err == nil && head < p.Current().revision {
			return errGoneBack
		}
		for read := 1; err == nil && p.Current().revision < head; {
			if read == 0 {
				return errLate
			}
			read, err = p.advance(ctx, p.feed)
		}
		return err
	})
}

var (
	errGoneBack = graph.Errorf(graph.Unavailable, "the store holds less than was read from it: it was restored or replaced; start the server again")
	errLate     = graph.Errorf(graph.Unavailable, "the store knows of a write that it does not show yet; try again shortly")
)

// Poll applies the revisions that the change log shows by now, which may lack the
// newest of other processes: see [store.Driver]. A store that does not answer within
// patience, or ten times that for what a revision changed, is UNAVAILABLE, also while
// somebody else waits for it in Sync.
func (p *Projection) Poll(ctx context.Context, patience time.Duration) error {
	feed := patient{p.feed, patience}
	if news, err := feed.Log(ctx, p.Current().revision, 1); err != nil || len(news) == 0 {
		return err
	}
	return p.alone(ctx, func() error {
		for {
			read, err := p.advance(ctx, feed)
			if err != nil || read == 0 {
				return err
			}
		}
	})
}

// alone calls read while nobody else reads the feed.
func (p *Projection) alone(ctx context.Context, read func() error) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-p.reading:
	}
	defer func() { p.reading <- struct{}{} }()
	return read()
}

// advance applies a page of the change log and returns how many entries it had.
func (p *Projection) advance(ctx context.Context, feed Feed) (int, error) {
	entries, err := feed.Log(ctx, p.Current().revision, logPage)
	if err != nil {
		return 0, err
	}
	return len(entries), p.follow(ctx, feed, entries)
}

// follow applies log entries, several at a time while they are small.
func (p *Projection) follow(ctx context.Context, feed Feed, entries []store.Entry) error {
	var batch []revisionChanges
	size := 0
	for _, e := range entries {
		changes, err := feed.Changes(ctx, e.Revision)
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			p.apply(batch)
			return err
		}
		batch, size = append(batch, revisionChanges{e, changes}), size+len(changes)
		if size >= publishEvery {
			p.apply(batch)
			batch, size = nil, 0
		}
	}
	p.apply(batch)
	return nil
}

// patient is a feed that does not wait for ever.
type patient struct {
	Feed
	patience time.Duration
}

// perChange is how much longer than the log a change may take: one holds up to some
// ten thousand items.
const perChange = 10

// Log implements Feed.
func (f patient) Log(ctx context.Context, after graph.Revision, limit int) ([]store.Entry, error) {
	return within(ctx, f.patience, func(ctx context.Context) ([]store.Entry, error) { return f.Feed.Log(ctx, after, limit) })
}

// Changes implements Feed.
func (f patient) Changes(ctx context.Context, r graph.Revision) ([]store.Change, error) {
	return within(ctx, perChange*f.patience, func(ctx context.Context) ([]store.Change, error) { return f.Feed.Changes(ctx, r) })
}

func within[T any](ctx context.Context, patience time.Duration, call func(context.Context) (T, error)) (T, error) {
	bounded, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	answer, err := call(bounded)
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		err = graph.Errorf(graph.Unavailable, "the store did not answer within %s", patience).Because(err)
	}
	return answer, err
}
