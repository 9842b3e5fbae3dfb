package path_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
)

// question is a random search: a graph, two sets of nodes, link costs, bounds.
type question struct {
	net      *network.Network
	from, to []network.NodeIndex
	costs    []float64
	opt      path.Options
}

func (q question) cost(e network.EdgeIndex) float64 { return q.costs[e] }

func check(t *testing.T, property property) { rapid.Check(t, property.often) }

type property func(*rapid.T)

// often tries a property on ten questions: one alone seldom meets a bound.
func (holds property) often(t *rapid.T) {
	for range 10 {
		holds(t)
	}
}

func ask(t *rapid.T, maxNodes, maxLinks int) question {
	draw := func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "") }
	g := nt.Drawn(maxNodes, maxLinks, draw)
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	if rapid.Bool().Draw(t, "dense") { // draws favour small graphs, where bounds seldom bite
		g = nt.Multigraph(maxNodes, maxLinks, random.Uint64())
	}
	q := question{net: g.Build(t, rapid.Bool().Draw(t, "directed"))}
	nodes := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) network.NodeIndex {
		return network.NodeIndex(rapid.IntRange(0, g.Nodes-1).Draw(t, ""))
	}), 1, rapid.IntRange(1, 3).Draw(t, "most ends"))
	q.from, q.to = nodes.Draw(t, "from"), nodes.Draw(t, "to")
	// Few whole numbers make ties and free links frequent and sums exact.
	q.costs = make([]float64, len(g.Links))
	for e := range q.costs {
		q.costs[e] = []float64{0, 1, 1, 2, 7, math.Inf(1)}[random.IntN(6)]
	}
	q.opt.MaxHops = draw(0, 5)
	if avoided := draw(0, 2*g.Nodes); avoided < g.Nodes {
		q.opt.Avoid = func(v network.NodeIndex) bool { return int(v) == avoided }
	}
	return q
}

// routes lists all paths that the question allows, cheapest first.
func (q question) routes(cost func(network.EdgeIndex) float64) []nt.Route {
	admitted := func(set []network.NodeIndex) []network.NodeIndex {
		return slices.DeleteFunc(slices.Clone(set), func(v network.NodeIndex) bool {
			return q.opt.Avoid != nil && q.opt.Avoid(v)
		})
	}
	all := nt.SimplePaths(q.net, admitted(q.from), admitted(q.to), cost)
	return slices.DeleteFunc(all, func(r nt.Route) bool {
		return (q.opt.MaxHops > 0 && len(r.Nodes)-1 > q.opt.MaxHops) ||
			(q.opt.Avoid != nil && slices.ContainsFunc(r.Nodes, q.opt.Avoid))
	})
}

// cheaper tells whether a path of more links than the question allows costs less.
func (q question) cheaper(cost func(network.EdgeIndex) float64, than float64) bool {
	most := q.opt.MaxHops
	q.opt.MaxHops = 0
	return most > 0 && slices.ContainsFunc(q.routes(cost), func(r nt.Route) bool {
		return len(r.Nodes)-1 > most && r.Cost < than
	})
}

// check fails unless p is a path of the question that costs what it says.
func (q question) check(t *rapid.T, p path.Path, cost func(network.EdgeIndex) float64) {
	t.Helper()
	if len(p.Nodes) != len(p.Edges)+1 || p.Hops() != len(p.Edges) {
		t.Fatalf("%d nodes and %d links", len(p.Nodes), len(p.Edges))
	}
	total := 0.0
	for i, e := range p.Edges {
		if !slices.Contains(q.net.AppendOut(p.Nodes[i], nil), network.Arc{To: p.Nodes[i+1], Edge: e}) {
			t.Fatalf("link %d does not lead from %d to %d", e, p.Nodes[i], p.Nodes[i+1])
		}
		if cost == nil {
			total++
		} else {
			total += cost(e)
		}
	}
	if total != p.Cost {
		t.Fatalf("cost %v, links add up to %v", p.Cost, total)
	}
	for _, r := range q.routes(cost) {
		if slices.Equal(r.Nodes, p.Nodes) && r.Cost == p.Cost {
			return
		}
	}
	t.Fatalf("%v at %v is not among the paths allowed", p.Nodes, p.Cost)
}

func (q question) checkOne(t *rapid.T, r path.Result, err error, cost func(network.EdgeIndex) float64) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	routes := q.routes(cost)
	if r.Found != (len(routes) > 0) {
		t.Fatalf("found %v, but there are %d paths", r.Found, len(routes))
	}
	if !r.Found {
		if !r.Cut && !r.ReachedFrom.Exhausted && !r.ReachedTo.Exhausted {
			t.Fatalf("no path, yet neither side is exhausted: %+v", r)
		}
		return
	}
	q.check(t, r.Path, cost)
	if r.Cost != routes[0].Cost {
		t.Fatalf("cost %v, best is %v", r.Cost, routes[0].Cost)
	}
	if want := q.cheaper(cost, r.Cost); r.Cheaper != want {
		t.Fatalf("cost %v within %d hops, a cheaper one beyond: %v, want %v", r.Cost, q.opt.MaxHops, r.Cheaper, want)
	}
}

func TestShortestIsShortest(t *testing.T) {
	check(t, func(t *rapid.T) {
		q := ask(t, 9, 20)
		r, err := path.Shortest(t.Context(), q.net, q.from, q.to, q.opt)
		q.checkOne(t, r, err, nil)
	})
}

func TestShortestWeightedIsCheapest(t *testing.T) { check(t, cheapestWithinBounds) }

func FuzzBounds(f *testing.F) { nt.Fuzz(f, property(cheapestWithinBounds).often) }

func cheapestWithinBounds(t *rapid.T) {
	q := ask(t, 8, 18)
	r, err := path.ShortestWeighted(t.Context(), q.net, q.from, q.to, q.cost, q.opt)
	q.checkOne(t, r, err, q.cost)
}

func TestKShortestAreTheBest(t *testing.T) { check(t, bestWithinBounds) }

func FuzzSeveral(f *testing.F) { nt.Fuzz(f, property(bestWithinBounds).often) }

func bestWithinBounds(t *rapid.T) {
	q := ask(t, 7, 16)
	cost := q.cost
	if rapid.Bool().Draw(t, "hops") {
		cost = nil
	}
	k := rapid.IntRange(1, 12).Draw(t, "k")
	got, err := path.KShortest(t.Context(), q.net, q.from, q.to, k, cost, q.opt)
	if err != nil {
		t.Fatal(err)
	}
	routes := q.routes(cost)
	if want := min(k, len(routes)); len(got.Paths) != want {
		t.Fatalf("%d paths, want %d", len(got.Paths), want)
	}
	if len(routes) > 0 && got.Cheaper != q.cheaper(cost, routes[len(got.Paths)-1].Cost) {
		t.Fatalf("%d paths within %d hops, a cheaper one beyond: %v", len(got.Paths), q.opt.MaxHops, got.Cheaper)
	}
	for i, p := range got.Paths {
		q.check(t, p, cost)
		if p.Cost != routes[i].Cost {
			t.Fatalf("path %d costs %v, want %v", i, p.Cost, routes[i].Cost)
		}
		for _, earlier := range got.Paths[:i] {
			if slices.Equal(p.Nodes, earlier.Nodes) {
				t.Fatalf("%v came twice", p.Nodes)
			}
		}
	}
}

func TestReachIsTheBall(t *testing.T) {
	check(t, func(t *rapid.T) {
		q := ask(t, 12, 24)
		q.opt.MaxHops = 0
		depth := rapid.IntRange(0, 4).Draw(t, "depth")
		limit := rapid.IntRange(0, 8).Draw(t, "limit")
		got, err := path.Reach(t.Context(), q.net, q.from, depth, limit, q.opt)
		if err != nil {
			t.Fatal(err)
		}
		ball := 0
		for v := range network.NodeIndex(q.net.NumNodes()) {
			hops := q.hops(v)
			if hops > depth {
				if slices.Contains(got.Nodes, v) {
					t.Fatalf("node %d is %d hops away", v, hops)
				}
				continue
			}
			ball++
			if at := slices.Index(got.Nodes, v); at >= 0 {
				if at >= got.Rounds[hops] || (hops > 0 && at < got.Rounds[hops-1]) {
					t.Fatalf("node %d, %d hops away, is at %d of rounds %v", v, hops, at, got.Rounds)
				}
			} else if !got.Truncated {
				t.Fatalf("node %d is missing", v)
			}
		}
		if want := limit > 0 && ball > limit; got.Truncated != want || (want && len(got.Nodes) != limit) {
			t.Fatalf("%d of %d nodes, limit %d, truncated %v", len(got.Nodes), ball, limit, got.Truncated)
		}
	})
}

// hops is the distance of v from the set from, avoided nodes aside.
func (q question) hops(v network.NodeIndex) int {
	q.to = []network.NodeIndex{v}
	if routes := q.routes(nil); len(routes) > 0 {
		return len(routes[0].Nodes) - 1
	}
	return math.MaxInt
}

// filtered is a view without one node, as a scope makes it, that knows no degrees.
type filtered struct {
	net    *network.Network
	hidden network.NodeIndex
}

func (f filtered) NumNodes() int { return f.net.NumNodes() }

func (f filtered) AppendOut(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return f.strip(f.net.AppendOut(v, buf), len(buf))
}

func (f filtered) AppendIn(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return f.strip(f.net.AppendIn(v, buf), len(buf))
}

func (f filtered) strip(buf []network.Arc, start int) []network.Arc {
	kept := slices.DeleteFunc(buf[start:], func(a network.Arc) bool { return a.To == f.hidden })
	return buf[:start+len(kept)]
}

func TestAViewGivesWhatAvoidGives(t *testing.T) {
	check(t, func(t *rapid.T) {
		q := ask(t, 15, 40)
		hidden := network.NodeIndex(rapid.IntRange(0, q.net.NumNodes()-1).Draw(t, "hidden"))
		if slices.Contains(q.from, hidden) || slices.Contains(q.to, hidden) {
			return
		}
		q.opt.Avoid = nil
		view, err := path.Shortest(t.Context(), filtered{q.net, hidden}, q.from, q.to, q.opt)
		if err != nil {
			t.Fatal(err)
		}
		q.opt.Avoid = func(v network.NodeIndex) bool { return v == hidden }
		avoid, err := path.Shortest(t.Context(), q.net, q.from, q.to, q.opt)
		if err != nil || view.Found != avoid.Found || view.Cost != avoid.Cost {
			t.Fatalf("view %+v, avoid %+v, %v", view, avoid, err)
		}
	})
}

func TestHowFarEachSideReached(t *testing.T) {
	// Two paths, 0–1–2 and 3–…–9, with nothing between them.
	net := nt.Union(nt.Path(3), nt.Path(7)).Build(t, false)
	r, err := path.Shortest(t.Context(), net, []network.NodeIndex{0}, []network.NodeIndex{3}, path.Options{})
	if err != nil || r.Found || r.Cut {
		t.Fatalf("%+v, %v", r, err)
	}
	if want := (path.Reached{Nodes: 3, Hops: 2, Exhausted: true}); r.ReachedFrom != want {
		t.Errorf("reached from %+v, want %+v", r.ReachedFrom, want)
	}
	if r.ReachedTo.Exhausted || r.ReachedTo.Nodes != r.ReachedTo.Hops+1 {
		t.Errorf("reached to %+v", r.ReachedTo)
	}
	r, err = path.Shortest(t.Context(), net, []network.NodeIndex{3}, []network.NodeIndex{9}, path.Options{MaxHops: 4})
	if err != nil || r.Found || !r.Cut || r.ReachedFrom.Hops+r.ReachedTo.Hops != 4 {
		t.Errorf("under a bound: %+v, %v", r, err)
	}
}

func TestEmptySetFindsNothing(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	for _, set := range [][2][]network.NodeIndex{{nil, {1}}, {{1}, nil}, {nil, nil}} {
		r, err := path.Shortest(t.Context(), net, set[0], set[1], path.Options{})
		if err != nil || r.Found {
			t.Errorf("by hops: %+v, %v", r, err)
		}
		free := func(network.EdgeIndex) float64 { return 0 }
		r, err = path.ShortestWeighted(t.Context(), net, set[0], set[1], free, path.Options{})
		if err != nil || r.Found {
			t.Errorf("by cost: %+v, %v", r, err)
		}
	}
}

func TestBadInputIsAnError(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	ctx, from, to := t.Context(), []network.NodeIndex{0}, []network.NodeIndex{2}
	constant := func(c float64) path.Cost { return func(network.EdgeIndex) float64 { return c } }
	for name, search := range map[string]func() error{
		"node out of range": func() error {
			_, err := path.Shortest(ctx, net, []network.NodeIndex{3}, to, path.Options{})
			return err
		},
		"negative bound": func() error {
			_, err := path.Shortest(ctx, net, from, to, path.Options{MaxHops: -1})
			return err
		},
		"negative cost": func() error {
			_, err := path.ShortestWeighted(ctx, net, from, to, constant(-1), path.Options{})
			return err
		},
		"cost NaN": func() error {
			_, err := path.ShortestWeighted(ctx, net, from, to, constant(math.NaN()), path.Options{})
			return err
		},
		"probability above 1": func() error {
			_, err := path.ShortestWeighted(ctx, net, from, to, path.Reliability(constant(1.5)), path.Options{})
			return err
		},
		"no path asked for": func() error {
			_, err := path.KShortest(ctx, net, from, to, 0, nil, path.Options{})
			return err
		},
		"negative depth": func() error {
			_, err := path.Reach(ctx, net, from, -1, 0, path.Options{})
			return err
		},
	} {
		if search() == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestSearchesStopWithTheirContext(t *testing.T) {
	net := nt.Grid(200, 200).Build(t, false)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	from, to := []network.NodeIndex{0}, []network.NodeIndex{39999}
	one := func(network.EdgeIndex) float64 { return 1 }
	for name, search := range map[string]func() error{
		"hops": func() error { _, err := path.Shortest(ctx, net, from, to, path.Options{}); return err },
		"cost": func() error { _, err := path.ShortestWeighted(ctx, net, from, to, one, path.Options{}); return err },
		"k":    func() error { _, err := path.KShortest(ctx, net, from, to, 3, nil, path.Options{}); return err },
		"all": func() error {
			_, err := path.AllShortest(ctx, net, from, to, one, path.TieOptions{})
			return err
		},
		"reach": func() error { _, err := path.Reach(ctx, net, from, 300, 0, path.Options{}); return err },
	} {
		if err := search(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSameInputSamePath(t *testing.T) {
	g := nt.ErdosRenyi(300, 900, 4)
	net := g.Build(t, false)
	first := map[network.NodeIndex]path.Path{}
	for range 3 {
		for v := range network.NodeIndex(300) {
			r, err := path.Shortest(t.Context(), net, []network.NodeIndex{0}, []network.NodeIndex{v}, path.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if old, ok := first[v]; ok && !slices.Equal(old.Edges, r.Edges) {
				t.Errorf("to %d: %v, then %v", v, old.Edges, r.Edges)
			}
			first[v] = r.Path
		}
	}
}

func TestHopBoundTakesTheDearerWay(t *testing.T) {
	// Around the cycle costs 4 in 4 hops, across 10 in 1 and 6 in 2.
	net := nt.Of(6, [][2]int{{0, 1}, {1, 2}, {2, 3}, {3, 4}, {0, 4}, {0, 5}, {5, 4}}).Build(t, false)
	costs := []float64{1, 1, 1, 1, 10, 3, 3}
	for maxHops, want := range map[int]float64{1: 10, 2: 6, 3: 6, 4: 4, 0: 4} {
		r, err := path.ShortestWeighted(t.Context(), net, []network.NodeIndex{0}, []network.NodeIndex{4},
			func(e network.EdgeIndex) float64 { return costs[e] }, path.Options{MaxHops: maxHops})
		if err != nil || r.Cost != want || (maxHops > 0 && r.Hops() > maxHops) {
			t.Errorf("at most %d hops: cost %v in %d hops, want %v; %v", maxHops, r.Cost, r.Hops(), want, err)
		}
	}
}
