package community_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func triangles(t nt.TB, net *network.Network) community.Triangles {
	t.Helper()
	found, err := community.CountTriangles(context.Background(), net)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return found
}

// Reciprocity of igraph and mean clustering of NetworkX, see testdata/random/figures.py.
func TestFiguresOfLibraries(t *testing.T) {
	var theirs map[string]struct {
		Reciprocity *float64
		Clustering  float64
	}
	nt.Answers(t, "figures", &theirs)
	for _, g := range nt.Random(t) {
		want := theirs[g.Name]
		if r, err := community.Reciprocity(t.Context(), g.Net); err != nil || math.IsNaN(r) != (want.Reciprocity == nil) || want.Reciprocity != nil && math.Abs(r-*want.Reciprocity) > 1e-9 {
			t.Errorf("%s: reciprocity %v %v, want %v", g.Name, r, err, want.Reciprocity)
		}
		mean := 0.0
		for _, c := range triangles(t, g.Net).Clustering() {
			mean += c / float64(g.Nodes)
		}
		if math.Abs(mean-want.Clustering) > 1e-9 {
			t.Errorf("%s: mean clustering %v, want %v", g.Name, mean, want.Clustering)
		}
	}
}

func TestTrianglesByHand(t *testing.T) {
	// Two triangles that share a link, one link twice, a loop, and a node apart.
	g := nt.Of(6, [][2]int{{0, 1}, {1, 2}, {2, 0}, {2, 3}, {3, 1}, {1, 0}, {4, 4}, {3, 4}})
	for _, directed := range []bool{false, true} {
		got := triangles(t, g.Build(t, directed))
		if got.Total != 2 || !slices.Equal(got.Of, []int64{1, 2, 2, 1, 0, 0}) || !slices.Equal(got.Pairs, []int64{1, 3, 3, 3, 0, 0}) {
			t.Errorf("directed %v: %+v", directed, got)
		}
		if c := got.Clustering(); c[0] != 1 || c[3] != 1.0/3 || c[5] != 0 {
			t.Errorf("clustering %v", c)
		}
		if tr := got.Transitivity(); tr != 0.6 {
			t.Errorf("transitivity %v", tr)
		}
	}
}

// slow counts by looking at all sets of three nodes.
func slow(net *network.Network) []int64 {
	n := net.NumNodes()
	joined := make([][]bool, n)
	for v := range joined {
		joined[v] = make([]bool, n)
	}
	for v := range n {
		for _, w := range net.Out(network.NodeIndex(v)) {
			joined[v][w], joined[w][v] = true, true
		}
	}
	of := make([]int64, n)
	for a := range n {
		for b := range a {
			for c := range b {
				if joined[a][b] && joined[b][c] && joined[a][c] {
					of[a]++
					of[b]++
					of[c]++
				}
			}
		}
	}
	return of
}

func TestTrianglesOfAllShapes(t *testing.T) {
	for _, g := range nt.Random(t) {
		if got, want := triangles(t, g.Net).Of, slow(g.Net); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", g.Name, got, want)
		}
	}
}

func TestRelabellingMovesTriangles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := nt.Drawn(20, 80, func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "n") })
		perm := nt.Permutation(g.Nodes, uint64(rapid.IntRange(0, 1000).Draw(t, "seed")))
		before, after := triangles(t, g.Build(t, false)).Of, triangles(t, g.Relabel(perm).Build(t, false)).Of
		for v, k := range before {
			if after[perm[v]] != k {
				t.Fatalf("node %d has %d, %d after it was renamed", v, k, after[perm[v]])
			}
		}
	})
}

func TestTrianglesEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := community.CountTriangles(ctx, nt.RMAT(10, 8, 1).Build(t, false)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTrianglesOfNothing(t *testing.T) {
	got := triangles(t, nt.Graph{}.Build(t, false))
	if got.Total != 0 || got.Transitivity() != 0 || len(got.Clustering()) != 0 || math.IsNaN(got.Transitivity()) {
		t.Errorf("%+v", got)
	}
}
