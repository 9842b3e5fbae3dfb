package similarity_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/similarity"
)

var measures = []similarity.Measure{
	similarity.CommonNeighbours, similarity.Jaccard, similarity.Cosine, similarity.AdamicAdar,
	similarity.ResourceAllocation, similarity.PreferentialAttachment, similarity.ThreeSteps,
}

// matrix says who is linked to whom, loops left out.
func matrix(net *network.Network, both bool) [][]bool {
	a := make([][]bool, net.NumNodes())
	for v := range a {
		a[v] = make([]bool, len(a))
	}
	for v := range a {
		for _, w := range net.Out(network.NodeIndex(v)) {
			if int(w) != v {
				a[v][w] = true
				a[w][v] = a[w][v] || both
			}
		}
	}
	return a
}

// scores compares all pairs by the definition.
func scores(a [][]bool, measure similarity.Measure) [][]float64 {
	n := len(a)
	k := make([]float64, n)
	for v := range n {
		for w := range n {
			if a[v][w] {
				k[v]++
			}
		}
	}
	out := make([][]float64, n)
	for x := range n {
		out[x] = make([]float64, n)
		for y := range n {
			if x != y {
				out[x][y] = score(a, k, x, y, measure)
			}
		}
	}
	return out
}

func score(a [][]bool, k []float64, x, y int, measure similarity.Measure) float64 {
	common, logs, shares, long := 0.0, 0.0, 0.0, 0.0
	for z := range a {
		if a[x][z] && a[z][y] {
			common++
			logs += 1 / math.Log(k[z])
			shares += 1 / k[z]
		}
		for u := range a {
			if a[x][u] && a[u][z] && a[z][y] && u != y && z != x {
				long += 1 / math.Sqrt(k[u]*k[z])
			}
		}
	}
	switch {
	case measure == similarity.CommonNeighbours:
		return common
	case measure == similarity.AdamicAdar:
		return logs
	case measure == similarity.ResourceAllocation:
		return shares
	case measure == similarity.PreferentialAttachment:
		return k[x] * k[y]
	case measure == similarity.ThreeSteps:
		return long
	case common == 0:
		return 0
	case measure == similarity.Jaccard:
		return common / (k[x] + k[y] - common)
	}
	return common / math.Sqrt(k[x]*k[y])
}

func TestScoresOfAllShapes(t *testing.T) {
	for _, g := range nt.Random(t) {
		a := matrix(g.Net, true)
		if len(a) > 30 {
			continue // the definition takes n⁴ steps
		}
		for _, measure := range measures {
			want := scores(a, measure)
			for v := range a {
				got, err := similarity.Of(context.Background(), g.Net, network.NodeIndex(v), measure)
				if err != nil {
					t.Fatal(err)
				}
				for w, x := range want[v] {
					if math.Abs(got[w]-x) > 1e-9 {
						t.Fatalf("%s, %s of %d and %d: %v, want %v", g.Name, measure, v, w, got[w], x)
					}
				}
			}
			checkMissing(t, g, measure, a, want)
		}
	}
}

func checkMissing(t *testing.T, g nt.RandomGraph, measure similarity.Measure, a [][]bool, want [][]float64) {
	t.Helper()
	pairs, err := similarity.Missing(context.Background(), g.Net, measure, len(a)*len(a))
	if err != nil {
		t.Fatal(err)
	}
	expected := 0
	for v := range a {
		for w := range v {
			if !a[v][w] && want[v][w] > 0 {
				expected++
			}
		}
	}
	if len(pairs) != expected {
		t.Fatalf("%s, %s: %d pairs, want %d", g.Name, measure, len(pairs), expected)
	}
	for i, p := range pairs {
		if p.From >= p.To || a[p.From][p.To] || math.Abs(p.Score-want[p.From][p.To]) > 1e-9 || (i > 0 && p.Score > pairs[i-1].Score) {
			t.Fatalf("%s, %s: %v in place %d", g.Name, measure, p, i)
		}
	}
	few, err := similarity.Missing(context.Background(), g.Net, measure, 3)
	if err != nil || !slices.Equal(few, pairs[:min(3, len(pairs))]) {
		t.Fatalf("%s, %s: %v %v are not the first of %v", g.Name, measure, few, err, pairs)
	}
}

func TestStructuralOfAllShapes(t *testing.T) {
	for _, g := range nt.Random(t) {
		class, err := similarity.Structural(context.Background(), g.Net)
		if err != nil {
			t.Fatal(err)
		}
		a := matrix(g.Net, false)
		for v := range a {
			for w := range v {
				if alike(a, v, w) != (class[v] == class[w]) {
					t.Fatalf("%s: %d and %d in %v", g.Name, v, w, class)
				}
			}
		}
	}
}

// alike says whether exchanging two nodes changes no link.
func alike(a [][]bool, v, w int) bool {
	for x := range a {
		if x != v && x != w && (a[v][x] != a[w][x] || a[x][v] != a[x][w]) {
			return false
		}
	}
	return a[v][w] == a[w][v]
}

// refine splits one class by what nodes see until nothing changes, from the definition.
func refine(a [][]bool, count bool) []int {
	class := make([]int, len(a))
	for {
		next, kinds := make([]int, len(a)), 0
		for v := range a {
			next[v] = -1
			for w := range v {
				if class[v] == class[w] && sees(a, class, v, count) == sees(a, class, w, count) {
					next[v] = next[w]
					break
				}
			}
			if next[v] < 0 {
				next[v] = kinds
				kinds++
			}
		}
		if slices.Equal(next, class) {
			return class
		}
		class = next
	}
}

func sees(a [][]bool, class []int, v int, count bool) string {
	out, in := make([]byte, len(a)), make([]byte, len(a))
	for w := range a {
		if a[v][w] {
			out[class[w]]++
		}
		if a[w][v] {
			in[class[w]]++
		}
	}
	for i := range out {
		if !count {
			out[i], in[i] = min(out[i], 1), min(in[i], 1)
		}
	}
	return string(out) + string(in)
}

func TestRegularOfAllShapes(t *testing.T) {
	for _, g := range nt.Random(t) {
		a := matrix(g.Net, false)
		if len(a) > 30 {
			continue // the definition takes n⁴ steps
		}
		for _, count := range []bool{false, true} {
			kernel := similarity.Regular
			if count {
				kernel = similarity.Equitable
			}
			got, err := kernel(context.Background(), g.Net)
			if err != nil {
				t.Fatal(err)
			}
			for v, c := range refine(a, count) {
				if int(got[v]) != c {
					t.Fatalf("%s, counted %v: %v", g.Name, count, got)
				}
			}
		}
	}
}

func TestRelabellingMovesScores(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := nt.Drawn(15, 40, func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "n") })
		if g.Nodes == 0 {
			return
		}
		perm := nt.Permutation(g.Nodes, uint64(rapid.IntRange(0, 1000).Draw(t, "seed")))
		for _, measure := range measures {
			before, err := similarity.Of(context.Background(), g.Build(t, true), 0, measure)
			after, err2 := similarity.Of(context.Background(), g.Relabel(perm).Build(t, true), perm[0], measure)
			if err != nil || err2 != nil {
				t.Fatal(err, err2)
			}
			for v, x := range before {
				if math.Abs(after[perm[v]]-x) > 1e-9 {
					t.Fatalf("%s of %d: %v, then %v", measure, v, x, after[perm[v]])
				}
			}
		}
	})
}

func TestRefused(t *testing.T) {
	net := nt.Star(3).Build(t, false)
	if _, err := similarity.Of(t.Context(), net, 3, similarity.Jaccard); err == nil {
		t.Error("a node out of range was accepted")
	}
	if _, err := similarity.Of(t.Context(), net, 0, "LOOKS"); err == nil {
		t.Error("an unknown measure was accepted")
	}
	if _, err := similarity.Missing(t.Context(), net, similarity.Jaccard, -1); err == nil {
		t.Error("a negative limit was accepted")
	}
	var e *graph.Error
	if _, err := similarity.RefinedWithin(t.Context(), nt.Path(400).Build(t, false), true, 10_000); !errors.As(err, &e) || e.Code != graph.TooComplex {
		t.Errorf("a long chain: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := similarity.Missing(ctx, net, similarity.Jaccard, 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := similarity.Regular(ctx, net); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTreeFallsIntoItsLevels(t *testing.T) {
	d := nt.Case(t, "regular_equivalence_tree")
	var levels [][]string
	nt.Decode(t, d.Expected["classes"], &levels)
	got, err := similarity.Equitable(t.Context(), d.Network(t))
	if err != nil {
		t.Fatal(err)
	}
	for level, ids := range levels {
		for _, v := range d.Named(t, ids...) {
			if int(got[v]) != level {
				t.Errorf("node %d is in class %d, not %d", v, got[v], level)
			}
		}
	}
}

func FuzzSimilarity(f *testing.F) {
	f.Add([]byte("chokepoint"), true)
	f.Fuzz(func(t *testing.T, data []byte, directed bool) {
		next := 0
		g := nt.Drawn(12, 40, func(lo, hi int) int {
			if next == len(data) {
				return lo
			}
			next++
			return lo + int(data[next-1])%(hi-lo+1)
		})
		net := g.Build(t, directed)
		for _, measure := range measures {
			if _, err := similarity.Missing(t.Context(), net, measure, 5); err != nil {
				t.Fatal(err)
			}
		}
		structural, _ := similarity.Structural(t.Context(), net)
		equitable, err := similarity.Equitable(t.Context(), net)
		if err != nil {
			t.Fatal(err)
		}
		for v := range structural {
			for w := range v {
				if structural[v] == structural[w] && equitable[v] != equitable[w] {
					t.Fatalf("%d and %d are structurally equivalent alone", v, w)
				}
			}
		}
	})
}
