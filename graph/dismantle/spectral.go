package dismantle

import (
	"container/heap"
	"context"
	"math"
	"math/bits"
	"slices"
)

// spectrumChooser is Generalized.
type spectrumChooser struct {
	*residual
	target int
	pieces *pieces
	piece  []uint32
	plan   []uint32 // nodes of a cover that are still to be taken
}

func (s *spectrumChooser) removed(context.Context, []uint32) error { return nil }

func (s *spectrumChooser) next(ctx context.Context, k int) ([]uint32, error) {
	if len(s.plan) == 0 {
		s.pieces.add(s.piece)
		piece := s.pieces.next()
		if s.piece = slices.Clone(piece); len(piece) <= s.target {
			return nil, nil
		}
		side, err := s.halves(ctx, piece)
		if err != nil {
			return nil, err
		}
		s.plan = s.cover(piece, side)
	}
	taken := s.plan[:min(k, len(s.plan))]
	s.plan = s.plan[len(taken):]
	return taken, nil
}

// halves approximates the second eigenvector of the Laplacian of a connected piece by
// power iteration on 2·d·1 − L, with what lies along the first eigenvector taken out,
// and returns which nodes have a positive entry. Its start is drawn from the numbers
// of the nodes.
func (s *spectrumChooser) halves(ctx context.Context, piece []uint32) (positive map[uint32]bool, err error) {
	at := make(map[uint32]int, len(piece))
	for i, v := range piece {
		at[v] = i
	}
	rows, most := make([][]int32, len(piece)), 0
	for i, v := range piece {
		for _, w := range s.row(int(v)) {
			if !s.gone[w] {
				rows[i] = append(rows[i], int32(at[w]))
			}
		}
		most = max(most, len(rows[i]))
	}
	x, y := make([]float64, len(piece)), make([]float64, len(piece))
	for i, v := range piece {
		x[i] = scatter(v)
	}
	// As many rounds as the paper: of the order of log² n, and what small pieces like.
	rounds := 30 + 3*bits.Len(uint(len(piece)))*bits.Len(uint(len(piece)))
	for range rounds {
		if err := s.going(ctx); err != nil {
			return nil, err
		}
		center(x)
		for i, row := range rows {
			y[i] = float64(2*most-len(row)) * x[i]
			for _, j := range row {
				y[i] += x[j]
			}
			s.steps += int64(len(row))
		}
		x, y = y, x
	}
	center(x)
	positive = make(map[uint32]bool, len(piece))
	for i, v := range piece {
		positive[v] = x[i] > 0
	}
	return positive, nil
}

// scatter returns a number from −½ to ½ that depends on v alone (the mixing of
// SplitMix64).
func scatter(v uint32) float64 {
	z := uint64(v)*0x9e3779b97f4a7c15 + 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return float64((z^z>>31)>>11)/(1<<53) - 0.5
}

// center takes the mean out and makes the length 1, if there is any.
func center(x []float64) {
	sum, square := 0.0, 0.0
	for _, f := range x {
		sum += f
	}
	mean := sum / float64(len(x))
	for i := range x {
		x[i] -= mean
		square += x[i] * x[i]
	}
	if length := math.Sqrt(square); length > 0 {
		for i := range x {
			x[i] /= length
		}
	}
}

// cover returns nodes that touch every link between the halves, those that touch most
// of what is not yet touched first.
func (s *spectrumChooser) cover(piece []uint32, side map[uint32]bool) (nodes []uint32) {
	crossing := make(map[uint32]int, len(piece))
	for _, v := range piece {
		for _, w := range s.row(int(v)) {
			if !s.gone[w] && side[v] != side[w] {
				crossing[v]++
			}
		}
	}
	left := make([]entry, 0, len(crossing))
	for v, n := range crossing {
		left = append(left, entry{int64(n), v})
	}
	r := &ranked{entries: left}
	heap.Init(r)
	for len(r.entries) > 0 {
		e := heap.Pop(r).(entry)
		if int(e.score) != crossing[e.node] || e.score == 0 {
			continue
		}
		nodes = append(nodes, e.node)
		crossing[e.node] = 0
		for _, w := range s.row(int(e.node)) {
			if crossing[w] > 0 && side[e.node] != side[w] {
				crossing[w]--
				heap.Push(r, entry{int64(crossing[w]), w})
			}
		}
	}
	if len(nodes) == 0 { // all on one side: numbers too close to tell
		return piece[:1]
	}
	return nodes
}
