package neo4j

import (
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// TestCheckFindsDamage damages a store in every way that adopting does not mend.
func TestCheckFindsDamage(t *testing.T) {
	each1(t, func(d *desk) {
		for _, c := range []struct{ damage, want string }{
			{"MATCH (l:_Log {revision: 2}) DELETE l", "log: revision 3 follows 1"},
			{"MATCH (l:_Log {revision: 3}) DELETE l", "log: the newest entry is revision 2, and the head 3"},
			{"MATCH (l:_Log {revision: 2}) REMOVE l.items", "log: the items of revision 2 cannot be read"},
			{"MATCH (l:_Log {revision: 2}) SET l.records = 7", "log: revision 2 states 7 records"},
			{"MATCH (v:_Version {key: 'a'}) DELETE v", ": 1 past versions are missing"},
			{"MATCH (v:_Version {key: 'a'}) SET v.name = 'other'", ": its version of revision 1 is not as it was written"},
			{"MATCH (v:_Version {key: 'a'}) SET v._until = 1", "it ends before it begins"},
			{"MATCH (v:_Version {key: 'a'}) SET v._until = 3", "ends at revision 3, after the last change"},
			{"MATCH (v:_Version {key: 'a'}) CREATE (w:_Version) SET w = properties(v)", "it has more past versions than changes"},
			{"MATCH (v:_Version {key: 'a'}) SET v.id = '" + graph.RecordID("d", "?").String() + "'", "the log does not know the item"},
			{"MATCH (m:_Missing) SET m.note = 'x'", "holds more than an ID"},
			{"CREATE (:Entity:_Missing {id: '" + graph.RecordID("d", "?").String() + "'})", "stands for the end of no link"},
			{"MATCH (h:_Head) REMOVE h.secret", "lost its head"},
			{"MATCH (n:Entity {key: 'a'}) SET n.name = 'x'", "1 records were edited"},
			{"MATCH ()-[r:OWNS]->() DELETE r", "2 links were deleted"},
			{"CREATE (:Person)", "1 records were made"},
		} {
			d.server.Wipe(t)
			fresh := newDesk(t, d.server)
			fresh.write(store.Batch{Records: []graph.Record{person("a"), person("b")}, Links: []graph.Link{owns("ab", "a", "b"), owns("ax", "a", "x")}})
			changed := person("a")
			changed.Name = "Anna"
			fresh.write(store.Batch{Records: []graph.Record{changed}})
			fresh.write(store.Batch{Records: []graph.Record{person("c")}})
			fresh.clean()
			fresh.hand(c.damage)
			findings, err := fresh.driver.Check(t.Context())
			if err != nil || !strings.Contains(strings.Join(findings, "\n"), c.want) {
				t.Errorf("%s: %q, %v", c.damage, findings, err)
			}
		}
	})
}

// TestCheckIsCut: a report has a length that a person reads.
func TestCheckIsCut(t *testing.T) {
	each1(t, func(d *desk) {
		b := store.Batch{}
		for i := range 150 {
			b.Links = append(b.Links, owns(string(rune('a'+i)), "a", string(rune('a'+i))))
		}
		d.write(b)
		d.hand("MATCH (m:_Missing) SET m.note = 'x'")
		findings, err := d.driver.Check(t.Context())
		if err != nil || len(findings) != maxFindings+1 || findings[maxFindings] != "and 50 more" {
			t.Errorf("%d findings, the last %q, %v", len(findings), findings[len(findings)-1], err)
		}
	})
}

// TestSpans: every ID lies in one span.
func TestSpans(t *testing.T) {
	list := spans(7 * ledgerItems)
	for i := range 1000 {
		id := graph.RecordID("d", string(rune(i)))
		n := 0
		for _, s := range list {
			if s.holds(id) {
				n++
			}
		}
		if n != 1 {
			t.Fatalf("%v lies in %d of %v", id, n, list)
		}
	}
	if one := spans(0); len(one) != 1 || !one[0].holds(graph.ID{}) {
		t.Errorf("%v", one)
	}
}
