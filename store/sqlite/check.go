package sqlite

import (
	"context"
	"database/sql"
	"encoding/binary"
	"fmt"

	"github.com/chokepoint/chokepoint/graph"
)

// maxFindings bounds a report: a store with more is beyond repair anyway.
const maxFindings = 100

// Check implements [store.Checker]: the pages and indexes as SQLite knows them,
// the checksum of every row, that versions follow each other, and that each
// revision has exactly the rows which its log entry says it wrote and ended.
func (d *Driver) Check(ctx context.Context) ([]string, error) {
	var c checker
	err := d.snapshot(ctx, func(tx *sql.Tx) error { return c.all(ctx, tx) })
	if err == nil {
		err = d.checkKeys(ctx, &c)
	}
	if err != nil && ctx.Err() == nil { // what stops the check is a finding too
		c.found("the check could not go on: %v", cause(err))
		err = nil
	}
	return c.findings, err
}

// cause returns the inmost error, which says most.
func cause(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok || inner.Unwrap() == nil {
			return err
		}
		err = inner.Unwrap()
	}
}

type checker struct {
	findings []string
	words    *dictionary
	log      map[graph.Revision]*logRow
	tallies  map[graph.Revision]*tally
}

// tally is what the rows say of a revision.
type tally struct {
	written, ended [2]int // records, links
	digest         uint64
}

func (c *checker) found(format string, args ...any) {
	if len(c.findings) < maxFindings {
		c.findings = append(c.findings, fmt.Sprintf(format, args...))
	}
}

func (c *checker) all(ctx context.Context, tx *sql.Tx) (err error) {
	err = each(ctx, tx, fmt.Sprintf("PRAGMA integrity_check(%d)", maxFindings), nil, func(rows *sql.Rows) error {
		var text string
		err := rows.Scan(&text)
		if text != "ok" {
			c.found("%s", text)
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.words, err = loadDictionary(ctx, tx); err != nil {
		return err
	}
	if err := c.readLog(ctx, tx); err != nil {
		return err
	}
	if err := checkRows(ctx, tx, c, recordClass, 0); err != nil {
		return err
	}
	if err := checkRows(ctx, tx, c, linkClass, 1); err != nil {
		return err
	}
	c.compare()
	return nil
}

func (c *checker) readLog(ctx context.Context, tx *sql.Tx) error {
	c.log, c.tallies = map[graph.Revision]*logRow{}, map[graph.Revision]*tally{}
	next := graph.Revision(1)
	return each(ctx, tx, "SELECT "+logColumns+" FROM log ORDER BY revision", nil, func(rows *sql.Rows) error {
		e := &logRow{}
		if err := e.scan(rows); err != nil {
			c.found("%v", err)
			return nil
		}
		if e.revision != next {
			c.found("log: revision %d follows %d", e.revision, next-1)
		}
		next = e.revision + 1
		c.log[e.revision] = e
		if _, err := e.entry(c.words); err != nil {
			c.found("%v", err)
		}
		return nil
	})
}

func (c *checker) of(r graph.Revision) *tally {
	t := c.tallies[r]
	if t == nil {
		t = &tally{}
		c.tallies[r] = t
	}
	return t
}

// checkRows decodes every version and adds it to the tallies.
func checkRows[T any](ctx context.Context, tx *sql.Tx, c *checker, of *class[T], kind int) error {
	var item T
	vocabulary := words{}
	err := each(ctx, tx, "SELECT "+columns+" FROM "+of.table+" ORDER BY n", nil, func(rows *sql.Rows) error {
		var r row
		if err := rows.Scan(r.targets()...); err != nil {
			return err
		}
		if err := of.decode(&r, c.words, vocabulary, &item); err != nil {
			c.found("%v", err)
			return nil
		}
		if r.to != 0 && r.to <= r.from {
			c.found("%s row %d: it ends before it begins", of.table, r.n)
		}
		began := c.of(r.from)
		began.written[kind]++
		began.digest += uint64(binary.LittleEndian.Uint32(r.body[len(r.body)-sumSize:]))
		if r.to != 0 {
			ended := c.of(r.to)
			ended.ended[kind]++
			ended.digest += uint64(endSum(of.table, r.n))
		}
		return nil
	})
	if err != nil {
		return err
	}
	return each(ctx, tx, "SELECT b.n FROM "+of.table+" a JOIN "+of.table+" b ON b.id = a.id AND b.n > a.n WHERE a.rev_to IS NULL OR a.rev_to > b.rev_from LIMIT 20", nil,
		func(rows *sql.Rows) error {
			var n int64
			err := rows.Scan(&n)
			c.found("%s row %d: it begins before the version before it ends", of.table, n)
			return err
		})
}

// compare holds the tallies against the log.
func (c *checker) compare() {
	for r, e := range c.log {
		t := c.of(r)
		if t.written[0] != int(e.recordLast-e.recordFirst+1) || t.written[1] != int(e.linkLast-e.linkFirst+1) || int64(t.digest) != e.digest {
			c.found("revision %d: its rows are not those that were written", r)
		}
	}
	for r := range c.tallies {
		if c.log[r] == nil {
			c.found("revision %d: there are rows and no log entry", r)
		}
	}
}

// checkKeys verifies the search index, which only a writer may ask for.
func (d *Driver) checkKeys(ctx context.Context, c *checker) error {
	select {
	case <-ctx.Done():
		return failure(ctx, ctx.Err())
	case <-d.writing:
	}
	defer func() { d.writing <- struct{}{} }()
	if err := d.usable(ctx); err != nil {
		return err
	}
	// Errors below are findings: see Check.
	if err := d.w.exec("INSERT INTO keys (keys) VALUES ('integrity-check')"); err != nil {
		c.found("the search index is damaged: %v", err)
	}
	return c.indexed(ctx, d.w.conn)
}

// indexed compares the words of every record in the index with the sum that was
// kept of them, and the indexed records with the current ones.
func (c *checker) indexed(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, "CREATE VIRTUAL TABLE IF NOT EXISTS temp.key_words USING fts5vocab('main', 'keys', 'instance')"); err != nil {
		return err
	}
	sums := map[int64]int64{}
	err := each(ctx, conn, "SELECT doc, term FROM temp.key_words", nil, func(rows *sql.Rows) error {
		var doc int64
		var term string
		err := rows.Scan(&doc, &term)
		sums[doc] += int64(textSum(term))
		return err
	})
	if err != nil {
		return err
	}
	there := map[graph.ID]struct{}{}
	err = each(ctx, conn, "SELECT rowid, id, sum FROM keys", nil, func(rows *sql.Rows) error {
		var n, sum int64
		var id graph.ID
		err := rows.Scan(&n, (*idColumn)(&id), &sum)
		if err == nil && (n != keyRow(id) || sum != sums[n]) {
			c.found("the search index does not hold the words of record %v", id)
		}
		delete(sums, n)
		there[id] = struct{}{}
		return err
	})
	if err != nil {
		return err
	}
	if len(sums) > 0 {
		c.found("the search index holds words of %d records that are not there", len(sums))
	}
	current, found := 0, 0
	err = each(ctx, conn, "SELECT id FROM records WHERE rev_to IS NULL", nil, func(rows *sql.Rows) error {
		var id graph.ID
		err := rows.Scan((*idColumn)(&id))
		if _, ok := there[id]; ok {
			found++
		}
		current++
		return err
	})
	if err == nil && (len(there) != current || found != current) {
		c.found("the search index holds %d records, %d of %d that there are", len(there), found, current)
	}
	return err
}
