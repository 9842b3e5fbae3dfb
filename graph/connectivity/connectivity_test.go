package connectivity_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// check tries a property on ten graphs a round.
func check(t *testing.T, property property) { rapid.Check(t, property.often) }

type property func(t *rapid.T, g nt.Graph, directed bool)

// often looks at ten graphs: one alone is seldom of interest.
func (holds property) often(t *rapid.T) {
	for range 10 {
		draw := func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "") }
		g := nt.Drawn(12, 24, draw)
		if rapid.Bool().Draw(t, "random") {
			g = nt.Multigraph(draw(1, 14), draw(0, 24), rapid.Uint64().Draw(t, "seed"))
		}
		holds(t, g, rapid.Bool().Draw(t, "directed"))
	}
}

// left returns a graph without a removal, in which nodes keep their place, and the
// oracle's component labels.
func left(t *rapid.T, g nt.Graph, r connectivity.Removal) (nt.Graph, []network.NodeIndex) {
	rest := nt.Graph{Nodes: g.Nodes}
	gone := make([]bool, g.Nodes)
	for _, v := range r.Nodes {
		gone[v] = true
	}
	for e, l := range g.Links {
		if !slices.Contains(r.Links, network.EdgeIndex(e)) && !gone[l.From] && !gone[l.To] {
			rest.Links = append(rest.Links, l)
		}
	}
	return rest, nt.Components(rest.Build(t, false), gone)
}

func drawRemoval(t *rapid.T, g nt.Graph) connectivity.Removal {
	var r connectivity.Removal
	for range rapid.IntRange(0, 3).Draw(t, "") {
		r.Nodes = append(r.Nodes, network.NodeIndex(rapid.IntRange(0, g.Nodes-1).Draw(t, "")))
	}
	if len(g.Links) > 0 {
		for range rapid.IntRange(0, 3).Draw(t, "") {
			r.Links = append(r.Links, network.EdgeIndex(rapid.IntRange(0, len(g.Links)-1).Draw(t, "")))
		}
	}
	return r
}

// checkPartition fails unless c groups nodes as label does, in the order promised.
func checkPartition(t *rapid.T, c *connectivity.Components, label []network.NodeIndex) {
	t.Helper()
	leasts := make([]int, c.Count())
	for v := len(label) - 1; v >= 0; v-- {
		if (label[v] == network.NoNode) != (c.Of[v] == connectivity.None) {
			t.Fatalf("node %d: label %d, component %d", v, label[v], c.Of[v])
		}
		if label[v] != network.NoNode {
			leasts[c.Of[v]] = v
		}
	}
	for v, l := range label {
		if l != network.NoNode && label[leasts[c.Of[v]]] != l {
			t.Fatalf("node %d is of component %d: %v, want %v", v, c.Of[v], c.Of, label)
		}
	}
	for i, size := range c.Size {
		count := 0
		for _, of := range c.Of {
			if of == uint32(i) {
				count++
			}
		}
		if count != size || size == 0 {
			t.Fatalf("component %d has %d nodes, says %d", i, count, size)
		}
		if i > 0 && (c.Size[i-1] < size || (c.Size[i-1] == size && leasts[i-1] > leasts[i])) {
			t.Fatalf("components out of order: %v, leasts %v", c.Size, leasts)
		}
	}
	distinct := map[network.NodeIndex]bool{}
	for _, l := range label {
		if l != network.NoNode {
			distinct[l] = true
		}
	}
	if len(distinct) != c.Count() {
		t.Fatalf("%d components, want %d", c.Count(), len(distinct))
	}
}

func TestWeakIsWhatWalksJoin(t *testing.T) {
	check(t, func(t *rapid.T, g nt.Graph, directed bool) {
		r := drawRemoval(t, g)
		_, label := left(t, g, r)
		c, err := connectivity.Weak(t.Context(), g.Build(t, directed), r)
		if err != nil {
			t.Fatal(err)
		}
		checkPartition(t, c, label)
	})
}

func TestStrongIsMutualReach(t *testing.T) {
	check(t, func(t *rapid.T, g nt.Graph, directed bool) {
		net := g.Build(t, directed)
		dist := nt.Distances(net)
		label := make([]network.NodeIndex, g.Nodes)
		for v := range label {
			for w := g.Nodes - 1; w >= 0; w-- {
				if dist[v][w] != nt.Unreachable && dist[w][v] != nt.Unreachable {
					label[v] = network.NodeIndex(w)
				}
			}
		}
		c, err := connectivity.Strong(t.Context(), net)
		if err != nil {
			t.Fatal(err)
		}
		checkPartition(t, c, label)
	})
}

func TestFiguresAreThoseOfWhatIsLeft(t *testing.T) { check(t, figuresOfWhatIsLeft) }

func FuzzFigures(f *testing.F) { nt.Fuzz(f, property(figuresOfWhatIsLeft).often) }

func figuresOfWhatIsLeft(t *rapid.T, g nt.Graph, directed bool) {
	r := drawRemoval(t, g)
	rest, label := left(t, g, r)
	size := map[network.NodeIndex]int{}
	want := connectivity.Figures{Links: len(rest.Links)}
	for _, l := range label {
		if l != network.NoNode {
			want.Nodes++
			size[l]++
		}
	}
	want.Components = len(size)
	sum := 0
	for _, s := range size {
		want.Largest = max(want.Largest, s)
		want.ConnectedPairs += int64(s * (s - 1) / 2)
		sum += s * (s - 1)
	}
	if g.Nodes > 1 {
		f := 1 - float64(sum)/float64(g.Nodes*(g.Nodes-1))
		want.Fragmentation = &f
	}
	got, err := connectivity.FiguresOf(t.Context(), g.Build(t, directed), r)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}
}

func TestEfficiencyIsTheMeanOfInverseDistances(t *testing.T) { check(t, meanOfInverses) }

func FuzzDistances(f *testing.F) { nt.Fuzz(f, property(meanOfInverses).often) }

func meanOfInverses(t *rapid.T, g nt.Graph, directed bool) {
	if rapid.Bool().Draw(t, "large") { // more than one group of sources
		g = nt.Union(g, nt.Multigraph(70, 90, rapid.Uint64().Draw(t, "seed")))
	}
	r := drawRemoval(t, g)
	rest, label := left(t, g, r)
	dist := nt.Distances(rest.Build(t, directed))
	sum, n := 0.0, 0
	for v := range g.Nodes {
		if label[v] != network.NoNode {
			n++
		}
		for w := range g.Nodes {
			if v != w && dist[v][w] != nt.Unreachable {
				sum += 1 / float64(dist[v][w])
			}
		}
	}
	want := 0.0
	if n > 1 {
		want = sum / float64(n*(n-1))
	}
	got, err := connectivity.Efficiency(t.Context(), g.Build(t, directed), r)
	if err != nil || math.Abs(got-want) > 1e-12 {
		t.Fatalf("efficiency %v, want %v; %v", got, want, err)
	}
}

// pairsLeft counts the pairs that label joins, pairs with except left aside.
func pairsLeft(label []network.NodeIndex, except int) int64 {
	total := int64(0)
	for v := range label {
		for w := range v {
			if v != except && w != except && label[v] == label[w] && label[v] != network.NoNode {
				total++
			}
		}
	}
	return total
}

func TestArticulationPointsByRemovingEach(t *testing.T) {
	check(t, func(t *rapid.T, g nt.Graph, directed bool) {
		got, err := connectivity.ArticulationPoints(t.Context(), g.Build(t, directed))
		if err != nil {
			t.Fatal(err)
		}
		_, before := left(t, g, connectivity.Removal{})
		var want []connectivity.CutPoint
		for v := range g.Nodes {
			_, after := left(t, g, connectivity.Removal{Nodes: []network.NodeIndex{network.NodeIndex(v)}})
			pieces := map[network.NodeIndex]bool{}
			for w, l := range after {
				if w != v && before[w] == before[v] {
					pieces[l] = true
				}
			}
			if len(pieces) > 1 {
				want = append(want, connectivity.CutPoint{
					Node: network.NodeIndex(v), Pieces: len(pieces),
					PairsCut: pairsLeft(before, v) - pairsLeft(after, v),
				})
			}
		}
		slices.SortStableFunc(want, func(a, b connectivity.CutPoint) int { return int(b.PairsCut - a.PairsCut) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestBridgesByRemovingEach(t *testing.T) {
	check(t, func(t *rapid.T, g nt.Graph, directed bool) {
		got, err := connectivity.Bridges(t.Context(), g.Build(t, directed))
		if err != nil {
			t.Fatal(err)
		}
		_, before := left(t, g, connectivity.Removal{})
		var want []connectivity.Bridge
		for e := range g.Links {
			_, after := left(t, g, connectivity.Removal{Links: []network.EdgeIndex{network.EdgeIndex(e)}})
			if lost := pairsLeft(before, -1) - pairsLeft(after, -1); lost > 0 {
				want = append(want, connectivity.Bridge{Link: network.EdgeIndex(e), PairsCut: lost})
			}
		}
		slices.SortStableFunc(want, func(a, b connectivity.Bridge) int { return int(b.PairsCut - a.PairsCut) })
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatal(diff)
		}
	})
}

// A path of a million nodes is as deep as a search can get.
func TestDeepNetworks(t *testing.T) {
	const n = 1_000_000
	for _, directed := range []bool{false, true} {
		net := nt.Path(n).Build(t, directed)
		points, err := connectivity.ArticulationPoints(t.Context(), net)
		if err != nil || len(points) != n-2 || points[0].PairsCut != (n/2)*(n/2-1) {
			t.Fatalf("%d cut points, %v", len(points), err)
		}
		bridges, err := connectivity.Bridges(t.Context(), net)
		if err != nil || len(bridges) != n-1 || bridges[0].PairsCut != (n/2)*(n/2) {
			t.Fatalf("%d bridges, %v", len(bridges), err)
		}
		c, err := connectivity.Strong(t.Context(), net)
		if want := map[bool]int{false: 1, true: n}[directed]; err != nil || c.Count() != want {
			t.Fatalf("%d strong components, want %d; %v", c.Count(), want, err)
		}
	}
}

func TestNetworksWithoutNodesOrLinks(t *testing.T) {
	for n := range 2 {
		net := nt.Graph{Nodes: n}.Build(t, true)
		f, err := connectivity.FiguresOf(t.Context(), net, connectivity.Removal{})
		if diff := cmp.Diff(connectivity.Figures{Nodes: n, Components: n, Largest: n}, f); diff != "" || err != nil {
			t.Error(diff, err)
		}
		if e, err := connectivity.Efficiency(t.Context(), net, connectivity.Removal{}); e != 0 || err != nil {
			t.Errorf("efficiency %v, %v", e, err)
		}
		if p, err := connectivity.ArticulationPoints(t.Context(), net); len(p) > 0 || err != nil {
			t.Errorf("cut points %v, %v", p, err)
		}
	}
}

func TestRemovalOutOfRange(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	for _, r := range []connectivity.Removal{{Nodes: []network.NodeIndex{3}}, {Links: []network.EdgeIndex{2}}} {
		if _, err := connectivity.FiguresOf(t.Context(), net, r); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%v: %v", r, err)
		}
	}
}

func TestTheEndOfAContextEndsTheWork(t *testing.T) {
	net := nt.Path(100_000).Build(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, run := range map[string]func() error{
		"weak":       func() error { _, err := connectivity.Weak(ctx, net, connectivity.Removal{}); return err },
		"strong":     func() error { _, err := connectivity.Strong(ctx, net); return err },
		"bridges":    func() error { _, err := connectivity.Bridges(ctx, net); return err },
		"efficiency": func() error { _, err := connectivity.Efficiency(ctx, net, connectivity.Removal{}); return err },
	} {
		if err := run(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
