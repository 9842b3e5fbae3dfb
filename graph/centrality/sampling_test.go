package centrality_test

import (
	"context"
	"errors"
	"math"
	"reflect"
	"runtime"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// sampledMeasures pairs each sampled measure with the exact one.
var sampledMeasures = []struct {
	name    string
	sampled centrality.Sampled
	exact   centrality.Measure
}{
	{"betweenness", centrality.SampledBetweenness, centrality.Betweenness},
	{
		"betweenness by cost",
		func(ctx context.Context, net *network.Network, opt centrality.Options, s centrality.Sampling) (centrality.Estimate, error) {
			opt.Costs = fewCosts(net)
			return centrality.SampledBetweenness(ctx, net, opt, s)
		},
		func(ctx context.Context, net *network.Network, opt centrality.Options) ([]float64, error) {
			opt.Costs = fewCosts(net)
			return centrality.Betweenness(ctx, net, opt)
		},
	},
	{"harmonic", centrality.SampledHarmonic, centrality.Harmonic},
	{"closeness", centrality.SampledCloseness, centrality.Closeness},
}

// fewCosts makes many paths as cheap as others, and some links unusable.
func fewCosts(net *network.Network) []float64 {
	costs := make([]float64, net.NumLinks())
	for e := range costs {
		if costs[e] = float64(1+e*7919%5) / 10; e%37 == 5 {
			costs[e] = math.Inf(1)
		}
	}
	return costs
}

// holds reports how far the estimates of a network are off at most, normalized, and
// fails where an interval misses the exact score or is wider than asked.
func holds(t testing.TB, name string, e centrality.Estimate, exact []float64, asked float64) float64 {
	off := 0.0
	for v, want := range exact {
		rounding := 1e-9 * max(1, math.Abs(want))
		if want < e.Low[v]-rounding || want > e.High[v]+rounding {
			t.Errorf("%s: node %d scores %v, outside of %v to %v", name, v, want, e.Low[v], e.High[v])
		}
		if e.Scores[v] < e.Low[v]-rounding || e.Scores[v] > e.High[v]+rounding {
			t.Errorf("%s: node %d is estimated at %v, outside of %v to %v", name, v, e.Scores[v], e.Low[v], e.High[v])
		}
		off = max(off, math.Abs(e.Scores[v]-want))
	}
	if off > asked+1e-9 {
		t.Errorf("%s: off by %v, asked for %v at most", name, off, asked)
	}
	return off
}

// On the random graphs of every shape betweenness is really sampled; the others are
// exact there.
func TestIntervalsHoldOnRandomGraphs(t *testing.T) {
	for i, g := range nt.Random(t) {
		for _, m := range sampledMeasures {
			s := centrality.Sampling{Error: 0.1, Confidence: 0.999, Seed: uint64(i)}
			e, err := m.sampled(t.Context(), g.Net, centrality.Options{Normalized: true}, s)
			if err != nil {
				t.Fatalf("%s, %s: %v", g.Name, m.name, err)
			}
			exact, err := m.exact(t.Context(), g.Net, centrality.Options{Normalized: true})
			if err != nil {
				t.Fatal(err)
			}
			holds(t, g.Name+", "+m.name, e, exact, s.Error)
		}
	}
}

func TestIntervalsHoldWhereSamplingPays(t *testing.T) {
	if testing.Short() {
		t.Skip("compares with exact scores of many nodes; run without -short")
	}
	graphs := map[string]nt.Graph{
		"random":   nt.ErdosRenyi(6000, 20000, 1),
		"scale":    nt.BarabasiAlbert(6000, 2, 2),
		"rmat":     nt.RMAT(13, 6, 3),
		"tree":     nt.Tree(5000, 4),
		"grid":     nt.Grid(70, 70),
		"pieces":   nt.Union(nt.BarabasiAlbert(4000, 3, 5), nt.ErdosRenyi(3000, 9000, 6), nt.Clique(9), nt.Path(50)),
		"parallel": nt.Multigraph(3000, 12000, 7),
	}
	for name, g := range graphs {
		for _, directed := range []bool{false, true} {
			net := g.Build(t, directed)
			for _, m := range sampledMeasures {
				if m.name == "betweenness by cost" && net.NumNodes() > 6000 { // the exact scores take long
					continue
				}
				s := centrality.Sampling{Error: 0.02, Confidence: 0.99, Seed: 11}
				e, err := m.sampled(t.Context(), net, centrality.Options{Normalized: true}, s)
				if err != nil {
					t.Fatal(err)
				}
				exact, err := m.exact(t.Context(), net, centrality.Options{Normalized: true})
				if err != nil {
					t.Fatal(err)
				}
				off := holds(t, name+", "+m.name, e, exact, s.Error)
				t.Logf("%s, directed %v, %s: %d samples of %d nodes, off by %.2g", name, directed, m.name, e.Samples, net.NumNodes(), off)
			}
		}
	}
}

func TestEstimatesDoNotDependOnProcessors(t *testing.T) {
	for _, net := range []*network.Network{nt.BarabasiAlbert(5000, 3, 1).Build(t, false), nt.RMAT(13, 4, 1).Build(t, true)} {
		for _, m := range sampledMeasures {
			s := centrality.Sampling{Error: 0.02, Confidence: 0.9, Seed: 5}
			many, err := m.sampled(t.Context(), net, centrality.Options{}, s)
			if err != nil {
				t.Fatal(err)
			}
			before := runtime.GOMAXPROCS(1)
			one, err := m.sampled(t.Context(), net, centrality.Options{}, s)
			runtime.GOMAXPROCS(before)
			if err != nil || !reflect.DeepEqual(one, many) {
				t.Errorf("%s: another answer on one processor (%v)", m.name, err)
			}
			s.Seed++
			other, err := m.sampled(t.Context(), net, centrality.Options{}, s)
			if err != nil || other.Samples > 0 && reflect.DeepEqual(other.Scores, many.Scores) {
				t.Errorf("%s: the seed makes no difference (%v)", m.name, err)
			}
		}
	}
}

func TestSamplingRefusesNonsense(t *testing.T) {
	net := nt.Path(4).Build(t, false)
	for _, m := range sampledMeasures {
		for _, s := range []centrality.Sampling{
			{Error: 0, Confidence: 0.9},
			{Error: 1, Confidence: 0.9},
			{Error: math.NaN(), Confidence: 0.9},
			{Error: 0.00001, Confidence: 0.9},
			{Error: 0.1},
			{Error: 0.1, Confidence: 1},
			{Error: 0.1, Confidence: math.NaN()},
		} {
			if _, err := m.sampled(t.Context(), net, centrality.Options{}, s); graph.CodeOf(err) != graph.BadUserInput {
				t.Errorf("%s: %+v is taken: %v", m.name, s, err)
			}
		}
		weighted := centrality.Options{Weights: []float64{1, 1, 1}}
		if _, err := m.sampled(t.Context(), net, weighted, centrality.Sampling{Error: 0.1, Confidence: 0.9}); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: weights are taken: %v", m.name, err)
		}
	}
}

func TestSamplingStops(t *testing.T) {
	net := nt.RMAT(13, 8, 1).Build(t, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, m := range sampledMeasures {
		if _, err := m.sampled(ctx, net, centrality.Options{}, centrality.Sampling{Error: 0.001, Confidence: 0.9}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", m.name, err)
		}
	}
}
