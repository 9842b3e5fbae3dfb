package neo4jtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

func TestMain(m *testing.M) { Main(m) }

func TestEachGivesAnEmptyDatabaseOfEveryVersion(t *testing.T) {
	var versions []string
	for range 2 {
		Each(t, func(t *testing.T, s *Server) {
			versions = append(versions, s.Version)
			want := []map[string]any{{"n": int64(0)}}
			if diff := cmp.Diff(want, s.Query(t, "MATCH (n) RETURN count(n) AS n", nil)); diff != "" {
				t.Error(diff)
			}
			s.Query(t, "UNWIND range(1, $n) AS i CREATE (:A {i: i})-[:B]->(:C)", map[string]any{"n": 15_000})
		})
	}
	if diff := cmp.Diff(append(Versions(), Versions()...), versions); diff != "" && os.Getenv("CHOKEPOINT_TEST_NEO4J_URI") == "" {
		t.Error(diff)
	}
}

func TestDropSchemaLeavesWhatADatabaseIsBornWith(t *testing.T) {
	Each(t, func(t *testing.T, s *Server) {
		s.DropSchema(t)
		born := s.Query(t, "SHOW INDEXES YIELD name RETURN name ORDER BY name", nil)
		s.Query(t, "CREATE CONSTRAINT a FOR (n:A) REQUIRE n.id IS UNIQUE", nil)
		s.Query(t, "CREATE FULLTEXT INDEX `b c` FOR (n:A) ON EACH [n.name]", nil)
		s.DropSchema(t)
		if diff := cmp.Diff(born, s.Query(t, "SHOW INDEXES YIELD name RETURN name ORDER BY name", nil)); diff != "" {
			t.Error(diff)
		}
	})
}

func TestTestsDoNotDeleteWhatNoTestPutThere(t *testing.T) {
	Each(t, func(t *testing.T, s *Server) {
		ctx, file := context.Background(), filepath.Join(t.TempDir(), "lock")
		again := func() error {
			release, err := neo4jserver.Hold(ctx, file)
			if err != nil {
				t.Fatal(err)
			}
			defer release()
			return s.permit(ctx, file)
		}
		s.Query(t, "CREATE ()", nil)
		if err := again(); err == nil {
			t.Error("a database with data was taken for one of tests")
		}
		t.Setenv("CHOKEPOINT_TEST_NEO4J_WIPE", "1")
		if err := again(); err != nil {
			t.Error(err)
		}
		os.Unsetenv("CHOKEPOINT_TEST_NEO4J_WIPE")
		if err := again(); err != nil {
			t.Error("what the tests were given once is theirs:", err)
		}
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		s.Wipe(t)
		if err := again(); err != nil {
			t.Error("an empty database was refused:", err)
		}
	})
}

func TestAServerKilledComesBackWithItsData(t *testing.T) {
	for _, version := range Versions() {
		t.Run(version, func(t *testing.T) {
			s := Own(t, version, neo4jserver.Options{})
			s.Query(t, "CREATE (:A {name: 'kept'})", nil)
			s.Kill(t)
			if _, err := s.run(context.Background(), "RETURN 1", nil); err == nil {
				t.Error("a killed server answers")
			}
			s.Restart(t)
			want := []map[string]any{{"a.name": "kept"}}
			if diff := cmp.Diff(want, s.Query(t, "MATCH (a:A) RETURN a.name", nil)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAServerAsksForItsPassword(t *testing.T) {
	for _, version := range Versions() {
		t.Run(version, func(t *testing.T) {
			s := Own(t, version, neo4jserver.Options{Password: "open sesame"})
			s.Configure(t, map[string]string{"server.databases.read_only": "neo4j"})
			if got := s.Query(t, "RETURN 1 AS one", nil)[0]["one"]; got != int64(1) {
				t.Error(got)
			}
			if _, err := s.run(context.Background(), "CREATE ()", nil); err == nil {
				t.Error("a read-only server was written to")
			}
			s.Password = "wrong"
			if _, err := connect(context.Background(), *s.Server); err == nil {
				t.Error("a wrong password was right")
			}
		})
	}
}
