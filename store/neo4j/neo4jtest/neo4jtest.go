// Package neo4jtest gives tests real Neo4j servers: of every version that is to be
// supported, shared by the tests of a package or owned by one, whole or behind a
// network that fails.
//
// Servers start by themselves (see tools/neo4j), unless CHOKEPOINT_TEST_NEO4J_URI
// names running ones.
package neo4jtest

import (
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

// Versions returns the versions that tests run on: those of the comma-separated list
// CHOKEPOINT_TEST_NEO4J_VERSIONS, or all that are to be supported.
func Versions() []string {
	if list := split(os.Getenv("CHOKEPOINT_TEST_NEO4J_VERSIONS")); len(list) > 0 {
		return list
	}
	return neo4jserver.Versions()
}

func split(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' })
}

// Server is a server whose database belongs to a test.
type Server struct {
	URL            string // bolt://HOST:PORT
	User, Password string // "" where the server asks nobody
	Database       string // neo4j
	Version        string
	driver         neo4j.DriverWithContext
}

// connect opens a pool of connections and asks for the version.
func connect(ctx context.Context, s Server) (*Server, error) {
	auth := neo4j.NoAuth()
	if s.User != "" {
		auth = neo4j.BasicAuth(s.User, s.Password, "")
	}
	driver, err := neo4j.NewDriverWithContext(s.URL, auth, func(c *config.Config) { c.TelemetryDisabled = true })
	if err != nil {
		return nil, fmt.Errorf("%s: %w", s.URL, err)
	}
	info, err := driver.GetServerInfo(ctx)
	if err != nil {
		driver.Close(ctx) //nolint:errcheck // nothing is open
		return nil, fmt.Errorf("there is no Neo4j for tests at %s: %w", s.URL, err)
	}
	_, s.Version, _ = strings.Cut(info.Agent(), "/")
	s.driver = driver
	return &s, nil
}

// run runs one statement outside any transaction of ours and returns its rows.
func (s *Server) run(ctx context.Context, cypher string, parameters map[string]any) ([]map[string]any, error) {
	session := s.driver.NewSession(ctx, neo4j.SessionConfig{DatabaseName: s.Database})
	defer session.Close(context.WithoutCancel(ctx)) //nolint:errcheck // its work is done
	result, err := session.Run(ctx, cypher, parameters)
	if err != nil {
		return nil, err
	}
	records, err := result.Collect(ctx)
	rows := make([]map[string]any, len(records))
	for i, r := range records {
		rows[i] = r.AsMap()
	}
	return rows, err
}

// Query runs a statement and returns its rows by column. While a program makes its
// indexes, the server may give up planning what others ask: that is asked again.
func (s *Server) Query(t testing.TB, cypher string, parameters map[string]any) []map[string]any {
	t.Helper()
	rows, err := s.run(context.Background(), cypher, parameters)
	for tries := 0; tries < 20 && unplanned(err); tries++ {
		time.Sleep(50 * time.Millisecond)
		rows, err = s.run(context.Background(), cypher, parameters)
	}
	if err != nil {
		t.Fatalf("%s: %v", cypher, err)
	}
	return rows
}

// unplanned says whether err means that the schema changed too often to plan a
// statement, which therefore did nothing.
func unplanned(err error) bool {
	return err != nil && strings.Contains(err.Error(), "frequent schema changes")
}

// Wipe removes every node and relationship. Constraints and indexes stay; see
// [Server.DropSchema].
func (s *Server) Wipe(t testing.TB) {
	t.Helper()
	if err := s.wipe(context.Background()); err != nil {
		t.Fatal(err)
	}
}

func (s *Server) wipe(ctx context.Context) error {
	_, err := s.run(ctx, "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 1000 ROWS", nil)
	return err
}

// DropSchema removes all constraints and all indexes but the two that every
// database is born with.
func (s *Server) DropSchema(t testing.TB) {
	t.Helper()
	for _, kind := range []string{"CONSTRAINT", "INDEX"} {
		for _, row := range s.Query(t, "SHOW "+kind+" YIELD name, type WHERE type <> 'LOOKUP' RETURN name", nil) {
			s.Query(t, "DROP "+kind+" $name", row)
		}
	}
}
