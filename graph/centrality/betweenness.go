package centrality

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// errTooManyPaths is returned when the number of shortest paths between two nodes
// does not fit a float64, as in grids of more than 500 by 500 nodes.
var errTooManyPaths = graph.Errorf(graph.BadUserInput,
	"two nodes are joined by more than 10^308 shortest paths; choose a smaller scope")

// Betweenness returns for each node the sum, over all pairs of other nodes, of the
// share of their shortest paths that pass through it (Freeman 1977). The ends of a
// path do not count. In an undirected network a pair counts once, in a directed one
// once for each direction. Pairs without a path add nothing. Exact, by Brandes
// (2001), after the network has been shrunk: blocks (biconnected components, direction
// ignored) are scored one by one, with the nodes that hang on them counted but not
// walked, in a directed network those that can be reached apart from those that reach.
// In an undirected one nodes with the same neighbours are walked once, and levels of
// the search are made from whichever side has fewer links, as Beamer, Asanović and
// Patterson (2012) do for plain search; on processors with AVX-512 large parts with short
// paths are walked from sixteen sources side by side instead, some 3 to 6 times as fast:
// the last digits of a score may differ between the two.
//
// With Costs paths are cheapest, not shortest, by Dijkstra's algorithm from each node
// of a block; no twins are merged. Of parallel links the cheapest is the way. Costs
// that differ by less than a part in 10^10, at a step of a path, count as equal:
// 0.1 + 0.2 is as dear as 0.3.
//
// O(n·m) time at worst, on what is left after shrinking, by cost a logarithm more;
// O(n + m) memory for each goroutine, side by side 1 to 4 kB a node of a part of at most
// 65,536. Errors: weights, costs that are not above 0, the
// end of ctx (looked at for each source), or more than 10^308 shortest paths between
// two nodes.
func Betweenness(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.noWeights("betweenness"); err != nil {
		return nil, err
	}
	if err := opt.checkCosts(net); err != nil {
		return nil, err
	}
	w, err := newWays(net, opt.Costs)
	if err != nil {
		return nil, err
	}
	n := float64(net.NumNodes())
	count, greatest := betweennessUndirected, (n-1)*(n-2)/2
	if net.Directed() {
		count, greatest = betweennessDirected, (n-1)*(n-2)
	}
	if opt.Costs != nil {
		count = func(ctx context.Context, _ *network.Network) ([]float64, error) { return w.scoreNodes(ctx) }
	}
	scores, err := count(ctx, w.net)
	if err != nil {
		return nil, err
	}
	return opt.scale(scores, greatest), nil
}

// scoreNodes returns the betweenness of nodes by cost.
func (w *ways) scoreNodes(ctx context.Context) ([]float64, error) {
	h, err := shrink(ctx, w.net)
	if err != nil {
		return nil, err
	}
	scores, all, share := h.across, w.pieces(h), 1.0
	if !w.net.Directed() {
		share = 0.5 // each pair came twice
	}
	sizes, largest, arcs, _ := measure(all)
	length := 0
	first := make([]int, len(all))
	for i, size := range sizes {
		first[i] = length
		length += size
	}
	sums, err := fromEach(ctx, sizes, length, func() func(int, uint32, []float64) error {
		walk := newCostWalker(ctx, largest, arcs)
		return func(i int, s uint32, sum []float64) error {
			return walk.source(&all[i], s, sum[first[i]:first[i]+sizes[i]], nil)
		}
	})
	if err != nil {
		return nil, err
	}
	for i := range all {
		for c, v := range all[i].nodes {
			scores[v] += share * sums[first[i]+c]
		}
	}
	return scores, nil
}

func betweennessUndirected(ctx context.Context, net *network.Network) ([]float64, error) {
	b, err := decompose(ctx, net)
	if err != nil {
		return nil, err
	}
	all, err := parts(ctx, net, b)
	if err != nil {
		return nil, err
	}
	return b.across, scoreParts(ctx, all, b.across)
}

// scoreParts adds the paths inside parts of an undirected network to the scores of nodes.
func scoreParts(ctx context.Context, all []part, scores []float64) error {
	if s := vectorSteps64(); s != nil {
		var err error
		if all, err = s.score(ctx, all, scores, leastWide, func(*wide) {}); err != nil {
			return err
		}
	}
	found, err := brandes(ctx, all)
	if err != nil {
		return err
	}
	for i := range all {
		p := &all[i]
		p.score(found[p.first:][:p.size()], scores)
	}
	return nil
}

// score adds what was found of the classes of an undirected part to their nodes.
func (p *part) score(found, scores []float64) {
	for c := range p.size() {
		inside := found[c]/2 + p.within[c]
		for _, v := range p.nodes[p.starts[c]:p.starts[c+1]] {
			scores[v] += inside
		}
	}
}

func betweennessDirected(ctx context.Context, net *network.Network) ([]float64, error) {
	h, err := shrink(ctx, net)
	if err != nil {
		return nil, err
	}
	var all []part
	first := 0
	for _, g := range h.local {
		if g.size() > 0 {
			all = append(all, g.part(first))
			first += g.size()
		}
	}
	found, err := brandes(ctx, all)
	if err != nil {
		return nil, err
	}
	for _, p := range all {
		for c, v := range p.nodes {
			h.across[v] += found[p.first+c]
		}
	}
	return h.across, nil
}

// part makes a part of a block without merging twins.
func (g *plain) part(first int) part {
	p := part{
		directed: g.directed, off: g.off, nbr: g.nbr, members: slices.Repeat([]float64{1}, g.size()),
		stands: g.ends, sends: g.begins, nodes: g.nodes, starts: make([]int, g.size()+1), first: first,
	}
	for i := range p.starts {
		p.starts[i] = i
	}
	return p
}

// whole makes one part of a simple network.
func whole(net *network.Network) part {
	n := net.NumNodes()
	p := part{
		directed: net.Directed(), off: make([]uint32, n+1), nbr: make([]uint32, 0, net.NumLinks()),
		members: make([]float64, n), stands: make([]float64, n),
	}
	for v := range n {
		for _, w := range net.Out(network.NodeIndex(v)) {
			p.nbr = append(p.nbr, uint32(w))
		}
		p.off[v+1] = uint32(len(p.nbr))
		p.members[v], p.stands[v] = 1, 1
	}
	p.sends = p.stands
	return p
}

// turn adds the rows against the links to the one part of a directed network.
func (p *part) turn(net *network.Network) {
	p.backOff = make([]uint32, 1, net.NumNodes()+1)
	for v := range network.NodeIndex(net.NumNodes()) {
		for _, u := range net.In(v) {
			p.back = append(p.back, uint32(u))
		}
		p.backOff = append(p.backOff, uint32(len(p.back)))
	}
}

// brandes sums over all ordered pairs of classes the paths through each third class,
// seen from one member of it, positions as in part.first.
func brandes(ctx context.Context, all []part) ([]float64, error) {
	sizes := make([]int, len(all))
	size, largest, arcs := 0, 0, 0
	for i := range all {
		sizes[i] = all[i].size()
		size += sizes[i]
		largest = max(largest, sizes[i])
		arcs = max(arcs, len(all[i].nbr))
	}
	return fromEach(ctx, sizes, size, func() func(int, uint32, []float64) error {
		w := newWalker(largest, arcs)
		return func(i int, s uint32, sum []float64) error {
			p := &all[i]
			return w.source(p, s, sum[p.first:p.first+p.size()])
		}
	})
}

// fromEach adds up what walks from every node of pieces of these sizes add to a slice
// of a length. Each goroutine calls worker once.
func fromEach(ctx context.Context, sizes []int, length int, worker func() (walk func(piece int, source uint32, sum []float64) error)) ([]float64, error) {
	sources := 0
	for _, size := range sizes {
		sources += size
	}
	chunks := min(64, sources) // enough to keep that many processors busy to the end
	return accumulate(ctx, chunks, length, func() func(int, []float64) error {
		walk := worker()
		return func(chunk int, sum []float64) error {
			next := chunk // every chunks-th source: chunks then weigh about the same
			for i, size := range sizes {
				for ; next < size; next += chunks {
					if err := ctx.Err(); err != nil {
						return err
					}
					if err := walk(i, uint32(next), sum); err != nil {
						return err
					}
				}
				next -= size
			}
			return nil
		}
	})
}
