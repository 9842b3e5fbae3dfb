// Package storetest holds drivers to the text of [store.Driver]. Every backend
// runs the whole of it; there is no list of exceptions.
package storetest

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Run runs the suite. open returns a new, empty store each time; the suite closes
// it.
func Run(t *testing.T, open func(t testing.TB) store.Driver) {
	for _, test := range []struct {
		name string
		run  func(*testing.T, *fixture)
	}{
		{"commit/outcomes", outcomes},
		{"commit/idempotent", idempotent},
		{"commit/last upsert wins", lastWins},
		{"commit/deletes", deletes},
		{"commit/datasets", datasets},
		{"commit/all or nothing", allOrNothing},
		{"commit/every part of an item", everyPart},
		{"commit/large", largeBatch},
		{"read/order", order},
		{"read/as of", asOf},
		{"read/limits", limits},
		{"read/versions", versions},
		{"read/head of nothing", empty},
		{"scan/order", scanOrder},
		{"scan/dataset", scanDataset},
		{"scan/callback", scanCallback},
		{"scan/consistent", scanConsistent},
		{"log/entries", logEntries},
		{"log/signatures", signatures},
		{"log/changes", changes},
		{"match/words", matchWords},
		{"match/pages", matchPages},
		{"match/follows changes", matchFollows},
		{"secret", secret},
		{"concurrent writers", writers},
		{"cancelled", cancelled},
		{"closed", closed},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(t, newFixture(t, open)) })
	}
	t.Run("random batches", func(t *testing.T) { random(t, open) })
}

// fixture is a store with one dataset "d" that may hold everything the suite
// uses.
type fixture struct {
	t testing.TB
	store.Driver
	ctx context.Context
}

func newFixture(t testing.TB, open func(testing.TB) store.Driver) *fixture {
	t.Helper()
	f := &fixture{t, open(t), context.Background()}
	t.Cleanup(func() { check(t, f.Close()) })
	return f
}

// ceiling is what the datasets of the suite may hold.
var ceiling = graph.NewMarkings("A", "B", "C")

func dataset(name string) store.Dataset {
	return store.Dataset{Name: name, Title: "title of " + name, Ceiling: ceiling}
}

// commit commits a batch of dataset "d", declared by the way.
func (f *fixture) commit(b store.Batch) store.Commit {
	f.t.Helper()
	if b.Datasets == nil {
		b.Datasets = []store.Dataset{dataset("d"), dataset("e")}
	}
	c, err := f.Commit(f.ctx, b)
	check(f.t, err)
	return c
}

func record(key, name string, markings ...graph.Marking) graph.Record {
	return graph.Record{Header: header(graph.RecordID("d", key), key, markings), Kind: "Person", Name: name}
}

func link(key string, from, to graph.Record, markings ...graph.Marking) graph.Link {
	return graph.Link{Header: header(graph.LinkID("d", key), key, markings), Kind: "OWNS", From: from.ID, To: to.ID, At: graph.NoInstant}
}

func header(id graph.ID, key string, markings []graph.Marking) graph.Header {
	if len(markings) == 0 {
		markings = []graph.Marking{"A"}
	}
	return graph.Header{
		ID: id, Dataset: "d", Key: key, Confidence: 1, Markings: graph.NewMarkings(markings...),
		ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant,
	}
}

func records(list ...graph.Record) store.Batch { return store.Batch{Records: list} }

func many(n int) (list []graph.Record) {
	for i := range n {
		list = append(list, record(strconv.Itoa(i), "name "+strconv.Itoa(i)))
	}
	return list
}

func ids(list []graph.Record) []graph.ID {
	out := make([]graph.ID, len(list))
	for i := range list {
		out[i] = list[i].ID
	}
	return out
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatalf("%v (%v)", err, errors.Unwrap(err))
	}
}

// same compares, an empty list being as good as none.
func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

func wantCode(t testing.TB, what string, err error, code graph.Code) {
	t.Helper()
	if err == nil || graph.CodeOf(err) != code {
		t.Fatalf("%s: got error %v with code %s, want %s", what, err, graph.CodeOf(err), code)
	}
}

// state is all that a scan shows.
type state struct {
	Records []graph.Record
	Links   []graph.Link
}

// scan reads the state at a revision; everything is copied as it must be.
func (f *fixture) scan(dataset string, at graph.Revision) (s state, shown graph.Revision) {
	f.t.Helper()
	shown, err := f.Scan(f.ctx, dataset, at,
		func(r *graph.Record) error { s.Records = append(s.Records, clone(r)); return nil },
		func(l *graph.Link) error { s.Links = append(s.Links, cloneLink(l)); return nil })
	check(f.t, err)
	return s, shown
}
