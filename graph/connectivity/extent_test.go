package connectivity_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

const enough = math.MaxInt

// Distances as igraph and NetworkX give them, see testdata/random/figures.py.
func TestDistancesOfLibraries(t *testing.T) {
	var theirs map[string]struct {
		Diameter, Span   int
		Radius           *int
		Mean, Efficiency *float64
	}
	nt.Answers(t, "figures", &theirs)
	for _, g := range nt.Random(t) {
		want := theirs[g.Name]
		d, err := connectivity.DistancesOf(t.Context(), g.Net, connectivity.Removal{})
		if err != nil {
			t.Fatal(err)
		}
		parts, err := connectivity.Strong(t.Context(), g.Net)
		if err != nil {
			t.Fatal(err)
		}
		radius, mean := d.Radius(g.Net, parts), d.Mean()
		if d.Diameter() != want.Diameter || (radius == nil) != (want.Radius == nil) || radius != nil && *radius != *want.Radius {
			t.Errorf("%s: diameter %d, radius %v; want %+v", g.Name, d.Diameter(), radius, want)
		}
		if (mean == nil) != (want.Mean == nil) || mean != nil && math.Abs(*mean-*want.Mean) > 1e-9 {
			t.Errorf("%s: mean %v, want %v", g.Name, mean, want.Mean)
		}
		both := g.Build(t, false)
		if e, err := connectivity.Efficiency(t.Context(), both, connectivity.Removal{}); err != nil || math.Abs(e-*want.Efficiency) > 1e-9 {
			t.Errorf("%s: efficiency %v %v, want %v", g.Name, e, err, *want.Efficiency)
		}
		span, err := connectivity.Diameter(t.Context(), both, enough)
		if err != nil || span.AtLeast != want.Span || span.AtMost != want.Span {
			t.Errorf("%s: diameter between %d and %d, want %d, %v", g.Name, span.AtLeast, span.AtMost, want.Span, err)
		}
		if span, err = connectivity.Diameter(t.Context(), g.Net, enough); err != nil || span.AtLeast != want.Diameter || span.AtMost != want.Diameter {
			t.Errorf("%s: diameter between %d and %d along links, want %d, %v", g.Name, span.AtLeast, span.AtMost, want.Diameter, err)
		}
		bounds, err := connectivity.Radius(t.Context(), g.Net, enough)
		if err != nil || g.Nodes > 0 && (bounds == nil) != (want.Radius == nil) || want.Radius != nil && (bounds.AtLeast != *want.Radius || bounds.AtMost != *want.Radius) {
			t.Errorf("%s: radius %+v %v, want %v", g.Name, bounds, err, want.Radius)
		}
		checkSamples(t, g, d)
	}
}

// checkSamples draws all nodes: nothing is left to chance.
func checkSamples(t *testing.T, g nt.RandomGraph, d connectivity.Distances) {
	t.Helper()
	s, err := connectivity.SampleDistances(t.Context(), g.Net, 0, 1)
	if err != nil || s.Sources != g.Nodes || s.Farthest != d.Diameter() {
		t.Errorf("%s: %+v %v", g.Name, s, err)
	}
	if mean := d.Mean(); mean == nil != math.IsNaN(s.Mean.Value) || mean != nil && (math.Abs(s.Mean.Value-*mean) > 1e-9 || s.Mean.Low != s.Mean.High) {
		t.Errorf("%s: mean %+v, want %v", g.Name, s.Mean, mean)
	}
	if math.Abs(s.Efficiency.Value-d.Efficiency()) > 1e-9 || s.Efficiency.Low != s.Efficiency.High {
		t.Errorf("%s: efficiency %+v, want %v", g.Name, s.Efficiency, d.Efficiency())
	}
}

// Larger graphs, of which the search skips most.
func TestDiameterOfLargerGraphs(t *testing.T) {
	for name, g := range map[string]nt.Graph{
		"ba": nt.BarabasiAlbert(3000, 2, 1), "rmat": nt.RMAT(11, 2, 1), "tree": nt.Tree(3000, 1), "grid": nt.Grid(30, 50),
		"ring": nt.Cycle(700), "path": nt.Path(900), "two": nt.Union(nt.Star(500), nt.Path(90), nt.Cycle(300)),
		"even": nt.ErdosRenyi(2000, 6000, 1), "parallel": nt.Multigraph(1500, 2000, 1),
	} {
		checkDiameter(t, name, g.Build(t, false))
		checkDiameter(t, name+" along links", g.Build(t, true))
	}
}

// checkDiameter compares it with that of all distances.
func checkDiameter(t *testing.T, name string, net *network.Network) {
	t.Helper()
	d, err := connectivity.DistancesOf(t.Context(), net, connectivity.Removal{})
	if err != nil {
		t.Fatal(err)
	}
	span, err := connectivity.Diameter(t.Context(), net, enough)
	if err != nil || span.AtLeast != d.Diameter() || span.AtMost != d.Diameter() {
		t.Errorf("%s: %+v %v, want %d", name, span, err, d.Diameter())
	}
	for _, few := range []int{0, 4, 9} {
		span, err := connectivity.Diameter(t.Context(), net, few)
		if err != nil || span.AtLeast > d.Diameter() || span.AtMost < d.Diameter() {
			t.Errorf("%s with %d searches: %+v %v, want %d", name, few, span, err, d.Diameter())
		}
	}
}

// The interval holds the true value about 99 times in 100.
func TestSamplesHoldWhatTheyPromise(t *testing.T) {
	const seeds = 25
	for name, net := range map[string]*network.Network{
		"ba": nt.BarabasiAlbert(4000, 2, 3).Build(t, false), "rmat": nt.RMAT(12, 4, 3).Build(t, true), "tree": nt.Tree(4000, 5).Build(t, false),
	} {
		d, err := connectivity.DistancesOf(t.Context(), net, connectivity.Removal{})
		if err != nil {
			t.Fatal(err)
		}
		missed := 0
		for seed := range uint64(seeds) {
			s, err := connectivity.SampleDistances(t.Context(), net, 1024, seed)
			if err != nil || s.Farthest > d.Diameter() || s.Sources != 1024 {
				t.Fatalf("%s: %+v %v", name, s, err)
			}
			for _, e := range []struct {
				connectivity.Estimate
				want float64
			}{{s.Mean, *d.Mean()}, {s.Efficiency, d.Efficiency()}} {
				if !(e.Low <= e.want && e.want <= e.High) {
					missed++
				}
				if e.High-e.Low > 0.3*e.want {
					t.Errorf("%s: the interval %v is wide", name, e.Estimate)
				}
			}
		}
		if missed > 2 {
			t.Errorf("%s: %d of %d intervals miss", name, missed, 2*seeds)
		}
	}
}

func TestRelabellingKeepsTheDiameter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := nt.Drawn(25, 40, func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "n") })
		perm := nt.Permutation(g.Nodes, uint64(rapid.IntRange(0, 1000).Draw(t, "seed")))
		directed := rapid.Bool().Draw(t, "directed")
		a, err1 := connectivity.Diameter(context.Background(), g.Build(t, directed), enough)
		b, err2 := connectivity.Diameter(context.Background(), g.Relabel(perm).Build(t, directed), enough)
		if err1 != nil || err2 != nil || a != b {
			t.Fatalf("%+v, then %+v", a, b)
		}
	})
}

func TestDistancesEndWithTheirContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	net := nt.RMAT(10, 8, 1).Build(t, false)
	if _, err := connectivity.Diameter(ctx, net, enough); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := connectivity.SampleDistances(ctx, net, 0, 0); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := connectivity.Diameter(ctx, nt.RMAT(10, 8, 1).Build(t, true), enough); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
