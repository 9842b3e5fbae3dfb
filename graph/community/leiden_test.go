package community_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func leiden(t nt.TB, net *network.Network, opt community.LeidenOptions) community.Partition {
	t.Helper()
	p, err := community.Leiden(context.Background(), net, opt)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return p
}

// answers of igraph and NetworkX, see testdata/random/community.py.
type answers struct {
	Triangles    int64
	Clustering   []float64
	Transitivity float64
	Modularity   *float64
	Agreement    *float64
	Core, Truss  [][]int
}

func TestTrianglesOfIgraph(t *testing.T) {
	var theirs map[string]answers
	nt.Answers(t, "community", &theirs)
	for _, g := range nt.Random(t) {
		got, want := triangles(t, g.Net), theirs[g.Name]
		if got.Total != want.Triangles || math.Abs(got.Transitivity()-want.Transitivity) > 1e-9 {
			t.Errorf("%s: %d triangles, transitivity %v; want %d, %v", g.Name, got.Total, got.Transitivity(), want.Triangles, want.Transitivity)
		}
		for v, c := range got.Clustering() {
			if math.Abs(c-want.Clustering[v]) > 1e-9 {
				t.Errorf("%s: clustering of %d is %v, want %v", g.Name, v, c, want.Clustering[v])
			}
		}
	}
}

// On small graphs igraph knows the best partition: nothing may be better, and the best
// of some seeds is hardly ever worse.
func TestLeidenFindsTheBestPartition(t *testing.T) {
	var theirs map[string]answers
	nt.Answers(t, "community", &theirs)
	asked, reached := 0, 0
	for _, g := range nt.Random(t) {
		want := theirs[g.Name].Modularity
		if want == nil {
			continue
		}
		net := undirected(t, g.Graph)
		best := math.Inf(-1)
		for seed := range uint64(5) {
			p := leiden(t, net, community.LeidenOptions{Seed: seed})
			if best = max(best, p.Quality); p.Quality > *want+1e-9 {
				t.Errorf("%s: modularity %v is above the greatest, %v", g.Name, p.Quality, *want)
			}
		}
		asked++
		if best > *want-1e-9 {
			reached++
		}
	}
	if asked < 200 || reached < asked*98/100 {
		t.Errorf("%d of %d best partitions were found", reached, asked)
	}
}

// undirected merges what goes both ways.
func undirected(t nt.TB, g nt.Graph) *network.Network {
	simple, _ := g.Build(t, false).Simple()
	return simple
}

// modularity straight from its definition.
func modularity(net *network.Network, of []uint32) float64 {
	m, q := 0.0, 0.0
	n := net.NumNodes()
	degree := make([]float64, n)
	for v := range n {
		degree[v] = float64(net.OutDegree(network.NodeIndex(v)))
		m += degree[v] / 2
	}
	if m == 0 {
		return 0
	}
	for v := range n {
		for _, w := range net.Out(network.NodeIndex(v)) {
			if of[v] == of[w] {
				q += 1 / (2 * m)
			}
		}
		for w := range n {
			if of[v] == of[w] {
				q -= degree[v] / (2 * m) * degree[w] / (2 * m)
			}
		}
	}
	return q
}

// Each group hangs together, and once nothing moves no node gains by moving to another
// group or out of all.
func TestGroupsHangTogetherAndNobodyWantsToMove(t *testing.T) {
	for i, g := range nt.Random(t) {
		net := undirected(t, g.Graph)
		p := leiden(t, net, community.LeidenOptions{Seed: uint64(i)})
		if q := modularity(net, p.Of); math.Abs(q-p.Quality) > 1e-9 {
			t.Fatalf("%s: quality %v, by the definition %v", g.Name, p.Quality, q)
		}
		for c := range p.Size {
			if parts := partsOf(net, p.Of, uint32(c)); parts != 1 {
				t.Errorf("%s: group %d is in %d parts", g.Name, c, parts)
			}
		}
		if !p.Settled || g.Nodes > 30 {
			continue
		}
		moved := slices.Clone(p.Of)
		for v := range moved {
			for c := range len(p.Size) + 1 {
				moved[v] = uint32(c)
				if q := modularity(net, moved); q > p.Quality+1e-9 {
					t.Errorf("%s: node %d gains %v by moving to %d", g.Name, v, q-p.Quality, c)
				}
			}
			moved[v] = p.Of[v]
		}
	}
}

// partsOf counts the components of a group.
func partsOf(net *network.Network, of []uint32, group uint32) int {
	apart := make([]bool, len(of))
	for v, c := range of {
		apart[v] = c != group
	}
	parts := map[network.NodeIndex]bool{}
	for v, c := range nt.Components(net, apart) {
		if !apart[v] {
			parts[c] = true
		}
	}
	return len(parts)
}

func TestCliquesInARingAreGroups(t *testing.T) {
	const cliques, size = 12, 6
	g := nt.Graph{}
	for range cliques {
		g = nt.Union(g, nt.Clique(size))
	}
	for c := range cliques {
		g.Links = append(g.Links, network.Link{From: network.NodeIndex(c * size), To: network.NodeIndex((c*size + size + 1) % g.Nodes)})
	}
	for _, q := range []community.LeidenOptions{{}, {Quality: community.Potts, Resolution: 0.3}, {Resolution: 0.9}} {
		p := leiden(t, g.Build(t, false), q)
		if len(p.Size) != cliques {
			t.Errorf("%+v: %d groups, want %d", q, len(p.Size), cliques)
		}
		for v := range p.Of {
			if p.Of[v] != p.Of[v/size*size] {
				t.Errorf("%+v: node %d is not in the group of its clique", q, v)
			}
		}
	}
}

// A link of weight 3 is three parallel links where weights are given.
func TestWeightsAreParallelLinks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := nt.Drawn(12, 30, func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "n") })
		weights, parallel := make([]float64, len(g.Links)), nt.Graph{Nodes: g.Nodes}
		for e, l := range g.Links {
			weights[e] = float64(rapid.IntRange(0, 3).Draw(t, "weight"))
			for range int(weights[e]) {
				parallel.Links = append(parallel.Links, l)
			}
		}
		a := leiden(t, g.Build(t, false), community.LeidenOptions{Weights: weights})
		b := leiden(t, parallel.Build(t, false), community.LeidenOptions{Weights: slices.Repeat([]float64{1}, len(parallel.Links))})
		if !slices.Equal(a.Of, b.Of) || math.Abs(a.Quality-b.Quality) > 1e-9 {
			t.Fatalf("%v (%v) with weights, %v (%v) with parallel links", a.Of, a.Quality, b.Of, b.Quality)
		}
	})
}

func TestLeidenIsTheSameOnAnyNumberOfProcessors(t *testing.T) {
	net := nt.RMAT(12, 8, 1).Build(t, false)
	want := leiden(t, net, community.LeidenOptions{Rounds: 2})
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, p := range []int{1, 3, 8} {
		runtime.GOMAXPROCS(p)
		if got := leiden(t, net, community.LeidenOptions{Rounds: 2}); !slices.Equal(got.Of, want.Of) || got.Quality != want.Quality {
			t.Errorf("%d processors give another partition: quality %v, want %v", p, got.Quality, want.Quality)
		}
	}
}

func TestLeidenOfNothing(t *testing.T) {
	if p := leiden(t, nt.Graph{}.Build(t, false), community.LeidenOptions{}); len(p.Of) != 0 || len(p.Size) != 0 || p.Quality != 0 {
		t.Errorf("%+v", p)
	}
	if p := leiden(t, nt.Graph{Nodes: 3}.Build(t, true), community.LeidenOptions{}); len(p.Size) != 3 || p.Quality != 0 {
		t.Errorf("%+v", p)
	}
}

func TestLeidenRefusesBadOptions(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	for _, opt := range []community.LeidenOptions{
		{Weights: []float64{1}},
		{Weights: []float64{1, -1}},
		{Weights: []float64{1, math.NaN()}},
		{Weights: []float64{1, math.Inf(1)}},
		{Resolution: -1},
		{Resolution: math.NaN()},
		{Rounds: -1},
	} {
		var bad *graph.Error
		if _, err := community.Leiden(t.Context(), net, opt); !errors.As(err, &bad) || bad.Code != graph.BadUserInput {
			t.Errorf("%+v: %v", opt, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := community.Leiden(ctx, nt.RMAT(8, 8, 1).Build(t, false), community.LeidenOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func FuzzCommunities(f *testing.F) {
	f.Add([]byte{5, 6, 0, 1, 1, 2, 2, 0, 3, 3, 3, 4}, uint8(0))
	f.Fuzz(func(t *testing.T, raw []byte, kind uint8) {
		g := nt.Drawn(30, 100, func(lo, hi int) int {
			if len(raw) == 0 {
				return lo
			}
			b := int(raw[0])
			raw = raw[1:]
			return lo + b%(hi-lo+1)
		})
		weights := make([]float64, len(g.Links))
		for e := range weights {
			weights[e] = math.Sqrt(float64(e % 5)) // sums of which are rounded
		}
		net := g.Build(t, kind&1 == 1)
		opt := community.LeidenOptions{Seed: uint64(kind), Quality: community.Quality(kind >> 1 & 1)}
		if kind&4 != 0 {
			opt.Weights = weights
		}
		p := leiden(t, net, opt)
		total := 0
		for _, n := range p.Size {
			total += n
		}
		if total != g.Nodes || len(p.Of) != g.Nodes || math.IsNaN(p.Quality) {
			t.Fatalf("%+v", p)
		}
		if got, want := triangles(t, net).Of, slow(net); !slices.Equal(got, want) {
			t.Fatalf("triangles %v, want %v", got, want)
		}
		fuzzGroups(t, net, opt, int(kind>>3)%4)
	})
}

// fuzzGroups looks at stability, cores and trusses: shares are shares, and a truss lies
// within a core.
func fuzzGroups(t *testing.T, net *network.Network, opt community.LeidenOptions, k int) {
	t.Helper()
	r := stable(t, net, opt, 2)
	if !(r.Agreement >= 0 && r.Agreement <= 1) {
		t.Fatalf("agreement %v", r.Agreement)
	}
	for _, p := range r.Persistence {
		if !(p > 0 && p <= 1) {
			t.Fatalf("persistence %v", r.Persistence)
		}
	}
	trusses, err := community.Trusses(t.Context(), net, k+2)
	if err != nil {
		t.Fatal(err)
	}
	cores, err := community.Cores(t.Context(), net, k+1)
	if err != nil {
		t.Fatal(err)
	}
	for v, c := range trusses.Of {
		if c != community.NoGroup && cores.Of[v] == community.NoGroup {
			t.Fatalf("node %d is in the %d-truss and not in the %d-core", v, k+2, k+1)
		}
	}
}
