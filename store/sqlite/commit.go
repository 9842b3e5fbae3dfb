package sqlite

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Commit implements [store.Driver]. Items are encoded on other cores while this
// one writes; encoding and sorting need no lock, so several callers overlap.
func (d *Driver) Commit(ctx context.Context, b store.Batch) (store.Commit, error) {
	if err := d.usable(ctx); err != nil {
		return store.Commit{}, err
	}
	deleted := make(map[graph.ID]struct{}, len(b.Deletes))
	for _, id := range b.Deletes {
		deleted[id] = struct{}{}
	}
	encoding, stop := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	defer wait.Wait() // the items are the caller's
	defer stop()
	t := &transaction{
		batch:   &b,
		records: newPlan(recordClass, b.Records, deleted),
		links:   newPlan(linkClass, b.Links, deleted),
		touched: map[uint32]struct{}{},
	}
	t.records.encode(encoding, &wait)
	t.links.encode(encoding, &wait)
	select {
	case <-ctx.Done():
		return store.Commit{}, failure(ctx, ctx.Err())
	case <-d.writing:
	}
	defer func() { d.writing <- struct{}{} }()
	if err := d.usable(ctx); err != nil {
		return store.Commit{}, err
	}
	commit, err := d.commit(ctx, t)
	return commit, failure(ctx, err)
}

// commit runs a transaction from beginning to end.
func (d *Driver) commit(ctx context.Context, t *transaction) (store.Commit, error) {
	w, before := d.w, d.dictionary.Load()
	t.writer, t.next, t.dictionary = w, w.next, &dictionary{datasets: slices.Clone(before.datasets), markings: before.markings}
	if err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return store.Commit{}, err
	}
	undo := func(err error) (store.Commit, error) {
		d.dictionary.Store(before)
		clear(w.ends)
		for _, set := range t.dictionary.markings[len(before.markings):] {
			delete(w.sets, string(appendMarkings(nil, set.set)))
		}
		if back := w.exec("ROLLBACK"); back != nil && ctx.Err() == nil {
			err = errors.Join(err, back) // a failed COMMIT may have rolled back by itself
		}
		return store.Commit{}, err
	}
	head, err := head(ctx, w.conn)
	if err != nil {
		return undo(err)
	}
	t.revision = head + 1
	if err := t.apply(ctx); err != nil {
		return undo(err)
	}
	result := store.Commit{Revision: head, Outcomes: slices.Concat(t.records.outcomes, t.links.outcomes, t.deletes)}
	if t.changed() {
		if err := t.log(); err != nil {
			return undo(err)
		}
		result.Revision, result.Changed = t.revision, true
	}
	// Published first: whoever sees the new rows must find the words they use.
	d.dictionary.Store(t.dictionary)
	if err := w.exec("COMMIT"); err != nil {
		return undo(err)
	}
	w.next = t.next
	return result, nil
}

// transaction is one batch on its way into the tables.
type transaction struct {
	*writer
	batch      *store.Batch
	records    *plan[graph.Record]
	links      *plan[graph.Link]
	deletes    []store.Outcome
	revision   graph.Revision
	next       struct{ records, links int64 }
	dictionary *dictionary // with what this batch adds

	changedRecords, changedLinks int
	touched                      map[uint32]struct{} // marking sets of changed records
	touchedLinks                 []linkTouch
	digest                       uint64
	lastSet                      struct {
		set graph.Markings
		n   uint32
	}
}

func (t *transaction) changed() bool { return t.changedRecords+t.changedLinks > 0 }

func (t *transaction) apply(ctx context.Context) error {
	if err := t.declare(); err != nil {
		return err
	}
	if err := upsert(ctx, t, t.records, &t.next.records, &t.changedRecords, t.recordChanged); err != nil {
		return err
	}
	if err := t.index(ctx); err != nil {
		return err
	}
	if err := upsert(ctx, t, t.links, &t.next.links, &t.changedLinks, t.linkChanged); err != nil {
		return err
	}
	return t.delete(ctx)
}

// upsert writes the items of a plan that differ from what is there. changed
// hears of each: the row before, nil for a created one, and the item after.
func upsert[T any](ctx context.Context, t *transaction, p *plan[T], next *int64, count *int, changed func(before *row, after *T, set uint32) error) error {
	if *next == 1 && t.filters[p.class.table] == nil && len(p.order) > 0 {
		t.filters[p.class.table] = newIDFilter()
	}
	u := upserter[T]{
		transaction: t, plan: p, next: next, count: count, changed: changed, filter: t.filters[p.class.table], datasets: map[string]uint32{},
		insert: newInsertion(t.writer, "INSERT INTO "+p.class.table+" (n, id, rev_from, dataset, markings, body) VALUES ", "(?,?,?,?,?,?)"),
	}
	for chunk := range p.ready {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		<-p.ready[chunk]
		if err := u.chunk(p.bounds(chunk)); err != nil {
			return err
		}
	}
	return u.insert.flush()
}

type upserter[T any] struct {
	*transaction
	plan     *plan[T]
	insert   *insertion
	next     *int64 // number of the next row
	count    *int   // of changed items
	changed  func(before *row, after *T, set uint32) error
	filter   idFilter
	datasets map[string]uint32 // numbers of those met so far
}

// chunk writes the items at the positions [start, end) of the plan's order.
func (u *upserter[T]) chunk(start, end int) error {
	existing := map[graph.ID]*row{}
	ids := make([]graph.ID, 0, planChunk)
	for i := start; i < end; i++ {
		if id := u.plan.id(u.plan.order[i]); u.filter.mayHave(&id) {
			ids = append(ids, id)
		}
	}
	if len(ids) > 0 {
		if err := u.current(u.plan.class.table, ids, existing); err != nil {
			return err
		}
	}
	for i := start; i < end; i++ {
		if err := u.one(u.plan.order[i], u.plan.bodies[i], existing); err != nil {
			return err
		}
	}
	return nil
}

func (u *upserter[T]) one(position int32, body []byte, existing map[graph.ID]*row) error {
	item := &u.plan.items[position]
	h := u.plan.class.header(item)
	dataset, err := u.dataset(h.Dataset)
	if err != nil {
		return err
	}
	set, err := u.set(h.Markings)
	if err != nil {
		return err
	}
	outcome, before := store.Created, existing[h.ID]
	if before != nil {
		if before.dataset == dataset && before.markings == set && bytes.Equal(before.body, body) {
			return nil
		}
		outcome = store.Updated
		if err := u.end(u.plan.class.table, before); err != nil {
			return err
		}
	}
	u.plan.outcomes[position] = outcome
	if err := u.changed(before, item, set); err != nil {
		return err
	}
	u.digest += uint64(binary.LittleEndian.Uint32(body[len(body)-sumSize:]))
	if u.filter != nil {
		u.filter.add(&h.ID)
	}
	n := *u.next
	*u.next++
	*u.count++
	return u.insert.add(n, h.ID[:], int64(u.revision), dataset, set, body)
}

// dataset returns the number of a declared dataset.
func (u *upserter[T]) dataset(name string) (uint32, error) {
	n, met := u.datasets[name]
	if !met {
		if n = u.dictionary.dataset(name); n == 0 {
			return 0, unfit("dataset %q is not declared", name)
		}
		u.datasets[name] = n
	}
	return n, nil
}

// end closes the version in a row at this revision.
func (t *transaction) end(table string, r *row) error {
	t.digest += uint64(endSum(table, r.n))
	return t.exec("UPDATE "+table+" SET rev_to = ? WHERE n = ?", int64(t.revision), r.n)
}

// endSum stands for the end of a version in the digest of a revision.
func endSum(table string, n int64) uint32 {
	return textSum(string(binary.AppendVarint([]byte(table), n)))
}

// delete ends the current versions of what the batch deletes.
func (t *transaction) delete(ctx context.Context) error {
	seen := make(map[graph.ID]struct{}, len(t.batch.Deletes))
	for ids := range slices.Chunk(t.batch.Deletes, planChunk) {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		records, links := map[graph.ID]*row{}, map[graph.ID]*row{}
		if err := t.current(recordClass.table, ids, records); err != nil {
			return err
		}
		if err := t.current(linkClass.table, ids, links); err != nil {
			return err
		}
		for _, id := range ids {
			outcome := store.Missing
			if _, again := seen[id]; !again {
				var err error
				if outcome, err = t.deleteOne(records[id], links[id]); err != nil {
					return err
				}
			}
			seen[id] = struct{}{}
			t.deletes = append(t.deletes, outcome)
		}
	}
	return nil
}

func (t *transaction) deleteOne(record, link *row) (store.Outcome, error) {
	switch {
	case record != nil:
		t.changedRecords++
		if err := t.recordChanged(record, nil, 0); err != nil {
			return "", err
		}
		if err := t.exec("DELETE FROM keys WHERE rowid = ?", keyRow(record.id)); err != nil {
			return "", err
		}
		return store.Deleted, t.end(recordClass.table, record)
	case link != nil:
		t.changedLinks++
		if err := t.linkChanged(link, nil, 0); err != nil {
			return "", err
		}
		return store.Deleted, t.end(linkClass.table, link)
	}
	return store.Missing, nil
}

// index writes the search keys of the records that changed.
func (t *transaction) index(ctx context.Context) error {
	insert := newInsertion(t.writer, "INSERT OR REPLACE INTO keys (rowid, words, id, sum) VALUES ", "(?,?,?,?)")
	for i, position := range t.records.order {
		if i%planChunk == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		if t.records.outcomes[position] == store.Unchanged {
			continue
		}
		id := t.records.id(position)
		keys := ""
		if int(position) < len(t.batch.Keys) {
			keys = t.batch.Keys[position]
		}
		if err := insert.add(keyRow(id), keys, id[:], keySum(keys)); err != nil {
			return err
		}
	}
	return insert.flush()
}

// keyRow is the row of a record in the search index: the first 63 bits of its
// ID, so that the index hands out matches in ID order. Two records that agree in
// those would take each other's place in the index; nobody can make one that
// agrees with a given other in less than 2^62 tries.
func keyRow(id graph.ID) int64 { return int64(binary.BigEndian.Uint64(id[:8]) >> 1) }

// keySum adds up the checksums of the words of keys, each counted once, so that
// the check can tell whether the index still holds them.
func keySum(keys string) int64 {
	list := strings.Fields(keys)
	slices.Sort(list)
	sum := int64(0)
	for _, word := range slices.Compact(list) {
		sum += int64(textSum(word))
	}
	return sum
}
