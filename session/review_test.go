package session_test

import (
	"fmt"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/session"
)

// A range of a property includes what its greatest value covers: days of a month,
// but not the numbers or texts that begin with the same characters.
func TestPropertyRangesEndWhereTheySay(t *testing.T) {
	w := newWorld(t)
	for _, amount := range []string{"1", "2", "25"} {
		transfer := record("tx"+amount, "Transfer")
		transfer.Properties = graph.Properties{
			{Name: "amount", Values: []string{amount}},
			{Name: "days", Values: []string{"2024-0" + amount[:1] + "-17"}},
			{Name: "grade", Values: []string{"b" + amount}},
		}.Normalize()
		w.write(session.Writing{Records: []graph.Record{transfer}})
	}
	for _, c := range []struct {
		name, to string
		want     int
	}{
		{"amount", "2", 2},
		{"amount", "25", 3},
		{"amount", "0", 0},
		{"days", "2024-01", 1},
		{"days", "2024", 3},
		{"days", "20", 0},
		{"days", "2023-12", 0},
		{"grade", "b2", 2},
		{"grade", "b", 0},
	} {
		f := session.Filter{Properties: []session.PropertyTerm{{Name: c.name, To: &c.to}}}
		page, err := w.as(local).List(t.Context(), f, session.Order{By: session.ByID}, session.Page{First: 10})
		if err != nil || len(page.Items) != c.want {
			t.Errorf("%s up to %s: %d entities, want %d; %v", c.name, c.to, len(page.Items), c.want, err)
		}
	}
}

// A link that waited for its end was written by a revision that nobody saw. Its
// history must not name the write before, for that would be undone in its place.
func TestHistoryNamesNoOtherWrite(t *testing.T) {
	w := newWorld(t)
	w.chain()
	w.write(session.Writing{Links: []graph.Link{link("ASSOCIATE_OF", "a", "late")}})
	w.write(session.Writing{Records: []graph.Record{record("late", "Person")}})
	history, err := w.as(local).History(t.Context(), linkID("a>late"), session.Page{First: 10})
	if err != nil || len(history.Items) != 1 {
		t.Fatalf("got %+v, %v", history.Items, err)
	}
	token := history.Items[0].Token
	_, err = w.as(local).Revert(t.Context(), token, "undo")
	requireCode(t, err, graph.NotFound)
	if n := hops(t, w.as(low), pathQuery("a", "e")); n != 4 {
		t.Errorf("the write before was undone: %d hops", n)
	}
	if _, err := w.as(local).AsOf(t.Context(), token); err != nil {
		t.Errorf("the token does not serve asOf: %v", err)
	}
}

// Two entities may have more links than anybody can look at.
func TestNeighborhoodBoundsItsLinks(t *testing.T) {
	const most = 10_000
	w := newWorld(t)
	records := []graph.Record{record("a", "BankAccount"), record("b", "BankAccount"), record("c", "BankAccount")}
	w.write(session.Writing{Records: records})
	links := make([]graph.Link, most)
	for i := range links {
		links[i] = link("LINKED_TO", "a", "b")
		links[i].Key = fmt.Sprint(i)
	}
	w.write(session.Writing{Links: links})
	ask := func() *session.Subgraph {
		around, err := w.as(low).Neighborhood(t.Context(), []graph.ID{id("a")}, 1, projection.AnyTime(), 10)
		if err != nil {
			t.Fatal(err)
		}
		return around
	}
	if around := ask(); len(around.Links) != most || around.TruncatedBecause != "" {
		t.Errorf("%d links, truncated because %q", len(around.Links), around.TruncatedBecause)
	}
	w.write(session.Writing{Links: []graph.Link{link("LINKED_TO", "a", "c")}})
	around := ask()
	if len(around.Links) != most || around.TotalLinks != most+1 || around.TruncatedBecause != "10000 of 10001 links among them" {
		t.Errorf("%d of %d links, truncated because %q", len(around.Links), around.TotalLinks, around.TruncatedBecause)
	}
	for i := 1; i < len(around.Links); i++ {
		if around.Links[i-1].ID.Compare(around.Links[i].ID) >= 0 {
			t.Fatal("the links are not in the order of their ids")
		}
	}
}
