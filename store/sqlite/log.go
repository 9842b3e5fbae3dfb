package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// logRow is an entry of the change log as it stands in its table.
type logRow struct {
	revision                                     graph.Revision
	at                                           graph.Instant
	who, why, imported                           string
	records, links                               int
	signatures                                   []byte // numbers of marking sets
	recordFirst, recordLast, linkFirst, linkLast int64  // rows written; none if first > last
	// digest adds up the checksums of the rows that the revision wrote and of the
	// versions that it ended.
	digest int64
}

const logColumns = "revision, at, who, why, import, records, links, signatures, record_first, record_last, link_first, link_last, digest, sum"

func (e *logRow) values() []any {
	signatures := e.signatures
	if signatures == nil {
		signatures = []byte{}
	}
	return []any{
		int64(e.revision), int64(e.at), e.who, e.why, e.imported, e.records, e.links, signatures,
		e.recordFirst, e.recordLast, e.linkFirst, e.linkLast, e.digest, e.sum(),
	}
}

// scan reads an entry and verifies it. It returns errDamaged if it is not what
// was written.
func (e *logRow) scan(from interface{ Scan(...any) error }) error {
	var sum uint32
	err := from.Scan(&e.revision, &e.at, &e.who, &e.why, &e.imported, &e.records, &e.links, &e.signatures,
		&e.recordFirst, &e.recordLast, &e.linkFirst, &e.linkLast, &e.digest, &sum)
	if err == nil && sum != e.sum() {
		err = fmt.Errorf("log entry %d: %w", e.revision, errDamaged)
	}
	return err
}

func (e *logRow) sum() uint32 {
	var b []byte
	for _, text := range []string{e.who, e.why, e.imported, string(e.signatures)} {
		b = appendText(b, text)
	}
	for _, n := range []int64{
		int64(e.revision), int64(e.at), int64(e.records), int64(e.links),
		e.recordFirst, e.recordLast, e.linkFirst, e.linkLast, e.digest,
	} {
		b = binary.AppendVarint(b, n)
	}
	return crc32.Checksum(b, castagnoli)
}

func (e *logRow) entry(words *dictionary) (store.Entry, error) {
	r := reader{b: e.signatures}
	var numbers []uint32
	for len(r.b) > 0 {
		numbers = append(numbers, uint32(r.uvarint()))
	}
	sets, ok := words.sets(numbers)
	if !ok || r.failed {
		return store.Entry{}, fmt.Errorf("log entry %d: %w", e.revision, errFormat)
	}
	return store.Entry{
		Revision: e.revision, At: e.at, Who: e.who, Why: e.why, Import: e.imported,
		Records: e.records, Links: e.links, Signatures: sets,
	}, nil
}

// Log implements [store.Driver].
func (d *Driver) Log(ctx context.Context, after graph.Revision, limit int) ([]store.Entry, error) {
	if err := d.usable(ctx); err != nil || limit <= 0 || after > store.Latest {
		return nil, err
	}
	entries, err := d.entries(ctx, d.readers, "WHERE revision > ? ORDER BY revision LIMIT ?", int64(after), limit)
	return entries, failure(ctx, err)
}

// Entries implements [store.Driver].
func (d *Driver) Entries(ctx context.Context, revisions []graph.Revision) ([]store.Entry, error) {
	if err := d.usable(ctx); err != nil {
		return nil, err
	}
	if len(revisions) > store.MaxIDs {
		return nil, unfit("%d revisions are more than %d", len(revisions), store.MaxIDs)
	}
	found := map[graph.Revision]store.Entry{}
	for some := range slices.Chunk(revisions, planChunk) {
		args := make([]any, len(some))
		for i, r := range some {
			args[i] = int64(min(r, store.Latest))
		}
		placeholders, args := list(args)
		entries, err := d.entries(ctx, d.readers, "WHERE revision IN "+placeholders, args...)
		if err != nil {
			return nil, failure(ctx, err)
		}
		for _, e := range entries {
			found[e.Revision] = e
		}
	}
	list := make([]store.Entry, 0, len(revisions))
	for _, r := range revisions {
		if e, ok := found[r]; ok {
			list = append(list, e)
		}
	}
	return list, nil
}

func (d *Driver) entries(ctx context.Context, q querier, where string, args ...any) (entries []store.Entry, err error) {
	err = each(ctx, q, "SELECT "+logColumns+" FROM log "+where, args, func(rows *sql.Rows) error {
		var row logRow
		if err := row.scan(rows); err != nil {
			return err
		}
		e, err := row.entry(d.dictionary.Load())
		entries = append(entries, e)
		return err
	})
	return entries, err
}

// Changes implements [store.Driver].
func (d *Driver) Changes(ctx context.Context, r graph.Revision) (changes []store.Change, err error) {
	if r > store.Latest {
		return nil, d.usable(ctx)
	}
	err = d.snapshot(ctx, func(tx *sql.Tx) error {
		var e logRow
		err := e.scan(tx.QueryRowContext(ctx, "SELECT "+logColumns+" FROM log WHERE revision = ?", int64(r)))
		if err == sql.ErrNoRows { //nolint:errorlint // database/sql documents the value itself
			return nil
		}
		if err != nil {
			return err
		}
		words := d.dictionary.Load()
		records, err := changesOf(ctx, tx, recordClass, words, r, e.recordFirst, e.recordLast)
		if err != nil {
			return err
		}
		links, err := changesOf(ctx, tx, linkClass, words, r, e.linkFirst, e.linkLast)
		if err != nil {
			return err
		}
		for _, c := range records {
			changes = append(changes, store.Change{RecordBefore: c.before, RecordAfter: c.after})
		}
		for _, c := range links {
			changes = append(changes, store.Change{LinkBefore: c.before, LinkAfter: c.after})
		}
		return nil
	})
	return changes, err
}

type change[T any] struct{ before, after *T }

// changesOf pairs the versions that revision r ended with those that it began,
// in ID order.
func changesOf[T any](ctx context.Context, tx *sql.Tx, c *class[T], words *dictionary, r graph.Revision, first, last int64) ([]change[T], error) {
	before, err := decodeAll(ctx, tx, c, words, "WHERE rev_to = ?", int64(r))
	if err != nil {
		return nil, err
	}
	after, err := decodeAll(ctx, tx, c, words, "WHERE n BETWEEN ? AND ?", first, last)
	if err != nil {
		return nil, err
	}
	pairs := make(map[graph.ID]change[T], len(before)+len(after))
	ids := make([]graph.ID, 0, len(before)+len(after))
	for _, item := range before {
		id := c.header(item).ID
		pairs[id] = change[T]{before: item}
		ids = append(ids, id)
	}
	for _, item := range after {
		id := c.header(item).ID
		pair, changed := pairs[id]
		if !changed {
			ids = append(ids, id)
		}
		pair.after = item
		pairs[id] = pair
	}
	slices.SortFunc(ids, graph.ID.Compare)
	changes := make([]change[T], len(ids))
	for i, id := range ids {
		changes[i] = pairs[id]
	}
	return changes, nil
}
