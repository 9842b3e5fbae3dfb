package session

import (
	"fmt"
	"testing"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// A past state costs as much memory as the present one. The service keeps two, and
// nothing else that it keeps may hold on to more of them.
func TestThePastIsForgotten(t *testing.T) {
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	driver, err := sqlite.Open(t.Context(), sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer driver.Close()
	service, err := Open(t.Context(), store.New(driver, o), o, Options{Unmarked: graph.Markings{graph.Clear}})
	if err != nil {
		t.Fatal(err)
	}
	defer service.Close()
	viewer := access.Viewer{Name: "local", Clearance: access.Everything()}
	open := func() *Session {
		s, err := service.Session(t.Context(), viewer)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	const states = 6
	var tokens []string
	for i := range states {
		person := graph.Record{Kind: "Person", Header: graph.Header{
			Dataset: "tips", Key: fmt.Sprint(i), Confidence: 1, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant,
		}}
		done, err := open().Write(t.Context(), Writing{Records: []graph.Record{person}})
		if err != nil {
			t.Fatal(err)
		}
		tokens = append(tokens, done.Token)
	}
	views, made := len(service.views.entries), len(service.made.entries)
	for round := range 2 {
		for i, token := range tokens[:states-1] {
			then, err := open().AsOf(t.Context(), token)
			if err != nil {
				t.Fatal(err)
			}
			ranking, err := then.Centrality(t.Context(), CentralityQuery{Measure: "DEGREE", Weight: Unweighted, Scope: projection.AnyTime()}, Page{First: 10})
			if err != nil || len(ranking.Items) != i+1 || ranking.ComputedOn.AsOf != token {
				t.Errorf("round %d, state %d: %d entities, %v", round, i, len(ranking.Items), err)
			}
		}
	}
	open()
	if n := len(service.views.entries); n != views {
		t.Errorf("%d views are kept, %d before the past was looked at", n, views)
	}
	if n := len(service.made.entries); n != made {
		t.Errorf("%d results are kept, %d before the past was looked at", n, made)
	}
	if n := len(service.past.entries); n != maxPast {
		t.Errorf("%d past states are kept", n)
	}
}
