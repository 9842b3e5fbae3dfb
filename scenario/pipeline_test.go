package scenario_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/csv"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/scenario"
	"github.com/chokepoint/chokepoint/store"
)

const dataset = "demo"

// imported is a feed of what the CSV reader made of the generated files.
type imported struct {
	records map[graph.ID]*graph.Record
	links   map[graph.ID]*graph.Link
}

func byID[T any](items map[graph.ID]*T) []*T {
	var out []*T
	for _, id := range slices.SortedFunc(maps.Keys(items), graph.ID.Compare) {
		out = append(out, items[id])
	}
	return out
}

func (f *imported) Scan(_ context.Context, _ string, _ graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error) {
	for _, r := range byID(f.records) {
		if err := record(r); err != nil {
			return 0, err
		}
	}
	for _, l := range byID(f.links) {
		if err := link(l); err != nil {
			return 0, err
		}
	}
	return 0, nil
}

func (f *imported) Head(context.Context) (graph.Revision, error) { return 0, nil }

func (f *imported) Log(context.Context, graph.Revision, int) ([]store.Entry, error) { return nil, nil }

func (f *imported) Changes(context.Context, graph.Revision) ([]store.Change, error) { return nil, nil }

// readAll imports a scenario's files; every row must be taken.
func readAll(t *testing.T, paths []string) *imported {
	t.Helper()
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	var tables []csv.File
	for _, path := range paths {
		tables = append(tables, csv.Path(path))
	}
	f := &imported{records: map[graph.ID]*graph.Record{}, links: map[graph.ID]*graph.Link{}}
	reader := csv.NewReader(tables, csv.Options{Ontology: o, Dataset: dataset, Markings: graph.NewMarkings(graph.Clear)})
	err = reader.Read(t.Context(), func(b *ingest.Batch) error {
		for _, r := range b.Rejects {
			t.Errorf("%s:%d: %s", r.File, r.Line, r.Reason)
		}
		if b.Implied > 0 {
			t.Errorf("%d ends are not declared", b.Implied)
		}
		for i := range b.Records {
			f.records[b.Records[i].ID] = &b.Records[i]
		}
		for i := range b.Links {
			f.links[b.Links[i].ID] = &b.Links[i]
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// bench answers planted questions with the kernels, on what was imported.
type bench struct {
	*testing.T
	view *projection.View
}

func (b *bench) network(s scenario.Scope) *projection.Graph {
	scope := projection.AnyTime()
	scope.Layer, scope.Orientation = projection.Layer(s.Projection), projection.Orientation(s.Orientation)
	g, err := b.view.Scoped(scope).Materialize(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	return g
}

func (b *bench) nodes(g *projection.Graph, keys []string) []network.NodeIndex {
	var nodes []network.NodeIndex
	for _, key := range keys {
		i, ok := g.Index(graph.RecordID(dataset, key))
		if !ok {
			b.Fatalf("%s is not in the network", key)
		}
		nodes = append(nodes, i)
	}
	return nodes
}

// TestThroughImportAndKernels asks the service's own reader, projection and
// kernels.
func TestThroughImportAndKernels(t *testing.T) {
	s := scenario.Generate(scenario.Options{Seed: 11})
	paths, err := s.WriteDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	p, err := projection.Open(t.Context(), readAll(t, paths))
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	b := &bench{t, p.Current().View(access.Grant("TLP:CLEAR", "TLP:GREEN", "TLP:AMBER"))}
	for _, planted := range s.Answers.Planted {
		switch {
		case planted.Objective == "FLOW":
			b.cut(planted)
		case planted.Objective == "FRAGMENTATION":
			b.fragment(planted)
		case planted.Measure == "BETWEENNESS":
			b.rank(planted)
		}
	}
}

func (b *bench) cut(p scenario.Planted) {
	g := b.network(p.Scope)
	opt := flow.Options{}
	if p.CapacityProperty == "quantity" {
		opt.Capacity, _ = g.Values(projection.Quantity, 1)
	}
	got, err := flow.Max(b.Context(), g.Net, b.nodes(g, p.From), b.nodes(g, p.To), opt)
	if err != nil {
		b.Fatal(err)
	}
	if got.Value != *p.Before.Flow {
		b.Errorf("%s: the flow is %v, answered %v", p.Name, got.Value, *p.Before.Flow)
	}
	if *p.After.Flow > 0 {
		return
	}
	cut, err := flow.MinNodeCut(b.Context(), g.Net, b.nodes(g, p.From), b.nodes(g, p.To), nil)
	if err != nil {
		b.Fatal(err)
	}
	want := b.nodes(g, p.Expected)
	slices.Sort(want)
	slices.Sort(cut.Nodes)
	if diff := cmp.Diff(want, cut.Nodes); diff != "" || !cut.Unique {
		b.Errorf("%s: unique %v: %s", p.Name, cut.Unique, diff)
	}
}

func (b *bench) fragment(p scenario.Planted) {
	g := b.network(p.Scope)
	plan, err := dismantle.Fragmentation(b.Context(), g.Net, p.Budget, dismantle.Nodes, dismantle.Limits{})
	if err != nil {
		b.Fatal(err)
	}
	var got, want []int
	got = append(got, plan.Choice...)
	for _, i := range b.nodes(g, p.Expected) {
		want = append(want, int(i))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" || int64(plan.Before) != *p.Before.ConnectedPairs || int64(plan.Value) != *p.After.ConnectedPairs {
		b.Errorf("%s: %v pairs, then %v: %s", p.Name, plan.Before, plan.Value, diff)
	}
}

func (b *bench) rank(p scenario.Planted) {
	g := b.network(p.Scope)
	score, err := centrality.Betweenness(b.Context(), g.Net, centrality.Options{})
	if err != nil {
		b.Fatal(err)
	}
	first := b.nodes(g, p.Expected)[0]
	for i, x := range score {
		if network.NodeIndex(i) != first && x*p.Margin > score[first] {
			b.Errorf("%s: node %d scores %v, the expected one %v", p.Name, i, x, score[first])
		}
	}
}
