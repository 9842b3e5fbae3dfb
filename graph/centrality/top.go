package centrality

import (
	"cmp"
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Scored is a node with its score.
type Scored struct {
	Node  network.NodeIndex
	Score float64
}

// Top finds the nodes with the highest scores: at most k, highest first, ties by index.
type Top func(ctx context.Context, net *network.Network, k int, opt Options) ([]Scored, error)

// tops holds the measures whose first nodes are found faster than all scores.
var tops = map[string]Top{"CLOSENESS": TopCloseness, "HARMONIC": TopHarmonic}

// TopNamed returns the search for the first nodes by the measure with this name; nil if
// there is none.
func TopNamed(name string) Top { return tops[name] }

// TopHarmonic returns the k nodes of the highest [Harmonic] score, exactly. A search
// from a node ends as soon as the nodes still to come could not lift it among the first
// k (Bergamini, Borassi, Crescenzi, Marino and Meyerhenke 2019).
//
// O(n·m) time at worst, far less where a few nodes stand out; O(n) memory for each
// goroutine.
func TopHarmonic(ctx context.Context, net *network.Network, k int, opt Options) ([]Scored, error) {
	if err := opt.unweighted("harmonic centrality"); err != nil {
		return nil, err
	}
	found, err := topDistances(ctx, net, k, distanceScore{
		value: func(count, hops float64) float64 { return count / hops },
		of:    func(_, sum float64) float64 { return tied(sum) },
	})
	if opt.Normalized {
		for i := range found {
			found[i].Score /= float64(max(net.NumNodes()-1, 1))
		}
	}
	return found, err
}

// TopCloseness returns the k nodes of the highest [Closeness], exactly, as [TopHarmonic]
// does for its measure and at that cost.
func TopCloseness(ctx context.Context, net *network.Network, k int, opt Options) ([]Scored, error) {
	if err := opt.unweighted("closeness"); err != nil {
		return nil, err
	}
	others := float64(net.NumNodes() - 1)
	return topDistances(ctx, net, k, distanceScore{
		value: func(count, hops float64) float64 { return count * hops },
		of: func(reached, sum float64) float64 {
			if reached == 0 {
				return 0
			}
			return reached * reached / (others * sum)
		},
	})
}

// distanceScore is a score by how many others a node reaches and a sum over them.
type distanceScore struct {
	value func(count, hops float64) float64 // what so many at a distance add to the sum
	of    func(reached, sum float64) float64
}

// topDistances searches from one node after another, those with most links first, on
// all processors. What is pruned depends on who is done first, what is found does not.
func topDistances(ctx context.Context, net *network.Network, k int, score distanceScore) ([]Scored, error) {
	if k < 1 {
		return nil, graph.Errorf(graph.BadUserInput, "the first %d cannot be found; ask for at least 1", k)
	}
	a, err := newArena(ctx, net)
	if err != nil {
		return nil, err
	}
	byDegree := a.all(0, len(a.order))
	slices.SortFunc(byDegree, func(v, w uint32) int {
		return cmp.Or(cmp.Compare(len(a.out.row(int(w))), len(a.out.row(int(v)))), cmp.Compare(a.order[v], a.order[w]))
	})
	best := podium{size: min(k, len(byDegree))}
	reach := a.reach()
	const chunk = 16
	err = share(ctx, (len(byDegree)+chunk-1)/chunk, func() func(int) error {
		s := prunedSearch{arena: a, reach: reach, score: score, best: &best, seen: make([]uint32, len(a.order))}
		return func(c int) error {
			for _, v := range byDegree[c*chunk : min((c+1)*chunk, len(byDegree))] {
				if err := ctx.Err(); err != nil {
					return err
				}
				if score, ok := s.from(v); ok {
					best.offer(Scored{network.NodeIndex(a.order[v]), score})
				}
			}
			return nil
		}
	})
	if err != nil {
		return nil, err
	}
	return best.list, nil
}

// podium holds the best scores so far.
type podium struct {
	sync.Mutex
	size int
	list []Scored
	bar  atomic.Uint64 // the bits of the least of them, 0 while there is room
}

// slack keeps rounding errors from pruning a tie.
const slack = 1e-9

// hopeless says whether a node with at most this score cannot be among the best.
func (p *podium) hopeless(score float64) bool {
	return score < math.Float64frombits(p.bar.Load())*(1-slack)
}

func (p *podium) offer(s Scored) {
	p.Lock()
	defer p.Unlock()
	at, _ := slices.BinarySearchFunc(p.list, s, func(a, b Scored) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Node, b.Node))
	})
	if p.list = slices.Insert(p.list, at, s); len(p.list) > p.size {
		p.list = p.list[:p.size]
	}
	if len(p.list) == p.size {
		p.bar.Store(math.Float64bits(p.list[p.size-1].Score))
	}
}

// prunedSearch is the scratch of one goroutine.
type prunedSearch struct {
	*arena
	reach  *reach
	score  distanceScore
	best   *podium
	seen   []uint32 // the search, from 1, that found a number
	search uint32
	queue  []uint32
	found  int     // how many others are nearer than hops
	sum    float64 // over these
	hops   int
}

// pruneStride is the number of links between two looks at the bound.
const pruneStride = 1024

// from returns the score of v, or false if it is hopeless.
func (s *prunedSearch) from(v uint32) (float64, bool) {
	s.search++
	s.seen[v] = s.search
	s.queue, s.found, s.sum, s.hops = append(s.queue[:0], v), 0, 0, 1
	for lo, hi := 0, 1; lo < hi; lo, hi = hi, len(s.queue) {
		// Of the links out of this level at most so many lead to new nodes: all, but
		// the one that each node of it was found by where links are two-way.
		ahead := 0
		for _, u := range s.queue[lo:hi] {
			ahead += len(s.out.row(int(u)))
		}
		if s.in == s.out && lo > 0 {
			ahead -= hi - lo
		}
		if s.hopeless(v, ahead) {
			return 0, false
		}
		known, walked := 0, 0
		for _, u := range s.queue[lo:hi] {
			row := s.out.row(int(u))
			for _, w := range row {
				if s.seen[w] == s.search {
					known++
					continue
				}
				s.seen[w] = s.search
				s.queue = append(s.queue, w)
			}
			if s.in == s.out && lo > 0 {
				known--
			}
			if walked += len(row); walked >= pruneStride {
				walked = 0
				if s.hopeless(v, ahead-known) {
					return 0, false
				}
			}
		}
		s.found += len(s.queue) - hi
		s.sum += s.score.value(float64(len(s.queue)-hi), float64(s.hops))
		s.hops++
	}
	return s.score.of(float64(s.found), s.sum), true
}

// hopeless says whether v cannot be among the best when at most so many nodes follow on
// the next level. Whether it scores more if it reaches more depends: another node far
// away takes from its closeness. Where those of one level are added, and so where those
// of the next are, the score is highest at an end, for r²/(a + b·r) has no inner maximum.
func (s *prunedSearch) hopeless(v uint32, ahead int) bool {
	most := max(s.found, int(s.reach.most[v]))
	least := max(s.found, int(s.reach.least[v]))
	score := s.within(most, ahead)
	if least < most {
		score = max(score, s.within(least, ahead), s.within(min(max(s.found+ahead, least), most), ahead))
	}
	return s.best.hopeless(score)
}

// within bounds the score of who reaches so many others.
func (s *prunedSearch) within(reached, ahead int) float64 {
	next := min(ahead, reached-s.found)
	rest := reached - s.found - next
	sum := s.sum + s.score.value(float64(next), float64(s.hops)) + s.score.value(float64(rest), float64(s.hops+1))
	return s.score.of(float64(reached), sum)
}
