package dismantle_test

import (
	"testing"

	"github.com/chokepoint/chokepoint/graph/dismantle"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func BenchmarkFragmentation(b *testing.B) {
	for _, c := range []struct {
		name  string
		graph func() nt.Graph
		k     int
	}{
		{"caviar k=3", func() nt.Graph { return nt.Dataset(b, "caviar").Graph }, 3},
		{"montagna k=3", func() nt.Graph { return nt.Dataset(b, "montagna_meetings").Graph }, 3},
		{"110 nodes clique k=3", func() nt.Graph { return nt.Clique(110) }, 3},
		{"70 nodes sparse k=5", func() nt.Graph { return nt.ErdosRenyi(70, 110, 1) }, 5},
		{"70 nodes dense k=5", func() nt.Graph { return nt.ErdosRenyi(70, 350, 1) }, 5},
		{"70 nodes cycle k=5", func() nt.Graph { return nt.Cycle(70) }, 5},
		{"70 nodes clique k=5", func() nt.Graph { return nt.Clique(70) }, 5},
		{"70 nodes star k=5", func() nt.Graph { return nt.Star(70) }, 5},
	} {
		b.Run(c.name, func(b *testing.B) {
			net := c.graph().Build(b, false)
			for b.Loop() {
				p, err := dismantle.Fragmentation(b.Context(), net, c.k, dismantle.Nodes, dismantle.Limits{})
				if err != nil || !p.Optimal {
					b.Fatalf("%+v, %v", p, err)
				}
			}
		})
	}
}
