package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// measureImport compares the import of a graph, from the files to the last commit,
// with bare inserts of the rows that it wrote, in turn.
func measureImport(ctx context.Context, w *world) error {
	for _, shape := range []struct {
		name   string
		tables []string
	}{
		{"node list + edge list", []string{w.files.nodes, w.files.links}},
		{"edge list alone", []string{w.files.alone}},
	} {
		if err := w.compareImport(ctx, shape.name, shape.tables); err != nil {
			return err
		}
	}
	return nil
}

func (w *world) compareImport(ctx context.Context, name string, tables []string) error {
	words := &wordCollector{words: map[graph.ID]string{}}
	var rates, share, shareUnindexed, bareRates []float64
	for round := range w.rounds {
		wrap := plain
		if round == 0 { // what the store is asked to index cannot be read back from it
			wrap = words.wrap
		}
		path, report, err := w.imported(ctx, fmt.Sprintf("import-%d-%d.db", len(w.results), round), wrap, tables...)
		if err != nil {
			return err
		}
		took, err := bareInserts(ctx, path, filepath.Join(w.dir, "bare.db"), words.words)
		if err != nil {
			return err
		}
		imported := report.Elapsed.Seconds()
		rates = append(rates, float64(w.links)/imported)
		bareRates = append(bareRates, float64(w.links)/took.total())
		share = append(share, took.total()/imported)
		shareUnindexed = append(shareUnindexed, (took.records+took.links)/imported)
		say(w.out, "  %s, round %d: import %.1f s; bare %.1f s = records %.1f + links %.1f + search index %.1f\n",
			name, round+1, imported, took.total(), took.records, took.links, took.index)
		if err := w.keep(path); err != nil {
			return err
		}
	}
	w.add(
		result{what: name + ": links imported", value: median(rates), unit: "links/s", target: 40_000},
		result{what: name + ": share of the bare rate", value: 100 * median(share), unit: "%", target: 60},
		result{what: name + ": the same, search index left out of the bare inserts", value: 100 * median(shareUnindexed), unit: "%"},
		result{what: name + ": bare inserts", value: median(bareRates), unit: "links/s"},
	)
	return nil
}

// keep keeps the first store with node list for the other benchmarks.
func (w *world) keep(path string) error {
	if w.stored == "" {
		w.stored = path
		return nil
	}
	return os.Remove(path)
}

// wordCollector is a driver that remembers the search keys of records.
type wordCollector struct {
	store.Driver
	words map[graph.ID]string
}

func (c *wordCollector) wrap(d store.Driver) store.Driver {
	c.Driver = d
	return c
}

// Commit implements [store.Driver].
func (c *wordCollector) Commit(ctx context.Context, b store.Batch) (store.Commit, error) {
	for i := range b.Keys {
		c.words[b.Records[i].ID] = b.Keys[i]
	}
	return c.Driver.Commit(ctx, b)
}
