package centrality

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// oneWays are directed networks of every shape.
func oneWays(t *testing.T) []nt.RandomGraph {
	var graphs []nt.RandomGraph
	for _, g := range nt.Random(t) {
		if g.Net.Directed() {
			graphs = append(graphs, g)
		}
	}
	for name, g := range map[string]nt.Graph{
		"none": {}, "one": {Nodes: 1}, "alone": {Nodes: 5}, "loops": nt.Of(3, [][2]int{{0, 0}, {0, 1}, {0, 1}, {1, 1}}),
		"star": nt.Star(50), "cycle": nt.Cycle(40), "path": nt.Path(40), "tree": nt.Tree(60, 1), "grid": nt.Grid(7, 9),
		"scale": nt.BarabasiAlbert(80, 2, 3), "rmat": nt.RMAT(7, 3, 1), "even": nt.Multigraph(150, 250, 2),
		"pieces": nt.Union(nt.Clique(6), nt.Path(9), nt.Multigraph(60, 90, 4), nt.Star(7), nt.Cycle(11)),
	} {
		graphs = append(graphs, nt.RandomGraph{Name: name, Graph: g, Net: g.Build(t, true)})
	}
	return graphs
}

func TestReachBoundsWhatIsReached(t *testing.T) {
	bounded, met := 0, 0
	for _, g := range oneWays(t) {
		a, err := newArena(t.Context(), g.Net)
		if err != nil {
			t.Fatal(err)
		}
		r, dist := a.reach(), nt.Distances(g.Net)
		for i, v := range a.order {
			reached, farthest := uint32(0), uint32(0)
			for w, d := range dist[v] {
				if w != int(v) && d != nt.Unreachable {
					reached, farthest = reached+1, max(farthest, uint32(d))
				}
			}
			if r.least[i] > reached || r.most[i] < reached || r.farthest[i] < farthest {
				t.Errorf("%s: node %d reaches %d, at most %d away; not %d to %d, at most %d", g.Name, v, reached, farthest, r.least[i], r.most[i], r.farthest[i])
			}
			if bounded++; r.least[i] == r.most[i] {
				met++
			}
		}
	}
	if met < bounded*4/5 {
		t.Errorf("of %d bounds %d meet", bounded, met)
	}
}

// Components of several sizes, before, behind and aside of the largest.
func TestSettledReachIsWhatIsReached(t *testing.T) {
	graphs := oneWays(t)
	for seed := range uint64(24) {
		r, g := rand.New(rand.NewPCG(seed, 0)), nt.BarabasiAlbert(40+10*int(seed), 1+int(seed%3), seed)
		for range seed / 4 {
			v := network.NodeIndex(r.IntN(g.Nodes))
			g.Links = append(g.Links, network.Link{From: v / 2, To: v})
		}
		graphs = append(graphs, nt.RandomGraph{Name: "nearly acyclic", Graph: g, Net: g.Build(t, true)})
	}
	for _, g := range graphs {
		a, err := newArena(t.Context(), g.Net)
		if err != nil {
			t.Fatal(err)
		}
		r, dist := a.reach(), nt.Distances(g.Net)
		if err := r.settle(t.Context()); err != nil || r.open() > 0 {
			t.Errorf("%s: %d bounds are open: %v", g.Name, r.open(), err)
		}
		for i, v := range a.order {
			reached := uint32(0)
			for _, d := range dist[v] {
				if d != nt.Unreachable {
					reached++
				}
			}
			if r.most[i] != reached-1 {
				t.Errorf("%s: node %d reaches %d, not %d", g.Name, v, reached-1, r.most[i])
			}
		}
	}
}

// Sampled from networks so small that nobody would.
func TestEstimatesOfOneWayClosenessHold(t *testing.T) {
	for i, g := range oneWays(t) {
		exact, err := Closeness(t.Context(), g.Net, Options{})
		if err != nil {
			t.Fatal(err)
		}
		d := sampledCloseness(t, g.Net, 600, uint64(i))
		for v, n := range d.order {
			low, high, score := d.rows.Low[v], d.rows.High[v], d.rows.Scores[v]
			if low > exact[n]+1e-9 || high < exact[n]-1e-9 || score < low || score > high {
				t.Errorf("%s: node %d scores %v, estimated %v, between %v and %v", g.Name, n, exact[n], score, low, high)
			}
		}
	}
}

// The number of others and the sum of distances are estimated without bias, and so the
// score is but for what a ratio makes of their errors.
func TestEstimatesOfOneWayClosenessAreCentred(t *testing.T) {
	const seeds = 60
	net := nt.Union(nt.Multigraph(300, 420, 3), nt.Multigraph(200, 420, 5), nt.BarabasiAlbert(200, 2, 1)).Build(t, true)
	exact, err := Closeness(t.Context(), net, Options{})
	if err != nil {
		t.Fatal(err)
	}
	mean, spread := make([]float64, len(exact)), make([]float64, len(exact))
	for seed := range uint64(seeds) {
		d := sampledCloseness(t, net, 2560, seed)
		for v, n := range d.order {
			off := d.rows.Scores[v] - exact[n]
			mean[n] += off / seeds
			spread[n] += off * off / seeds
		}
	}
	for v := range exact {
		if math.Abs(mean[v]) > 4.5*math.Sqrt(spread[v]/seeds)+3e-4 {
			t.Errorf("node %d scores %v, the estimates are off by %v on average, with a spread of %v", v, exact[v], mean[v], math.Sqrt(spread[v]))
		}
	}
}

// sampledCloseness draws so many targets, whatever the errors.
func sampledCloseness(t *testing.T, net *network.Network, samples int, seed uint64) distanceSample {
	t.Helper()
	a, err := newArena(context.Background(), net)
	if err != nil {
		t.Fatal(err)
	}
	d := distanceSample{arena: a, measured: a.closeness(), Sampling: Sampling{Error: 2, Confidence: 0.999}, rows: newEstimate(net.NumNodes())}
	if a.targets == 0 {
		return d
	}
	if done, err := d.sample(t.Context(), 0, a.targets, []int{samples}, rand.New(rand.NewPCG(seed, 0))); !done || err != nil {
		t.Fatal(done, err)
	}
	return d
}
