package storetest

import (
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

func scanOrder(t *testing.T, f *fixture) {
	var all []graph.Record
	var links []graph.Link
	for part := range 3 { // several batches, so that no order of writing is the order of IDs
		var some []graph.Record
		for i := range 700 {
			some = append(some, record(strconv.Itoa(part)+"/"+strconv.Itoa(i), "n"))
		}
		var joined []graph.Link
		for i := range some {
			joined = append(joined, link(some[i].Key, some[i], some[0]))
		}
		f.commit(store.Batch{Records: some, Links: joined})
		all, links = append(all, some...), append(links, joined...)
	}
	slices.SortFunc(all, func(a, b graph.Record) int { return a.ID.Compare(b.ID) })
	slices.SortFunc(links, func(a, b graph.Link) int { return a.ID.Compare(b.ID) })
	inLinks := false
	var got state
	_, err := f.Scan(f.ctx, "", store.Latest,
		func(r *graph.Record) error {
			if inLinks {
				t.Error("a record comes after a link")
			}
			got.Records = append(got.Records, clone(r))
			return nil
		},
		func(l *graph.Link) error {
			inLinks = true
			got.Links = append(got.Links, cloneLink(l))
			return nil
		})
	check(t, err)
	same(t, "state", got, state{all, links})
}

func scanDataset(t *testing.T, f *fixture) {
	a, b := record("a", "Ana"), record("b", "Bo")
	b.Dataset, b.ID = "e", graph.RecordID("e", "b")
	l := link("l", a, b)
	f.commit(store.Batch{Records: []graph.Record{a, b}, Links: []graph.Link{l}})
	for name, want := range map[string]state{
		"d": {[]graph.Record{a}, []graph.Link{l}}, "e": {Records: []graph.Record{b}}, "unknown": {},
	} {
		got, shown := f.scan(name, store.Latest)
		same(t, name, got, want)
		same(t, "revision", shown, graph.Revision(1))
	}
}

func scanCallback(t *testing.T, f *fixture) {
	all := many(600)
	var links []graph.Link
	for i := range all {
		links = append(links, link(all[i].Key, all[i], all[0]))
	}
	f.commit(store.Batch{Records: all, Links: links})
	own := errors.New("enough")
	calls := 0
	_, err := f.Scan(f.ctx, "", store.Latest, func(*graph.Record) error { calls++; return own }, nil)
	if !errors.Is(err, own) || calls != 1 {
		t.Fatalf("got %v after %d calls", err, calls)
	}
	seen := 0
	_, err = f.Scan(f.ctx, "", store.Latest, nil, func(*graph.Link) error {
		if seen++; seen == 300 {
			return own
		}
		return nil
	})
	if !errors.Is(err, own) || seen != 300 {
		t.Fatalf("got %v after %d links", err, seen)
	}
	var names []string // texts outlive the call
	_, err = f.Scan(f.ctx, "", store.Latest, func(r *graph.Record) error { names = append(names, r.Name); return nil }, nil)
	check(t, err)
	slices.Sort(names)
	want := make([]string, len(all))
	for i := range all {
		want[i] = all[i].Name
	}
	slices.Sort(want)
	same(t, "names", names, want)
}

// scanConsistent writes pairs of records that always have one name, and scans
// meanwhile.
func scanConsistent(t *testing.T, f *fixture) {
	pair := func(name string) store.Batch {
		return store.Batch{Datasets: []store.Dataset{dataset("d")}, Records: []graph.Record{record("a", name), record("b", name)}}
	}
	f.commit(pair("0"))
	var wait sync.WaitGroup
	defer wait.Wait()
	wait.Go(func() {
		for i := range 40 {
			if _, err := f.Commit(f.ctx, pair(strconv.Itoa(i))); err != nil {
				t.Error(err)
			}
		}
	})
	last := graph.Revision(0)
	for range 40 {
		got, shown := f.scan("", store.Latest)
		if len(got.Records) != 2 || got.Records[0].Name != got.Records[1].Name {
			t.Fatalf("a scan mixes states: %+v", got.Records)
		}
		if shown < last {
			t.Fatalf("revision %d after %d", shown, last)
		}
		last = shown
		same(t, "the same state as of that revision", first(f.scan("", shown)), got)
	}
}

func first(s state, _ graph.Revision) state { return s }

// writers commit concurrently; all must be there, each as one revision.
func writers(t *testing.T, f *fixture) {
	const each, writers = 12, 4
	f.commit(store.Batch{})
	var wait sync.WaitGroup
	revisions := make([][]graph.Revision, writers)
	for w := range writers {
		wait.Go(func() {
			for i := range each {
				key := strconv.Itoa(w) + "/" + strconv.Itoa(i)
				c, err := f.Commit(f.ctx, records(record(key, key), record("shared", key)))
				if err != nil {
					t.Error(err)
				}
				revisions[w] = append(revisions[w], c.Revision)
			}
		})
	}
	wait.Wait()
	all := slices.Concat(revisions...)
	slices.Sort(all)
	for i, r := range all {
		if r != graph.Revision(i+1) {
			t.Fatalf("revisions %v", all)
		}
	}
	now, _ := f.scan("", store.Latest)
	same(t, "records", len(now.Records), each*writers+1)
	history, err := f.Versions(f.ctx, graph.RecordID("d", "shared"))
	check(t, err)
	same(t, "versions of the shared record", len(history), each*writers)
}
