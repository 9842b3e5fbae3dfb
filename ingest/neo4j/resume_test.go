package neo4j_test

import (
	"context"
	"encoding/csv"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/ingest"
	tables "github.com/chokepoint/chokepoint/ingest/csv"
	"github.com/chokepoint/chokepoint/ingest/neo4j"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

// accounts are more than a page of nodes and a page of relationships.
const (
	accounts     = "UNWIND range(1, 12000) AS i CREATE (:Account {number: 'A' + i, owner: 'owner ' + i % 100})"
	transactions = "MATCH (a:Account) WITH collect(a) AS all UNWIND range(0, 29999) AS i WITH all[i % 12000] AS a, all[(i * 7 + 3) % 12000] AS b, i CREATE (a)-[:PAID {amount: i % 50, day: date('2024-01-01') + duration({days: i % 100})}]->(b)"
	bank         = "nodes: [{label: Account, id: {property: number}, kind: BankAccount, rest: true}]\nrelationships: [{type: PAID, amount: {property: amount}, at: {property: day}}]"
)

func makeBank(t testing.TB, s *neo4jtest.Server) {
	s.Query(t, accounts, nil)
	s.Query(t, transactions, nil)
}

// An import that is stopped is finished by running it again.
func TestAStoppedImportIsFinishedByAnother(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		makeBank(t, s)
		server, undisturbed, stopped := open(t, s), target(t), target(t)
		reader := func() ingest.Reader { return neo4j.NewReader(server, options(mapping(t, bank))) }
		if _, err := importInto(t.Context(), undisturbed, reader()); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		first, err := importInto(ctx, stopped, stopping{reader(), cancel})
		if !errors.Is(err, context.Canceled) && graph.CodeOf(err) != graph.Timeout || first.Written == 0 {
			t.Fatalf("%+v %v", first, err)
		}
		second, err := importInto(t.Context(), stopped, reader())
		if err != nil || second.RowsIn != 42_000 || second.Written+first.Written != 42_000 {
			t.Errorf("%+v %v", second, err)
		}
		if dump(t, undisturbed) != dump(t, stopped) {
			t.Error("the stores differ")
		}
	})
}

// stopping ends an import after the first batch.
type stopping struct {
	ingest.Reader
	cancel context.CancelFunc
}

func (s stopping) Read(ctx context.Context, yield func(*ingest.Batch) error) error {
	return s.Reader.Read(ctx, func(b *ingest.Batch) error {
		defer s.cancel()
		return yield(b)
	})
}

// A server that is killed while it is read and comes back costs nothing but time.
func TestAServerThatIsKilledIsReadOn(t *testing.T) {
	s := neo4jtest.Own(t, neo4jtest.Versions()[0], neo4jserver.Options{})
	makeBank(t, s.Server)
	server := open(t, s.Server)
	want := read(t, server, mapping(t, bank))
	o, rows, killed, back := options(mapping(t, bank)), 0, false, make(chan struct{})
	o.Seen = func(n int) {
		if rows += n; rows >= 20_000 && !killed {
			killed = true // in the middle of a page of relationships
			s.Kill(t)
			go func() { defer close(back); s.Restart(t) }()
		}
	}
	got := map[graph.ID]int{}
	err := neo4j.NewReader(server, o).Read(t.Context(), func(b *ingest.Batch) error {
		for _, r := range b.Records {
			got[r.ID]++
		}
		for _, l := range b.Links {
			got[l.ID]++
		}
		return nil
	})
	<-back
	if err != nil || !killed || len(got) != 42_000 {
		t.Fatalf("%d items, %v", len(got), err)
	}
	for _, r := range want.records {
		got[r.ID]--
	}
	for _, l := range want.links {
		got[l.ID]--
	}
	for id, n := range got {
		if n != 0 {
			t.Fatalf("%s is off by %d", id, n)
		}
	}

	s.Kill(t)
	o = options(mapping(t, bank))
	o.Patience = time.Second
	err = neo4j.NewReader(server, o).Read(t.Context(), func(*ingest.Batch) error { return nil })
	if graph.CodeOf(err) != graph.Unavailable {
		t.Errorf("a server that stays away: %v", err)
	}
}

// A published data set that somebody keeps in Neo4j becomes what its files become.
func TestADataSetInNeo4jIsThatOfItsFiles(t *testing.T) {
	folder := filepath.Join(networktest.Reference(t), "data", "ofac_narcotics_2024")
	want := fromTables(t, folder)
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		nodes, edges := table(t, filepath.Join(folder, "nodes.csv")), table(t, filepath.Join(folder, "edges.csv"))
		s.Query(t, `UNWIND $rows AS row CREATE (n:Designee:$(row.kind)) SET n.ent_num = toInteger(row.ent_num), n.title = row.name,
			n.countries = [c IN split(row.countries_in_remarks, ';') WHERE c <> ''], n.sort = CASE row.organization_type WHEN '' THEN null ELSE row.organization_type END`, map[string]any{"rows": nodes})
		s.Query(t, "UNWIND $rows AS row MATCH (a:Designee {ent_num: toInteger(row.source)}), (b:Designee {ent_num: toInteger(row.target)}) CREATE (a)-[:LINKED_TO]->(b)", map[string]any{"rows": edges})
		server := open(t, s)
		all := read(t, server, mapping(t, `
nodes:
  - label: Designee
    id: {property: ent_num}
    kind: {property: labels(), map: {Person: Person, Entity: Company, "Vessel/Aircraft": Conveyance}}
    name: {property: title}
    reliability: A
    credibility: 2
    source_ref: {template: "OFAC SDN {ent_num}, list of 2024-05-03"}
    properties: {sector: {property: sort}, country: {property: countries}}
relationships:
  - {type: LINKED_TO, reliability: A, credibility: 2}
`))
		if diff := cmp.Diff(want.records, all.records); diff != "" {
			t.Errorf("%.2000s", diff)
		}
		if diff := cmp.Diff(endsOf(want.links), endsOf(all.links)); diff != "" {
			t.Errorf("%.2000s", diff)
		}
		text, err := neo4j.Draft(t.Context(), server, words, "")
		if err != nil {
			t.Fatal(err)
		}
		drafted := read(t, server, mapping(t, text))
		if got := drafted.kinds(); got["LINKED_TO"] != 522 || len(drafted.records) != 1931 || got["Person"] != 1038 || len(drafted.rejects) > 0 {
			t.Errorf("drafted: %v %v\n%s", got, drafted.rejects, text)
		}
	})
}

// fromTables reads the files of the data set by the mapping of the tests, without
// what it derives further.
func fromTables(t *testing.T, folder string) everything {
	t.Helper()
	m, err := tables.ParseMapping("m.yaml", []byte(mappingFile(t, "ofac_narcotics_2024.yaml")))
	if err != nil {
		t.Fatal(err)
	}
	o := tables.Options{Ontology: words, Dataset: "d", Markings: graph.NewMarkings(graph.Clear), Mapping: m}
	all := everything{records: map[string]graph.Record{}}
	files := []tables.File{tables.Path(filepath.Join(folder, "nodes.csv")), tables.Path(filepath.Join(folder, "edges.csv"))}
	err = tables.NewReader(files, o).Read(t.Context(), func(b *ingest.Batch) error {
		for _, r := range b.Records {
			if r.Kind != "Designation" {
				all.records[r.Key] = r
			}
		}
		for _, l := range b.Links {
			if l.Kind == "LINKED_TO" {
				all.links = append(all.links, l)
			}
		}
		return nil
	})
	if err != nil || len(all.records) != 1931 || len(all.links) != 522 {
		t.Fatalf("%d records, %d links, %v", len(all.records), len(all.links), err)
	}
	return all
}

func endsOf(links []graph.Link) []string {
	var ends []string
	for _, l := range links {
		ends = append(ends, l.From.String()+" "+l.To.String())
	}
	slices.Sort(ends)
	return ends
}

// table returns the rows of a file by column.
func table(t *testing.T, path string) []map[string]any {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(text))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]any
	for _, row := range rows[1:] {
		m := map[string]any{}
		for i, title := range rows[0] {
			m[title] = row[i]
		}
		all = append(all, m)
	}
	return all
}
