package community_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// slowTruss drops links in too few triangles, for one k after another.
func slowTruss(net *network.Network) []int {
	n := net.NumNodes()
	joined := make([][]bool, n)
	for v := range joined {
		joined[v] = make([]bool, n)
	}
	numbers := make([]int, net.NumLinks())
	left := 0
	for e := range numbers {
		if a, b := net.Ends(network.EdgeIndex(e)); a != b {
			joined[a][b], joined[b][a] = true, true
			left++
		}
	}
	for k := 2; left > 0; k++ {
		for changed := true; changed; {
			changed = false
			for a := range n {
				for b := range a {
					if joined[a][b] && common(joined[a], joined[b]) < k-2 {
						joined[a][b], joined[b][a], changed = false, false, true
					}
				}
			}
		}
		left = 0
		for e := range numbers {
			if a, b := net.Ends(network.EdgeIndex(e)); joined[a][b] {
				numbers[e] = k
				left++
			}
		}
	}
	return numbers
}

func common(a, b []bool) int {
	count := 0
	for i := range a {
		if a[i] && b[i] {
			count++
		}
	}
	return count
}

func TestTrussOfAllShapes(t *testing.T) {
	for _, g := range nt.Random(t) {
		got, err := community.Truss(context.Background(), g.Net)
		if err != nil {
			t.Fatal(err)
		}
		if want := slowTruss(g.Net); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", g.Name, got, want)
		}
	}
}

func TestTrussEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := community.Truss(ctx, nt.RMAT(10, 8, 1).Build(t, false)); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
