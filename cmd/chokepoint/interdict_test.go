package main

import (
	"database/sql"
	"math"
	"os"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph/networktest"
)

// Removing 2 nodes or 3 links parts the pair of planted_supply_a whatever a link's
// length is, so the days of the reference do not matter; 1 node or 2 links never do.
// The days themselves, for which the API has no argument, are compared in package
// dismantle.
func TestInterdictionOfThePlantedPair(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		url := at.fresh(t)
		const dataset = "planted_supply_a"
		mustRun(t, "import", "--store", url, "--dataset", dataset, data(t, dataset, "nodes.csv"), data(t, dataset, "edges.csv"))
		a := serving(t, url, appOptions{})
		var want struct {
			Pair    [2]string
			Removal map[string]struct {
				Days any `json:"shortest_path_days"`
			} `json:"shortest_path_interdiction_removal"`
			Betweenness  [][2]any `json:"betweenness_directed_top8"`
			Degree       [][2]any `json:"degree_top8"`
			PlantedNodes []string `json:"planted_chokepoint"`
		}
		text, err := os.ReadFile(data(t, dataset, "expected.json"))
		if err != nil {
			t.Fatal(err)
		}
		networktest.Decode(t, text, &want)
		for name, budget := range map[string]int{"node_k1": 1, "node_k2": 2, "arc_k1": 1, "arc_k2": 2, "arc_k3": 3} {
			targets := "ENTITIES"
			if strings.HasPrefix(name, "arc") {
				targets = "LINKS"
			}
			p := a.plan(t, map[string]any{
				"objective": "PATH_LENGTH", "budget": budget, "targets": targets,
				"from": ids(dataset, want.Pair[0]), "to": ids(dataset, want.Pair[1]), "scope": map[string]any{"orientation": "NATURAL"},
			})
			if parted := p.After.ShortestPath == nil; parted != (want.Removal[name].Days == "inf") || !p.Optimal || p.Before.ShortestPath == nil {
				t.Errorf("%s: path of %v after, optimal %v; the reference says %v days", name, p.After.ShortestPath, p.Optimal, want.Removal[name].Days)
			}
			if name == "node_k2" {
				same(t, name, strings.Fields(p.names()), want.PlantedNodes)
			}
		}
		a.checkTop(t, "BETWEENNESS", "NATURAL", want.Betweenness)
		a.checkTop(t, "DEGREE", "UNDIRECTED", want.Degree)
	})
}

// checkTop compares the first places of a ranking of the physical graph.
func (a *app) checkTop(t *testing.T, measure, orientation string, top [][2]any) {
	t.Helper()
	var answer struct {
		Centrality struct {
			Nodes []struct {
				Score  float64
				Entity struct{ Name string }
			}
		}
	}
	a.ask(t, `query ($m: CentralityMeasure!, $o: Orientation!, $within: [ID!]) { centrality(measure: $m, first: 500, scope: {orientation: $o, within: $within}) { nodes { score entity { name } } } }`,
		map[string]any{"m": measure, "o": orientation, "within": physical(t, a)}, &answer)
	got := map[string]float64{}
	for i, n := range answer.Centrality.Nodes {
		got[n.Entity.Name] = n.Score
		if i < len(top) && math.Abs(n.Score-top[i][1].(float64)) > 1e-6 {
			t.Errorf("%s, rank %d: %v, want %v", measure, i+1, n.Score, top[i][1])
		}
	}
	for _, w := range top {
		if math.Abs(got[w[0].(string)]-w[1].(float64)) > 1e-6 {
			t.Errorf("%s of %v: %v, want %v", measure, w[0], got[w[0].(string)], w[1])
		}
	}
}

// physical returns what is no account: the graph of the reference values.
func physical(t testing.TB, a *app) (within []string) {
	t.Helper()
	var answer struct {
		Entities struct {
			Nodes []struct{ ID, Name string }
		}
	}
	a.ask(t, `{ entities(first: 500) { nodes { id name } } }`, nil, &answer)
	for _, n := range answer.Entities.Nodes {
		if !strings.HasPrefix(n.Name, "ACC") {
			within = append(within, n.ID)
		}
	}
	return within
}

func TestStoreOfANewerVersionIsRefused(t *testing.T) {
	url, path := storeAt(t)
	mustRun(t, "import", "--store", url, "--dataset", "d", data(t, "ciel", "edges.csv"))
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), "PRAGMA user_version = 99"); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	for _, command := range [][]string{{"doctor"}, {"datasets"}, {"query", "{ datasets { name } }"}, {"import", "--dataset", "d", data(t, "ciel", "edges.csv")}} {
		if _, stderr, code := run(t, append(command, "--store", url)...); code != exitFailure || !strings.Contains(stderr, "version 99") {
			t.Errorf("%s: %d %s", command[0], code, stderr)
		}
	}
}
