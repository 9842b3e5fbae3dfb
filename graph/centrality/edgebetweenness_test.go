package centrality_test

import (
	"context"
	"errors"
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func TestEdgeBetweennessIsItsDefinition(t *testing.T) {
	shapes(t, 1000, func(t *testing.T, g nt.Graph, net *network.Network, _ []float64) {
		dist := nt.Distances(net)
		count := nt.PathCounts(net, dist)
		// through is the share of paths from all to all that step from v to w.
		through := func(v, w network.NodeIndex) (sum float64) {
			for s := range dist {
				for t := range dist {
					if dist[s][t] != nt.Unreachable && dist[s][v]+1+dist[w][t] == dist[s][t] {
						sum += count[s][v] * count[w][t] / count[s][t]
					}
				}
			}
			return sum
		}
		want := make([]float64, len(g.Links))
		for e, l := range g.Links {
			if l.From != l.To {
				want[e] = through(l.From, l.To)
			}
			if l.From != l.To && !net.Directed() {
				want[e] = (want[e] + through(l.To, l.From)) / 2
			}
		}
		requireClose(t, "edge betweenness", scores(t, centrality.EdgeBetweenness, net, centrality.Options{}), want, 1e-12)
	})
}

// The ten highest of each network, by NetworkX 3.6.1.
func TestEdgeBetweennessOfTheReferenceData(t *testing.T) {
	for _, name := range []string{"caviar", "ciel", "siren", "natarajan_cocaine", "montagna_meetings", "london_gang"} {
		d := nt.Dataset(t, name)
		var top [][3]any
		nt.Decode(t, d.Expected["edge_betweenness_top10"], &top)
		got := scores(t, centrality.EdgeBetweenness, d.Network(t), centrality.Options{})
		for _, row := range top {
			ends, found := d.Named(t, row[0].(string), row[1].(string)), false
			for e, l := range d.Links {
				if (l.From == ends[0] && l.To == ends[1]) || (l.From == ends[1] && l.To == ends[0]) {
					found = true
					if want := row[2].(float64); math.Abs(got[e]-want) > 1e-9*want {
						t.Errorf("%s: link of %v and %v has %v, want %v", name, row[0], row[1], got[e], want)
					}
				}
			}
			if !found {
				t.Errorf("%s: no link of %v and %v", name, row[0], row[1])
			}
		}
	}
}

func TestEdgeBetweennessRefusesAndStops(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	if _, err := centrality.EdgeBetweenness(t.Context(), net, centrality.Options{Weights: []float64{1, 1}}); graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("with weights: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if got, err := centrality.EdgeBetweenness(ctx, net, centrality.Options{}); got != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("after the end: %v, %v", got, err)
	}
	got := scores(t, centrality.EdgeBetweenness, nt.Path(2).Build(t, false), centrality.Options{Normalized: true})
	requireClose(t, "the only link", got, []float64{1}, 0)
}
