package similarity

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Measure says how two nodes x and y are compared; N is the set of neighbours and k its
// size.
type Measure string

// The measures.
const (
	CommonNeighbours       Measure = "COMMON_NEIGHBOURS"       // |N(x) ∩ N(y)|
	Jaccard                Measure = "JACCARD"                 // |N(x) ∩ N(y)| / |N(x) ∪ N(y)|
	Cosine                 Measure = "COSINE"                  // |N(x) ∩ N(y)| / √(kx·ky) (Salton)
	AdamicAdar             Measure = "ADAMIC_ADAR"             // Σ 1/ln kz over common z (Adamic and Adar 2003)
	ResourceAllocation     Measure = "RESOURCE_ALLOCATION"     // Σ 1/kz over common z (Zhou, Lü and Zhang 2009)
	PreferentialAttachment Measure = "PREFERENTIAL_ATTACHMENT" // kx·ky (Barabási and Albert 1999)
	ThreeSteps             Measure = "THREE_STEPS"             // Σ 1/√(ku·kv) over paths x-u-v-y (Kovács et al. 2019, L3)
)

// Pair is two nodes that are not joined, From less than To.
type Pair struct {
	From, To network.NodeIndex
	Score    float64
}

// Of returns how alike each node is to v, direction ignored; 0 for v itself. Neighbours
// of v are compared too. O(Σ k) over the neighbours of v, for ThreeSteps over the
// neighbours of its neighbours; O(n) memory.
func Of(ctx context.Context, net *network.Network, v network.NodeIndex, measure Measure) ([]float64, error) {
	if int(v) >= net.NumNodes() {
		return nil, graph.Errorf(graph.BadUserInput, "there is no node %d: the network has %d", v, net.NumNodes())
	}
	s, err := newScorer(ctx, net, measure)
	if err != nil {
		return nil, err
	}
	s.score(v)
	s.sum[v] = 0
	return s.sum, ctx.Err()
}

// Missing returns the limit pairs of the highest scores among those not joined, score
// above 0, the highest first, ties by index; direction is ignored. A pair of high score
// is one that would be expected to be linked. O(Σ k²) time over all nodes,
// PreferentialAttachment O(n²) and ThreeSteps O(Σ k²·k̄); O(n + limit) memory.
func Missing(ctx context.Context, net *network.Network, measure Measure, limit int) ([]Pair, error) {
	if limit < 0 {
		return nil, graph.Errorf(graph.BadUserInput, "limit is %d: give 0 or more", limit)
	}
	s, err := newScorer(ctx, net, measure)
	if err != nil {
		return nil, err
	}
	var best []Pair
	for v := range network.NodeIndex(s.net.NumNodes()) {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		s.score(v)
		for _, w := range s.net.Out(v) {
			s.sum[w] = 0
		}
		for _, w := range s.found {
			if w > v && s.sum[w] > 0 {
				best = append(best, Pair{From: v, To: w, Score: s.sum[w]})
			}
		}
		if len(best) > 2*limit+ctxStride {
			best = highest(best, limit)
		}
	}
	return highest(best, limit), nil
}

const ctxStride = 4096

func highest(pairs []Pair, limit int) []Pair {
	slices.SortFunc(pairs, func(a, b Pair) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
	return pairs[:min(limit, len(pairs))]
}

// scorer compares one node after another with all others.
type scorer struct {
	ctx     context.Context
	net     *network.Network // simple, undirected
	measure Measure
	sum     []float64
	found   []network.NodeIndex // with a sum
	step    []float64           // of ThreeSteps
	middle  []network.NodeIndex
}

func newScorer(ctx context.Context, net *network.Network, measure Measure) (*scorer, error) {
	switch measure {
	case CommonNeighbours, Jaccard, Cosine, AdamicAdar, ResourceAllocation, PreferentialAttachment, ThreeSteps:
	default:
		return nil, graph.Errorf(graph.BadUserInput, "measure: there is no %q", measure)
	}
	both, err := net.Undirected()
	if err != nil {
		return nil, err
	}
	simple, _ := both.Simple()
	n := net.NumNodes()
	return &scorer{ctx: ctx, net: simple, measure: measure, sum: make([]float64, n), step: make([]float64, n)}, nil
}

func (s *scorer) degree(v network.NodeIndex) float64 { return float64(s.net.OutDegree(v)) }

// score fills sum with the scores of v and found with the nodes that have one.
func (s *scorer) score(v network.NodeIndex) {
	for _, w := range s.found {
		s.sum[w] = 0
	}
	s.found = s.found[:0]
	switch s.measure {
	case PreferentialAttachment:
		for w := range network.NodeIndex(s.net.NumNodes()) {
			s.add(w, s.degree(v)*s.degree(w))
		}
	case ThreeSteps:
		s.threeSteps(v)
	default:
		for i, z := range s.net.Out(v) {
			if i%ctxStride == 0 && s.ctx.Err() != nil {
				return
			}
			for _, w := range s.net.Out(z) {
				s.add(w, s.share(z))
			}
		}
		for _, w := range s.found {
			s.sum[w] = s.scaled(v, w)
		}
	}
}

func (s *scorer) add(w network.NodeIndex, score float64) {
	if s.sum[w] == 0 && score > 0 {
		s.found = append(s.found, w)
	}
	s.sum[w] += score
}

// share is what a common neighbour adds; it has two neighbours at least, or stands
// between a node and itself.
func (s *scorer) share(z network.NodeIndex) float64 {
	switch s.measure {
	case AdamicAdar:
		return 1 / math.Log(max(2, s.degree(z)))
	case ResourceAllocation:
		return 1 / s.degree(z)
	default:
		return 1
	}
}

func (s *scorer) scaled(v, w network.NodeIndex) float64 {
	common := s.sum[w]
	switch s.measure {
	case Jaccard:
		return common / (s.degree(v) + s.degree(w) - common)
	case Cosine:
		return common / math.Sqrt(s.degree(v)*s.degree(w))
	default:
		return common
	}
}

// threeSteps goes from x by u to the nodes v, with Σ 1/√ku, and on from there; the way
// back from v over the same link is taken away again, as y would be u.
func (s *scorer) threeSteps(x network.NodeIndex) {
	for _, u := range s.net.Out(x) {
		if s.ctx.Err() != nil {
			return
		}
		for _, v := range s.net.Out(u) {
			if v == x {
				continue
			}
			if s.step[v] == 0 {
				s.middle = append(s.middle, v)
			}
			s.step[v] += 1 / math.Sqrt(s.degree(u))
		}
	}
	for i, v := range s.middle {
		if i%ctxStride == 0 && s.ctx.Err() != nil {
			break
		}
		for _, y := range s.net.Out(v) {
			score := s.step[v]
			if _, near := slices.BinarySearch(s.net.Out(x), y); near {
				score -= 1 / math.Sqrt(s.degree(y))
			}
			s.add(y, max(0, score)/math.Sqrt(s.degree(v)))
		}
	}
	for _, v := range s.middle {
		s.step[v] = 0
	}
	s.middle = s.middle[:0]
}
