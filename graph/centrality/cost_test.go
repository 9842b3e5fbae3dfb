package centrality_test

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// byCost returns betweenness of nodes and links by its definition, from all distances
// and numbers of cheapest paths; costs are whole, so that ties are exact. O(n³).
func byCost(net *network.Network, costs []float64) (nodes, links []float64) {
	step, dist := stepsByCost(net, costs), distancesByCost(net, costs)
	n, each := net.NumNodes(), 1.0
	if !net.Directed() {
		each = 0.5
	}
	count := pathsByCost(step, dist)
	share := func(s, v, w, t int) float64 { // of the paths from s to t, those that take v and then w
		if math.IsInf(dist[s][t], 1) || dist[s][v]+step[v][w]+dist[w][t] != dist[s][t] || v == w {
			return 0
		}
		return count[s][v] * count[w][t] / count[s][t]
	}
	nodes, links = make([]float64, n), make([]float64, len(costs))
	for s := range n {
		for t := range n {
			for v := range n {
				for w := range n {
					if v != s && s != t {
						nodes[v] += each * share(s, v, w, t)
					}
				}
			}
			for e, c := range costs {
				a, b := net.Ends(network.EdgeIndex(e))
				if c > step[a][b] || s == t {
					continue
				}
				links[e] += each * share(s, int(a), int(b), t)
				if !net.Directed() {
					links[e] += each * share(s, int(b), int(a), t)
				}
			}
		}
	}
	return nodes, links
}

// stepsByCost returns what the cheapest link from each node to each costs.
func stepsByCost(net *network.Network, costs []float64) [][]float64 {
	step := square(net.NumNodes())
	for v := range step {
		for w := range step[v] {
			step[v][w] = math.Inf(1)
		}
	}
	for e, c := range costs {
		v, w := net.Ends(network.EdgeIndex(e))
		step[v][w] = min(step[v][w], c)
		if !net.Directed() {
			step[w][v] = min(step[w][v], c)
		}
	}
	return step
}

func distancesByCost(net *network.Network, costs []float64) [][]float64 {
	dist := stepsByCost(net, costs)
	for v := range dist {
		dist[v][v] = 0
	}
	for k := range dist {
		for i := range dist {
			for j := range dist {
				dist[i][j] = min(dist[i][j], dist[i][k]+dist[k][j])
			}
		}
	}
	return dist
}

func pathsByCost(step, dist [][]float64) [][]float64 {
	count := square(len(step))
	for s := range step {
		order := make([]int, len(step))
		for v := range order {
			order[v] = v
		}
		slices.SortFunc(order, func(v, w int) int { return int(min(dist[s][v], 1e9) - min(dist[s][w], 1e9)) })
		count[s][s] = 1
		for _, v := range order {
			for w := range step {
				if v != w && w != s && !math.IsInf(dist[s][w], 1) && dist[s][v]+step[v][w] == dist[s][w] {
					count[s][w] += count[s][v]
				}
			}
		}
	}
	return count
}

func TestBetweennessByCostIsItsDefinition(t *testing.T) {
	shapes(t, 500, func(t *testing.T, _ nt.Graph, net *network.Network, weights []float64) {
		for _, unit := range []float64{1, 0.1, 1e-300, 1e12 / 7} { // sums of sevenths and tenths are rounded
			costs, whole := make([]float64, len(weights)), make([]float64, len(weights))
			for e, w := range weights {
				whole[e] = w + 1
				costs[e] = (w + 1) * unit
			}
			nodes, links := byCost(net, whole)
			requireClose(t, "betweenness", scores(t, centrality.Betweenness, net, centrality.Options{Costs: costs}), nodes, 1e-9)
			requireClose(t, "of links", scores(t, centrality.EdgeBetweenness, net, centrality.Options{Costs: costs}), links, 1e-9)
		}
	})
}

func TestEqualCostsAreHops(t *testing.T) {
	shapes(t, 500, func(t *testing.T, _ nt.Graph, net *network.Network, weights []float64) {
		costs := slices.Repeat([]float64{0.3}, len(weights))
		for _, of := range []measure{centrality.Betweenness, centrality.EdgeBetweenness} {
			got := scores(t, of, net, centrality.Options{Costs: costs, Normalized: true})
			requireClose(t, "by equal cost", got, scores(t, of, net, centrality.Options{Normalized: true}), 1e-12)
		}
	})
}

// A path's cost cannot tell links apart that cost less than its last digit: each step
// leads on all the same.
func TestCostsTooSmallToCount(t *testing.T) {
	net := nt.Path(6).Build(t, false)
	got := scores(t, centrality.Betweenness, net, centrality.Options{Costs: []float64{1e30, 1, 1e-300, 1, 1e-30}})
	requireClose(t, "path", got, []float64{0, 4, 6, 6, 4, 0}, 1e-12)
}

func TestLinksOfInfiniteCostAreNoLinks(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		fewer := nt.Graph{Nodes: g.Nodes}
		all, some := make([]float64, len(weights)), []float64{}
		for e, w := range weights {
			if all[e] = w; w == 0 {
				all[e] = math.Inf(1)
				continue
			}
			fewer.Links, some = append(fewer.Links, g.Links[e]), append(some, w)
		}
		rest := fewer.Build(t, net.Directed())
		want := scores(t, centrality.Betweenness, rest, centrality.Options{Costs: some})
		requireClose(t, "betweenness", scores(t, centrality.Betweenness, net, centrality.Options{Costs: all}), want, 0)
		links := make([]float64, 0, len(all))
		for _, x := range scores(t, centrality.EdgeBetweenness, rest, centrality.Options{Costs: some}) {
			for len(links) < len(all) && math.IsInf(all[len(links)], 1) {
				links = append(links, 0)
			}
			links = append(links, x)
		}
		links = append(links, make([]float64, len(all)-len(links))...)
		requireClose(t, "of links", scores(t, centrality.EdgeBetweenness, net, centrality.Options{Costs: all}), links, 0)
	})
}

func TestCostsOfAnotherKindAreRefused(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	for _, costs := range [][]float64{{}, {1}, {1, 0}, {1, -1}, {1, math.NaN()}, {math.MaxFloat64, math.MaxFloat64}} {
		for _, of := range []measure{centrality.Betweenness, centrality.EdgeBetweenness} {
			if _, err := of(t.Context(), net, centrality.Options{Costs: costs}); graph.CodeOf(err) != graph.BadUserInput {
				t.Errorf("costs %v: %v", costs, err)
			}
		}
	}
	for _, m := range measures {
		_, err := m.of(t.Context(), net, centrality.Options{Costs: []float64{1, 1}})
		if wants := m.name != "betweenness"; wants != (graph.CodeOf(err) == graph.BadUserInput) {
			t.Errorf("%s by cost: %v", m.name, err)
		}
	}
}

func TestBetweennessByCostIsTheSameOnAnyNumberOfProcessors(t *testing.T) {
	g := nt.BarabasiAlbert(400, 3, 1)
	costs := make([]float64, len(g.Links))
	r := rand.New(rand.NewPCG(1, 5))
	for e := range costs {
		costs[e] = r.Float64() + 0.1
	}
	for _, directed := range []bool{false, true} {
		net := g.Build(t, directed)
		for _, of := range []measure{centrality.Betweenness, centrality.EdgeBetweenness} {
			for _, opt := range []centrality.Options{{}, {Costs: costs}} {
				before := runtime.GOMAXPROCS(1)
				want := scores(t, of, net, opt)
				runtime.GOMAXPROCS(5)
				got := scores(t, of, net, opt)
				runtime.GOMAXPROCS(before)
				if !slices.Equal(got, want) {
					t.Errorf("scores depend on the number of processors")
				}
			}
		}
	}
}

// One search alone takes long on a path of a million nodes.
func TestBetweennessByCostStops(t *testing.T) {
	net := nt.Path(1_000_000).Build(t, true)
	ctx, cancel := context.WithCancel(t.Context())
	go cancel()
	costs := slices.Repeat([]float64{1}, net.NumLinks())
	if got, err := centrality.Betweenness(ctx, net, centrality.Options{Costs: costs}); err == nil {
		t.Errorf("%d scores after the end", len(got))
	}
}
