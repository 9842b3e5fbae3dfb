package projection

import (
	"context"
	"fmt"
	"slices"
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

// Bounds of the delta before the base is rebuilt in the background: an absolute
// one below which a rebuild is not worth its time, and a share of the base.
const (
	compactAbove = 50_000
	compactShare = 8
	logPage      = 1000
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

// load scans the state at a revision into a snapshot with an empty delta.
func load(ctx context.Context, feed Feed, dict *dictionary, at graph.Revision) (*Snapshot, error) {
	b := newBuilder()
	judgements := map[graph.ID]linkRow{}
	revision, err := feed.Scan(ctx, "", at,
		func(r *graph.Record) error {
			b.nodes.append(dict.nodeRow(r))
			return dict.full
		},
		func(l *graph.Link) error {
			row := dict.linkRow(l)
			row.from, row.to = b.end(l.From), b.end(l.To)
			if l.Kind.IsJudgement() {
				judgements[l.ID] = row
			} else {
				b.links = append(b.links, row)
			}
			return dict.full
		})
	if err != nil {
		return nil, err
	}
	// Ghosts get their final index when the base is built: look judged ends up anew.
	ends := map[graph.ID][2]graph.ID{}
	for id, row := range judgements {
		ends[id] = [2]graph.ID{b.endID(row.from), b.endID(row.to)}
	}
	base := b.build()
	for id, row := range judgements {
		row.from, _ = base.node(ends[id][0])
		row.to, _ = base.node(ends[id][1])
		judgements[id] = row
	}
	s := &Snapshot{revision: revision, base: base, delta: emptyDelta(), judgements: judgements, judgedAt: revision}
	for after := graph.Revision(0); after < revision; {
		entries, err := feed.Log(ctx, after, logPage)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			break
		}
		for _, e := range entries {
			if e.Revision <= revision {
				s.log = append(s.log, dict.logEntry(e))
			}
		}
		after = entries[len(entries)-1].Revision
	}
	s.read(dict)
	return s, nil
}

func (b *builder) endID(i uint32) graph.ID {
	if n := len(b.nodes.id); int(i) >= n {
		return b.ghosts[int(i)-n]
	}
	return b.nodes.id[i]
}

func (d *dictionary) logEntry(e store.Entry) logEntry {
	out := logEntry{revision: e.Revision}
	for _, m := range e.Signatures {
		out.signatures = append(out.signatures, d.signature(m))
	}
	return out
}

// read gives the snapshot the dictionary and the node order of its time.
func (s *Snapshot) read(d *dictionary) {
	s.kinds, s.linkKinds, s.datasets, s.signatures = d.kinds.words, d.linkKinds.words, d.datasets.words, d.signatures
	s.addedByID = make([]uint32, len(s.delta.nodes))
	for i := range s.addedByID {
		s.addedByID[i] = uint32(s.base.numNodes() + i)
	}
	slices.SortFunc(s.addedByID, func(a, b uint32) int { return s.nodeID(a).Compare(s.nodeID(b)) })
}

// Current returns the newest snapshot.
func (p *Projection) Current() *Snapshot { return p.current.Load() }

// Sync applies every revision that the change log has beyond the current
// snapshot. Time is in the size of the changes and of the delta, not of the
// graph. Concurrent calls wait for each other.
func (p *Projection) Sync(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		entries, err := p.feed.Log(ctx, p.current.Load().revision, logPage)
		if err != nil || len(entries) == 0 {
			return err
		}
		for _, e := range entries {
			changes, err := p.feed.Changes(ctx, e.Revision)
			if err != nil {
				return err
			}
			if err := p.apply(revisionChanges{e, changes}); err != nil {
				return err
			}
		}
	}
}

func (p *Projection) apply(rc revisionChanges) error {
	next, err := p.current.Load().with(rc, p.dict)
	if err != nil {
		return err
	}
	p.current.Store(next)
	if p.compacting {
		p.pending = append(p.pending, rc)
		return nil
	}
	if size := next.delta.size(); size > compactAbove && size > next.base.numLinks()/compactShare {
		p.compacting = true
		p.compaction.Add(1)
		go p.compact(next)
	}
	return nil
}

// with returns the snapshot that follows s by one revision.
func (s *Snapshot) with(rc revisionChanges, dict *dictionary) (*Snapshot, error) {
	w := writer{base: s.base, delta: s.delta.clone(), dict: dict, judgements: s.judgements}
	for _, c := range rc.changes {
		switch {
		case c.RecordBefore != nil || c.RecordAfter != nil:
			w.record(c.RecordBefore, c.RecordAfter)
		case c.LinkBefore != nil || c.LinkAfter != nil:
			w.link(c.LinkBefore, c.LinkAfter)
		}
	}
	if dict.full != nil {
		return nil, dict.full
	}
	next := &Snapshot{revision: rc.entry.Revision, base: s.base, delta: w.delta, judgements: w.judgements,
		judgedAt: s.judgedAt, log: append(s.log, dict.logEntry(rc.entry))}
	if w.ownJudge {
		next.judgedAt = next.revision
	}
	next.read(dict)
	return next, nil
}

// compact rebuilds the base from a snapshot and then replays what came since.
func (p *Projection) compact(from *Snapshot) {
	defer p.compaction.Done()
	compacted := from.compacted()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, rc := range p.pending {
		next, err := compacted.with(rc, p.dict)
		if err != nil { // the same changes were applied to the old base: keep that one
			break
		}
		compacted = next
	}
	if compacted.revision == p.current.Load().revision {
		compacted.read(p.dict)
		p.current.Store(compacted)
	}
	p.pending, p.compacting = nil, false
}

// compacted returns a snapshot with the same content and an empty delta.
func (s *Snapshot) compacted() *Snapshot {
	b := newBuilder()
	renumber := make([]uint32, s.numNodes())
	s.eachNode(func(i uint32) {
		renumber[i] = uint32(len(b.nodes.id))
		b.nodes.append(s.node(i))
	})
	b.links = make([]linkRow, 0, s.numLinks()-s.delta.deadN)
	s.eachLink(func(i uint32) {
		row := s.link(i)
		row.from, row.to = renumber[row.from], renumber[row.to]
		b.links = append(b.links, row)
	})
	out := *s
	out.base, out.delta, out.addedByID = b.build(), emptyDelta(), nil
	out.log = slices.Clone(s.log) // both lines of descent append to their own
	out.judgements = make(map[graph.ID]linkRow, len(s.judgements))
	for id, row := range s.judgements {
		row.from, row.to = renumber[row.from], renumber[row.to]
		out.judgements[id] = row
	}
	return &out
}

// At builds the snapshot of a past revision by a scan of that state. It is not
// kept: whoever asks again should hold it.
func (p *Projection) At(ctx context.Context, r graph.Revision) (*Snapshot, error) {
	if now := p.Current(); r >= now.revision {
		return nil, fmt.Errorf("projection: revision %d is not in the past", r)
	}
	return load(ctx, p.feed, newDictionary(), r)
}

// Close waits for a running compaction to end.
func (p *Projection) Close() { p.compaction.Wait() }
