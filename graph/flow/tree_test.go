package flow_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func TestCutTreeHoldsTheCutsOfAllPairs(t *testing.T) {
	check(t, func(t *rapid.T, q question) {
		q.directed, q.opt.NodeCapacity = false, nil
		net := q.net(t)
		tree, err := flow.MinCutTree(t.Context(), net, q.opt.Capacity)
		if err != nil {
			t.Fatal(err)
		}
		for v := range network.NodeIndex(q.g.Nodes) {
			for w := range v {
				r, err := flow.Max(t.Context(), net, []network.NodeIndex{v}, []network.NodeIndex{w}, flow.Options{Capacity: q.opt.Capacity})
				if got := tree.Between(v, w); err != nil || got != r.Value || tree.Between(w, v) != got {
					t.Fatalf("cut of %d and %d costs %v, want %v; %v", v, w, got, r.Value, err)
				}
			}
			q.checkPart(t, tree, v)
		}
	})
}

// checkPart fails unless what hangs below a node is parted from the rest by links
// that cost what the tree says.
func (q question) checkPart(t *rapid.T, tree *flow.CutTree, v network.NodeIndex) {
	t.Helper()
	if math.IsInf(tree.Cut[v], 1) {
		return
	}
	below := func(w network.NodeIndex) bool {
		for ; w != network.NoNode; w = tree.Parent[w] {
			if w == v {
				return true
			}
		}
		return false
	}
	cost := 0.0
	for e, l := range q.g.Links {
		if below(l.From) != below(l.To) {
			cost += q.capacity(e)
		}
	}
	if cost != tree.Cut[v] {
		t.Fatalf("links around node %d cost %v, tree says %v", v, cost, tree.Cut[v])
	}
}

func TestCutTreeOfADirectedNetwork(t *testing.T) {
	if _, err := flow.MinCutTree(t.Context(), nt.Path(3).Build(t, true), nil); graph.CodeOf(err) != graph.BadUserInput {
		t.Error(err)
	}
}

func TestRoutesAddUpToTheFlow(t *testing.T) {
	check(t, func(t *rapid.T, q question) {
		net := q.net(t)
		r, err := flow.Max(t.Context(), net, q.from, q.to, q.opt)
		if err != nil || math.IsInf(r.Value, 1) {
			return
		}
		routes, err := flow.Routes(t.Context(), net, q.from, q.to, r)
		if err != nil || len(routes) > len(q.g.Links) {
			t.Fatal(len(routes), err)
		}
		total, on := 0.0, make([]float64, len(q.g.Links))
		for _, route := range routes {
			q.checkRoute(t, route)
			total += route.Amount
			for i, e := range route.Links {
				if first, _ := net.Ends(e); first == route.Nodes[i] {
					on[e] += route.Amount
				} else {
					on[e] -= route.Amount
				}
			}
		}
		if total != r.Value {
			t.Fatalf("routes carry %v of %v: %+v", total, r.Value, routes)
		}
		flows := make([]float64, len(on))
		for _, f := range r.On {
			flows[f.Link] = f.Amount
		}
		for e, x := range on {
			if math.Abs(x) > math.Abs(flows[e]) || x*flows[e] < 0 {
				t.Fatalf("link %d carries %v, of %v", e, x, flows[e])
			}
		}
	})
}

// checkRoute fails unless a route is a path from one set to the other.
func (q question) checkRoute(t *rapid.T, route flow.Route) {
	t.Helper()
	if len(route.Nodes) != len(route.Links)+1 || route.Amount <= 0 ||
		!slices.Contains(q.from, route.Nodes[0]) || !slices.Contains(q.to, route.Nodes[len(route.Links)]) {
		t.Fatalf("%+v from %v to %v", route, q.from, q.to)
	}
	for i, e := range route.Links {
		l, v, w := q.g.Links[e], route.Nodes[i], route.Nodes[i+1]
		if (l.From != v || l.To != w) && (q.directed || l.From != w || l.To != v) {
			t.Fatalf("link %d joins %d and %d in %+v", e, l.From, l.To, route)
		}
	}
	if nodes := slices.Sorted(slices.Values(route.Nodes)); len(slices.Compact(nodes)) < len(route.Nodes) {
		t.Fatalf("a node twice: %+v", route)
	}
}

// There are as many disjoint paths as a cut has links or nodes.
func TestDisjointPathsAreAsManyAsTheCut(t *testing.T) {
	check(t, func(t *rapid.T, q question) {
		net := q.net(t)
		q.opt = flow.Options{}
		links, err := flow.LinkDisjoint(t.Context(), net, q.from, q.to)
		if err != nil || float64(len(links)) != q.leastCut() {
			t.Fatalf("%d paths, cut %v, %v", len(links), q.leastCut(), err)
		}
		nodes, err := flow.NodeDisjoint(t.Context(), net, q.from, q.to)
		if err != nil {
			t.Fatal(err)
		}
		cut, err := flow.MinNodeCut(t.Context(), net, q.from, q.to, nil)
		if err != nil || (cut.Finite && float64(len(nodes)) != cut.Value) {
			t.Fatalf("%d paths, cut %+v, %v", len(nodes), cut, err)
		}
		used := map[network.EdgeIndex]bool{}
		for _, route := range links {
			q.checkRoute(t, route)
			for _, e := range route.Links {
				if used[e] {
					t.Fatalf("link %d twice in %+v", e, links)
				}
				used[e] = true
			}
		}
		passed := map[any]bool{}
		for _, route := range nodes {
			q.checkRoute(t, route)
			for _, v := range route.Nodes[1 : len(route.Nodes)-1] {
				if passed[v] {
					t.Fatalf("node %d twice in %+v", v, nodes)
				}
				passed[v] = true
			}
			if len(route.Links) == 1 {
				ends := [2]network.NodeIndex{route.Nodes[0], route.Nodes[1]}
				if passed[ends] {
					t.Fatalf("parallel paths in %+v", nodes)
				}
				passed[ends] = true
			}
		}
	})
}

// The two ways to maximise a flow agree on graphs larger than any oracle bears.
func TestMaxIsWhatTheProblemSays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		seed := rapid.Uint64().Draw(t, "seed")
		g := nt.RMAT(8, 4, seed)
		if rapid.Bool().Draw(t, "sparse") {
			g = nt.Multigraph(200, 300, seed)
		}
		opt := flow.Options{}
		r := rand.New(rand.NewPCG(seed, 3))
		for range g.Links {
			opt.Capacity = append(opt.Capacity, []float64{0, 1, 2, 7, 0.25, math.Pi, 1e-7}[r.IntN(7)])
		}
		net := g.Build(t, rapid.Bool().Draw(t, "directed"))
		from, to := []network.NodeIndex{0, 1}, []network.NodeIndex{7, 9, 12}
		found, err := flow.Max(t.Context(), net, from, to, opt)
		if err != nil {
			t.Fatal(err)
		}
		p, err := flow.NewProblem(net, from, to, opt)
		if err != nil {
			t.Fatal(err)
		}
		want, err := p.Solve(t.Context())
		if math.Abs(found.Value-want) > 1e-9 || err != nil {
			t.Fatalf("flow %v, want %v, %v", found.Value, want, err)
		}
		routes, err := flow.Routes(t.Context(), net, from, to, found)
		for _, route := range routes {
			want -= route.Amount
		}
		if err != nil || math.Abs(want) > 1e-6 {
			t.Fatalf("routes are %v short of %v, %v", want, found.Value, err)
		}
	})
}

func FuzzMax(f *testing.F) {
	f.Add([]byte{5, 7, 0, 1, 1, 2, 2, 3, 0, 4, 4, 3, 0, 3, 1, 4})
	f.Fuzz(func(t *testing.T, data []byte) {
		draw := func(lo, hi int) int {
			if len(data) == 0 {
				return lo
			}
			x := lo + int(data[0])%(hi-lo+1)
			data = data[1:]
			return x
		}
		g := nt.Drawn(20, 60, draw)
		if g.Nodes < 2 {
			return
		}
		opt := flow.Options{}
		for range g.Links {
			opt.Capacity = append(opt.Capacity, []float64{1, 2, 0, 0.5, math.Inf(1), math.NaN(), 3, 1e-9}[draw(0, 7)])
		}
		net := g.Build(t, draw(0, 1) == 1)
		from, to := []network.NodeIndex{0}, []network.NodeIndex{1}
		cut, err := flow.MinLinkCut(t.Context(), net, from, to, opt)
		if err != nil {
			t.Fatal(err)
		}
		r, err := flow.Max(t.Context(), net, from, to, opt)
		if err != nil || (r.Value != cut.Value && !(math.Abs(r.Value-cut.Value) <= 1e-9)) {
			t.Fatalf("flow %v, cut %v, %v", r.Value, cut.Value, err)
		}
	})
}

func FuzzNodeCut(f *testing.F) {
	f.Add([]byte{6, 8, 0, 2, 2, 3, 3, 1, 0, 4, 4, 1, 2, 4, 3, 5, 5, 1, 2, 0, 1, 3, 1, 0}, true)
	f.Fuzz(func(t *testing.T, data []byte, directed bool) {
		draw := nt.Bytes(data)
		g := nt.Drawn(16, 40, draw)
		if g.Nodes < 2 {
			return
		}
		net := g.Build(t, directed)
		weight := make([]float64, g.Nodes)
		for v := range weight {
			weight[v] = []float64{1, 2, 0.5, math.Inf(1)}[draw(0, 3)]
		}
		from, to := []network.NodeIndex{0}, []network.NodeIndex{1}
		cut, err := flow.MinNodeCut(t.Context(), net, from, to, weight)
		if err != nil {
			t.Fatal(err)
		}
		q := question{g: g, directed: directed, from: from, to: to}
		for _, nodes := range [][]network.NodeIndex{cut.Nodes, cut.SinkNodes} {
			total := 0.0
			for _, v := range nodes {
				total += weight[v]
			}
			if cut.Finite && (total != cut.Value || q.reaches(t, nodes, nil)) {
				t.Fatalf("%+v: %v cost %v", cut, nodes, total)
			}
		}
		open, err := flow.OpenPath(t.Context(), net, from, to, nil, weight)
		if err != nil || cut.Finite == (len(open.Nodes) > 0) {
			t.Fatalf("%+v, open path %+v, %v", cut, open, err)
		}
		if directed {
			return
		}
		tree, err := flow.MinCutTree(t.Context(), net, nil)
		if err != nil {
			t.Fatal(err)
		}
		paths, err := flow.LinkDisjoint(t.Context(), net, from, to)
		if err != nil || tree.Between(0, 1) != float64(len(paths)) {
			t.Fatalf("the tree says %v, %d paths, %v", tree.Between(0, 1), len(paths), err)
		}
	})
}
