package neo4j

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/config"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

func connections(most int, wait time.Duration) func(*Options) {
	return func(o *Options) {
		o.configure = func(c *config.Config) { c.MaxConnectionPoolSize, c.ConnectionAcquisitionTimeout = most, wait }
	}
}

// More who ask than connections there are wait for each other, and all are answered.
func TestMoreReadersThanConnections(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := open(t, s, connections(2, time.Minute))
		if _, err := d.Commit(t.Context(), worldBatch(1)); err != nil {
			t.Fatal(err)
		}
		asked := calls()
		delete(asked, "Commit") // which nobody but one does here
		delete(asked, "Adopt")
		delete(asked, "Scan")
		var wait sync.WaitGroup
		for range 2 {
			for name, call := range asked {
				wait.Go(func() {
					for range 3 {
						if err := call(t.Context(), d); err != nil {
							t.Errorf("%s: %v", name, err)
						}
					}
				})
			}
			wait.Go(func() {
				if err := scanWorld(t.Context(), d); err != nil {
					t.Errorf("Scan: %v", err)
				}
			})
		}
		wait.Go(func() {
			for r := graph.Revision(2); r < 5; r++ {
				if _, err := d.Commit(t.Context(), worldBatch(r)); err != nil {
					t.Errorf("Commit: %v", err)
				}
			}
		})
		wait.Wait()
		sound(t, s, d)
	})
}

// Who gets no connection is told so in time, and served once there is one.
func TestNoConnectionIsFree(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := open(t, s, connections(1, 200*time.Millisecond), hurried)
		err := d.server.Do(t.Context(), neo4j.AccessModeRead, func(session neo4j.SessionWithContext) error {
			if _, err := session.BeginTransaction(t.Context()); err != nil {
				return err
			}
			_, err := d.Head(t.Context())
			wantCode(t, err, graph.Unavailable, "connections", "try again")
			checkReturns(t, "Log", func(ctx context.Context) error { _, err := d.Log(ctx, 0, 1); return err })
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := d.Head(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// Items that importers share. Links come before their ends and after them.
const (
	sharedItems = 600
	sharedBatch = 100
)

func sharedRecord(i int) graph.Record {
	key := strconv.Itoa(i)
	return graph.Record{Header: worldHeader(graph.RecordID("d", key), key, 1), Kind: "Person", Name: "somebody"}
}

func sharedLink(i int) graph.Link {
	key := strconv.Itoa(i)
	return graph.Link{
		Header: worldHeader(graph.LinkID("d", key), key, 1), Kind: worldKinds[i%len(worldKinds)], At: graph.NoInstant,
		From: graph.RecordID("d", key), To: graph.RecordID("d", strconv.Itoa(i*7%sharedItems)),
	}
}

// sharedBatches are all items in an order of the importer's own.
func sharedBatches(importer uint64) (batches []store.Batch) {
	order := rand.New(rand.NewPCG(importer, 0)).Perm(2 * sharedItems) //nolint:gosec // not a secret
	for some := range slices.Chunk(order, sharedBatch) {
		b := store.Batch{Who: strconv.FormatUint(importer, 10), Datasets: []store.Dataset{{Name: "d", Ceiling: graph.Markings{"A"}}}}
		for _, i := range some {
			if i < sharedItems {
				b.Records = append(b.Records, sharedRecord(i))
			} else {
				b.Links = append(b.Links, sharedLink(i-sharedItems))
			}
		}
		batches = append(batches, b)
	}
	return batches
}

// Four importers, of two drivers, write the same things in different orders, one
// pair over a network that loses commits and their answers: everything is created
// once, by one of them, and the log has no gap.
func TestParallelImportersEndLikeOne(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		long := func(o *Options) { o.Patience = time.Minute }
		drivers := []*Driver{open(t, s, long), open(t, far, long)}
		var wait sync.WaitGroup
		var created, revisions atomic.Int64
		for importer := range uint64(4) {
			wait.Go(func() {
				for i, batch := range sharedBatches(importer) {
					if fare := []func(){p.LoseAnswer, p.LoseCommit, func() {}}[i%3]; importer == 1 {
						fare()
					}
					done, err := drivers[importer%2].Commit(t.Context(), batch)
					if err != nil {
						t.Errorf("importer %d: %v", importer, err)
						return
					}
					for _, outcome := range done.Outcomes {
						switch outcome {
						case store.Created:
							created.Add(1)
						case store.Unchanged:
						default:
							t.Errorf("importer %d: %s", importer, outcome)
						}
					}
					if done.Changed {
						revisions.Add(1)
					}
				}
			})
		}
		wait.Wait()
		if n := created.Load(); n != 2*sharedItems {
			t.Errorf("%d items were created %d times", 2*sharedItems, n)
		}
		serial := embedded(t)
		for _, batch := range sharedBatches(0) {
			if _, err := serial.Commit(t.Context(), batch); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(scanned(t, serial), scanned(t, drivers[0]), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("state (-serial +parallel):\n%s", diff[:min(len(diff), 3000)])
		}
		entries := logged100(t, drivers[1])
		if len(entries) != int(revisions.Load()) {
			t.Errorf("%d log entries of %d revisions", len(entries), revisions.Load())
		}
		for i, e := range entries {
			if e.Revision != graph.Revision(i+1) {
				t.Errorf("entry %d has revision %d", i, e.Revision)
			}
		}
		sound(t, s, drivers[0])
	})
}
