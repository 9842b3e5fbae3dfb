package dismantle_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// shapes are small graphs of every kind.
func shape(r *rand.Rand, n int) nt.Graph {
	switch r.IntN(9) {
	case 0:
		return nt.Star(n)
	case 1:
		return nt.Path(n)
	case 2:
		return nt.Clique(n)
	case 3:
		return nt.Cycle(max(3, n))
	case 4:
		return nt.Tree(n, r.Uint64())
	case 5:
		return nt.Graph{Nodes: r.IntN(n + 1)}
	case 6:
		return nt.Union(nt.Clique(1+n/2), nt.Multigraph(1+n/3, n, r.Uint64()))
	case 7:
		return nt.ErdosRenyi(n, n+r.IntN(n), r.Uint64())
	}
	return nt.Multigraph(n, r.IntN(2*n), r.Uint64())
}

// check tries a property on thousands of small graphs.
func check(t *testing.T, most int, property func(t *rapid.T, r *rand.Rand, g nt.Graph)) {
	rapid.Check(t, func(t *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for range 10 {
			n := 1 + r.IntN(most)
			g := shape(r, n)
			if r.IntN(2) == 0 && g.Nodes > 0 {
				g = g.Relabel(nt.Permutation(g.Nodes, r.Uint64()))
			}
			property(t, r, g)
		}
	})
}

// without returns a graph without some nodes or links; nodes keep their place.
func without(g nt.Graph, set []int, t dismantle.Targets) (nt.Graph, []bool) {
	gone := make([]bool, g.Nodes)
	rest := nt.Graph{Nodes: g.Nodes}
	if t == dismantle.Nodes {
		for _, v := range set {
			gone[v] = true
		}
	}
	for e, l := range g.Links {
		if !gone[l.From] && !gone[l.To] && (t != dismantle.Links || !slices.Contains(set, e)) {
			rest.Links = append(rest.Links, l)
		}
	}
	return rest, gone
}

// subsets calls yield for each set of at most k of n, small ones first, in
// lexicographic order.
func subsets(n, k int, yield func(set []int)) {
	var extend func(set []int, size, from int)
	extend = func(set []int, size, from int) {
		if len(set) == size {
			yield(set)
			return
		}
		for t := from; t < n; t++ {
			extend(append(set, t), size, t+1)
		}
	}
	for size := range min(n, k) + 1 {
		extend(nil, size, 0)
	}
}

// best tries every set and returns the best value and the smallest sets that reach
// it.
func best(n, k int, more bool, value func(set []int) float64) (float64, [][]int) {
	top := math.Inf(1)
	var sets [][]int
	sign := 1.0
	if more {
		sign = -1
	}
	subsets(n, k, func(set []int) {
		x := sign * value(set)
		switch {
		case x < top || sets == nil:
			top, sets = x, [][]int{slices.Clone(set)}
		case x == top && len(set) == len(sets[0]):
			sets = append(sets, slices.Clone(set))
		}
	})
	return sign * top, sets
}

// compare fails unless a plan is the first of the best sets and lists all others.
func compare(t *rapid.T, p dismantle.Plan, top float64, sets [][]int) {
	t.Helper()
	if !p.Optimal || p.Value != top || p.Bound != top || p.Gap() != 0 {
		t.Fatalf("%+v; the best is %v by %v", p, top, sets)
	}
	if p.AlternativesTotal != len(sets)-1 {
		t.Fatalf("%d other sets, want %d of %v: %+v", p.AlternativesTotal, len(sets)-1, sets, p)
	}
	choice := slices.Sorted(slices.Values(p.Choice))
	if !slices.Equal(choice, sets[0]) {
		t.Fatalf("choice %v, want %v", choice, sets[0])
	}
	for i, set := range p.Alternatives {
		if !slices.Equal(set, sets[i+1]) {
			t.Fatalf("alternatives %v, want %v", p.Alternatives, sets[1:])
		}
	}
}

// checkOrder fails unless choices come in the order of their effect.
func checkOrder(t *rapid.T, p dismantle.Plan, more bool, value func(set []int) float64) {
	t.Helper()
	if len(p.Marginal) != len(p.Choice) || value(nil) != p.Before || value(p.Choice) != p.Value {
		t.Fatalf("%+v; before %v, after %v", p, value(nil), value(p.Choice))
	}
	for i, chosen := range p.Choice {
		prefix := slices.Clone(p.Choice[:i])
		now := value(append(prefix, chosen))
		effect := math.Abs(value(prefix) - now)
		if value(prefix) == now {
			effect = 0
		}
		if effect != p.Marginal[i] {
			t.Fatalf("choice %d of %+v does %v", i, p, effect)
		}
		for _, other := range p.Choice[i+1:] {
			x := value(append(slices.Clone(prefix), other))
			if more && x > now || !more && x < now || x == now && other < chosen {
				t.Fatalf("%d should come before %d in %+v", other, chosen, p)
			}
		}
	}
}

func pairsLeft(t nt.TB, g nt.Graph, set []int, targets dismantle.Targets) (pairs, largest float64) {
	rest, gone := without(g, set, targets)
	size := map[network.NodeIndex]float64{}
	for _, l := range nt.Components(rest.Build(t, false), gone) {
		if l != network.NoNode {
			size[l]++
		}
	}
	for _, s := range size {
		pairs += s * (s - 1) / 2
		largest = max(largest, s)
	}
	return pairs, largest
}

type breakUp = func(t nt.TB, net *network.Network, budget int, targets dismantle.Targets, lim dismantle.Limits) dismantle.Plan

var objectives = map[string]struct {
	run  breakUp
	pick func(pairs, largest float64) float64
}{
	"pairs": {func(t nt.TB, net *network.Network, k int, targets dismantle.Targets, lim dismantle.Limits) dismantle.Plan {
		p, err := dismantle.Fragmentation(context.Background(), net, k, targets, lim)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return p
	}, func(pairs, _ float64) float64 { return pairs }},
	"largest": {func(t nt.TB, net *network.Network, k int, targets dismantle.Targets, lim dismantle.Limits) dismantle.Plan {
		p, err := dismantle.LargestComponent(context.Background(), net, k, targets, lim)
		if err != nil {
			t.Fatalf("%v", err)
		}
		return p
	}, func(_, largest float64) float64 { return largest }},
}

func TestBreakingUpByTryingAll(t *testing.T) {
	for name, o := range objectives {
		t.Run(name, func(t *testing.T) {
			check(t, 9, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
				k, targets := r.IntN(5), dismantle.Targets(r.IntN(2))
				count := g.Nodes
				if targets == dismantle.Links {
					if count = len(g.Links); count > 12 {
						k = min(k, 3)
					}
				}
				value := func(set []int) float64 { return o.pick(pairsLeft(t, g, set, targets)) }
				p := o.run(t, g.Build(t, r.IntN(2) == 0), k, targets, dismantle.Limits{Alternatives: 1000})
				top, sets := best(count, k, false, value)
				compare(t, p, top, sets)
				checkOrder(t, p, false, value)
			})
		})
	}
}

// Without the work for a proof a plan is never better than the best, nor its bound
// above it.
func TestBreakingUpWithLittleWork(t *testing.T) {
	for name, o := range objectives {
		t.Run(name, func(t *testing.T) {
			check(t, 12, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
				k, targets := 1+r.IntN(4), dismantle.Targets(r.IntN(2))
				if targets == dismantle.Links && len(g.Links) > 14 {
					k = min(k, 2)
				}
				net := g.Build(t, r.IntN(2) == 0)
				value := func(set []int) float64 { return o.pick(pairsLeft(t, g, set, targets)) }
				exact := o.run(t, net, k, targets, dismantle.Limits{})
				if !exact.Optimal {
					t.Fatalf("not proven: %+v", exact)
				}
				p := o.run(t, net, k, targets, dismantle.Limits{Work: int64(1 + r.IntN(300))})
				if p.Value < exact.Value || p.Bound > exact.Value || p.Value != value(p.Choice) || len(p.Choice) > k {
					t.Fatalf("%+v, but the best is %+v", p, exact)
				}
				if p.Optimal && p.Value != exact.Value {
					t.Fatalf("called optimal: %+v, but the best is %+v", p, exact)
				}
			})
		})
	}
}

func TestRelabellingChangesNoValue(t *testing.T) {
	for name, o := range objectives {
		t.Run(name, func(t *testing.T) {
			check(t, 14, func(t *rapid.T, r *rand.Rand, g nt.Graph) {
				k, targets := r.IntN(4), dismantle.Targets(r.IntN(2))
				if g.Nodes == 0 {
					return
				}
				a := o.run(t, g.Build(t, false), k, targets, dismantle.Limits{})
				b := o.run(t, g.Relabel(nt.Permutation(g.Nodes, r.Uint64())).Build(t, false), k, targets, dismantle.Limits{})
				if a.Value != b.Value || a.AlternativesTotal != b.AlternativesTotal || a.Before != b.Before {
					t.Fatalf("%+v became %+v", a, b)
				}
			})
		})
	}
}

func TestSameInputSamePlan(t *testing.T) {
	g := nt.BarabasiAlbert(60, 2, 3)
	for _, targets := range []dismantle.Targets{dismantle.Nodes, dismantle.Links} {
		for _, work := range []int64{1000, 100_000, 0} {
			a := objectives["pairs"].run(t, g.Build(t, false), 3, targets, dismantle.Limits{Work: work})
			b := objectives["pairs"].run(t, g.Build(t, false), 3, targets, dismantle.Limits{Work: work})
			if diff := cmp.Diff(a, b); diff != "" {
				t.Error(diff)
			}
		}
	}
}

// When the time runs out the best set so far is the answer; a cancelled caller wants
// none.
func TestTheEndOfAContext(t *testing.T) {
	net := nt.BarabasiAlbert(3000, 3, 1).Build(t, false)
	ends := [2][]network.NodeIndex{{1, 2}, {2000, 2001}}
	runs := map[string]func(context.Context) (dismantle.Plan, error){
		"pairs": func(ctx context.Context) (dismantle.Plan, error) {
			return dismantle.Fragmentation(ctx, net, 6, dismantle.Nodes, dismantle.Limits{})
		},
		"links": func(ctx context.Context) (dismantle.Plan, error) {
			return dismantle.Fragmentation(ctx, net, 6, dismantle.Links, dismantle.Limits{})
		},
		"largest": func(ctx context.Context) (dismantle.Plan, error) {
			return dismantle.LargestComponent(ctx, net, 6, dismantle.Nodes, dismantle.Limits{})
		},
		"reach": func(ctx context.Context) (dismantle.Plan, error) {
			return dismantle.Reach(ctx, net, 6, 1, dismantle.Limits{})
		},
		"path": func(ctx context.Context) (dismantle.Plan, error) {
			return dismantle.PathLength(ctx, net, ends[0], ends[1], nil, 6, dismantle.Nodes, dismantle.Limits{})
		},
		"flow": func(ctx context.Context) (dismantle.Plan, error) {
			return dismantle.Flow(ctx, net, ends[0], ends[1], nil, 6, dismantle.Nodes, dismantle.Limits{})
		},
	}
	for name, run := range runs {
		late, done := context.WithTimeout(t.Context(), 1)
		p, err := run(late)
		done()
		if err != nil || len(p.Choice) > 6 || p.Gap() < 0 || p.Gap() > 1 {
			t.Errorf("%s, late: %+v, %v", name, p, err)
		}
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := run(cancelled); !errors.Is(err, context.Canceled) {
			t.Errorf("%s, cancelled: %v", name, err)
		}
	}
}
