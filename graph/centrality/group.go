package centrality

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// GroupBetweenness returns the sum, over all pairs of nodes outside of a group, of the
// share of their shortest paths that pass through any member (Everett and Borgatti
// 1999). Pairs count as in [Betweenness], and parallel links and loops do not. Normalized
// it is divided by the number of pairs.
//
// Exact, by a search from each node outside that counts all shortest paths and those
// that avoid the group: O(n·m) time, O(n) memory for each goroutine. Errors: weights, a
// node that is not there, the end of ctx, or more than 10^308 shortest paths between two
// nodes.
func GroupBetweenness(ctx context.Context, net *network.Network, group []network.NodeIndex, opt Options) (float64, error) {
	g, err := newGroup(net, group, opt)
	if err != nil {
		return 0, err
	}
	n := g.part.size()
	chunks := min(64, max(n, 1))
	sums, err := accumulate(ctx, chunks, 1, func() func(int, []float64) error {
		w := detour{group: g, hops: make([]uint32, n), paths: make([]float64, n), around: make([]float64, n)}
		return func(chunk int, sum []float64) error {
			for s := chunk; s < n; s += chunks {
				if err := ctx.Err(); err != nil {
					return err
				}
				if g.member[s] {
					continue
				}
				through, err := w.from(uint32(s))
				if err != nil {
					return err
				}
				sum[0] += through
			}
			return nil
		}
	})
	if err != nil {
		return 0, err
	}
	return g.scale(opt, sums[0]), nil
}

// SampledGroupBetweenness estimates [GroupBetweenness] from shortest paths between
// random nodes outside of the group, until it is known to the asked error.
//
// At most log(2/doubt)/(2·error²) paths; O(n + m) memory, O(n) for each goroutine. Errors as of [GroupBetweenness], and a
// [Sampling] out of range. In the Estimate the group is the only node.
func SampledGroupBetweenness(ctx context.Context, net *network.Network, group []network.NodeIndex, opt Options, s Sampling) (Estimate, error) {
	if err := s.check(); err != nil {
		return Estimate{}, err
	}
	g, err := newGroup(net, group, opt)
	if err != nil {
		return Estimate{}, err
	}
	if g.pairs() == 0 || len(group) == 0 {
		return newEstimate(1), nil
	}
	if net.Directed() {
		g.part.turn(g.net)
	}
	looks := schedule(sampleChunk, func(looks int) int {
		return int(math.Ceil(math.Log(2*float64(looks)/s.doubt()) / (2 * s.Error * s.Error)))
	})
	doubts := math.Log(2 * float64(len(looks)) / s.doubt())
	ordered := g.outside * (g.outside - 1)
	through, drawn := 0, 0
	var mean, low, high float64
	for _, until := range looks {
		more, err := g.draw(ctx, drawn, until, s.Seed)
		if err != nil {
			return Estimate{}, err
		}
		through, drawn = through+more, until
		mean = float64(through) / float64(drawn)
		if low, high = chernoff(mean, drawn, doubts); max(high-mean, mean-low) <= s.Error {
			break
		}
	}
	scale := func(x float64) []float64 { return []float64{g.scale(opt, x*ordered)} }
	return Estimate{Scores: scale(mean), Low: scale(low), High: scale(high), Samples: drawn}, nil
}

// GroupDistances returns how many nodes outside of a group lie 1, 2, 3 … links from its
// nearest member, along the links: the first number is the group's degree, the sum of the
// first k its k-step reach (Borgatti 2006). O(n + m). An error tells of a node that is
// not there.
func GroupDistances(ctx context.Context, net *network.Network, group []network.NodeIndex) ([]int, error) {
	if err := checkGroup(net, group); err != nil {
		return nil, err
	}
	seen := make([]bool, net.NumNodes())
	var level, next []network.NodeIndex
	for _, v := range group {
		if !seen[v] {
			seen[v] = true
			level = append(level, v)
		}
	}
	var counts []int
	for len(level) > 0 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		next = next[:0]
		for _, v := range level {
			for _, w := range net.Out(v) {
				if !seen[w] {
					seen[w] = true
					next = append(next, w)
				}
			}
		}
		if len(next) > 0 {
			counts = append(counts, len(next))
		}
		level, next = next, level
	}
	return counts, ctx.Err()
}

func checkGroup(net *network.Network, group []network.NodeIndex) error {
	for _, v := range group {
		if int(v) >= net.NumNodes() {
			return graph.Errorf(graph.BadUserInput, "node %d is not among %d nodes", v, net.NumNodes())
		}
	}
	return nil
}

// group is a set of nodes in a simple network.
type group struct {
	net     *network.Network
	part    part
	member  []bool
	outside float64
	others  []uint32 // the nodes outside
}

func newGroup(net *network.Network, members []network.NodeIndex, opt Options) (*group, error) {
	if err := opt.unweighted("group betweenness"); err != nil {
		return nil, err
	}
	if err := checkGroup(net, members); err != nil {
		return nil, err
	}
	simple, _ := net.Simple()
	g := &group{net: simple, part: whole(simple), member: make([]bool, net.NumNodes())}
	for _, v := range members {
		g.member[v] = true
	}
	for v, in := range g.member {
		if !in {
			g.others = append(g.others, uint32(v))
		}
	}
	g.outside = float64(len(g.others))
	return g, nil
}

// pairs is the number of pairs outside, as they count.
func (g *group) pairs() float64 {
	ordered := g.outside * max(0, g.outside-1)
	if g.part.directed {
		return ordered
	}
	return ordered / 2
}

// scale turns a sum over ordered pairs into a score.
func (g *group) scale(opt Options, sum float64) float64 {
	if !g.part.directed {
		sum /= 2
	}
	if opt.Normalized && g.pairs() > 0 {
		sum /= g.pairs()
	}
	return tied(sum)
}

// draw counts the paths lo to hi−1 that pass through a member.
func (g *group) draw(ctx context.Context, lo, hi int, seed uint64) (int, error) {
	sums, err := accumulate(ctx, (hi-lo+sampleChunk-1)/sampleChunk, 1, func() func(int, []float64) error {
		w := newPathSampler(g.part.size())
		source := rand.NewPCG(0, 0)
		r := rand.New(source)
		return func(chunk int, sum []float64) error {
			from := lo + chunk*sampleChunk
			for i := from; i < min(from+sampleChunk, hi); i++ {
				source.Seed(seed, uint64(i))
				s, t := r.IntN(len(g.others)), r.IntN(len(g.others)-1)
				if t >= s {
					t++
				}
				if err := w.sample(&g.part, g.others[s], g.others[t], r); err != nil {
					return err
				}
				if slices.ContainsFunc(w.touched, func(v uint32) bool { return g.member[v] }) {
					sum[0]++
				}
			}
			return nil
		}
	})
	if err != nil {
		return 0, err
	}
	return int(sums[0]), nil
}

// detour is the scratch of one goroutine.
type detour struct {
	*group
	hops   []uint32  // from the source, from 1; 0 where not found
	paths  []float64 // shortest paths from the source
	around []float64 // those that avoid the group
	queue  []uint32
}

// from returns the sum over the other nodes outside of the share of shortest paths from
// s that pass through a member.
func (w *detour) from(s uint32) (float64, error) {
	p := &w.part
	w.queue = append(w.queue[:0], s)
	w.hops[s], w.paths[s], w.around[s] = 1, 1, 1
	sum := 0.0
	var err error
	for i := 0; i < len(w.queue); i++ {
		v := w.queue[i]
		if w.member[v] {
			w.around[v] = 0
		} else {
			sum += 1 - w.around[v]/w.paths[v]
		}
		if math.IsInf(w.paths[v], 1) {
			err = errTooManyPaths
			break
		}
		for _, u := range p.nbr[p.off[v]:p.off[v+1]] {
			switch w.hops[u] {
			case 0:
				w.hops[u], w.paths[u], w.around[u] = w.hops[v]+1, w.paths[v], w.around[v]
				w.queue = append(w.queue, u)
			case w.hops[v] + 1:
				w.paths[u] += w.paths[v]
				w.around[u] += w.around[v]
			}
		}
	}
	for _, v := range w.queue {
		w.hops[v] = 0
	}
	return sum, err
}
