package store

import (
	"context"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// MaxBatch bounds the items of a batch that comes through the API, each class by
// itself: one request stays below some megabytes and its commit below a second.
// The session holds callers to it; importers write larger batches.
const MaxBatch = 10_000

// Rejected is the outcome of an item that is not fit to be stored: nothing of it
// is written.
const Rejected Outcome = "REJECTED"

// Item says what became of one item of a batch.
type Item struct {
	ID      graph.ID
	Outcome Outcome
	// Err says why the item is Rejected; nil otherwise.
	Err *graph.Error
}

// Written is the result of a write: Items stand in the order Records, Links,
// Deletes of the batch as it was given.
type Written struct {
	Revision graph.Revision
	Changed  bool
	Items    []Item
}

// Write validates b and commits what is fit of it. Records and links are brought
// to canonical form in place; an ID left zero is filled in, and must else be the
// one that derives from dataset and key. Keys need not be set.
//
// A viewer writes to a dataset only if it holds the whole ceiling; a dataset that
// is missing and one that it may not write to give the same bytes (NOT_FOUND).
// An item's markings must lie within the ceiling. Deletes reach items in such
// datasets alone; all else is Missing.
//
// Declaring a dataset, or widening a ceiling, is administration, since names and
// ceilings are common to all viewers: it is for who is cleared for everything,
// and, for datasets named "VIEWER/…" after the viewer itself, for that viewer as
// far as it holds the ceiling. An undue declaration fails the whole batch with
// the same NOT_FOUND; one that adds nothing to a dataset that the viewer may
// write to is always fine.
func (s *Store) Write(ctx context.Context, viewer access.Viewer, b Batch) (Written, error) {
	return Written{}, unfinished
}
