package neo4jtest

import (
	"context"
	"testing"

	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

// Owned is a server of one test, which may kill it.
type Owned struct {
	*Server
	process *neo4jserver.Server
}

// Own starts a server for the test alone; it takes some 5 to 10 seconds. The options
// need no version and may name a password, more lines of neo4j.conf or a home.
func Own(t *testing.T, version string, o neo4jserver.Options) *Owned {
	t.Helper()
	short(t)
	o.Version = version
	process, err := neo4jserver.Start(context.Background(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := process.Close(); err != nil {
			t.Error(err)
		}
	})
	place := Server{URL: process.URL(), Database: "neo4j", Password: o.Password}
	if o.Password != "" {
		place.User = "neo4j"
	}
	s := &Owned{Server: &place, process: process}
	s.connect(t)
	t.Cleanup(func() { s.driver.Close(context.Background()) }) //nolint:errcheck // the server may be away
	return s
}

// connect opens a new pool: the connections of the old one ended with the server.
func (s *Owned) connect(t testing.TB) {
	t.Helper()
	if s.driver != nil {
		s.driver.Close(context.Background()) //nolint:errcheck // its connections are broken
	}
	fresh, err := connect(context.Background(), *s.Server)
	if err != nil {
		t.Fatal(err)
	}
	s.Server = fresh
}

// Kill ends the server at once, as a crash does.
func (s *Owned) Kill(t testing.TB) {
	t.Helper()
	if err := s.process.Kill(); err != nil {
		t.Fatal(err)
	}
}

// Stop has the server shut down in order.
func (s *Owned) Stop(t testing.TB) {
	t.Helper()
	if err := s.process.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// Restart starts the server again after Kill or Stop, at the same address and with
// its data, and returns when it answers.
func (s *Owned) Restart(t testing.TB) {
	t.Helper()
	if err := s.process.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	s.connect(t)
}

// Configure stops the server and starts it again with more lines of neo4j.conf, such
// as server.databases.read_only=neo4j (which a server without data does not start
// with).
func (s *Owned) Configure(t testing.TB, conf map[string]string) {
	t.Helper()
	s.Stop(t)
	s.process.Configure(conf)
	s.Restart(t)
}

// Log returns the end of the server's log.
func (s *Owned) Log() string { return s.process.Log() }
