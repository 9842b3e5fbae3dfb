package session

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// Part is a component or a block of a network.
type Part struct {
	Rank, Size int
	// Members are the first of them, ascending, at most MaxPage.
	Members []graph.ID
	// Shared are the first members of a block that other blocks share.
	Shared      []graph.ID
	SharedTotal int
}

// parts are sets of nodes, the largest first, ties by their least nodes.
type parts struct {
	first []uint32 // of each part in nodes
	nodes []network.NodeIndex
	in    []uint32 // of each node: the number of its parts; nil if one each
}

func (p *parts) size() int64 { return 4 * int64(len(p.first)+len(p.nodes)+len(p.in)) }

func (p *parts) part(g *projection.Graph, i int) Part {
	nodes := p.nodes[p.first[i]:p.first[i+1]]
	out := Part{Rank: i + 1, Size: len(nodes)}
	for _, v := range nodes[:min(MaxPage, len(nodes))] {
		out.Members = append(out.Members, g.Nodes[v])
	}
	for _, v := range nodes {
		if p.in == nil || p.in[v] < 2 {
			continue
		}
		if out.SharedTotal++; out.SharedTotal <= MaxPage {
			out.Shared = append(out.Shared, g.Nodes[v])
		}
	}
	return out
}

// Components returns a page of the components of a scope: what paths join, along the
// direction of links both ways if strong.
func (s *Session) Components(ctx context.Context, strong bool, scope projection.Scope, page Page) (Paged[Part], ComputedOn, error) {
	p, g, err := computed(ctx, s, scope, "components", strong, func(ctx context.Context, g *projection.Graph) (*parts, error) {
		find := func() (*connectivity.Components, error) { return connectivity.Weak(ctx, g.Net, connectivity.Removal{}) }
		if strong {
			find = func() (*connectivity.Components, error) { return connectivity.Strong(ctx, g.Net) }
		}
		c, err := find()
		if err != nil {
			return nil, err
		}
		p := &parts{first: make([]uint32, c.Count()+1), nodes: make([]network.NodeIndex, len(c.Of))}
		for i, size := range c.Size {
			p.first[i+1] = p.first[i] + uint32(size)
		}
		next := slices.Clone(p.first)
		for v, of := range c.Of {
			p.nodes[next[of]] = network.NodeIndex(v)
			next[of]++
		}
		return p, nil
	})
	if err != nil {
		return Paged[Part]{}, ComputedOn{}, err
	}
	out, err := pageOfParts(s, listing{operation: "components", arguments: digested([]any{strong, scope})}, g, p, page)
	return out, s.onNetwork(scope, g), err
}

// Blocks returns a page of the biconnected components of a scope: what no single
// entity takes apart.
func (s *Session) Blocks(ctx context.Context, scope projection.Scope, page Page) (Paged[Part], ComputedOn, error) {
	p, g, err := computed(ctx, s, scope, "blocks", nil, func(ctx context.Context, g *projection.Graph) (*parts, error) {
		b, err := connectivity.Biconnected(ctx, g.Net)
		if err != nil {
			return nil, err
		}
		p := &parts{first: make([]uint32, 1), in: b.In}
		for i := range b.Count() {
			p.nodes = append(p.nodes, b.Nodes(i)...)
			p.first = append(p.first, uint32(len(p.nodes)))
		}
		return p, nil
	})
	if err != nil {
		return Paged[Part]{}, ComputedOn{}, err
	}
	out, err := pageOfParts(s, listing{operation: "blocks", arguments: digested(scope)}, g, p, page)
	return out, s.onNetwork(scope, g), err
}

// pageOfParts cuts a page out of parts by their rank: a version of the network has
// its parts in one order only.
func pageOfParts(s *Session, l listing, g *projection.Graph, p *parts, page Page) (Paged[Part], error) {
	ranks := make([]int, len(p.first)-1)
	for i := range ranks {
		ranks[i] = i
	}
	at := func(i int) position {
		size := p.first[i+1] - p.first[i]
		return position{byNumber(-float64(size)), g.Nodes[p.nodes[p.first[i]]]}
	}
	if p.in != nil { // blocks of one size may share their least node, but not two
		at = func(i int) position {
			size, first := p.first[i+1]-p.first[i], p.nodes[p.first[i]:]
			id := g.Nodes[first[0]]
			return position{byNumber(-float64(size)) + string(id[:]), g.Nodes[first[1]]}
		}
	}
	part, err := pageOf(s, l, ranks, at, page)
	if err != nil {
		return Paged[Part]{}, err
	}
	out := Paged[Part]{Cursor: part.Cursor, HasNextPage: part.HasNextPage, HasPreviousPage: part.HasPreviousPage, Total: part.Total}
	for _, i := range part.Items {
		out.Items = append(out.Items, p.part(g, i))
	}
	return out, nil
}

// Dominator is an entity that all paths from some sources to others pass.
type Dominator struct {
	ID        graph.ID
	Rank      int
	Above     graph.ID // the nearest one that dominates it; zero if none but sources do
	Dominated int
}

type dominators []Dominator

func (d dominators) size() int64 { return int64(len(d)) * 72 }

// Dominators returns a page of the entities that every path from the entities from to
// others passes, who cuts off most first, ties by ID. With to only those that every
// path to any of them passes.
func (s *Session) Dominators(ctx context.Context, from, to []graph.ID, scope projection.Scope, page Page) (Paged[Dominator], ComputedOn, error) {
	none := Paged[Dominator]{}
	if len(from) == 0 || len(from) > maxEnds || len(to) > maxEnds {
		return none, ComputedOn{}, graph.Errorf(graph.BadUserInput, "from and to: name one entity to start from, and at most %d on a side", maxEnds)
	}
	if err := notEmpty("to", to); err != nil {
		return none, ComputedOn{}, err
	}
	how := []any{from, to}
	list, g, err := computed(ctx, s, scope, "dominators", how, func(ctx context.Context, g *projection.Graph) (dominators, error) {
		d, err := connectivity.Dominators(ctx, g.Net, s.set(g, from))
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return s.dominators(g, d, from, to), nil
	})
	if err != nil {
		return none, ComputedOn{}, err
	}
	l := listing{operation: "dominators", arguments: digested([]any{how, scope}), descending: true}
	out, err := pageOf(s, l, list, func(d Dominator) position { return position{byNumber(float64(d.Dominated)), d.ID} }, page)
	return out, s.onNetwork(scope, g, from, to), err
}

func (s *Session) dominators(g *projection.Graph, d *connectivity.DominatorTree, from, to []graph.ID) dominators {
	sources, targets := s.set(g, from), s.set(g, to)
	nodes := d.Chain(targets)
	if to == nil {
		for v := range d.Dominated {
			nodes = append(nodes, network.NodeIndex(v))
		}
	}
	list := dominators{}
	for _, v := range nodes {
		if d.Dominated[v] == 0 || slices.Contains(sources, v) || slices.Contains(targets, v) {
			continue
		}
		place := Dominator{ID: g.Nodes[v], Dominated: d.Dominated[v]}
		if above := d.Immediate[v]; above != network.NoNode && !slices.Contains(sources, above) {
			place.Above = g.Nodes[above]
		}
		list = append(list, place)
	}
	slices.SortFunc(list, func(a, b Dominator) int {
		return cmp.Or(cmp.Compare(b.Dominated, a.Dominated), a.ID.Compare(b.ID))
	})
	for i := range list {
		list[i].Rank = i + 1
	}
	return list
}

// CutTreeLink is a link of a tree of minimum cuts.
type CutTreeLink struct {
	A, B graph.ID
	Cost float64
}

type cutTree []CutTreeLink

func (t cutTree) size() int64 { return int64(len(t)) * 72 }

// maxCutTree is how many entities a tree of minimum cuts may have: each costs a flow.
const maxCutTree = 3000

// MinimumCutTree returns a page of the tree that holds the minimum link cuts between
// all pairs of entities of a scope, the cheapest first, ties by ID.
func (s *Session) MinimumCutTree(ctx context.Context, capacity string, scope projection.Scope, page Page) (Paged[CutTreeLink], ComputedOn, error) {
	tree, g, err := computed(ctx, s, scope, "minimumCutTree", capacity, func(ctx context.Context, g *projection.Graph) (cutTree, error) {
		if g.Net.NumNodes() > maxCutTree {
			return nil, graph.Errorf(graph.TooComplex, "a tree of minimum cuts takes at most %d entities and there are %d; narrow the scope", maxCutTree, g.Net.NumNodes())
		}
		limits, err := s.capacities(ctx, scope, capacity)
		if err != nil {
			return nil, err
		}
		t, err := flow.MinCutTree(ctx, g.Net, limits)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		list := cutTree{}
		for v, parent := range t.Parent {
			if parent != network.NoNode && !math.IsInf(t.Cut[v], 1) {
				list = append(list, CutTreeLink{A: g.Nodes[v], B: g.Nodes[parent], Cost: t.Cut[v]})
			}
		}
		slices.SortFunc(list, func(a, b CutTreeLink) int {
			return cmp.Or(cmp.Compare(a.Cost, b.Cost), a.A.Compare(b.A))
		})
		return list, nil
	})
	if err != nil {
		return Paged[CutTreeLink]{}, ComputedOn{}, err
	}
	l := listing{operation: "minimumCutTree", arguments: digested([]any{capacity, scope})}
	out, err := pageOf(s, l, tree, func(c CutTreeLink) position { return position{byNumber(c.Cost), c.A} }, page)
	return out, s.reading(s.onNetwork(scope, g), scope, capacity), err
}
