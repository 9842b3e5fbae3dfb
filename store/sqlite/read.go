package sqlite

import (
	"context"
	"database/sql"
	"fmt"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Records implements [store.Driver].
func (d *Driver) Records(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Record, error) {
	return look(ctx, d, recordClass, ids, at)
}

// Links implements [store.Driver].
func (d *Driver) Links(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Link, error) {
	return look(ctx, d, linkClass, ids, at)
}

// look finds items by ID. Up to planChunk IDs are one statement; more are several
// in one snapshot.
func look[T any](ctx context.Context, d *Driver, c *class[T], ids []graph.ID, at graph.Revision) (items []T, err error) {
	if err := d.usable(ctx); err != nil {
		return nil, err
	}
	if len(ids) > store.MaxIDs {
		return nil, unfit("%d IDs are more than %d", len(ids), store.MaxIDs)
	}
	if len(ids) <= planChunk {
		items, err = lookChunk(ctx, d, d.statements.query, c, ids, at)
		return items, failure(ctx, err)
	}
	err = d.snapshot(ctx, func(tx *sql.Tx) error {
		for some := range slices.Chunk(ids, planChunk) {
			found, err := lookChunk(ctx, d, tx.QueryContext, c, some, at)
			if err != nil {
				return err
			}
			items = append(items, found...)
		}
		return nil
	})
	return items, err
}

type queryFunc = func(ctx context.Context, query string, args ...any) (*sql.Rows, error)

func lookChunk[T any](ctx context.Context, d *Driver, query queryFunc, c *class[T], ids []graph.ID, at graph.Revision) ([]T, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	placeholders, args := list(blobs(ids))
	when, args := asOf(at, args)
	rows, err := query(ctx, "SELECT id, dataset, markings, body FROM "+c.table+" WHERE id IN "+placeholders+when, args...)
	if err != nil {
		return nil, err
	}
	found := make(map[graph.ID]int, len(ids))
	items := make([]T, 0, len(ids))
	err = visitAll(ctx, rows, func(rows *sql.Rows) error {
		var r row
		if err := rows.Scan((*idColumn)(&r.id), &r.dataset, &r.markings, &r.body); err != nil {
			return err
		}
		var item T
		if err := c.decode(&r, d.dictionary.Load(), nil, &item); err != nil {
			return err
		}
		found[r.id] = len(items)
		items = append(items, item)
		return nil
	})
	if err != nil {
		return nil, err
	}
	ordered := make([]T, 0, len(ids))
	for _, id := range ids {
		if i, ok := found[id]; ok {
			ordered = append(ordered, items[i])
		}
	}
	return ordered, nil
}

// asOf returns the condition under which a version is the one of a revision.
func asOf(at graph.Revision, args []any) (string, []any) {
	if at >= store.Latest {
		return " AND rev_to IS NULL", args
	}
	return " AND rev_from <= ? AND (rev_to IS NULL OR rev_to > ?)", append(args, int64(at), int64(at))
}

func decodeAll[T any](ctx context.Context, q querier, c *class[T], words *dictionary, where string, args ...any) (items []*T, err error) {
	err = each(ctx, q, "SELECT "+columns+" FROM "+c.table+" "+where, args, func(rows *sql.Rows) error {
		var r row
		if err := rows.Scan(r.targets()...); err != nil {
			return err
		}
		item := new(T)
		items = append(items, item)
		return c.decode(&r, words, nil, item)
	})
	return items, err
}

// Versions implements [store.Driver].
func (d *Driver) Versions(ctx context.Context, id graph.ID) (versions []store.Version, err error) {
	err = d.snapshot(ctx, func(tx *sql.Tx) error {
		found, err := versionsOf(ctx, tx, recordClass, d, id, func(v *store.Version, r *graph.Record) { v.Record = r })
		if err == nil && len(found) == 0 {
			found, err = versionsOf(ctx, tx, linkClass, d, id, func(v *store.Version, l *graph.Link) { v.Link = l })
		}
		versions = found
		return err
	})
	return versions, err
}

// versionsOf reads the versions of an item and the entries that began and ended
// them. A version that ends where no other begins ends in a deletion.
func versionsOf[T any](ctx context.Context, tx *sql.Tx, c *class[T], d *Driver, id graph.ID, put func(*store.Version, *T)) ([]store.Version, error) {
	var rows []row
	err := each(ctx, tx, "SELECT "+columns+" FROM "+c.table+" WHERE id = ? ORDER BY n", []any{id[:]}, func(found *sql.Rows) error {
		var r row
		err := found.Scan(r.targets()...)
		rows = append(rows, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	begin := func(revision graph.Revision) (store.Version, error) {
		found, err := d.entries(ctx, tx, "WHERE revision = ?", int64(revision))
		if err == nil && len(found) != 1 {
			err = fmt.Errorf("log entry %d is missing: %w", revision, errDamaged)
		}
		if err != nil {
			return store.Version{}, err
		}
		return store.Version{Revision: revision, At: found[0].At, Who: found[0].Who, Why: found[0].Why}, nil
	}
	var versions []store.Version
	for i := range rows {
		v, err := begin(rows[i].from)
		if err != nil {
			return nil, err
		}
		item := new(T)
		if err := c.decode(&rows[i], d.dictionary.Load(), nil, item); err != nil {
			return nil, err
		}
		put(&v, item)
		versions = append(versions, v)
		if to := rows[i].to; to != 0 && (i+1 == len(rows) || rows[i+1].from != to) {
			if v, err = begin(to); err != nil {
				return nil, err
			}
			versions = append(versions, v)
		}
	}
	return versions, nil
}
