package csv_test

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/ingest/csv"
)

// The counts are those of the README of each data set, or of its lines.
func TestDataSetsByMapping(t *testing.T) {
	data := filepath.Join(networktest.Reference(t), "data")
	for _, c := range []struct {
		folder, files, mapping string
		kinds                  map[graph.Kind]int
		links                  map[graph.LinkKind]int
		implied                int
	}{
		{"ofac_narcotics_2024", "nodes.csv edges.csv", "", map[graph.Kind]int{"Person": 1038, "Company": 892, "Conveyance": 1, "Designation": 1931}, map[graph.LinkKind]int{"LINKED_TO": 522, "DESIGNATED": 1931}, 0},
		{"amlsim_20k_cycle200", "nodes.csv transactions.csv", "", map[graph.Kind]int{"BankAccount": 20_000, "Transfer": 117_805}, map[graph.LinkKind]int{"SENT": 117_805, "RECEIVED": 117_805}, 0},
		{"amlsim_tiny", "accounts.csv tx.csv cash_tx.csv alerts.csv", "", nil, nil, -1},
		{"planted_supply_a", "nodes.csv edges.csv transfers.csv", "", map[graph.Kind]int{"BankAccount": 60, "Person": 2, "Company": 14, "Site": 4, "PortOfEntry": 5, "Shipment": 30, "CriminalOrganization": 18, "Transfer": 308}, map[graph.LinkKind]int{"SUPPLIES": 147, "SENT": 308, "RECEIVED": 308}, 0},
		{"caviar", "nodes.csv edges.csv", "", map[graph.Kind]int{"Person": 110}, map[graph.LinkKind]int{"COMMUNICATED_WITH": 205}, 0},
		{"caviar", "nodes.csv phase_arcs_1_10.csv phase11_undirected.csv", "", map[graph.Kind]int{"Person": 110}, map[graph.LinkKind]int{"COMMUNICATED_WITH": 578 + 50}, 0},
		{"siren", "nodes.csv edges.csv", "", map[graph.Kind]int{"Person": 44}, map[graph.LinkKind]int{"COMMUNICATED_WITH": 103}, 0},
		{"ciel", "nodes.csv edges.csv", "", map[graph.Kind]int{"Person": 25}, map[graph.LinkKind]int{"COMMUNICATED_WITH": 35}, 0},
		{"natarajan_cocaine", "nodes.csv edges.csv", "", map[graph.Kind]int{"Person": 28}, map[graph.LinkKind]int{"COMMUNICATED_WITH": 40}, 0},
		{"london_gang", "nodes.csv edges.csv", "", map[graph.Kind]int{"Person": 54}, map[graph.LinkKind]int{"ASSOCIATE_OF": 315}, 0},
		{"montagna_meetings", "nodes.csv edges.csv", "", map[graph.Kind]int{"Person": 101}, map[graph.LinkKind]int{"ASSOCIATE_OF": 289}, 0},
		{"montreal_gangs", "nodes.csv edges.csv", "", map[graph.Kind]int{"CriminalOrganization": 35}, map[graph.LinkKind]int{"ASSOCIATE_OF": 78}, 0},
		{"email_enron", "edges.csv", "", map[graph.Kind]int{"Identifier": 36_692}, map[graph.LinkKind]int{"COMMUNICATED_WITH": 183_831}, 36_692},
		{"slumlords", "g1_nodes.csv g1_edges.csv", "", map[graph.Kind]int{"Person": 13, "Company": 9}, map[graph.LinkKind]int{"LINKED_TO": 15}, 0},
		{"slumlords", "g0_nodes.csv g1_nodes.csv g2_nodes.csv g3_nodes.csv g4_nodes.csv g5_nodes.csv g6_nodes.csv g0_edges.csv g1_edges.csv g2_edges.csv g3_edges.csv g4_edges.csv g5_edges.csv g6_edges.csv", "", nil, map[graph.LinkKind]int{"LINKED_TO": 91}, 0},
		{"caviar", "nodes.csv edges.csv", "none", map[graph.Kind]int{graph.UnknownKind: 110}, map[graph.LinkKind]int{"LINKED_TO": 205}, 0},
		{"planted_supply_a", "nodes.csv edges.csv", "none", map[graph.Kind]int{graph.UnknownKind: 103, "Shipment": 30}, map[graph.LinkKind]int{"LINKED_TO": 147}, 0},
		{"email_enron", "edges.csv", "none", map[graph.Kind]int{graph.UnknownKind: 36_692}, map[graph.LinkKind]int{"LINKED_TO": 183_831}, 36_692},
		{"montreal_gangs", "nodes.csv edges.csv", "none", map[graph.Kind]int{graph.UnknownKind: 35}, map[graph.LinkKind]int{"LINKED_TO": 78}, 0},
	} {
		t.Run(c.folder+" "+c.mapping+c.files[:5], func(t *testing.T) {
			o := csv.Options{}
			if c.mapping == "" {
				o.Mapping = mapping(t, c.folder)
			}
			var files []csv.File
			for _, name := range strings.Fields(c.files) {
				files = append(files, csv.Path(filepath.Join(data, c.folder, name)))
			}
			r := read(t, o, files...)
			if r.err != nil || len(r.Rejects) > 0 || c.implied >= 0 && r.Implied != c.implied {
				t.Fatalf("err %v, rejects %.3v, implied %d", r.err, r.Rejects, r.Implied)
			}
			kinds, links := map[graph.Kind]int{}, map[graph.LinkKind]int{}
			for _, record := range r.records {
				kinds[record.Kind]++
			}
			ids := map[graph.ID]bool{}
			for _, l := range r.links {
				links[l.Kind]++
				ids[l.ID] = true
			}
			if len(ids) != len(r.links) {
				t.Errorf("%d links have %d IDs", len(r.links), len(ids))
			}
			if d := cmp.Diff(c.kinds, kinds); c.kinds != nil && d != "" {
				t.Errorf("kinds (-want +got):\n%s", d)
			}
			if d := cmp.Diff(c.links, links); c.links != nil && d != "" {
				t.Errorf("links (-want +got):\n%s", d)
			}
			if n := lines(t, files); r.rowsIn != n {
				t.Errorf("%d rows in, want %d", r.rowsIn, n)
			}
		})
	}
}

// lines counts the rows below the headers; no cell of the data holds a line end.
func lines(t *testing.T, files []csv.File) (n int) {
	for _, f := range files {
		in, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		var b strings.Builder
		if _, err := in.(*os.File).WriteTo(&b); err != nil {
			t.Fatal(err)
		}
		n += strings.Count(strings.TrimRight(b.String(), "\n"), "\n")
	}
	return n
}

// mapping reads a mapping of testdata/mappings.
func mapping(t testing.TB, name string) *csv.Mapping {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "mappings", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	m, err := csv.ParseMapping(name+".yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestTransfersBecomeNodes(t *testing.T) {
	r := read(t, csv.Options{Mapping: mapping(t, "amlsim_20k_cycle200")}, tables("transactions.csv\nsourceNodeId,targetNodeId,value,time\n1,2,9.50,3\n1,2,9.50,3\n")...)
	if r.err != nil || len(r.links) != 4 || len(r.records) != 4 || r.Implied != 2 {
		t.Fatalf("err %v, links %d, records %v, implied %d", r.err, len(r.links), slices.Collect(maps.Keys(r.records)), r.Implied)
	}
	for i, l := range r.links {
		if want := []graph.LinkKind{"SENT", "RECEIVED"}[i%2]; l.Kind != want || l.Amount != "9.5" || l.Currency != "USD" || l.At.String() != "2017-01-04T00:00:00Z" {
			t.Errorf("link %d is %+v", i, l)
		}
		if l.From != graph.RecordID("tips", []string{"1", "2"}[i%2]) || l.To != r.links[i/2*2].To {
			t.Errorf("link %d joins other ends", i)
		}
	}
	if r.links[0].To == r.links[2].To {
		t.Error("two equal rows are one transfer")
	}
	for _, record := range r.records {
		if record.Kind == "Transfer" && (record.Properties.First("at") != "2017-01-04T00:00:00Z" || record.Properties.First("amount") != "9.5") {
			t.Errorf("the transfer is %+v", record)
		}
		if record.Name == "1" && record.Kind != "BankAccount" {
			t.Errorf("the account is %+v", record)
		}
	}
}

func TestMappingsThatAreWrongSayWhere(t *testing.T) {
	const entry = "files:\n  - match: x.csv\n    records:\n      - id: {column: a}\n"
	for text, want := range map[string]string{
		"files: [":                                                         "m.yaml: ",
		"dataset: d\n":                                                     "at least one entry",
		entry + "        kin: Person\n":                                    "[5:9]",
		entry + "        kind: {colum: k}\n":                               "colum",
		entry + "        kind: {}\n":                                       "kind: a value is one of column, const and template",
		entry + "        name: {column: a, const: b}\n":                    "name: a value is one of",
		entry + "        name: {template: \"{a\"}\n":                       "opens a brace",
		entry + "        name: {column: a, format: YYYY}\n":                "belong to times",
		entry + "        valid_from: {column: a, epoch: soon}\n":           "valid_from",
		entry + "        valid_from: {column: a, epoch: {begin: 2024}}\n":  "begin",
		entry + "    links:\n      - {from: {record: r}, to: {column: a}}": "record: \"r\"",
		entry + "    links:\n      - {from: {column: a}}":                  "to: a link needs both ends",
		"files:\n  - match: x.csv\n    records:\n      - id: a\n":          "identifier of every row",
		"files:\n  - match: \"[\"\n    links: []\n":                        "not a pattern",
		"files:\n  - match: x\n":                                           "records or links",
		"files:\n  - records:\n      - id: {column: a}\n":                  "match or columns",
		strings.Repeat("#", 2<<20):                                         "at most",
	} {
		_, err := csv.ParseMapping("m.yaml", []byte(text))
		if graph.CodeOf(err) != graph.BadUserInput || !strings.HasPrefix(err.Error(), "m.yaml: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%.80q: %v, want %q", text, err, want)
		}
	}
	m, err := csv.ParseMapping("m.yaml", []byte(entry))
	if err != nil {
		t.Fatal(err)
	}
	if r := read(t, csv.Options{Mapping: m}, tables("x.csv\nb\n1\n")...); graph.CodeOf(r.err) != graph.BadUserInput || !strings.Contains(r.err.Error(), `no column "a"`) {
		t.Errorf("a column that is missing: %v", r.err)
	}
}

func TestMappedValues(t *testing.T) {
	m, err := csv.ParseMapping("m.yaml", []byte(`
files:
  - columns: [No, Born]
    reliability: {column: grade}
    credibility: 3
    markings: {column: handling, separator: " "}
    records:
      - as: person
        id: {template: "p-{No}"}
        kind: {column: what, map: {m: Person, "f*": Company}, default: Agency}
        name: {column: Called}
        aliases: {column: aka, separator: "/"}
        properties:
          birthDate: {column: Born, format: DD.MM.YYYY}
          role: courier
        rest: true
      - as: phone
        optional: true
        id: {column: phone}
        kind: Identifier
    links:
      - kind: USES_IDENTIFIER
        id: {template: "uses-{No}"}
        from: {record: person}
        to: {record: phone}
      - optional: true
        kind: MEMBER_OF
        from: {record: person}
        to: {column: gang, kind: CriminalOrganization}
`))
	if err != nil {
		t.Fatal(err)
	}
	r := read(t, csv.Options{Mapping: m}, tables("t.csv\nNo,Born,grade,handling,what,Called,aka,phone,gang,hair\n"+
		"1,02.03.1980,b,TLP:RED CASE:1,m,Ann,A/ B /,555,Wolves,red\n2,,,,firm,,,,,\n3,1980,B,,x,,,,,\n4,,Z,,m,,,,,\n5,,,,zz,,,,,\n")...)
	if got := reasons(r); r.err != nil || got != "4 BAD_VALUE, 5 BAD_VALUE" || r.Rejects[0].Column != 2 || r.Rejects[1].Column != 3 {
		t.Fatalf("err %v, rejects %+v", r.err, r.Rejects)
	}
	ann := r.records["p-1"]
	want := graph.Record{Kind: "Person", Name: "Ann", Aliases: []string{"A", "B"}, Header: graph.Header{
		ID: graph.RecordID("tips", "p-1"), Dataset: "tips", Key: "p-1", Reliability: 'B', Credibility: 3, Confidence: 1,
		Markings: graph.Markings{"CASE:1", "TLP:RED"}, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant,
		Properties: graph.Properties{{Name: "birthDate", Values: []string{"1980-03-02"}}, {Name: "hair", Values: []string{"red"}}, {Name: "role", Values: []string{"courier"}}},
	}}
	if d := cmp.Diff(want, ann); d != "" {
		t.Errorf("p-1 (-want +got):\n%s", d)
	}
	if r.records["p-2"].Kind != "Company" || r.records["p-5"].Kind != "Agency" || r.records["555"].Kind != "Identifier" || len(r.links) != 2 {
		t.Errorf("records %v, links %v", r.records, r.links)
	}
	if wolves := r.records["Wolves"]; wolves.Kind != "CriminalOrganization" || !slices.Equal(wolves.Markings, graph.Markings{"CASE:1", "TLP:RED"}) {
		t.Errorf("what a restricted row implies is %+v", wolves)
	}
}
