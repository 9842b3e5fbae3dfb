package dismantle_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph/dismantle"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// keyPlayers are answers by brute force and by a solver of integer programs.
type keyPlayers struct {
	Neg map[string]struct {
		Pairs      float64    `json:"min_connected_pairs"`
		Sets       [][]string `json:"optimal_sets"`
		Count      int        `json:"n_optimal_sets"`
		Largest    float64    `json:"min_LCC"`
		LargestNum int        `json:"n_sets_min_LCC"`
	} `json:"KPP_NEG_bruteforce"`
	Pos map[string]struct {
		Reached float64    `json:"nodes_reached_incl_set"`
		Count   int        `json:"n_optimal_sets"`
		Sets    [][]string `json:"optimal_sets"`
	} `json:"KPP_POS_bruteforce"`
	Solved map[string]struct {
		Set   []string
		Pairs float64 `json:"connected_pairs"`
	} `json:"exact_milp"`
}

var published = []string{"caviar", "ciel", "siren", "natarajan_cocaine", "montagna_meetings"}

func expected(t *testing.T, name string) (want keyPlayers) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(nt.Reference(t), "expected", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(raw, &want); err != nil {
		t.Fatal(err)
	}
	return want
}

// indexed returns a set of names as ascending indices.
func indexed(t *testing.T, d *nt.Data, names []string) []int {
	t.Helper()
	var set []int
	for _, v := range d.Named(t, names...) {
		set = append(set, int(v))
	}
	slices.Sort(set)
	return set
}

func choice(p dismantle.Plan) []int { return slices.Sorted(slices.Values(p.Choice)) }

func TestKeyPlayersOfPublishedNetworks(t *testing.T) {
	for _, name := range published {
		t.Run(name, func(t *testing.T) {
			d, want := nt.Dataset(t, name), expected(t, name)
			net := d.Network(t)
			for k, w := range want.Neg {
				budget, _ := strconv.Atoi(k)
				p, err := dismantle.Fragmentation(t.Context(), net, budget, dismantle.Nodes, dismantle.Limits{})
				if err != nil || !p.Optimal || p.Value != w.Pairs || p.AlternativesTotal != w.Count-1 {
					t.Errorf("k=%s: %+v, want %v; %v", k, p, w, err)
				}
				if diff := cmp.Diff(indexed(t, d, w.Sets[0]), choice(p)); diff != "" {
					t.Errorf("k=%s: %s", k, diff)
				}
				p, err = dismantle.LargestComponent(t.Context(), net, budget, dismantle.Nodes, dismantle.Limits{})
				if err != nil || !p.Optimal || p.Value != w.Largest || p.AlternativesTotal != w.LargestNum-1 {
					t.Errorf("k=%s: largest %+v, want %v; %v", k, p, w, err)
				}
			}
			for k, w := range want.Solved {
				budget, _ := strconv.Atoi(strings.TrimPrefix(k, "KPP_NEG_k"))
				p, err := dismantle.Fragmentation(t.Context(), net, budget, dismantle.Nodes, dismantle.Limits{})
				if err != nil || !p.Optimal || p.Value != w.Pairs {
					t.Errorf("%s: %+v, want %v; %v", k, p, w, err)
				}
				set := indexed(t, d, w.Set)
				if !slices.Equal(set, choice(p)) && !slices.ContainsFunc(p.Alternatives, func(s []int) bool { return slices.Equal(s, set) }) {
					t.Errorf("%s: %v is not among %v and %v", k, set, choice(p), p.Alternatives)
				}
			}
		})
	}
}
