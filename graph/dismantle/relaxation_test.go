package dismantle

import (
	"context"
	"math/rand/v2"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// What a price bounds is never more than what a plan leaves, and where many links
// carry the flow it is more than what the greatest of them could stop.
func TestRelaxationBoundsEveryPlan(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	helped, tight := 0, 0
	for range 300 {
		g := nt.ErdosRenyi(12, 30, r.Uint64())
		net := g.Build(t, r.IntN(2) == 0)
		capacity, cost := make([]float64, len(g.Links)), make([]float64, len(g.Links))
		for e := range capacity {
			capacity[e], cost[e] = float64(1+r.IntN(9)), float64(1+r.IntN(3))
		}
		from, to := []network.NodeIndex{0, 1}, []network.NodeIndex{10, 11}
		lim := Limits{Costs: Costs{Of: cost, Most: float64(2 + r.IntN(4))}}
		p, err := Flow(t.Context(), net, from, to, capacity, 10, Links, lim)
		if err != nil || !p.Optimal {
			t.Fatalf("%+v, %v", p, err)
		}
		relax := &relaxation{
			ctx: context.Background(), net: net, from: from, to: to, capacity: capacity, what: Links,
			cost: func(t int) float64 { return cost[t] }, budget: lim.Costs.Most, work: 1 << 40,
		}
		bound := relax.bound(p.Before)
		if bound > p.Value {
			t.Fatalf("bound %v of %+v", bound, p)
		}
		if bound == p.Value {
			tight++
		}
		if bound > 0 {
			helped++
		}
	}
	if helped < 100 || tight < 100 {
		t.Errorf("only %d bounds are above 0, %d reached", helped, tight)
	}
}

// Without the work for a proof the bound of a wide flow is near what is left.
func TestBoundOfAWideFlow(t *testing.T) {
	net := nt.BarabasiAlbert(2000, 4, 1).Build(t, false)
	var from, to []network.NodeIndex
	for v := range network.NodeIndex(30) {
		from, to = append(from, 500+v), append(to, 1900+v)
	}
	for _, targets := range []Targets{Links, Nodes} {
		p, err := Flow(t.Context(), net, from, to, nil, 20, targets, Limits{Work: 50_000_000})
		if err != nil || p.Value >= p.Before || p.Gap() > 0.3 {
			t.Errorf("targets %v: %+v with a gap of %v, %v", targets, p, p.Gap(), err)
		}
		t.Log(p.Before, p.Value, p.Bound, p.Optimal)
	}
}
