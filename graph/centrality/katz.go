package centrality

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// errDiverges is returned when the sum of walks has no limit.
var errDiverges = graph.Errorf(graph.BadUserInput,
	"the attenuation is too great for the sum over walks to have a limit; choose a smaller one")

const (
	// katzRounds bounds the rounds of Katz when the attenuation leaves its limit in doubt.
	katzRounds = 10_000
	// katzError is what walks that are left out may add to a score, as a share of the
	// greatest.
	katzError = 1e-12
)

// Katz returns the sum, over all walks that end in a node, of the attenuation to the
// power of their length times their links' weights (Katz 1953): x = 1 + α·Aᵀx. The
// walk of no link counts, so an isolated node scores 1. It honours weights. With the
// default attenuation 0.85/Δ scaling all weights changes nothing. An error tells when
// α is not below the reciprocal of the greatest eigenvalue.
//
// What longer walks would add is estimated to be within 1e-12 of the greatest score. O(m) a
// round, at most some 180 rounds by default; O(n + m) memory.
func Katz(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.checkWeights(net); err != nil {
		return nil, err
	}
	m := incoming(net, opt.Weights)
	alpha, err := opt.attenuation(m)
	if err != nil {
		return nil, err
	}
	// longest holds the share of walks as long as the round's number.
	longest := slices.Repeat([]float64{1}, m.size())
	scores, next := slices.Clone(longest), make([]float64, m.size())
	partial := make([][2]float64, len(m.cuts)) // of each piece, the greatest of both
	before, last := 0.0, 1.0                   // the greatest shares of two rounds
	for range katzRounds {
		if err := m.eachPiece(ctx, func(piece, lo, hi int) {
			m.rowsTimes(lo, hi, longest, next)
			partial[piece] = attenuate(alpha, next[lo:hi], scores[lo:hi])
		}); err != nil {
			return nil, err
		}
		most, total := 0.0, 1.0
		for _, p := range partial {
			most, total = max(most, p[0]), max(total, p[1])
		}
		switch {
		case total > math.MaxFloat64:
			return nil, errDiverges
		case remains(before, last, most) <= katzError*total:
			return scores, nil
		}
		longest, next = next, longest
		before, last = last, most
	}
	return nil, errDiverges
}

// remains estimates the sum of all further rounds from the greatest shares of three: in
// two rounds they grow by one factor, while in one they may alternate, as in a star.
func remains(before, last, most float64) float64 {
	switch {
	case most == 0:
		return 0
	case most >= before:
		return math.Inf(1)
	}
	return (last + most) * most / (before - most)
}

// attenuate adds one more round to scores, and returns the greatest of either.
func attenuate(alpha float64, longest, scores []float64) (greatest [2]float64) {
	for v := range longest {
		walks := alpha * longest[v]
		longest[v] = walks
		scores[v] += walks
		greatest[0], greatest[1] = max(greatest[0], walks), max(greatest[1], scores[v])
	}
	return greatest
}

func (o Options) attenuation(m *matrix) (float64, error) {
	if !(o.Attenuation >= 0) || math.IsInf(o.Attenuation, 1) {
		return 0, graph.Errorf(graph.BadUserInput, "attenuation %v must be finite and at least 0", o.Attenuation)
	}
	if o.Attenuation > 0 {
		return o.Attenuation, nil
	}
	most := 0.0
	for _, sum := range m.sums() {
		most = max(most, sum)
	}
	if most == 0 {
		return 0, nil
	}
	return 0.85 / most, nil
}
