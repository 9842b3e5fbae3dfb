package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	driver "github.com/chokepoint/chokepoint/store/neo4j"
	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

// The raw driver writes what the import left in the database, read back before it is
// wiped: the same nodes and relationships with the same properties, under the same
// constraints and indexes, by the same idempotent MERGE, and one log entry a
// transaction. It reads no file and derives, checks and looks up nothing, and it may
// choose: the best of several sizes of transactions, one after the other and two at
// a time, counts.

// serverRows is the size of the transactions of an import into a server, as the
// command line chooses it.
const serverRows = 4096

// rawShape is one way for the raw driver to write.
type rawShape struct{ rows, sessions int }

var rawShapes = []rawShape{{1000, 1}, {5000, 1}, {10_000, 1}, {20_000, 1}, {5000, 2}, {10_000, 2}}

// measureNeo4j compares import and load with the raw driver's, in turn.
func measureNeo4j(ctx context.Context, w *world) error {
	if w.neo4j == "" {
		own, err := neo4jserver.Start(ctx, neo4jserver.Options{Heap: "2g", PageCache: "1g"})
		if err != nil {
			return err
		}
		defer own.Close() //nolint:errcheck // its home goes with it
		w.neo4j = own.URL()
	}
	credentials, err := bolt.FromEnvironment()
	if err != nil {
		return err
	}
	server, err := bolt.Open(ctx, w.neo4j, credentials)
	if err != nil {
		return err
	}
	n := &neo4jBench{world: w, server: server}
	err = n.compareImport(ctx)
	return errors.Join(err, server.Close(ctx))
}

type neo4jBench struct {
	*world
	server *bolt.Server
	rows   rawRows
	best   rawShape
}

func (n *neo4jBench) compareImport(ctx context.Context) error {
	var rates, rawRates, share []float64
	for round := range n.rounds {
		imported, err := n.importGraph(ctx)
		if err != nil {
			return err
		}
		if round == 0 {
			if err := n.rows.read(ctx, n.server); err != nil {
				return err
			}
			if err := n.choose(ctx); err != nil {
				return err
			}
		}
		raw, err := n.writeRaw(ctx, n.best, 1)
		if err != nil {
			return err
		}
		items := float64(n.rows.size())
		rates, rawRates, share = append(rates, items/imported), append(rawRates, items/raw), append(share, raw/imported)
		say(n.out, "  round %d: import %.1f s, raw driver %.1f s\n", round+1, imported, raw)
	}
	n.add(
		result{what: "Neo4j: items imported", value: median(rates), unit: "items/s"},
		result{what: fmt.Sprintf("Neo4j: raw driver, %d rows, %d at a time", n.best.rows, n.best.sessions), value: median(rawRates), unit: "items/s"},
		result{what: "Neo4j: import's share of the raw driver's rate", value: 100 * median(share), unit: "%", target: 70},
	)
	return nil
}

// importGraph imports the files into a store made new in the database.
func (n *neo4jBench) importGraph(ctx context.Context) (seconds float64, err error) {
	if err := n.wipe(ctx); err != nil {
		return 0, err
	}
	d, err := driver.Open(ctx, n.neo4j, driver.Options{Ontology: n.ontology})
	if err != nil {
		return 0, err
	}
	st := store.New(d, n.ontology)
	report, err := session.Import(ctx, st, viewer, n.reader(serverRows, n.files.nodes, n.files.links), session.ImportOptions{Dataset: dataset, Name: "bench"})
	if err == nil && report.Rejected > 0 {
		err = errors.New("rows were rejected")
	}
	return report.Elapsed.Seconds(), errors.Join(err, st.Close())
}

// choose finds the best shape on a part of the rows.
func (n *neo4jBench) choose(ctx context.Context) error {
	fastest := 0.0
	for _, shape := range rawShapes {
		took, err := n.writeRaw(ctx, shape, 4)
		if err != nil {
			return err
		}
		say(n.out, "  raw driver, %d rows a transaction, %d at a time: %.1f s for a quarter\n", shape.rows, shape.sessions, took)
		if fastest == 0 || took < fastest {
			fastest, n.best = took, shape
		}
	}
	return nil
}

const wipeAll = "MATCH (n) CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 1000 ROWS"

func (n *neo4jBench) wipe(ctx context.Context) error {
	return n.server.Do(ctx, neo4j.AccessModeWrite, func(s neo4j.SessionWithContext) error {
		result, err := s.Run(ctx, wipeAll, nil)
		if err != nil {
			return err
		}
		_, err = result.Consume(ctx)
		return err
	})
}

// rawRows are nodes by label and relationships by type.
type rawRows struct {
	nodes, links map[string][]any
}

func (r *rawRows) size() (n int) {
	for _, m := range []map[string][]any{r.nodes, r.links} {
		for _, rows := range m {
			n += len(rows)
		}
	}
	return n
}

func (r *rawRows) read(ctx context.Context, server *bolt.Server) error {
	r.nodes, r.links = map[string][]any{}, map[string][]any{}
	return server.Do(ctx, neo4j.AccessModeRead, func(s neo4j.SessionWithContext) error {
		err := collect(ctx, s, "MATCH (n:Entity) RETURN [l IN labels(n) WHERE l <> 'Entity'][0], properties(n)", func(v []any) {
			label := v[0].(string)
			r.nodes[label] = append(r.nodes[label], v[1])
		})
		if err != nil {
			return err
		}
		return collect(ctx, s, "MATCH (a)-[r]->(b) RETURN type(r), {id: r.id, from: a.id, to: b.id, link: properties(r)}", func(v []any) {
			kind := v[0].(string)
			r.links[kind] = append(r.links[kind], v[1])
		})
	})
}

func collect(ctx context.Context, s neo4j.SessionWithContext, text string, row func([]any)) error {
	result, err := s.Run(ctx, text, nil)
	if err != nil {
		return err
	}
	for result.Next(ctx) {
		row(result.Record().Values)
	}
	return result.Err()
}

// rawWrite is one transaction of the raw driver.
type rawWrite struct {
	text string
	rows []any
}

// writeRaw writes 1/part of the rows into a wiped database and returns the seconds.
func (n *neo4jBench) writeRaw(ctx context.Context, shape rawShape, part int) (float64, error) {
	if err := n.wipe(ctx); err != nil {
		return 0, err
	}
	begun := time.Now()
	revision := 0
	for _, class := range []struct {
		rows map[string][]any
		text string
	}{
		{n.rows.nodes, "UNWIND $rows AS row MERGE (n:Entity {id: row.id}) SET n:`%s`, n = row"},
		{n.rows.links, "UNWIND $rows AS row MATCH (a:Entity {id: row.from}) MATCH (b:Entity {id: row.to}) MERGE (a)-[r:`%s` {id: row.id}]->(b) SET r = row.link"},
	} {
		var writes []rawWrite
		for kind, rows := range class.rows {
			for some := range slices.Chunk(rows[:len(rows)/part], shape.rows) {
				writes = append(writes, rawWrite{fmt.Sprintf(class.text, kind), some})
			}
		}
		if err := n.all(ctx, writes, shape.sessions, &revision); err != nil {
			return 0, err
		}
	}
	return time.Since(begun).Seconds(), nil
}

// all runs transactions, several at a time.
func (n *neo4jBench) all(ctx context.Context, writes []rawWrite, sessions int, revision *int) error {
	queue := make(chan rawWrite)
	var wait sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range sessions {
		wait.Go(func() {
			err := n.server.Do(ctx, neo4j.AccessModeWrite, func(s neo4j.SessionWithContext) error {
				for w := range queue {
					mu.Lock()
					*revision++
					entry := map[string]any{"records": len(w.rows), "revision": *revision}
					mu.Unlock()
					_, err := s.ExecuteWrite(ctx, func(tx neo4j.ManagedTransaction) (any, error) {
						for text, p := range map[string]map[string]any{w.text: {"rows": w.rows}, "CREATE (:_Log {revision: $revision, who: 'raw', records: $records})": entry} {
							if result, err := tx.Run(ctx, text, p); err != nil {
								return nil, err
							} else if _, err := result.Consume(ctx); err != nil {
								return nil, err
							}
						}
						return nil, nil
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			mu.Lock()
			failed = errors.Join(failed, err)
			mu.Unlock()
			for range queue { // the sender must not wait for ever
			}
		})
	}
	for _, w := range writes {
		queue <- w
	}
	close(queue)
	wait.Wait()
	return failed
}
