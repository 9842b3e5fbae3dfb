package centrality

import (
	"cmp"
	"math"
	"slices"
	"sync"
	"sync/atomic"
)

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
	*topSearch
	seen   []uint32 // the search, from 1, that found a number
	search uint32
	queue  []uint32
	found  int     // how many others are nearer than hops
	sum    float64 // over these, for bounds
	exact  [2]float64
	hops   int
	arcs   int // that it read, and nodes
}

// pruneStride is the number of links between two looks at the bound.
const pruneStride = 1024

// from returns the score of v, or false if it is hopeless.
func (s *prunedSearch) from(v uint32) (float64, bool) {
	s.search++
	s.seen[v] = s.search
	s.found, s.sum, s.exact, s.hops = 0, 0, [2]float64{}, 1
	out, twoWay, seen, search, queue := s.out, s.in == s.out, s.seen, s.search, append(s.queue[:0], v)
	defer func() { s.queue = queue }()
	for lo, hi := 0, 1; lo < hi; lo, hi = hi, len(queue) {
		// Of the links out of this level at most so many lead to new nodes: all, but
		// the one that each node of it was found by where links are two-way.
		ahead := 0
		for _, u := range queue[lo:hi] {
			ahead += len(out.row(int(u)))
		}
		if twoWay && lo > 0 {
			ahead -= hi - lo
		}
		s.arcs += hi - lo
		if s.hopeless(v, ahead) {
			return 0, false
		}
		known, walked, look := 0, 0, pruneStride
		for _, u := range queue[lo:hi] {
			row := out.row(int(u))
			for _, w := range row {
				if seen[w] == search {
					known++
					continue
				}
				seen[w] = search
				queue = append(queue, w)
			}
			if twoWay && lo > 0 {
				known--
			}
			if walked += len(row); walked >= look {
				look = walked + pruneStride
				if s.hopeless(v, ahead-known) {
					s.arcs += walked
					return 0, false
				}
			}
		}
		s.arcs += walked
		s.found += len(queue) - hi
		s.sum += s.score.value(float64(len(queue)-hi), float64(s.hops))
		s.score.add(s.exact[:], len(queue)-hi, s.hops)
		s.hops++
	}
	return s.score.score(s.exact[:]), true
}

// hopeless says whether v cannot be among the best when at most so many nodes follow on
// the next level.
func (s *prunedSearch) hopeless(v uint32, ahead int) bool { return s.best.hopeless(s.bound(v, ahead)) }

// bound bounds the score of v when at most so many nodes follow on the next level. Whether
// it scores more if it reaches more depends: another node far away takes from its
// closeness. Where those of one level are added, and so where those of the next are, the
// score is highest at an end, for r²/(a + b·r) has no inner maximum.
func (s *prunedSearch) bound(v uint32, ahead int) float64 {
	most := max(s.found, int(s.reach.most[v]))
	least := max(s.found, int(s.reach.least[v]))
	score := s.within(most, ahead)
	if least < most {
		score = max(score, s.within(least, ahead), s.within(min(max(s.found+ahead, least), most), ahead))
	}
	return score
}

// within bounds the score of who reaches so many others.
func (s *prunedSearch) within(reached, ahead int) float64 {
	next := min(ahead, reached-s.found)
	rest := reached - s.found - next
	sum := s.sum + s.score.value(float64(next), float64(s.hops)) + s.score.value(float64(rest), float64(s.hops+1))
	return s.score.of(float64(reached), sum)
}
