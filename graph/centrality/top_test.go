package centrality_test

import (
	"cmp"
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// topMeasure pairs a search for the first nodes with the measure of all.
type topMeasure struct {
	name string
	top  centrality.Top
	all  centrality.Measure
}

var tops = []topMeasure{
	{"harmonic", centrality.TopHarmonic, centrality.Harmonic},
	{"closeness", centrality.TopCloseness, centrality.Closeness},
}

// firsts sorts all scores.
func firsts(scores []float64, k int) []centrality.Scored {
	all := make([]centrality.Scored, len(scores))
	for v, score := range scores {
		all[v] = centrality.Scored{Node: network.NodeIndex(v), Score: score}
	}
	slices.SortStableFunc(all, func(a, b centrality.Scored) int { return cmp.Compare(b.Score, a.Score) })
	return all[:min(k, len(all))]
}

func TestTopIsTheHeadOfTheRanking(t *testing.T) {
	graphs := nt.Random(t)
	for name, g := range map[string]nt.Graph{
		"scale": nt.BarabasiAlbert(2000, 2, 2), "rmat": nt.RMAT(11, 6, 3), "grid": nt.Grid(30, 30), "star": nt.Star(500),
		"pieces": nt.Union(nt.Clique(9), nt.Path(50), nt.Star(40), nt.Cycle(200)), "few": nt.Multigraph(1500, 2200, 5), "tree": nt.Tree(900, 6),
	} {
		for _, directed := range []bool{false, true} {
			graphs = append(graphs, nt.RandomGraph{Name: name, Net: g.Build(t, directed)})
		}
	}
	for _, g := range graphs {
		for _, m := range tops {
			for _, k := range []int{1, 3, 10} {
				if !checkTop(t, m, g.Net, k) {
					t.Fatal(g.Name)
				}
			}
		}
	}
}

// checkTop checks that the first k are the head of the ranking.
func checkTop(t *testing.T, m topMeasure, net *network.Network, k int) bool {
	t.Helper()
	normalized := centrality.Options{Normalized: true}
	got, err := m.top(t.Context(), net, k, normalized)
	if err != nil {
		t.Error(err)
	}
	scores, err := m.all(t.Context(), net, normalized)
	if err != nil {
		t.Error(err)
	}
	for i := range got {
		if got[i].Score != scores[got[i].Node] {
			t.Errorf("%s: %v, but scores %v", m.name, got[i], scores[got[i].Node])
		}
	}
	if want := firsts(scores, k); !slices.Equal(got, want) {
		t.Errorf("%s: first %d are %v, got %v", m.name, k, want, got)
	}
	return !t.Failed()
}

// Shapes in which what a node reaches, and by that what prunes, differs most.
func TestTopOfOneWayNetworks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(r, "n") }
		seed := uint64(draw(0, 1000))
		shapes := []nt.Graph{
			nt.Drawn(30, 60, draw), nt.Multigraph(draw(2, 300), draw(1, 600), seed), nt.Tree(draw(2, 300), seed), nt.Star(draw(2, 60)),
			nt.Cycle(draw(3, 90)), nt.Path(draw(2, 90)), nt.Grid(draw(2, 12), draw(2, 12)), nt.BarabasiAlbert(draw(8, 300), 2, seed),
		}
		g := shapes[draw(0, len(shapes)-1)]
		if draw(0, 1) == 1 {
			g = nt.Union(g, shapes[draw(0, len(shapes)-1)])
			for range draw(0, 3) {
				g.Links = append(g.Links, network.Link{From: network.NodeIndex(draw(0, g.Nodes-1)), To: network.NodeIndex(draw(0, g.Nodes-1))})
			}
		}
		net := g.Relabel(nt.Permutation(g.Nodes, seed)).Build(t, true)
		for _, m := range tops {
			if !checkTop(t, m, net, draw(1, 20)) {
				r.Fatalf("of %+v", g)
			}
		}
	})
}

// Networks without cycles or with few, and with all nodes much alike, large enough that
// what nodes reach is counted and that all are scored.
func TestTopOfNearlyAcyclicNetworks(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		draw := func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(r, "n") }
		nodes, each, seed := draw(300, 800), draw(1, 6), uint64(draw(0, 1000))
		back, loops := draw(1, nodes), draw(0, 4) // links lead back by so many at most, but for some
		random, g := rand.New(rand.NewPCG(seed, 0)), nt.Graph{Nodes: nodes}
		link := func(from, to int) {
			g.Links = append(g.Links, network.Link{From: network.NodeIndex(from), To: network.NodeIndex(to)})
		}
		for i := range nodes * each {
			link(i/each, max(0, i/each-1-random.IntN(back)))
		}
		for range loops {
			link(random.IntN(nodes), random.IntN(nodes))
		}
		switch draw(0, 4) {
		case 0:
			g.Nodes += 100
		case 1:
			g = nt.Union(g, nt.BarabasiAlbert(400, 3, seed))
		case 2:
			g = nt.Union(g, nt.Multigraph(300, 900, seed))
		}
		net := g.Relabel(nt.Permutation(g.Nodes, seed)).Build(t, true)
		for _, m := range tops {
			if !checkTop(t, m, net, draw(1, 20)) {
				r.Fatal("see above")
			}
		}
	})
}

func TestTopDoesNotDependOnProcessors(t *testing.T) {
	for _, net := range []*network.Network{
		nt.RMAT(12, 4, 5).Build(t, false), nt.RMAT(12, 4, 5).Build(t, true), nt.BarabasiAlbert(3000, 5, 1).Build(t, true), alike(1000).Build(t, true),
	} {
		for _, m := range tops {
			many, err := m.top(t.Context(), net, 50, centrality.Options{})
			if err != nil {
				t.Fatal(err)
			}
			before := runtime.GOMAXPROCS(1)
			one, err := m.top(t.Context(), net, 50, centrality.Options{})
			runtime.GOMAXPROCS(before)
			if err != nil || !slices.Equal(one, many) {
				t.Errorf("%s: another answer on one processor (%v)", m.name, err)
			}
		}
	}
}

func TestTopStops(t *testing.T) {
	for name, g := range map[string]nt.Graph{
		"cycles": nt.RMAT(12, 4, 5), "no cycles": nt.BarabasiAlbert(3000, 5, 1), "alike": alike(1000),
	} {
		net := g.Build(t, true)
		for _, m := range tops {
			for looks, over := int64(0), false; !over; looks += looks/2 + 1 {
				ctx := &countdown{Context: t.Context()}
				ctx.left.Store(looks)
				got, err := m.top(ctx, net, 5, centrality.Options{})
				if over = ctx.left.Load() >= 0; !over && (got != nil || !errors.Is(err, context.Canceled)) {
					t.Errorf("%s of %s after %d looks: %v, %v", m.name, name, looks, got, err)
				}
			}
		}
	}
}

func TestTopRefusesNonsense(t *testing.T) {
	net := nt.Path(4).Build(t, false)
	for _, m := range tops {
		if _, err := m.top(t.Context(), net, 0, centrality.Options{}); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: the first 0: %v", m.name, err)
		}
		if _, err := m.top(t.Context(), net, 1, centrality.Options{Weights: []float64{1, 1, 1}}); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: weights: %v", m.name, err)
		}
	}
}
