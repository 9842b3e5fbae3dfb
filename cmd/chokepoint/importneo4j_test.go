package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

func TestImportOfADatabase(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		if s.User != "" {
			t.Setenv("CHOKEPOINT_NEO4J_USER", s.User)
			t.Setenv("CHOKEPOINT_NEO4J_PASSWORD", s.Password)
		}
		s.Query(t, "CREATE (a:Person {id: 1, name: 'Ann'})-[:KNOWS]->(b:Person {id: 2, name: 'Bob'}), (a)-[:OWNS]->(:Company {id: 1, name: 'Acme'}), (:Memo {text: 'x'})", nil)
		t.Chdir(t.TempDir())
		url, _ := storeAt(t)
		_, stderr, code := run(t, "import", "--store", url, s.URL)
		if code != exitUsage || !strings.Contains(stderr, "--draft-mapping") {
			t.Errorf("without a mapping: %d %s", code, stderr)
		}
		draft := mustRun(t, "import", s.URL, "--draft-mapping")
		mapping := filepath.Join(t.TempDir(), "m.yaml")
		whole, _, _ := strings.Cut(draft, "  - label: Memo")
		_, relationships, _ := strings.Cut(draft, "relationships:\n")
		for _, c := range []struct {
			text    string
			created int
			leftOut int
		}{{whole + "relationships:\n" + relationships, 3, 1}, {draft, 1, 0}} {
			if err := os.WriteFile(mapping, []byte(c.text), 0o600); err != nil {
				t.Fatal(err)
			}
			var got struct {
				Dataset string
				Records struct{ Created, Updated int }
				LeftOut map[string]int
			}
			if err := json.Unmarshal([]byte(mustRun(t, "import", "--store", url, "--json", "--mapping", mapping, s.URL)), &got); err != nil {
				t.Fatal(err)
			}
			if got.Dataset != "neo4j" || got.Records.Created != c.created || got.Records.Updated != 0 || got.LeftOut["nodes labelled Memo"] != c.leftOut {
				t.Errorf("%+v", got)
			}
		}
		told := mustRun(t, "query", "--store", url, `{ search(text: "Acme") { nodes { entity { kind links { nodes { kind from { name } } } } } } }`)
		if !strings.Contains(told, `"Company"`) || !strings.Contains(told, `"OWNS"`) || !strings.Contains(told, `"Ann"`) {
			t.Error(told)
		}
		_, stderr, code = run(t, "import", "--store", s.URL, "--mapping", mapping, s.URL)
		if code != exitUsage || !strings.Contains(stderr, "one database") {
			t.Errorf("into itself: %d %s", code, stderr)
		}
	})
}

func TestDatabasesThatCannotBeMeant(t *testing.T) {
	for _, c := range []struct{ args, want string }{
		{"bolt://neo4j:secret@127.0.0.1:1 --draft-mapping", "do not belong in the address"},
		{"bolt:// --draft-mapping", "no address"},
		{"bolt://127.0.0.1:1 x.csv --draft-mapping", "imported alone"},
		{"x.csv --draft-mapping", "is for a Neo4j database"},
		{"bolt://127.0.0.1:1", "chokepoint import bolt://127.0.0.1:1 --draft-mapping"},
	} {
		stdout, stderr, code := run(t, append([]string{"import"}, strings.Fields(c.args)...)...)
		if code != exitUsage || !strings.Contains(stderr, c.want) || strings.Contains(stdout+stderr, "secret") {
			t.Errorf("%s: %d %s", c.args, code, stderr)
		}
	}
}
