package community_test

import (
	"context"
	"errors"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func stable(t nt.TB, net *network.Network, opt community.LeidenOptions, runs int) community.Runs {
	t.Helper()
	r, err := community.Stable(context.Background(), net, opt, runs)
	if err != nil {
		t.Fatalf("%v", err)
	}
	return r
}

func TestAgreementOfIgraph(t *testing.T) {
	var theirs map[string]answers
	nt.Answers(t, "community", &theirs)
	for _, g := range nt.Random(t) {
		want := theirs[g.Name].Agreement
		if want == nil {
			continue
		}
		a, b := make([]uint32, g.Nodes), make([]uint32, g.Nodes)
		for v := range a {
			a[v], b[v] = uint32(v%3), uint32(v*v%5)
		}
		got, err := community.MutualInformation(a, b)
		if err != nil || math.Abs(got-*want) > 1e-9 {
			t.Errorf("%s: %v %v, want %v", g.Name, got, err, *want)
		}
	}
}

func TestAgreementIsSymmetricAndOneOfItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 20).Draw(t, "n")
		a, b := make([]uint32, n), make([]uint32, n)
		for v := range a {
			a[v], b[v] = rapid.Uint32Range(0, 4).Draw(t, "a"), rapid.Uint32Range(7, 9).Draw(t, "b")
		}
		ab, err1 := community.MutualInformation(a, b)
		ba, err2 := community.MutualInformation(b, a)
		aa, err3 := community.MutualInformation(a, a)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
		if math.Abs(ab-ba) > 1e-12 || math.Abs(aa-1) > 1e-12 || !(ab >= 0 && ab <= 1) {
			t.Fatalf("%v, %v the other way, %v of itself", ab, ba, aa)
		}
	})
	if _, err := community.MutualInformation([]uint32{1}, nil); err == nil {
		t.Error("partitions of other nodes were compared")
	}
}

// The best modularity of Zachary's karate club and of Les Misérables is known (Brandes et
// al. 2008; Medus, Acuña and Dorso 2005 for the former), as is igraph's best of 50 seeds
// on the networks of criminals.
func TestBestModularityOfClassicalNetworks(t *testing.T) {
	for name, want := range map[string]float64{"zachary_karate": 0.4197896120973044, "les_miserables": 0.5600083700167401} {
		checkBest(t, name, nt.Case(t, name).Network(t), want, 20)
	}
	for _, name := range []string{"caviar", "ciel", "london_gang", "montagna_meetings", "natarajan_cocaine", "siren"} {
		d := nt.Dataset(t, name)
		var best struct{ Q float64 }
		nt.Decode(t, d.Expected["leiden_best_modularity_50_seeds"], &best)
		checkBest(t, name, d.Network(t), best.Q, 20)
	}
}

func checkBest(t *testing.T, name string, net *network.Network, want float64, runs int) {
	t.Helper()
	r := stable(t, net, community.LeidenOptions{}, runs)
	if r.Best.Quality < want-1e-3 {
		t.Errorf("%s: modularity %v, the best is %v", name, r.Best.Quality, want)
	}
	if q, err := community.ModularityOf(net, r.Best.Of, nil); err != nil || math.Abs(q-r.Best.Quality) > 1e-12 {
		t.Errorf("%s: quality %v, modularity %v %v", name, r.Best.Quality, q, err)
	}
	same := leiden(t, net, community.LeidenOptions{Seed: r.Seed})
	if !slices.Equal(same.Of, r.Best.Of) {
		t.Errorf("%s: seed %d finds something else by itself", name, r.Seed)
	}
}

func TestRunsAgreeOnCliques(t *testing.T) {
	g := nt.Graph{}
	for range 8 {
		g = nt.Union(g, nt.Clique(5))
	}
	r := stable(t, g.Build(t, false), community.LeidenOptions{Seed: 7}, 4)
	if r.Agreement != 1 || r.Seed != 7 || !slices.Equal(r.Persistence, slices.Repeat([]float64{1}, 8)) {
		t.Errorf("agreement %v, persistence %v, seed %d", r.Agreement, r.Persistence, r.Seed)
	}
	one := stable(t, g.Build(t, false), community.LeidenOptions{}, 1)
	if !math.IsNaN(one.Agreement) || !math.IsNaN(one.Persistence[0]) {
		t.Errorf("one run agrees with others: %v %v", one.Agreement, one.Persistence)
	}
}

// Agreement and persistence straight from their definitions.
func TestRunsOfAllShapes(t *testing.T) {
	const runs = 4
	for i, g := range nt.Random(t) {
		if i%7 != 0 {
			continue
		}
		r := stable(t, g.Net, community.LeidenOptions{Seed: 3}, runs)
		var all []community.Partition
		for seed := range uint64(runs) {
			all = append(all, leiden(t, g.Net, community.LeidenOptions{Seed: 3 + seed}))
		}
		sum, best := 0.0, all[r.Seed-3]
		persistence := make([]float64, len(best.Size))
		for a, p := range all { // in the order of seeds
			for _, q := range all[:a] {
				nmi, err := community.MutualInformation(p.Of, q.Of)
				if err != nil {
					t.Fatal(err)
				}
				sum += nmi
			}
			if p.Quality > best.Quality+1e-12 {
				t.Errorf("%s: seed %d is better", g.Name, 3+a)
			}
			for c := range persistence {
				if a != int(r.Seed-3) {
					persistence[c] += likest(best.Of, uint32(c), p) / (runs - 1)
				}
			}
		}
		if math.Abs(r.Agreement-sum/(runs*(runs-1)/2)) > 1e-12 {
			t.Errorf("%s: agreement %v, want %v", g.Name, r.Agreement, sum/(runs*(runs-1)/2))
		}
		for c, want := range persistence {
			if math.Abs(r.Persistence[c]-want) > 1e-12 {
				t.Errorf("%s: persistence %v, want %v", g.Name, r.Persistence, persistence)
			}
		}
	}
}

// likest compares a group with all of a partition.
func likest(of []uint32, c uint32, p community.Partition) float64 {
	most := 0.0
	for d := range p.Size {
		both, either := 0.0, 0.0
		for v := range of {
			in, there := of[v] == c, p.Of[v] == uint32(d)
			if in && there {
				both++
			}
			if in || there {
				either++
			}
		}
		most = max(most, both/either)
	}
	return most
}

func TestStableRefuses(t *testing.T) {
	net := nt.Star(4).Build(t, false)
	if _, err := community.Stable(t.Context(), net, community.LeidenOptions{}, 0); err == nil {
		t.Error("no runs were accepted")
	}
	if _, err := community.ModularityOf(net, nil, nil); err == nil {
		t.Error("no groups were accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := community.Stable(ctx, net, community.LeidenOptions{}, 2); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// Local clustering as LDBC Graphalytics expects it; where links have a direction it
// counts them differently.
func TestGraphalyticsClustering(t *testing.T) {
	dir := filepath.Join(nt.Reference(t), "data", "graphalytics_validation", "lcc")
	index := map[string]network.NodeIndex{}
	g := nt.Graph{}
	rows := nt.Rows(t, filepath.Join(dir, "undir-input"))
	for _, row := range rows {
		index[row[0]] = network.NodeIndex(len(index))
	}
	for _, row := range rows {
		for _, other := range row[1:] {
			if _, known := index[other]; !known {
				index[other] = network.NodeIndex(len(index))
			}
			g.Links = append(g.Links, network.Link{From: index[row[0]], To: index[other]})
		}
	}
	g.Nodes = len(index)
	got := triangles(t, g.Build(t, false)).Clustering()
	for _, row := range nt.Rows(t, filepath.Join(dir, "undir-output")) {
		want, err := strconv.ParseFloat(row[1], 64)
		if err != nil || math.Abs(got[index[row[0]]]-want) > 1e-4*want {
			t.Errorf("%s: %v, want %v %v", row[0], got[index[row[0]]], want, err)
		}
	}
}
