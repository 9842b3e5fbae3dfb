package flow_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/flow"
)

// There is an open path exactly where there is no cut.
func TestOpenPathsAreWhyThereIsNoCut(t *testing.T) {
	check(t, func(t *rapid.T, q question) {
		net := q.net(t)
		if q.opt.Capacity == nil {
			q.opt.Capacity = make([]float64, len(q.g.Links))
		}
		cut, err := flow.MinLinkCut(t.Context(), net, q.from, q.to, q.opt)
		if err != nil {
			t.Fatal(err)
		}
		path, err := flow.OpenPath(t.Context(), net, q.from, q.to, q.opt.Capacity, q.opt.NodeCapacity)
		if err != nil || (path.Nodes == nil) != cut.Finite {
			t.Fatalf("path %+v, cut %+v, %v", path, cut, err)
		}
		if path.Nodes != nil {
			q.checkRoute(t, path)
		}
	})
}
