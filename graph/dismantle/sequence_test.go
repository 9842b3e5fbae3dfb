package dismantle_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
)

func sequence(t rapid.TB, net *network.Network, opt dismantle.SequenceOptions) *dismantle.Sequence {
	s, err := dismantle.Dismantle(context.Background(), net, opt)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// options are all ways to take a network apart.
func options() (list []dismantle.SequenceOptions) {
	for _, strategy := range dismantle.Strategies() {
		if strategy != dismantle.Influence {
			list = append(list, dismantle.SequenceOptions{Strategy: strategy})
			continue
		}
		for radius := 1; radius <= 3; radius++ {
			list = append(list, dismantle.SequenceOptions{Strategy: strategy, Radius: radius})
		}
	}
	return list
}

func drawnNetwork(t *rapid.T) *network.Network {
	g := networktest.Drawn(14, 30, func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "number") })
	net := g.Build(t, rapid.Bool().Draw(t, "directed"))
	return net
}

// figures are the largest component and the connected pairs without some nodes, by a
// plain search.
func figures(net *network.Network, gone []network.NodeIndex) (largest int, pairs int64) {
	without := make([]bool, net.NumNodes())
	for _, v := range gone {
		without[v] = true
	}
	sizes := map[network.NodeIndex]int{}
	for v, c := range networktest.Components(net, without) {
		if !without[v] {
			sizes[c]++
		}
	}
	for _, s := range sizes {
		largest = max(largest, s)
		pairs += int64(s) * int64(s-1) / 2
	}
	return largest, pairs
}

func TestCurvesTellWhatIsLeft(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := drawnNetwork(t)
		for _, opt := range options() {
			opt.Block = rapid.IntRange(1, 3).Draw(t, "block")
			opt.Target = rapid.IntRange(1, 5).Draw(t, "target")
			opt.Reinsert = rapid.Bool().Draw(t, "reinsert")
			s := sequence(t, net, opt)
			checkCurve(t, net, opt, s)
			if !s.Reached || s.Largest[len(s.Removed)] > opt.Target || s.Cut {
				t.Fatalf("%+v: %+v", opt, s)
			}
			if opt.Reinsert {
				checkNeeded(t, net, opt, s)
			}
		}
	})
}

func FuzzDismantle(f *testing.F) {
	f.Add([]byte{9, 12, 0, 1, 1, 2, 2, 0, 2, 3, 3, 4, 4, 5, 5, 3, 6, 6, 6, 7, 7, 6, 7, 8}, byte(0))
	f.Add([]byte("taken apart, node by node"), byte(0b1101_0110))
	f.Fuzz(func(t *testing.T, data []byte, bounds byte) {
		net := networktest.Drawn(14, 30, networktest.Bytes(data)).Build(t, bounds&1 != 0)
		for _, opt := range options() {
			opt.Block, opt.Target, opt.Reinsert = 1+int(bounds>>1&3), 1+int(bounds>>3&3), bounds&32 != 0
			if bounds&64 != 0 {
				opt.Removals = 2
			}
			if bounds&128 != 0 {
				opt.Work = 1 + int64(len(data))
			}
			s := sequence(t, net, opt)
			checkCurve(t, net, opt, s)
			if s.Reached != (s.Largest[len(s.Removed)] <= opt.Target) || (!s.Reached && !s.Cut && opt.Removals == 0) {
				t.Fatalf("%+v: %+v", opt, s)
			}
			if opt.Reinsert && s.Reached && !s.Cut {
				checkNeeded(t, net, opt, s)
			}
		}
	})
}

// checkCurve compares a curve with what a plain search finds.
func checkCurve(t rapid.TB, net *network.Network, opt dismantle.SequenceOptions, s *dismantle.Sequence) {
	t.Helper()
	for i := range s.Largest {
		largest, pairs := figures(net, s.Removed[:i])
		if largest != s.Largest[i] || pairs != s.Pairs[i] {
			t.Fatalf("%+v: %d removed leave %d and %d, told %d and %d", opt, i, largest, pairs, s.Largest[i], s.Pairs[i])
		}
	}
}

// checkNeeded fails if any of what was removed could stay.
func checkNeeded(t rapid.TB, net *network.Network, opt dismantle.SequenceOptions, s *dismantle.Sequence) {
	t.Helper()
	for i := range s.Removed {
		if largest, _ := figures(net, slices.Delete(slices.Clone(s.Removed), i, i+1)); largest <= opt.Target {
			t.Fatalf("%+v: %d is not needed", opt, s.Removed[i])
		}
	}
}

// degrees counts distinct neighbours among what is left.
func degrees(net *network.Network, gone []network.NodeIndex) []int {
	list := make([]int, net.NumNodes())
	for v := range network.NodeIndex(net.NumNodes()) {
		next := map[network.NodeIndex]bool{}
		for _, w := range slices.Concat(net.Out(v), net.In(v)) {
			if w != v && !slices.Contains(gone, w) {
				next[w] = true
			}
		}
		list[v] = len(next)
		if slices.Contains(gone, v) {
			list[v] = -1
		}
	}
	return list
}

// Adaptive degree takes the greatest of what is left, by a plain count, and so does
// betweenness: here it is computed for the whole anew.
func TestScoresAreAdaptive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		net := drawnNetwork(t)
		s := sequence(t, net, dismantle.SequenceOptions{Strategy: dismantle.AdaptiveDegree})
		for i, v := range s.Removed {
			left := degrees(net, s.Removed[:i])
			if best := slices.Index(left, slices.Max(left)); network.NodeIndex(best) != v {
				t.Fatalf("%d is removed, not %d", v, best)
			}
		}
		s = sequence(t, net, dismantle.SequenceOptions{Strategy: dismantle.AdaptiveBetweenness})
		for i, v := range s.Removed {
			var links []network.Link
			for e := range network.EdgeIndex(net.NumLinks()) {
				from, to := net.Ends(e)
				if !slices.Contains(s.Removed[:i], from) && !slices.Contains(s.Removed[:i], to) {
					links = append(links, network.Link{From: from, To: to})
				}
			}
			rest, err := network.Build(net.NumNodes(), links, false)
			if err != nil {
				t.Fatal(err)
			}
			scores := networktest.Betweenness(rest)
			for w, score := range scores {
				if score > scores[v]+1e-9 && !slices.Contains(s.Removed[:i], network.NodeIndex(w)) {
					t.Fatalf("%d with %v is removed, not %d with %v", v, scores[v], w, score)
				}
			}
		}
	})
}

// Where scores are near at first, the order of removals is that of exact scores, of
// equal ones (to ten digits) by index: on networks large enough for near scores, with
// and without ties.
func TestNearScoresRemoveAsExactOnes(t *testing.T) {
	cube := networktest.Graph{Nodes: 1 << 9}
	for v := range cube.Nodes {
		for bit := 1; bit < cube.Nodes; bit *= 2 {
			if v < v^bit {
				cube.Links = append(cube.Links, network.Link{From: network.NodeIndex(v), To: network.NodeIndex(v ^ bit)})
			}
		}
	}
	wheel := networktest.Cycle(300) // with a hub
	for v := range wheel.Nodes {
		wheel.Links = append(wheel.Links, network.Link{From: network.NodeIndex(v), To: network.NodeIndex(wheel.Nodes)})
	}
	wheel.Nodes++
	twice := networktest.BarabasiAlbert(300, 3, 4)
	for name, g := range map[string]networktest.Graph{
		"free of scale": networktest.BarabasiAlbert(500, 3, 1), "thin": networktest.BarabasiAlbert(600, 2, 2),
		"even": networktest.ErdosRenyi(400, 900, 3), "dense": networktest.ErdosRenyi(300, 4000, 4),
		"cube": cube, "wheel": wheel, "clique": networktest.Clique(300), "star": networktest.Star(300),
		"twice": networktest.Union(twice, twice), "apart": networktest.Union(networktest.Grid(5, 5), twice, networktest.Clique(9)),
	} {
		t.Run(name, func(t *testing.T) {
			net := g.Build(t, false)
			for _, block := range []int{1, 4} {
				opt := dismantle.SequenceOptions{Strategy: dismantle.AdaptiveBetweenness, Removals: 16, Block: block, Work: math.MaxInt64}
				got := sequence(t, net, opt).Removed
				if want := removedExactly(t, g, len(got), block); !slices.Equal(got, want) {
					t.Errorf("%d at once: %v, not %v", block, got, want)
				}
			}
		})
	}
}

// removedExactly removes nodes by exact betweenness of the whole.
func removedExactly(t *testing.T, g networktest.Graph, count, block int) (order []network.NodeIndex) {
	t.Helper()
	for len(order) < count {
		rest := networktest.Graph{Nodes: g.Nodes}
		for _, l := range g.Links {
			if !slices.Contains(order, l.From) && !slices.Contains(order, l.To) {
				rest.Links = append(rest.Links, l)
			}
		}
		scores, err := centrality.Betweenness(t.Context(), rest.Build(t, false), centrality.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var left []network.NodeIndex
		for v := range network.NodeIndex(g.Nodes) {
			if !slices.Contains(order, v) {
				left = append(left, v)
			}
		}
		digits := func(v network.NodeIndex) float64 {
			d, err := strconv.ParseFloat(strconv.FormatFloat(scores[v], 'e', 9, 64), 64)
			if err != nil {
				t.Fatal(err)
			}
			return d
		}
		slices.SortFunc(left, func(v, w network.NodeIndex) int {
			return cmp.Or(cmp.Compare(digits(w), digits(v)), cmp.Compare(v, w))
		})
		order = append(order, left[:min(block, count-len(order))]...)
	}
	return order
}

// On a tree the node that CoreHD takes is its centroid.
func TestTreesAreHalved(t *testing.T) {
	g := networktest.Path(15)
	net := g.Build(t, false)
	s := sequence(t, net, dismantle.SequenceOptions{Strategy: dismantle.CoreHD, Target: 3})
	if !slices.Equal(s.Removed, []network.NodeIndex{7, 3, 11}) {
		t.Errorf("%v", s.Removed)
	}
}

// The generalised strategy finds the narrow place between two cliques.
func TestSpectrumFindsTheNarrow(t *testing.T) {
	g := networktest.Union(networktest.Clique(12), networktest.Clique(12))
	g.Links = append(g.Links, network.Link{From: 3, To: 15})
	net := g.Build(t, false)
	s := sequence(t, net, dismantle.SequenceOptions{Strategy: dismantle.Generalized, Target: 12})
	if len(s.Removed) != 1 || s.Removed[0] != 3 && s.Removed[0] != 15 {
		t.Errorf("%v", s.Removed)
	}
}

// R of a star whose centre goes first, and of a clique, by hand.
func TestRobustness(t *testing.T) {
	for name, c := range map[string]struct {
		g    networktest.Graph
		want float64
	}{
		"star of 5": {networktest.Star(5), (1 + 1 + 1 + 1) / 25.}, "clique of 4": {networktest.Clique(4), (3 + 2 + 1) / 16.},
	} {
		net := c.g.Build(t, false)
		s := sequence(t, net, dismantle.SequenceOptions{Strategy: dismantle.AdaptiveDegree})
		if got := s.Robustness(c.g.Nodes); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%s: %v, not %v", name, got, c.want)
		}
		s = sequence(t, net, dismantle.SequenceOptions{Strategy: dismantle.AdaptiveDegree, Target: 4, Removals: 1})
		if len(s.Removed) > 0 && s.Largest[1] > 1 && !math.IsNaN(s.Robustness(c.g.Nodes)) {
			t.Errorf("%s: R of a part", name)
		}
	}
}

// The best of the ensemble is no worse than any, and known networks come apart as
// quickly as the reference says that they can at best, or not much slower.
func TestEnsemble(t *testing.T) {
	net := networktest.Dataset(t, "caviar").Network(t)
	var list []dismantle.SequenceOptions
	for _, opt := range options() {
		opt.Target, opt.Reinsert = 11, true
		list = append(list, opt)
	}
	all, err := dismantle.Ensemble(t.Context(), net, list)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) != len(list) {
		t.Fatalf("%d sequences", len(all))
	}
	for _, s := range all {
		if len(s.Removed) < len(all[0].Removed) {
			t.Errorf("%s needs %d, and the best %d", s.Strategy, len(s.Removed), len(all[0].Removed))
		}
	}
}

func TestSequenceBounds(t *testing.T) {
	g := networktest.ErdosRenyi(200, 600, 1)
	net := g.Build(t, false)
	for _, opt := range options() {
		opt.Removals = 7
		if s := sequence(t, net, opt); len(s.Removed) != 7 || s.Reached {
			t.Errorf("%+v: %d removed", opt, len(s.Removed))
		}
		opt.Removals, opt.Work = 0, 1
		if s := sequence(t, net, opt); !s.Cut && opt.Strategy != dismantle.AdaptiveDegree {
			t.Errorf("%+v is not cut", opt)
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := dismantle.Dismantle(ctx, net, opt); !errors.Is(err, context.Canceled) {
			t.Errorf("%+v: %v", opt, err)
		}
	}
	for _, opt := range []dismantle.SequenceOptions{{Strategy: "GUESS"}, {Strategy: dismantle.Influence}, {Strategy: dismantle.Influence, Radius: 4}} {
		if _, err := dismantle.Dismantle(t.Context(), net, opt); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%+v: %v", opt, err)
		}
	}
}

func BenchmarkSequence(b *testing.B) {
	g := networktest.BarabasiAlbert(3_000, 3, 1)
	net := g.Build(b, false)
	for _, opt := range options() {
		opt.Removals = 50
		b.Run(fmt.Sprint(opt.Strategy, opt.Radius), func(b *testing.B) {
			for b.Loop() {
				if _, err := dismantle.Dismantle(b.Context(), net, opt); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// TestCut says that the work ended only if removals are missing.
func TestCut(t *testing.T) {
	net := networktest.BarabasiAlbert(60, 2, 1).Build(t, false)
	const removals = 3
	for work, whole := int64(1), false; !whole; work++ {
		s := sequence(t, net, dismantle.SequenceOptions{Strategy: dismantle.AdaptiveBetweenness, Removals: removals, Work: work})
		if whole = len(s.Removed) == removals; s.Cut == whole {
			t.Errorf("%d steps: %d of %d removed, cut %v", work, len(s.Removed), removals, s.Cut)
		}
	}
}
