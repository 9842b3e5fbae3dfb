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
