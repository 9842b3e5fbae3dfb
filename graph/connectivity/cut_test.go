package connectivity_test

import (
	"cmp"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph/connectivity"
)

func TestCutsComeInOrder(t *testing.T) {
	net := rmat16().Build(t, false)
	points, err := connectivity.ArticulationPoints(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	bridges, err := connectivity.Bridges(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	if len(points) == 0 || !slices.IsSortedFunc(points, func(a, b connectivity.CutPoint) int {
		return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), cmp.Compare(a.Node, b.Node))
	}) {
		t.Errorf("%d cut points out of order", len(points))
	}
	if len(bridges) == 0 || !slices.IsSortedFunc(bridges, func(a, b connectivity.Bridge) int {
		return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), cmp.Compare(a.Link, b.Link))
	}) {
		t.Errorf("%d bridges out of order", len(bridges))
	}
}
