package centrality

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// However many nodes at a time are added, and in which order, their reciprocal distances
// have one sum, and that is right.
func TestHarmonicSumsDoNotDependOnOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type piece struct{ count, hops int }
		var pieces []piece
		nodes, exact := 1, new(big.Rat)
		for range rapid.IntRange(0, 40).Draw(t, "pieces") {
			p := piece{rapid.IntRange(1, 1<<rapid.IntRange(0, 24).Draw(t, "size")).Draw(t, "count"), rapid.IntRange(1, 3000).Draw(t, "hops")}
			pieces = append(pieces, p)
			nodes += p.count
			exact.Add(exact, big.NewRat(int64(p.count), int64(p.hops)))
		}
		measure := harmonic(nodes)
		var once, parted [2]float64
		for _, p := range pieces {
			measure.add(once[:], p.count, p.hops)
		}
		for _, p := range rapid.Permutation(pieces).Draw(t, "order") {
			some := rapid.IntRange(0, p.count).Draw(t, "some")
			measure.add(parted[:], some, p.hops)
			measure.add(parted[:], p.count-some, p.hops)
		}
		if once != parted {
			t.Fatalf("%v, then %v", once, parted)
		}
		want, _ := exact.Float64()
		if got := measure.score(once[:]); got != tied(want) {
			t.Fatalf("%v, want %v", got, tied(want))
		}
	})
}
