package centrality_test

import (
	"testing"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func BenchmarkBetweenness(b *testing.B) {
	for _, c := range []struct {
		name  string
		graph func() *network.Network
	}{
		{"rmat12", func() *network.Network { return nt.RMAT(12, 8, 1).Build(b, false) }},
		{"enron", func() *network.Network { return nt.Dataset(b, "email_enron").Network(b) }},
		{"rmat16", func() *network.Network { return nt.RMAT(16, 8, 1).Build(b, false) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			net := c.graph()
			for b.Loop() {
				if _, err := centrality.Betweenness(b.Context(), net, centrality.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkMeasures(b *testing.B) {
	for name, net := range map[string]*network.Network{
		"rmat16": nt.RMAT(16, 8, 1).Build(b, false),
		"enron":  nt.Dataset(b, "email_enron").Network(b),
	} {
		for _, m := range measures {
			if m.name == "betweenness" {
				continue
			}
			b.Run(name+"/"+m.name, func(b *testing.B) {
				for b.Loop() {
					if _, err := m.of(b.Context(), net, centrality.Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// alike returns a graph in which all nodes are, so that nothing is pruned.
func alike(n int) nt.Graph {
	g := nt.Graph{Nodes: n}
	for v := range n {
		for _, step := range []int{1, 17, 305, 4111, 9001} {
			g.Links = append(g.Links, network.Link{From: network.NodeIndex(v), To: network.NodeIndex((v + step) % n)})
		}
	}
	return g
}

// BenchmarkSampled compares what is estimated and what is searched for with the exact
// measure of all nodes.
func BenchmarkSampled(b *testing.B) {
	s := centrality.Sampling{Error: 0.005, Confidence: 0.95}
	for name, net := range map[string]*network.Network{
		"rmat16": nt.RMAT(16, 8, 1).Build(b, false),
		"enron":  nt.Dataset(b, "email_enron").Network(b),
		"scale":  nt.BarabasiAlbert(100000, 2, 1).Build(b, false),
		"oneway": nt.RMAT(16, 8, 1).Build(b, true),
		"dag":    nt.BarabasiAlbert(100000, 5, 1).Build(b, true),
		"alike":  alike(30000).Build(b, true),
		"even":   nt.Multigraph(50000, 250000, 1).Build(b, true),
	} {
		for _, m := range sampledMeasures {
			b.Run(name+"/"+m.name, func(b *testing.B) {
				samples := 0
				for b.Loop() {
					e, err := m.sampled(b.Context(), net, centrality.Options{}, s)
					if err != nil {
						b.Fatal(err)
					}
					samples = e.Samples
				}
				b.ReportMetric(float64(samples), "samples")
			})
		}
		for _, m := range tops {
			b.Run(name+"/top10-"+m.name, func(b *testing.B) {
				for b.Loop() {
					if _, err := m.top(b.Context(), net, 10, centrality.Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(name+"/all-"+m.name, func(b *testing.B) {
				for b.Loop() {
					if _, err := m.all(b.Context(), net, centrality.Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
