package neo4j

import (
	"context"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/store"
)

// TestAdoptBesidePlaceholder: a record made by hand takes the place of the
// placeholder that stands for it, with all its links.
func TestAdoptBesidePlaceholder(t *testing.T) {
	each1(t, func(d *desk) {
		d.write(store.Batch{Records: []graph.Record{person("a")}, Links: []graph.Link{owns("ax", "a", "x", "B"), owns("xa", "x", "a"), owns("xx", "x", "x")}})
		d.hand("CREATE (:Person {dataset: 'd', key: 'x', name: 'X'})")
		d.want(d.sync(store.AdoptOptions{}), store.AdoptCount{Records: 1}, none, none)
		if l := d.linkOf("d", "ax", store.Latest); l.To != graph.RecordID("d", "x") {
			t.Errorf("%+v", l)
		}
		if rows := d.hand("MATCH (n:Person {name: 'X'}) RETURN COUNT { (n)--() } AS links, COUNT { MATCH (m:_Missing) } AS missing"); rows[0]["links"] != int64(3) || rows[0]["missing"] != int64(0) {
			t.Errorf("%v", rows)
		}
		d.clean()
		d.write(store.Batch{Links: []graph.Link{owns("ay", "a", "y")}})
		d.hand("MATCH (n:_Missing) SET n:Person, n.name = 'Y'")
		d.want(d.sync(store.AdoptOptions{}), none, none, none, "stands in for")
		d.hand("MATCH (n:_Missing) SET n.dataset = 'd', n.key = 'y'")
		d.want(d.sync(store.AdoptOptions{}), store.AdoptCount{Records: 1}, none, none)
		d.clean()
	})
}

func TestAdoptIsForWhoSeesEverything(t *testing.T) {
	each1(t, func(d *desk) {
		_, err := d.store.Adopt(t.Context(), access.Viewer{Name: "v", Clearance: access.Grant("TLP:CLEAR")}, store.AdoptOptions{})
		wantCode(t, err, graph.Forbidden)
	})
}

// TestAdoptBesideWriters: nothing that a running writer does is taken for a change
// by hand, and nothing made by hand is adopted twice, by two programs at once.
func TestAdoptBesideWriters(t *testing.T) {
	each1(t, func(d *desk) {
		var records []graph.Record
		for i := range 200 {
			records = append(records, person("w"+strconv.Itoa(i)))
		}
		d.write(store.Batch{Records: records})
		stop, rounds := make(chan struct{}), 0
		var wait sync.WaitGroup
		wait.Go(func() {
			for ; ; rounds++ {
				select {
				case <-stop:
					return
				default:
				}
				b := store.Batch{Links: []graph.Link{owns("l"+strconv.Itoa(rounds%50), "w1", "w"+strconv.Itoa(rounds%150))}}
				for i := range 60 {
					r := records[(rounds*37+i)%len(records)]
					r.Name = "round " + strconv.Itoa(rounds)
					b.Records = append(b.Records, r)
				}
				b.Deletes = []graph.ID{records[rounds%200].ID, graph.LinkID("d", "l"+strconv.Itoa((rounds+25)%50))}
				if _, err := d.driver.Commit(context.Background(), b); err != nil {
					t.Error(err)
				}
			}
		})
		other := newDesk(t, d.server)
		var made, others store.AdoptCount
		for i := range 5 {
			d.hand("UNWIND range(1, 20) AS i CREATE (a:Person {key: 'h" + strconv.Itoa(i) + "-' + i})-[:OWNS {key: 'o" + strconv.Itoa(i) + "-' + i}]->(:Company {key: 'c" + strconv.Itoa(i) + "-' + i})")
			var also sync.WaitGroup
			also.Go(func() {
				report := other.sync(store.AdoptOptions{})
				others.Records, others.Links = others.Records+report.Made.Records, others.Links+report.Made.Links
				if report.Edited != none || report.Gone != none {
					t.Errorf("%+v", report)
				}
			})
			report := d.sync(store.AdoptOptions{})
			also.Wait()
			made.Records, made.Links = made.Records+report.Made.Records, made.Links+report.Made.Links
			if report.Edited != none || report.Gone != none {
				t.Errorf("%+v", report)
			}
		}
		close(stop)
		wait.Wait()
		last := d.sync(store.AdoptOptions{})
		made.Records, made.Links = made.Records+last.Made.Records, made.Links+last.Made.Links
		if total := (store.AdoptCount{Records: made.Records + others.Records, Links: made.Links + others.Links}); total != (store.AdoptCount{Records: 200, Links: 100}) {
			t.Errorf("%+v adopted", total)
		}
		t.Logf("%d rounds of writing; %+v and %+v", rounds, made, others)
		d.clean()
	})
}

// TestStrayWritersAreSigned: a viewer whose graph an adoption changes sees one of its
// signatures, and one whose graph it does not change sees none.
func TestStrayWritersAreSigned(t *testing.T) {
	each1(t, func(d *desk) {
		d.write(store.Batch{Records: []graph.Record{person("a", "SECRET"), person("b"), person("c")}, Links: []graph.Link{owns("ab", "a", "b"), owns("bc", "b", "c")}})
		viewer := access.Grant("TLP:CLEAR")
		sees := func(r graph.Revision) bool { return slices.ContainsFunc(d.signatures(r), viewer.Sees) }
		for _, c := range []struct {
			hand string
			want bool
		}{
			{"MATCH (n:Entity {key: 'a'}) SET n.name = 'x'", false},
			{"MATCH ()-[r {key: 'ab'}]->() SET r.amount = '1'", false},
			{"MATCH ()-[r {key: 'bc'}]->() SET r.amount = '1'", true},
			{"MATCH (n:Entity {key: 'a'}), (m:Entity {key: 'c'}) CREATE (n)-[:OWNS]->(m)", false},
			{"CREATE (:Person {markings: ['SECRET', 'TLP:CLEAR'], dataset: 'd'})", false},
			{"MATCH (n:Entity {key: 'b'}) SET n.markings = ['SECRET', 'TLP:CLEAR']", true},
			{"MATCH (n:Entity {key: 'b'}) SET n.name = 'x'", false},
			{"MATCH (n:Entity {key: 'b'}) SET n.markings = ['TLP:CLEAR']", true},
			{"MATCH (n:Entity {key: 'a'}) SET n.markings = ['SECRET']", false},
			{"MATCH ()-[r {key: 'bc'}]->() DELETE r", true},
			{"MATCH (n:Entity {key: 'c'}) DETACH DELETE n", true},
		} {
			d.hand(c.hand)
			report := d.sync(store.AdoptOptions{})
			if report.Unfits > 0 || report.First == 0 {
				t.Fatalf("%s: %+v", c.hand, report)
			}
			if got := sees(report.First); got != c.want {
				t.Errorf("%s: a viewer sees it: %v", c.hand, got)
			}
		}
		d.clean()
	})
}

// TestServerSeesAnAdoption: what another program adopts reaches a running server
// through the log, and past states keep what is known of them.
func TestServerSeesAnAdoption(t *testing.T) {
	each1(t, func(d *desk) {
		d.write(store.Batch{
			Records: []graph.Record{person("a"), person("b", "SECRET"), person("c"), person("e")},
			Links:   []graph.Link{owns("ab", "a", "b"), owns("bc", "b", "c"), owns("ce", "c", "e"), owns("ax", "a", "x")},
		})
		server := newDesk(t, d.server)
		p, err := projection.Open(t.Context(), server.store.Feed())
		if err != nil {
			t.Fatal(err)
		}
		defer p.Close()
		d.hand("MATCH (n:Entity {key: 'c'}) SET n.name = 'x' CREATE (n)-[:OWNS]->(:Person {name: 'new'})")
		d.hand("MATCH (n:Entity {key: 'b'}) DETACH DELETE n")
		d.hand("MATCH ()-[r:OWNS {key: 'ce'}]->() DELETE r")
		d.want(d.sync(store.AdoptOptions{}), store.AdoptCount{Records: 1, Links: 1}, store.AdoptCount{Records: 1}, store.AdoptCount{Records: 1, Links: 3})
		if err := p.Poll(t.Context(), time.Second); err != nil {
			t.Fatal(err)
		}
		fresh, err := projection.Open(t.Context(), d.store.Feed())
		if err != nil {
			t.Fatal(err)
		}
		defer fresh.Close()
		records, links := p.Current().Size()
		if wantRecords, wantLinks := fresh.Current().Size(); records != 4 || links != 2 || records != wantRecords || links != wantLinks || p.Current().Revision() != fresh.Current().Revision() {
			t.Errorf("%d records, %d links, want %d and %d", records, links, wantRecords, wantLinks)
		}
		past, err := p.At(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		if records, links := past.Size(); records != 4 || links != 4 {
			t.Errorf("before: %d records, %d links", records, links)
		}
	})
}
