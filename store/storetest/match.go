package storetest

import (
	"slices"
	"strconv"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

func (f *fixture) match(terms ...string) []graph.ID {
	f.t.Helper()
	found, err := f.Match(f.ctx, terms, graph.ID{}, 1000)
	check(f.t, err)
	return found
}

func matchWords(t *testing.T, f *fixture) {
	a, b, c := record("a", "a"), record("b", "b"), record("c", "c")
	f.commit(store.Batch{Records: []graph.Record{a, b, c}, Keys: []string{"harbour freight _hrbr", "harbor x1 日本", ""}})
	sorted := func(list ...graph.Record) []graph.ID {
		found := ids(list)
		slices.SortFunc(found, graph.ID.Compare)
		return found
	}
	for _, test := range []struct {
		terms []string
		want  []graph.ID
	}{
		{[]string{"harbour"}, sorted(a)},
		{[]string{"harb*"}, sorted(a, b)},
		{[]string{"harb*", "x1"}, sorted(b)},
		{[]string{"x1", "freight"}, nil},
		{[]string{"harb"}, nil},
		{[]string{"_hrbr"}, sorted(a)},
		{[]string{"harbor|_hrbr"}, sorted(a, b)},
		{[]string{"nothing|fre*", "harb*"}, sorted(a)},
		{[]string{"日本"}, sorted(b)},
		{[]string{"日*"}, sorted(b)},
		{[]string{"and"}, nil},
		{nil, nil},
	} {
		same(t, "match", f.match(test.terms...), test.want)
	}
	for _, bad := range []string{"", "*", "a b", `a"`, "a*b", "A", "|a", "a-b", "a:b", "\xff"} {
		_, err := f.Match(f.ctx, []string{bad}, graph.ID{}, 10)
		wantCode(t, strconv.Quote(bad), err, graph.BadUserInput)
	}
}

func matchPages(t *testing.T, f *fixture) {
	all := many(250)
	b := records(all...)
	for range all {
		b.Keys = append(b.Keys, "word")
	}
	f.commit(b)
	want := ids(all)
	slices.SortFunc(want, graph.ID.Compare)
	for _, size := range []int{1, 7, 100, 250, 251} {
		var got []graph.ID
		for after := (graph.ID{}); ; {
			page, err := f.Match(f.ctx, []string{"wo*"}, after, size)
			check(t, err)
			if len(page) == 0 {
				break
			}
			if len(page) > size {
				t.Fatalf("%d IDs on a page of %d", len(page), size)
			}
			got = append(got, page...)
			after = page[len(page)-1]
		}
		same(t, "pages of "+strconv.Itoa(size), got, want)
	}
}

func matchFollows(t *testing.T, f *fixture) {
	a := record("a", "one")
	f.commit(store.Batch{Records: []graph.Record{a}, Keys: []string{"one"}})
	a.Name = "two"
	f.commit(store.Batch{Records: []graph.Record{a}, Keys: []string{"two"}})
	same(t, "old word", f.match("one"), none)
	same(t, "new word", f.match("two"), []graph.ID{a.ID})
	f.commit(store.Batch{Deletes: []graph.ID{a.ID}})
	same(t, "deleted", f.match("two"), none)
	a.Name = "three"
	f.commit(store.Batch{Records: []graph.Record{a}, Keys: []string{"three"}})
	same(t, "made again", f.match("th*"), []graph.ID{a.ID})
}

var none = []graph.ID{}
