package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// What people do in the database itself is found by doctor and adopted by sync.
func TestDoctorAndSync(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		if out := mustRun(t, "doctor", "--store", s.URL); !strings.Contains(out, "no store in this database") || !strings.Contains(out, "Neo4j "+s.Version+" community") {
			t.Errorf("doctor of an empty database: %s", out)
		}
		if _, stderr, code := run(t, "query", "--store", s.URL, "{ datasets { name } }"); code != exitFailure || !strings.Contains(stderr, "chokepoint import") {
			t.Errorf("a question to no store: %d %s", code, stderr)
		}
		nodes := filepath.Join(t.TempDir(), "n.csv")
		writeCSV(t, nodes, [][]string{{"id", "name", "kind"}, {"1", "Ann", "Person"}, {"2", "Ben", "Person"}})
		mustRun(t, "import", "--store", s.URL, "--dataset", "d", nodes)
		if out := mustRun(t, "doctor", "--store", s.URL); !strings.Contains(out, "write: yes") || !strings.Contains(out, "revision 1") || !strings.Contains(out, "sound") {
			t.Errorf("doctor: %s", out)
		}
		if out := mustRun(t, "sync", "--store", s.URL); !strings.Contains(out, "nothing was changed") {
			t.Errorf("nothing to adopt: %s", out)
		}
		s.Query(t, "CREATE (:Entity:Person {name: 'Zoe'})", nil)
		s.Query(t, "MATCH (n:Person {name: 'Ben'}) SET n.name = 'Benno'", nil)
		if out, stderr, code := run(t, "doctor", "--store", s.URL); code != exitFailure || !strings.Contains(out, "found:") || !strings.Contains(stderr, "chokepoint sync") {
			t.Errorf("doctor after changes by hand: %d %s%s", code, out, stderr)
		}
		var account struct {
			DryRun       bool
			Made, Edited struct{ Records, Links int }
		}
		if err := json.Unmarshal([]byte(mustRun(t, "sync", "--store", s.URL, "--dry-run", "--json")), &account); err != nil {
			t.Fatal(err)
		}
		if !account.DryRun || account.Made.Records != 1 || account.Edited.Records != 1 {
			t.Errorf("a dry run would adopt %+v", account)
		}
		if out := mustRun(t, "sync", "--store", s.URL, "--marking", "TLP:AMBER"); !strings.Contains(out, "made     1 records, 0 links") {
			t.Errorf("sync: %s", out)
		}
		names := `{ entities(orderBy: {by: NAME}) { nodes { name markings } } }`
		if out := mustRun(t, "query", "--store", s.URL, names); !strings.Contains(out, "Benno") || !strings.Contains(out, `{"name":"Zoe","markings":["TLP:AMBER"]}`) {
			t.Errorf("after sync: %s", out)
		}
		mustRun(t, "doctor", "--store", s.URL)
	})
}

// --schema=check makes nothing, and says what lacks.
func TestSchemaIsOnlyChecked(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		if _, stderr, code := run(t, "serve", "--store", s.URL, "--schema", "check"); code != exitFailure || !strings.Contains(stderr, "--schema=apply") {
			t.Errorf("checked where there is no store: %d %s", code, stderr)
		}
		nodes := filepath.Join(t.TempDir(), "n.csv")
		writeCSV(t, nodes, [][]string{{"id"}, {"1"}})
		mustRun(t, "import", "--store", s.URL, nodes)
		mustRun(t, "datasets", "--store", s.URL, "--schema", "check")
		s.Query(t, "DROP INDEX chokepoint_search", nil)
		for _, command := range []string{"datasets", "doctor"} {
			args := []string{command, "--store", s.URL}
			if command == "datasets" {
				args = append(args, "--schema", "check")
			}
			if _, stderr, code := run(t, args...); code != exitFailure || !strings.Contains(stderr, "chokepoint_search") {
				t.Errorf("%s after an index was dropped: %d %s", command, code, stderr)
			}
		}
		mustRun(t, "datasets", "--store", s.URL)
		if out := mustRun(t, "doctor", "--store", s.URL); strings.Contains(out, "schema ") {
			t.Errorf("doctor finds fault with the schema: %s", out)
		}
		s.Query(t, "CREATE INDEX chokepoint_spare FOR (n:Spare) ON (n.spare)", nil)
		if out := mustRun(t, "doctor", "--store", s.URL); !strings.Contains(out, "chokepoint_spare is not wanted") {
			t.Errorf("doctor of an index too many: %s", out)
		}
		s.Query(t, "DROP INDEX chokepoint_spare", nil)
	})
}

// An embedded store is changed by no other means.
func TestSyncOfAFileHasNothingToDo(t *testing.T) {
	url, _ := storeAt(t)
	nodes := filepath.Join(t.TempDir(), "n.csv")
	writeCSV(t, nodes, [][]string{{"id"}, {"1"}})
	mustRun(t, "import", "--store", url, nodes)
	if _, stderr, code := run(t, "sync", "--store", url); code != exitFailure || !strings.Contains(stderr, "nothing to adopt") {
		t.Errorf("%d %s", code, stderr)
	}
}
