package storetest

import (
	"context"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

func order(t *testing.T, f *fixture) {
	all := many(300)
	links := make([]graph.Link, len(all))
	for i := range all {
		links[i] = link(all[i].Key, all[i], all[(i+1)%len(all)])
	}
	f.commit(store.Batch{Records: all, Links: links})
	slices.Reverse(all)
	ask := append([]graph.ID{graph.RecordID("d", "missing"), links[0].ID}, ids(all)...)
	found, err := f.Records(f.ctx, ask, store.Latest)
	check(t, err)
	same(t, "records", found, all)
	foundLinks, err := f.Links(f.ctx, []graph.ID{links[7].ID, all[0].ID, links[3].ID}, store.Latest)
	check(t, err)
	same(t, "links", foundLinks, []graph.Link{links[7], links[3]})
	none, err := f.Records(f.ctx, nil, store.Latest)
	check(t, err)
	same(t, "none", none, []graph.Record{})
}

func asOf(t *testing.T, f *fixture) {
	a := record("a", "1")
	f.commit(records(a))
	f.commit(records(record("a", "2"), record("b", "b")))
	f.commit(store.Batch{Deletes: []graph.ID{a.ID}})
	f.commit(records(record("a", "4")))
	for at, want := range map[graph.Revision][]graph.Record{
		0: {}, 1: {a}, 2: {record("a", "2")}, 3: {}, 4: {record("a", "4")}, 5: {record("a", "4")}, store.Latest: {record("a", "4")},
	} {
		found, err := f.Records(f.ctx, []graph.ID{a.ID}, at)
		check(t, err)
		same(t, "as of", found, want)
	}
	past, shown := f.scan("", 2)
	same(t, "revision shown", shown, graph.Revision(2))
	same(t, "scan as of", len(past.Records), 2)
	_, shown = f.scan("", 9)
	same(t, "revision shown", shown, graph.Revision(4))
}

func limits(t *testing.T, f *fixture) {
	_, err := f.Records(f.ctx, make([]graph.ID, store.MaxIDs+1), store.Latest)
	wantCode(t, "records", err, graph.BadUserInput)
	_, err = f.Links(f.ctx, make([]graph.ID, store.MaxIDs+1), store.Latest)
	wantCode(t, "links", err, graph.BadUserInput)
	_, err = f.Entries(f.ctx, make([]graph.Revision, store.MaxIDs+1))
	wantCode(t, "entries", err, graph.BadUserInput)
	all := many(700)
	f.commit(records(all...))
	ask := make([]graph.ID, store.MaxIDs)
	copy(ask, ids(all))
	found, err := f.Records(f.ctx, ask, store.Latest)
	check(t, err)
	same(t, "found", found, all)
}

func versions(t *testing.T, f *fixture) {
	a, b := record("a", "1"), record("b", "b")
	l := link("l", a, b)
	f.commit(store.Batch{Who: "w1", Why: "y1", At: 11, Records: []graph.Record{a}, Links: []graph.Link{l}})
	f.commit(records(b))
	two := record("a", "2", "B")
	f.commit(store.Batch{Who: "w3", Why: "y3", At: 33, Records: []graph.Record{two}})
	f.commit(store.Batch{Who: "w4", At: 44, Deletes: []graph.ID{a.ID, l.ID}})
	f.commit(store.Batch{Who: "w5", At: 55, Records: []graph.Record{a}})
	got, err := f.Versions(f.ctx, a.ID)
	check(t, err)
	same(t, "record", got, []store.Version{
		{Revision: 1, At: 11, Who: "w1", Why: "y1", Record: &a},
		{Revision: 3, At: 33, Who: "w3", Why: "y3", Record: &two},
		{Revision: 4, At: 44, Who: "w4"},
		{Revision: 5, At: 55, Who: "w5", Record: &a},
	})
	got, err = f.Versions(f.ctx, l.ID)
	check(t, err)
	same(t, "link", got, []store.Version{{Revision: 1, At: 11, Who: "w1", Why: "y1", Link: &l}, {Revision: 4, At: 44, Who: "w4"}})
	got, err = f.Versions(f.ctx, graph.RecordID("d", "missing"))
	check(t, err)
	same(t, "missing", got, []store.Version{})
}

func empty(t *testing.T, f *fixture) {
	head, err := f.Head(f.ctx)
	check(t, err)
	same(t, "head", head, graph.Revision(0))
	now, shown := f.scan("", store.Latest)
	same(t, "state", now, state{})
	same(t, "shown", shown, graph.Revision(0))
	f.commit(records(record("a", "a")))
	head, err = f.Head(f.ctx)
	check(t, err)
	same(t, "head", head, graph.Revision(1))
}

func secret(t *testing.T, f *fixture) {
	one, err := f.Secret(f.ctx)
	check(t, err)
	two, err := f.Secret(f.ctx)
	check(t, err)
	same(t, "length", len(one), 32)
	same(t, "the same each time", two, one)
}

// calls are all methods but Close.
func calls(f *fixture, ctx context.Context) map[string]error {
	id := []graph.ID{graph.RecordID("d", "a")}
	errs := map[string]error{}
	_, errs["Commit"] = f.Commit(ctx, store.Batch{Datasets: []store.Dataset{dataset("d")}, Records: many(1)})
	_, errs["Head"] = f.Head(ctx)
	_, errs["Records"] = f.Records(ctx, id, store.Latest)
	_, errs["Links"] = f.Links(ctx, id, store.Latest)
	_, errs["Scan"] = f.Scan(ctx, "", store.Latest, nil, nil)
	_, errs["Match"] = f.Match(ctx, []string{"a"}, graph.ID{}, 1)
	_, errs["Log"] = f.Log(ctx, 0, 1)
	_, errs["Entries"] = f.Entries(ctx, []graph.Revision{1})
	_, errs["Changes"] = f.Changes(ctx, 1)
	_, errs["Versions"] = f.Versions(ctx, id[0])
	_, errs["Datasets"] = f.Datasets(ctx)
	_, errs["Secret"] = f.Secret(ctx)
	return errs
}

func cancelled(t *testing.T, f *fixture) {
	ctx, stop := context.WithCancel(f.ctx)
	stop()
	for name, err := range calls(f, ctx) {
		wantCode(t, name, err, graph.Timeout)
	}
	now, _ := f.scan("", store.Latest)
	same(t, "nothing was written", now, state{})

	f.commit(records(many(5000)...))
	ctx, stop = context.WithCancel(f.ctx)
	seen := 0
	_, err := f.Scan(ctx, "", store.Latest, func(*graph.Record) error {
		if seen++; seen == 10 {
			stop()
		}
		return nil
	}, nil)
	if err == nil && seen < 5000 {
		t.Fatalf("a scan ended after %d records without an error", seen)
	}
}

func closed(t *testing.T, f *fixture) {
	f.commit(records(many(1)...))
	check(t, f.Close())
	for name, err := range calls(f, f.ctx) {
		wantCode(t, name, err, graph.Unavailable)
	}
	check(t, f.Close())
}
