package centrality

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// plainSteps are the steps in plain Go.
func plainSteps() *steps {
	return &steps{spread: plainSpread, list: plainList, forward: plainForward, backward: plainBackward}
}

func plainSpread(w *wave) {
	words := len(w.all)
	w.found = 0
	for v := range len(w.off) - 1 {
		for i := range words {
			reached := uint64(0)
			for _, at := range w.arcs[w.off[v]:w.off[v+1]] {
				reached |= w.front[int(at)/8+i]
			}
			reached &= w.all[i] &^ w.seen[v*words+i]
			w.next[v*words+i] = reached
			w.seen[v*words+i] |= reached
			w.found |= uint32(reached | reached>>32)
		}
	}
}

func plainList(w *wave) {
	for v := range len(w.off) - 1 {
		for list := range w.lengths {
			word := w.next[v*len(w.all)+list*lanes/64]
			if mask := uint16(word >> (list * lanes % 64)); mask != 0 {
				w.visits[list*w.stride+int(w.lengths[list])] = uint32(v)<<16 | uint32(mask)
				w.lengths[list]++
			}
		}
	}
}

// gathered sums up the rows of the neighbours of a node.
func (s *step) gathered(v uint32) (sum [lanes]float32) {
	for _, at := range s.arcs[s.off[v]:s.off[v+1]] {
		for lane, x := range s.from[at/4:][:lanes] {
			sum[lane] += x
		}
	}
	return sum
}

func plainForward(s *step) {
	for _, visit := range s.visits {
		v := visit >> 16
		for lane, x := range s.gathered(v) {
			if visit>>lane&1 != 0 {
				s.to[v*lanes+uint32(lane)] = x * s.members[v]
				s.most = max(s.most, x*s.members[v])
			}
		}
	}
}

func plainBackward(s *step) {
	for _, visit := range s.visits {
		v := visit >> 16
		for lane, passed := range s.gathered(v) {
			if visit>>lane&1 != 0 {
				at := v*lanes + uint32(lane)
				paths := s.to[at]
				s.to[at] = s.members[v] * (passed + s.stands[v]/paths)
				s.sums[at] += s.sends[lane] * (passed * paths)
			}
		}
	}
}

// Each step in vector registers does what it does in plain Go, on random rows: any
// number of neighbours, nodes, lanes and lists.
func TestVectorSteps(t *testing.T) {
	vector, plain := vectorSteps(), plainSteps()
	if vector == nil {
		return // nothing to compare: all goes through the walker
	}
	rapid.Check(t, func(t *rapid.T) {
		number := func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "number") }
		rng := rand.New(rand.NewPCG(uint64(number(0, 1<<30)), 0))
		n := number(1, 70)
		most := number(1, 20)
		off, arcs := []uint32{0}, []uint32{}
		for range n {
			for range 1 + rng.IntN(most) { // a part is connected
				arcs = append(arcs, uint32(rng.IntN(n))*4*lanes)
			}
			off = append(off, uint32(len(arcs)))
		}
		compareWaves(t, vector, plain, randomWave(rng, off, arcs, number(1, searched)))
		compareSteps(t, vector, plain, randomStep(rng, off, arcs))
	})
}

func randomWave(rng *rand.Rand, off, arcs []uint32, sources int) wave {
	n := len(off) - 1
	lists := (sources + 2*lanes - 1) / (2 * lanes) * 2
	words := (n + 15) &^ 15 * searched / 64
	w := wave{
		off: off, arcs: arcs, front: make([]uint64, words), next: make([]uint64, words), seen: make([]uint64, words),
		visits: make([]uint32, lists*(n+16)), stride: n + 16, lengths: make([]uint32, lists),
	}
	for i := range sources {
		w.all[i/64] |= 1 << (i % 64)
	}
	for i := range n * len(w.all) {
		all := w.all[i%len(w.all)]
		w.front[i], w.seen[i] = rng.Uint64()&rng.Uint64()&rng.Uint64()&all, rng.Uint64()&all
		if rng.IntN(3) == 0 {
			w.seen[i] = all
		}
	}
	return w
}

func (w wave) clone() *wave {
	w.next, w.seen, w.visits, w.lengths = slices.Clone(w.next), slices.Clone(w.seen), slices.Clone(w.visits), slices.Clone(w.lengths)
	return &w
}

func compareWaves(t *rapid.T, vector, plain *steps, w wave) {
	a, b := w.clone(), w.clone()
	vector.spread(a)
	plain.spread(b)
	if !slices.Equal(a.next, b.next) || !slices.Equal(a.seen, b.seen) || (a.found == 0) != (b.found == 0) {
		t.Fatal("a wave spreads in another way")
	}
	vector.list(a)
	plain.list(b)
	if !slices.Equal(a.lengths, b.lengths) {
		t.Fatalf("lists of %v visits, not %v", a.lengths, b.lengths)
	}
	for i := range a.lengths {
		got, want := visited{a.visits, a.lengths}, visited{b.visits, b.lengths}
		if !slices.Equal(got.of(i, w.stride), want.of(i, w.stride)) {
			t.Fatalf("list %d: %x, not %x", i, got.of(i, w.stride), want.of(i, w.stride))
		}
	}
}

func randomStep(rng *rand.Rand, off, arcs []uint32) step {
	n := len(off) - 1
	whole := func(size, most int) []float32 {
		list := make([]float32, size)
		for i := range list {
			list[i] = float32(rng.IntN(most))
		}
		return list
	}
	s := step{off: off, arcs: arcs, from: whole(n*lanes, 100), to: whole(n*lanes, 50), sums: whole(n*lanes, 1000), members: whole(n, 3), stands: whole(n, 20)}
	for v := range n {
		s.members[v]++
		if mask := rng.IntN(1 << lanes); mask != 0 && rng.IntN(3) > 0 {
			s.visits = append(s.visits, uint32(v)<<16|uint32(mask))
		}
	}
	for i := range s.to {
		s.to[i]++ // a node visited has paths
	}
	copy(s.sends[:], whole(lanes, 9))
	s.most = float32(rng.IntN(3000))
	return s
}

func (s step) clone() *step {
	s.to, s.sums = slices.Clone(s.to), slices.Clone(s.sums)
	return &s
}

func compareSteps(t *rapid.T, vector, plain *steps, s step) {
	a, b := s.clone(), s.clone()
	vector.forward(a)
	plain.forward(b)
	if !slices.Equal(a.to, b.to) || a.most != b.most {
		t.Fatal("paths are counted in another way")
	}
	a, b = s.clone(), s.clone()
	vector.backward(a)
	plain.backward(b)
	const digits = 1e-6
	near := func(x, y float32) bool { return math.Abs(float64(x-y)) <= digits*math.Abs(float64(y)) }
	for i := range a.to {
		if !near(a.to[i], b.to[i]) || !near(a.sums[i], b.sums[i]) {
			t.Fatalf("place %d: %v and %v go back, not %v and %v", i, a.to[i], a.sums[i], b.to[i], b.sums[i])
		}
	}
}

// kinds are the steps that there are here.
func kinds() map[string]*steps {
	all := map[string]*steps{"plain": plainSteps()}
	if s := vectorSteps(); s != nil {
		all["vector"] = s
	}
	return all
}

// checkNear holds near scores to their bound.
func checkNear(t rapid.TB, net *network.Network) {
	t.Helper()
	net, _ = net.Simple()
	want, err := Betweenness(context.Background(), net, Options{})
	if err != nil {
		t.Fatal(err)
	}
	for kind, s := range kinds() {
		got, off, err := s.betweenness(context.Background(), net, 2)
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for v := range want {
			if math.Abs(got[v]-want[v]) > (off+1e-12)*want[v] {
				t.Fatalf("%s: node %d has %v, not %v; off by %v at most", kind, v, got[v], want[v], off)
			}
		}
	}
}

// layers links nodes of a layer with most of the next; many are twins.
func layers(sizes ...int) nt.Graph {
	var g nt.Graph
	first := 0
	for i, size := range sizes {
		g.Nodes += size
		if i+1 == len(sizes) {
			break
		}
		for a := range size {
			for b := range sizes[i+1] {
				if (a*a+3*a*b+b)%7 != 0 {
					g.Links = append(g.Links, network.Link{From: network.NodeIndex(first + a), To: network.NodeIndex(first + size + b)})
				}
			}
		}
		first += size
	}
	return g
}

func TestRowsKeepTheirBound(t *testing.T) {
	for _, g := range nt.Random(t) {
		if !g.Net.Directed() {
			checkNear(t, g.Net)
		}
	}
	cube := nt.Graph{Nodes: 1 << 8}
	for v := range cube.Nodes {
		for bit := 1; bit < cube.Nodes; bit *= 2 {
			if v < v^bit {
				cube.Links = append(cube.Links, network.Link{From: network.NodeIndex(v), To: network.NodeIndex(v ^ bit)})
			}
		}
	}
	for name, g := range map[string]nt.Graph{
		"none": {}, "star": nt.Star(20), "clique": nt.Clique(30), "cycle": nt.Cycle(23), "long cycle": nt.Cycle(60),
		"grid": nt.Grid(6, 6), "cube": cube, "layers": layers(3, 40, 5, 40, 3), "sparse": nt.ErdosRenyi(700, 1000, 1),
		"dense": nt.ErdosRenyi(100, 3000, 2), "free of scale": nt.BarabasiAlbert(1100, 3, 3),
		"together": chained(nt.BarabasiAlbert(300, 2, 1), nt.Tree(50, 1), nt.Clique(20), nt.BarabasiAlbert(40, 3, 2)),
	} {
		t.Run(name, func(t *testing.T) { checkNear(t, g.Build(t, false)) })
	}
}

// chained joins graphs by a link from each to the next, and leaves the last alone.
func chained(graphs ...nt.Graph) nt.Graph {
	g := nt.Union(graphs...)
	first := 0
	for i := range graphs[:len(graphs)-2] {
		next := first + graphs[i].Nodes
		g.Links = append(g.Links, network.Link{From: network.NodeIndex(first), To: network.NodeIndex(next + 1)})
		first = next
	}
	return g
}

// Where numbers of paths do not fit a float32 the part is walked exactly.
func TestRowsOfManyPaths(t *testing.T) {
	net := layers(30, 60, 60, 60, 60, 60, 60).Build(t, false)
	for kind, s := range kinds() {
		if _, off, err := s.betweenness(t.Context(), net, 2); off != 0 || err != nil {
			t.Errorf("%s: off by %v; %v", kind, off, err)
		}
	}
	checkNear(t, net)
}

// Results are the same however many goroutines there are, and end with the context.
func TestNearBetweenness(t *testing.T) {
	net := nt.BarabasiAlbert(1000, 3, 1).Build(t, false)
	first, off, err := NearBetweenness(t.Context(), net)
	if err != nil || (off > 0) != (vectorSteps() != nil) {
		t.Fatalf("off by %v; %v", off, err)
	}
	for range 3 {
		if again, _, err := NearBetweenness(t.Context(), net); err != nil || !slices.Equal(first, again) {
			t.Fatalf("other scores: %v", err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := NearBetweenness(ctx, net); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	directed := nt.BarabasiAlbert(300, 3, 1).Build(t, true)
	if _, off, err := NearBetweenness(t.Context(), directed); off != 0 || err != nil {
		t.Errorf("directed: off by %v; %v", off, err)
	}
}

// FuzzRows looks for a network whose near scores break their bound.
func FuzzRows(f *testing.F) {
	f.Add([]byte{6, 9, 0, 1, 1, 2, 2, 0, 2, 3, 3, 4, 4, 5, 5, 3, 1, 1, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		checkNear(t, nt.Drawn(40, 120, nt.Bytes(data)).Build(t, false))
	})
}

func BenchmarkNearBetweenness(b *testing.B) {
	for _, n := range []int{1_000, 3_000, 10_000} {
		net := nt.BarabasiAlbert(n, 3, 1).Build(b, false)
		b.Run(fmt.Sprintf("exact %d", n), func(b *testing.B) {
			for b.Loop() {
				if _, err := Betweenness(b.Context(), net, Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(fmt.Sprintf("near %d", n), func(b *testing.B) {
			for b.Loop() {
				if _, _, err := NearBetweenness(b.Context(), net); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
