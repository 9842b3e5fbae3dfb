package connectivity_test

import (
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

var rmat16 = sync.OnceValue(func() nt.Graph { return nt.RMAT(16, 8, 1) })

func bench(b *testing.B, directed bool, run func(*network.Network) error) {
	net := rmat16().Build(b, directed)
	b.ReportAllocs()
	for b.Loop() {
		if err := run(net); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWeak(b *testing.B) {
	bench(b, false, func(net *network.Network) error {
		_, err := connectivity.Weak(b.Context(), net, connectivity.Removal{})
		return err
	})
}

func BenchmarkStrong(b *testing.B) {
	bench(b, true, func(net *network.Network) error {
		_, err := connectivity.Strong(b.Context(), net)
		return err
	})
}

func BenchmarkArticulationPoints(b *testing.B) {
	bench(b, false, func(net *network.Network) error {
		_, err := connectivity.ArticulationPoints(b.Context(), net)
		return err
	})
}

func BenchmarkBridges(b *testing.B) {
	bench(b, false, func(net *network.Network) error {
		_, err := connectivity.Bridges(b.Context(), net)
		return err
	})
}

func BenchmarkEfficiency(b *testing.B) {
	net := nt.BarabasiAlbert(5000, 4, 1).Build(b, false)
	for b.Loop() {
		if _, err := connectivity.Efficiency(b.Context(), net, connectivity.Removal{}); err != nil {
			b.Fatal(err)
		}
	}
}

// Where links have a direction, and for comparison all distances, of which it is the
// greatest.
func BenchmarkDiameter(b *testing.B) {
	for _, c := range []struct {
		name  string
		graph nt.Graph
		all   bool
	}{
		{"rmat14", nt.RMAT(14, 8, 1), true},
		{"rmat16", rmat16(), false},
		{"acyclic", nt.BarabasiAlbert(50_000, 5, 1), false},
		{"even", nt.ErdosRenyi(50_000, 250_000, 1), false},
	} {
		net := c.graph.Build(b, true)
		b.Run(c.name, func(b *testing.B) {
			for b.Loop() {
				span, err := connectivity.Diameter(b.Context(), net, 64)
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric(float64(span.AtLeast), "at-least")
				b.ReportMetric(float64(span.AtMost), "at-most")
			}
		})
		if c.all {
			b.Run(c.name+"/all", func(b *testing.B) {
				for b.Loop() {
					if _, err := connectivity.DistancesOf(b.Context(), net, connectivity.Removal{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}
