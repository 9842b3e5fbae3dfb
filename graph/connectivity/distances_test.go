package connectivity_test

import (
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// apart finds all distances by going over each node as a stop on the way (Floyd 1962).
func apart(net *network.Network) (diameter, pairs, sum int) {
	n := net.NumNodes()
	const far = math.MaxInt32
	d := make([][]int, n)
	for v := range d {
		d[v] = make([]int, n)
		for w := range d[v] {
			d[v][w] = far
		}
		for _, w := range net.Out(network.NodeIndex(v)) {
			d[v][w] = 1
		}
		d[v][v] = 0
	}
	for k := range n {
		for v := range n {
			for w := range n {
				d[v][w] = min(d[v][w], d[v][k]+d[k][w])
			}
		}
	}
	for v := range n {
		for w := range n {
			if v != w && d[v][w] < far {
				diameter, pairs, sum = max(diameter, d[v][w]), pairs+1, sum+d[v][w]
			}
		}
	}
	return diameter, pairs, sum
}

func TestDistancesOfAllShapes(t *testing.T) {
	for _, g := range nt.Random(t) {
		got, err := connectivity.DistancesOf(t.Context(), g.Net, connectivity.Removal{})
		if err != nil {
			t.Fatal(err)
		}
		diameter, pairs, sum := apart(g.Net)
		mean := got.Mean()
		if got.Nodes != g.Net.NumNodes() || got.Diameter() != diameter || (mean == nil) != (pairs == 0) {
			t.Fatalf("%s: %+v, want diameter %d", g.Name, got, diameter)
		}
		if mean != nil && math.Abs(*mean-float64(sum)/float64(pairs)) > 1e-12 {
			t.Fatalf("%s: mean %v, want %d/%d", g.Name, *mean, sum, pairs)
		}
	}
}
