package dismantle

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// drawn returns a small graph, often one with a dense core.
func drawn(t *rapid.T) (nt.Graph, *rand.Rand) {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	n := 1 + r.IntN(11)
	g := nt.Multigraph(n, r.IntN(4*n), r.Uint64())
	if r.IntN(2) == 0 {
		core := nt.Clique(2 + r.IntN(5))
		g = nt.Union(core, g)
		for range r.IntN(8) {
			g.Links = append(g.Links, network.Link{From: network.NodeIndex(r.IntN(core.Nodes)), To: network.NodeIndex(r.IntN(g.Nodes))})
		}
	}
	return g, r
}

// Both ways to find what holds together bound what any removal leaves, with any part
// of it chosen.
func TestNoRemovalLeavesLessThanTheBound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, r := drawn(t)
		b := newBody(g.Build(t, false), true)
		k := 1 + r.IntN(min(4, b.n))
		dense := &holding{weight: make([]int64, b.n)}
		dense.clusters(b, k)
		dense.rank(k)
		whole := nodeBound(b, connectedPairs, k)
		values := make([]int64, b.n)
		set := r.Perm(b.n)[:k]
		left := newScan(b, connectedPairs, false).probe(set, values)
		largest := newScan(b, largestComponent, false).probe(set, values)
		if floor := nodeBound(b, largestComponent, k).floor; largest < floor {
			t.Fatalf("%v leaves %d, bound %d: %v", set, largest, floor, g)
		}
		for chosen := range k + 1 {
			for _, h := range []*holding{dense, whole} {
				lost := int64(0)
				for _, v := range set[:chosen] {
					lost += h.weight[v]
				}
				if low := h.least(lost, k-chosen); left < low || left < h.floor {
					t.Fatalf("%v leaves %d, bounds %d and %d: %v", set, left, low, h.floor, g)
				}
			}
		}
	})
}

// The cluster of a clique is the clique: the bound is not idle.
func TestDenseClustersHold(t *testing.T) {
	b := newBody(nt.Clique(20).Build(t, false), true)
	h := &holding{weight: make([]int64, b.n)}
	h.clusters(b, 3)
	h.rank(3)
	if h.total != 190 || h.least(0, 3) != 190-3*19 {
		t.Errorf("%d pairs hold, %d without three nodes", h.total, h.least(0, 3))
	}
}

// Nodes of one class are joined by more than k paths that share no link.
func TestClassesAreNotTorn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, r := drawn(t)
		k := r.IntN(5)
		net := g.Build(t, false)
		classes := linkClasses(newBody(net, false), k)
		for v := range network.NodeIndex(g.Nodes) {
			for w := range v {
				cut, err := flow.MinLinkCut(t.Context(), net, []network.NodeIndex{v}, []network.NodeIndex{w}, flow.Options{})
				if err != nil {
					t.Fatal(err)
				}
				if classes.root(uint32(v)) == classes.root(uint32(w)) && cut.Value <= float64(k) {
					t.Fatalf("%d and %d are of one class for %d links, but %v separate them", v, w, k, cut.Links)
				}
			}
		}
	})
}

// Both ways to probe say the same, and what removing one by one says.
func TestProbesAgree(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, r := drawn(t)
		if r.IntN(3) == 0 { // both words of a set
			g = nt.Union(g, nt.Tree(60, r.Uint64()), nt.ErdosRenyi(40, 60, r.Uint64()))
		}
		b := newBody(g.Build(t, r.IntN(2) == 0), true)
		gone := r.Perm(b.n)[:r.IntN(min(b.n, 5))]
		for _, a := range []aim{connectedPairs, largestComponent} {
			slow, fast := make([]int64, b.n), make([]int64, b.n)
			x, y := newScan(b, a, false).probe(gone, slow), newWordScan(b, a).probe(gone, fast)
			if diff := cmp.Diff(slow, fast); diff != "" || x != y {
				t.Fatalf("%d and %d: %s", x, y, diff)
			}
			v := r.IntN(b.n)
			if slices.Contains(gone, v) {
				continue
			}
			if now := newScan(b, a, false).probe(append(slices.Clone(gone), v), make([]int64, b.n)); now != slow[v] {
				t.Fatalf("%d without %d, said %d", now, v, slow[v])
			}
		}
	})
}

// Values of prefixes by giving targets back are those of taking them away.
func TestPrefixesByGivingBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g, r := drawn(t)
		net := g.Build(t, false)
		for _, what := range []Targets{Nodes, Links} {
			for _, a := range []aim{connectedPairs, largestComponent} {
				body := newBody(net, what == Nodes)
				probe := newScan(body, a, what == Links)
				b := &breaking{net: net, body: body, aim: a, what: what, values: make([]int64, what.count(net))}
				set := r.Perm(len(b.values))[:min(len(b.values), r.IntN(6))]
				got := b.prefixes(set)
				for i := range got {
					if want := probe.probe(set[:i], make([]int64, len(b.values))); got[i] != want {
						t.Fatalf("prefix %d of %v: %d, want %d", i, set, got[i], want)
					}
				}
			}
		}
	})
}

func TestReinsertionKeepsTheWorst(t *testing.T) {
	b := newBody(nt.Star(9).Build(t, false), true)
	if diff := cmp.Diff([]int{0}, reinsert(b, []int{3, 0, 5, 7}, 1, connectedPairs)); diff != "" {
		t.Error(diff)
	}
}

// In a forest nothing makes the largest component smaller than what the bound says, at
// any size.
func TestLargestComponentOfTreesIsProven(t *testing.T) {
	for seed := range uint64(2) {
		for _, k := range []int{7, 40} {
			p, err := LargestComponent(t.Context(), nt.Tree(1000, seed).Build(t, false), k, Nodes, Limits{Work: 5_000_000})
			if err != nil || p.Bound > p.Value || p.Gap() > 0 {
				t.Errorf("%d of tree %d: %v with the bound %v, %v", k, seed, p.Value, p.Bound, err)
			}
		}
	}
}
