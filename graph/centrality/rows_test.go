package centrality

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"unsafe"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// plainSteps are the steps in plain Go.
func plainSteps[F number]() *steps[F] {
	return &steps[F]{spread: plainSpread, list: plainList, forward: plainForward[F], backward: plainBackward[F]}
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
func (s *step[F]) gathered(v uint32) (sum [lanes]F) {
	for _, at := range s.arcs[s.off[v]:s.off[v+1]] {
		for lane, x := range s.from[at/4:][:lanes] {
			sum[lane] += x
		}
	}
	return sum
}

func plainForward[F number](s *step[F]) {
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

func plainBackward[F number](s *step[F]) {
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
	t.Run("float32", func(t *testing.T) { checkVectors(t, vectorSteps32(), 1e-6) })
	t.Run("float64", func(t *testing.T) { checkVectors(t, vectorSteps64(), 1e-14) })
}

func checkVectors[F number](t *testing.T, vector *steps[F], digits float64) {
	if vector == nil {
		return // nothing to compare: all goes through the walker
	}
	plain := plainSteps[F]()
	rapid.Check(t, func(t *rapid.T) {
		number := func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "number") }
		rng := rand.New(rand.NewPCG(uint64(number(0, 1<<30)), 0))
		n := number(1, 70)
		most := number(1, 20)
		off, arcs := []uint32{0}, []uint32{}
		for range n {
			for range 1 + rng.IntN(most) { // a part is connected
				arcs = append(arcs, uint32(rng.IntN(n))*searched/8)
			}
			off = append(off, uint32(len(arcs)))
		}
		compareWaves(t, vector, plain, randomWave(rng, off, arcs, number(1, searched)))
		compareSteps(t, vector, plain, randomStep[F](rng, off, arcs), digits)
	})
}

// The assembly reads the steps of both numbers by the same places.
func TestStepLayout(t *testing.T) {
	var narrow step[float32]
	var full step[float64]
	for name, places := range map[string][2]uintptr{
		"off": {unsafe.Offsetof(narrow.off), stepOff}, "arcs": {unsafe.Offsetof(narrow.arcs), stepArcs},
		"visits": {unsafe.Offsetof(narrow.visits), stepVisits}, "from": {unsafe.Offsetof(narrow.from), stepFrom},
		"to": {unsafe.Offsetof(narrow.to), stepTo}, "sums": {unsafe.Offsetof(narrow.sums), stepSums},
		"members": {unsafe.Offsetof(narrow.members), stepMembers}, "stands": {unsafe.Offsetof(narrow.stands), stepStands},
		"sends": {unsafe.Offsetof(narrow.sends), stepSends},
		"most":  {unsafe.Offsetof(full.most) - unsafe.Offsetof(narrow.most), stepMost64 - stepMost32},
	} {
		if places[0] != places[1] {
			t.Errorf("%s stands at %d and %d", name, places[0], places[1])
		}
	}
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

func compareWaves[F number](t *rapid.T, vector, plain *steps[F], w wave) {
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

func randomStep[F number](rng *rand.Rand, off, arcs []uint32) step[F] {
	n := len(off) - 1
	whole := func(size, most int) []F {
		list := make([]F, size)
		for i := range list {
			list[i] = F(rng.IntN(most))
		}
		return list
	}
	s := step[F]{off: off, arcs: arcs, from: whole(n*lanes, 100), to: whole(n*lanes, 50), sums: whole(n*lanes, 1000), members: whole(n, 3), stands: whole(n, 20)}
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
	s.most = F(rng.IntN(3000))
	return s
}

func (s step[F]) clone() *step[F] {
	s.to, s.sums = slices.Clone(s.to), slices.Clone(s.sums)
	return &s
}

func compareSteps[F number](t *rapid.T, vector, plain *steps[F], s step[F], digits float64) {
	a, b := s.clone(), s.clone()
	vector.forward(a)
	plain.forward(b)
	if !slices.Equal(a.to, b.to) || a.most != b.most {
		t.Fatal("paths are counted in another way")
	}
	a, b = s.clone(), s.clone()
	vector.backward(a)
	plain.backward(b)
	near := func(x, y F) bool { return math.Abs(float64(x-y)) <= digits*math.Abs(float64(y)) }
	for i := range a.to {
		if !near(a.to[i], b.to[i]) || !near(a.sums[i], b.sums[i]) {
			t.Fatalf("place %d: %v and %v go back, not %v and %v", i, a.to[i], a.sums[i], b.to[i], b.sums[i])
		}
	}
}

// kinds are the steps that there are here.
func kinds[F number](vector *steps[F]) map[string]*steps[F] {
	all := map[string]*steps[F]{"plain": plainSteps[F]()}
	if vector != nil {
		all["vector"] = vector
	}
	return all
}

// checkRows holds scores by rows to those of the walker, and near ones to their bound.
func checkRows(t rapid.TB, net *network.Network) {
	t.Helper()
	ctx := context.Background()
	net, _ = net.Simple()
	want := walked(t, net)
	check := func(kind string, got []float64, off float64, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", kind, err)
		}
		for v := range want {
			if math.Abs(got[v]-want[v]) > (off+1e-12)*want[v] {
				t.Fatalf("%s: node %d has %v, not %v; off by %v at most", kind, v, got[v], want[v], off)
			}
		}
	}
	for kind, s := range kinds(vectorSteps32()) {
		got, off, err := nearBetweenness(ctx, net, s, 2)
		check(kind+" near", got, off, err)
	}
	for kind, s := range kinds(vectorSteps64()) {
		got, all := decomposed(t, net)
		others, err := s.score(ctx, all, got, 2, func(*wide) {})
		check(kind, byWalker(t, others, got), 0, err)
	}
}

// walked returns the betweenness of nodes without rows.
func walked(t rapid.TB, net *network.Network) []float64 {
	scores, all := decomposed(t, net)
	return byWalker(t, all, scores)
}

func decomposed(t rapid.TB, net *network.Network) (across []float64, all []part) {
	b, err := decompose(context.Background(), net)
	if err == nil {
		all, err = parts(context.Background(), net, b)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.across, all
}

func byWalker(t rapid.TB, all []part, scores []float64) []float64 {
	found, err := brandes(context.Background(), all)
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].score(found[all[i].first:][:all[i].size()], scores)
	}
	return scores
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

func TestRows(t *testing.T) {
	for _, g := range nt.Random(t) {
		if !g.Net.Directed() {
			checkRows(t, g.Net)
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
		t.Run(name, func(t *testing.T) { checkRows(t, g.Build(t, false)) })
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
	for kind, s := range kinds(vectorSteps32()) {
		if _, off, err := nearBetweenness(t.Context(), net, s, 2); off != 0 || err != nil {
			t.Errorf("%s: off by %v; %v", kind, off, err)
		}
	}
	checkRows(t, net)
}

// Results are the same however many goroutines there are, and end with the context.
func TestNearBetweenness(t *testing.T) {
	net := nt.BarabasiAlbert(1000, 3, 1).Build(t, false)
	first, off, err := NearBetweenness(t.Context(), net)
	if err != nil || (off > 0) != (vectorSteps32() != nil) {
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

// FuzzRows looks for a network whose scores by rows are not those of the walker.
func FuzzRows(f *testing.F) {
	f.Add([]byte{6, 9, 0, 1, 1, 2, 2, 0, 2, 3, 3, 4, 4, 5, 5, 3, 1, 1, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		checkRows(t, nt.Drawn(40, 120, nt.Bytes(data)).Build(t, false))
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
