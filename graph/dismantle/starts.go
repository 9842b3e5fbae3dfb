package dismantle

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"

	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
)

// byDegree returns count nodes, each time the one with most neighbours left.
func byDegree(b *body, count int) []int {
	degree := make([]int, b.n)
	for v := range degree {
		degree[v] = b.degree(v)
	}
	taken := make([]int, 0, count)
	for len(taken) < min(count, b.n) {
		best := 0
		for v, d := range degree {
			if d > degree[best] {
				best = v
			}
		}
		if degree[best] < 0 {
			break
		}
		degree[best] = -1
		taken = append(taken, best)
		for _, w := range b.row(best) {
			if degree[w] > 0 {
				degree[w]--
			}
		}
	}
	return taken
}

// byBetweenness returns count nodes, each time the one that most shortest paths
// left pass (Holme et al. 2002). With little work it takes a sample of sources.
func byBetweenness(ctx context.Context, b *body, count int, work int64) []int {
	p := newPaths(b)
	cost := int64(b.n + len(b.nbr))
	sources := int(min(int64(b.n), work/max(1, int64(count)*cost)))
	taken := make([]int, 0, count)
	for len(taken) < min(count, b.n) && sources > 7 && ctx.Err() == nil {
		clear(p.score)
		for i := range sources {
			p.from(i * b.n / sources)
		}
		best := -1
		for v, x := range p.score {
			if !p.gone[v] && (best < 0 || x > p.score[best]) {
				best = v
			}
		}
		p.gone[best] = true
		taken = append(taken, best)
	}
	return taken
}

// paths counts shortest paths through nodes and links (Brandes 2001).
type paths struct {
	*body
	gone   []bool
	score  []float64
	onLink []float64 // of each link
	count  []float64
	share  []float64
	depth  []int32
	order  []uint32
}

func newPaths(b *body) *paths {
	return &paths{
		body: b, gone: make([]bool, b.n), score: make([]float64, b.n), onLink: make([]float64, b.m),
		count: make([]float64, b.n), share: make([]float64, b.n), depth: make([]int32, b.n),
	}
}

func (p *paths) from(source int) {
	if p.gone[source] {
		return
	}
	for _, v := range p.order {
		p.count[v], p.share[v], p.depth[v] = 0, 0, 0
	}
	p.order = append(p.order[:0], uint32(source))
	p.count[source], p.depth[source] = 1, 1
	for i := 0; i < len(p.order); i++ {
		v := p.order[i]
		for _, w := range p.row(int(v)) {
			if p.depth[w] == 0 && !p.gone[w] {
				p.depth[w] = p.depth[v] + 1
				p.order = append(p.order, w)
			}
			if p.depth[w] == p.depth[v]+1 {
				p.count[w] += p.count[v]
			}
		}
	}
	for _, v := range slices.Backward(p.order[1:]) {
		for i := p.first[v]; i < p.first[v+1]; i++ {
			if w := p.nbr[i]; p.depth[w] > 0 && p.depth[w] == p.depth[v]-1 {
				x := p.count[w] / p.count[v] * (1 + p.share[v])
				p.share[w] += x
				p.onLink[p.link[i]] += x
			}
		}
		p.score[v] += p.share[v]
	}
}

// reinsert gives nodes back, each time the one that joins least, until k are left
// (the last step of most dismantling methods, Braunstein et al. 2016).
func reinsert(b *body, removed []int, k int, a aim) []int {
	removed = slices.Clone(removed)
	out := make([]bool, b.n)
	for _, v := range removed {
		out[v] = true
	}
	f := newForest(b.n)
	join := func(v int) {
		for _, w := range b.row(v) {
			if !out[w] {
				f.join(uint32(v), w)
			}
		}
	}
	for v := range b.n {
		if !out[v] {
			join(v)
		}
	}
	for len(removed) > k {
		at, least := 0, int64(-1)
		for i, v := range removed {
			if x := joined(b, f, out, v, a); least < 0 || x < least {
				at, least = i, x
			}
		}
		v := removed[at]
		removed = slices.Delete(removed, at, at+1)
		out[v] = false
		join(v)
	}
	return removed
}

// joined returns the pairs that a node given back would connect, or the nodes of the
// component it would make.
func joined(b *body, f *forest, out []bool, v int, a aim) int64 {
	var roots []uint32
	size, apart := int64(1), int64(0)
	for _, w := range b.row(v) {
		if out[w] {
			continue
		}
		if r := f.root(w); !slices.Contains(roots, r) {
			roots = append(roots, r)
			size += f.size[r]
			apart += pairs(f.size[r])
		}
	}
	if a == largestComponent {
		return size
	}
	return pairs(size) - apart
}

// byCuts returns the sets of at most k targets that separate some pair of nodes and
// leave least: what no choice of single targets sees. Pairs are sampled.
func byCuts(ctx context.Context, net *network.Network, t Targets, s *search) [][]int {
	n := net.NumNodes()
	cost := int64(8*n + 16*net.NumLinks())
	random := rand.New(rand.NewPCG(2, uint64(s.size)))
	var sets [][]int
	for work := min(s.work/4, 300*cost); work >= cost && n > 1 && ctx.Err() == nil; work -= cost {
		s.work -= cost
		u, v := network.NodeIndex(random.IntN(n)), network.NodeIndex(random.IntN(n))
		if u == v {
			continue
		}
		from, to := []network.NodeIndex{u}, []network.NodeIndex{v}
		if t == Links {
			if c, err := flow.MinLinkCut(ctx, net, from, to, flow.Options{}); err == nil && c.Value <= float64(s.size) {
				sets = append(sets, indices(c.Links), indices(c.SinkLinks))
			}
		} else if c, err := flow.MinNodeCut(ctx, net, from, to, nil); err == nil && c.Value <= float64(s.size) {
			sets = append(sets, indices(c.Nodes), indices(c.SinkNodes))
		}
	}
	sets = slices.DeleteFunc(sets, func(set []int) bool { return len(set) < 2 })
	slices.SortFunc(sets, slices.Compare)
	sets = slices.CompactFunc(sets, slices.Equal)
	return mostPerTarget(sets, s)
}

// mostPerTarget returns the few sets that do most for each of their targets.
func mostPerTarget(sets [][]int, s *search) [][]int {
	type rated struct {
		set  []int
		gain float64
	}
	before := s.probe.probe(nil, s.values)
	var all []rated
	for _, set := range sets {
		if s.spent() {
			break
		}
		s.work -= s.probe.cost()
		all = append(all, rated{set, float64(before-s.probe.probe(set, s.values)) / float64(len(set))})
	}
	slices.SortStableFunc(all, func(a, b rated) int { return cmp.Compare(b.gain, a.gain) })
	var few [][]int
	for _, r := range all[:min(12, len(all))] {
		few = append(few, r.set)
	}
	return few
}

func indices[T ~uint32](list []T) []int {
	all := make([]int, len(list))
	for i, x := range list {
		all[i] = int(x)
	}
	return all
}
