package reliability_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
	"github.com/chokepoint/chokepoint/graph/reliability"
)

type nodes = []network.NodeIndex

func ask(t testing.TB, net *network.Network, from, to nodes, p []float64, opt reliability.Options) reliability.Result {
	r, err := reliability.TwoTerminal(context.Background(), net, from, to, p, opt)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestBridgeNetwork(t *testing.T) {
	d := networktest.Case(t, "bridge_reliability")
	net, p := d.Network(t), d.Floats(t, "value")
	var want float64
	networktest.Decode(t, d.Expected["two_terminal_reliability_s_t"], &want)
	from, to := d.Named(t, "s"), d.Named(t, "t")
	r := ask(t, net, from, to, p, reliability.Options{})
	if !r.Exact || math.Abs(r.Value-want) > 1e-12 || r.Low != r.Value || r.High != r.Value {
		t.Errorf("%+v, not %v", r, want)
	}
	// All from one source stand or fall together: 0.9.
	r = ask(t, net, from, to, p, reliability.Options{Group: make([]uint32, 5)})
	if !r.Exact || math.Abs(r.Value-0.9) > 1e-12 {
		t.Errorf("one source: %+v", r)
	}
}

// The reference drew 20,000 networks; 4.5 of its standard errors beside our own limits.
func TestPlantedSupply(t *testing.T) {
	d, _, _ := networktest.PlantedSupply(t)
	var want struct{ Estimate, SE float64 }
	networktest.Decode(t, d.Expected["two_terminal_reliability_mc"], &want)
	r := ask(t, d.Network(t), d.Named(t, "SUP1"), d.Named(t, "DIS1"), d.Floats(t, "confidence"), reliability.Options{Error: 0.007})
	if margin := 4.5 * want.SE; r.Low > want.Estimate+margin || r.High < want.Estimate-margin {
		t.Errorf("%+v, not %+v", r, want)
	}
}

// world is a small network with probabilities, among them 0 and 1, and sources.
type world struct {
	g        networktest.Graph
	directed bool
	p        []float64
	group    []uint32
	from, to nodes
}

func drawnWorld(nodes, links int, number func(lo, hi int) int) world {
	w := world{g: networktest.Graph{Nodes: number(2, nodes)}, directed: number(0, 1) == 1}
	end := func() network.NodeIndex { return network.NodeIndex(number(0, w.g.Nodes-1)) }
	for range number(2, links) {
		w.g.Links = append(w.g.Links, network.Link{From: end(), To: end()})
	}
	for range w.g.Links {
		w.p = append(w.p, float64(number(0, 8))/8)
		w.group = append(w.group, uint32(7*number(0, 3)))
	}
	for range number(1, 2) {
		w.from, w.to = append(w.from, end()), append(w.to, end())
	}
	return w
}

// worlds runs a check on random worlds, the same ones each time.
func worlds(t *testing.T, count int, check func(t *testing.T, w world)) {
	worldsOf(t, count, 6, 10, check)
}

func worldsOf(t *testing.T, count, nodes, links int, check func(t *testing.T, w world)) {
	random := rand.New(rand.NewPCG(7, 7))
	for range count {
		check(t, drawnWorld(nodes, links, func(lo, hi int) int { return lo + random.IntN(hi-lo+1) }))
	}
}

// joined searches the links that hold by plain repetition.
func (w world) joined(holds func(e int) bool) bool {
	in := map[network.NodeIndex]bool{}
	for _, v := range w.from {
		in[v] = true
	}
	for range w.g.Nodes {
		for e, l := range w.g.Links {
			if holds(e) && in[l.From] {
				in[l.To] = true
			}
			if holds(e) && in[l.To] && !w.directed {
				in[l.From] = true
			}
		}
	}
	return slices.ContainsFunc(w.to, func(v network.NodeIndex) bool { return in[v] })
}

// independent adds up all subsets of links.
func (w world) independent() (sum float64) {
	for set := range 1 << len(w.p) {
		mass := 1.0
		for e, p := range w.p {
			if set>>e&1 == 1 {
				mass *= p
			} else {
				mass *= 1 - p
			}
		}
		if mass > 0 && w.joined(func(e int) bool { return set>>e&1 == 1 }) {
			sum += mass
		}
	}
	return sum
}

// grouped adds up all eighths in which the numbers of four groups can lie: all
// probabilities are eighths.
func (w world) grouped() (sum float64) {
	for cell := range 8 * 8 * 8 * 8 {
		if w.joined(func(e int) bool { return float64(cell>>(3*(w.group[e]/7))&7)/8 < w.p[e] }) {
			sum++
		}
	}
	return sum / (8 * 8 * 8 * 8)
}

func (w world) check(t testing.TB) (value float64) {
	net := w.g.Build(t, w.directed)
	got, want := ask(t, net, w.from, w.to, w.p, reliability.Options{}), w.independent()
	if !got.Exact || math.Abs(got.Value-want) > 1e-12 {
		t.Fatalf("%+v: %+v, not %v", w, got, want)
	}
	return got.Value
}

func TestExactIsTheSumOverAllOutcomes(t *testing.T) {
	uncertain := 0
	worlds(t, 6000, func(t *testing.T, w world) {
		if v := w.check(t); v > 0 && v < 1 {
			uncertain++
		}
	})
	if uncertain < 1000 {
		t.Errorf("only %d of the networks are uncertain", uncertain)
	}
}

func TestExactIsTheSumOverAllOutcomesOfMoreLinks(t *testing.T) {
	worldsOf(t, 60, 8, 15, func(t *testing.T, w world) { w.check(t) })
}

// A ladder of diamonds and bridges, of which every network is one in 10³⁰: it is told
// part by part.
func TestLongChainsAreExact(t *testing.T) {
	bridge := [][2]int{{0, 1}, {0, 2}, {1, 2}, {1, 3}, {2, 3}} // holds with 0.97848 at 0.9
	for _, directed := range []bool{false, true} {
		var pairs [][2]int
		want := 1.0
		for i := range 20 {
			for _, l := range bridge {
				pairs = append(pairs, [2]int{3*i + l[0], 3*i + l[1]})
			}
			if directed { // the middle link helps one way alone
				want *= 1 - (1-0.9*0.9)*(1-0.9*0.9) + 0.9*0.1*0.9*0.1*0.9
			} else {
				want *= 0.97848
			}
		}
		net := networktest.Of(61, pairs).Build(t, directed)
		r := ask(t, net, nodes{0}, nodes{60}, slices.Repeat([]float64{0.9}, len(pairs)), reliability.Options{})
		if !r.Exact || math.Abs(r.Value-want) > 1e-12 {
			t.Errorf("directed %v: %+v, not %v", directed, r, want)
		}
	}
}

func TestLinksOfOneSource(t *testing.T) {
	worlds(t, 200, func(t *testing.T, w world) {
		net := w.g.Build(t, w.directed)
		got := ask(t, net, w.from, w.to, w.p, reliability.Options{Group: w.group})
		if want := w.grouped(); !got.Exact || math.Abs(got.Value-want) > 1e-12 {
			t.Fatalf("%+v: %+v, not %v", w, got, want)
		}
	})
}

// Names do not matter; a likelier link never harms; one path alone is no likelier.
func TestLaws(t *testing.T) {
	number := uint64(0)
	worlds(t, 2000, func(t *testing.T, w world) {
		net := w.g.Build(t, w.directed)
		number++
		base := ask(t, net, w.from, w.to, w.p, reliability.Options{}).Value
		perm := networktest.Permutation(w.g.Nodes, number)
		renamed := func(set nodes) (out nodes) {
			for _, v := range set {
				out = append(out, perm[v])
			}
			return out
		}
		other := ask(t, w.g.Relabel(perm).Build(t, w.directed), renamed(w.from), renamed(w.to), w.p, reliability.Options{}).Value
		if math.Abs(base-other) > 1e-12 {
			t.Fatalf("%v, and relabelled %v", base, other)
		}
		best, err := path.ShortestWeighted(t.Context(), net, w.from, w.to, path.Reliability(func(e network.EdgeIndex) float64 { return w.p[e] }), path.Options{})
		if err != nil {
			t.Fatal(err)
		}
		alone := 1.0
		for _, e := range best.Edges {
			alone *= w.p[e]
		}
		if best.Found && alone > base+1e-12 {
			t.Fatalf("one path holds with %v, all with %v", alone, base)
		}
		for e := range w.p {
			more := slices.Clone(w.p)
			more[e] = 1
			if r := ask(t, net, w.from, w.to, more, reliability.Options{}); r.Value < base-1e-12 {
				t.Fatalf("link %d for certain: %v falls to %v", e, base, r.Value)
			}
		}
	})
}

// Over many seeds the limits hold the exact value about 95 times in 100.
func TestLimitsHold(t *testing.T) {
	d := networktest.Case(t, "bridge_reliability")
	net, p := d.Network(t), d.Floats(t, "value")
	from, to := d.Named(t, "s"), d.Named(t, "t")
	for name, group := range map[string][]uint32{"independent": nil, "two sources": {0, 1, 0, 1, 0}} {
		want := ask(t, net, from, to, p, reliability.Options{Group: group}).Value
		held := 0
		for seed := range uint64(1000) {
			r := ask(t, net, from, to, p, reliability.Options{Group: group, Exactly: -1, Error: 0.031, Seed: seed})
			if r.Exact || r.Samples != 1000 {
				t.Fatalf("%+v", r)
			}
			if r.Low <= want && want <= r.High {
				held++
			}
		}
		if held < 925 || held > 975 {
			t.Errorf("%s: %d of 1000 limits hold %v", name, held, want)
		}
	}
}

func large(t testing.TB) (*network.Network, []float64) {
	g := networktest.BarabasiAlbert(2000, 3, 1)
	return g.Build(t, false), slices.Repeat([]float64{0.4}, len(g.Links))
}

func TestSameOnAnyNumberOfProcessors(t *testing.T) {
	net, p := large(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := ask(t, net, nodes{1500}, nodes{1900}, p, reliability.Options{Seed: 3, Sampling: 1_000_000})
	runtime.GOMAXPROCS(4)
	four := ask(t, net, nodes{1500}, nodes{1900}, p, reliability.Options{Seed: 3, Sampling: 1_000_000})
	if one != four || one.Exact || one.Samples >= 9_604 || one.Hits == 0 {
		t.Errorf("%+v and %+v", one, four)
	}
	if other := ask(t, net, nodes{1500}, nodes{1900}, p, reliability.Options{Seed: 4}); other.Hits == one.Hits {
		t.Errorf("another seed draws the same: %+v", other)
	}
}

func TestNeverAndAlways(t *testing.T) {
	net := networktest.Of(4, [][2]int{{0, 1}, {2, 3}}).Build(t, false)
	p := []float64{0.5, 0.5}
	if r := ask(t, net, nodes{0}, nodes{3}, p, reliability.Options{}); !r.Exact || r.Value != 0 {
		t.Errorf("no path: %+v", r)
	}
	if r := ask(t, net, nodes{0, 2}, nodes{2}, p, reliability.Options{}); !r.Exact || r.Value != 1 {
		t.Errorf("sets overlap: %+v", r)
	}
	r := ask(t, net, nodes{0}, nodes{1}, []float64{1e-12, 0.5}, reliability.Options{Exactly: -1, Error: 0.098})
	if r.Exact || r.Samples != 100 || r.Value != 0 || r.Low != 0 || r.High < 0.03 || r.High > 0.04 { // z²/(n+z²)
		t.Errorf("hardly a path, drawn: %+v", r)
	}
}

func TestBadInput(t *testing.T) {
	net := networktest.Path(3).Build(t, false)
	half := []float64{0.5, 0.5}
	for name, c := range map[string]struct {
		from, to nodes
		p        []float64
		opt      reliability.Options
	}{
		"nothing to begin at": {nil, nodes{1}, half, reliability.Options{}},
		"nothing to end at":   {nodes{1}, nil, half, reliability.Options{}},
		"no such node":        {nodes{0}, nodes{3}, half, reliability.Options{}},
		"too few":             {nodes{0}, nodes{2}, half[:1], reliability.Options{}},
		"no number":           {nodes{0}, nodes{2}, []float64{0.5, math.NaN()}, reliability.Options{}},
		"above 1":             {nodes{0}, nodes{2}, []float64{0.5, 1.5}, reliability.Options{}},
		"below 0":             {nodes{0}, nodes{2}, []float64{-0.5, 0.5}, reliability.Options{}},
		"no error":            {nodes{0}, nodes{2}, half, reliability.Options{Error: -1}},
		"no confidence":       {nodes{0}, nodes{2}, half, reliability.Options{Confidence: 1}},
		"too few groups":      {nodes{0}, nodes{2}, half, reliability.Options{Group: []uint32{1}}},
	} {
		if _, err := reliability.TwoTerminal(t.Context(), net, c.from, c.to, c.p, c.opt); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	net, p := large(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, factoring := range []int64{0, -1} {
		if _, err := reliability.TwoTerminal(ctx, net, nodes{0}, nodes{1}, p, reliability.Options{Exactly: factoring}); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	}
}

func FuzzTwoTerminal(f *testing.F) {
	f.Add([]byte("links that hold, or not"))
	f.Fuzz(func(t *testing.T, data []byte) {
		drawnWorld(6, 10, func(lo, hi int) int {
			if len(data) == 0 {
				return lo
			}
			b := int(data[0])
			data = data[1:]
			return lo + b%(hi-lo+1)
		}).check(t)
	})
}
