package community

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Quality is what a partition is judged by.
type Quality int

const (
	// Modularity is the share of the weight of links that lies inside groups, less
	// what would by chance among nodes of the same degrees (Newman and Girvan 2004).
	Modularity Quality = iota
	// Potts is the weight of links inside groups less Resolution times the pairs of
	// nodes inside them (the constant Potts model, Traag, Van Dooren and Nesterov 2011):
	// groups are denser than Resolution inside and sparser between them.
	Potts
)

// LeidenOptions choose what [Leiden] looks for. The zero value is modularity.
type LeidenOptions struct {
	// Weights holds the strength of each link by its index, finite and at least 0; nil
	// makes all links alike.
	Weights []float64
	Quality Quality
	// Resolution, when above 0, makes groups smaller the greater it is; 0 means 1.
	Resolution float64
	// Seed chooses the order in which nodes are looked at.
	Seed uint64
	// Rounds is how often at most the whole is gone through; 0 means until nothing
	// moves, 20 times at most.
	Rounds int
}

// Partition puts each node into one group.
type Partition struct {
	// Of is the number of each node's group; Size counts their nodes, the largest
	// first, ties by their least node.
	Of   []uint32
	Size []int
	// Quality is the value of what was looked for.
	Quality float64
	// Settled says that another round would move nothing.
	Settled bool
}

const mostRounds = 20

// Leiden looks for the partition of greatest quality by the algorithm of Traag, Waltman
// and Van Eck (2019): nodes move to the best group next to them until none gains; each
// group is then taken apart and merged anew from its nodes, so that every group hangs
// together; what was merged becomes a node, and so on. Each further round starts from
// the partition of the last. When groups are merged anew a node joins one of those where
// it gains most or nearly so, by chance; in the paper worse ones have a small chance too.
// The first of several rounds is a rough one: it does not wait until no node gains, and
// takes nothing apart, as in the algorithm of Blondel et al. (2008).
//
// Direction is ignored: nodes linked both ways are linked twice. Loops do not count;
// nor do parallel links without weights, with weights they add up. The same seed gives
// the same partition; the best of all is not promised, and other seeds find others.
// About O(m) time a round, on all processors but for the moves; O(n + m) memory, and
// O(n) for each processor.
func Leiden(ctx context.Context, net *network.Network, opt LeidenOptions) (Partition, error) {
	if err := opt.check(net); err != nil {
		return Partition{}, err
	}
	base := opt.level(net)
	s := &search{ctx: ctx, rate: opt.rate(base), random: rand.New(rand.NewPCG(opt.Seed, 0x6c656964)), near: make([]nearby, runtime.GOMAXPROCS(0))}
	for p := range s.near {
		s.near[p].to = make([]float64, base.size())
	}
	part := singletons(base.size())
	settled, rounds := false, roundsOf(opt)
	for i := range rounds {
		before := slices.Clone(part)
		if err := s.round(base, part, i == 0 && rounds > 1); err != nil {
			return Partition{}, err
		}
		if settled = slices.Equal(before, part); settled {
			break
		}
	}
	p := numbered(part)
	p.Settled = settled
	p.Quality = opt.quality(base, p)
	return p, nil
}

func roundsOf(opt LeidenOptions) int {
	if opt.Rounds > 0 {
		return opt.Rounds
	}
	return mostRounds
}

func (o LeidenOptions) check(net *network.Network) error {
	if o.Weights != nil && len(o.Weights) != net.NumLinks() {
		return graph.Errorf(graph.BadUserInput, "there are %d weights for %d links; give one a link", len(o.Weights), net.NumLinks())
	}
	for e, w := range o.Weights {
		if !(w >= 0) || math.IsInf(w, 1) {
			return graph.Errorf(graph.BadUserInput, "link %d weighs %v; weights are finite and not negative", e, w)
		}
	}
	if !(o.Resolution >= 0) || math.IsInf(o.Resolution, 1) {
		return graph.Errorf(graph.BadUserInput, "the resolution is %v; choose a finite one above 0", o.Resolution)
	}
	if o.Rounds < 0 {
		return graph.Errorf(graph.BadUserInput, "%d rounds; choose at least 1, or 0 for as many as it takes", o.Rounds)
	}
	return nil
}

func (o LeidenOptions) resolution() float64 {
	if o.Resolution == 0 {
		return 1
	}
	return o.Resolution
}

// rate is what a pair of mass 1 in one group costs.
func (o LeidenOptions) rate(base *level) float64 {
	if o.Quality == Potts {
		return o.resolution()
	}
	if base.total == 0 {
		return 0
	}
	return o.resolution() / (2 * base.total)
}

// level makes the nodes and links to start from.
func (o LeidenOptions) level(net *network.Network) *level {
	if o.Weights == nil {
		net, _ = net.Simple()
	}
	n := net.NumNodes()
	g := &level{off: make([]uint32, 1, n+1), mass: make([]float64, n)}
	arcs := 2 * net.NumLinks()
	g.nbr = make([]uint32, 0, arcs)
	if o.Weights != nil {
		g.weight = make([]float64, 0, arcs)
	}
	for v := range network.NodeIndex(n) {
		g.row(v, net.Out(v), net.OutEdges(v), o.Weights)
		if net.Directed() {
			g.row(v, net.In(v), net.InEdges(v), o.Weights)
		}
		g.off = append(g.off, uint32(len(g.nbr)))
		g.mass[v] = 1
		if o.Quality == Modularity {
			g.mass[v] = g.strength(int(v))
		}
		g.total += g.strength(int(v)) / 2
	}
	return g
}

// row appends arcs of v, without loops and links that weigh nothing.
func (g *level) row(v network.NodeIndex, to []network.NodeIndex, edges []network.EdgeIndex, weights []float64) {
	for i, w := range to {
		if w == v || weights != nil && weights[edges[i]] == 0 {
			continue
		}
		g.nbr = append(g.nbr, uint32(w))
		if weights != nil {
			g.weight = append(g.weight, weights[edges[i]])
		}
	}
}

// quality of a partition of the first level.
func (o LeidenOptions) quality(g *level, p Partition) float64 {
	mass, inside := make([]float64, len(p.Size)), 0.0
	for v := range g.size() {
		mass[p.Of[v]] += g.mass[v]
		for i := g.off[v]; i < g.off[v+1]; i++ {
			if p.Of[g.nbr[i]] == p.Of[v] {
				inside += g.at(i) / 2
			}
		}
	}
	if o.Quality == Potts {
		for _, n := range mass {
			inside -= o.resolution() * n * (n - 1) / 2
		}
		return inside
	}
	if g.total == 0 {
		return 0
	}
	q := inside / g.total
	for _, k := range mass {
		q -= o.resolution() * (k / (2 * g.total)) * (k / (2 * g.total))
	}
	return q
}

// numbered counts groups and numbers them, the largest first.
func numbered(part []uint32) Partition {
	first := map[uint32]int{}
	var groups []uint32
	size := map[uint32]int{}
	for v, c := range part {
		if size[c] == 0 {
			first[c] = v
			groups = append(groups, c)
		}
		size[c]++
	}
	slices.SortFunc(groups, func(a, b uint32) int {
		if size[a] != size[b] {
			return size[b] - size[a]
		}
		return first[a] - first[b]
	})
	number := make(map[uint32]uint32, len(groups))
	p := Partition{Of: make([]uint32, len(part)), Size: make([]int, len(groups))}
	for i, c := range groups {
		number[c] = uint32(i)
		p.Size[i] = size[c]
	}
	for v, c := range part {
		p.Of[v] = number[c]
	}
	return p
}
