package flow_test

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// question is a random flow: a graph, two sets, capacities.
type question struct {
	g        nt.Graph
	directed bool
	from, to []network.NodeIndex
	opt      flow.Options
}

func (q question) net(t nt.TB) *network.Network { return q.g.Build(t, q.directed) }

func check(t *testing.T, property property) { rapid.Check(t, property.often) }

type property func(t *rapid.T, q question)

// often tries a property on twenty questions.
func (holds property) often(t *rapid.T) {
	for range 20 {
		holds(t, ask(t))
	}
}

func ask(t *rapid.T) question {
	draw := func(lo, hi int) int { return rapid.IntRange(lo, hi).Draw(t, "") }
	q := question{g: nt.Drawn(8, 16, draw), directed: rapid.Bool().Draw(t, "directed")}
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	if rapid.Bool().Draw(t, "random") {
		q.g = nt.Multigraph(draw(2, 8), draw(0, 24), r.Uint64())
	}
	for v := range network.NodeIndex(q.g.Nodes) {
		switch r.IntN(5) {
		case 0:
			q.from = append(q.from, v, v)
		case 1:
			q.to = append(q.to, v)
		}
	}
	values := []float64{0, 1, 2, 3, 0.5, 10.25, math.Inf(1)}
	if rapid.Bool().Draw(t, "capacities") {
		for range q.g.Links {
			q.opt.Capacity = append(q.opt.Capacity, values[r.IntN(len(values))])
		}
	}
	if rapid.Bool().Draw(t, "limited nodes") {
		for range q.g.Nodes {
			q.opt.NodeCapacity = append(q.opt.NodeCapacity, values[r.IntN(len(values))])
		}
	}
	return q
}

func (q question) capacity(e int) float64 {
	if q.opt.Capacity == nil {
		return 1
	}
	return q.opt.Capacity[e]
}

// leastCut returns the cost of the cheapest cut by trying every choice of where each
// node stands: with the sources, with the sinks, or itself cut.
func (q question) leastCut() float64 {
	place := make([]int, q.g.Nodes) // 0 sources, 1 sinks, 2 cut
	best := math.Inf(1)
	var try func(v int, cost float64)
	try = func(v int, cost float64) {
		if cost >= best {
			return
		}
		if v == len(place) {
			for e, l := range q.g.Links {
				a, b := place[l.From], place[l.To]
				if (a == 0 && b == 1) || (!q.directed && a == 1 && b == 0) {
					cost += q.capacity(e)
				}
			}
			best = min(best, cost)
			return
		}
		n := network.NodeIndex(v)
		source, sink := slices.Contains(q.from, n), slices.Contains(q.to, n)
		if !sink {
			place[v] = 0
			try(v+1, cost)
		}
		if !source {
			place[v] = 1
			try(v+1, cost)
		}
		if !source && !sink && q.opt.NodeCapacity != nil {
			// The flow comes in on the side of the sources and goes out on the other.
			q.tryCut(v, cost, place, try)
		}
	}
	try(0, 0)
	return best
}

func (q question) tryCut(v int, cost float64, place []int, try func(int, float64)) {
	place[v] = 2
	try(v+1, cost+q.opt.NodeCapacity[v])
}

func TestMaxFlowIsTheLeastCut(t *testing.T) { check(t, flowIsTheLeastCut) }

func FuzzSets(f *testing.F) { nt.Fuzz(f, property(flowIsTheLeastCut).often) }

func flowIsTheLeastCut(t *rapid.T, q question) {
	r, err := flow.Max(t.Context(), q.net(t), q.from, q.to, q.opt)
	if err != nil {
		t.Fatal(err)
	}
	if want := q.leastCut(); r.Value != want {
		t.Fatalf("flow %v, least cut %v of %+v", r.Value, want, q)
	}
	if !math.IsInf(r.Value, 1) {
		q.checkFlow(t, r)
	}
}

// checkFlow fails unless flow is conserved and within capacities.
func (q question) checkFlow(t *rapid.T, r flow.Result) {
	t.Helper()
	in, out := make([]float64, q.g.Nodes), make([]float64, q.g.Nodes)
	for i, on := range r.On {
		e, x := int(on.Link), on.Amount
		if x == 0 || math.Abs(x) > q.capacity(e) || (q.directed && x < 0) || (i > 0 && on.Link <= r.On[i-1].Link) {
			t.Fatalf("link %d carries %v of %v", e, x, q.capacity(e))
		}
		l := q.g.Links[e]
		if x < 0 {
			l.From, l.To, x = l.To, l.From, -x
		}
		out[l.From] += x
		in[l.To] += x
	}
	arrived := 0.0
	for v := range q.g.Nodes {
		n := network.NodeIndex(v)
		switch {
		case slices.Contains(q.from, n):
		case slices.Contains(q.to, n):
			arrived += in[v] - out[v]
		case in[v] != out[v] || (q.opt.NodeCapacity != nil && in[v] > q.opt.NodeCapacity[v]):
			t.Fatalf("node %d: %v in, %v out", v, in[v], out[v])
		}
	}
	if arrived != r.Value {
		t.Fatalf("%v arrived of %v", arrived, r.Value)
	}
}

// reaches says whether a node of from reaches one of to without some nodes and links.
func (q question) reaches(t nt.TB, nodes []network.NodeIndex, links []network.EdgeIndex) bool {
	rest := nt.Graph{Nodes: q.g.Nodes}
	for e, l := range q.g.Links {
		if !slices.Contains(links, network.EdgeIndex(e)) && !slices.Contains(nodes, l.From) && !slices.Contains(nodes, l.To) {
			rest.Links = append(rest.Links, l)
		}
	}
	dist := nt.Distances(rest.Build(t, q.directed))
	for _, s := range q.from {
		for _, d := range q.to {
			if dist[s][d] != nt.Unreachable {
				return true
			}
		}
	}
	return false
}

func TestCutsCostTheFlowAndSeparate(t *testing.T) {
	check(t, func(t *rapid.T, q question) {
		cut, err := flow.MinLinkCut(t.Context(), q.net(t), q.from, q.to, q.opt)
		if err != nil {
			t.Fatal(err)
		}
		want := q.leastCut()
		if cut.Value != want || cut.Finite == math.IsInf(want, 1) {
			t.Fatalf("cut %+v, want %v", cut, want)
		}
		if !cut.Finite {
			return
		}
		// What can carry nothing belongs to no cut.
		var nodes []network.NodeIndex
		var links []network.EdgeIndex
		for v, c := range q.opt.NodeCapacity {
			if n := network.NodeIndex(v); c == 0 && !slices.Contains(q.from, n) && !slices.Contains(q.to, n) {
				nodes = append(nodes, n)
			}
		}
		for e := range q.g.Links {
			if q.capacity(e) == 0 {
				links = append(links, network.EdgeIndex(e))
			}
		}
		q.checkCut(t, want, append(nodes, cut.Nodes...), append(links, cut.Links...))
		q.checkCut(t, want, append(nodes, cut.SinkNodes...), append(links, cut.SinkLinks...))
	})
}

func (q question) checkCut(t *rapid.T, want float64, nodes []network.NodeIndex, links []network.EdgeIndex) {
	t.Helper()
	cost := 0.0
	for _, v := range nodes {
		cost += q.opt.NodeCapacity[v]
	}
	for _, e := range links {
		cost += q.capacity(int(e))
	}
	if cost != want || q.reaches(t, nodes, links) {
		t.Fatalf("nodes %v and links %v cost %v of %v; still joined %v", nodes, links, cost, want, q.reaches(t, nodes, links))
	}
}

// nodeCuts lists all smallest sets of nodes that separate the two sets.
func (q question) nodeCuts(t nt.TB) [][]network.NodeIndex {
	var all [][]network.NodeIndex
	for set := range 1 << q.g.Nodes {
		var nodes []network.NodeIndex
		for v := range network.NodeIndex(q.g.Nodes) {
			if set>>v&1 == 1 {
				nodes = append(nodes, v)
			}
		}
		end := func(v network.NodeIndex) bool { return slices.Contains(q.from, v) || slices.Contains(q.to, v) }
		if slices.ContainsFunc(nodes, end) || q.reaches(t, nodes, nil) {
			continue
		}
		if len(all) > 0 && len(nodes) < len(all[0]) {
			all = nil
		}
		if len(all) == 0 || len(nodes) == len(all[0]) {
			all = append(all, nodes)
		}
	}
	return all
}

func TestNodeCutsByTryingAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := ask(t)
		cut, err := flow.MinNodeCut(t.Context(), q.net(t), q.from, q.to, nil)
		if err != nil {
			t.Fatal(err)
		}
		all := q.nodeCuts(t)
		if cut.Finite != (len(all) > 0) {
			t.Fatalf("cut %+v, but %d exist", cut, len(all))
		}
		if !cut.Finite {
			return
		}
		has := func(set []network.NodeIndex) bool {
			return slices.ContainsFunc(all, func(s []network.NodeIndex) bool { return slices.Equal(s, set) })
		}
		if cut.Value != float64(len(all[0])) || !has(cut.Nodes) || !has(cut.SinkNodes) || cut.Unique != (len(all) == 1) {
			t.Fatalf("cut %+v, want one of %v", cut, all)
		}
	})
}

// A link cut is unique when every link of it is needed for every cut as cheap.
func TestUniqueLinkCuts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := ask(t)
		q.opt = flow.Options{}
		if len(q.g.Links) > 12 {
			q.g.Links = q.g.Links[:12]
		}
		cut, err := flow.MinLinkCut(t.Context(), q.net(t), q.from, q.to, q.opt)
		if err != nil {
			t.Fatal(err)
		}
		count := 0
		for set := range 1 << len(q.g.Links) {
			var links []network.EdgeIndex
			for e := range network.EdgeIndex(len(q.g.Links)) {
				if set>>e&1 == 1 {
					links = append(links, e)
				}
			}
			if float64(len(links)) == cut.Value && !q.reaches(t, nil, links) {
				count++
			}
		}
		if cut.Unique != (count == 1) {
			t.Fatalf("unique %v, but there are %d: %+v", cut.Unique, count, cut)
		}
	})
}

func TestTakenAwayIsLikeNeverThere(t *testing.T) {
	check(t, func(t *rapid.T, q question) {
		p, err := flow.NewProblem(q.net(t), q.from, q.to, q.opt)
		if err != nil {
			t.Fatal(err)
		}
		v := network.NodeIndex(rapid.IntRange(0, q.g.Nodes-1).Draw(t, "node"))
		rest := q
		rest.opt.Capacity = nil
		for e, l := range q.g.Links {
			c := q.capacity(e)
			end := slices.Contains(q.from, v) || slices.Contains(q.to, v)
			if e == 0 || (!end && (l.From == v || l.To == v)) {
				c = 0
			}
			rest.opt.Capacity = append(rest.opt.Capacity, c)
		}
		p.Take(v, true)
		if len(q.g.Links) > 0 {
			p.TakeLink(0, true)
		}
		got, err := p.Solve(t.Context())
		if want := rest.leastCut(); err != nil || got != want {
			t.Fatalf("flow %v, want %v; %v", got, want, err)
		}
		p.Take(v, false)
		p.TakeLink(0, false)
		if got, err = p.Solve(t.Context()); err != nil || got != q.leastCut() {
			t.Fatalf("flow %v after giving back, want %v; %v", got, q.leastCut(), err)
		}
	})
}

func TestCentsAreCountedExactly(t *testing.T) {
	g := nt.Of(4, [][2]int{{0, 1}, {0, 1}, {0, 1}, {1, 2}, {2, 3}})
	r, err := flow.Max(t.Context(), g.Build(t, true), []network.NodeIndex{0}, []network.NodeIndex{3},
		flow.Options{Capacity: []float64{0.1, 0.1, 0.1, 0.3, math.NaN()}})
	if err != nil || r.Value != 0.3 {
		t.Errorf("flow %v, %v", r.Value, err)
	}
	cut, err := flow.MinLinkCut(t.Context(), g.Build(t, true), []network.NodeIndex{0}, []network.NodeIndex{3},
		flow.Options{Capacity: []float64{0.1, 0.1, 0.1, 0.3, math.NaN()}})
	if err != nil || cut.Unique || cmp.Diff([]network.EdgeIndex{0, 1, 2}, cut.Links) != "" || cmp.Diff([]network.EdgeIndex{3}, cut.SinkLinks) != "" {
		t.Errorf("cut %+v, %v", cut, err)
	}
}

// What cannot be counted in whole units shows only in the midst of a search.
func TestCapacitiesAreReadWhereTheSearchMeetsThem(t *testing.T) {
	g := nt.Of(8, [][2]int{{0, 1}, {1, 2}, {2, 3}, {2, 3}, {2, 3}, {3, 4}, {4, 5}, {6, 7}})
	for name, c := range map[string]struct {
		middle [3]float64
		want   float64
	}{
		"cents":          {[3]float64{0.1, 0.1, 0.1}, 0.3},
		"none":           {[3]float64{math.NaN(), 0, 0.5}, 1.5},
		"huge":           {[3]float64{1 << 60, math.Inf(1), 1<<52 + 1}, 9},
		"beyond decimal": {[3]float64{1.0 / 3, 0, 0}, 1.0 / 3},
		"negative":       {[3]float64{1, -1, 1}, 0},
	} {
		for _, directed := range []bool{true, false} {
			capacity := []float64{9, 9, c.middle[0], c.middle[1], c.middle[2], 9, 9, 0.1}
			r, err := flow.Max(t.Context(), g.Build(t, directed), []network.NodeIndex{0}, []network.NodeIndex{5}, flow.Options{Capacity: capacity})
			if bad := name == "negative"; bad != (graph.CodeOf(err) == graph.BadUserInput) || !bad && err != nil || r.Value != c.want {
				t.Errorf("%s, directed %v: flow %v, want %v; %v", name, directed, r.Value, c.want, err)
			}
		}
	}
}

func TestALinkBetweenTheSetsLeavesNoNodeCut(t *testing.T) {
	net := nt.Of(3, [][2]int{{0, 1}, {1, 2}, {0, 2}}).Build(t, false)
	cut, err := flow.MinNodeCut(t.Context(), net, []network.NodeIndex{0}, []network.NodeIndex{2}, nil)
	if err != nil || cut.Finite || !math.IsInf(cut.Value, 1) {
		t.Errorf("cut %+v, %v", cut, err)
	}
}

func TestBadQuestions(t *testing.T) {
	net := nt.Path(3).Build(t, false)
	one, two := []network.NodeIndex{0}, []network.NodeIndex{2}
	for name, err := range map[string]error{
		"in both sets": second(flow.Max(t.Context(), net, one, one, flow.Options{})),
		"out of range": second(flow.Max(t.Context(), net, one, []network.NodeIndex{3}, flow.Options{})),
		"negative":     second(flow.Max(t.Context(), net, one, two, flow.Options{Capacity: []float64{1, -1}})),
		"too few":      second(flow.Max(t.Context(), net, one, two, flow.Options{Capacity: []float64{1}})),
		"weightless":   second(flow.MinNodeCut(t.Context(), net, one, two, []float64{1, 0, 1})),
	} {
		if graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := flow.Max(ctx, net, one, two, flow.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func second[T any](_ T, err error) error { return err }
