package connectivity_test

import (
	"context"
	"errors"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// radiusOf is the least eccentricity in the largest component, by all distances.
func radiusOf(net *network.Network) int {
	piece, size := nt.Components(net, nil), map[network.NodeIndex]int{}
	largest := network.NodeIndex(0)
	for _, of := range piece {
		size[of]++
	}
	for v := len(piece) - 1; v >= 0; v-- {
		if size[piece[v]] >= size[largest] {
			largest = piece[v]
		}
	}
	least := net.NumNodes()
	for v, row := range nt.Distances(net) {
		if piece[v] != largest {
			continue
		}
		ends := 0
		for _, d := range row {
			if d != nt.Unreachable {
				ends = max(ends, d)
			}
		}
		least = min(least, ends)
	}
	return least
}

func TestRadiusIsTheLeastEccentricity(t *testing.T) {
	graphs := nt.Random(t)
	for name, g := range map[string]nt.Graph{
		"ba": nt.BarabasiAlbert(500, 2, 1), "rmat": nt.RMAT(9, 2, 1), "tree": nt.Tree(500, 1), "grid": nt.Grid(15, 22), "even": nt.ErdosRenyi(400, 700, 2),
		"ring": nt.Cycle(151), "path": nt.Path(150), "clique": nt.Clique(30), "two": nt.Union(nt.Star(90), nt.Path(100), nt.Cycle(60)),
		"none": {}, "alone": {Nodes: 4}, "as large": nt.Union(nt.Path(9), nt.Star(9), nt.Cycle(9)),
	} {
		graphs = append(graphs, nt.RandomGraph{Name: name, Graph: g})
	}
	for _, g := range graphs {
		net := g.Build(t, false)
		want := radiusOf(net)
		span, err := connectivity.Radius(t.Context(), net, enough)
		if err != nil || span.AtLeast != want || span.AtMost != want {
			t.Errorf("%s: %+v %v, want %d", g.Name, span, err, want)
		}
		for _, few := range []int{0, 1, 2, 3, 7} {
			if span, err := connectivity.Radius(t.Context(), net, few); err != nil || span.AtLeast > want || span.AtMost < want {
				t.Errorf("%s with %d searches: %+v %v, want %d", g.Name, few, span, err, want)
			}
		}
	}
}

func TestSpansHoldAllDistances(t *testing.T) { check(t, spansHoldAllDistances) }

func FuzzSpans(f *testing.F) { nt.Fuzz(f, property(spansHoldAllDistances).often) }

func spansHoldAllDistances(t *rapid.T, g nt.Graph, directed bool) {
	if rapid.Bool().Draw(t, "ring") { // makes most of it one strong component
		g = nt.Graph{Nodes: g.Nodes + 3, Links: append(nt.Cycle(g.Nodes+3).Links, g.Links...)}
	}
	net := g.Build(t, directed)
	diameter, radius := byAllDistances(t, net)
	for _, searches := range []int{rapid.IntRange(0, 4).Draw(t, "searches"), enough} {
		long, err := connectivity.Diameter(t.Context(), net, searches)
		if err != nil || long.AtLeast > diameter || long.AtMost < diameter || searches == enough && long.AtLeast < long.AtMost {
			t.Fatalf("diameter %+v %v, want %d", long, err, diameter)
		}
		short, err := connectivity.Radius(t.Context(), net, searches)
		switch {
		case err != nil || (short == nil) != (radius == nil):
			t.Fatalf("radius %v %v, want %v", short, err, radius)
		case radius != nil && (short.AtLeast > *radius || short.AtMost < *radius || searches == enough && short.AtLeast < short.AtMost):
			t.Fatalf("radius %+v, want %d", short, *radius)
		}
	}
}

func byAllDistances(t nt.TB, net *network.Network) (diameter int, radius *int) {
	t.Helper()
	d, err := connectivity.DistancesOf(context.Background(), net, connectivity.Removal{})
	if err != nil {
		t.Fatalf("%v", err)
	}
	parts, err := connectivity.Strong(context.Background(), net)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return d.Diameter(), d.Radius(net, parts)
}

func TestRelabellingKeepsTheRadius(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := nt.Drawn(25, 40, func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "n") })
		net := g.Build(t, false)
		span, err := connectivity.Radius(context.Background(), net, enough)
		if want := radiusOf(net); err != nil || span.AtLeast != want || span.AtMost != want {
			t.Fatalf("%+v %v, want %d", span, err, want)
		}
	})
}

func TestRadiusOfManyNodesTakesFewSearches(t *testing.T) {
	for name, g := range map[string]nt.Graph{
		"ba": nt.BarabasiAlbert(20000, 3, 1), "rmat": nt.RMAT(14, 4, 1), "tree": nt.Tree(20000, 1), "grid": nt.Grid(90, 130),
		"enron": nt.Dataset(t, "email_enron").Graph,
	} {
		if span, err := connectivity.Radius(t.Context(), g.Build(t, false), 32); err != nil || span.AtLeast != span.AtMost {
			t.Errorf("%s: %+v %v", name, span, err)
		}
	}
}

func TestRadiusEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := connectivity.Radius(ctx, nt.RMAT(10, 8, 1).Build(t, false), enough); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Where all nodes reach each other along links there is one, too.
func TestRadiusAlongLinks(t *testing.T) {
	for name, g := range map[string]nt.Graph{
		"ring": nt.Cycle(151), "even": nt.ErdosRenyi(300, 3000, 3), "chords": chords(400, 1), "alone": {Nodes: 1},
		"path": nt.Path(20), "rmat": nt.RMAT(9, 2, 1), "rings": nt.Union(nt.Cycle(5), nt.Cycle(5)),
	} {
		net := g.Build(t, true)
		_, want := byAllDistances(t, net)
		for _, searches := range []int{1, 2, 5, enough} {
			span, err := connectivity.Radius(t.Context(), net, searches)
			if err != nil || (span == nil) != (want == nil) {
				t.Fatalf("%s: %v %v, want %v", name, span, err, want)
			}
			if want != nil && (span.AtLeast > *want || span.AtMost < *want || searches == enough && span.AtLeast != span.AtMost) {
				t.Errorf("%s with %d searches: %+v, want %d", name, searches, span, *want)
			}
		}
	}
}

// chords is a ring with links across, some against it.
func chords(n int, seed uint64) nt.Graph {
	g := nt.Cycle(n)
	g.Links = append(g.Links, nt.ErdosRenyi(n, n/3, seed).Links...)
	return g
}
