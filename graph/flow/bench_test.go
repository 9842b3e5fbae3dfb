package flow_test

import (
	"math/rand/v2"
	"testing"

	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

var sink float64

// BenchmarkMax takes random pairs of nodes with links.
func BenchmarkMax(b *testing.B) {
	g := nt.RMAT(16, 8, 1)
	r := rand.New(rand.NewPCG(1, 2))
	capacity := make([]float64, len(g.Links))
	for e := range capacity {
		capacity[e] = float64(1 + r.IntN(1000))
	}
	for _, c := range []struct {
		name     string
		directed bool
		opt      flow.Options
	}{
		{"unit directed", true, flow.Options{}},
		{"amounts directed", true, flow.Options{Capacity: capacity}},
		{"amounts undirected", false, flow.Options{Capacity: capacity}},
	} {
		b.Run(c.name, func(b *testing.B) {
			net := g.Build(b, c.directed)
			pick := func() network.NodeIndex {
				for {
					if v := network.NodeIndex(r.IntN(net.NumNodes())); len(net.Out(v)) > 8 && len(net.In(v)) > 8 {
						return v
					}
				}
			}
			for b.Loop() {
				s, t := pick(), pick()
				if s == t {
					continue
				}
				r, err := flow.Max(b.Context(), net, []network.NodeIndex{s}, []network.NodeIndex{t}, c.opt)
				if err != nil {
					b.Fatal(err)
				}
				sink += r.Value
			}
		})
	}
}
