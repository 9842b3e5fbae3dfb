package centrality_test

import (
	"context"
	"errors"
	"math"
	"runtime"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// groupAnswers is what testdata/random/group.py says of a graph.
type groupAnswers struct {
	Group       []network.NodeIndex
	Betweenness *float64
	Away        []int
	PageRank    []float64
}

func TestGroupsAsNetworkX(t *testing.T) {
	var answers map[string]groupAnswers
	nt.Answers(t, "group", &answers)
	for i, g := range nt.Random(t) {
		want, ok := answers[g.Name]
		if !ok {
			continue
		}
		between, err := centrality.GroupBetweenness(t.Context(), g.Net, want.Group, centrality.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if want.Betweenness != nil && math.Abs(between-*want.Betweenness) > 1e-9*max(1, between) {
			t.Errorf("%s: the betweenness of %v is %v, got %v", g.Name, want.Group, *want.Betweenness, between)
		}
		s := centrality.Sampling{Error: 0.1, Confidence: 0.999, Seed: uint64(i)}
		e, err := centrality.SampledGroupBetweenness(t.Context(), g.Net, want.Group, centrality.Options{Normalized: true}, s)
		if err != nil {
			t.Fatal(err)
		}
		exact, err := centrality.GroupBetweenness(t.Context(), g.Net, want.Group, centrality.Options{Normalized: true})
		if err != nil {
			t.Fatal(err)
		}
		holds(t, g.Name, e, []float64{exact}, s.Error)
		away, err := centrality.GroupDistances(t.Context(), g.Net, want.Group)
		if err != nil || !slices.Equal(away, want.Away) {
			t.Errorf("%s: %v nodes lie around %v, got %v (%v)", g.Name, want.Away, want.Group, away, err)
		}
		rank, err := centrality.PageRank(t.Context(), g.Net, centrality.Options{From: append(want.Group, want.Group...)})
		if err != nil {
			t.Fatal(err)
		}
		requireClose(t, g.Name, rank, want.PageRank, 1e-9)
	}
}

// A group of one is a node.
func TestGroupOfOne(t *testing.T) {
	shapes(t, 100, func(t *testing.T, _ nt.Graph, net *network.Network, _ []float64) {
		all := scores(t, centrality.Betweenness, net, centrality.Options{})
		for v, want := range all {
			got, err := centrality.GroupBetweenness(t.Context(), net, []network.NodeIndex{network.NodeIndex(v)}, centrality.Options{})
			if err != nil || math.Abs(got-want) > 1e-9*max(1, want) {
				t.Errorf("node %d scores %v, alone %v (%v)", v, want, got, err)
			}
		}
	})
}

func TestGroupsRefuseNonsense(t *testing.T) {
	net := nt.Path(4).Build(t, false)
	bad := []network.NodeIndex{4}
	s := centrality.Sampling{Error: 0.1, Confidence: 0.9}
	_, a := centrality.GroupBetweenness(t.Context(), net, bad, centrality.Options{})
	_, b := centrality.SampledGroupBetweenness(t.Context(), net, bad, centrality.Options{}, s)
	_, c := centrality.GroupDistances(t.Context(), net, bad)
	_, d := centrality.PageRank(t.Context(), net, centrality.Options{From: bad})
	_, e := centrality.GroupBetweenness(t.Context(), net, nil, centrality.Options{Weights: []float64{1, 1, 1}})
	_, f := centrality.SampledGroupBetweenness(t.Context(), net, nil, centrality.Options{}, centrality.Sampling{})
	for i, err := range []error{a, b, c, d, e, f} {
		if graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%d: %v", i, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	good := []network.NodeIndex{1}
	_, a = centrality.GroupBetweenness(ctx, net, good, centrality.Options{})
	_, b = centrality.SampledGroupBetweenness(ctx, net, good, centrality.Options{}, s)
	_, c = centrality.GroupDistances(ctx, net, good)
	for i, err := range []error{a, b, c} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%d: %v", i, err)
		}
	}
}

func TestGroupEstimatesDoNotDependOnProcessors(t *testing.T) {
	net := nt.BarabasiAlbert(5000, 3, 1).Build(t, true)
	members := []network.NodeIndex{0, 7, 9}
	ask := func() centrality.Estimate {
		e, err := centrality.SampledGroupBetweenness(t.Context(), net, members, centrality.Options{}, centrality.Sampling{Error: 0.01, Confidence: 0.9})
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	many := ask()
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if one := ask(); one.Scores[0] != many.Scores[0] || one.Samples != many.Samples {
		t.Errorf("%v on one processor, %v on many", one, many)
	}
}
