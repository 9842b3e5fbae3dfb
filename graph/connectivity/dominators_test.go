package connectivity_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// reached marks what sources reach without going through a node.
func reached(net *network.Network, sources []network.NodeIndex, without network.NodeIndex) []bool {
	on := make([]bool, net.NumNodes())
	var queue []network.NodeIndex
	add := func(v network.NodeIndex) {
		if v != without && !on[v] {
			on[v] = true
			queue = append(queue, v)
		}
	}
	for _, s := range sources {
		add(s)
	}
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		for _, w := range net.Out(v) {
			add(w)
		}
	}
	return on
}

// A node dominates what is not reached without it.
func TestDominatorsAreWhatNothingGetsRound(t *testing.T) { check(t, nothingGetsRound) }

func FuzzDominators(f *testing.F) { nt.Fuzz(f, property(nothingGetsRound).often) }

func nothingGetsRound(t *rapid.T, g nt.Graph, directed bool) {
	net := g.Build(t, directed)
	var sources []network.NodeIndex
	for range rapid.IntRange(0, 3).Draw(t, "sources") {
		sources = append(sources, network.NodeIndex(rapid.IntRange(0, g.Nodes-1).Draw(t, "")))
	}
	d, err := connectivity.Dominators(t.Context(), net, sources)
	if err != nil {
		t.Fatal(err)
	}
	all := reached(net, sources, network.NoNode)
	if !slices.Equal(all, d.Reached) {
		t.Fatalf("reached %v, want %v", d.Reached, all)
	}
	count := make([]int, g.Nodes)
	for v := range network.NodeIndex(g.Nodes) {
		var want []network.NodeIndex // dominators of v
		for w := range network.NodeIndex(g.Nodes) {
			if all[v] && !reached(net, sources, w)[v] {
				want = append(want, w)
				if w != v {
					count[w]++
				}
			}
		}
		got := d.Chain([]network.NodeIndex{v})
		if slices.Sort(got); !slices.Equal(got, want) {
			t.Fatalf("dominators of %d: %v, want %v", v, got, want)
		}
	}
	if !slices.Equal(count, d.Dominated) {
		t.Fatalf("dominated %v, want %v", d.Dominated, count)
	}
}

func TestChainOfSeveralIsWhatTheyShare(t *testing.T) {
	net := nt.Of(7, [][2]int{{0, 1}, {1, 2}, {2, 3}, {2, 4}, {4, 5}}).Build(t, true)
	d, err := connectivity.Dominators(t.Context(), net, []network.NodeIndex{0})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ to, want []network.NodeIndex }{
		{nil, nil},
		{[]network.NodeIndex{6}, nil},
		{[]network.NodeIndex{3, 5, 6}, []network.NodeIndex{0, 1, 2}},
		{[]network.NodeIndex{4, 5}, []network.NodeIndex{0, 1, 2, 4}},
	} {
		if got := d.Chain(c.to); !slices.Equal(got, c.want) {
			t.Errorf("chain to %v: %v, want %v", c.to, got, c.want)
		}
	}
	if _, err := connectivity.Dominators(t.Context(), net, []network.NodeIndex{7}); graph.CodeOf(err) != graph.BadUserInput {
		t.Error(err)
	}
}

// In the planted supply chain every distributor has suppliers that share nothing.
func TestDominatorsOfPlantedSupply(t *testing.T) {
	d, suppliers, _ := nt.PlantedSupply(t)
	var pair []string
	var want []string
	nt.Decode(t, d.Expected["pair"], &pair)
	nt.Decode(t, d.Expected["dominators_of_target_from_all_suppliers"], &want)
	dominators, err := connectivity.Dominators(t.Context(), d.Network(t), suppliers)
	if err != nil {
		t.Fatal(err)
	}
	target := d.Named(t, pair[1])
	got := []string{}
	for _, v := range dominators.Chain(target) {
		if v != target[0] {
			got = append(got, d.IDs[v])
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("all ways to %s pass %v, want %v", pair[1], got, want)
	}
}

// Long paths need no deep stack, and paths that join late need no square time.
func TestDominatorsOfLongLadders(t *testing.T) {
	const n = 100_000
	g := nt.Path(n)
	for v := 2; v < n; v++ {
		g.Links = append(g.Links, network.Link{From: 0, To: network.NodeIndex(v)}, network.Link{From: network.NodeIndex(v), To: network.NodeIndex(v - 1)})
	}
	d, err := connectivity.Dominators(t.Context(), g.Build(t, true), []network.NodeIndex{0})
	if err != nil || d.Dominated[0] != n-1 || d.Immediate[n/2] != 0 {
		t.Error(d.Dominated[0], err)
	}
}

// Two distinct nodes share a block if they have a link or no third node parts them.
func TestBlocksAreWhatNoNodeTakesApart(t *testing.T) {
	check(t, func(t *rapid.T, g nt.Graph, directed bool) {
		net, both := g.Build(t, directed), g.Build(t, false)
		b, err := connectivity.Biconnected(t.Context(), net)
		if err != nil {
			t.Fatal(err)
		}
		shared := map[[2]network.NodeIndex]int{}
		in := make([]uint32, g.Nodes)
		for i := range b.Count() {
			nodes := b.Nodes(i)
			if len(nodes) < 2 || !slices.IsSorted(nodes) || (i > 0 && len(b.Nodes(i-1)) < len(nodes)) {
				t.Fatalf("block %v", nodes)
			}
			for j, v := range nodes {
				in[v]++
				for _, w := range nodes[:j] {
					shared[[2]network.NodeIndex{w, v}]++
				}
			}
		}
		if !slices.Equal(in, b.In) {
			t.Fatalf("in %v, want %v", b.In, in)
		}
		for v := range network.NodeIndex(g.Nodes) {
			for w := range v {
				want := 1
				if !slices.Contains(both.Out(v), w) {
					for x := range network.NodeIndex(g.Nodes) {
						if x != v && x != w && !reached(both, []network.NodeIndex{v}, x)[w] {
							want = 0
						}
					}
					if !reached(both, []network.NodeIndex{v}, network.NoNode)[w] {
						want = 0
					}
				}
				if got := shared[[2]network.NodeIndex{w, v}]; got != want {
					t.Fatalf("%d and %d share %d blocks, want %d", w, v, got, want)
				}
			}
		}
		points := nt.ArticulationPoints(both)
		for v := range network.NodeIndex(g.Nodes) {
			if (b.In[v] > 1) != slices.Contains(points, v) {
				t.Fatalf("node %d is in %d blocks; articulation points are %v", v, b.In[v], points)
			}
		}
	})
}

func FuzzBiconnected(f *testing.F) {
	f.Add([]byte{5, 7, 0, 1, 1, 2, 2, 3, 0, 4, 4, 3, 0, 3, 1, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		g := nt.Drawn(40, 90, func(lo, hi int) int {
			if len(data) == 0 {
				return lo
			}
			x := lo + int(data[0])%(hi-lo+1)
			data = data[1:]
			return x
		})
		net := g.Build(t, false)
		b, err := connectivity.Biconnected(t.Context(), net)
		if err != nil {
			t.Fatal(err)
		}
		points, err := connectivity.ArticulationPoints(t.Context(), net)
		if err != nil {
			t.Fatal(err)
		}
		pieces := 0
		for _, in := range b.In {
			if in > 1 {
				pieces++
			}
		}
		if pieces != len(points) {
			t.Fatalf("%d nodes in several blocks, %d articulation points", pieces, len(points))
		}
		d, err := connectivity.Dominators(t.Context(), net, []network.NodeIndex{0})
		if err != nil || !d.Reached[0] || d.Immediate[0] != network.NoNode {
			t.Fatalf("%+v, %v", d, err)
		}
		if _, err := connectivity.Strong(t.Context(), g.Build(t, true)); err != nil {
			t.Fatal(err)
		}
	})
}
