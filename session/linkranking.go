package session

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// RankedLink is a link's place in a ranking.
type RankedLink struct {
	Link  LinkView
	Rank  int // from 1
	Score float64
}

// linkRanking holds the links of a network from the highest score to the lowest,
// ties by ID.
type linkRanking struct {
	scores []float64
	order  []network.EdgeIndex
}

func (r *linkRanking) size() int64 { return int64(len(r.order)) * 12 }

// LinkCentrality returns a page of the links of a scope ranked by their betweenness
// over paths that are short by a weight. The ranking is computed once for a class,
// version and scope. One store call.
func (s *Session) LinkCentrality(ctx context.Context, weight PathWeight, property string, normalized bool, scope projection.Scope, page Page) (Paged[RankedLink], ComputedOn, error) {
	none := Paged[RankedLink]{}
	if weight == PropertySum && property == "" {
		return none, ComputedOn{}, errNoProperty
	}
	how := []any{weight, property, normalized}
	l := listing{operation: "linkCentrality", arguments: digested([]any{how, scope}), descending: true}
	if _, _, err := s.after(l, page); err != nil {
		return none, ComputedOn{}, err
	}
	r, g, err := computed(ctx, s, scope, "linkCentrality", how, func(ctx context.Context, g *projection.Graph) (*linkRanking, error) {
		costs, err := s.costs(ctx, scope, weight, property)
		if err != nil {
			return nil, err
		}
		scores, err := centrality.EdgeBetweenness(ctx, g.Net, centrality.Options{Normalized: normalized, Costs: costs})
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return newLinkRanking(scores, g), nil
	})
	if err != nil {
		return none, ComputedOn{}, err
	}
	at := func(e network.EdgeIndex) position { return position{byNumber(r.scores[e]), g.LinkID(e)} }
	part, err := pageOf(s, l, r.order, at, page)
	if err != nil {
		return none, ComputedOn{}, err
	}
	views, err := s.views(ctx, g, part.Items)
	if err != nil {
		return none, ComputedOn{}, err
	}
	out := Paged[RankedLink]{Cursor: part.Cursor, HasNextPage: part.HasNextPage, HasPreviousPage: part.HasPreviousPage, Total: part.Total}
	first := 0
	if len(part.Items) > 0 {
		first = slices.Index(r.order, part.Items[0])
	}
	for i, e := range part.Items {
		out.Items = append(out.Items, RankedLink{Link: views[i], Rank: first + i + 1, Score: r.scores[e]})
	}
	return out, s.reading(s.onNetwork(scope, g), scope, weight.reads(property)), nil
}

func newLinkRanking(scores []float64, g *projection.Graph) *linkRanking {
	r := &linkRanking{scores: scores, order: make([]network.EdgeIndex, len(scores))}
	ids := make([]graph.ID, len(scores))
	for i := range r.order {
		r.order[i] = network.EdgeIndex(i)
		ids[i] = g.LinkID(r.order[i])
	}
	slices.SortFunc(r.order, func(a, b network.EdgeIndex) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), ids[a].Compare(ids[b]))
	})
	return r
}

// aLink is what a link costs beside its confidence: so little that it decides only
// between paths that are equally reliable. Without it a certain link would cost
// nothing, and of those the shortest path may take any number.
const aLink = 1e-7

// costs returns what walking each link costs where nothing may be free, nil by hops.
func (s *Session) costs(ctx context.Context, scope projection.Scope, weight PathWeight, property string) ([]float64, error) {
	costs, err := s.lengths(ctx, scope, weight, property)
	if err != nil {
		return nil, err
	}
	switch {
	case weight == MostConfidence:
		for e := range costs {
			costs[e] += aLink
		}
	case slices.Contains(costs, 0):
		values, err := s.numbers(ctx, scope, property)
		if err != nil {
			return nil, err
		}
		free := values.first(func(f float64) bool { return f == 0 })
		return nil, graph.Errorf(graph.BadUserInput, "weightProperty: the link %s has 0, and what costs nothing has no shortest path; narrow the scope", values.on.LinkID(free))
	}
	return costs, nil
}
