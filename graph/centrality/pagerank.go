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
	s := newSurfer(net, opt.Weights, opt.From)
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
	return s.rank, nil
}

// surfer is the state of PageRank between two rounds.
type surfer struct {
	m        *matrix
	onward   []float64 // sum of the weights of the links out of a node
	rank     []float64
	give     []float64 // rank per weight: what a link of weight 1 carries
	given    []float64 // give of the next round
	dangling float64   // rank of nodes without a link onward
	jump     []float64 // the probability of a jump to a node; nil when all are alike
	partial  [][2]float64
}

func newSurfer(net *network.Network, weights []float64, from []network.NodeIndex) *surfer {
	m, n := incoming(net, weights), net.NumNodes()
	s := &surfer{
		m: m, onward: make([]float64, n), rank: make([]float64, n), give: make([]float64, n),
		given: make([]float64, n), partial: make([][2]float64, len(m.cuts)-1),
	}
	for i, w := range m.nbr {
		s.onward[w] += m.value(i)
	}
	if m.weight != nil { // as probabilities they stay in range whatever their unit
		for i, w := range m.nbr {
			m.weight[i] /= s.onward[w]
		}
		for v, sum := range s.onward {
			s.onward[v] = min(1, math.Ceil(sum))
		}
	}
	s.jump = jumps(n, from)
	for v := range n {
		s.dangling += s.set(v, s.share(v), s.give)
	}
	return s
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

// share is the probability of a jump to v.
func (s *surfer) share(v int) float64 {
	if s.jump == nil {
		return 1 / float64(len(s.rank))
	}
	return s.jump[v]
}

// set gives a node its rank and returns how much of it dangles.
func (s *surfer) set(v int, rank float64, give []float64) float64 {
	s.rank[v] = rank
	if s.onward[v] == 0 {
		give[v] = 0
		return rank
	}
	give[v] = rank / s.onward[v]
	return 0
}

// round moves the rank one step and returns the sum of changes. Sums are taken piece
// by piece, so they do not depend on who worked on which.
func (s *surfer) round(ctx context.Context) (change float64, err error) {
	jumping := 1 - damping + damping*s.dangling
	err = s.m.pieces(ctx, func() func(int, int, int) error {
		return func(piece, lo, hi int) error {
			change, dangling := 0.0, 0.0
			for v := lo; v < hi; v++ {
				rank := jumping*s.share(v) + damping*s.m.dot(v, s.give)
				change += max(rank-s.rank[v], s.rank[v]-rank)
				dangling += s.set(v, rank, s.given)
			}
			s.partial[piece] = [2]float64{change, dangling}
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
