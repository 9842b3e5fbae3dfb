package neo4j

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

var (
	admin  = access.Viewer{Name: "admin", Clearance: access.Everything()}
	public = graph.Markings{"TLP:CLEAR"}
	now    = graph.Instant(1_700_000_000_000_000)
)

// desk is a store, and somebody at the console of its database.
type desk struct {
	*testing.T
	server *neo4jtest.Server
	driver *Driver
	store  *store.Store
}

func newDesk(t *testing.T, s *neo4jtest.Server) *desk {
	d := open(t, s)
	return &desk{t, s, d, store.New(d, words(t))}
}

// hand runs a statement by hand.
func (d *desk) hand(cypher string) []map[string]any { return d.server.Query(d, cypher, nil) }

func (d *desk) write(b store.Batch) {
	d.Helper()
	b.Who, b.At = "admin", now
	b.Datasets = append(b.Datasets, store.Dataset{Name: "d", Ceiling: graph.NewMarkings("TLP:CLEAR", "SECRET", "B")})
	written, err := d.store.Write(d.Context(), admin, b)
	if err != nil {
		d.Fatal(err)
	}
	for _, item := range written.Items {
		if item.Err != nil {
			d.Fatal(item.Err)
		}
	}
}

func (d *desk) sync(o store.AdoptOptions) store.AdoptReport {
	d.Helper()
	if o.Markings == nil {
		o.Markings = public
	}
	o.At = now
	report, err := d.store.Adopt(d.Context(), admin, o)
	if err != nil {
		d.Fatal(err)
	}
	return report
}

// clean makes sure that nothing waits and nothing is wrong.
func (d *desk) clean() {
	d.Helper()
	if report := d.sync(store.AdoptOptions{}); !report.Nothing() {
		d.Errorf("a second adoption finds %+v", report)
	}
	findings, err := d.driver.Check(d.Context())
	if err != nil || len(findings) > 0 {
		d.Errorf("check: %q, %v", findings, err)
	}
}

func (d *desk) record(key string) graph.Record { return d.recordOf("d", key, store.Latest) }

func (d *desk) recordOf(dataset, key string, at graph.Revision) graph.Record {
	d.Helper()
	list, err := d.driver.Records(d.Context(), []graph.ID{graph.RecordID(dataset, key)}, at)
	if err != nil {
		d.Fatal(err)
	}
	if len(list) == 0 {
		return graph.Record{}
	}
	return list[0]
}

func (d *desk) linkOf(dataset, key string, at graph.Revision) graph.Link {
	d.Helper()
	list, err := d.driver.Links(d.Context(), []graph.ID{graph.LinkID(dataset, key)}, at)
	if err != nil {
		d.Fatal(err)
	}
	if len(list) == 0 {
		return graph.Link{}
	}
	return list[0]
}

func (d *desk) signatures(r graph.Revision) []graph.Markings {
	d.Helper()
	list, err := d.driver.Entries(d.Context(), []graph.Revision{r})
	if err != nil || len(list) != 1 {
		d.Fatalf("%v %v", list, err)
	}
	return list[0].Signatures
}

func (d *desk) changes(r graph.Revision) []store.Change {
	d.Helper()
	list, err := d.driver.Changes(d.Context(), r)
	if err != nil {
		d.Fatal(err)
	}
	return list
}

func (d *desk) want(report store.AdoptReport, made, edited, gone store.AdoptCount, unfit ...string) {
	d.Helper()
	if diff := cmp.Diff([]store.AdoptCount{made, edited, gone}, []store.AdoptCount{report.Made, report.Edited, report.Gone}); diff != "" || report.Unfits != len(unfit) {
		d.Errorf("%d unfit, %s", report.Unfits, diff)
	}
	for i, u := range report.Unfit {
		if !slices.ContainsFunc(unfit, func(part string) bool { return strings.Contains(u.Err.Error(), part) }) {
			d.Errorf("unfit %d: %s: %v", i, u.What, u.Err)
		}
	}
}

func person(key string, markings ...graph.Marking) graph.Record {
	r := someRecord(key, "name of "+key)
	r.Markings = graph.NewMarkings(append(markings, "TLP:CLEAR")...)
	return r
}

func owns(key, from, to string, markings ...graph.Marking) graph.Link {
	return graph.Link{
		Header: graph.Header{ID: graph.LinkID("d", key), Dataset: "d", Key: key, Confidence: 1, Markings: graph.NewMarkings(append(markings, "TLP:CLEAR")...), ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant},
		Kind:   "OWNS", From: graph.RecordID("d", from), To: graph.RecordID("d", to), At: graph.NoInstant,
	}
}

func each1(t *testing.T, test func(d *desk)) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) { test(newDesk(t, s)) })
}

var none = store.AdoptCount{}

func TestAdoptWhatWasMade(t *testing.T) {
	each1(t, func(d *desk) {
		d.write(store.Batch{Records: []graph.Record{person("a")}})
		d.hand(`MATCH (a:Entity {name: 'name of a'})
			CREATE (p:Person {id: 'p1', name: 'Ada', aliases: 'A. L.', birthDate: date('1815-12-10'), shoe: 37, _note: 'x', confidence: 1, validFrom: '2020', markings: ['SECRET', 'TLP:CLEAR'], dataset: 'd', key: 'ada'}),
				(c:Company:VIP {name: 'Mill', dataset: 'unheard'}), (e:Entity {id: 7}), (f:Film {name: 'Heat'}),
				(p)-[:OWNS {id: 'o1', amount: 12.50, at: datetime('2024-01-01T00:00:00Z'), weight: '3'}]->(c), (c)-[:SUPPLIES]->(a), (a)-[:LIKES]->(f), (f)-[:OWNS]->(f),
				(e)-[:LINKED_TO {key: 'k', dataset: 'd'}]->(p)`)
		elements := d.hand("MATCH (n) WHERE n:Person OR n:Company RETURN elementId(n) AS e ORDER BY e")
		relationships := d.hand("MATCH ()-[r:OWNS|SUPPLIES|LINKED_TO]->() RETURN elementId(r) AS e ORDER BY e")
		dry := d.sync(store.AdoptOptions{DryRun: true})
		d.want(dry, store.AdoptCount{Records: 3, Links: 3}, none, none)
		report := d.sync(store.AdoptOptions{})
		d.want(report, store.AdoptCount{Records: 3, Links: 3}, none, none)
		if report.First != 2 || report.Last != 3 {
			t.Errorf("revisions %d to %d", report.First, report.Last)
		}
		ada := d.record("ada")
		want := graph.Record{
			Header: graph.Header{
				ID: graph.RecordID("d", "ada"), Dataset: "d", Key: "ada", Confidence: 1, Markings: graph.NewMarkings("SECRET", "TLP:CLEAR"),
				ValidFrom: instant1(t, "2020"), ValidTo: graph.NoInstant,
				Properties: graph.Properties{{Name: "_note", Values: []string{"x"}}, {Name: "birthDate", Values: []string{"1815-12-10"}}, {Name: "shoe", Values: []string{"37"}}},
			},
			Kind: "Person", Name: "Ada", Aliases: []string{"A. L."},
		}
		if diff := cmp.Diff(want, ada); diff != "" {
			t.Error(diff)
		}
		mill := d.hand("MATCH (n:Company:Entity:VIP) RETURN n.dataset AS dataset, n.dataset_ AS stated, n.id AS id, n.key AS key")
		if len(mill) != 1 || mill[0]["dataset"] != "neo4j" || mill[0]["stated"] != "unheard" || mill[0]["id"] != graph.RecordID("neo4j", mill[0]["key"].(string)).String() {
			t.Errorf("%v", mill)
		}
		if odd := d.recordOf("neo4j", "7", store.Latest); odd.Kind != graph.UnknownKind || odd.Name != "7" {
			t.Errorf("%+v", odd)
		}
		l := d.linkOf("neo4j", "o1", store.Latest)
		if l.From != ada.ID || l.Amount != "12.5" || l.At != instant1(t, "2024") || *l.Weight != 3 || !slices.Equal(l.Markings, public) {
			t.Errorf("%+v", l)
		}
		if l := d.linkOf("d", "k", store.Latest); l.From != graph.RecordID("neo4j", "7") || l.To != ada.ID {
			t.Errorf("%+v", l)
		}
		if diff := cmp.Diff(elements, d.hand("MATCH (n) WHERE n:Person OR n:Company RETURN elementId(n) AS e ORDER BY e")); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff(relationships, d.hand("MATCH ()-[r:OWNS|SUPPLIES|LINKED_TO]->() WHERE r._rev > 0 OR startNode(r):Film RETURN elementId(r) AS e ORDER BY e")); diff != "" {
			t.Error(diff)
		}
		hits, _, err := d.store.Search(t.Context(), access.Everything(), "ada", 10)
		if err != nil || len(hits) != 1 || hits[0].Record.ID != ada.ID {
			t.Errorf("%v %v", hits, err)
		}
		if got := d.signatures(2); !slices.ContainsFunc(got, func(m graph.Markings) bool { return slices.Equal(m, ada.Markings) }) || len(got) != 2 {
			t.Errorf("signatures %v", got)
		}
		if got := d.signatures(3); len(got) != 2 { // of links with and without Ada
			t.Errorf("signatures %v", got)
		}
		if got := d.changes(3); len(got) != 3 || got[0].LinkBefore != nil {
			t.Errorf("changes %+v", got)
		}
		d.clean()
	})
}

func instant1(t testing.TB, text string) graph.Instant {
	t.Helper()
	i, ok := graph.ParseInstant(text)
	if !ok {
		t.Fatal(text)
	}
	return i
}

func TestAdoptWhatIsUnfit(t *testing.T) {
	each1(t, func(d *desk) {
		d.write(store.Batch{Records: []graph.Record{person("a"), person("b")}})
		d.hand(`MATCH (a:Entity {key: 'a'}) CREATE (:Person {name: 'p', place: point({x: 1, y: 2})}), (:Person:Company {name: 'both'}), (:Person {confidence: 2}), (:Person {confidence: 'high'}),
			(:Person {markings: ['UNHEARD']}), (:Person {dataset: 'd', key: 'a'}), (:Person {dataset: 'd', key: 'twice'}), (:Person {dataset: 'd', key: 'twice'}), (:Person {since: duration('P1D')}),
			(a)-[:OWNS]->(:Film)`)
		d.hand("MATCH (b:Entity {key: 'b'}) SET b.markings = 5")
		report := d.sync(store.AdoptOptions{})
		d.want(report, store.AdoptCount{Records: 1}, none, none,
			"place", "one kind", "confidence", "confidence", "may hold", "dataset and key", "dataset and key", "since", "no record", "markings")
		if report = d.sync(store.AdoptOptions{}); report.Made != none || report.Unfits != 10 {
			t.Errorf("%+v", report)
		}
		findings, err := d.driver.Check(t.Context())
		if err != nil || len(findings) != 3 || !strings.Contains(strings.Join(findings, "\n"), "chokepoint sync") {
			t.Errorf("%q %v", findings, err)
		}
	})
}

func TestAdoptWhatWasEdited(t *testing.T) {
	each1(t, func(d *desk) {
		d.write(store.Batch{Records: []graph.Record{person("a", "SECRET"), person("b"), person("c"), person("e"), person("f")}, Links: []graph.Link{owns("ab", "a", "b"), owns("bc", "b", "c", "B"), owns("x", "b", "nowhere")}})
		d.hand("MATCH (n {key: 'a'}) SET n.name = 'Ada', n.markings = ['TLP:CLEAR']")
		d.hand("MATCH (n {key: 'b'}) REMOVE n:Person SET n:Company")
		d.hand("MATCH (n {key: 'c'}) SET n.id = null")
		d.hand("MATCH (n {key: 'e'}) REMOVE n:Entity")
		d.hand("MATCH (n {key: 'f'}) SET n._rev = 17")
		d.hand("MATCH ()-[r:OWNS {key: 'ab'}]->() SET r.amount = '5', r.id = 'mine'")
		d.hand("MATCH (a)-[r:OWNS {key: 'bc'}]->(b) CREATE (a)-[s:CONTROLS]->(b) SET s = properties(r) DELETE r")
		report := d.sync(store.AdoptOptions{})
		d.want(report, none, store.AdoptCount{Records: 5, Links: 2}, none)
		if ada := d.record("a"); ada.Name != "Ada" || !slices.Equal(ada.Markings, public) {
			t.Errorf("%+v", ada)
		}
		if before := d.recordOf("d", "a", 1); before.Name != "Ada" || !slices.Equal(before.Markings, graph.NewMarkings("SECRET", "TLP:CLEAR")) {
			t.Errorf("%+v", before)
		}
		if b := d.record("b"); b.Kind != "Company" {
			t.Errorf("%+v", b)
		}
		if got := d.signatures(2); len(got) != 2 {
			t.Errorf("%v", got)
		}
		if l := d.linkOf("d", "ab", store.Latest); l.Amount != "5" || l.From != graph.RecordID("d", "a") {
			t.Errorf("%+v", l)
		}
		if l := d.linkOf("d", "bc", store.Latest); l.Kind != "CONTROLS" {
			t.Errorf("%+v", l)
		}
		if got := d.changes(3); len(got) != 2 || got[0].LinkBefore == nil || got[0].LinkAfter == nil {
			t.Errorf("%+v", got)
		}
		d.clean()
		d.write(store.Batch{Records: []graph.Record{person("c"), person("e")}, Links: []graph.Link{owns("bc", "b", "c", "B")}})
		d.clean()
	})
}

func TestAdoptWhatIsGone(t *testing.T) {
	each1(t, func(d *desk) {
		d.write(store.Batch{Records: []graph.Record{person("a", "SECRET"), person("b"), person("c")}, Links: []graph.Link{owns("ab", "a", "b"), owns("bc", "b", "c", "B"), owns("cx", "c", "x")}})
		known := person("a", "SECRET")
		known.Name = "Anna"
		again := owns("bc", "b", "c", "B")
		again.Unit = "kg"
		d.write(store.Batch{Records: []graph.Record{known}, Links: []graph.Link{again}})
		d.hand("MATCH (n:Entity {key: 'a'}) DETACH DELETE n")
		d.hand("MATCH ()-[r:OWNS]->() WHERE r.key IN ['bc', 'cx'] DELETE r")
		d.hand("MATCH (n:Entity {key: 'c'}) DELETE n")
		report := d.sync(store.AdoptOptions{})
		d.want(report, none, none, store.AdoptCount{Records: 2, Links: 3})
		if a := d.record("a"); !a.ID.IsZero() {
			t.Errorf("%+v", a)
		}
		if a := d.recordOf("d", "a", 2); !slices.Equal(a.Markings, known.Markings) || a.Name != "name of a" {
			t.Errorf("%+v", a)
		}
		if c := d.recordOf("d", "c", 2); !slices.Equal(c.Markings, public) || c.Name != lostName {
			t.Errorf("%+v", c)
		}
		if l := d.linkOf("d", "bc", 2); l.To != graph.RecordID("d", "c") || !slices.Equal(l.Markings, again.Markings) {
			t.Errorf("%+v", l)
		}
		// ab is signed by itself; the ends of bc are known, one is gone: no signature.
		if diff := cmp.Diff([]graph.Markings{public}, d.signatures(4)); diff != "" {
			t.Error(diff)
		}
		if got := d.changes(4); len(got) != 3 {
			t.Errorf("%+v", got)
		}
		for _, row := range d.hand("MATCH (n:_Missing) RETURN n.id AS id") {
			t.Errorf("placeholder %v", row)
		}
		d.clean()
		// An import brings back what was deleted, and people do too.
		d.write(store.Batch{Records: []graph.Record{person("a")}, Links: []graph.Link{owns("ab", "a", "b"), owns("cx", "c", "x")}})
		d.clean()
		d.hand("MATCH (n:Entity {key: 'a'}) DETACH DELETE n")
		d.hand("CREATE (:Person {dataset: 'd', key: 'a', name: 'again'})")
		d.want(d.sync(store.AdoptOptions{}), store.AdoptCount{Records: 1}, none, store.AdoptCount{Records: 1, Links: 1})
		d.clean()
	})
}
