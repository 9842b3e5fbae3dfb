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
	// pageRankRounds are enough in one precision: a round leaves at most damping of the
	// change of the one before, and 2·0.85^175 < 1e-12.
	pageRankRounds = 175
	// manyNodes are so many that half as long numbers make rounds quicker: together with
	// what else is read they no longer fit the cache of one processor.
	manyNodes = 1 << 16
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
// In a network of 65,536 nodes or more, ranks are kept in single precision until rounding
// hides what a round changes, and from there on in double. The scores are the same to
// 1e-12; where Options.Rounds ends earlier, they are off by some 1e-7 of themselves.
//
// O(m) a round, at most 350 rounds; O(n + m) memory.
func PageRank(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.checkWeights(net); err != nil {
		return nil, err
	}
	for _, v := range opt.From {
		if int(v) >= net.NumNodes() {
			return nil, graph.Errorf(graph.BadUserInput, "node %d is not among %d nodes", v, net.NumNodes())
		}
	}
	w, err := newWalk(ctx, net, opt)
	if err != nil {
		return nil, err
	}
	rounds := 2 * pageRankRounds
	if opt.Rounds > 0 {
		rounds = opt.Rounds
	}
	var rank []float64
	if net.NumNodes() >= manyNodes {
		if rank, rounds, err = surf[float32](ctx, w, nil, rounds, inSingle); err != nil {
			return nil, err
		}
	}
	if rounds > 0 {
		rank, _, err = surf[float64](ctx, w, rank, rounds, inDouble)
	}
	return rank, err
}

// goal is where rounds end: at a change, summed over all nodes, below least, or at one
// of more than a share of the change before.
type goal struct{ least, share float64 }

var (
	inDouble = goal{least: settled, share: math.Inf(1)}
	// inSingle leaves the rest to double precision where changes are as small as rounding,
	// or larger than arithmetic alone would leave them.
	inSingle = goal{least: 0x1p-24, share: (1 + damping) / 2}
)

// walk is what all rounds of PageRank have in common.
type walk struct {
	rows *byLength // in the row of a node those with a link to it
	net  *network.Network
	sum  []float64 // of the entries that lead to a node; nil if it is the number of links
	jump []float64 // the probability of a jump to a node; nil when all are alike
}

// newWalk makes probabilities of weights: as such they stay in range whatever their unit.
func newWalk(ctx context.Context, net *network.Network, opt Options) (*walk, error) {
	m := incoming(net, opt.Weights)
	w := &walk{net: net, jump: jumps(net.NumNodes(), opt.From)}
	if m.weight != nil || !net.IsSimple() {
		w.sum = make([]float64, m.size())
		for i, v := range m.nbr {
			w.sum[v] += m.value(i)
		}
		for i := range m.weight {
			m.weight[i] /= w.sum[m.nbr[i]]
		}
	}
	var err error
	w.rows, err = m.byLength(ctx)
	return w, err
}

// part returns the part of its rank that a node gives to a link of weight 1, in the
// matrix; 0 without links.
func (w *walk) part(v int) float64 {
	sum := float64(w.net.OutDegree(network.NodeIndex(v)))
	if w.sum != nil {
		sum = w.sum[v]
	}
	switch {
	case sum == 0:
		return 0
	case w.rows.weight != nil:
		return 1
	}
	return 1 / sum
}

// start returns the probability of a node before the first round.
func (w *walk) start(v int) float64 {
	if w.jump != nil {
		return w.jump[v]
	}
	return 1 / float64(w.rows.size())
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

// surf moves the rank, that before the first round if it is nil, until it reaches its goal
// or has used up its rounds. It returns it with the number of rounds that are left.
func surf[T float](ctx context.Context, w *walk, rank []float64, rounds int, end goal) ([]float64, int, error) {
	s, err := newSurfer[T](ctx, w, rank)
	if err != nil {
		return nil, 0, err
	}
	for last := math.Inf(1); rounds > 0; {
		change, err := s.round(ctx)
		if err != nil {
			return nil, 0, err
		}
		rounds--
		if change < end.least || change > end.share*last {
			break
		}
		last = change
	}
	if double, ok := any(s.rank).([]float64); ok {
		return double, rounds, nil
	}
	double := make([]float64, len(s.rank))
	return double, rounds, w.rows.eachPiece(ctx, func(_, lo, hi int) {
		for v := lo; v < hi; v++ {
			double[v] = float64(s.rank[v])
		}
	})
}

// surfer is the state of PageRank between two rounds.
type surfer[T float] struct {
	*walk
	part    []T // [walk.part]
	rank    []T
	give    []T     // rank by part: what a link of weight 1 carries
	given   []T     // give of the next round
	onward  float64 // rank of nodes with a link onward
	partial [][2]float64
}

// newSurfer prepares the first round.
func newSurfer[T float](ctx context.Context, w *walk, rank []float64) (*surfer[T], error) {
	n := w.rows.size()
	s := &surfer[T]{
		walk: w, part: make([]T, n), rank: make([]T, n), give: make([]T, n), given: make([]T, n),
		partial: make([][2]float64, len(w.rows.ends)),
	}
	err := w.rows.eachPiece(ctx, func(piece, lo, hi int) {
		for v := lo; v < hi; v++ {
			start := w.start(v)
			if rank != nil {
				start = rank[v]
			}
			s.rank[v], s.part[v] = T(start), T(w.part(v))
			if s.give[v] = s.rank[v] * s.part[v]; s.part[v] != 0 {
				s.partial[piece][1] += start
			}
		}
	})
	s.sum()
	return s, err
}

// round moves the rank one step and returns the sum of changes.
func (s *surfer[T]) round(ctx context.Context) (change float64, err error) {
	jumping := 1 - damping*s.onward // then ranks sum to 1 again, whatever was rounded
	err = s.rows.eachPiece(ctx, func(piece, lo, hi int) {
		pieceTimes(s.rows, piece, s.give, s.given)
		s.partial[piece] = s.settle(lo, hi, jumping)
	})
	s.give, s.given = s.given, s.give
	return s.sum(), err
}

// sum adds up the results of [surfer.settle] piece by piece, so that it does not
// depend on who worked on which.
func (s *surfer[T]) sum() (change float64) {
	s.onward = 0
	for _, p := range s.partial {
		change += p[0]
		s.onward += p[1]
	}
	return change
}

// settle makes ranks of what nodes were given, and of ranks what they give. It returns
// how much ranks changed, and how much of them goes onward.
func (s *surfer[T]) settle(lo, hi int, jumping float64) [2]float64 {
	change, onward := 0.0, 0.0
	each := T(jumping / float64(len(s.rank)))
	given, part, old := s.given[lo:hi], s.part[lo:hi], s.rank[lo:hi]
	for i, sum := range given {
		if s.jump != nil {
			each = T(jumping * s.jump[lo+i])
		}
		rank := each + damping*sum
		change += math.Abs(float64(rank - old[i]))
		if part[i] != 0 {
			onward += float64(rank)
		}
		old[i], given[i] = rank, rank*part[i]
	}
	return [2]float64{change, onward}
}
