package dismantle_test

import (
	"context"
	"encoding/json"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// passage is a random question between two sets of nodes.
type passage struct {
	g        nt.Graph
	directed bool
	from, to []network.NodeIndex
	number   []float64 // of each link
	targets  dismantle.Targets
	k        int
}

func drawPassage(r *rand.Rand, g nt.Graph) passage {
	p := passage{g: g, directed: r.IntN(2) == 0, targets: dismantle.Targets(r.IntN(2)), k: r.IntN(4)}
	for v := range network.NodeIndex(g.Nodes) {
		switch r.IntN(4) {
		case 0:
			p.from = append(p.from, v)
		case 1:
			p.to = append(p.to, v)
		}
	}
	if r.IntN(2) == 0 {
		for range g.Links {
			p.number = append(p.number, []float64{0, 1, 1, 2, 0.3, 5, math.Inf(1)}[r.IntN(7)])
		}
	}
	if p.targets == dismantle.Links && len(g.Links) > 14 {
		p.k = min(p.k, 2)
	}
	return p
}

// best tries all sets that leave both ends alone.
func (p passage) best(more bool, value func(set []int) float64) (float64, [][]int) {
	count := p.g.Nodes
	if p.targets == dismantle.Links {
		count = len(p.g.Links)
	}
	worst := math.Inf(1)
	if more {
		worst = math.Inf(-1)
	}
	return best(count, p.k, more, func(set []int) float64 {
		for _, v := range set {
			end := slices.Contains(p.from, network.NodeIndex(v)) || slices.Contains(p.to, network.NodeIndex(v))
			if p.targets == dismantle.Nodes && end {
				return worst
			}
		}
		return value(set)
	})
}

// length is that of the shortest path by an oracle that lists all paths.
func (p passage) length(t nt.TB, set []int) float64 {
	numbers := p.number
	rest := nt.Graph{Nodes: p.g.Nodes}
	var length []float64
	for e, l := range p.g.Links {
		gone := p.targets == dismantle.Links && slices.Contains(set, e) ||
			p.targets == dismantle.Nodes && (slices.Contains(set, int(l.From)) || slices.Contains(set, int(l.To)))
		if gone {
			continue
		}
		rest.Links = append(rest.Links, l)
		if numbers != nil {
			length = append(length, numbers[e])
		} else {
			length = append(length, 1)
		}
	}
	net := rest.Build(t, p.directed)
	dist := slices.Repeat([]float64{math.Inf(1)}, p.g.Nodes)
	for _, v := range p.from {
		dist[v] = 0
	}
	for range p.g.Nodes { // Bellman and Ford
		for v := range network.NodeIndex(p.g.Nodes) {
			for _, a := range net.AppendOut(v, nil) {
				dist[a.To] = min(dist[a.To], dist[v]+length[a.Edge])
			}
		}
	}
	least := math.Inf(1)
	for _, v := range p.to {
		least = min(least, dist[v])
	}
	return least
}

func TestPathLengthByTryingAll(t *testing.T) {
	check(t, 9, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
		q := drawPassage(r, g)
		value := func(set []int) float64 { return q.length(t, set) }
		p, err := dismantle.PathLength(t.Context(), g.Build(t, q.directed), q.from, q.to, q.number, q.k, q.targets,
			dismantle.Limits{Alternatives: 1000})
		if err != nil {
			t.Fatal(err)
		}
		top, sets := q.best(true, value)
		compare(t, p, top, sets)
		checkOrder(t, p, true, value)
		p, err = dismantle.PathLength(t.Context(), g.Build(t, q.directed), q.from, q.to, q.number, q.k, q.targets,
			dismantle.Limits{Work: 1 + r.Int64N(200)})
		if err != nil || p.Value > top || p.Bound < top || p.Value != value(p.Choice) || len(p.Choice) > q.k || p.Optimal && p.Value != top {
			t.Fatalf("with little work: %+v, %v; the best is %v", p, err, top)
		}
	})
}

// flow is the maximum flow without a set, whose capacities are set to 0.
func (p passage) flow(t nt.TB, set []int) float64 {
	var capacity []float64
	for e, l := range p.g.Links {
		c := 1.0
		if p.number != nil {
			c = p.number[e]
		}
		if p.targets == dismantle.Links && slices.Contains(set, e) ||
			p.targets == dismantle.Nodes && (slices.Contains(set, int(l.From)) || slices.Contains(set, int(l.To))) {
			c = 0
		}
		capacity = append(capacity, c)
	}
	r, err := flow.Max(context.Background(), p.g.Build(t, p.directed), p.from, p.to, flow.Options{Capacity: capacity})
	if err != nil {
		t.Fatalf("%v", err)
	}
	return r.Value
}

func TestFlowByTryingAll(t *testing.T) {
	check(t, 9, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
		q := drawPassage(r, g)
		value := func(set []int) float64 { return q.flow(t, set) }
		p, err := dismantle.Flow(t.Context(), g.Build(t, q.directed), q.from, q.to, q.number, q.k, q.targets,
			dismantle.Limits{Alternatives: 1000})
		if err != nil {
			t.Fatal(err)
		}
		top, sets := q.best(false, value)
		compare(t, p, top, sets)
		checkOrder(t, p, false, value)
		p, err = dismantle.Flow(t.Context(), g.Build(t, q.directed), q.from, q.to, q.number, q.k, q.targets,
			dismantle.Limits{Work: 1 + r.Int64N(300)})
		if err != nil || p.Value < top || p.Bound > top || p.Value != value(p.Choice) || len(p.Choice) > q.k || p.Optimal && p.Value != top {
			t.Fatalf("with little work: %+v, %v; the best is %v", p, err, top)
		}
	})
}

// Removal of arcs from a grid (Israel and Wood 2002), solved by exhaustive branching.
func TestGridInterdiction(t *testing.T) {
	d := nt.Case(t, "grid_interdiction")
	for k := range 3 {
		var want struct {
			Length json.RawMessage `json:"shortest_path_after_removing_k_arcs"`
			Arcs   [][2]string
		}
		nt.Decode(t, d.Expected[strconv.Itoa(k)], &want)
		p, err := dismantle.PathLength(t.Context(), d.Network(t), d.Named(t, "n00"), d.Named(t, "n33"),
			d.Floats(t, "value"), k, dismantle.Links, dismantle.Limits{})
		if err != nil || p.Value != number(t, want.Length) || !p.Optimal || len(p.Choice) != len(want.Arcs) {
			t.Errorf("k=%d: %+v, want %s by %v; %v", k, p, want.Length, want.Arcs, err)
		}
	}
}

// number reads a number or the word "inf".
func number(t *testing.T, raw json.RawMessage) float64 {
	t.Helper()
	if string(raw) == `"inf"` {
		return math.Inf(1)
	}
	var x float64
	nt.Decode(t, raw, &x)
	return x
}

func TestPathsOfThePlantedSupplyChain(t *testing.T) {
	d, _, _ := nt.PlantedSupply(t)
	var cases map[string]struct {
		Days json.RawMessage `json:"shortest_path_days"`
	}
	nt.Decode(t, d.Expected["shortest_path_interdiction_removal"], &cases)
	for key, want := range cases {
		targets := dismantle.Nodes
		if key[:3] == "arc" {
			targets = dismantle.Links
		}
		p, err := dismantle.PathLength(t.Context(), d.Network(t), d.Named(t, "SUP1"), d.Named(t, "DIS1"),
			d.Floats(t, "days"), int(key[len(key)-1]-'0'), targets, dismantle.Limits{})
		if err != nil || p.Value != number(t, want.Days) || !p.Optimal {
			t.Errorf("%s: %+v, want %s; %v", key, p, want.Days, err)
		}
	}
}

// The two brokers were planted as what everything must pass.
func TestFlowOfThePlantedSupplyChain(t *testing.T) {
	d, from, to := nt.PlantedSupply(t)
	var planted []string
	nt.Decode(t, d.Expected["planted_chokepoint"], &planted)
	p, err := dismantle.Flow(t.Context(), d.Network(t), from, to, d.Floats(t, "capacity"), 2, dismantle.Nodes, dismantle.Limits{})
	if err != nil || p.Before != number(t, d.Expected["max_flow_all_suppliers_to_all_distributors"]) || p.Value != 0 || !p.Optimal {
		t.Errorf("%+v, %v", p, err)
	}
	if !slices.Equal(choice(p), indexed(t, d, planted)) || p.AlternativesTotal != 0 {
		t.Errorf("choice %v of %v, want %v", p.Choice, d.IDs, planted)
	}
	for k := 1; k < 5; k++ {
		p, err := dismantle.Flow(t.Context(), d.Network(t), from, to, d.Floats(t, "capacity"), k, dismantle.Links, dismantle.Limits{})
		if err != nil || !p.Optimal || p.Value >= p.Before {
			t.Errorf("k=%d: %+v, %v", k, p, err)
		}
	}
}

func TestBadQuestions(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	one, two := []network.NodeIndex{0}, []network.NodeIndex{9}
	_, budget := dismantle.Fragmentation(t.Context(), net, -1, dismantle.Nodes, dismantle.Limits{})
	_, steps := dismantle.Reach(t.Context(), net, 1, -1, dismantle.Limits{})
	_, ends := dismantle.PathLength(t.Context(), net, one, two, nil, 1, dismantle.Nodes, dismantle.Limits{})
	_, length := dismantle.PathLength(t.Context(), net, one, one, []float64{1, math.NaN()}, 1, dismantle.Nodes, dismantle.Limits{})
	_, both := dismantle.Flow(t.Context(), net, one, one, nil, 1, dismantle.Nodes, dismantle.Limits{})
	for i, err := range []error{budget, steps, ends, length, both} {
		if graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%d: %v", i, err)
		}
	}
}
