package storetest

import (
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

func logEntries(t *testing.T, f *fixture) {
	a, b := record("a", "Ana"), record("b", "Bo")
	f.commit(store.Batch{Who: "w", Why: "y", Import: "i", At: 7, Records: []graph.Record{a, b}, Links: []graph.Link{link("l", a, b)}})
	f.commit(store.Batch{Who: "v", At: 3, Deletes: []graph.ID{b.ID}})
	f.commit(records(record("c", "Cy")))
	want := []store.Entry{
		{Revision: 1, At: 7, Who: "w", Why: "y", Import: "i", Records: 2, Links: 1, Signatures: []graph.Markings{{"A"}}},
		{Revision: 2, At: 3, Who: "v", Records: 1, Signatures: []graph.Markings{{"A"}}},
		{Revision: 3, Records: 1, Signatures: []graph.Markings{{"A"}}},
	}
	for _, page := range []struct {
		after graph.Revision
		limit int
		want  []store.Entry
	}{{0, 10, want}, {0, 2, want[:2]}, {2, 2, want[2:]}, {3, 5, nil}, {store.Latest, 5, nil}, {0, 0, nil}} {
		got, err := f.Log(f.ctx, page.after, page.limit)
		check(t, err)
		same(t, "log", got, page.want)
	}
	got, err := f.Entries(f.ctx, []graph.Revision{3, 9, 1, store.Latest, 0})
	check(t, err)
	same(t, "entries", got, []store.Entry{want[2], want[0]})
}

func signatures(t *testing.T, f *fixture) {
	a, b := record("a", "Ana", "A"), record("b", "Bo", "B")
	l := link("l", a, b, "A")
	moved := l
	moved.To = a.ID
	for i, step := range []struct {
		what  string
		batch store.Batch
		want  string
	}{
		{"a link with a missing end has none", store.Batch{Records: []graph.Record{a}, Links: []graph.Link{l}}, "A"},
		{"an end brings its own", records(b), "B"},
		{"before and after", records(record("b", "Bo", "C")), "B C"},
		{"a link joins those of its ends", store.Batch{Links: []graph.Link{link("l", a, b, "B")}}, "A+B+C A+C"},
		{"ends before and after", store.Batch{Links: []graph.Link{moved}}, "A A+B+C"},
		{"ends as of after the batch", store.Batch{Links: []graph.Link{l}, Records: []graph.Record{record("b", "Bo", "B")}}, "A A+B B C"},
		{"an end that goes with it", store.Batch{Links: []graph.Link{link("l", a, b, "C")}, Deletes: []graph.ID{b.ID}}, "B"},
		{"a link without its end, removed", store.Batch{Deletes: []graph.ID{l.ID}}, ""},
	} {
		f.commit(step.batch)
		got, err := f.Entries(f.ctx, []graph.Revision{graph.Revision(i + 1)})
		check(t, err)
		if len(got) != 1 {
			t.Fatalf("%s: no entry %d", step.what, i+1)
		}
		var sets []string
		for _, m := range got[0].Signatures {
			var texts []string
			for _, marking := range m {
				texts = append(texts, string(marking))
			}
			sets = append(sets, strings.Join(texts, "+"))
		}
		same(t, step.what, strings.Join(sets, " "), step.want)
	}
}

func changes(t *testing.T, f *fixture) {
	a, b := record("a", "Ana"), record("b", "Bo")
	l := link("l", a, b)
	f.commit(store.Batch{Records: []graph.Record{a, b}, Links: []graph.Link{l}})
	changed, c := record("a", "Anna"), record("c", "Cy")
	f.commit(store.Batch{Records: []graph.Record{changed, c, b}, Deletes: []graph.ID{l.ID}})
	got, err := f.Changes(f.ctx, 2)
	check(t, err)
	want := []store.Change{{RecordBefore: &a, RecordAfter: &changed}, {RecordAfter: &c}, {LinkBefore: &l}}
	if c.ID.Compare(a.ID) < 0 {
		want[0], want[1] = want[1], want[0]
	}
	same(t, "changes", got, want)
	for _, unknown := range []graph.Revision{0, 3, store.Latest, store.Latest + 1} {
		got, err := f.Changes(f.ctx, unknown)
		check(t, err)
		same(t, "unknown revision", got, []store.Change{})
	}
}
