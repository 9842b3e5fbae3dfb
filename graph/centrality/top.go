package centrality

import (
	"cmp"
	"context"
	"slices"
	"sync"

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
	found, err := topDistances(ctx, net, k, func(*arena) scoreBound {
		return func(_ uint32, levels []int, next, rest int) float64 {
			sum := 0.0
			for d, count := range levels[1:] {
				sum += float64(count) / float64(d+1)
			}
			hops := float64(len(levels))
			return tied(sum + float64(next)/hops + float64(rest)/(hops+1))
		}
	})
	if opt.Normalized {
		for i := range found {
			found[i].Score /= float64(max(net.NumNodes()-1, 1))
		}
	}
	return found, err
}

// TopCloseness returns the k nodes of the highest [Closeness], exactly, as [TopHarmonic]
// does for its measure. An error tells that it does so for undirected networks only.
func TopCloseness(ctx context.Context, net *network.Network, k int, opt Options) ([]Scored, error) {
	if err := opt.unweighted("closeness"); err != nil {
		return nil, err
	}
	if net.Directed() {
		return nil, graph.Errorf(graph.BadUserInput,
			"the first by closeness cannot be searched for where links are one-way; ask for harmonic, or treat links as two-way")
	}
	others := float64(max(net.NumNodes()-1, 1))
	return topDistances(ctx, net, k, func(a *arena) scoreBound {
		_, size := a.farthest()
		return func(v uint32, levels []int, next, rest int) float64 {
			sum, reached := 0, float64(size[v]-1)
			for d, count := range levels {
				sum += d * count
			}
			sum += len(levels)*next + (len(levels)+1)*rest
			if sum == 0 {
				return 0
			}
			return reached * reached / (others * float64(sum))
		}
	})
}

// scoreBound is the score of a node that has levels[d] others at distance d, next at
// the distance after these, and the rest beyond: no node can have more.
type scoreBound func(v uint32, levels []int, next, rest int) float64

// topDistances searches from one node after another, those with most links first, on
// all processors. What is pruned depends on who is done first, what is found does not.
func topDistances(ctx context.Context, net *network.Network, k int, of func(*arena) scoreBound) ([]Scored, error) {
	if k < 1 {
		return nil, graph.Errorf(graph.BadUserInput, "the first %d cannot be found; ask for at least 1", k)
	}
	a, err := newArena(ctx, net)
	if err != nil {
		return nil, err
	}
	bound := of(a)
	byDegree := a.all(0, len(a.order))
	slices.SortFunc(byDegree, func(v, w uint32) int {
		return cmp.Or(cmp.Compare(len(a.out.row(int(w))), len(a.out.row(int(v)))), cmp.Compare(a.order[v], a.order[w]))
	})
	best := podium{size: min(k, len(byDegree))}
	within := a.weakSizes(net.Directed())
	const chunk = 16
	err = share(ctx, (len(byDegree)+chunk-1)/chunk, func() func(int) error {
		s := prunedSearch{arena: a, bound: bound, best: &best, within: within, seen: make([]uint32, len(a.order))}
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

// weakSizes returns how many nodes each number could reach at most: its component where
// links are two-way, all targets where they are one-way.
func (a *arena) weakSizes(directed bool) []int {
	if !directed {
		_, size := a.farthest()
		return size
	}
	return slices.Repeat([]int{a.targets + 1}, len(a.order))
}

// podium holds the best scores so far.
type podium struct {
	sync.RWMutex
	size int
	list []Scored
}

// slack keeps rounding errors from pruning a tie.
const slack = 1e-9

// hopeless says whether a node with at most this score cannot be among the best.
func (p *podium) hopeless(score float64) bool {
	p.RLock()
	defer p.RUnlock()
	return len(p.list) == p.size && score < p.list[p.size-1].Score*(1-slack)
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
}

// prunedSearch is the scratch of one goroutine.
type prunedSearch struct {
	*arena
	bound  scoreBound
	best   *podium
	within []int
	seen   []uint32 // the search, from 1, that found a number
	search uint32
	queue  []uint32
	levels []int
}

// pruneStride is the number of links between two looks at the bound.
const pruneStride = 1024

// from returns the score of v, or false if it is hopeless.
func (s *prunedSearch) from(v uint32) (float64, bool) {
	s.search++
	s.seen[v] = s.search
	s.queue, s.levels = append(s.queue[:0], v), append(s.levels[:0], 1)
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
		if len(s.queue) > hi {
			s.levels = append(s.levels, len(s.queue)-hi)
		}
	}
	return s.bound(v, s.levels, 0, 0), true
}

// hopeless says whether v cannot be among the best when at most so many nodes follow on
// the next level.
func (s *prunedSearch) hopeless(v uint32, ahead int) bool {
	found := 0
	for _, count := range s.levels {
		found += count
	}
	rest := max(0, s.within[v]-found)
	next := min(ahead, rest)
	return s.best.hopeless(s.bound(v, s.levels, next, rest-next))
}
