package main

import (
	"fmt"
	"math"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/scenario"
)

// seeds at which what the generator plants is found again. The questions name
// sources and targets by their ids, never the kinds or names of what is planted.
const (
	seeds = 20
	// seedsOnServers are fewer: what is found does not depend on the store.
	seedsOnServers = 3
)

func TestPlantedChokepointsAreFound(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		sizes := map[string]int{"small": 1, "demo": 0}
		for name, size := range sizes {
			for seed := range uint64(seeds) {
				if name == "demo" && seed > 1 || at.onServer() && seed >= seedsOnServers {
					break
				}
				t.Run(fmt.Sprintf("%s/seed=%d", name, seed), func(t *testing.T) {
					at.parallel(t)
					world := scenario.Generate(scenario.Options{Seed: seed, Size: size})
					files, err := world.WriteDir(t.TempDir())
					if err != nil {
						t.Fatal(err)
					}
					url := at.fresh(t)
					mustRun(t, append([]string{"import", "--store", url, "--dataset", "world", "--max-rejects", "0"}, files...)...)
					a := serving(t, url, appOptions{})
					asked := 0
					for _, p := range world.Answers.Planted {
						if a.find(t, p) {
							asked++
						}
					}
					if asked < 8 {
						t.Errorf("only %d questions could be asked", asked)
					}
				})
			}
		}
	})
}

// find asks the question of a planted answer. It reports false for one that the
// API has no operation for.
func (a *app) find(t *testing.T, p scenario.Planted) bool {
	t.Helper()
	scope := map[string]any{"projection": p.Scope.Projection, "orientation": p.Scope.Orientation}
	if d := p.Scope.During; d != nil {
		scope["during"] = map[string]any{"from": d.Start, "to": d.End}
	}
	switch p.Operation {
	case "chokepoints":
		variables := map[string]any{"objective": p.Objective, "budget": p.Budget, "scope": scope}
		if p.CapacityProperty != "" {
			variables["capacity"] = p.CapacityProperty
		}
		if len(p.From) > 0 {
			variables["from"], variables["to"] = ids("world", p.From...), ids("world", p.To...)
		}
		a.checkPlan(t, p, variables)
	case "centrality":
		a.checkFirst(t, p, scope)
	case "shortestPaths":
		a.checkRoute(t, p, scope)
	default:
		return false
	}
	return true
}

func (a *app) checkPlan(t *testing.T, p scenario.Planted, variables map[string]any) {
	t.Helper()
	var answer struct {
		Chokepoints struct {
			Choices       []struct{ Entity struct{ ID string } }
			Before, After figures
			Optimal       bool
		}
	}
	a.ask(t, `query ($objective: DisruptionObjective!, $budget: Int!, $from: [ID!], $to: [ID!], $capacity: String, $scope: Scope) {
		chokepoints(objective: $objective, budget: $budget, from: $from, to: $to, capacityProperty: $capacity, scope: $scope) {
			choices { entity { id } } optimal before { flow connectedPairs } after { flow connectedPairs } } }`, variables, &answer)
	var got []string
	for _, c := range answer.Chokepoints.Choices {
		got = append(got, c.Entity.ID)
	}
	same(t, p.Name, got, ids("world", p.Expected...))
	for _, f := range []struct {
		name string
		want *scenario.Figures
		got  figures
	}{{"before", p.Before, answer.Chokepoints.Before}, {"after", p.After, answer.Chokepoints.After}} {
		if f.want == nil {
			continue
		}
		if w := f.want.Flow; w != nil && (f.got.Flow == nil || math.Abs(*f.got.Flow-*w) > 1e-6**w) {
			t.Errorf("%s: flow %s %v, want %v", p.Name, f.name, f.got.Flow, *w)
		}
		if w := f.want.ConnectedPairs; w != nil && f.got.ConnectedPairs != float64(*w) {
			t.Errorf("%s: pairs %s %v, want %v", p.Name, f.name, f.got.ConnectedPairs, *w)
		}
	}
}

func (a *app) checkFirst(t *testing.T, p scenario.Planted, scope map[string]any) {
	t.Helper()
	var answer struct {
		Centrality struct {
			Nodes []struct {
				Score  float64
				Entity struct{ ID string }
			}
		}
	}
	a.ask(t, `query ($measure: CentralityMeasure!, $scope: Scope) { centrality(measure: $measure, scope: $scope, first: 2) { nodes { score entity { id } } } }`,
		map[string]any{"measure": p.Measure, "scope": scope}, &answer)
	n := answer.Centrality.Nodes
	if n[0].Entity.ID != ids("world", p.Expected[0])[0] || n[0].Score < p.Margin*n[1].Score {
		t.Errorf("%s: first %v, want %s with %v times the second", p.Name, n, p.Expected[0], p.Margin)
	}
}

func (a *app) checkRoute(t *testing.T, p scenario.Planted, scope map[string]any) {
	t.Helper()
	var answer struct {
		ShortestPaths struct {
			Paths []struct {
				Entities []struct{ ID string }
				Links    []struct {
					DerivedBy *string
					Records   []struct{ Key string }
				}
			}
		}
	}
	a.ask(t, `query ($from: [ID!]!, $to: [ID!]!, $scope: Scope) { shortestPaths(from: $from, to: $to, k: 2, scope: $scope) { paths { entities { id } links { derivedBy records { key } } } } }`,
		map[string]any{"from": ids("world", p.From...), "to": ids("world", p.To...), "scope": scope}, &answer)
	if len(answer.ShortestPaths.Paths) == 0 {
		t.Fatalf("%s: no path", p.Name)
	}
	var got []string
	for _, e := range answer.ShortestPaths.Paths[0].Entities {
		got = append(got, e.ID)
	}
	if want := ids("world", p.Expected...); !slices.Equal(got, want) {
		t.Errorf("%s: got %v, want %v", p.Name, got, want)
	}
	for i, l := range answer.ShortestPaths.Paths[0].Links {
		supports := slices.ContainsFunc(l.Records, func(r struct{ Key string }) bool { return slices.Contains(p.Hops[i].Facts, r.Key) })
		if !supports {
			t.Errorf("%s: hop %d rests on %v, want one of %v", p.Name, i, l.Records, p.Hops[i].Facts)
		}
	}
}
