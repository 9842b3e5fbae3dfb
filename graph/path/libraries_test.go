package path_test

import (
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
)

// pair is what igraph and NetworkX say of two nodes; see testdata/random/path.py.
type pair struct {
	from, to    []network.NodeIndex
	hops, cost  float64   // +Inf without a path
	short, dear []float64 // of the six best paths
	all         [2]any    // how many are best by hops and by cost, and which; nil if not asked
}

func asked(t *testing.T, answers []any) (list []pair) {
	t.Helper()
	number := func(v any) float64 {
		if v == nil {
			return math.Inf(1)
		}
		return v.(float64)
	}
	several := func(v any) (all []float64) {
		for _, x := range v.([]any) {
			all = append(all, number(x))
		}
		return all
	}
	for _, a := range answers {
		a := a.([]any)
		list = append(list, pair{
			[]network.NodeIndex{network.NodeIndex(number(a[0]))},
			[]network.NodeIndex{network.NodeIndex(number(a[1]))},
			number(a[2]), number(a[3]), several(a[4]), several(a[5]),
			[2]any{a[6], a[7]},
		})
	}
	return list
}

func TestPathsAsOtherLibrariesFindThem(t *testing.T) {
	var answers map[string][]any
	nt.Answers(t, "path", &answers)
	if len(answers) < 1000 {
		t.Fatalf("answers about %d graphs alone", len(answers))
	}
	for _, g := range nt.Random(t) {
		weight := func(e network.EdgeIndex) float64 { return g.Weights[e] }
		for _, p := range asked(t, answers[g.Name]) {
			for _, way := range []struct {
				name string
				cost path.Cost
				all  []float64 // costs by link
				best float64
				six  []float64
			}{{"hops", nil, nil, p.hops, p.short}, {"weight", weight, g.Weights, p.cost, p.dear}} {
				one, err := path.Shortest(t.Context(), g.Net, p.from, p.to, path.Options{})
				if way.cost != nil {
					one, err = path.ShortestWeighted(t.Context(), g.Net, p.from, p.to, way.cost, path.Options{})
				}
				if err != nil || one.Found != !math.IsInf(way.best, 1) || (one.Found && one.Cost != way.best) {
					t.Errorf("%s %v to %v by %s: %+v, %v; want %v", g.Name, p.from, p.to, way.name, one, err, way.best)
				}
				if d := distances(t, g.Net, p.from, way.all)[p.to[0]]; d != way.best {
					t.Errorf("%s %v to %v by %s: distance %v, want %v", g.Name, p.from, p.to, way.name, d, way.best)
				}
				several, err := path.KShortest(t.Context(), g.Net, p.from, p.to, 6, way.cost, path.Options{})
				var got []float64
				for _, found := range several.Paths {
					got = append(got, found.Cost)
				}
				if err != nil || !slices.Equal(got, way.six) {
					t.Errorf("%s %v to %v by %s: costs %v, %v; want %v", g.Name, p.from, p.to, way.name, got, err, way.six)
				}
			}
		}
	}
}

func TestAllShortestAsOtherLibrariesFindThem(t *testing.T) {
	var answers map[string][]any
	nt.Answers(t, "path", &answers)
	listed := 0
	for _, g := range nt.Random(t) {
		for _, p := range asked(t, answers[g.Name]) {
			for i, cost := range []path.Cost{nil, func(e network.EdgeIndex) float64 { return g.Weights[e] }} {
				if p.all[i] == nil {
					continue
				}
				want := p.all[i].([]any)
				ties, err := path.AllShortest(t.Context(), g.Net, p.from, p.to, cost, path.TieOptions{})
				if err != nil || float64(ties.Count.Int64()) != want[0] || (want[0] != 0. && ties.Best.Cost != [2]float64{p.hops, p.cost}[i]) {
					t.Errorf("%s %v to %v: %v at %v, %v; want %v", g.Name, p.from, p.to, ties.Count, ties.Best.Cost, err, want[0])
					continue
				}
				for j, nodes := range want[1].([]any) {
					got := ties.Paths(uint64(j), 1)[0]
					for k, v := range nodes.([]any) {
						if float64(got.Nodes[k]) != v {
							t.Fatalf("%s %v to %v: path %d is %v, want %v", g.Name, p.from, p.to, j, got.Nodes, nodes)
						}
					}
					listed++
				}
			}
		}
	}
	if listed < 5000 {
		t.Errorf("%d paths alone are listed", listed)
	}
}

// Distances as LDBC Graphalytics expects them, by hops and by weight.
func TestGraphalyticsDistances(t *testing.T) {
	for _, c := range []struct{ links, nodes, want, source string }{
		{"example/example-directed.e", "example/example-directed.v", "example/example-directed-SSSP", "1"},
		{"example/example-directed.e", "example/example-directed.v", "example/example-directed-BFS", "1"},
		{"example/example-undirected.e", "example/example-undirected.v", "example/example-undirected-SSSP", "2"},
		{"example/example-undirected.e", "example/example-undirected.v", "example/example-undirected-BFS", "2"},
		{"sssp/dir-input.e", "sssp/dir-input.v", "sssp/dir-output", "1"},
		{"sssp/undir-input.e", "sssp/undir-input.v", "sssp/undir-output", "1"},
	} {
		dir := filepath.Join(nt.Reference(t), "data", "graphalytics_validation")
		index := map[string]network.NodeIndex{}
		for _, row := range nt.Rows(t, filepath.Join(dir, c.nodes)) {
			index[row[0]] = network.NodeIndex(len(index))
		}
		g := nt.Graph{Nodes: len(index)}
		var cost []float64
		for _, row := range nt.Rows(t, filepath.Join(dir, c.links)) {
			g.Links = append(g.Links, network.Link{From: index[row[0]], To: index[row[1]]})
			cost = append(cost, number(t, row[2]))
		}
		if strings.HasSuffix(c.want, "BFS") {
			cost = nil
		}
		net := g.Build(t, !strings.Contains(c.links, "undir"))
		got := distances(t, net, []network.NodeIndex{index[c.source]}, cost)
		for _, row := range nt.Rows(t, filepath.Join(dir, c.want)) {
			want := number(t, row[1])
			if row[1] == "9223372036854775807" { // how Graphalytics writes that there is none
				want = math.Inf(1)
			}
			if d := got[index[row[0]]]; d != want && !(math.Abs(d-want) <= 1e-12*want) {
				t.Errorf("%s: %s is at %v, want %v", c.want, row[0], d, want)
			}
		}
	}
}

func number(t *testing.T, text string) float64 {
	t.Helper()
	x, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// FuzzPaths looks for graphs and costs on which kernels disagree about a pair.
func FuzzPaths(f *testing.F) {
	f.Add([]byte{5, 7, 0, 1, 1, 2, 2, 3, 3, 4, 0, 4, 1, 3, 2, 4, 1, 0, 3, 9, 2}, true)
	f.Fuzz(func(t *testing.T, data []byte, directed bool) {
		draw := nt.Bytes(data)
		g := nt.Drawn(12, 24, draw)
		net := g.Build(t, directed)
		cost := make([]float64, len(g.Links))
		for e := range cost {
			cost[e] = float64(draw(0, 9)) / 10
		}
		from, to := []network.NodeIndex{0}, []network.NodeIndex{network.NodeIndex(net.NumNodes() - 1)}
		price := func(e network.EdgeIndex) float64 { return cost[e] }
		want := distances(t, net, from, cost)[to[0]]
		one, err := path.ShortestWeighted(t.Context(), net, from, to, price, path.Options{})
		if err != nil || one.Found == math.IsInf(want, 1) || (one.Found && math.Abs(one.Cost-want) > 1e-9) {
			t.Fatalf("%+v, %v; the distance is %v", one, err, want)
		}
		ties, err := path.AllShortest(t.Context(), net, from, to, price, path.TieOptions{})
		if err != nil || (ties.Count.Sign() > 0) != one.Found || math.Abs(ties.Best.Cost-one.Cost) > 1e-9 || (one.Found && len(ties.Paths(0, 1)) != 1) {
			t.Fatalf("%+v, %v; the distance is %v", ties, err, want)
		}
		several, err := path.KShortest(t.Context(), net, from, to, 5, price, path.Options{})
		if err != nil || (len(several.Paths) > 0) != one.Found || (one.Found && math.Abs(several.Paths[0].Cost-want) > 1e-9) {
			t.Fatalf("%+v, %v; the distance is %v", several, err, want)
		}
		for i, p := range several.Paths {
			for _, q := range several.Paths[:i] {
				if slices.Equal(p.Nodes, q.Nodes) || q.Cost > p.Cost {
					t.Fatalf("%+v before %+v", q, p)
				}
			}
		}
	})
}
