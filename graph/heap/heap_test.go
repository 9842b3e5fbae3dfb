package heap_test

import (
	"cmp"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/heap"
)

func TestItemsComeOutInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var h heap.Min
		var left []heap.Item
		byCost := func(a, b heap.Item) int { return cmp.Or(cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Hops, b.Hops)) }
		for range rapid.IntRange(0, 60).Draw(t, "steps") {
			if len(left) == 0 || rapid.IntRange(0, 2).Draw(t, "push") > 0 {
				x := heap.Item{Cost: float64(rapid.IntRange(0, 9).Draw(t, "cost")), Hops: rapid.Uint32Range(0, 3).Draw(t, "hops"), ID: uint32(len(left))}
				h.Push(x)
				left = append(left, x)
				continue
			}
			got, least := h.Pop(), slices.MinFunc(left, byCost)
			at := slices.Index(left, got)
			if at < 0 || byCost(got, least) != 0 {
				t.Fatalf("%v came out of %v", got, left)
			}
			left = slices.Delete(left, at, at+1)
		}
		if len(h) != len(left) {
			t.Fatalf("%d wait, want %d", len(h), len(left))
		}
	})
}
