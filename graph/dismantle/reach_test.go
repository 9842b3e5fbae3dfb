package dismantle_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/dismantle"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// reached counts the nodes within steps of a set by all distances.
func reached(dist [][]int, set []int, steps int) float64 {
	count := 0.0
	for v := range dist {
		if slices.ContainsFunc(set, func(u int) bool { return dist[u][v] <= steps }) {
			count++
		}
	}
	return count
}

func TestReachByTryingAll(t *testing.T) {
	check(t, 10, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
		k, steps := r.IntN(5), r.IntN(7)
		net := g.Build(t, r.IntN(2) == 0)
		dist := nt.Distances(net)
		value := func(set []int) float64 { return reached(dist, set, steps) }
		p, err := dismantle.Reach(t.Context(), net, k, steps, dismantle.Limits{Alternatives: 1000})
		if err != nil {
			t.Fatal(err)
		}
		top, sets := best(g.Nodes, k, true, value)
		compare(t, p, top, sets)
		checkOrder(t, p, true, value)
		p, err = dismantle.Reach(t.Context(), net, k, steps, dismantle.Limits{Work: 1 + r.Int64N(200)})
		if err != nil || p.Value > top || p.Bound < top || (p.Optimal && p.Value != top) {
			t.Fatalf("with little work: %+v, %v; the best is %v", p, err, top)
		}
		if p.Value != value(p.Choice) || len(p.Choice) > k {
			t.Fatalf("%+v reaches %v", p, value(p.Choice))
		}
	})
}

// Beyond the size for a proof the greedy set is worth 1 − 1/e of the best.
func TestGreedyReachOfLargeNetworks(t *testing.T) {
	small := nt.BarabasiAlbert(60, 2, 1)
	large := nt.Union(small, nt.Graph{Nodes: 20_001})
	for k := 1; k < 5; k++ {
		best, err := dismantle.Reach(t.Context(), small.Build(t, false), k, 1, dismantle.Limits{})
		if err != nil || !best.Optimal {
			t.Fatal(best, err)
		}
		p, err := dismantle.Reach(t.Context(), large.Build(t, false), k, 1, dismantle.Limits{})
		if err != nil || p.Value > best.Value || p.Value < (1-1/math.E)*best.Value || p.Bound < best.Value {
			t.Errorf("k=%d: %+v; the best is %v; %v", k, p, best, err)
		}
	}
}

// Counts of sets agree with brute force over sets of exactly k where k nodes are
// needed; where fewer reach as many, those are counted here.
func TestReachOfPublishedNetworks(t *testing.T) {
	for _, name := range published {
		t.Run(name, func(t *testing.T) {
			d, want := nt.Dataset(t, name), expected(t, name)
			net := d.Network(t)
			for key, w := range want.Pos {
				steps, k := int(key[1]-'0'), int(key[4]-'0')
				p, err := dismantle.Reach(t.Context(), net, k, steps, dismantle.Limits{})
				if err != nil || !p.Optimal || p.Value != w.Reached {
					t.Errorf("%s: %+v, want %v; %v", key, p, w.Reached, err)
				}
				fewer := want.Pos["m"+strconv.Itoa(steps)+"_k"+strconv.Itoa(k-1)]
				if fewer.Reached == w.Reached {
					continue
				}
				if p.AlternativesTotal != w.Count-1 {
					t.Errorf("%s: %d other sets, want %d", key, p.AlternativesTotal, w.Count-1)
				}
				if !slices.ContainsFunc(w.Sets, func(s []string) bool { return slices.Equal(indexed(t, d, s), choice(p)) }) && len(w.Sets) == w.Count {
					t.Errorf("%s: %v is not among %v", key, p.Choice, w.Sets)
				}
			}
		})
	}
}
