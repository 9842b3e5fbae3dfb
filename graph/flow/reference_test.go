package flow_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// Cormen, Leiserson, Rivest, Stein, Introduction to Algorithms.
func TestTextbook(t *testing.T) {
	d := nt.Case(t, "clrs_maxflow")
	cut, err := flow.MinLinkCut(t.Context(), d.Network(t), d.Named(t, "s"), d.Named(t, "t"),
		flow.Options{Capacity: d.Floats(t, "value")})
	var value float64
	var want [][2]string
	nt.Decode(t, d.Expected["max_flow"], &value)
	nt.Decode(t, d.Expected["min_cut_arcs"], &want)
	if err != nil || cut.Value != value || !cut.Unique {
		t.Errorf("%+v, want %v; %v", cut, value, err)
	}
	checkArcs(t, d, cut.Links, want)
}

func checkArcs(t *testing.T, d *nt.Data, links []network.EdgeIndex, want [][2]string) {
	t.Helper()
	var got [][2]string
	for _, e := range links {
		got = append(got, [2]string{d.IDs[d.Links[e].From], d.IDs[d.Links[e].To]})
	}
	order := func(a, b [2]string) int { return slices.Compare(a[:], b[:]) }
	slices.SortFunc(got, order)
	slices.SortFunc(want, order)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// A supply chain with planted chokepoints.
func TestPlantedSupplyChain(t *testing.T) {
	d, from, to := nt.PlantedSupply(t)
	var want float64
	var cut []string
	nt.Decode(t, d.Expected["max_flow_all_suppliers_to_all_distributors"], &want)
	nt.Decode(t, d.Expected["one_min_vertex_cut"], &cut)
	capacity := d.Floats(t, "capacity")
	links, err := flow.MinLinkCut(t.Context(), d.Network(t), from, to, flow.Options{Capacity: capacity})
	if err != nil || links.Value != want {
		t.Errorf("flow %v, want %v; %v", links.Value, want, err)
	}
	nodes, err := flow.MinNodeCut(t.Context(), d.Network(t), from, to, nil)
	if err != nil || cmp.Diff(d.Named(t, cut...), nodes.Nodes) != "" {
		t.Errorf("node cut %+v, want %v; %v", nodes, cut, err)
	}
}

// Sizes of cuts between pairs, by networkx.
func TestPublishedNetworks(t *testing.T) {
	for _, name := range []string{"caviar", "ciel", "siren", "natarajan_cocaine", "london_gang", "montagna_meetings"} {
		d := nt.Dataset(t, name)
		net, _ := d.Network(t).Simple()
		var pairs [][4]any
		nt.Decode(t, d.Expected["st_min_vertex_cut_and_edge_cut_size"], &pairs)
		for _, p := range pairs {
			from, to := d.Named(t, p[0].(string)), d.Named(t, p[1].(string))
			nodes, err := flow.MinNodeCut(t.Context(), net, from, to, nil)
			if err != nil || nodes.Value != p[2].(float64) || len(nodes.Nodes) != int(nodes.Value) {
				t.Errorf("%s %v: %+v, %v", name, p, nodes, err)
			}
			links, err := flow.MinLinkCut(t.Context(), net, from, to, flow.Options{})
			if err != nil || links.Value != p[3].(float64) || len(links.Links) != int(links.Value) {
				t.Errorf("%s %v: %+v, %v", name, p, links, err)
			}
		}
	}
}
