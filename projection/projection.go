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
	Head(ctx context.Context) (graph.Revision, error)
	Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error)
	Log(ctx context.Context, after graph.Revision, limit int) ([]store.Entry, error)
	Changes(ctx context.Context, r graph.Revision) ([]store.Change, error)
}

// Projection follows one store. Safe for concurrent use: readers take the current
// snapshot without a lock, writers are serial.
type Projection struct {
	feed    Feed
	current atomic.Pointer[Snapshot]
	reading chan struct{}                 // holds a token while nobody reads the feed
	news    atomic.Pointer[chan struct{}] // closed when current moves to a later revision

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
)

// Open builds the projection of what feed holds by one scan. O(n + m) time.
func Open(ctx context.Context, feed Feed) (*Projection, error) {
	p := &Projection{feed: feed, dict: newDictionary(), reading: make(chan struct{}, 1)}
	p.reading <- struct{}{}
	p.announce()
	snapshot, err := load(ctx, feed, p.dict, store.Latest)
	if err != nil {
		return nil, err
	}
	p.current.Store(snapshot)
	return p, nil
}

// Current returns the newest snapshot.
func (p *Projection) Current() *Snapshot { return p.current.Load() }

// News returns a channel that is closed when a later revision than now is shown. Ask
// for it before looking at Current, so that none is missed.
func (p *Projection) News() <-chan struct{} { return *p.news.Load() }

// announce tells who waits for news.
func (p *Projection) announce() {
	next := make(chan struct{})
	if last := p.news.Swap(&next); last != nil {
		close(*last)
	}
}

func (p *Projection) apply(batch []revisionChanges) {
	if len(batch) == 0 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	next := p.Current().with(batch, p.dict)
	p.current.Store(next)
	p.announce()
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
