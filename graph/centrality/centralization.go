package centrality

import (
	"math"
	"slices"
)

// DegreeCentralization says how much one node stands out by [Degree] (Freeman 1979): the
// sum of what each node lacks of the greatest score, by that sum in the star of as many
// nodes, where it is greatest; from 0 where all are alike to 1. NaN of fewer than 3 nodes.
func DegreeCentralization(scores []float64) float64 {
	n := float64(len(scores))
	return centralization(scores, (n-1)*(n-2))
}

// BetweennessCentralization is [DegreeCentralization] by [Betweenness], not normalized.
func BetweennessCentralization(scores []float64, directed bool) float64 {
	n := float64(len(scores))
	most := (n - 1) * (n - 1) * (n - 2)
	if !directed {
		most /= 2
	}
	return centralization(scores, most)
}

// ClosenessCentralization is [DegreeCentralization] by [Closeness]. It means something
// of connected networks without direction alone.
func ClosenessCentralization(scores []float64) float64 {
	n := float64(len(scores))
	return centralization(scores, (n-1)*(n-2)/(2*n-3))
}

// CentralizationBounds returns the least and the greatest that [BetweennessCentralization]
// or [ClosenessCentralization] can be where all scores lie in the intervals of an estimate:
// least where all others come as near as they can to the least greatest score, greatest
// where one has its highest and all others their lowest. O(n).
func CentralizationBounds(e Estimate, of func(scores []float64) float64) (low, high float64) {
	if len(e.Scores) == 0 {
		return of(nil), of(nil)
	}
	scores, most := slices.Clone(e.High), slices.Max(e.Low)
	for v, s := range scores {
		scores[v] = min(s, most)
	}
	low = of(scores)
	first, others := 0, float64(len(scores)-1)
	for v := range scores {
		if others*e.High[v]+e.Low[v] > others*e.High[first]+e.Low[first] {
			first = v
		}
	}
	copy(scores, e.Low)
	scores[first] = e.High[first]
	return low, of(scores)
}

func centralization(scores []float64, most float64) float64 {
	if len(scores) < 3 {
		return math.NaN()
	}
	greatest, lacking := slices.Max(scores), 0.0
	for _, s := range scores {
		lacking += greatest - s
	}
	return lacking / most
}
