package connectivity_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// Networks of organized crime with answers of networkx and igraph.
func TestPublishedNetworks(t *testing.T) {
	for _, name := range []string{"caviar", "ciel", "siren", "natarajan_cocaine", "london_gang", "montagna_meetings"} {
		t.Run(name, func(t *testing.T) {
			d := nt.Dataset(t, name)
			net, origin := d.Network(t).Simple()
			checkSizes(t, d, net)
			checkPoints(t, d, net)
			got, err := connectivity.Bridges(t.Context(), net)
			if err != nil {
				t.Fatal(err)
			}
			var bridges [][2]string
			for _, b := range got {
				e := b.Link
				if origin != nil {
					e = origin[e]
				}
				bridges = append(bridges, pair(d.IDs[d.Links[e].From], d.IDs[d.Links[e].To]))
			}
			var want [][2]string
			nt.Decode(t, d.Expected["bridges"], &want)
			for i, b := range want {
				want[i] = pair(b[0], b[1])
			}
			less := func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }
			slices.SortFunc(bridges, less)
			slices.SortFunc(want, less)
			if !slices.Equal(bridges, want) {
				t.Errorf("bridges %v, want %v", bridges, want)
			}
		})
	}
}

func pair(a, b string) [2]string { return [2]string{min(a, b), max(a, b)} }

func checkSizes(t *testing.T, d *nt.Data, net *network.Network) {
	t.Helper()
	var sizes []int
	nt.Decode(t, d.Expected["component_sizes"], &sizes)
	c, err := connectivity.Weak(t.Context(), net, connectivity.Removal{})
	if diff := cmp.Diff(sizes, c.Size); diff != "" || err != nil {
		t.Errorf("component sizes: %s %v", diff, err)
	}
}

func checkPoints(t *testing.T, d *nt.Data, net *network.Network) {
	t.Helper()
	points, err := connectivity.ArticulationPoints(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	var got, want []string
	for _, p := range points {
		got = append(got, d.IDs[p.Node])
	}
	nt.Decode(t, d.Expected["articulation_points"], &want)
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("articulation points %v, want %v", got, want)
	}
}

func TestClassicalNetworks(t *testing.T) {
	for _, name := range []string{"krackhardt_kite", "zachary_karate", "les_miserables"} {
		d := nt.Case(t, name)
		checkPoints(t, d, d.Network(t))
	}
}
