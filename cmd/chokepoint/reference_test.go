package main

import (
	"cmp"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph/networktest"
)

// The values of these tests come from the reference data (networkx, igraph and
// HiGHS, see the conventions in each file) and from published tables. They are
// asked for through GraphQL, after an import of the CSV files by the command.

// score is a measure of the API and the name of its reference values.
type score struct {
	measure, weight string
	normalized      bool
	name            string
	tolerance       float64 // relative: counts and sums, or iterated
}

var scores = []score{
	{"DEGREE", "NONE", false, "degree", 1e-9},
	{"STRENGTH", "WEIGHT", false, "weighted_degree", 1e-9},
	{"BETWEENNESS", "NONE", false, "betweenness_raw", 1e-9},
	{"CLOSENESS", "NONE", false, "closeness_wf", 1e-9},
	{"HARMONIC", "NONE", false, "harmonic", 1e-9},
	{"EIGENVECTOR", "NONE", false, "eigenvector_LCC_l2", 1e-6},
	{"PAGERANK", "NONE", false, "pagerank_0.85", 1e-6},
	{"PAGERANK", "WEIGHT", false, "pagerank_weighted_0.85", 1e-6},
	{"CORE", "NONE", false, "core_number", 1e-9},
	{"CONSTRAINT", "NONE", false, "burt_constraint", 1e-9},
	{"EFFECTIVE_SIZE", "NONE", false, "effective_size", 1e-9},
}

// leftOut are the reference values for which the API has no operation yet.
var leftOut = []string{
	"edge_betweenness_top10", "triangles", "clustering", "LCC", "degree_assortativity", "transitivity",
	"st_min_vertex_cut_and_edge_cut_size", "leiden_best_modularity_50_seeds", "component_sizes", "n", "m",
}

type expected struct {
	Basic map[string]json.RawMessage
	Neg   map[string]struct {
		Pairs float64    `json:"min_connected_pairs"`
		F     float64    `json:"F_original_n"`
		Sets  [][]string `json:"optimal_sets"`
		Count int        `json:"n_optimal_sets"`
		LCC   int        `json:"min_LCC"`
	} `json:"KPP_NEG_bruteforce"`
	Pos map[string]struct {
		Reached float64 `json:"nodes_reached_incl_set"`
	} `json:"KPP_POS_bruteforce"`
	Exact map[string]struct {
		Pairs float64 `json:"connected_pairs"`
	} `json:"exact_milp"`
}

func TestReferenceValuesThroughTheAPI(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		for _, name := range []string{"caviar", "ciel", "siren", "natarajan_cocaine", "london_gang", "montagna_meetings"} {
			t.Run(name, func(t *testing.T) {
				at.parallel(t)
				url := at.fresh(t)
				files := existing(data(t, name, "nodes.csv"), data(t, name, "edges.csv"))
				mustRun(t, append([]string{"import", "--store", url, "--dataset", name}, files...)...)
				a := serving(t, url, appOptions{})
				var want expected
				text, err := os.ReadFile(filepath.Join(networktest.Reference(t), "expected", name+".json"))
				if err != nil {
					t.Fatal(err)
				}
				networktest.Decode(t, text, &want)
				checkScores(t, a, name, want.Basic)
				checkCuts(t, a, want.Basic)
				checkKeyPlayers(t, a, want)
				checkCovered(t, want.Basic)
			})
		}
	})
}

// checkCovered fails when a file has values that are neither compared nor named as
// left out.
func checkCovered(t *testing.T, basic map[string]json.RawMessage) {
	t.Helper()
	for name := range basic {
		compared := name == "articulation_points" || name == "bridges" || slices.ContainsFunc(scores, func(s score) bool { return s.name == name })
		if !compared && !slices.Contains(leftOut, name) {
			t.Errorf("the reference value %s is neither compared nor left out openly", name)
		}
	}
}

func checkScores(t *testing.T, a *app, dataset string, basic map[string]json.RawMessage) {
	t.Helper()
	for _, s := range scores {
		raw, ok := basic[s.name]
		if !ok {
			t.Errorf("no reference value %s", s.name)
			continue
		}
		want := map[string]float64{}
		networktest.Decode(t, raw, &want)
		got := ranking(t, a, s.measure, s.weight, s.normalized)
		compare(t, s, want, got)
	}
}

// ranking asks for the whole of a ranking, page by page, and returns the scores by
// name. Undefined scores are left out.
func ranking(t testing.TB, a *app, measure, weight string, normalized bool) map[string]float64 {
	t.Helper()
	scores := map[string]float64{}
	last, rank := math.Inf(1), 0
	for after := ""; ; {
		var answer struct {
			Centrality struct {
				Nodes []struct {
					Rank   int
					Score  *float64
					Entity struct{ Name string }
				}
				PageInfo struct {
					HasNextPage bool
					EndCursor   string
				}
			}
		}
		variables := map[string]any{"m": measure, "w": weight, "n": normalized}
		if after != "" {
			variables["after"] = after
		}
		a.ask(t, `query ($m: CentralityMeasure!, $w: LinkWeight!, $n: Boolean!, $after: String) {
			centrality(measure: $m, weight: $w, normalized: $n, first: 40, after: $after) {
				nodes { rank score entity { name } } pageInfo { hasNextPage endCursor } } }`, variables, &answer)
		for _, n := range answer.Centrality.Nodes {
			if rank++; n.Rank != rank {
				t.Errorf("%s: rank %d after %d", measure, n.Rank, rank-1)
			}
			if n.Score == nil {
				continue
			}
			if *n.Score > last {
				t.Errorf("%s: %v after %v", measure, *n.Score, last)
			}
			last = *n.Score
			scores[n.Entity.Name] = *n.Score
		}
		if !answer.Centrality.PageInfo.HasNextPage {
			return scores
		}
		after = answer.Centrality.PageInfo.EndCursor
	}
}

func compare(t *testing.T, s score, want, got map[string]float64) {
	t.Helper()
	for id, w := range want {
		g, ok := got[id]
		// The files are written to ten significant digits.
		if !ok || math.Abs(g-w) > max(s.tolerance, 1e-9)*max(1, math.Abs(w)) {
			t.Errorf("%s of %s: got %v, want %v", s.name, id, g, w)
		}
	}
	for id := range got {
		if _, ok := want[id]; !ok {
			t.Errorf("%s of %s: got %v, want none", s.name, id, got[id])
		}
	}
}

func checkCuts(t *testing.T, a *app, basic map[string]json.RawMessage) {
	t.Helper()
	var answer struct {
		ArticulationPoints struct {
			Nodes []struct{ Entity struct{ Name string } }
		}
		Bridges struct {
			Nodes []struct {
				Link struct{ From, To struct{ Name string } }
			}
		}
	}
	a.ask(t, `{ articulationPoints(first: 500) { nodes { entity { name } } } bridges(first: 500) { nodes { link { from { name } to { name } } } } }`, nil, &answer)
	var points []string
	var bridges [][]string
	networktest.Decode(t, basic["articulation_points"], &points)
	networktest.Decode(t, basic["bridges"], &bridges)
	var gotPoints, gotBridges, wantBridges []string
	for _, n := range answer.ArticulationPoints.Nodes {
		gotPoints = append(gotPoints, n.Entity.Name)
	}
	for _, n := range answer.Bridges.Nodes {
		gotBridges = append(gotBridges, set(n.Link.From.Name, n.Link.To.Name))
	}
	for _, b := range bridges {
		wantBridges = append(wantBridges, set(b...))
	}
	same(t, "articulation points", gotPoints, points)
	same(t, "bridges", gotBridges, wantBridges)
}

func set(names ...string) string { return strings.Join(slices.Sorted(slices.Values(names)), " ") }

func same(t testing.TB, what string, got, want []string) {
	t.Helper()
	got, want = slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))
	if !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// plan is what the tests ask of a chokepoint plan.
type plan struct {
	Choices           []choice
	Before, After     figures
	Optimal           bool
	Alternatives      []struct{ Choices []choice }
	AlternativesTotal *int
}

type choice struct {
	Entity         *struct{ Name string }
	Link           *struct{ From, To struct{ Name string } }
	MarginalEffect *float64
}

type figures struct {
	ConnectedPairs   float64
	LargestComponent int
	Fragmentation    float64
	Flow             *float64
	ShortestPath     *float64
	Reached          *float64
}

func (p plan) names() string {
	var names []string
	for _, c := range p.Choices {
		names = append(names, c.Entity.Name)
	}
	return set(names...)
}

const planQuery = `query ($objective: DisruptionObjective!, $budget: Int!, $steps: Int! = 1, $from: [ID!], $to: [ID!], $targets: DisruptionTargets! = ENTITIES, $capacity: String, $scope: Scope) {
	chokepoints(objective: $objective, budget: $budget, steps: $steps, from: $from, to: $to, targets: $targets, capacityProperty: $capacity, scope: $scope) {
		choices { entity { name } link { from { name } to { name } } marginalEffect } optimal alternativesTotal alternatives { choices { entity { name } } }
		before { connectedPairs largestComponent fragmentation flow shortestPath reached } after { connectedPairs largestComponent fragmentation flow shortestPath reached } } }`

func (a *app) plan(t testing.TB, variables map[string]any) plan {
	t.Helper()
	var answer struct{ Chokepoints plan }
	a.ask(t, planQuery, variables, &answer)
	return answer.Chokepoints
}

func checkKeyPlayers(t *testing.T, a *app, want expected) {
	t.Helper()
	for budget, w := range want.Neg {
		k, _ := strconv.Atoi(budget)
		p := a.plan(t, map[string]any{"objective": "FRAGMENTATION", "budget": k})
		if !p.Optimal || p.After.ConnectedPairs != w.Pairs || math.Abs(p.After.Fragmentation-w.F) > 1e-9 {
			t.Errorf("KPP-NEG %d: %v pairs, F %v, optimal %v; want %v, %v", k, p.After.ConnectedPairs, p.After.Fragmentation, p.Optimal, w.Pairs, w.F)
		}
		got := []string{p.names()}
		for _, other := range p.Alternatives {
			got = append(got, plan{Choices: other.Choices}.names())
		}
		var sets []string
		for _, s := range w.Sets {
			sets = append(sets, set(s...))
		}
		if p.AlternativesTotal == nil || *p.AlternativesTotal+1 != w.Count {
			t.Errorf("KPP-NEG %d: %v other optima, want %d in all", k, p.AlternativesTotal, w.Count)
		}
		if w.Count == len(sets) && w.Count <= 21 {
			same(t, "KPP-NEG "+budget, got, sets)
		}
		largest := a.plan(t, map[string]any{"objective": "LARGEST_COMPONENT", "budget": k})
		if largest.After.LargestComponent != w.LCC {
			t.Errorf("largest component %d: %d, want %d", k, largest.After.LargestComponent, w.LCC)
		}
	}
	for name, w := range want.Exact { // KPP_NEG_k4
		k, _ := strconv.Atoi(strings.TrimPrefix(name, "KPP_NEG_k"))
		if p := a.plan(t, map[string]any{"objective": "FRAGMENTATION", "budget": k}); p.After.ConnectedPairs != w.Pairs {
			t.Errorf("%s: %v pairs, want %v", name, p.After.ConnectedPairs, w.Pairs)
		}
	}
	for name, w := range want.Pos { // m1_k2: 2 choices, 1 step
		var steps, k int
		if _, err := fmt.Sscanf(name, "m%d_k%d", &steps, &k); err != nil {
			t.Fatal(err)
		}
		p := a.plan(t, map[string]any{"objective": "REACH", "budget": k, "steps": steps})
		if p.After.Reached == nil || *p.After.Reached != w.Reached {
			t.Errorf("KPP-POS %s: %v reached, want %v", name, p.After.Reached, w.Reached)
		}
	}
}

// importCase writes a known-answer case as CSV and imports it.
func importCase(t testing.TB, at backend, name string) (*app, *networktest.Data) {
	t.Helper()
	c := networktest.Case(t, name)
	url := at.fresh(t)
	nodes, edges := filepath.Join(t.TempDir(), "nodes.csv"), filepath.Join(t.TempDir(), "edges.csv")
	rows := [][]string{{"id"}}
	for _, id := range c.IDs {
		rows = append(rows, []string{id})
	}
	writeCSV(t, nodes, rows)
	rows = [][]string{{"source", "target", "weight"}}
	for e, l := range c.Links {
		weight := ""
		if values := c.Columns["value"]; values != nil {
			weight = values[e]
		}
		rows = append(rows, []string{c.IDs[l.From], c.IDs[l.To], weight})
	}
	writeCSV(t, edges, rows)
	mustRun(t, "import", "--store", url, "--dataset", name, nodes, edges)
	return serving(t, url, appOptions{}), c
}

func writeCSV(t testing.TB, path string, rows [][]string) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	w := csv.NewWriter(f)
	if err := cmp.Or(w.WriteAll(rows), f.Close()); err != nil {
		t.Fatal(err)
	}
}

// classical maps the names of the known-answer cases to those of the other files.
var classical = map[string]string{
	"betweenness_raw": "betweenness_raw", "closeness": "closeness_wf", "harmonic": "harmonic",
	"pagerank_0.85": "pagerank_0.85", "core": "core_number", "burt_constraint": "burt_constraint", "eigenvector_l2": "eigenvector_LCC_l2",
}

func TestClassicalGraphsThroughTheAPI(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		for _, name := range []string{"krackhardt_kite", "zachary_karate", "les_miserables"} {
			t.Run(name, func(t *testing.T) {
				at.parallel(t)
				a, c := importCase(t, at, name)
				for in, general := range classical {
					s := scores[slices.IndexFunc(scores, func(s score) bool { return s.name == general })]
					want := map[string]float64{}
					networktest.Decode(t, c.Expected[in], &want)
					compare(t, s, want, ranking(t, a, s.measure, s.weight, s.normalized))
				}
				var answer struct {
					ArticulationPoints struct {
						Nodes []struct{ Entity struct{ Name string } }
					}
				}
				a.ask(t, `{ articulationPoints(first: 500) { nodes { entity { name } } } }`, nil, &answer)
				var want, got []string
				networktest.Decode(t, c.Expected["articulation_points"], &want)
				for _, n := range answer.ArticulationPoints.Nodes {
					got = append(got, n.Entity.Name)
				}
				same(t, "articulation points", got, want)
			})
		}
	})
}

func TestClassicalFlowAndPaths(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		a, _ := importCase(t, at, "clrs_maxflow")
		p := a.plan(t, map[string]any{
			"objective": "FLOW", "budget": 3, "targets": "LINKS", "from": ids("clrs_maxflow", "s"), "to": ids("clrs_maxflow", "t"),
			"capacity": "weight", "scope": map[string]any{"orientation": "NATURAL"},
		})
		if p.Before.Flow == nil || *p.Before.Flow != 23 || p.After.Flow == nil || *p.After.Flow != 0 {
			t.Errorf("flow before and after: %v, %v; want 23, 0", p.Before.Flow, p.After.Flow)
		}
		a, _ = importCase(t, at, "yen_example")
		var answer struct {
			ShortestPaths struct {
				Paths []struct {
					Cost     float64
					Entities []struct{ Name string }
				}
			}
		}
		a.ask(t, `query ($from: [ID!]!, $to: [ID!]!) { shortestPaths(from: $from, to: $to, k: 4, weight: PROPERTY, weightProperty: "weight", scope: {orientation: NATURAL}) { paths { cost entities { name } } } }`,
			map[string]any{"from": ids("yen_example", "C"), "to": ids("yen_example", "H")}, &answer)
		var costs []float64
		for _, p := range answer.ShortestPaths.Paths {
			costs = append(costs, p.Cost)
		}
		if !slices.Equal(costs, []float64{5, 7, 8, 8}) {
			t.Errorf("costs %v; want 5, 7, 8, 8", costs)
		}
	})
}

// planted is what data/planted_supply_a/expected.json holds of the physical graph.
type planted struct {
	Flow  float64   `json:"max_flow_all_suppliers_to_all_distributors"`
	Cut   int       `json:"min_vertex_cut_size_protecting_suppliers_and_distributors"`
	Nodes []string  `json:"planted_chokepoint"`
	Pair  [2]string `json:"pair"`
	Paths [][]any   `json:"ten_shortest_simple_paths_days"`
	Most  struct {
		Path        []string
		Probability float64
	} `json:"most_reliable_path"`
}

func TestPlantedSupplyThroughTheAPI(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		url := at.fresh(t)
		const dataset = "planted_supply_a"
		mustRun(t, "import", "--store", url, "--dataset", dataset, data(t, dataset, "nodes.csv"), data(t, dataset, "edges.csv"))
		a := serving(t, url, appOptions{})
		var want planted
		text, err := os.ReadFile(data(t, dataset, "expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		networktest.Decode(t, text, &want)
		of := func(kind string) []string { // by the source's own word for the kind
			var answer struct {
				Entities struct{ Nodes []struct{ ID string } }
			}
			a.ask(t, `query ($kind: String!) { entities(filter: {properties: [{name: "kind", equals: $kind}]}, first: 500) { nodes { id } } }`, map[string]any{"kind": kind}, &answer)
			var found []string
			for _, n := range answer.Entities.Nodes {
				found = append(found, n.ID)
			}
			return found
		}
		moves := map[string]any{"orientation": "NATURAL"}
		all := map[string]any{"objective": "FLOW", "from": of("Supplier"), "to": of("Distributor"), "capacity": "capacity", "scope": moves}
		p := a.plan(t, with(all, "budget", want.Cut))
		if *p.Before.Flow != want.Flow || *p.After.Flow != 0 || p.names() != set(want.Nodes...) || !p.Optimal {
			t.Errorf("flow %v, then %v without %s, optimal %v; want %v, 0 without %v", *p.Before.Flow, *p.After.Flow, p.names(), p.Optimal, want.Flow, want.Nodes)
		}
		if p := a.plan(t, with(all, "budget", want.Cut-1)); *p.After.Flow == 0 {
			t.Errorf("one less cuts everything: %s", p.names())
		}
		pair := map[string]any{"from": ids(dataset, want.Pair[0]), "to": ids(dataset, want.Pair[1])}
		var answer struct {
			ShortestPaths struct {
				Paths []struct {
					Cost     float64
					Entities []struct{ Name string }
				}
			}
		}
		const query = `query ($from: [ID!]!, $to: [ID!]!, $k: Int!, $w: PathWeight!) { shortestPaths(from: $from, to: $to, k: $k, weight: $w, weightProperty: "days", scope: {orientation: NATURAL}) { paths { cost entities { name } } } }`
		a.ask(t, query, with(with(pair, "k", 10), "w", "PROPERTY"), &answer)
		for i, w := range want.Paths {
			if got := answer.ShortestPaths.Paths[i].Cost; got != w[0].(float64) {
				t.Errorf("path %d takes %v days, want %v", i, got, w[0])
			}
		}
		a.ask(t, query, with(with(pair, "k", 1), "w", "CONFIDENCE"), &answer)
		best := answer.ShortestPaths.Paths[0]
		var names []string
		for _, e := range best.Entities {
			names = append(names, e.Name)
		}
		if math.Abs(best.Cost-want.Most.Probability) > 1e-9 || !slices.Equal(names, want.Most.Path) {
			t.Errorf("most reliable path %v with %v; want %v with %v", names, best.Cost, want.Most.Path, want.Most.Probability)
		}
	})
}

// with returns a copy of variables with one more.
func with(variables map[string]any, name string, value any) map[string]any {
	out := maps.Clone(variables)
	out[name] = value
	return out
}
