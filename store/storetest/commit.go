package storetest

import (
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

func outcomes(t *testing.T, f *fixture) {
	a, b, c := record("a", "Ana"), record("b", "Bo"), record("c", "Cy")
	first := f.commit(store.Batch{Records: []graph.Record{b, a}, Links: []graph.Link{link("l", a, b)}, Deletes: []graph.ID{c.ID}})
	same(t, "first", first, store.Commit{
		Revision: 1, Changed: true,
		Outcomes: []store.Outcome{store.Created, store.Created, store.Created, store.Missing},
	})
	b.Name = "Bob"
	second := f.commit(store.Batch{Records: []graph.Record{c, b, a}, Deletes: []graph.ID{link("l", a, b).ID}})
	same(t, "second", second, store.Commit{
		Revision: 2, Changed: true,
		Outcomes: []store.Outcome{store.Created, store.Updated, store.Unchanged, store.Deleted},
	})
}

func idempotent(t *testing.T, f *fixture) {
	a, b := record("a", "Ana"), record("b", "Bo")
	batch := store.Batch{Who: "w", Records: []graph.Record{a, b}, Links: []graph.Link{link("l", a, b)}}
	f.commit(batch)
	batch.Who, batch.At = "somebody else", 99
	again := f.commit(batch)
	same(t, "again", again, store.Commit{Revision: 1, Outcomes: []store.Outcome{store.Unchanged, store.Unchanged, store.Unchanged}})
	log, err := f.Log(f.ctx, 0, 10)
	check(t, err)
	same(t, "entries", len(log), 1)
	gone := store.Batch{Deletes: []graph.ID{a.ID}}
	f.commit(gone)
	same(t, "deleted again", f.commit(gone), store.Commit{Revision: 2, Outcomes: []store.Outcome{store.Missing}})
	same(t, "nothing", f.commit(store.Batch{}), store.Commit{Revision: 2})
}

func lastWins(t *testing.T, f *fixture) {
	c := f.commit(records(record("a", "1"), record("b", "b"), record("a", "2"), record("a", "3")))
	same(t, "outcomes", c.Outcomes, []store.Outcome{store.Unchanged, store.Created, store.Unchanged, store.Created})
	found, err := f.Records(f.ctx, []graph.ID{graph.RecordID("d", "a")}, store.Latest)
	check(t, err)
	same(t, "records", found, []graph.Record{record("a", "3")})
	c = f.commit(records(record("a", "4"), record("a", "3")))
	same(t, "back to what it was", c, store.Commit{Revision: 1, Outcomes: []store.Outcome{store.Unchanged, store.Unchanged}})
}

func deletes(t *testing.T, f *fixture) {
	a, b := record("a", "Ana"), record("b", "Bo")
	c := f.commit(store.Batch{Records: []graph.Record{a}, Deletes: []graph.ID{a.ID}})
	same(t, "created and deleted at once", c, store.Commit{Outcomes: []store.Outcome{store.Unchanged, store.Missing}})
	f.commit(records(a, b))
	changed := a
	changed.Name = "Anna"
	c = f.commit(store.Batch{Records: []graph.Record{changed}, Deletes: []graph.ID{a.ID, a.ID}})
	same(t, "deletes beat upserts", c, store.Commit{
		Revision: 2, Changed: true,
		Outcomes: []store.Outcome{store.Unchanged, store.Deleted, store.Missing},
	})
	now, _ := f.scan("", store.Latest)
	same(t, "left", now.Records, []graph.Record{b})
	c = f.commit(records(a))
	same(t, "made again", c, store.Commit{Revision: 3, Changed: true, Outcomes: []store.Outcome{store.Created}})
}

func datasets(t *testing.T, f *fixture) {
	declare := func(list ...store.Dataset) {
		same(t, "declaring uses no revision", f.commit(store.Batch{Datasets: list}), store.Commit{})
	}
	declare(store.Dataset{Name: "z", Title: "Z", Ceiling: graph.NewMarkings("A")}, store.Dataset{Name: "y", Ceiling: graph.NewMarkings("B")})
	declare(store.Dataset{Name: "z", Ceiling: graph.NewMarkings("C")})
	declare(store.Dataset{Name: "y", Title: "Y"})
	all, err := f.Datasets(f.ctx)
	check(t, err)
	same(t, "datasets", all, []store.Dataset{
		{Name: "y", Title: "Y", Ceiling: graph.NewMarkings("B")},
		{Name: "z", Title: "Z", Ceiling: graph.NewMarkings("A", "C")},
	})
}

func allOrNothing(t *testing.T, f *fixture) {
	stray := record("s", "stray", "X")
	stray.Dataset = "undeclared"
	_, err := f.Commit(f.ctx, store.Batch{
		Datasets: []store.Dataset{{Name: "n", Ceiling: ceiling}, dataset("d")},
		Records:  []graph.Record{record("a", "Ana"), stray},
	})
	wantCode(t, "undeclared dataset", err, graph.BadUserInput)
	now, revision := f.scan("", store.Latest)
	same(t, "state", now, state{})
	same(t, "revision", revision, graph.Revision(0))
	all, err := f.Datasets(f.ctx)
	check(t, err)
	same(t, "datasets", all, []store.Dataset{})
	same(t, "the store goes on", f.commit(records(record("a", "Ana", "X"))).Revision, graph.Revision(1))
	now, _ = f.scan("", store.Latest)
	same(t, "state", now.Records, []graph.Record{record("a", "Ana", "X")})
}

// full returns a record and a link that hold something in every part.
func full() (graph.Record, graph.Link) {
	h := header(graph.RecordID("d", "full"), "full", []graph.Marking{"A", "B"})
	h.SourceRef, h.Reliability, h.Credibility, h.Confidence = "page 7, \x00 no: “quoted”", 'B', 2, 0.7
	h.ValidFrom, h.ValidTo = -5, 1<<60
	h.Properties = graph.Properties{{Name: "a", Values: []string{"1", "2"}}, {Name: "ß", Values: []string{"漢字"}}}
	r := graph.Record{Header: h, Kind: "Company", Name: "Name", Aliases: []string{"x", "y"}}
	quantity, weight := 2.5, math.Copysign(0, -1)
	l := graph.Link{
		Header: h, Kind: "SENT", From: r.ID, To: graph.RecordID("d", "other"), At: 0, Amount: "12.5", Currency: "EUR",
		Quantity: &quantity, Unit: "kg", Weight: &weight,
	}
	r.SourceRef, l.SourceRef = "page 7: “quoted”", "row 9"
	l.ID = graph.LinkID("d", "full")
	return r, l
}

func everyPart(t *testing.T, f *fixture) {
	r, l := full()
	f.commit(store.Batch{Records: []graph.Record{r}, Links: []graph.Link{l}})
	foundRecords, err := f.Records(f.ctx, []graph.ID{r.ID}, store.Latest)
	check(t, err)
	same(t, "record", foundRecords, []graph.Record{r})
	foundLinks, err := f.Links(f.ctx, []graph.ID{l.ID}, store.Latest)
	check(t, err)
	same(t, "link", foundLinks, []graph.Link{l})
	now, _ := f.scan("", store.Latest)
	same(t, "scan", now, state{[]graph.Record{r}, []graph.Link{l}})
	same(t, "again", f.commit(store.Batch{Records: []graph.Record{r}, Links: []graph.Link{l}}).Changed, false)
	for name, change := range map[string]func(*graph.Link){
		"weight":   func(l *graph.Link) { l.Weight = nil },
		"quantity": func(l *graph.Link) { q := 0.0; l.Quantity = &q },
		"at":       func(l *graph.Link) { l.At = graph.NoInstant },
		"to":       func(l *graph.Link) { l.To = l.From },
		"markings": func(l *graph.Link) { l.Markings = graph.NewMarkings("A") },
		"values":   func(l *graph.Link) { l.Properties = graph.Properties{{Name: "a", Values: []string{"2", "1"}}} },
	} {
		change(&l)
		same(t, name, f.commit(store.Batch{Links: []graph.Link{l}}).Outcomes, []store.Outcome{store.Updated})
	}
	foundLinks, err = f.Links(f.ctx, []graph.ID{l.ID}, store.Latest)
	check(t, err)
	same(t, "link", foundLinks, []graph.Link{l})
}

// largeBatch is larger than any list of one statement.
func largeBatch(t *testing.T, f *fixture) {
	all := many(3000)
	for i := range all {
		all[i].Name = all[i].Key
	}
	f.commit(records(all...))
	for i := range all {
		if i%3 == 0 {
			all[i].Name += "!"
		}
	}
	b := records(all...)
	b.Deletes = ids(all[:500])
	c := f.commit(b)
	count := map[store.Outcome]int{}
	for _, o := range c.Outcomes {
		count[o]++
	}
	same(t, "outcomes", count, map[store.Outcome]int{store.Updated: 833, store.Unchanged: 2167, store.Deleted: 500})
	now, _ := f.scan("", store.Latest)
	same(t, "left", len(now.Records), 2500)
}
