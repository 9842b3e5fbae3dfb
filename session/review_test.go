package session_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/access"
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

// A derived link shows the figures that the network counts: of a shipment its time,
// its declared value, and what it contains, or else its gross weight.
func TestDerivedLinksShowTheFiguresThatCount(t *testing.T) {
	w := newWorld(t)
	sent := time.Date(2024, 2, 20, 0, 0, 0, 0, time.UTC)
	shipment := func(key string) graph.Record {
		r := record(key, "Shipment")
		r.Properties = graph.Properties{
			{Name: "departedAt", Values: []string{sent.Format(time.RFC3339)}},
			{Name: "grossWeight", Values: []string{"30.5"}},
			{Name: "declaredValue", Values: []string{"1200.10"}},
			{Name: "currency", Values: []string{"EUR"}},
		}.Normalize()
		return r
	}
	contains := func(thing string, quantity float64) graph.Link {
		l := link("CONTAINS", "full", thing, red)
		l.Quantity, l.Unit = &quantity, "g"
		return l
	}
	w.write(session.Writing{
		Records: []graph.Record{
			shipment("full"), shipment("sealed"), record("maker", "Company"), record("buyer", "Company"), record("other", "Company"),
			record("p", "Chemical"), record("q", "Chemical"),
		},
		Links: []graph.Link{
			link("CONSIGNED_BY", "full", "maker"), link("CONSIGNED_TO", "full", "buyer"), contains("p", 4), contains("q", 8),
			link("CONSIGNED_BY", "sealed", "maker"), link("CONSIGNED_TO", "sealed", "other"),
		},
	})
	for _, c := range []struct {
		viewer   access.Viewer
		to, unit string
		quantity float64
		support  int
		markings graph.Markings
	}{
		{local, "buyer", "g", 12, 5, graph.NewMarkings(graph.Clear, red)},
		{low, "buyer", "kg", 30.5, 3, graph.NewMarkings(graph.Clear)},
		{low, "other", "kg", 30.5, 3, graph.NewMarkings(graph.Clear)},
	} {
		q := pathQuery("maker", c.to)
		q.Scope.Layer, q.Scope.Orientation = projection.Goods, projection.Natural
		s := w.as(c.viewer)
		found, err := s.ShortestPaths(t.Context(), q)
		if err != nil || len(found.Routes) != 1 || len(found.Routes[0].Links) != 1 {
			t.Fatalf("%s to %s: %+v, %v", c.viewer.Name, c.to, found, err)
		}
		l := found.Routes[0].Links[0]
		if l.At != graph.InstantOf(sent) || l.Amount != "1200.1" || l.Currency != "EUR" || l.Quantity == nil || *l.Quantity != c.quantity || l.Unit != c.unit {
			t.Errorf("%s to %s: %+v", c.viewer.Name, c.to, l)
		}
		if !slices.Equal(l.Markings, c.markings) || len(l.Support) != c.support {
			t.Errorf("%s to %s: marked %v, from %d statements", c.viewer.Name, c.to, l.Markings, len(l.Support))
		}
		ranking, err := s.Centrality(t.Context(), session.CentralityQuery{Measure: "STRENGTH", Weight: session.ByQuantity, Scope: q.Scope}, session.Page{First: 10})
		if err != nil || ranking.Items[0].ID != id("maker") {
			t.Errorf("%s ranks %+v, %v", c.viewer.Name, ranking.Items, err)
		}
	}
}
