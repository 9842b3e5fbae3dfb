package projection

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// world is what a store holds at one revision.
type world struct {
	records map[graph.ID]graph.Record
	links   map[graph.ID]graph.Link
}

func (w world) clone() world { return world{maps.Clone(w.records), maps.Clone(w.links)} }

// fakeFeed is a store in memory that keeps every revision whole.
type fakeFeed struct {
	mu      sync.Mutex
	worlds  []world // by revision
	entries []store.Entry
	changes map[graph.Revision][]store.Change
	fail    func(graph.Revision) error // asked before Changes answers
}

func newFeed() *fakeFeed {
	return &fakeFeed{worlds: []world{{map[graph.ID]graph.Record{}, map[graph.ID]graph.Link{}}}, changes: map[graph.Revision][]store.Change{}}
}

// write is one batch: upserts, then deletes.
type write struct {
	records []graph.Record
	links   []graph.Link
	deletes []graph.ID
}

func (f *fakeFeed) now() world {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.worlds[len(f.worlds)-1]
}

// commit applies a batch as store.Driver says and reports whether it changed
// anything.
func (f *fakeFeed) commit(b write) bool {
	before := f.now()
	after := before.clone()
	for _, r := range b.records {
		after.records[r.ID] = r
	}
	for _, l := range b.links {
		after.links[l.ID] = l
	}
	for _, id := range b.deletes {
		delete(after.records, id)
		delete(after.links, id)
	}
	changes := difference(before, after)
	if len(changes) == 0 {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	revision := graph.Revision(len(f.worlds))
	f.worlds = append(f.worlds, after)
	f.changes[revision] = changes
	f.entries = append(f.entries, store.Entry{Revision: revision, Signatures: signatures(changes, after)})
	return true
}

func difference(before, after world) []store.Change {
	var out []store.Change
	for _, id := range keysOf(before.records, after.records) {
		if old, current, changed := versions(before.records, after.records, id); changed {
			out = append(out, store.Change{RecordBefore: old, RecordAfter: current})
		}
	}
	for _, id := range keysOf(before.links, after.links) {
		if old, current, changed := versions(before.links, after.links, id); changed {
			out = append(out, store.Change{LinkBefore: old, LinkAfter: current})
		}
	}
	return out
}

// versions returns an item before and after, nil where it is not there.
func versions[V any](before, after map[graph.ID]V, id graph.ID) (old, current *V, changed bool) {
	if v, ok := before[id]; ok {
		old = &v
	}
	if v, ok := after[id]; ok {
		current = &v
	}
	return old, current, !reflect.DeepEqual(old, current)
}

// signatures are the markings of changed items before and after; those of a link
// joined with its ends' as of after the batch, none if an end does not exist.
func signatures(changes []store.Change, after world) []graph.Markings {
	var out []graph.Markings
	add := func(m graph.Markings) {
		if !slices.ContainsFunc(out, func(o graph.Markings) bool { return slices.Equal(o, m) }) {
			out = append(out, m)
		}
	}
	for _, c := range changes {
		for _, r := range []*graph.Record{c.RecordBefore, c.RecordAfter} {
			if r != nil {
				add(r.Markings)
			}
		}
		for _, l := range []*graph.Link{c.LinkBefore, c.LinkAfter} {
			if l == nil {
				continue
			}
			from, okFrom := after.records[l.From]
			to, okTo := after.records[l.To]
			if okFrom && okTo {
				add(l.Markings.Union(from.Markings).Union(to.Markings))
			}
		}
	}
	return out
}

func keysOf[V any](ms ...map[graph.ID]V) []graph.ID {
	var ids []graph.ID
	for _, m := range ms {
		ids = slices.AppendSeq(ids, maps.Keys(m))
	}
	slices.SortFunc(ids, graph.ID.Compare)
	return slices.Compact(ids)
}

func (f *fakeFeed) Scan(ctx context.Context, _ string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error) {
	f.mu.Lock()
	at = min(at, graph.Revision(len(f.worlds)-1))
	w := f.worlds[at]
	f.mu.Unlock()
	for _, id := range keysOf(w.records) {
		r := w.records[id]
		if err := record(&r); err != nil {
			return 0, err
		}
	}
	for _, id := range keysOf(w.links) {
		l := w.links[id]
		if err := link(&l); err != nil {
			return 0, err
		}
	}
	return at, ctx.Err()
}

func (f *fakeFeed) Head(ctx context.Context) (graph.Revision, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return graph.Revision(len(f.worlds) - 1), ctx.Err()
}

func (f *fakeFeed) Log(ctx context.Context, after graph.Revision, limit int) ([]store.Entry, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	rest := f.entries[min(int(after), len(f.entries)):]
	return slices.Clone(rest[:min(limit, len(rest))]), ctx.Err()
}

func (f *fakeFeed) Changes(ctx context.Context, r graph.Revision) ([]store.Change, error) {
	if f.fail != nil {
		if err := f.fail(r); err != nil {
			return nil, err
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.changes[r], ctx.Err()
}
