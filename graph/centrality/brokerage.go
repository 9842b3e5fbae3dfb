package centrality

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Constraint returns how far the ties of a node lead back to each other (Burt 1992):
// the sum over its neighbours j of (p_ij + Σ_q p_iq·p_qj)², where p_ij is the share of
// j in the strength of i and q runs over the neighbours of both. The less, the more a
// node brokers. NaN for isolated nodes. In a directed network both directions of a
// pair add up. It honours weights.
//
// O(Σ over links of the lesser number of neighbours) time up to a logarithm, O(n + m)
// memory.
func Constraint(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	return brokerage(ctx, net, opt, func(m *matrix) []float64 {
		scaled := slices.Clone(m.weight)
		total := m.sums()
		for i, q := range m.nbr {
			scaled[i] /= total[q]
		}
		return scaled
	}, func(direct, indirect float64) float64 {
		return (direct + indirect) * (direct + indirect)
	})
}

// EffectiveSize returns the number of neighbours of a node less their redundancy (Burt
// 1992): the sum over its neighbours j of 1 − Σ_q p_iq·m_jq, where p_iq is the share
// of q in the strength of i and m_jq the weight between j and q divided by the
// greatest of j. NaN for isolated nodes. Direction, weights and cost as of
// [Constraint].
func EffectiveSize(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	return brokerage(ctx, net, opt, func(m *matrix) []float64 {
		scaled := slices.Clone(m.weight)
		for j := range m.size() {
			if row := scaled[m.off[j]:m.off[j+1]]; len(row) > 0 {
				most := slices.Max(row)
				for i := range row {
					row[i] /= most
				}
			}
		}
		return scaled
	}, func(_, indirect float64) float64 {
		return 1 - indirect
	})
}

// brokerage sums over the neighbours j of each node i what tie makes of p_ij and of
// Σ_q p_iq·s_jq, where scaled returns s for all entries of the matrix.
func brokerage(ctx context.Context, net *network.Network, opt Options, scaled func(*matrix) []float64,
	tie func(direct, indirect float64) float64,
) ([]float64, error) {
	if err := opt.checkWeights(net); err != nil {
		return nil, err
	}
	m := mutual(net, opt.Weights).weighted()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	second := &matrix{off: m.off, nbr: m.nbr, weight: scaled(m)}
	scores := make([]float64, m.size())
	err := m.pieces(ctx, func() func(int, int, int) error {
		near := make([]float64, m.size()) // p_iq of the present i
		return func(_, lo, hi int) error {
			for i := lo; i < hi; i++ {
				if err := ctx.Err(); err != nil {
					return err
				}
				scores[i] = m.broker(i, near, second, tie)
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	return scores, nil
}

// broker scores one node; near is all 0 before and after.
func (m *matrix) broker(i int, near []float64, second *matrix, tie func(direct, indirect float64) float64) float64 {
	row, weight := m.row(i), m.weights(i)
	if len(row) == 0 {
		return math.NaN()
	}
	total := m.sum(i)
	for k, q := range row {
		near[q] = weight[k] / total
	}
	score := 0.0
	for _, j := range row {
		score += tie(near[j], second.overlap(int(j), row, near))
	}
	for _, q := range row {
		near[q] = 0
	}
	return score
}

// overlap returns the product of the row of j and near, which is 0 outside of the
// sorted nodes. It looks up the nodes in a row much longer than they.
func (m *matrix) overlap(j int, nodes []uint32, near []float64) float64 {
	row := m.row(j)
	if len(row) < 8*len(nodes) {
		return m.dot(j, near)
	}
	sum, weight := 0.0, m.weights(j)
	for _, q := range nodes {
		if k, found := slices.BinarySearch(row, q); found {
			sum += weight[k] * near[q]
		}
	}
	return sum
}
