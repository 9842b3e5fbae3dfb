package neo4j

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// behind returns the server as it is seen through a network that can fail.
func behind(t testing.TB, s *neo4jtest.Server) (*neo4jtest.Server, *neo4jtest.Proxy) {
	t.Helper()
	p := neo4jtest.NewProxy(t, s)
	far := *s
	far.URL = p.URL
	return &far, p
}

func hurried(o *Options) { o.Patience = time.Millisecond }

// embedded returns an empty store of the other kind, to compare with.
func embedded(t testing.TB) store.Driver {
	t.Helper()
	d, err := sqlite.Open(t.Context(), sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() }) // it goes anyway
	return d
}

func scanned(t testing.TB, d store.Driver) world {
	t.Helper()
	w := newWorld()
	_, err := d.Scan(t.Context(), "", store.Latest,
		func(r *graph.Record) error { w.Records[r.ID] = *r; return nil },
		func(l *graph.Link) error { w.Links[l.ID] = *l; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func logged100(t testing.TB, d store.Driver) []store.Entry {
	t.Helper()
	entries, err := d.Log(t.Context(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

// sameStore compares what two stores hold, and their logs.
func sameStore(t testing.TB, want, got store.Driver) {
	t.Helper()
	if diff := cmp.Diff(logged100(t, want), logged100(t, got), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(scanned(t, want), scanned(t, got), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("state (-want +got):\n%s", diff[:min(len(diff), 3000)])
	}
}

// sound makes sure that nothing is there twice, and that all is as the log says.
func sound(t testing.TB, s *neo4jtest.Server, d *Driver) {
	t.Helper()
	for name, text := range map[string]string{
		"nodes":         "MATCH (n:Entity) WITH n.id AS id, count(*) AS copies WHERE copies > 1 RETURN id",
		"relationships": "MATCH (:Entity)-[r]->(:Entity) WITH r.id AS id, count(*) AS copies WHERE copies > 1 RETURN id",
		"log entries":   "MATCH (l:_Log) WITH l.revision AS id, count(*) AS copies WHERE copies > 1 RETURN id",
		"placeholders":  "MATCH (n:_Missing) WHERE NOT (n)--() RETURN n.id AS id",
		"the log":       "MATCH (h:_Head) WHERE h.revision <> COUNT { (:_Log) } RETURN h.revision AS id",
	} {
		if rows := s.Query(t, text, nil); len(rows) > 0 {
			t.Errorf("%d %s that should not be, such as %v", len(rows), name, rows[0]["id"])
		}
	}
	findings, err := d.Check(t.Context())
	if err != nil || len(findings) > 0 {
		t.Errorf("check: %q, %v", findings, err)
	}
}

// A COMMIT that is answered late, carried out without an answer, or lost on its way
// is one commit, as on the embedded store.
func TestACommitOfUnknownOutcomeHappensOnce(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		d, want := open(t, far), embedded(t)
		fares := map[string]func(){
			"late": func() { p.HoldCommit(700 * time.Millisecond) }, "answer lost": p.LoseAnswer, "commit lost": p.LoseCommit,
		}
		for i, name := range []string{"answer lost", "commit lost", "late", "commit lost", "answer lost"} {
			batch := worldBatch(graph.Revision(i + 1))
			fares[name]()
			before := p.Commits()
			got, err := d.Commit(t.Context(), batch)
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			wanted, err := want.Commit(t.Context(), batch)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(wanted, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
			if tries, most := p.Commits()-before, 2; tries > most {
				t.Errorf("%s: %d tries", name, tries)
			}
		}
		p.LoseAnswer() // nothing but a declaration
		_, err := d.Commit(t.Context(), store.Batch{Datasets: []store.Dataset{{Name: "e", Title: "E", Ceiling: graph.Markings{"A"}}}})
		if err != nil {
			t.Error(err)
		}
		sameStore(t, want, d)
		sound(t, s, d)
	})
}

// Who gives up does not know whether it is written, is told so, and writes again.
func TestWhoGivesUpOnACommitMayWriteAgain(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		d := open(t, far, hurried)
		for i, fare := range []func(){p.LoseAnswer, p.LoseCommit} {
			batch := worldBatch(graph.Revision(i + 1))
			fare()
			_, err := d.Commit(t.Context(), batch)
			wantCode(t, err, graph.Unavailable, "not known whether", "write it again")
			again, err := d.Commit(t.Context(), batch)
			if err != nil || again.Revision != graph.Revision(i+1) || again.Changed != (i == 1) {
				t.Errorf("written again: revision %d, changed %v, %v", again.Revision, again.Changed, err)
			}
		}
		held := p.HoldCommit(time.Hour)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go func() {
			select {
			case <-held:
				cancel()
			case <-ctx.Done():
			}
		}()
		_, err := d.Commit(ctx, worldBatch(3))
		wantCode(t, err, graph.Unavailable, "not known whether")
		if again, err := d.Commit(t.Context(), worldBatch(3)); err != nil || again.Changed || again.Revision != 3 {
			t.Errorf("written again: %+v, %v", again.Revision, err)
		}
		sound(t, s, d)
	})
}

// The same holds for writes that were checked for their viewer.
func TestAWriteOfUnknownOutcomeIsAnsweredOnce(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		st := store.New(open(t, far), words(t))
		viewer := access.Viewer{Name: "somebody", Clearance: access.Everything()}
		for i, fare := range []func(){p.LoseAnswer, p.LoseCommit, func() { p.HoldCommit(300 * time.Millisecond) }} {
			batch := worldBatch(graph.Revision(i + 1))
			fit, unfit := len(batch.Records), batch.Records[0]
			unfit.Markings = graph.Markings{"B"}
			batch.Records = append(batch.Records, unfit)
			fare()
			done, err := st.Write(t.Context(), viewer, batch)
			if err != nil || done.Revision != graph.Revision(i+1) || !done.Changed || len(done.Items) != len(batch.Records)+len(batch.Links)+len(batch.Deletes) {
				t.Fatalf("%d: revision %d, %d items, %v", i, done.Revision, len(done.Items), err)
			}
			for n, item := range done.Items {
				if (item.Outcome == store.Rejected) != (n == fit) || item.Outcome == store.Unchanged {
					t.Errorf("%d: item %d is %s", i, n, item.Outcome)
				}
			}
			if r, err := st.Head(t.Context()); r != done.Revision || err != nil {
				t.Errorf("head is %d, not %d, %v", r, done.Revision, err)
			}
		}
	})
}

// calls are all methods of a driver that talk to the server.
func calls() map[string]func(context.Context, *Driver) error {
	id := graph.RecordID("d", "1")
	return map[string]func(context.Context, *Driver) error{
		"Commit":  func(ctx context.Context, d *Driver) error { _, err := d.Commit(ctx, worldBatch(2)); return err },
		"Head":    func(ctx context.Context, d *Driver) error { _, err := d.Head(ctx); return err },
		"Records": func(ctx context.Context, d *Driver) error { _, err := d.Records(ctx, []graph.ID{id}, 1); return err },
		"Links": func(ctx context.Context, d *Driver) error {
			_, err := d.Links(ctx, []graph.ID{id}, store.Latest)
			return err
		},
		"Scan": scanWorld,
		"Match": func(ctx context.Context, d *Driver) error {
			_, err := d.Match(ctx, []string{"a"}, graph.ID{}, 1)
			return err
		},
		"Log":      func(ctx context.Context, d *Driver) error { _, err := d.Log(ctx, 0, 1); return err },
		"Entries":  func(ctx context.Context, d *Driver) error { _, err := d.Entries(ctx, []graph.Revision{1}); return err },
		"Changes":  func(ctx context.Context, d *Driver) error { _, err := d.Changes(ctx, 1); return err },
		"Versions": func(ctx context.Context, d *Driver) error { _, err := d.Versions(ctx, id); return err },
		"Datasets": func(ctx context.Context, d *Driver) error { _, err := d.Datasets(ctx); return err },
		"Secret":   func(ctx context.Context, d *Driver) error { _, err := d.Secret(ctx); return err },
		"Check":    func(ctx context.Context, d *Driver) error { _, err := d.Check(ctx); return err },
		"Drift":    func(ctx context.Context, d *Driver) error { _, err := d.Drift(ctx); return err },
		"Strays": func(ctx context.Context, d *Driver) error {
			return d.Strays(ctx, true, func(*store.Stray) error { return nil })
		},
		"Adopt": func(ctx context.Context, d *Driver) error {
			// What is not there any more stays as it is: the world does not change.
			_, err := d.Adopt(ctx, store.Adoption{Strays: []*store.Stray{{Handle: handle{element: "4:0:0"}}}})
			return err
		},
	}
}

// The bound within which a call must return after its deadline: the contract says a
// second; the rest is for machines with much else to do. It is less than what the
// driver allows for anything by itself.
const lateness = 4 * time.Second

// checkReturns calls with a deadline and expects an error of the code soon after.
func checkReturns(t *testing.T, name string, call func(context.Context) error) {
	t.Helper()
	const deadline = 300 * time.Millisecond
	ctx, cancel := context.WithTimeout(t.Context(), deadline)
	defer cancel()
	begun := time.Now()
	err := call(ctx)
	if code := graph.CodeOf(err); err == nil || code != graph.Timeout && code != graph.Unavailable {
		t.Errorf("%s: %v", name, err)
	}
	if took := time.Since(begun); took > deadline+lateness {
		t.Errorf("%s returns after %v", name, took)
	}
}

// A server that swallows everything holds nobody beyond his deadline: on connections
// that were there, and while new ones are made.
func TestDeadlinesAreKeptInABlackHole(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		d := open(t, far)
		if _, err := d.Commit(t.Context(), worldBatch(1)); err != nil {
			t.Fatal(err)
		}
		for name, call := range calls() {
			if _, err := d.Head(t.Context()); err != nil { // a connection is there
				t.Fatal(err)
			}
			p.Blackhole(t)
			checkReturns(t, name, func(ctx context.Context) error { return call(ctx, d) })
			checkReturns(t, name+" anew", func(ctx context.Context) error { return call(ctx, d) })
			p.Restore(t)
			if err := call(t.Context(), d); err != nil {
				t.Errorf("%s, when the network works again: %v", name, err)
			}
		}
		p.Blackhole(t)
		checkReturns(t, "Open", func(ctx context.Context) error {
			_, err := Open(ctx, far.URL, Options{Ontology: words(t), Credentials: credentials(s)})
			return err
		})
		begun := time.Now()
		if err := d.Close(); err != nil || time.Since(begun) > lateness {
			t.Errorf("closed after %v: %v", time.Since(begun), err)
		}
	})
}

// The network may also fail in the middle of a call: after any of its answers.
func TestDeadlinesAreKeptInTheMiddle(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		d := open(t, far)
		if _, err := d.Commit(t.Context(), worldBatch(1)); err != nil {
			t.Fatal(err)
		}
		names := []string{"Commit", "Scan", "Changes", "Versions", "Check"}
		for _, name := range names {
			call := calls()[name]
			for _, after := range []time.Duration{5, 20, 80} {
				p.Latency(t, 15*time.Millisecond)
				time.AfterFunc(after*time.Millisecond, func() { p.Blackhole(t) })
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				begun := time.Now()
				err := call(ctx, d)
				took := time.Since(begun)
				cancel()
				if code := graph.CodeOf(err); err != nil && code != graph.Timeout && code != graph.Unavailable || took > 300*time.Millisecond+lateness {
					t.Errorf("%s, cut off after %v, returns after %v: %v", name, after*time.Millisecond, took, err)
				}
				time.Sleep(max(0, 100*time.Millisecond-took))
				p.Restore(t)
			}
		}
		if _, err := d.Commit(t.Context(), worldBatch(2)); err != nil {
			t.Error(err)
		}
		if err := sameWorld(2, scanned(t, d)); err != nil {
			t.Error(err)
		}
		sound(t, s, d)
	})
}

// When the deadline has passed, nobody waits for a transaction to be taken back.
func TestClosingDoesNotWait(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		d := open(t, far)
		checkReturns(t, "Do", func(ctx context.Context) error {
			return d.problem(ctx, d.server.Do(ctx, neo4j.AccessModeWrite, func(session neo4j.SessionWithContext) error {
				tx, err := session.BeginTransaction(ctx)
				if err != nil {
					return err
				}
				if _, err := tx.Run(ctx, "RETURN 1", nil); err != nil {
					return err
				}
				p.Blackhole(t)
				<-ctx.Done()
				rollBack(ctx, tx)
				return ctx.Err()
			}))
		})
		p.Restore(t)
	})
}

// Without a deadline a call waits as long as its driver is patient.
func TestCallsOutlastWhatPasses(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		d := open(t, far, func(o *Options) { o.Patience = time.Minute })
		if _, err := d.Commit(t.Context(), worldBatch(1)); err != nil {
			t.Fatal(err)
		}
		faults := map[string]func(testing.TB){"reset": p.Reset, "down": p.Down, "black hole": p.Blackhole}
		r := graph.Revision(1)
		for _, name := range []string{"reset", "down", "black hole"} {
			faults[name](t)
			time.AfterFunc(time.Second, func() { p.Restore(t) })
			r++
			done, err := d.Commit(t.Context(), worldBatch(r))
			if err != nil || done.Revision != r {
				t.Errorf("%s: revision %d, %v", name, done.Revision, err)
			}
			time.Sleep(10 * time.Millisecond)
			faults[name](t)
			time.AfterFunc(time.Second, func() { p.Restore(t) })
			if err := sameWorld(r, scanned(t, d)); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		if revisions := logged100(t, d); !slices.IsSortedFunc(revisions, func(a, b store.Entry) int { return int(a.Revision - b.Revision) }) || len(revisions) != int(r) {
			t.Errorf("%d log entries for %d revisions", len(revisions), r)
		}
		sound(t, s, d)
	})
}
