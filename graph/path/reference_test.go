package path_test

import (
	"math"
	"os"
	"path/filepath"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
)

// The seven simple paths of the worked example of Yen (1971).
func TestYensExample(t *testing.T) {
	d := nt.Case(t, "yen_example")
	cost := d.Floats(t, "value")
	var want [][2]any
	nt.Decode(t, d.Expected["all_simple_paths_in_order_cost"], &want)
	got, err := path.KShortest(t.Context(), d.Network(t), d.Named(t, "C"), d.Named(t, "H"), 10,
		func(e network.EdgeIndex) float64 { return cost[e] }, path.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Paths) != len(want) {
		t.Fatalf("%d paths, want %d", len(got.Paths), len(want))
	}
	for i, p := range got.Paths {
		if p.Cost != want[i][0].(float64) {
			t.Errorf("path %d costs %v, want %v", i, p.Cost, want[i][0])
		}
	}
}

// Colbourn (1987): the bridge network with every link at 0.9.
func TestMostReliablePathOfTheBridge(t *testing.T) {
	d := nt.Case(t, "bridge_reliability")
	p := d.Floats(t, "value")
	r, err := path.ShortestWeighted(t.Context(), d.Network(t), d.Named(t, "s"), d.Named(t, "t"),
		path.Reliability(func(e network.EdgeIndex) float64 { return p[e] }), path.Options{})
	var want float64
	nt.Decode(t, d.Expected["most_reliable_path_probability"], &want)
	if err != nil || math.Abs(math.Exp(-r.Cost)-want) > 1e-12 {
		t.Errorf("probability %v, want %v; %v", math.Exp(-r.Cost), want, err)
	}
}

// A supply chain whose answers were computed when it was planted.
func TestPlantedSupplyChain(t *testing.T) {
	d := nt.Dataset(t, "planted_supply_a")
	d.Directed = true
	net := d.Network(t)
	raw, err := os.ReadFile(filepath.Join(nt.Reference(t), "data", "planted_supply_a", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var want struct {
		Pair     []string
		Ten      [][2]any `json:"ten_shortest_simple_paths_days"`
		Reliable struct {
			Path        []string
			Probability float64
		} `json:"most_reliable_path"`
	}
	nt.Decode(t, raw, &want)
	from, to := d.Named(t, want.Pair[0]), d.Named(t, want.Pair[1])
	days, confidence := d.Floats(t, "days"), d.Floats(t, "confidence")

	ten, err := path.KShortest(t.Context(), net, from, to, 10,
		func(e network.EdgeIndex) float64 { return days[e] }, path.Options{})
	if err != nil || len(ten.Paths) != 10 {
		t.Fatalf("%d paths, %v", len(ten.Paths), err)
	}
	for i, p := range ten.Paths {
		if p.Cost != want.Ten[i][0].(float64) {
			t.Errorf("path %d takes %v days, want %v", i, p.Cost, want.Ten[i][0])
		}
	}
	r, err := path.ShortestWeighted(t.Context(), net, from, to,
		path.Reliability(func(e network.EdgeIndex) float64 { return confidence[e] }), path.Options{})
	if err != nil || math.Abs(math.Exp(-r.Cost)-want.Reliable.Probability) > 1e-9 {
		t.Errorf("most reliable path has %v, want %v; %v", math.Exp(-r.Cost), want.Reliable.Probability, err)
	}
	for i, v := range r.Nodes {
		if d.IDs[v] != want.Reliable.Path[i] {
			t.Errorf("node %d of the path is %s, want %s", i, d.IDs[v], want.Reliable.Path[i])
		}
	}
}
