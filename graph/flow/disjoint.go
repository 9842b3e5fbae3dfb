package flow

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// LinkDisjoint returns as many paths as there are from a node of from to a node of to
// that share no link (Menger 1927): the sets are so-many-link-connected, and taking
// fewer links leaves a path. Parallel links make parallel paths. Cost and errors are
// those of [Max].
func LinkDisjoint(ctx context.Context, net *network.Network, from, to []network.NodeIndex) ([]Route, error) {
	r, err := Max(ctx, net, from, to, Options{})
	if err != nil {
		return nil, err
	}
	return Routes(ctx, net, from, to, r)
}

// NodeDisjoint returns as many paths as there are from a node of from to a node of to
// that share no node but those of the two sets (Menger 1927). A link that joins the
// sets is a path that no node cuts; parallel ones count once. Cost and errors are
// those of [Max] where nodes are limited.
func NodeDisjoint(ctx context.Context, net *network.Network, from, to []network.NodeIndex) ([]Route, error) {
	opt := Options{
		Capacity:     slices.Repeat([]float64{1}, net.NumLinks()),
		NodeCapacity: slices.Repeat([]float64{1}, net.NumNodes()),
	}
	for _, v := range from {
		if int(v) >= net.NumNodes() {
			break // Max refuses it
		}
		out, edges := net.Out(v), net.OutEdges(v)
		for i := 1; i < len(out); i++ {
			if out[i] == out[i-1] {
				opt.Capacity[edges[i]] = 0
			}
		}
	}
	r, err := Max(ctx, net, from, to, opt)
	if err != nil {
		return nil, err
	}
	return Routes(ctx, net, from, to, r)
}
