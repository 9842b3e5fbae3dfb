package session

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/similarity"
	"github.com/chokepoint/chokepoint/projection"
)

// Equivalence says when two entities play the same role, as the API names it.
type Equivalence string

// The equivalences.
const (
	ByStructure  Equivalence = "STRUCTURAL"
	ByRegularity Equivalence = "REGULAR"
	ByEquity     Equivalence = "EQUITABLE"
)

// Roles tells which equivalence was used, and how many classes there are of any size.
type Roles struct {
	Equivalence Equivalence
	Classes     int
}

// Roles returns a page of the classes of equivalent entities of a scope, the largest
// first; "" is REGULAR where links have a direction, else EQUITABLE.
func (s *Session) Roles(ctx context.Context, by Equivalence, least int, of []graph.ID, scope projection.Scope, page Page) (PagedCommunities[Roles], error) {
	if least < 1 {
		return PagedCommunities[Roles]{}, graph.Errorf(graph.BadUserInput, "minSize: %d is less than 1", least)
	}
	return grouped(ctx, s, listing{operation: "roles"}, by, of, least, scope, page, func(ctx context.Context, g *projection.Graph) (*groups, Roles, error) {
		by := by
		if by == "" {
			by = ByEquity
			if g.Net.Directed() {
				by = ByRegularity
			}
		}
		class, err := classes(ctx, g.Net, by)
		if err != nil {
			return nil, Roles{}, err
		}
		of, sizes := bySize(class)
		return newGroups(g.Net, of, sizes), Roles{Equivalence: by, Classes: len(sizes)}, nil
	})
}

func classes(ctx context.Context, net *network.Network, by Equivalence) ([]uint32, error) {
	switch by {
	case ByStructure:
		return similarity.Structural(ctx, net)
	case ByRegularity:
		return similarity.Regular(ctx, net)
	case ByEquity:
		return similarity.Equitable(ctx, net)
	}
	return nil, graph.Errorf(graph.BadUserInput, "equivalence: there is no %q", by)
}

// bySize numbers classes, which are numbered by their least node, by their size.
func bySize(class []uint32) (of []uint32, sizes []int) {
	count := 0
	for _, c := range class {
		count = max(count, int(c)+1)
	}
	size, order := make([]int, count), make([]int, count)
	for _, c := range class {
		size[c]++
	}
	for c := range order {
		order[c] = c
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(size[b], size[a]) })
	number := make([]uint32, count)
	for i, c := range order {
		number[c] = uint32(i)
		sizes = append(sizes, size[c])
	}
	of = make([]uint32, len(class))
	for v, c := range class {
		of[v] = number[c]
	}
	return of, sizes
}

// Similar is an entity with how alike it is to another.
type Similar struct {
	ID    graph.ID
	Rank  int
	Score float64
}

type similar []Similar

func (s similar) size() int64 { return 48 * int64(len(s)) }

// SimilarNodes returns a page of the entities that are alike to one, by their
// neighbours, the most first, ties by ID; those that have nothing in common are left out,
// and all if the entity is missing, hidden or out of scope.
func (s *Session) SimilarNodes(ctx context.Context, to graph.ID, measure similarity.Measure, scope projection.Scope, page Page) (Paged[Similar], ComputedOn, error) {
	how := []any{to, measure}
	l := listing{operation: "similarNodes", arguments: digested([]any{how, scope}), descending: true}
	if _, _, err := s.after(l, page); err != nil {
		return Paged[Similar]{}, ComputedOn{}, err
	}
	list, g, err := computed(ctx, s, scope, "similarNodes", how, func(ctx context.Context, g *projection.Graph) (similar, error) {
		list := similar{}
		for _, v := range s.set(g, []graph.ID{to}) {
			scores, err := similarity.Of(ctx, g.Net, v, measure)
			if err != nil {
				return nil, kernelError(ctx, err)
			}
			for w, score := range scores {
				if score > 0 {
					list = append(list, Similar{ID: g.Nodes[w], Score: score})
				}
			}
		}
		slices.SortStableFunc(list, func(a, b Similar) int { return cmp.Compare(b.Score, a.Score) })
		for i := range list {
			list[i].Rank = i + 1
		}
		return list, nil
	})
	if err != nil {
		return Paged[Similar]{}, ComputedOn{}, err
	}
	out, err := pageOf(s, l, list, func(p Similar) position { return position{byNumber(p.Score), p.ID} }, page)
	return out, s.onNetwork(scope, g, []graph.ID{to}), err
}

// Prediction is a link that would be expected between two entities and is not there: a
// lead to look into, never a fact.
type Prediction struct {
	A, B  graph.ID
	Rank  int
	Score float64
}

// Predictions are the predictions of the highest scores.
type Predictions struct {
	List       []Prediction
	More       bool // whether there are others
	ComputedOn ComputedOn
}

type pairs []similarity.Pair

func (p pairs) size() int64 { return 16 * int64(len(p)) }

// missingWork bounds the steps of a search for missing links: some ten seconds.
const missingWork = 2e9

// MissingLinks returns the pairs of entities of a scope that are not joined and whose
// neighbours say that they might be, the highest scores first, ties by ID. Nothing is
// written.
func (s *Session) MissingLinks(ctx context.Context, measure similarity.Measure, first int, scope projection.Scope) (*Predictions, error) {
	if first < 0 || first > MaxPage {
		return nil, graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", first, MaxPage)
	}
	found, g, err := computed(ctx, s, scope, "missingLinks", []any{measure, first}, func(ctx context.Context, g *projection.Graph) (pairs, error) {
		if err := bearable(ctx, g.Net, measure); err != nil {
			return nil, kernelError(ctx, err)
		}
		found, err := similarity.Missing(ctx, g.Net, measure, first+1)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return found, nil
	})
	if err != nil {
		return nil, err
	}
	out := &Predictions{More: len(found) > first, ComputedOn: s.onNetwork(scope, g)}
	for i, p := range found[:min(first, len(found))] {
		out.List = append(out.List, Prediction{A: g.Nodes[p.From], B: g.Nodes[p.To], Rank: i + 1, Score: p.Score})
	}
	return out, nil
}

// bearable refuses networks of which a measure takes too long to look at all pairs.
func bearable(ctx context.Context, net *network.Network, measure similarity.Measure) error {
	degrees, err := community.Degrees(ctx, net)
	if err != nil {
		return err
	}
	n := float64(len(degrees))
	work := 0.0
	switch measure {
	case similarity.PreferentialAttachment:
		work = n * n
	case similarity.ThreeSteps: // from each node over links of its neighbours' neighbours
		work, err = threeSteps(ctx, net, degrees)
		if err != nil {
			return err
		}
	default:
		for _, d := range degrees {
			work += d * d
		}
	}
	if work > missingWork {
		return graph.Errorf(graph.TooComplex, "%s compares too many pairs in a network of %d entities and %d links; narrow the scope, or take another measure", measure, net.NumNodes(), net.NumLinks())
	}
	return nil
}

// threeSteps bounds the paths of three links: each middle link joins as many pairs as the
// product of its degrees.
func threeSteps(ctx context.Context, net *network.Network, degrees []float64) (float64, error) {
	work := 0.0
	for e := range network.EdgeIndex(net.NumLinks()) {
		if e%(1<<16) == 0 && ctx.Err() != nil {
			return 0, ctx.Err()
		}
		from, to := net.Ends(e)
		work += 2 * degrees[from] * degrees[to]
	}
	return work, nil
}
