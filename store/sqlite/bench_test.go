package sqlite

import (
	"context"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// The benchmarks report what a user waits for: links written per second, the
// time of a whole scan, look-ups of one page.

const benchBatch = 50_000

func benchBatches(links int) []store.Batch {
	nodes := links / 10
	base := store.Batch{Who: "bench", Datasets: []store.Dataset{{Name: "bench", Ceiling: graph.NewMarkings(graph.Clear)}}}
	for i := range nodes {
		key := "node " + strconv.Itoa(i)
		base.Records = append(base.Records, graph.Record{Header: benchHeader(graph.RecordID("bench", key), key), Kind: graph.UnknownKind, Name: key})
		base.Keys = append(base.Keys, key)
	}
	batches := []store.Batch{base}
	for start := 0; start < links; start += benchBatch {
		b := store.Batch{Who: "bench"}
		for i := start; i < min(start+benchBatch, links); i++ {
			id := graph.LinkID("bench", strconv.Itoa(i))
			key := id.String() + id.String()[:14] // as long as the keys of rows without an id
			l := graph.Link{
				Header: benchHeader(graph.LinkID("bench", key), key), Kind: graph.LinkedTo, At: graph.Instant(i) * 1e6, Amount: "12500.5", Currency: "USD",
				From: base.Records[i%nodes].ID, To: base.Records[(i*7919+13)%nodes].ID,
			}
			b.Links = append(b.Links, l)
		}
		batches = append(batches, b)
	}
	return batches
}

func benchHeader(id graph.ID, key string) graph.Header {
	return graph.Header{ID: id, Dataset: "bench", Key: key, Confidence: 1, Markings: graph.Markings{graph.Clear}, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant}
}

func benchStore(b *testing.B, batches []store.Batch) *Driver {
	d, err := Open(context.Background(), filepath.Join(b.TempDir(), "store.db"), Options{})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { d.Close() })
	for _, batch := range batches {
		if _, err := d.Commit(context.Background(), batch); err != nil {
			b.Fatal(err)
		}
	}
	return d
}

const benchLinks = 300_000

func BenchmarkCommit(b *testing.B) {
	batches := benchBatches(benchLinks)
	b.Run("new", func(b *testing.B) {
		for b.Loop() {
			benchStore(b, batches)
		}
		b.ReportMetric(float64(benchLinks*b.N)/b.Elapsed().Seconds(), "links/s")
	})
	b.Run("unchanged", func(b *testing.B) {
		d := benchStore(b, batches)
		for b.Loop() {
			for _, batch := range batches {
				if c, err := d.Commit(context.Background(), batch); err != nil || c.Changed {
					b.Fatal(c.Changed, err)
				}
			}
		}
		b.ReportMetric(float64(benchLinks*b.N)/b.Elapsed().Seconds(), "links/s")
	})
	b.Run("one", func(b *testing.B) {
		d := benchStore(b, batches)
		one := store.Batch{Records: batches[0].Records[:1], Keys: []string{"x"}}
		for i := 0; b.Loop(); i++ {
			one.Records[0].Name = strconv.Itoa(i)
			if _, err := d.Commit(context.Background(), one); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	batches := benchBatches(benchLinks)
	d := benchStore(b, batches)
	ctx := context.Background()
	b.Run("scan", func(b *testing.B) {
		for b.Loop() {
			n := 0
			_, err := d.Scan(ctx, "", store.Latest, func(*graph.Record) error { return nil }, func(*graph.Link) error { n++; return nil })
			if err != nil || n != benchLinks {
				b.Fatal(n, err)
			}
		}
		b.ReportMetric(float64(benchLinks*b.N)/b.Elapsed().Seconds(), "links/s")
	})
	ids := make([]graph.ID, 25)
	b.Run("25 records", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			for i := range ids {
				ids[i] = batches[0].Records[(n*7919+i*104729)%len(batches[0].Records)].ID
			}
			if found, err := d.Records(ctx, ids, store.Latest); err != nil || len(found) != len(ids) {
				b.Fatal(len(found), err)
			}
		}
	})
	b.Run("25 links", func(b *testing.B) {
		for n := 0; b.Loop(); n++ {
			for i := range ids {
				ids[i] = batches[1].Links[(n*7919+i*104729)%len(batches[1].Links)].ID
			}
			if found, err := d.Links(ctx, ids, store.Latest); err != nil || len(found) != len(ids) {
				b.Fatal(len(found), err)
			}
		}
	})
	b.Run("match", func(b *testing.B) {
		for b.Loop() {
			if found, err := d.Match(ctx, []string{"node", "123*"}, graph.ID{}, 100); err != nil || len(found) != 100 {
				b.Fatal(len(found), err)
			}
		}
	})
}
