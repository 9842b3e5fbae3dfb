package projection

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Feed is what the projection reads from a store: everything, whoever may see
// it. store.Feed implements it.
type Feed interface {
	Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error)
	Log(ctx context.Context, after graph.Revision, limit int) ([]store.Entry, error)
	Changes(ctx context.Context, r graph.Revision) ([]store.Change, error)
}

// Projection follows one store. Safe for concurrent use: readers take the current
// snapshot without a lock, writers are serial.
type Projection struct {
	feed    Feed
	current atomic.Pointer[Snapshot]

	mu         sync.Mutex // guards everything below and the publication of snapshots
	dict       *dictionary
	compacting bool
	pending    []revisionChanges // applied while a compaction runs
	compaction sync.WaitGroup
}

type revisionChanges struct {
	entry   store.Entry
	changes []store.Change
}

const (
	// Bounds of the delta before the base is rebuilt in the background: an absolute
	// one below which a rebuild is not worth its time, and a share of the base.
	compactAbove = 50_000
	compactShare = 8
	// logPage is how many log entries are read at once.
	logPage = 1000
	// publishEvery is how many changes a follower may gather before it shows them.
	publishEvery = 10_000
)

// Open builds the projection of what feed holds by one scan. O(n + m) time.
func Open(ctx context.Context, feed Feed) (*Projection, error) {
	p := &Projection{feed: feed, dict: newDictionary()}
	snapshot, err := load(ctx, feed, p.dict, store.Latest)
	if err != nil {
		return nil, err
	}
	p.current.Store(snapshot)
	return p, nil
}

// Current returns the newest snapshot.
func (p *Projection) Current() *Snapshot { return p.current.Load() }

// Sync applies every revision that the change log has beyond the current
// snapshot. Time is in the size of the changes, not of the graph, but for copying
// a bit for each node and link. When it fails, what was read completely is kept
// and the next call goes on from there. Concurrent calls wait for each other.
func (p *Projection) Sync(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		entries, err := p.feed.Log(ctx, p.Current().revision, logPage)
		if err != nil || len(entries) == 0 {
			return err
		}
		if err := p.follow(ctx, entries); err != nil {
			return err
		}
	}
}

// follow applies log entries, several at a time while they are small.
func (p *Projection) follow(ctx context.Context, entries []store.Entry) error {
	var batch []revisionChanges
	size := 0
	for _, e := range entries {
		changes, err := p.feed.Changes(ctx, e.Revision)
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

func (p *Projection) apply(batch []revisionChanges) {
	if len(batch) == 0 {
		return
	}
	next := p.Current().with(batch, p.dict)
	p.current.Store(next)
	if p.compacting {
		p.pending = append(p.pending, batch...)
		return
	}
	if size := next.delta.size(); size > compactAbove && size > next.base.numLinks()/compactShare {
		p.startCompaction(next)
	}
}

// with returns the snapshot that follows s by some revisions.
func (s *Snapshot) with(batch []revisionChanges, dict *dictionary) *Snapshot {
	w := newWriter(s, dict)
	log := s.log
	for _, rc := range batch {
		for _, c := range rc.changes {
			switch {
			case c.RecordBefore != nil || c.RecordAfter != nil:
				w.record(c.RecordBefore, c.RecordAfter)
			case c.LinkBefore != nil || c.LinkAfter != nil:
				w.link(c.LinkBefore, c.LinkAfter)
			}
		}
		log = append(log, dict.logEntry(rc.entry))
	}
	next := &Snapshot{revision: batch[len(batch)-1].entry.Revision, base: s.base, delta: w.delta, judgements: w.judgements, log: log}
	next.read(dict)
	return next
}

func (p *Projection) startCompaction(from *Snapshot) {
	p.compacting = true
	p.compaction.Add(1)
	go p.compact(from)
}

// compact rebuilds the base from a snapshot and then replays what came since.
func (p *Projection) compact(from *Snapshot) {
	defer p.compaction.Done()
	compacted := from.compacted()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.pending) > 0 {
		compacted = compacted.with(p.pending, p.dict)
	}
	p.current.Store(compacted)
	p.pending, p.compacting = nil, false
}

// Close waits for a running compaction to end.
func (p *Projection) Close() { p.compaction.Wait() }
