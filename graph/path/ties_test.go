package path_test

import (
	"math"
	"math/big"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
)

// tied lists the paths that AllShortest must find: those of least cost on which each
// step that costs nothing leads farther by hops.
func (q question) tied(t *rapid.T, cost func(network.EdgeIndex) float64, via []network.NodeIndex) (list [][]network.NodeIndex) {
	routes := q.routes(cost)
	hops := map[network.NodeIndex]int{} // of the cheapest path with the fewest
	for v := range network.NodeIndex(q.net.NumNodes()) {
		if routes := (question{q.net, q.from, []network.NodeIndex{v}, q.costs, q.opt}).past(q.to).routes(cost); len(routes) > 0 {
			hops[v] = len(routes[0].Nodes) - 1
		}
	}
	for _, r := range routes {
		allowed := r.Cost == routes[0].Cost
		for i := 1; i < len(r.Nodes) && cost != nil; i++ {
			v, w := r.Nodes[i-1], r.Nodes[i]
			allowed = allowed && (q.step(v, w) > 0 || hops[v] < hops[w])
		}
		for _, v := range via {
			allowed = allowed && slices.Contains(r.Nodes, v)
		}
		if allowed {
			list = append(list, r.Nodes)
		}
	}
	slices.SortFunc(list, slices.Compare)
	return list
}

// past bars paths from going on from to.
func (q question) past(to []network.NodeIndex) question {
	avoid, target := q.opt.Avoid, q.to[0]
	q.opt.Avoid = func(v network.NodeIndex) bool {
		return (v != target && slices.Contains(to, v)) || (avoid != nil && avoid(v))
	}
	return q
}

// step returns what the cheapest link from v to w costs.
func (q question) step(v, w network.NodeIndex) float64 {
	least := math.Inf(1)
	for _, a := range q.net.AppendOut(v, nil) {
		if a.To == w {
			least = min(least, q.costs[a.Edge])
		}
	}
	return least
}

func TestAllShortestAreAllOfThem(t *testing.T) {
	check(t, func(t *rapid.T) {
		q := ask(t, 8, 18)
		q.opt.MaxHops = 0
		opt := path.TieOptions{Avoid: q.opt.Avoid}
		for range rapid.SampledFrom([]int{0, 0, 1, 2}).Draw(t, "via") {
			opt.Via = append(opt.Via, network.NodeIndex(rapid.IntRange(0, q.net.NumNodes()-1).Draw(t, "")))
		}
		for _, cost := range []path.Cost{nil, q.cost} {
			ties, err := path.AllShortest(t.Context(), q.net, q.from, q.to, cost, opt)
			if err != nil {
				t.Fatal(err)
			}
			want := q.tied(t, cost, opt.Via)
			if ties.Count.Cmp(big.NewInt(int64(len(want)))) != 0 {
				t.Fatalf("%v paths, want %v", ties.Count, want)
			}
			skip := rapid.IntRange(0, len(want)).Draw(t, "skip")
			got := ties.Paths(uint64(skip), rapid.IntRange(0, 9).Draw(t, "most"))
			for i, p := range got {
				q.check(t, p, cost)
				if !slices.Equal(p.Nodes, want[skip+i]) || p.Cost != ties.Best.Cost {
					t.Fatalf("path %d is %v at %v, want %v at %v", skip+i, p.Nodes, p.Cost, want[skip+i], ties.Best.Cost)
				}
			}
		}
	})
}

// A ladder of diamonds doubles the paths at every one.
func diamonds(n int) nt.Graph {
	var pairs [][2]int
	for i := range n {
		at := 3 * i
		pairs = append(pairs, [2]int{at, at + 1}, [2]int{at, at + 2}, [2]int{at + 1, at + 3}, [2]int{at + 2, at + 3})
	}
	return nt.Of(3*n+1, pairs)
}

func TestCountsBeyondAWord(t *testing.T) {
	for _, n := range []int{1, 63, 64, 65, 200} {
		net := diamonds(n).Build(t, false)
		from, to := []network.NodeIndex{0}, []network.NodeIndex{network.NodeIndex(3 * n)}
		for _, cost := range []path.Cost{nil, func(e network.EdgeIndex) float64 { return []float64{0.1, 0.3, 0.3, 0.1}[e%4] }} {
			ties, err := path.AllShortest(t.Context(), net, from, to, cost, path.TieOptions{})
			if err != nil {
				t.Fatal(err)
			}
			if want := new(big.Int).Lsh(big.NewInt(1), uint(n)); ties.Count.Cmp(want) != 0 {
				t.Errorf("%d diamonds have %v paths, want %v", n, ties.Count, want)
			}
			last := uint64(math.MaxUint64)
			if n < 64 {
				last = 1<<n - 1
			}
			got := ties.Paths(last, 3)
			for _, v := range got[0].Nodes {
				if n <= 64 && v%3 == 1 {
					t.Errorf("%d diamonds: the last path goes by %d", n, v)
				}
			}
			if len(got) != 1 {
				t.Errorf("%d diamonds: %d paths from the last on", n, len(got))
			}
			// Through the lesser side of the first diamond goes half of them.
			half, err := path.AllShortest(t.Context(), net, from, to, cost, path.TieOptions{Via: []network.NodeIndex{1, 0}})
			if want := new(big.Int).Lsh(big.NewInt(1), uint(n-1)); err != nil || half.Count.Cmp(want) != 0 {
				t.Errorf("%d diamonds have %v paths through 1, want %v; %v", n, half.Count, want, err)
			}
		}
	}
}

func TestTiesForgiveRounding(t *testing.T) {
	net := nt.Of(4, [][2]int{{0, 1}, {1, 3}, {0, 3}, {0, 2}, {2, 3}}).Build(t, true)
	for _, c := range []struct {
		direct float64
		want   int64
	}{{0.3, 3}, {0.3 * (1 + 1e-12), 3}, {0.3 * (1 + 1e-8), 2}, {0.3 * (1 - 1e-8), 1}} {
		costs := []float64{0.1, 0.2, c.direct, 0.2, 0.1}
		ties, err := path.AllShortest(t.Context(), net, []network.NodeIndex{0}, []network.NodeIndex{3}, func(e network.EdgeIndex) float64 { return costs[e] }, path.TieOptions{})
		if err != nil || ties.Count.Int64() != c.want {
			t.Errorf("by %v there are %v paths, %v; want %d", c.direct, ties.Count, err, c.want)
		}
	}
}
