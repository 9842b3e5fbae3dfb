package projection

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
	"github.com/chokepoint/chokepoint/store"
)

const (
	benchNodes = 250_000
	benchLinks = 1_000_000
)

// bigFeed hands out a large graph: names, kinds, three marking sets, instants and
// amounts that all differ.
type bigFeed struct {
	records []graph.Record
	links   []graph.Link
	entries []store.Entry
	changes map[graph.Revision][]store.Change
}

var benchMarkings = []graph.Markings{graph.NewMarkings("A"), graph.NewMarkings("A"), graph.NewMarkings("A"), graph.NewMarkings("A", "B")}

var bigGraph = sync.OnceValue(func() *bigFeed {
	r := rand.New(rand.NewPCG(1, 2))
	f := &bigFeed{changes: map[graph.Revision][]store.Change{}, entries: []store.Entry{{Revision: 1, Signatures: benchMarkings[2:]}}}
	for i := range benchNodes {
		f.records = append(f.records, graph.Record{Header: f.header(r, graph.RecordID("big", fmt.Sprint(i))), Kind: someKinds[i%len(someKinds)], Name: fmt.Sprintf("entity number %d", i)})
	}
	slices.SortFunc(f.records, func(a, b graph.Record) int { return a.ID.Compare(b.ID) })
	for i := range benchLinks {
		f.links = append(f.links, f.link(r, i))
	}
	slices.SortFunc(f.links, func(a, b graph.Link) int { return a.ID.Compare(b.ID) })
	return f
})

func (f *bigFeed) header(r *rand.Rand, id graph.ID) graph.Header {
	return graph.Header{
		ID: id, Dataset: someDatasets[r.IntN(2)], Confidence: float64(r.IntN(10)+1) / 10, Markings: benchMarkings[r.IntN(4)],
		ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant,
	}
}

func (f *bigFeed) link(r *rand.Rand, i int) graph.Link {
	return graph.Link{
		Header: f.header(r, graph.LinkID("big", fmt.Sprint(i))), Kind: []graph.LinkKind{"OWNS", "SENT", "RECEIVED", "COMMUNICATED_WITH", "USES_IDENTIFIER"}[r.IntN(5)],
		From: f.records[r.IntN(benchNodes)].ID, To: f.records[r.IntN(benchNodes)].ID,
		At: graph.Instant(r.Int64N(1e15)), Amount: "125.5",
	}
}

func (f *bigFeed) Scan(ctx context.Context, _ string, _ graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error) {
	for i := range f.records {
		if err := record(&f.records[i]); err != nil {
			return 0, err
		}
	}
	for i := range f.links {
		if err := link(&f.links[i]); err != nil {
			return 0, err
		}
	}
	return 1, ctx.Err()
}

func (f *bigFeed) Head(context.Context) (graph.Revision, error) {
	return graph.Revision(len(f.entries)), nil
}

func (f *bigFeed) Log(_ context.Context, after graph.Revision, limit int) ([]store.Entry, error) {
	rest := f.entries[min(int(after), len(f.entries)):]
	return rest[:min(limit, len(rest))], nil
}

func (f *bigFeed) Changes(_ context.Context, r graph.Revision) ([]store.Change, error) {
	return f.changes[r], nil
}

// write appends a revision of n new links.
func (f *bigFeed) write(r *rand.Rand, n int) {
	revision := graph.Revision(len(f.entries) + 1)
	var changes []store.Change
	for i := range n {
		l := f.link(r, benchLinks+int(revision)*n+i)
		changes = append(changes, store.Change{LinkAfter: &l})
	}
	f.changes[revision] = changes
	f.entries = append(f.entries, store.Entry{Revision: revision, Signatures: benchMarkings[2:]})
}

// fork returns a feed with the same content and a log of its own.
func (f *bigFeed) fork() *bigFeed {
	return &bigFeed{records: f.records, links: f.links, entries: slices.Clip(f.entries[:1]), changes: map[graph.Revision][]store.Change{}}
}

func mustOpenBig(b *testing.B, f Feed) *Projection {
	b.Helper()
	p, err := Open(context.Background(), f)
	if err != nil {
		b.Fatal(err)
	}
	return p
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkLoad(b *testing.B) {
	f := bigGraph()
	before := heap()
	p := mustOpenBig(b, f)
	perLink := float64(heap()-before) / benchLinks
	runtime.KeepAlive(p)
	for b.Loop() {
		mustOpenBig(b, f)
	}
	b.ReportMetric(perLink, "bytes/link")
}

// BenchmarkSync follows one write of 100 links at a time, over all of a delta's
// life: up to the rebuild of the base.
func BenchmarkSync(b *testing.B) {
	f := bigGraph().fork()
	p := mustOpenBig(b, f)
	r := rand.New(rand.NewPCG(3, 4))
	b.ReportAllocs()
	for b.Loop() {
		b.StopTimer()
		f.write(r, 100)
		b.StartTimer()
		if err := p.Sync(context.Background()); err != nil {
			b.Fatal(err)
		}
	}
	p.Close()
}

// BenchmarkImport follows an import of a million links into an empty store, in
// writes of 2,000, with every rebuild of the base.
func BenchmarkImport(b *testing.B) {
	big := bigGraph()
	for b.Loop() {
		f := &bigFeed{records: big.records, changes: map[graph.Revision][]store.Change{}, entries: slices.Clip(big.entries[:1])}
		p := mustOpenBig(b, f)
		for start := 0; start < benchLinks; start += 2000 {
			revision := graph.Revision(len(f.entries) + 1)
			for i := start; i < start+2000; i++ {
				f.changes[revision] = append(f.changes[revision], store.Change{LinkAfter: &big.links[i]})
			}
			f.entries = append(f.entries, store.Entry{Revision: revision, Signatures: benchMarkings[2:]})
			if err := p.Sync(context.Background()); err != nil {
				b.Fatal(err)
			}
		}
		p.Close()
	}
}

// state is a snapshot that benchmarks read, with a clearance and a scope.
type benchCase struct {
	name      string
	snapshot  *Snapshot
	clearance access.Clearance
	scope     Scope
}

var benchCases = sync.OnceValue(func() []benchCase {
	f := bigGraph().fork()
	p, err := Open(context.Background(), f)
	if err != nil {
		panic(err)
	}
	bare := p.Current()
	r := rand.New(rand.NewPCG(5, 6))
	for range 100 {
		f.write(r, 100)
	}
	if err := p.Sync(context.Background()); err != nil {
		panic(err)
	}
	narrow := AnyTime()
	narrow.MinConfidence, narrow.From = 0.2, 1e14
	natural := AnyTime()
	natural.Orientation = Natural
	return []benchCase{
		{"everything", bare, access.Everything(), AnyTime()},
		{"everything directed", bare, access.Everything(), natural},
		{"part hidden", bare, access.Grant("A"), AnyTime()},
		{"scope by values", bare, access.Everything(), narrow},
		{"with a delta of 10000", p.Current(), access.Everything(), AnyTime()},
	}
})

func eachCase(b *testing.B, run func(*testing.B, *View, *Scoped)) {
	for _, c := range benchCases() {
		b.Run(c.name, func(b *testing.B) {
			v := c.snapshot.View(c.clearance)
			run(b, v, v.Scoped(c.scope))
		})
	}
}

func BenchmarkView(b *testing.B) {
	for _, c := range benchCases() {
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				c.snapshot.View(c.clearance).Scoped(c.scope)
			}
		})
	}
}

// BenchmarkPath compares searches on the scope with the same on the network made
// from it.
func BenchmarkPath(b *testing.B) {
	eachCase(b, func(b *testing.B, v *View, c *Scoped) {
		g, err := c.Materialize(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		nodes := make([]network.NodeIndex, len(g.Nodes))
		for i, id := range g.Nodes {
			e, _ := v.Entity(id)
			nodes[i], _ = c.Node(e)
		}
		b.Run("scope", func(b *testing.B) {
			benchPaths(b, c, len(nodes), func(i int) network.NodeIndex { return nodes[i] })
		})
		b.Run("network", func(b *testing.B) {
			benchPaths(b, g.Net, len(nodes), func(i int) network.NodeIndex { return network.NodeIndex(i) })
		})
	})
}

func benchPaths(b *testing.B, g network.Adjacency, n int, at func(int) network.NodeIndex) {
	r := rand.New(rand.NewPCG(7, 8))
	b.ReportAllocs()
	for b.Loop() {
		from, to := at(r.IntN(n)), at(r.IntN(n))
		if _, err := path.Shortest(context.Background(), g, []network.NodeIndex{from}, []network.NodeIndex{to}, path.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMaterialize(b *testing.B) {
	for _, layer := range []Layer{All, Money, Communication} {
		b.Run(string(layer), func(b *testing.B) {
			scope := AnyTime()
			scope.Layer = layer
			v := benchCases()[0].snapshot.View(access.Everything())
			for b.Loop() {
				g, err := v.Scoped(scope).Materialize(context.Background())
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(g.Net.NumLinks()), "links")
			}
		})
	}
}

// BenchmarkListing reads what a list of all entities orders by.
func BenchmarkListing(b *testing.B) {
	eachCase(b, func(b *testing.B, v *View, c *Scoped) {
		var arcs []network.Arc
		total := 0
		for b.Loop() {
			v.Entities(func(e Entity) bool {
				var degree int
				degree, arcs = c.Degree(e, arcs)
				total += degree + len(v.Name(e)) + len(v.Kind(e))
				return true
			})
		}
	})
}
