package community_test

import (
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func TestMixingOfAllShapes(t *testing.T) {
	for _, g := range nt.Random(t) {
		n := g.Net.NumNodes()
		joined := map[[2]int]bool{}
		arcs := map[[2]int]bool{}
		for e := range g.Net.NumLinks() {
			a, b := g.Net.Ends(network.EdgeIndex(e))
			if v, w := int(a), int(b); v != w {
				arcs[[2]int{v, w}] = true
				joined[[2]int{v, w}], joined[[2]int{w, v}] = true, true
			}
		}
		degrees, groups := make([]float64, n), make([]uint32, n)
		for p := range joined {
			degrees[p[0]]++
		}
		for v := range groups {
			groups[v] = uint32(v % 3)
		}
		got, err := community.Degrees(t.Context(), g.Net)
		if err != nil {
			t.Fatal(err)
		}
		for v, d := range degrees {
			if got[v] != d {
				t.Fatalf("%s: degrees %v, want %v", g.Name, got, degrees)
			}
		}
		by, err := community.Assortativity(t.Context(), g.Net, degrees)
		same(t, g.Name+", degrees", by, err, correlation(joined, degrees))
		by, err = community.Mixing(t.Context(), g.Net, groups)
		same(t, g.Name+", groups", by, err, mixing(joined, groups))
		pairs, err := community.MixingPairs(t.Context(), g.Net, groups)
		if err != nil {
			t.Fatal(err)
		}
		for p := range joined {
			if a, b := groups[p[0]], groups[p[1]]; p[0] < p[1] {
				pairs[[2]uint32{min(a, b), max(a, b)}]--
			}
		}
		for p, left := range pairs {
			if left != 0 {
				t.Errorf("%s: %d pairs of %v too many", g.Name, left, p)
			}
		}
		by, err = community.Reciprocity(t.Context(), g.Net)
		same(t, g.Name+", reciprocity", by, err, answered(arcs, joined, g.Net.Directed()))
	}
}

func same(t *testing.T, what string, got float64, err error, want float64) {
	t.Helper()
	if err != nil || math.IsNaN(got) != math.IsNaN(want) || math.Abs(got-want) > 1e-9 {
		t.Errorf("%s: %v %v, want %v", what, got, err, want)
	}
}

// correlation is Pearson's, from sums of products.
func correlation(joined map[[2]int]bool, values []float64) float64 {
	k, x, xx, xy := 0.0, 0.0, 0.0, 0.0
	for p := range joined {
		a, b := values[p[0]], values[p[1]]
		k, x, xx, xy = k+1, x+a, xx+a*a, xy+a*b
	}
	if k == 0 || k*xx == x*x {
		return math.NaN()
	}
	return (k*xy - x*x) / (k*xx - x*x)
}

func mixing(joined map[[2]int]bool, groups []uint32) float64 {
	var e [3][3]float64
	for p := range joined {
		e[groups[p[0]]][groups[p[1]]] += 1 / float64(len(joined))
	}
	inside, squares := 0.0, 0.0
	for i, row := range e {
		a := row[0] + row[1] + row[2]
		inside, squares = inside+e[i][i], squares+a*a
	}
	if len(joined) == 0 || squares > 1-1e-12 {
		return math.NaN()
	}
	return (inside - squares) / (1 - squares)
}

func answered(arcs, joined map[[2]int]bool, directed bool) float64 {
	if len(joined) == 0 {
		return math.NaN()
	}
	if !directed {
		return 1
	}
	count := 0
	for p := range arcs {
		if arcs[[2]int{p[1], p[0]}] {
			count++
		}
	}
	return float64(count) / float64(len(arcs))
}

func TestMixingRefusesOtherLengths(t *testing.T) {
	net := nt.Star(3).Build(t, false)
	if _, err := community.Assortativity(t.Context(), net, nil); err == nil {
		t.Error("no values were accepted")
	}
	if _, err := community.MixingPairs(t.Context(), net, nil); err == nil {
		t.Error("pairs of no groups were counted")
	}
	if _, err := community.Mixing(t.Context(), net, nil); err == nil {
		t.Error("no groups were accepted")
	}
}
