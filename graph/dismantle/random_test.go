package dismantle_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// triedAll is what trying all sets says of one number of choices.
type triedAll struct {
	value float64
	count int
	first []int
}

func (a *triedAll) UnmarshalJSON(raw []byte) error {
	return json.Unmarshal(raw, &[]any{&a.value, &a.count, &a.first})
}

// Classical and random graphs of which NetworkX tried all sets of up to five nodes.
func TestKeyPlayersOfFive(t *testing.T) {
	var answers map[string]struct {
		N                     int
		Links                 [][2]int
		Pairs, Largest, Reach []triedAll
	}
	nt.Answers(t, "keyplayers", &answers)
	nets := map[string]*network.Network{}
	for _, g := range nt.Random(t) {
		nets[g.Name] = g.Net
	}
	classical := 0
	for name, want := range answers {
		if want.Links != nil {
			nets[name] = nt.Of(want.N, want.Links).Build(t, false)
			classical++
		}
		for i := range want.Pairs {
			k := i + 1
			p, err := dismantle.Fragmentation(t.Context(), nets[name], k, dismantle.Nodes, dismantle.Limits{})
			want.Pairs[i].check(t, name+": pairs", k, p, err)
			p, err = dismantle.LargestComponent(t.Context(), nets[name], k, dismantle.Nodes, dismantle.Limits{})
			want.Largest[i].check(t, name+": largest", k, p, err)
			p, err = dismantle.Reach(t.Context(), nets[name], k, 1, dismantle.Limits{})
			want.Reach[i].check(t, name+": reach", k, p, err)
		}
	}
	if classical < 7 || len(answers) < 200 {
		t.Errorf("only %d graphs, %d of them classical", len(answers), classical)
	}
}

func (a triedAll) check(t *testing.T, what string, k int, p dismantle.Plan, err error) {
	t.Helper()
	if err != nil || !p.Optimal || p.Value != a.value || p.AlternativesTotal != a.count-1 || !slices.Equal(choice(p), a.first) {
		t.Errorf("%s of %d: %+v, want %+v; %v", what, k, p, a, err)
	}
}

// FuzzPlans holds every kind of plan to what it says of itself.
func FuzzPlans(f *testing.F) {
	f.Add([]byte("the few that hold it together"))
	f.Add([]byte{9, 0, 0, 3, 0, 1, 1, 2, 2, 3, 3, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		draw := func(lo, hi int) int {
			if len(data) == 0 {
				return lo
			}
			b := int(data[0])
			data = data[1:]
			return lo + b%(hi-lo+1)
		}
		k, targets, most, work := draw(0, 4), dismantle.Targets(draw(0, 1)), draw(0, 6), draw(0, 255)
		directed := draw(0, 1) == 1
		g := nt.Drawn(10, 20, draw)
		count := g.Nodes
		if targets == dismantle.Links {
			count = len(g.Links)
		}
		costs := dismantle.Costs{Most: float64(most), Of: make([]float64, count)}
		for t := range costs.Of {
			costs.Of[t] = float64(draw(0, 3))
		}
		net := g.Build(t, directed)
		from, to := []network.NodeIndex{}, []network.NodeIndex{}
		for v := range network.NodeIndex(min(4, g.Nodes)) {
			if v%2 == 0 {
				from = append(from, v)
			} else {
				to = append(to, v)
			}
		}
		for _, lim := range []dismantle.Limits{{Costs: costs}, {Costs: costs, Work: int64(1 + work)}} {
			for name, run := range map[string]func() (dismantle.Plan, error){
				"pairs":   func() (dismantle.Plan, error) { return dismantle.Fragmentation(t.Context(), net, k, targets, lim) },
				"largest": func() (dismantle.Plan, error) { return dismantle.LargestComponent(t.Context(), net, k, targets, lim) },
				"flow": func() (dismantle.Plan, error) {
					return dismantle.Flow(t.Context(), net, from, to, nil, k, targets, lim)
				},
				"path": func() (dismantle.Plan, error) {
					return dismantle.PathLength(t.Context(), net, from, to, nil, k, targets, lim)
				},
			} {
				p, err := run()
				if err != nil {
					t.Fatalf("%s: %v", name, err)
				}
				checkPlan(t, name, p, k, costs, name == "path")
			}
			if targets == dismantle.Nodes {
				p, err := dismantle.Reach(t.Context(), net, k, 1+k%3, lim)
				if err != nil {
					t.Fatal(err)
				}
				checkPlan(t, "reach", p, k, costs, true)
			}
		}
	})
}

// checkPlan fails if a plan takes more than it may or is better than its bound.
func checkPlan(t *testing.T, name string, p dismantle.Plan, k int, costs dismantle.Costs, more bool) {
	t.Helper()
	low, high := p.Bound, p.Value
	if more {
		low, high = high, low
	}
	if len(p.Choice) > k || !payable(costs, p.Choice) || p.Cost != costOf(costs, p.Choice) || len(p.Marginal) != len(p.Choice) {
		t.Fatalf("%s: %+v within %d and %+v", name, p, k, costs)
	}
	if low > high || p.Optimal && p.Bound != p.Value && p.Gap() != 0 || p.Gap() < 0 || p.Gap() > 1 {
		t.Fatalf("%s: %+v with a gap of %v", name, p, p.Gap())
	}
	sorted := slices.Sorted(slices.Values(p.Choice))
	if len(slices.Compact(sorted)) != len(p.Choice) {
		t.Fatalf("%s chooses twice: %+v", name, p)
	}
}
