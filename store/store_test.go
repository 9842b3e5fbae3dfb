package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

var (
	ctx   = context.Background()
	root  = access.Viewer{Name: "root", Clearance: access.Everything()}
	low   = access.Viewer{Name: "low", Clearance: access.Grant("A")}
	high  = access.Viewer{Name: "high", Clearance: access.Grant("A", "B")}
	words = func() *ontology.Ontology {
		o, err := ontology.Load(chokepoint.Schema)
		if err != nil {
			panic(err)
		}
		return o
	}()
)

// open returns a store with a dataset "open" that low may write to and a dataset
// "closed" that only high may write to.
func open(t testing.TB) *store.Store {
	t.Helper()
	d, err := sqlite.Open(ctx, sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := store.New(d, words)
	t.Cleanup(func() { s.Close() })
	write(t, s, root, store.Batch{Datasets: []store.Dataset{
		{Name: "open", Title: "Open", Ceiling: graph.NewMarkings("A")},
		{Name: "closed", Ceiling: graph.NewMarkings("A", "B")},
	}})
	return s
}

func write(t testing.TB, s *store.Store, v access.Viewer, b store.Batch) store.Written {
	t.Helper()
	w, err := s.Write(ctx, v, b)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func person(dataset, key, name string, markings ...graph.Marking) graph.Record {
	return graph.Record{Header: header(dataset, key, markings), Kind: "Person", Name: name}
}

func header(dataset, key string, markings []graph.Marking) graph.Header {
	return graph.Header{Dataset: dataset, Key: key, Confidence: 1, Markings: markings, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant}
}

func owns(dataset, key, from, to string, markings ...graph.Marking) graph.Link {
	return graph.Link{
		Header: header(dataset, key, markings), Kind: "OWNS", At: graph.NoInstant,
		From: graph.RecordID(dataset, from), To: graph.RecordID(dataset, to),
	}
}

func same(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreUnexported(graph.Error{})); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// told is what a writer hears.
func told(w store.Written) string {
	var parts []string
	for _, item := range w.Items {
		text := string(item.Outcome)
		if item.Err != nil {
			text += " " + string(item.Err.Code) + " " + item.Err.Message
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "\n")
}

func TestWriteKeepsWhatIsFit(t *testing.T) {
	s := open(t)
	wrong := person("open", "wrong", "", "A")
	wrong.ID = graph.RecordID("open", "another")
	unsure := person("open", "unsure", "", "A")
	unsure.Confidence = 2
	w := write(t, s, low, store.Batch{
		Records: []graph.Record{
			person("open", "a", "Ana", "A"), wrong, unsure, person("open", "b", "", "A", "B"),
			person("open", "c", "", "A"), person("nowhere", "d", "", "A"), person("open", "e", ""),
		},
		Links:   []graph.Link{owns("open", "l", "a", "c", "A"), {Header: header("open", "m", []graph.Marking{"A"}), Kind: "OWNS"}},
		Deletes: []graph.ID{graph.RecordID("open", "zz")},
	})
	same(t, "outcomes", told(w), strings.Join([]string{
		"CREATED",
		"REJECTED BAD_USER_INPUT id: it is not the one that dataset and key give",
		"REJECTED BAD_USER_INPUT confidence: 2 is not a number from 0 to 1",
		`REJECTED BAD_USER_INPUT markings: dataset "open" may hold A only`,
		"CREATED",
		`REJECTED NOT_FOUND dataset "nowhere" is not there, or you may not write to it`,
		"REJECTED BAD_USER_INPUT markings: at least one is needed, for nobody may see what has none",
		"CREATED",
		"REJECTED BAD_USER_INPUT from: the start of the link is missing",
		"NOT_FOUND",
	}, "\n"))
	same(t, "id", w.Items[0].ID, graph.RecordID("open", "a"))
	found, err := s.Records(ctx, low.Clearance, []graph.ID{graph.RecordID("open", "c"), graph.RecordID("open", "b"), graph.RecordID("open", "a")}, store.Latest)
	if err != nil || len(found) != 2 || found[0].Name != "c" || found[1].Name != "Ana" {
		t.Errorf("found %+v, %v", found, err)
	}
}

func TestWhoMayWrite(t *testing.T) {
	s := open(t)
	try := func(v access.Viewer, dataset string) string {
		return told(write(t, s, v, store.Batch{Records: []graph.Record{person(dataset, "k "+v.Name, "", "A")}}))
	}
	same(t, "high", try(high, "closed"), "CREATED")
	hidden, missing := try(low, "closed"), try(low, "absent")
	same(t, "hidden is missing", strings.ReplaceAll(hidden, "closed", "absent"), missing)
	same(t, "nobody", try(access.Viewer{}, "open"), `REJECTED NOT_FOUND dataset "open" is not there, or you may not write to it`)

	id := graph.RecordID("closed", "k high")
	same(t, "a delete of what may not be written", told(write(t, s, low, store.Batch{Deletes: []graph.ID{id}})), "NOT_FOUND")
	same(t, "it is still there", told(write(t, s, high, store.Batch{Deletes: []graph.ID{id}})), "DELETED")
}

func TestWhoMayDeclare(t *testing.T) {
	s := open(t)
	for _, test := range []struct {
		who     access.Viewer
		declare store.Dataset
		want    graph.Code
	}{
		{low, store.Dataset{Name: "new", Ceiling: graph.Markings{"A"}}, graph.NotFound},
		{low, store.Dataset{Name: "low/notes", Ceiling: graph.Markings{"A"}}, ""},
		{low, store.Dataset{Name: "low/more", Ceiling: graph.Markings{"A", "B"}}, graph.NotFound},
		{low, store.Dataset{Name: "high/notes", Ceiling: graph.Markings{"A"}}, graph.NotFound},
		{low, store.Dataset{Name: "open", Ceiling: graph.Markings{"A"}}, ""},
		{low, store.Dataset{Name: "open"}, ""},
		{low, store.Dataset{Name: "open", Title: "mine"}, graph.NotFound},
		{low, store.Dataset{Name: "closed", Ceiling: graph.Markings{"A"}}, graph.NotFound},
		{high, store.Dataset{Name: "open", Ceiling: graph.Markings{"B"}}, graph.NotFound},
		{root, store.Dataset{Name: "open", Ceiling: graph.Markings{"C"}}, ""},
		{low, store.Dataset{Name: "open"}, graph.NotFound},
		{root, store.Dataset{Name: "", Ceiling: graph.Markings{"A"}}, graph.BadUserInput},
		{root, store.Dataset{Name: "bare"}, graph.BadUserInput},
	} {
		_, err := s.Write(ctx, test.who, store.Batch{Datasets: []store.Dataset{test.declare}})
		if err == nil && test.want != "" || err != nil && graph.CodeOf(err) != test.want {
			t.Errorf("%s declares %+v: %v, want %q", test.who.Name, test.declare, err, test.want)
		}
	}
	all, err := s.Datasets(ctx)
	if err != nil {
		t.Fatal(err)
	}
	same(t, "datasets", fmt.Sprint(all), "[{closed  [A B]} {low/notes  [A]} {open Open [A C]}]")
}

func TestHiddenVersionsLeaveNoTrace(t *testing.T) {
	s := open(t)
	put := func(name string, markings ...graph.Marking) {
		write(t, s, high, store.Batch{Who: name, Records: []graph.Record{person("closed", "p", name, markings...)}})
	}
	remove := func(who string) {
		write(t, s, high, store.Batch{Who: who, Deletes: []graph.ID{graph.RecordID("closed", "p")}})
	}
	put("one", "A")
	put("two", "B")
	put("three", "A", "B")
	remove("hidden deletion")
	put("four", "A")
	remove("seen deletion")
	put("five", "B")
	history := func(c access.Clearance) (names []string) {
		versions, err := s.Versions(ctx, c, graph.RecordID("closed", "p"))
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range versions {
			names = append(names, v.Who)
		}
		return names
	}
	same(t, "low", history(low.Clearance), []string{"one", "four", "seen deletion"})
	same(t, "high", history(high.Clearance), []string{"one", "two", "three", "hidden deletion", "four", "seen deletion", "five"})
	same(t, "nobody", history(access.Clearance{}), []string(nil))
	for revision, want := range []string{"", "after", "before", "", "", "after", "before", ""} {
		changes, err := s.Changes(ctx, low.Clearance, graph.Revision(revision))
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range changes {
			if c.RecordBefore != nil {
				got += "before"
			}
			if c.RecordAfter != nil {
				got += "after"
			}
		}
		same(t, fmt.Sprint("revision ", revision), got, want)
	}
}

func TestManyIDs(t *testing.T) {
	s := open(t)
	var b store.Batch
	var ids []graph.ID
	for i := range store.MaxIDs + 5 {
		key := fmt.Sprint(i)
		b.Records = append(b.Records, person("open", key, key, "A"))
		ids = append(ids, graph.RecordID("open", key))
	}
	write(t, s, low, b)
	found, err := s.Records(ctx, low.Clearance, ids, store.Latest)
	if err != nil || len(found) != len(ids) || found[len(ids)-1].ID != ids[len(ids)-1] {
		t.Errorf("%d of %d, %v", len(found), len(ids), err)
	}
	entries, err := s.Entries(ctx, []graph.Revision{2, 1})
	if err != nil || len(entries) != 1 || entries[0].Records != len(ids) {
		t.Errorf("entries %v, %v", entries, err)
	}
}
