package neo4jtest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

// shared are the servers of this test binary, by version or, if they ran before, by
// URL.
var shared = struct {
	sync.Mutex
	main    bool
	servers map[string]*Server
	own     []*neo4jserver.Server
}{servers: map[string]*Server{}}

// Main runs the tests of a package that calls [Each], and stops the servers that
// they started:
//
//	func TestMain(m *testing.M) { neo4jtest.Main(m) }
func Main(m *testing.M) {
	shared.main = true
	code := m.Run()
	for _, s := range shared.servers {
		s.driver.Close(context.Background()) //nolint:errcheck // the tests are over
	}
	for _, s := range shared.own {
		if err := s.Close(); err != nil {
			fmt.Fprintln(os.Stderr, "neo4jtest:", err)
		}
	}
	os.Exit(code)
}

// Each runs the test on every server, one after the other, as a subtest named by the
// version. The database is the test's alone while it runs, and holds no node at its
// start; constraints and indexes of earlier tests may be there. The test must not
// call t.Parallel.
//
// The servers are those of CHOKEPOINT_TEST_NEO4J_URI, a comma-separated list, with
// the user of CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD; where it is not
// set they are started, once a test binary.
func Each(t *testing.T, test func(t *testing.T, s *Server)) {
	t.Helper()
	short(t)
	if !shared.main {
		t.Fatal("the package needs func TestMain(m *testing.M) { neo4jtest.Main(m) }, which stops its servers")
	}
	places, open := Versions(), startShared
	if uris := split(os.Getenv("CHOKEPOINT_TEST_NEO4J_URI")); len(uris) > 0 {
		places, open = uris, openRunning
	}
	for _, place := range places {
		s := obtain(t, place, open)
		t.Run(s.Version, func(t *testing.T) {
			s.take(t)
			test(t, s)
		})
	}
}

// short leaves a test out under -short, which is for what needs nothing but Go.
func short(t testing.TB) {
	t.Helper()
	if testing.Short() {
		t.Skip("needs Neo4j; run without -short")
	}
}

// obtain returns the server of the place and opens it the first time.
func obtain(t *testing.T, place string, open func(context.Context, string) (*Server, error)) *Server {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if s := shared.servers[place]; s != nil {
		return s
	}
	s, err := open(context.Background(), place)
	if err != nil {
		t.Fatal(err)
	}
	shared.servers[place] = s
	return s
}

func startShared(ctx context.Context, version string) (*Server, error) {
	process, err := neo4jserver.Start(ctx, neo4jserver.Options{Version: version})
	if err != nil {
		return nil, err
	}
	shared.own = append(shared.own, process)
	return connect(ctx, Server{URL: process.URL(), Database: "neo4j"})
}

func openRunning(ctx context.Context, uri string) (*Server, error) {
	return connect(ctx, Server{
		URL: uri, Database: "neo4j",
		User: os.Getenv("CHOKEPOINT_NEO4J_USER"), Password: os.Getenv("CHOKEPOINT_NEO4J_PASSWORD"),
	})
}

// take makes the database the test's until it ends, and empties it.
func (s *Server) take(t *testing.T) {
	t.Helper()
	path := neo4jserver.LockFile(s.URL)
	release, err := neo4jserver.Hold(context.Background(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(release)
	if err := s.permit(context.Background(), path); err != nil {
		t.Fatal(err)
	}
	s.Wipe(t)
}

// permit refuses a database that holds what no test put there. A database that a
// test found empty is the tests' from then on: its identity is kept in the file
// whose lock is held.
func (s *Server) permit(ctx context.Context, path string) error {
	rows, err := s.run(ctx, "CALL db.info() YIELD id RETURN id, EXISTS { MATCH (n) } AS filled", nil)
	if err != nil {
		return err
	}
	if len(rows) != 1 {
		return errors.New("the Neo4j server does not say which database this is")
	}
	id := fmt.Sprint(rows[0]["id"])
	known, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if strings.TrimSpace(string(known)) == id {
		return nil
	}
	if rows[0]["filled"] != false && os.Getenv("CHOKEPOINT_TEST_NEO4J_WIPE") != "1" {
		return fmt.Errorf("the database at %s holds data that no test put there, and tests delete all: give them an empty one, or set CHOKEPOINT_TEST_NEO4J_WIPE=1", s.URL)
	}
	return os.WriteFile(path, []byte(id), 0o644)
}
