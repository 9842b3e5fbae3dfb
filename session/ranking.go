package session

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// Measure names a centrality, as the API does.
type Measure string

// LinkWeight says what a link counts for, as the API names it.
type LinkWeight string

// The link weights.
const (
	Unweighted   LinkWeight = "NONE"
	ByWeight     LinkWeight = "WEIGHT"
	ByAmount     LinkWeight = "AMOUNT"
	ByQuantity   LinkWeight = "QUANTITY"
	ByConfidence LinkWeight = "CONFIDENCE"
	ByCount      LinkWeight = "COUNT"
)

// Ranked is an entity's place in a ranking.
type Ranked struct {
	ID    graph.ID
	Rank  int      // from 1
	Score *float64 // nil where the measure is not defined
}

// ranking holds the nodes of a network from the highest score to the lowest, NaN
// last, ties by ID.
type ranking struct {
	scores []float64
	order  []network.NodeIndex
}

func (r *ranking) size() int64 { return int64(len(r.order)) * 12 }

func newRanking(scores []float64) *ranking {
	r := &ranking{scores: scores, order: make([]network.NodeIndex, len(scores))}
	for i := range r.order {
		r.order[i] = network.NodeIndex(i)
	}
	slices.SortFunc(r.order, func(a, b network.NodeIndex) int { // NaN is the least to cmp
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(a, b))
	})
	return r
}

// Centrality returns a page of the entities of a scope ranked by a measure. The
// ranking is computed once for a class, version and scope.
func (s *Session) Centrality(ctx context.Context, measure Measure, weight LinkWeight, normalized bool, scope projection.Scope, page Page) (Paged[Ranked], ComputedOn, error) {
	kernel := centrality.Named(string(measure))
	if kernel == nil {
		return Paged[Ranked]{}, ComputedOn{}, graph.Errorf(graph.BadUserInput, "measure: there is no %q", measure)
	}
	if measure == "STRENGTH" && weight == Unweighted {
		weight = ByWeight
	}
	how := []any{measure, weight, normalized}
	l := listing{operation: "centrality", arguments: digest([]any{how, scope}), descending: true}
	if _, _, err := s.after(l, page); err != nil {
		return Paged[Ranked]{}, ComputedOn{}, err
	}
	r, g, err := computed(ctx, s, scope, "centrality", how, func(ctx context.Context, g *projection.Graph) (*ranking, error) {
		weights, err := s.weights(ctx, scope, g, weight)
		if err != nil {
			return nil, err
		}
		scores, err := kernel(ctx, g.Net, centrality.Options{Normalized: normalized, Weights: weights})
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return newRanking(scores), nil
	})
	if err != nil {
		return Paged[Ranked]{}, ComputedOn{}, err
	}
	at := func(n network.NodeIndex) position { return position{byNumber(r.scores[n]), g.Nodes[n]} }
	nodes, err := pageOf(s, l, r.order, at, page)
	return rankedPage(nodes, r, g), s.onNetwork(scope, g), err
}

// rankedPage turns a page of nodes into a page of places.
func rankedPage(nodes Paged[network.NodeIndex], r *ranking, g *projection.Graph) Paged[Ranked] {
	out := Paged[Ranked]{Cursors: nodes.Cursors, HasNextPage: nodes.HasNextPage, HasPreviousPage: nodes.HasPreviousPage, Total: nodes.Total}
	if len(nodes.Items) == 0 {
		return out
	}
	first := slices.Index(r.order, nodes.Items[0])
	for i, n := range nodes.Items {
		place := Ranked{ID: g.Nodes[n], Rank: first + i + 1}
		if score := r.scores[n]; !math.IsNaN(score) {
			place.Score = &score
		}
		out.Items = append(out.Items, place)
	}
	return out
}

// weights returns the strength of each link, nil for Unweighted.
func (s *Session) weights(ctx context.Context, scope projection.Scope, g *projection.Graph, weight LinkWeight) ([]float64, error) {
	var column projection.Column
	absent := 1.0
	switch weight {
	case Unweighted:
		return nil, nil
	case ByCount:
		return slices.Repeat([]float64{1}, g.Net.NumLinks()), nil
	case ByWeight:
		column = projection.Weight
	case ByAmount:
		column, absent = projection.Amount, 0
	case ByQuantity:
		column, absent = projection.Quantity, 0
	case ByConfidence:
		column = projection.Confidence
	default:
		return nil, graph.Errorf(graph.BadUserInput, "weight: there is no %q", weight)
	}
	values, err := s.numbers(ctx, scope, string(column))
	if err != nil {
		return nil, err
	}
	return values.orElse(absent, "weight")
}

// kernelError makes the refusal of a kernel public: its text speaks of the
// question and of visible numbers alone. The end of the context stays what it is.
func kernelError(ctx context.Context, err error) error {
	var known *graph.Error
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &known):
		return known
	}
	return graph.Errorf(graph.BadUserInput, "%v", err)
}
