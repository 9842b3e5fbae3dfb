package neo4jtest

import (
	"context"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
)

// through returns the server as seen through the proxy.
func through(t *testing.T, s *Server, p *Proxy) *Server {
	seen := *s
	seen.URL = p.URL
	far, err := connect(context.Background(), seen)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { far.driver.Close(context.Background()) })
	return far
}

func TestTheNetworkFailsAsTold(t *testing.T) {
	Each(t, func(t *testing.T, s *Server) {
		p := NewProxy(t, s)
		far := through(t, s, p)
		ask := func(limit time.Duration) error {
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			defer cancel()
			_, err := far.run(ctx, "RETURN 1", nil)
			return err
		}
		faults := []struct {
			name    string
			begin   func(testing.TB)
			answers bool
		}{
			{"latency", func(t testing.TB) { p.Latency(t, 50*time.Millisecond) }, true},
			{"reset", p.Reset, false},
			{"black hole", p.Blackhole, false},
			{"down", p.Down, false},
		}
		for _, f := range faults {
			f.begin(t)
			start := time.Now()
			err := ask(2 * time.Second)
			if (err == nil) != f.answers {
				t.Errorf("%s: %v", f.name, err)
			}
			if f.answers && time.Since(start) < 100*time.Millisecond {
				t.Errorf("%s: an answer after %v", f.name, time.Since(start))
			}
			p.Restore(t)
			// A broken connection of the pool may be found by the first who uses it.
			if ask(time.Minute) != nil {
				if err := ask(time.Minute); err != nil {
					t.Errorf("after %s: %v", f.name, err)
				}
			}
		}
	})
}

func TestACommitFaresAsTold(t *testing.T) {
	Each(t, func(t *testing.T, s *Server) {
		p := NewProxy(t, s)
		far := through(t, s, p)
		fares := []struct {
			name            string
			plan            func()
			answered, there bool
		}{
			{"late", func() { p.HoldCommit(200 * time.Millisecond) }, true, true},
			{"answer lost", p.LoseAnswer, false, true},
			{"commit lost", p.LoseCommit, false, false},
			{"undisturbed", func() {}, true, true},
		}
		for i, f := range fares {
			f.plan()
			start := time.Now()
			err := create(far, f.name)
			if (err == nil) != f.answered {
				t.Errorf("%s: %v", f.name, err)
			}
			if took := time.Since(start); i == 0 && took < 200*time.Millisecond {
				t.Errorf("the late answer came after %v", took)
			}
			found := s.Query(t, "MATCH (n {name: $name}) RETURN n", map[string]any{"name": f.name})
			if (len(found) == 1) != f.there {
				t.Errorf("%s: %d nodes", f.name, len(found))
			}
		}
		if p.Commits() != len(fares) {
			t.Errorf("%d commits seen", p.Commits())
		}
	})
}

// create makes a node in a transaction that is not tried again.
func create(s *Server, name string) error {
	ctx := context.Background()
	session := s.driver.NewSession(ctx, neo4j.SessionConfig{DatabaseName: s.Database})
	defer session.Close(ctx)
	tx, err := session.BeginTransaction(ctx)
	if err != nil {
		return err
	}
	defer tx.Close(ctx)
	if _, err := tx.Run(ctx, "CREATE ({name: $name})", map[string]any{"name": name}); err != nil {
		return err
	}
	return tx.Commit(ctx)
}
