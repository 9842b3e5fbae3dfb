package neo4j

import (
	"context"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// The benchmarks read a store of a million links on the server at
// CHOKEPOINT_TEST_NEO4J_URI, and fill it first if it holds fewer:
//
//	CHOKEPOINT_TEST_NEO4J_URI=bolt://localhost:7687 go test ./store/neo4j -run '^$' -bench . -benchtime 3x

const (
	benchLinks   = 1_000_000
	benchRecords = benchLinks / 10
	benchBatch   = 20_000
)

var benchKinds = []graph.LinkKind{"SENT", "RECEIVED", "OWNS", "DIRECTS", "HOLDS", "COMMUNICATED_WITH", "LOCATED_AT", "CONSIGNED_BY", "CONSIGNED_TO", "CONTAINS", "CARRIED_BY", "SAME"}

func benchHeader(id graph.ID, key string) graph.Header {
	return graph.Header{ID: id, Dataset: "bench", Key: key, Confidence: 1, Markings: graph.Markings{graph.Clear}, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant}
}

func benchRecord(i int) graph.Record {
	key := "node " + strconv.Itoa(i)
	return graph.Record{Header: benchHeader(graph.RecordID("bench", key), key), Kind: "Person", Name: "Name of " + key, Aliases: []string{"N. " + key}}
}

// benchLink has a key as long as those of rows without an ID. Half of all links are
// of two kinds.
func benchLink(i int) graph.Link {
	id := graph.LinkID("bench", strconv.Itoa(i)).String()
	key := id + id[:14]
	kind := benchKinds[i/2%len(benchKinds)]
	if i%2 == 0 {
		kind = benchKinds[i/2%2]
	}
	return graph.Link{
		Header: benchHeader(graph.LinkID("bench", key), key), Kind: kind, At: graph.Instant(i) * 1e6, Amount: "12500.5", Currency: "USD",
		From: benchRecord(i % benchRecords).ID, To: benchRecord((i*7919 + 13) % benchRecords).ID,
	}
}

func benchDriver(b *testing.B) *Driver {
	address := os.Getenv("CHOKEPOINT_TEST_NEO4J_URI")
	if address == "" {
		b.Fatal("set CHOKEPOINT_TEST_NEO4J_URI")
	}
	ctx := context.Background()
	d, err := Open(ctx, address, Options{Ontology: words(b)})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() }) // its work is done
	s, err := d.look(ctx)
	if err != nil {
		b.Fatal(err)
	}
	for start := 0; s.links < benchLinks && start < benchRecords+benchLinks; start += benchBatch {
		batch := store.Batch{Datasets: []store.Dataset{{Name: "bench", Ceiling: graph.Markings{graph.Clear}}}}
		for i := start; i < start+benchBatch; i++ {
			if i < benchRecords {
				batch.Records = append(batch.Records, benchRecord(i))
			} else if i < benchRecords+benchLinks {
				batch.Links = append(batch.Links, benchLink(i-benchRecords))
			}
		}
		if _, err := d.Commit(ctx, batch); err != nil {
			b.Fatal(err)
		}
	}
	return d
}

// BenchmarkScan compares a scan of all links with the bare driver that fetches the
// same values by the same number of workers, one after the other.
func BenchmarkScan(b *testing.B) {
	d := benchDriver(b)
	ctx := context.Background()
	var bare, ours time.Duration
	for b.Loop() {
		begun := time.Now()
		bareScan(ctx, b, d)
		bare += time.Since(begun)
		begun = time.Now()
		n := 0
		if _, err := d.Scan(ctx, "", store.Latest, nil, func(*graph.Link) error { n++; return nil }); err != nil || n != benchLinks {
			b.Fatal(n, err)
		}
		ours += time.Since(begun)
	}
	links := float64(benchLinks * b.N)
	b.ReportMetric(links/bare.Seconds(), "bare-links/s")
	b.ReportMetric(links/ours.Seconds(), "links/s")
	b.ReportMetric(bare.Seconds()/ours.Seconds(), "of-bare")
}

func bareScan(ctx context.Context, b *testing.B, d *Driver) {
	s, err := d.look(ctx)
	if err != nil {
		b.Fatal(err)
	}
	ranges := make(chan idRange)
	var wait sync.WaitGroup
	var links atomic.Int64
	for range scanWorkers {
		wait.Go(func() {
			for r := range ranges {
				err := d.server.Do(ctx, neo4j.AccessModeRead, func(session neo4j.SessionWithContext) error {
					result, err := session.Run(ctx, string(s.linkReaders.scan), parameters{"from": r.from, "to": r.to})
					if err != nil {
						return err
					}
					for result.Next(ctx) {
						links.Add(int64(len(result.Record().Values) / 4))
					}
					return result.Err()
				})
				if err != nil {
					b.Error(err)
				}
			}
		})
	}
	for _, r := range idRanges(1 + int(s.links/rangeItems)) {
		ranges <- r
	}
	close(ranges)
	wait.Wait()
	if links.Load() != benchLinks {
		b.Fatal(links.Load())
	}
}

// BenchmarkFind looks up a page of items, and as many as one call may.
func BenchmarkFind(b *testing.B) {
	d := benchDriver(b)
	ctx := context.Background()
	for _, n := range []int{25, store.MaxIDs} {
		for name, at := range map[string]graph.Revision{"newest": store.Latest, "as of": 1_000_000} {
			ids := make([]graph.ID, n)
			b.Run(strconv.Itoa(n)+" records "+name, func(b *testing.B) {
				for round := 0; b.Loop(); round++ {
					for i := range ids {
						ids[i] = benchRecord((round*7919 + i*104729) % benchRecords).ID
					}
					if found, err := d.Records(ctx, ids, at); err != nil || len(found) != n {
						b.Fatal(len(found), err)
					}
				}
			})
			b.Run(strconv.Itoa(n)+" links "+name, func(b *testing.B) {
				for round := 0; b.Loop(); round++ {
					for i := range ids {
						ids[i] = benchLink((round*7919 + i*104729) % benchLinks).ID
					}
					if found, err := d.Links(ctx, ids, at); err != nil || len(found) != n {
						b.Fatal(len(found), err)
					}
				}
			})
		}
	}
}
