package main

import (
	"cmp"
	"fmt"
	"math"
)

// compare says how a peer's answer differs from ours; it is empty if they match.
func compare(o *operation, our, their []float64) string {
	if len(our) != len(their) {
		return fmt.Sprintf("%d numbers, not %d", len(their), len(our))
	}
	if o.match != equal {
		our, their = direction(our), direction(their)
	}
	worst, at := 0.0, 0
	for i, x := range our {
		y := their[i]
		if math.IsNaN(x) && math.IsNaN(y) || x == y {
			continue
		}
		if d := math.Abs(x-y) / max(1, math.Abs(x)); !(d <= worst) {
			worst, at = d, i
		}
	}
	if worst <= cmp.Or(o.tolerance, 1e-9) {
		return ""
	}
	return fmt.Sprintf("number %d of %d is %.12g, ours %.12g", at, len(our), their[at], our[at])
}

// direction divides a vector by its length.
func direction(v []float64) []float64 {
	length := 0.0
	for _, x := range v {
		if !math.IsNaN(x) {
			length += x * x
		}
	}
	length = math.Sqrt(length)
	unit := make([]float64, len(v))
	for i, x := range v {
		if !math.IsNaN(x) {
			unit[i] = x / length
		}
	}
	return unit
}

// modularity of a membership (Newman and Girvan 2004).
func modularity(g *graph, member []float64) float64 {
	inside, degrees := 0.0, map[float64]float64{}
	for _, l := range g.links {
		if member[l.From] == member[l.To] {
			inside++
		}
		degrees[member[l.From]]++
		degrees[member[l.To]]++
	}
	m := float64(len(g.links))
	q := inside / m
	for _, d := range degrees {
		q -= d / (2 * m) * d / (2 * m)
	}
	return q
}
