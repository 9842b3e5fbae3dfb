package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
)

// writer is the one connection that writes, and what it knows by heart about the
// committed state. Its methods run while the caller holds the token of
// [Driver.writing]. Statements run without the caller's context, which is
// looked at between them: an interrupted statement would end the transaction.
type writer struct {
	conn       *sql.Conn
	statements map[string]*sql.Stmt
	next       struct{ records, links int64 } // numbers of the next rows
	sets       map[string]uint32              // encoded marking sets to their numbers
	// ends remembers the marking set of current records, 0 for missing ones: the
	// ends of links are looked up again and again.
	ends map[graph.ID]uint32
	// filters hold the IDs of the rows, by table, where it was empty at first.
	filters map[string]idFilter
}

// maxEnds bounds the memory of ends to some 50 MiB.
const maxEnds = 1 << 20

func newWriter(ctx context.Context, conn *sql.Conn, words *dictionary) (*writer, error) {
	w := &writer{conn: conn, statements: map[string]*sql.Stmt{}, sets: map[string]uint32{}, ends: map[graph.ID]uint32{}, filters: map[string]idFilter{}}
	for i, m := range words.markings {
		w.sets[string(appendMarkings(nil, m.set))] = uint32(i + 1)
	}
	for table, next := range map[string]*int64{recordClass.table: &w.next.records, linkClass.table: &w.next.links} {
		if err := conn.QueryRowContext(ctx, "SELECT coalesce(max(n), 0) + 1 FROM "+table).Scan(next); err != nil {
			return nil, err
		}
	}
	return w, nil
}

func (w *writer) close() error {
	var errs []error
	for _, s := range w.statements {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, w.conn.Close())...)
}

// statement returns a prepared statement; there are a few dozen texts at most.
func (w *writer) statement(query string) (*sql.Stmt, error) {
	if s := w.statements[query]; s != nil {
		return s, nil
	}
	s, err := w.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", query, err)
	}
	w.statements[query] = s
	return s, nil
}

func (w *writer) exec(query string, args ...any) error {
	s, err := w.statement(query) //nolint:sqlclosecheck // close does it
	if err != nil {
		return err
	}
	_, err = s.ExecContext(context.Background(), args...)
	return err
}

func (w *writer) query(query string, args []any, visit func(*sql.Rows) error) error {
	s, err := w.statement(query) //nolint:sqlclosecheck // close does it
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	if err != nil {
		return err
	}
	return visitAll(context.Background(), rows, visit)
}

// listSizes are the lengths of lists in statements: a list is filled up with its
// last value to the next length, so that few statements serve all.
var listSizes = []int{1, 32, planChunk}

// list returns the placeholders for n values and the values, filled up.
func list(args []any) (placeholders string, filled []any) {
	size := listSizes[len(listSizes)-1]
	for _, s := range listSizes {
		if len(args) <= s {
			size = s
			break
		}
	}
	for len(args) < size {
		args = append(args, args[len(args)-1])
	}
	return placeholder[size], args
}

var placeholder = func() map[int]string {
	m := map[int]string{}
	for _, n := range listSizes {
		m[n] = "(" + strings.TrimSuffix(strings.Repeat("?,", n), ",") + ")"
	}
	return m
}()

// insertRows is how many rows one INSERT takes: beyond, nothing is gained.
const insertRows = 64

// insertion gathers rows for multi-row inserts into one table.
type insertion struct {
	w           *writer
	single, all string
	width       int
	args        []any
}

func newInsertion(w *writer, into, row string) *insertion {
	return &insertion{
		w: w, width: strings.Count(row, "?"), single: into + row,
		all: into + strings.TrimSuffix(strings.Repeat(row+",", insertRows), ","),
	}
}

func (in *insertion) add(values ...any) error {
	in.args = append(in.args, values...)
	if len(in.args) < insertRows*in.width {
		return nil
	}
	err := in.w.exec(in.all, in.args...)
	in.args = in.args[:0]
	return err
}

// flush writes what is left.
func (in *insertion) flush() error {
	for len(in.args) > 0 {
		if err := in.w.exec(in.single, in.args[:in.width]...); err != nil {
			return err
		}
		in.args = in.args[in.width:]
	}
	in.args = nil
	return nil
}
