package centrality

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

const (
	damping = 0.85
	// settled is the change, summed over all nodes, at which PageRank stops.
	settled = 1e-12
	// pageRankRounds are enough: a round leaves at most damping of the change of the
	// one before, and 2·0.85^175 < 1e-12.
	pageRankRounds = 175
)

// PageRank returns the share of its time that a walker spends at each node who with
// probability 0.85 takes a random link onward, in proportion to its weight, and else,
// or where there is none, jumps to a random node (Brin and Page 1998). Scores sum to
// 1. In an undirected network links are taken both ways. It honours weights.
//
// With Options.From the walker jumps to one of these nodes instead, each as likely as the
// others (personalised, Haveliwala 2002): nodes near them score, and those that they do
// not reach score 0. An error tells of a node that is not there.
//
// O(m) a round, at most 175 rounds; O(n + m) memory.
func PageRank(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.checkWeights(net); err != nil {
		return nil, err
	}
	for _, v := range opt.From {
		if int(v) >= net.NumNodes() {
			return nil, graph.Errorf(graph.BadUserInput, "node %d is not among %d nodes", v, net.NumNodes())
		}
	}
	s, order, err := newSurfer(ctx, net, opt)
	if err != nil {
		return nil, err
	}
	rounds := pageRankRounds
	if opt.Rounds > 0 {
		rounds = opt.Rounds
	}
	for range rounds {
		change, err := s.round(ctx)
		if err != nil {
			return nil, err
		}
		if change < settled {
			break
		}
	}
	if order == nil {
		return s.rank, nil
	}
	scores := s.give // as long
	for i, v := range order {
		scores[v] = s.rank[i]
	}
	return scores, nil
}

// surfer is the state of PageRank between two rounds.
type surfer struct {
	m        *matrix
	part     []float64 // of its rank that a node gives to a link of weight 1; 0 without links
	rank     []float64
	give     []float64 // rank by part: what a link of weight 1 carries
	given    []float64 // give of the next round
	dangling float64   // rank of nodes without a link onward
	jump     []float64 // the probability of a jump to a node; nil when all are alike
	partial  [][2]float64
}

// newSurfer prepares the first round. Where nodes are renamed it returns their old names.
func newSurfer(ctx context.Context, net *network.Network, opt Options) (s *surfer, order []uint32, err error) {
	m, n := incoming(net, opt.Weights), net.NumNodes()
	s = &surfer{
		m: m, part: portions(m, net), jump: jumps(n, opt.From),
		rank: make([]float64, n), give: make([]float64, n), given: make([]float64, n),
	}
	if m.short() {
		if s.m, order, err = m.byLength(ctx); err != nil {
			return nil, nil, err
		}
		s.part = renamed(s.part, order)
		s.jump = renamed(s.jump, order)
	}
	s.partial = make([][2]float64, len(s.m.cuts)-1)
	for v := range n {
		s.rank[v] = 1 / float64(n)
		if s.jump != nil {
			s.rank[v] = s.jump[v]
		}
		if s.give[v] = s.rank[v] * s.part[v]; s.part[v] == 0 {
			s.dangling += s.rank[v]
		}
	}
	return s, order, nil
}

// portions returns what a node gives to each link, and makes probabilities of weights: as
// such they stay in range whatever their unit.
func portions(m *matrix, net *network.Network) []float64 {
	part := make([]float64, m.size())
	if m.weight == nil && net.IsSimple() {
		for v := range part {
			part[v] = float64(net.OutDegree(network.NodeIndex(v)))
		}
	} else {
		for i, w := range m.nbr {
			part[w] += m.value(i)
		}
	}
	for i := range m.weight {
		m.weight[i] /= part[m.nbr[i]]
	}
	for v, sum := range part {
		switch {
		case sum == 0:
		case m.weight != nil:
			part[v] = 1
		default:
			part[v] = 1 / sum
		}
	}
	return part
}

// renamed returns the scores of nodes under their new names; none of none.
func renamed(scores []float64, order []uint32) []float64 {
	if scores == nil {
		return nil
	}
	r := make([]float64, len(scores))
	for i, v := range order {
		r[i] = scores[v]
	}
	return r
}

// jumps returns the probabilities of a jump, to some nodes only; nil for none of them.
func jumps(n int, from []network.NodeIndex) []float64 {
	if len(from) == 0 {
		return nil
	}
	jump, different := make([]float64, n), 0.0
	for _, v := range from {
		different += 1 - jump[v]
		jump[v] = 1
	}
	multiply(jump, 1/different)
	return jump
}

// round moves the rank one step and returns the sum of changes. Sums are taken piece
// by piece, so they do not depend on who worked on which.
func (s *surfer) round(ctx context.Context) (change float64, err error) {
	jumping := 1 - damping + damping*s.dangling
	err = s.m.pieces(ctx, func() func(int, int, int) error {
		return func(piece, lo, hi int) error {
			s.m.rowsTimes(lo, hi, s.give, s.given)
			s.partial[piece] = s.settle(lo, hi, jumping)
			return nil
		}
	})
	s.give, s.given = s.given, s.give
	s.dangling = 0
	for _, p := range s.partial {
		change += p[0]
		s.dangling += p[1]
	}
	return change, err
}

// settle makes ranks of what nodes were given, and of ranks what they give. It returns
// how much ranks changed, and how much of them dangles.
func (s *surfer) settle(lo, hi int, jumping float64) [2]float64 {
	change, dangling := 0.0, 0.0
	each := jumping / float64(len(s.rank))
	given, part, old := s.given[lo:hi], s.part[lo:hi], s.rank[lo:hi]
	for i, sum := range given {
		if s.jump != nil {
			each = jumping * s.jump[lo+i]
		}
		rank := each + damping*sum
		change += math.Abs(rank - old[i])
		if part[i] == 0 {
			dangling += rank
		}
		old[i], given[i] = rank, rank*part[i]
	}
	return [2]float64{change, dangling}
}
