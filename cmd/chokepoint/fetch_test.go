package main

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// countingDriver counts the calls of each method that a request may make.
type countingDriver struct {
	store.Driver
	mu    sync.Mutex
	calls map[string]int
}

func (d *countingDriver) called(method string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.calls[method]++
}

func (d *countingDriver) Records(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Record, error) {
	d.called("Records")
	return d.Driver.Records(ctx, ids, at)
}

func (d *countingDriver) Links(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Link, error) {
	d.called("Links")
	return d.Driver.Links(ctx, ids, at)
}

func (d *countingDriver) Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error) {
	d.called("Scan")
	return d.Driver.Scan(ctx, dataset, at, record, link)
}

func (d *countingDriver) Match(ctx context.Context, terms []string, after graph.ID, limit int) ([]graph.ID, error) {
	d.called("Match")
	return d.Driver.Match(ctx, terms, after, limit)
}

func (d *countingDriver) Versions(ctx context.Context, id graph.ID) ([]store.Version, error) {
	d.called("Versions")
	return d.Driver.Versions(ctx, id)
}

func (d *countingDriver) Entries(ctx context.Context, revisions []graph.Revision) ([]store.Entry, error) {
	d.called("Entries")
	return d.Driver.Entries(ctx, revisions)
}

func (d *countingDriver) Changes(ctx context.Context, r graph.Revision) ([]store.Change, error) {
	d.called("Changes")
	return d.Driver.Changes(ctx, r)
}

func (d *countingDriver) Datasets(ctx context.Context) ([]store.Dataset, error) {
	d.called("Datasets")
	return d.Driver.Datasets(ctx)
}

// during returns the calls that a question makes.
func (d *countingDriver) during(ask func()) map[string]int {
	d.calls = map[string]int{}
	ask()
	return maps.Clone(d.calls)
}

// What a request reads from the store comes in as many calls for 200 entities as
// for 5: the list, their links, the names at the far ends, and what supports them.
func TestStoreCallsDoNotGrowWithTheList(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		const nodes = 260
		url := at.fresh(t)
		rows, links := [][]string{{"id", "kind", "name", "country"}}, [][]string{{"from", "to", "kind"}}
		for i := range nodes {
			rows = append(rows, []string{fmt.Sprint("n", i), "Company", fmt.Sprint("Firm ", i), "pa"})
			for step := range 3 {
				links = append(links, []string{fmt.Sprint("n", i), fmt.Sprint("n", (i*7+step*11+1)%nodes), "OWNS"})
			}
		}
		dir := t.TempDir()
		writeCSV(t, filepath.Join(dir, "nodes.csv"), rows)
		writeCSV(t, filepath.Join(dir, "links.csv"), links)
		mustRun(t, "import", "--store", url, "--dataset", "firms", filepath.Join(dir, "nodes.csv"), filepath.Join(dir, "links.csv"))
		var counting *countingDriver
		a := serving(t, url, appOptions{driver: func(d store.Driver) store.Driver {
			counting = &countingDriver{Driver: d, calls: map[string]int{}}
			return counting
		}})
		for name, document := range map[string]string{
			"a list with links and far ends": `query ($n: Int!) { entities(first: $n) { totalCount nodes { name links(first: 2) { totalCount nodes { kind from { name } to { name } records { key dataset } } } linkCounts { kind count } } } }`,
			"a ranking with properties":      `query ($n: Int!) { centrality(measure: BETWEENNESS, first: $n) { nodes { score entity { name aliases properties { name values } records { key } markings } } } }`,
			"a search":                       `query ($n: Int!) { search(text: "firm", first: $n) { nodes { score entity { name kind } } } }`,
		} {
			t.Run(name, func(t *testing.T) {
				ask := func(n int) map[string]int {
					return counting.during(func() { a.ask(t, document, map[string]any{"n": n}, &struct{}{}) })
				}
				ask(1) // what the first request keeps for all later ones
				few := ask(5)
				for _, n := range []int{25, 200} {
					if diff := cmp.Diff(few, ask(n)); diff != "" {
						t.Errorf("%d entities take other calls than 5: %s", n, diff)
					}
				}
				total := 0
				for _, n := range few {
					total += n
				}
				if total > 8 {
					t.Errorf("%d calls for one request: %v", total, few)
				}
				t.Logf("%v", few)
			})
		}
		const drawn = `{ centrality(measure: DEGREE, first: 5) { nodes { score entity { name kind linkCounts { kind count } links(first: 2) { nodes { id kind at from { name } to { name } } } } } } }`
		a.ask(t, drawn, nil, &struct{}{})
		if calls := counting.during(func() { a.ask(t, drawn, nil, &struct{}{}) }); len(calls) > 0 {
			t.Errorf("what a picture needs is in memory, and took %v", calls)
		}
	})
}
