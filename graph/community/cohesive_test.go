package community_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// pieces lists the groups in the order of their least nodes.
func pieces(c community.Cohesive) [][]int {
	groups := make([][]int, len(c.Size))
	for v, g := range c.Of {
		if g != community.NoGroup {
			groups[g] = append(groups[g], v)
		}
	}
	for i, g := range groups {
		if len(g) != c.Size[i] {
			panic(fmt.Sprintf("group %d has %d nodes, not %d", i, len(g), c.Size[i]))
		}
		if i > 0 && (c.Size[i] > c.Size[i-1] || c.Size[i] == c.Size[i-1] && g[0] < groups[i-1][0]) {
			panic(fmt.Sprintf("group %d stands before a larger one", i-1))
		}
	}
	slices.SortFunc(groups, slices.Compare[[]int])
	return groups
}

func TestCoresAndTrussesOfLibraries(t *testing.T) {
	var theirs map[string]answers
	nt.Answers(t, "community", &theirs)
	for _, g := range nt.Random(t) {
		cores, err := community.Cores(t.Context(), g.Net, 2)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := pieces(cores), theirs[g.Name].Core; !slices.EqualFunc(got, want, slices.Equal[[]int]) {
			t.Errorf("%s: 2-core %v, want %v", g.Name, got, want)
		}
		trusses, err := community.Trusses(t.Context(), g.Net, 3)
		if err != nil {
			t.Fatal(err)
		}
		if got, want := pieces(trusses), theirs[g.Name].Truss; !slices.EqualFunc(got, want, slices.Equal[[]int]) {
			t.Errorf("%s: 3-truss %v, want %v", g.Name, got, want)
		}
	}
}

// The greatest k leaves groups, the next one none.
func TestGreatestCohesion(t *testing.T) {
	kernels := []func(context.Context, *network.Network, int) (community.Cohesive, error){community.Cores, community.Trusses}
	for _, g := range nt.Random(t) {
		for i, kernel := range kernels {
			most, err := kernel(t.Context(), g.Net, 0)
			if err != nil {
				t.Fatal(err)
			}
			if most.K != most.Greatest || (len(most.Size) == 0) != (most.Greatest == 0) {
				t.Errorf("%s, %d: k %d of %d leaves %d groups", g.Name, i, most.K, most.Greatest, len(most.Size))
			}
			if beyond, err := kernel(t.Context(), g.Net, most.Greatest+2); err != nil || len(beyond.Size) != 0 {
				t.Errorf("%s, %d: k %d leaves %d groups, %v", g.Name, i, most.Greatest+2, len(beyond.Size), err)
			}
		}
	}
}

func TestCohesionByHand(t *testing.T) {
	// Two cliques of four joined by a link, and a triangle apart.
	g := nt.Union(nt.Clique(4), nt.Clique(4), nt.Clique(3))
	g.Links = append(g.Links, network.Link{From: 0, To: 4})
	net := g.Build(t, false)
	cores, err := community.Cores(t.Context(), net, 2)
	if err != nil || !slices.Equal(cores.Size, []int{8, 3}) || cores.Greatest != 3 {
		t.Errorf("%+v %v", cores, err)
	}
	trusses, err := community.Trusses(t.Context(), net, 3)
	if err != nil || !slices.Equal(trusses.Size, []int{4, 4, 3}) || trusses.Of[0] != 0 || trusses.Of[4] != 1 || trusses.Greatest != 4 {
		t.Errorf("%+v %v", trusses, err)
	}
}

func TestCohesionRefuses(t *testing.T) {
	net := nt.Clique(4).Build(t, false)
	if _, err := community.Cores(t.Context(), net, -1); err == nil {
		t.Error("k −1 was accepted")
	}
	if _, err := community.Trusses(t.Context(), net, 1); err == nil {
		t.Error("a truss of 1 was accepted")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := community.Trusses(ctx, net, 3); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
