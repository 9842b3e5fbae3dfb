package neo4j

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

func handHeader(id graph.ID, key string) graph.Header {
	return graph.Header{ID: id, Dataset: "d", Key: key, Confidence: 1, Markings: public, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant}
}

func handRecord(kind graph.Kind, key, name string) graph.Record {
	return graph.Record{Header: handHeader(graph.RecordID("d", key), key), Kind: kind, Name: name}
}

// People add labels of their own. Neo4j lists labels in the order in which the
// database met them first, so these may come before the kind.
func TestLabelsOfPeopleAreNoKinds(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := newDesk(t, s)
		d.hand("CREATE (n:AMark) DELETE n")
		d.hand("CREATE (n:`A second mark`) DELETE n")
		for _, kind := range d.driver.statements.kinds {
			key := string(kind)
			d.write(store.Batch{Records: []graph.Record{handRecord(kind, key, "first")}})
			d.hand("MATCH (n:Entity {key: '" + key + "'}) SET n:AMark:`A second mark`:Zeal")
			if r := d.record(key); r.Kind != kind {
				t.Errorf("the kind is %s, not %s", r.Kind, kind)
			}
			d.write(store.Batch{Records: []graph.Record{handRecord(kind, key, "second")}})
			d.write(store.Batch{Records: []graph.Record{handRecord("Person", key, "third")}})
			if r := d.record(key); r.Kind != "Person" || r.Name != "third" {
				t.Errorf("written again it is %s %q", r.Kind, r.Name)
			}
			d.write(store.Batch{Deletes: []graph.ID{graph.RecordID("d", key)}})
		}
		d.clean()
	})
}

// A link to a record that this process wrote, and somebody deleted by hand, is made
// all the same.
func TestLinkToWhatWasDeletedByHand(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := newDesk(t, s)
		d.write(store.Batch{Records: []graph.Record{handRecord("Person", "a", "Ann"), handRecord("Person", "b", "Bob")}})
		d.hand("MATCH (n:Entity {name: 'Ann'}) DETACH DELETE n")
		link := graph.Link{
			Header: handHeader(graph.LinkID("d", "l"), "l"), Kind: "OWNS", At: graph.NoInstant,
			From: graph.RecordID("d", "a"), To: graph.RecordID("d", "b"),
		}
		for _, want := range []store.Commit{
			{Revision: 2, Changed: true, Outcomes: []store.Outcome{store.Created}},
			{Revision: 2, Outcomes: []store.Outcome{store.Unchanged}},
		} {
			got, err := d.driver.Commit(t.Context(), store.Batch{Who: "x", At: now, Links: []graph.Link{link}})
			if diff := cmp.Diff(want, got); diff != "" || err != nil {
				t.Errorf("(-want +got) %v\n%s", err, diff)
			}
		}
		if diff := cmp.Diff(link, d.linkOf("d", "l", store.Latest)); diff != "" {
			t.Errorf("(-want +got)\n%s", diff)
		}
		if report := d.sync(store.AdoptOptions{}); report.Gone != (store.AdoptCount{Records: 1}) {
			t.Errorf("adopted: %+v", report)
		}
		d.clean()
	})
}

// Who saw a record before its markings were edited by hand learns of the next write
// to it.
func TestWritesAfterMarkingsWereEdited(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := newDesk(t, s)
		d.write(store.Batch{Records: []graph.Record{handRecord("Person", "a", "Ann"), handRecord("Person", "b", "Bob")}})
		d.hand("MATCH (n:Entity) SET n.markings = ['SECRET']")
		b := handRecord("Person", "b", "Ben")
		b.Markings = graph.Markings{"B"}
		for i, batch := range []store.Batch{{Deletes: []graph.ID{graph.RecordID("d", "a")}}, {Records: []graph.Record{b}}} {
			if _, err := d.driver.Commit(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
			want := []graph.Markings{{"SECRET"}, public}
			if i == 1 {
				want = append([]graph.Markings{{"B"}}, want...)
			}
			if diff := cmp.Diff(want, d.signatures(graph.Revision(i+2))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		}
	})
}
