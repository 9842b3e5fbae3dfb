package ingest

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
)

// Reader reads one import: any number of files that together are one dataset.
type Reader interface {
	// Read hands batches to yield, one at a time and in the order of the input,
	// until the input ends. What it hands over is the receiver's. It stops with
	// the first error of yield, with ctx, or with an error that names the file
	// that nobody could read on; rows that are merely wrong become rejects. Two
	// calls on the same input give the same batches. A Reader is read once.
	Read(ctx context.Context, yield func(*Batch) error) error
}

// Batch is what some rows of the input became. All items of one row stand in one
// batch, and no ID twice in the batches of one import, but for records that are
// [Batch.Weak] first and declared later.
type Batch struct {
	// Rows are the rows that were taken; one that repeats an earlier one has no item.
	Rows []Row
	// Records and Links are valid by the ontology, with IDs, in the order of rows.
	Records []graph.Record
	Links   []graph.Link
	// RecordRows and LinkRows name, item by item, the row in Rows that states it,
	// NoRow for what ends of links imply.
	RecordRows, LinkRows []int
	// Weak says, record by record, whether it states no more than that a thing of
	// this key exists, and perhaps its kind. Such a record must not overwrite one
	// that states more. nil means that none is.
	Weak []bool
	// Implied counts the records of things that links name and no row declares.
	Implied int
	// Rejects are the rows that were not taken.
	Rejects []Reject
}

// NoRow stands for the row of a record that links, and no row of its own, state.
const NoRow = -1

// RowsIn returns how many rows of the input the batch answers for.
func (b *Batch) RowsIn() int { return len(b.Rows) + len(b.Rejects) }

// Row is one row of the input.
type Row struct {
	File string
	// Line on which the row begins, from 1.
	Line  int
	Cells []string
}

// Reject is a row that was not taken.
type Reject struct {
	File string
	// Line on which the row begins, and Column of the offending cell, both from 1;
	// column 0 is the row as a whole.
	Line, Column int
	Code         RejectCode
	// Reason says for a person what is wrong and what would be right.
	Reason string
	// Row is the row as CSV, cut after [MaxExcerpt] bytes.
	Row string
}

// RejectCode says why a row was not taken: one of the codes here, or the
// [graph.Code] with which the store refused it.
type RejectCode string

// What can be wrong with a row.
const (
	Malformed RejectCode = "MALFORMED_ROW" // its quotes make no sense
	Ragged    RejectCode = "RAGGED_ROW"    // more or fewer cells than columns
	TooLarge  RejectCode = "ROW_TOO_LARGE"
	Missing   RejectCode = "MISSING_VALUE"
	BadValue  RejectCode = "BAD_VALUE"
	Duplicate RejectCode = "DUPLICATE_ID" // declared before with other content
)

// Reject returns the reject of this row.
func (r Row) Reject(column int, code RejectCode, reason string) Reject {
	return Reject{File: r.File, Line: r.Line, Column: column, Code: code, Reason: reason, Row: r.Excerpt()}
}
