package neo4j_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/neo4j"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// pole is somebody's graph of persons, objects, locations and events, with all that
// is awkward: several labels, values of every type, nulls, parallel relationships,
// loops, names that must be quoted, things of which the mapping says nothing.
const pole = `
CREATE (a:Person {nhs_no: '117-66-8129', name: 'Kimberly', surname: 'Wood', birthDate: date('1971-04-02'), height: 168.5, aka: ['Kim', 'Woody'], nationality: ['gb', 'ie'], photo: $photo, cleared: true, visits: 9007199254740993,
    lunch: localtime('12:30'), shift: time('08:00:00+01:00'), seen: localdatetime('2024-03-01T09:30:00.25'), born: datetime('1971-04-02T03:04:05+02:00'), sentence: duration('P1Y2M3DT4H'), nothing: [], numbers: [1, 2, 3], ratios: [0.5, 1e300], days: [date('2024-01-01'), date('2024-01-02')]}),
  (b:Suspect:Person {nhs_no: 220, name: 'Jack', surname: 'Powell', certainty: 0.75}),
  (l:Location {address: '1 Dock Road', postalCode: 'M1 1AA', position: point({latitude: 53.4, longitude: -2.25}), plan: point({x: 1, y: 2.5, z: 3})}),
  (c:Crime:Event {id: 7, type: 'Drugs', date: '30/08/2017', handling: ['TLP:RED', 'CASE:7'], charge: null, secret: 'not mapped'}),
  (d:Crime {id: 8, type: 'Burglary', date: '01/09/2017'}),
  (o:` + "`odd``label` {`the ``x```" + `: 1, ` + "`}) RETURN 1 //`" + `: 'quoted'}),
  (u:Rumour {text: 'left out'}), (v:Rumour), (),
  (a)-[:KNOWS {since: date('2010-01-01'), how: 'school'}]->(b), (a)-[:KNOWS]->(b), (a)-[:KNOWS]->(b), (b)-[:KNOWS]->(a), (b)-[:KNOWS]->(b),
  (a)-[:CALLED {id: 1, at: datetime('2024-03-01T10:00:00+01:00'), minutes: 3}]->(b),
  (a)-[:PAID {amount: 1250.50, currency: 'gbp', quantity: 2, unit: 'kg'}]->(b),
  (a)-[:AT]->(l), (c)-[:AT]->(l), (c)-[:` + "`weird \\u005cu0060 type``" + "`" + ` {n: 1}]->(d), (a)-[:TOLD]->(u), (o)-[:TOLD]->(o)`

func makePole(t testing.TB, s *neo4jtest.Server) {
	s.Query(t, pole, map[string]any{"photo": []byte{0xff, 0xd8}})
}

func TestAForeignGraph(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		makePole(t, s)
		all := read(t, open(t, s), mapping(t, mappingFile(t, "neo4j-pole.yaml")))
		if len(all.rejects) > 0 || all.implied > 0 {
			t.Errorf("rejects %v, %d implied", all.rejects, all.implied)
		}
		wantKinds := map[string]int{
			"Person": 2, "Location": 1, "Seizure": 1, "Case": 1, "UnknownEntity": 1,
			"ASSOCIATE_OF": 5, "COMMUNICATED_WITH": 1, "LINKED_TO": 3, "LOCATED_AT": 1, "SEIZED_AT": 1,
		}
		if diff := cmp.Diff(wantKinds, all.kinds()); diff != "" {
			t.Error(diff)
		}
		wantLeft := map[string]int{"nodes labelled Rumour": 2, "nodes without a label": 1, "relationships of type TOLD with an end that is left out": 1}
		if diff := cmp.Diff(wantLeft, all.leftOut); diff != "" {
			t.Error(diff)
		}
		checkPersons(t, all)
		checkThings(t, all)
		checkLinks(t, all)
	})
}

func properties(pairs ...string) graph.Properties {
	var p graph.Properties
	for i := 0; i < len(pairs); i += 2 {
		p = append(p, graph.Property{Name: pairs[i], Values: strings.Split(pairs[i+1], "|")})
	}
	return p.Normalize()
}

func checkPersons(t *testing.T, all everything) {
	t.Helper()
	a := all.records["person-117-66-8129"]
	want := properties("birthDate", "1971-04-02", "height", "168.5", "nationality", "gb|ie", "cleared", "true", "visits", "9007199254740993",
		"lunch", "12:30:00", "shift", "08:00:00+01:00", "seen", "2024-03-01T09:30:00.25Z", "born", "1971-04-02T01:04:05Z", "sentence", "P1Y2M3DT4H",
		"numbers", "1|2|3", "days", "2024-01-01|2024-01-02", "ratios", "0.5|1e+300")
	if diff := cmp.Diff(want, a.Properties); diff != "" {
		t.Error(diff)
	}
	if a.Name != "Kimberly Wood" || !slices.Equal(a.Aliases, []string{"Kim", "Woody"}) || a.Confidence != 1 {
		t.Errorf("%+v", a)
	}
	b := all.records["person-220"] // a suspect first, whatever the order of the labels
	if diff := cmp.Diff(properties("status", "suspect"), b.Properties); diff != "" || b.Confidence != 0.75 || b.Name != "Jack Powell" {
		t.Errorf("%+v\n%s", b, diff)
	}
}

func checkThings(t *testing.T, all everything) {
	t.Helper()
	for key, r := range all.records {
		if r.Kind == "Location" {
			want := properties("latitude", "53.4", "longitude", "-2.25", "postalCode", "M1 1AA", "position", "POINT (-2.25 53.4)", "plan", "SRID=9157;POINT Z (1 2.5 3)")
			if diff := cmp.Diff(want, r.Properties); diff != "" || r.Name != "1 Dock Road" || !strings.HasPrefix(key, "4:") {
				t.Errorf("%s %s\n%s", key, r.Name, diff)
			}
		}
	}
	c := all.records["crime-7"]
	if diff := cmp.Diff(properties("at", "2017-08-30T00:00:00Z"), c.Properties); diff != "" || c.SourceRef != "crime 7" || !slices.Equal(c.Markings, graph.Markings{"CASE:7", "TLP:RED"}) {
		t.Errorf("%+v\n%s", c, diff)
	}
	o := all.records["odd-1"]
	if diff := cmp.Diff(properties("kind", "odd`label", "}) RETURN 1 //", "quoted"), o.Properties); diff != "" {
		t.Error(diff)
	}
}

func checkLinks(t *testing.T, all everything) {
	t.Helper()
	a, b := graph.RecordID("d", "person-117-66-8129"), graph.RecordID("d", "person-220")
	between := map[string]int{}
	var stated []string
	for _, l := range all.links {
		switch l.Kind {
		case "ASSOCIATE_OF":
			name := map[graph.ID]string{a: "a", b: "b"}
			between[name[l.From]+name[l.To]]++
			if l.ValidFrom != graph.NoInstant {
				stated = append(stated, l.ValidFrom.String()+" "+l.Properties.First("how"))
			}
		case "COMMUNICATED_WITH":
			if l.Key != "call-1" || l.At.String() != "2024-03-01T09:00:00Z" || l.Weight == nil || *l.Weight != 3 {
				t.Errorf("%+v", l)
			}
		case "LINKED_TO":
			if l.Amount != "" && (l.Amount != "1250.5" || l.Currency != "GBP" || *l.Quantity != 2 || l.Unit != "kg") {
				t.Errorf("%+v", l)
			}
			stated = append(stated, l.Properties.First("kind"))
		}
	}
	if diff := cmp.Diff(map[string]int{"ab": 3, "ba": 1, "bb": 1}, between); diff != "" {
		t.Error(diff)
	}
	slices.Sort(stated)
	if diff := cmp.Diff([]string{"", "2010-01-01T00:00:00Z school", "TOLD", `weird \u0060 type` + "`"}, stated); diff != "" {
		t.Error(diff)
	}
}

// A value that is no text is refused by name, and only the item that holds it.
func TestWhatIsNoTextIsRejected(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		s.Query(t, "CREATE (a:A {id: 1, blob: $b}), (b:A {id: 2}), (:A {id: 3, text: $nul}), (:A), (:A {id: 2}), (:A {id: 2, other: true}), (a)-[:R {w: 0/0.0}]->(b), (a)-[:R {w: 1}]->(b)",
			map[string]any{"b": []byte("x"), "nul": "a\x00b"})
		all := read(t, open(t, s), mapping(t, "nodes: [{label: A, id: {property: id}, rest: true}]\nrelationships: [{type: R, weight: {property: w}}]"))
		var why []string
		for _, r := range all.rejects {
			why = append(why, string(r.Code)+" "+r.File+" "+r.Reason)
			if !strings.HasPrefix(r.Row, "4:") && !strings.HasPrefix(r.Row, "5:") {
				t.Errorf("the reject does not name the item: %q", r.Row)
			}
		}
		slices.Sort(why)
		want := []string{
			"BAD_VALUE A property \"blob\": bytes are no text; leave the property out with `ignore`",
			`BAD_VALUE A property "text": the text holds NUL`,
			`BAD_VALUE R column "w": "NaN" is not a number such as 25.5`,
			`DUPLICATE_ID A an earlier row declares 2 with other content`,
			`MISSING_VALUE A column "id": the identifier is missing`,
		}
		if diff := cmp.Diff(want, why); diff != "" {
			t.Error(diff)
		}
		// The end of the other link is not lost with the node that states it.
		if all.rows != 8 || len(all.links) != 1 || all.implied != 1 {
			t.Errorf("%d rows, %d links, %d implied", all.rows, len(all.links), all.implied)
		}
	})
}

func TestEverythingByStar(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		makePole(t, s)
		all := read(t, open(t, s), mapping(t, `
nodes:
  - label: "*"
    id: {property: elementId()}
    name: {property: name}
    kind: {property: labels(), map: {Person: Person}}
    rest: true
    ignore: [photo]
relationships:
  - type: "*"
    rest: true
`))
		if len(all.rejects) > 0 || len(all.leftOut) > 0 || len(all.records) != 9 || len(all.links) != 12 || all.implied > 0 {
			t.Errorf("%v %v %d %d", all.rejects, all.leftOut, len(all.records), len(all.links))
		}
		if got := all.kinds()["Person"]; got != 2 {
			t.Errorf("%d persons", got)
		}
	})
}

// What the draft says works as it is, finds everything, and names what identifies.
func TestDraftedMappings(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		makePole(t, s)
		s.Query(t, "CREATE CONSTRAINT crime_id FOR (c:Crime) REQUIRE c.id IS UNIQUE", nil)
		defer s.DropSchema(t)
		server := open(t, s)
		text, err := neo4j.Draft(t.Context(), server, words, "pole")
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(mappingFile(t, "neo4j-pole-draft.yaml"), text); diff != "" {
			t.Error(diff)
		}
		all := read(t, server, mapping(t, text))
		if len(all.rejects) > 0 || len(all.records) != 8 || len(all.links) != 12 || all.implied > 0 {
			t.Errorf("%v, %d records, %d links", all.rejects, len(all.records), len(all.links))
		}
		if diff := cmp.Diff(map[string]int{"nodes without a label": 1}, all.leftOut); diff != "" {
			t.Error(diff)
		}
		if keys := slices.Sorted(maps.Keys(all.records)); !slices.Contains(keys, "Person:117-66-8129") || !slices.Contains(keys, "Crime:7") || !slices.Contains(keys, "Crime:8") {
			t.Error(keys)
		}
	})
}

func TestASecondImportChangesNothing(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		makePole(t, s)
		server, st := open(t, s), target(t)
		var dumps []string
		for i := range 2 {
			report, err := importInto(t.Context(), st, neo4j.NewReader(server, options(mapping(t, mappingFile(t, "neo4j-pole.yaml")))))
			if err != nil {
				t.Fatal(err)
			}
			if want := []int{17, 0}[i]; report.Written != want || report.RowsIn != 17 || report.Records.Updated+report.Links.Updated > 0 {
				t.Errorf("%+v", report)
			}
			dumps = append(dumps, dump(t, st))
		}
		if dumps[0] != dumps[1] {
			t.Error("the second import changed the store")
		}
	})
}

func TestOurOwnStoresAreNotImported(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		s.Query(t, "CREATE (:_Head {id: 'head'}), (:A {id: 1})", nil)
		err := neo4j.NewReader(open(t, s), options(mapping(t, "nodes: [{label: A, id: {property: id}}]"))).Read(t.Context(), func(*ingest.Batch) error { return nil })
		if graph.CodeOf(err) != graph.BadUserInput || !strings.Contains(err.Error(), "--store") {
			t.Error(err)
		}
	})
}

func TestMappingsThatCannotBeMeant(t *testing.T) {
	for text, want := range map[string]string{
		"nodes: []":                        "at least one",
		"nodes: [{label: A, id: x}]":       "write {property: x}",
		"nodes: [{label: A}]":              "nodes[0]: id:",
		"nodes: [{id: {property: x}}]":     "label:",
		"nodes:\n  - label: A\n    idd: x": "[3:5] unknown field \"idd\"",
		"nodes: [{label: \"*\", id: {property: x}}, {label: A, id: {property: x}}]":                                                     "no entry may follow",
		"nodes: [{label: A, id: {property: x}, as: y}]":                                                                                 "as:",
		"nodes: [{label: A, id: {property: \"a\\0b\"}}]":                                                                                "is no name",
		"nodes: [{label: A, id: {property: x}}]\nrelationships: [{type: R, from: {record: x}}]":                                         "ends of a link",
		"nodes: [{label: A, id: {property: x}}]\nrelationships: [{type: R}, {type: R}]":                                                 "has an entry already",
		"nodes: [{label: A, id: {property: x}}]\nrelationships: [{kind: R}]":                                                            "type:",
		"nodes: [{label: A, id: {property: x}, kind: {property: a, column: b}}]":                                                        "one of property",
		"nodes: [{label: [A, \"*\"], id: {property: x}}]":                                                                               "stands alone",
		"nodes: [{label: A, id: {property: x}, name: {property: a, format: YYYY}}]":                                                     "belong to times",
		"nodes: [{label: A, id: {property: x}}]\nrelationships: [{type: R, at: {property: a, epoch: {start: 2024-01-01, unit: moon}}}]": "not a unit",
	} {
		_, err := neo4j.ParseMapping("m.yaml", []byte(text))
		if graph.CodeOf(err) != graph.BadUserInput || !strings.Contains(err.Error(), want) {
			t.Errorf("%s\n%v", text, err)
		}
	}
}
