package neo4j

import (
	"context"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

func credentials(s *neo4jtest.Server) bolt.Credentials {
	return bolt.Credentials{User: s.User, Password: s.Password, Database: s.Database}
}

// open opens the store on the test's server.
func open(t testing.TB, s *neo4jtest.Server, configure ...func(*Options)) *Driver {
	t.Helper()
	d, err := tryOpen(t, s, configure...)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func tryOpen(t testing.TB, s *neo4jtest.Server, configure ...func(*Options)) (*Driver, error) {
	t.Helper()
	o := Options{Ontology: words(t), Credentials: credentials(s)}
	for _, set := range configure {
		set(&o)
	}
	d, err := Open(t.Context(), s.URL, o)
	if err == nil {
		t.Cleanup(func() { d.Close() }) // its work is done
	}
	return d, err
}

func checkOnly(o *Options) { o.Schema = CheckSchema }

func mustExist(o *Options) { o.MustExist = true }

func wantCode(t testing.TB, err error, code graph.Code, parts ...string) {
	t.Helper()
	if err == nil || graph.CodeOf(err) != code {
		t.Fatalf("error %v, want %s", err, code)
	}
	for _, part := range parts {
		if !strings.Contains(err.Error(), part) {
			t.Errorf("%q does not say %q", err, part)
		}
	}
}

func TestSchemaIsMadeOnce(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		s.DropSchema(t)
		begun := time.Now()
		d := open(t, s)
		t.Logf("made in %v", time.Since(begun))
		drift, err := d.Drift(t.Context())
		if err != nil || len(drift) > 0 {
			t.Fatalf("%v %v", drift, err)
		}
		secret, err := d.Secret(t.Context())
		if err != nil || len(secret) != 32 {
			t.Fatalf("secret of %d bytes, %v", len(secret), err)
		}
		before := s.Query(t, "SHOW INDEXES YIELD name, id RETURN name, id ORDER BY name", nil)
		begun = time.Now()
		again := open(t, s, checkOnly, mustExist)
		t.Logf("found in %v", time.Since(begun))
		open(t, s)
		if same, err := again.Secret(t.Context()); err != nil || string(same) != string(secret) {
			t.Fatalf("another secret, %v", err)
		}
		after := s.Query(t, "SHOW INDEXES YIELD name, id RETURN name, id ORDER BY name", nil)
		if diff := cmp.Diff(before, after); diff != "" {
			t.Error(diff)
		}
	})
}

// TestServersThatStartAtOnce must agree on one secret and one schema.
func TestServersThatStartAtOnce(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		s.DropSchema(t)
		const servers = 6
		secrets, errs := make([]string, servers), make([]error, servers)
		var wait sync.WaitGroup
		for i := range servers {
			wait.Go(func() {
				d, err := Open(context.Background(), s.URL, Options{Ontology: words(t), Credentials: credentials(s)})
				if errs[i] = err; err != nil {
					return
				}
				defer d.Close() // its work is done
				secret, err := d.Secret(context.Background())
				secrets[i], errs[i] = string(secret), err
			})
		}
		wait.Wait()
		for i := range servers {
			if errs[i] != nil || secrets[i] != secrets[0] {
				t.Errorf("server %d: %v", i, errs[i])
			}
		}
		if drift, err := open(t, s).Drift(t.Context()); err != nil || len(drift) > 0 {
			t.Errorf("%v %v", drift, err)
		}
		if rows := s.Query(t, "MATCH (n) RETURN labels(n) AS labels ORDER BY labels", nil); len(rows) != 2 {
			t.Errorf("%v", rows)
		}
	})
}

func TestNoStore(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		s.DropSchema(t)
		_, err := tryOpen(t, s, mustExist)
		wantCode(t, err, graph.NotFound)
		_, err = tryOpen(t, s, checkOnly)
		wantCode(t, err, graph.Conflict, "--schema=apply")
		s.Query(t, "CREATE (:Film {title: 'Heat'})<-[:ACTED_IN]-(:Actor), (:Actor)", nil)
		_, err = tryOpen(t, s)
		wantCode(t, err, graph.Conflict, "3 nodes", "Actor, Film", "chokepoint import neo4j://")
		if rows := s.Query(t, "SHOW INDEXES YIELD type WHERE type <> 'LOOKUP' RETURN type", nil); len(rows) > 0 {
			t.Errorf("a foreign database was changed: %v", rows)
		}
		s.Wipe(t)
		s.Query(t, "CREATE (:_Bloom_Perspective_)", nil)
		open(t, s)
	})
}

func TestNewerStore(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		open(t, s)
		s.Query(t, "MATCH (s:_Schema) SET s.version = 99", nil)
		for _, mode := range []func(*Options){func(*Options) {}, checkOnly, mustExist} {
			_, err := tryOpen(t, s, mode)
			wantCode(t, err, graph.BadUserInput, "99")
		}
	})
}

func TestDrift(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := open(t, s)
		for _, statement := range []string{
			"DROP CONSTRAINT chokepoint_link_OWNS_id", "DROP INDEX chokepoint_Person_birthDate", "DROP INDEX chokepoint__Version_id", "DROP INDEX chokepoint_Transfer_at",
			"CREATE INDEX chokepoint_shoe FOR (n:Person) ON (n.shoeSize)",
			"CREATE TEXT INDEX chokepoint_Transfer_at FOR (n:Transfer) ON (n.at)",
			"CREATE INDEX mine FOR (n:Person) ON (n.birthDate)",
			"CALL db.awaitIndexes()",
		} {
			s.Query(t, statement, nil)
		}
		defer s.DropSchema(t)
		got, err := d.Drift(t.Context())
		want := []string{
			"chokepoint_Transfer_at is a TEXT on NODE Transfer(at), not a RANGE on Transfer(at)",
			"chokepoint__Version_id is missing",
			"chokepoint_link_OWNS_id is missing",
			"chokepoint_shoe is not wanted by the ontology; no harm, but it slows writes",
		}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Fatalf("%v %s", err, diff)
		}
		_, err = tryOpen(t, s, checkOnly)
		wantCode(t, err, graph.Conflict, "chokepoint_link_OWNS_id is missing", "chokepoint_Transfer_at is a TEXT")
		_, err = tryOpen(t, s)
		wantCode(t, err, graph.Conflict, "chokepoint_Transfer_at is a TEXT", "drop")
		s.Query(t, "DROP INDEX chokepoint_Transfer_at", nil)
		open(t, s, func(o *Options) { o.MustExist = true })
		if got, err := d.Drift(t.Context()); err != nil || len(got) != 1 {
			t.Errorf("%v %v", got, err)
		}
	})
}

// TestConstraintInTheWay: where data breaks a constraint, or an index holds its
// place, the message must say so.
func TestConstraintInTheWay(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		open(t, s)
		defer s.DropSchema(t)
		s.Query(t, "DROP CONSTRAINT chokepoint_entity_id", nil)
		s.Query(t, "CREATE INDEX theirs FOR (n:Entity) ON (n.id)", nil)
		_, err := tryOpen(t, s)
		wantCode(t, err, graph.Conflict, "chokepoint_entity_id cannot be made", "theirs holds its place")
		s.Query(t, "DROP INDEX theirs", nil)
		s.Query(t, "CREATE (:Entity {id: 'a'}), (:Entity {id: 'a'})", nil)
		_, err = tryOpen(t, s)
		wantCode(t, err, graph.Conflict, "chokepoint_entity_id cannot be made", "two Entity have the same id")
		s.Query(t, "MATCH (n:Entity {id: 'a'}) DELETE n", nil)
		open(t, s)
	})
}

// TestOntologyGrows: a new kind gets its constraints at the next start.
func TestOntologyGrows(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		s.DropSchema(t)
		full := words(t)
		small := *full
		small.LinkKinds, small.Kinds = full.LinkKinds[:3], full.Kinds[:2]
		open(t, s, func(o *Options) { o.Ontology = &small })
		_, err := tryOpen(t, s, checkOnly)
		wantCode(t, err, graph.Conflict, "more")
		d := open(t, s)
		if drift, err := d.Drift(t.Context()); err != nil || len(drift) > 0 {
			t.Errorf("%v %v", drift, err)
		}
	})
}

// TestRangeIndexes checks that nothing is indexed whose stored name another has.
func TestRangeIndexes(t *testing.T) {
	names := map[string]bool{}
	dates := 0
	for _, w := range wantedSchema(words(t)) {
		if names[w.name] {
			t.Errorf("%s twice", w.name)
		}
		names[w.name] = true
		if w.kind == rangeIndex && (recordNames[w.property] && w.property != propID || strings.HasSuffix(w.property, "_")) {
			t.Errorf("%s is on %s", w.name, w.property)
		}
		if w.name == "chokepoint_Transfer_at" || w.name == "chokepoint_Person_birthDate" {
			dates++
		}
	}
	if dates != 2 {
		t.Errorf("%d of the indexes that people look for", dates)
	}
	if !indexed(&ontology.Property{Name: "a", Type: ontology.DateTime}) || indexed(&ontology.Property{Name: "validFrom", Type: ontology.DateTime}) {
		t.Error("times")
	}
}
