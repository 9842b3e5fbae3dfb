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

func TestRadixTakesWhatIsNearest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q heap.Radix
		for range 2 {
			q.Reset()
			n := rapid.IntRange(1, 30).Draw(t, "ids")
			costs, waits, gone := make([]float64, n), make([]bool, n), make([]bool, n)
			last := 0.0
			for range rapid.IntRange(0, 80).Draw(t, "steps") {
				if rapid.IntRange(0, 2).Draw(t, "push") > 0 {
					// As distances do, a cost falls while an id waits, and not after.
					id := rapid.IntRange(0, n-1).Draw(t, "id")
					cost := last + rapid.SampledFrom([]float64{0.1, 0.5, 1, 1e-300, 1e300}).Draw(t, "more")
					if !gone[id] && (!waits[id] || cost < costs[id]) {
						costs[id], waits[id] = cost, true
						q.Push(cost, uint32(id))
					}
					continue
				}
				var want []uint32
				for id := range waits {
					switch {
					case !waits[id] || len(want) > 0 && costs[id] > costs[want[0]]:
					case len(want) > 0 && costs[id] == costs[want[0]]:
						want = append(want, uint32(id))
					default:
						want = []uint32{uint32(id)}
					}
				}
				got := slices.Sorted(slices.Values(q.Next(costs)))
				if !slices.Equal(got, want) {
					t.Fatalf("%v came out, want %v of %v", got, want, costs)
				}
				for _, id := range got {
					waits[id], gone[id], last = false, true, costs[id]
				}
			}
		}
	})
}
