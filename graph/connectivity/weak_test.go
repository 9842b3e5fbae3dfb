package connectivity_test

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// Processors race for the joins; which of them wins must not show.
func TestWeakIsTheSameOnAnyNumberOfProcessors(t *testing.T) {
	g := nt.Union(nt.Multigraph(40_000, 30_000, 1), nt.RMAT(15, 2, 2), nt.Path(20_000))
	removed := connectivity.Removal{Nodes: []network.NodeIndex{3, 80_000}, Links: []network.EdgeIndex{7}}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	for _, directed := range []bool{false, true} {
		net := g.Build(t, directed)
		runtime.GOMAXPROCS(1)
		want, err := connectivity.Weak(t.Context(), net, removed)
		if err != nil {
			t.Fatal(err)
		}
		for range 5 {
			runtime.GOMAXPROCS(8)
			got, err := connectivity.Weak(t.Context(), net, removed)
			if err != nil || !slices.Equal(got.Of, want.Of) || !slices.Equal(got.Size, want.Size) {
				t.Fatalf("directed %v: eight processors find %d components, one %d, %v", directed, got.Count(), want.Count(), err)
			}
		}
	}
}

func TestWeakEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := connectivity.Weak(ctx, nt.Path(100_000).Build(t, false), connectivity.Removal{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
