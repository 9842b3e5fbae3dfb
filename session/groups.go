package session

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// Community is a set of entities that an analysis put together.
type Community struct {
	Rank, Size int
	// Internal counts the links among its members, External those to others: parallel
	// links each, loops left out.
	Internal, External int
	// Persistence is how much of it other runs found too; nil where there were none.
	Persistence *float64
	// Members returns a page of them, by ID.
	Members func(Page) (Paged[graph.ID], error)
}

// groups are disjoint sets of nodes, the largest first, ties by their least node.
type groups struct {
	parts
	of                 []uint32 // the group of each node, noGroup if it is in none
	internal, external []int
	persistence        []float64
}

const noGroup = ^uint32(0)

func (p *groups) size() int64 {
	return p.parts.size() + 4*int64(len(p.of)) + 8*int64(len(p.internal)+len(p.external)+len(p.persistence))
}

// newGroups lists groups that are numbered by size.
func newGroups(net *network.Network, of []uint32, sizes []int) *groups {
	p := &groups{of: of, internal: make([]int, len(sizes)), external: make([]int, len(sizes))}
	p.first = make([]uint32, len(sizes)+1)
	for i, size := range sizes {
		p.first[i+1] = p.first[i] + uint32(size)
	}
	p.nodes = make([]network.NodeIndex, p.first[len(sizes)])
	next := slices.Clone(p.first)
	for v, c := range of {
		if c != noGroup {
			p.nodes[next[c]] = network.NodeIndex(v)
			next[c]++
		}
	}
	for e := range network.EdgeIndex(net.NumLinks()) {
		from, to := net.Ends(e)
		switch a, b := of[from], of[to]; {
		case from == to:
		case a == b && a != noGroup:
			p.internal[a]++
		default:
			for _, c := range [2]uint32{a, b} {
				if c != noGroup {
					p.external[c]++
				}
			}
		}
	}
	return p
}

// having returns the numbers of the groups that hold any of some entities, of all
// groups of at least some size if none are named.
func (s *Session) having(g *projection.Graph, p *groups, of []graph.ID, least int) (numbers []int) {
	if of == nil {
		for i := 0; i+1 < len(p.first) && int(p.first[i+1]-p.first[i]) >= least; i++ {
			numbers = append(numbers, i)
		}
		return numbers
	}
	for _, v := range s.set(g, of) {
		if c := p.of[v]; c != noGroup && int(p.first[c+1]-p.first[c]) >= least {
			numbers = append(numbers, int(c))
		}
	}
	slices.Sort(numbers)
	return slices.Compact(numbers)
}

// maxOf bounds the entities whose groups are asked for.
const maxOf = 500

// pageOfGroups cuts a page out of groups; a version of the network has them in one
// order only.
func pageOfGroups(s *Session, l listing, g *projection.Graph, p *groups, numbers []int, page Page) (Paged[Community], error) {
	at := func(i int) position {
		size := p.first[i+1] - p.first[i]
		return position{byNumber(-float64(size)), g.Nodes[p.nodes[p.first[i]]]}
	}
	part, err := pageOf(s, l, numbers, at, page)
	if err != nil {
		return Paged[Community]{}, err
	}
	out := Paged[Community]{Cursor: part.Cursor, HasNextPage: part.HasNextPage, HasPreviousPage: part.HasPreviousPage, Total: part.Total}
	for _, i := range part.Items {
		out.Items = append(out.Items, p.group(s, l, g, i))
	}
	return out, nil
}

func (p *groups) group(s *Session, l listing, g *projection.Graph, i int) Community {
	nodes := p.nodes[p.first[i]:p.first[i+1]]
	out := Community{Rank: i + 1, Size: len(nodes), Internal: p.internal[i], External: p.external[i]}
	if p.persistence != nil {
		out.Persistence = finite(p.persistence[i])
	}
	own := listing{operation: l.operation + " members", arguments: digested([]any{l.arguments(), g.Nodes[nodes[0]]})}
	out.Members = func(page Page) (Paged[graph.ID], error) {
		list, err := pageOf(s, own, nodes, func(v network.NodeIndex) position { return position{id: g.Nodes[v]} }, page)
		ids := Paged[graph.ID]{Cursor: list.Cursor, HasNextPage: list.HasNextPage, HasPreviousPage: list.HasPreviousPage, Total: list.Total}
		for _, v := range list.Items {
			ids.Items = append(ids.Items, g.Nodes[v])
		}
		return ids, err
	}
	return out
}

func checkOf(of []graph.ID) error {
	if len(of) > maxOf {
		return graph.Errorf(graph.BadUserInput, "of: %d entities are more than %d", len(of), maxOf)
	}
	return notEmpty("of", of)
}

// notEmpty refuses a list that names nobody, where to leave it out means everybody.
func notEmpty(what string, ids []graph.ID) error {
	if ids != nil && len(ids) == 0 {
		return graph.Errorf(graph.BadUserInput, "%s: the list is empty; name at least one entity, or leave it out for all", what)
	}
	return nil
}

// PagedCommunities is a page of groups and what holds for all of them.
type PagedCommunities[T any] struct {
	Paged[Community]
	All        T
	ComputedOn ComputedOn
}

// grouped answers a question for groups; find computes them and what holds for all.
func grouped[T any](ctx context.Context, s *Session, l listing, how any, of []graph.ID, least int, scope projection.Scope, page Page, find func(context.Context, *projection.Graph) (*groups, T, error)) (PagedCommunities[T], error) {
	none := PagedCommunities[T]{}
	if err := checkOf(of); err != nil {
		return none, err
	}
	l.arguments = digested([]any{how, of, least, scope})
	if _, _, err := s.after(l, page); err != nil {
		return none, err
	}
	made, g, err := computed(ctx, s, scope, l.operation, how, func(ctx context.Context, g *projection.Graph) (*withAll[T], error) {
		p, all, err := find(ctx, g)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return &withAll[T]{*p, all}, nil
	})
	if err != nil {
		return none, err
	}
	out, err := pageOfGroups(s, l, g, &made.groups, s.having(g, &made.groups, of, least), page)
	return PagedCommunities[T]{out, made.all, s.onNetwork(scope, g, of)}, err
}

// withAll are groups with what holds for all of them.
type withAll[T any] struct {
	groups
	all T
}
