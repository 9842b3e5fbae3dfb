package main

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"net/url"
	"os"
	"time"

	_ "modernc.org/sqlite" // the driver of the embedded store

	"github.com/chokepoint/chokepoint/graph"
)

// The bare inserts are what the embedded store would cost if it did nothing but
// insert: the rows that an import left in it, in the order in which it wrote them,
// into a new file with the same tables and indexes, page size, journal and
// synchronous level, one prepared INSERT a row, bareBatch rows a transaction. No
// file is read or parsed, no id derived, no row looked for, checked, encoded or
// logged.
const bareBatch = 50_000

// bareTimes are seconds.
type bareTimes struct{ records, links, index float64 }

func (t bareTimes) total() float64 { return t.records + t.links + t.index }

// row is a row of records or links.
type row struct {
	n                 int64
	id                graph.ID
	revision          int64
	dataset, markings int64
	start, end        int // of the body
}

// table holds rows in memory without pointers, so that they cost no collection.
type table struct {
	rows   []row
	bodies []byte
}

func bareInserts(ctx context.Context, from, to string, words map[graph.ID]string) (t bareTimes, err error) {
	in, err := openBare(from)
	if err != nil {
		return t, err
	}
	defer in.Close() //nolint:errcheck // only read
	records, err := readTable(ctx, in, "records")
	if err != nil {
		return t, err
	}
	links, err := readTable(ctx, in, "links")
	if err != nil {
		return t, err
	}
	schema, err := schemaOf(ctx, in)
	if err != nil {
		return t, err
	}
	out, err := openBare(to)
	if err != nil {
		return t, err
	}
	defer func() {
		err = errors.Join(err, out.Close(), os.Remove(to))
	}()
	for _, statement := range schema {
		if _, err := out.ExecContext(ctx, statement); err != nil {
			return t, err
		}
	}
	const into = " (n, id, rev_from, dataset, markings, body) VALUES (?,?,?,?,?,?)"
	if t.records, err = insertAll(ctx, out, "INSERT INTO records"+into, len(records.rows), records.values); err != nil {
		return t, err
	}
	if t.index, err = insertAll(ctx, out, "INSERT INTO keys (rowid, words, id, sum) VALUES (?,?,?,?)", len(records.rows), func(i int) []any {
		id := records.rows[i].id
		return []any{int64(binary.BigEndian.Uint64(id[:8]) >> 1), words[id], id[:], int64(crc32.ChecksumIEEE([]byte(words[id])))}
	}); err != nil {
		return t, err
	}
	t.links, err = insertAll(ctx, out, "INSERT INTO links"+into, len(links.rows), links.values)
	return t, err
}

// openBare opens a file as the embedded store does.
func openBare(path string) (*sql.DB, error) {
	pragmas := url.Values{"_pragma": {"page_size(8192)", "temp_store(MEMORY)", "journal_mode(WAL)", "wal_autocheckpoint(8192)", "cache_size(-65536)", "synchronous(FULL)"}}
	db, err := sql.Open("sqlite", "file:"+path+"?"+pragmas.Encode())
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// schemaOf returns the statements that make the tables and indexes of rows.
func schemaOf(ctx context.Context, db *sql.DB) (statements []string, err error) {
	err = query(ctx, db, "SELECT sql FROM sqlite_schema WHERE tbl_name IN ('records', 'links', 'keys') AND sql IS NOT NULL ORDER BY rowid", func(r *sql.Rows) error {
		var text string
		err := r.Scan(&text)
		statements = append(statements, text)
		return err
	})
	return statements, err
}

func readTable(ctx context.Context, db *sql.DB, name string) (*table, error) {
	t := &table{}
	err := query(ctx, db, "SELECT n, id, rev_from, dataset, markings, body FROM "+name+" ORDER BY n", func(r *sql.Rows) error {
		var v row
		var id, body sql.RawBytes
		if err := r.Scan(&v.n, &id, &v.revision, &v.dataset, &v.markings, &body); err != nil {
			return err
		}
		copy(v.id[:], id)
		v.start, v.end = len(t.bodies), len(t.bodies)+len(body)
		t.bodies = append(t.bodies, body...)
		t.rows = append(t.rows, v)
		return nil
	})
	return t, err
}

func (t *table) values(i int) []any {
	r := &t.rows[i]
	return []any{r.n, r.id[:], r.revision, r.dataset, r.markings, t.bodies[r.start:r.end]}
}

func query(ctx context.Context, db *sql.DB, text string, visit func(*sql.Rows) error) error {
	rows, err := db.QueryContext(ctx, text)
	if err != nil {
		return err
	}
	defer rows.Close() //nolint:errcheck // rows.Err tells
	for rows.Next() {
		if err := visit(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// insertAll runs a statement for n rows and returns the seconds that it took.
func insertAll(ctx context.Context, db *sql.DB, statement string, n int, values func(int) []any) (float64, error) {
	begun := time.Now()
	for start := 0; start < n; start += bareBatch {
		if err := insertSome(ctx, db, statement, start, min(start+bareBatch, n), values); err != nil {
			return 0, err
		}
	}
	return time.Since(begun).Seconds(), nil
}

func insertSome(ctx context.Context, db *sql.DB, statement string, start, end int, values func(int) []any) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() //nolint:errcheck // after Commit it does nothing
	prepared, err := tx.PrepareContext(ctx, statement)
	if err != nil {
		return err
	}
	defer prepared.Close() //nolint:errcheck // with the transaction
	for i := start; i < end; i++ {
		// Without a context that can end: watching one costs a goroutine a row.
		if _, err := prepared.Exec(values(i)...); err != nil { //nolint:noctx // see above
			return err
		}
	}
	return tx.Commit()
}
