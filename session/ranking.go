package session

import (
	"cmp"
	"context"
	"errors"
	"fmt"
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
	// Low and High hold the score with the confidence of the ranking's ComputedOn; nil
	// with Score, and equal to it where it is exact.
	Low, High *float64
}

// ranking holds the nodes of a network from the highest score to the lowest, NaN
// last, ties by ID.
type ranking struct {
	scores    []float64
	low, high []float64 // nil where the scores are exact
	order     []network.NodeIndex
	samples   int // 0 where the scores are exact
}

func (r *ranking) size() int64 { return int64(len(r.order))*4 + int64(len(r.scores)+2*len(r.low))*8 }

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

// CentralityQuery asks who is central.
type CentralityQuery struct {
	Measure    Measure
	Weight     LinkWeight
	Normalized bool
	Path       PathWeight // for BETWEENNESS: what makes a path short; "" is Hops
	Property   string     // for PropertySum
	From       []graph.ID // for PAGERANK: where the walker jumps to; nil is anywhere
	// Top, when above 0, asks for the first so many alone, for CLOSENESS and HARMONIC.
	Top           int
	Approximation Approximation
	Scope         projection.Scope
}

func (q *CentralityQuery) check() error {
	switch {
	case centrality.Named(string(q.Measure)) == nil:
		return graph.Errorf(graph.BadUserInput, "measure: there is no %q", q.Measure)
	case q.costly() && q.Measure != "BETWEENNESS":
		return graph.Errorf(graph.BadUserInput, "pathWeight: only BETWEENNESS asks for short paths by it; leave it out for %s", q.Measure)
	case q.Path == PropertySum && q.Property == "":
		return errNoProperty
	case len(q.From) > 0 && q.Measure != "PAGERANK":
		return graph.Errorf(graph.BadUserInput, "from: only PAGERANK starts somewhere; leave it out for %s", q.Measure)
	case q.Top < 0 || q.Top > maxTop:
		return graph.Errorf(graph.BadUserInput, "top: %d is not from 1 to %d", q.Top, maxTop)
	case q.Top > 0 && centrality.TopNamed(string(q.Measure)) == nil:
		return graph.Errorf(graph.BadUserInput, "top: the first by %s are not found faster than all; leave it out and take a page", q.Measure)
	case q.Top > 0 && q.Approximation.Mode == Sampled:
		return graph.Errorf(graph.BadUserInput, "top: the first are found exactly; leave out SAMPLED or top")
	case q.Approximation.Mode == Sampled && centrality.SampledNamed(string(q.Measure)) == nil:
		return graph.Errorf(graph.BadUserInput, "approximation: %s is always computed exactly; leave out SAMPLED", q.Measure)
	}
	return notEmpty("from", q.From)
}

// reads returns the numbers of links that a ranking reads.
func (q *CentralityQuery) reads() []string {
	return []string{q.Weight.reads(), q.Path.reads(q.Property)}
}

// costly says whether links cost different amounts.
func (q *CentralityQuery) costly() bool { return q.Path != "" && q.Path != Hops }

// maxTop bounds CentralityQuery.Top.
const maxTop = 500

// Ranking is a page of ranked entities.
type Ranking struct {
	Paged[Ranked]
	// TruncatedBecause says why the rest is not ranked; empty if all are.
	TruncatedBecause string
	ComputedOn       ComputedOn
}

// Centrality returns a page of the entities of a scope ranked by a measure. The
// ranking is computed once for a class, version and scope.
func (s *Session) Centrality(ctx context.Context, q CentralityQuery, page Page) (Ranking, error) {
	if err := q.check(); err != nil {
		return Ranking{}, err
	}
	if q.Measure == "STRENGTH" && q.Weight == Unweighted {
		q.Weight = ByWeight
	}
	how := []any{q.Measure, q.Weight, q.Normalized, q.Path, q.Property, q.From, q.Top, q.Approximation}
	l := listing{operation: "centrality", arguments: digested([]any{how, q.Scope}), descending: true}
	if _, _, err := s.after(l, page); err != nil {
		return Ranking{}, err
	}
	r, g, err := computed(ctx, s, q.Scope, "centrality", how, func(ctx context.Context, g *projection.Graph) (*ranking, error) {
		r, err := s.rank(ctx, g, q)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return r, nil
	})
	if err != nil {
		return Ranking{}, err
	}
	at := func(n network.NodeIndex) position { return position{byNumber(r.scores[n]), g.Nodes[n]} }
	nodes, err := pageOf(s, l, r.order, at, page)
	out := Ranking{Paged: rankedPage(nodes, r, g), ComputedOn: q.Approximation.on(s.reading(s.onNetwork(q.Scope, g, q.From), q.Scope, q.reads()...), r.samples)}
	if len(r.order) < len(g.Nodes) {
		out.TruncatedBecause = fmt.Sprintf("top: %d of %d entities", len(r.order), len(g.Nodes))
	}
	return out, err
}

// rank computes all scores, an estimate of them, or the first.
func (s *Session) rank(ctx context.Context, g *projection.Graph, q CentralityQuery) (*ranking, error) {
	weights, err := s.weights(ctx, q.Scope, g, q.Weight)
	if err != nil {
		return nil, err
	}
	opt := centrality.Options{Normalized: q.Normalized, Weights: weights, From: s.set(g, q.From)}
	if q.costly() {
		if opt.Costs, err = s.costs(ctx, q.Scope, q.Path, q.Property); err != nil {
			return nil, err
		}
	}
	if len(q.From) > 0 && len(opt.From) == 0 {
		return nil, graph.Errorf(graph.BadUserInput, "from: none of these entities is in the scope")
	}
	name := string(q.Measure)
	if q.Top > 0 {
		found, err := centrality.TopNamed(name)(ctx, g.Net, q.Top, opt)
		return firstOf(found, len(g.Nodes)), err
	}
	if q.Approximation.samples(name, q.costly(), g.Net) {
		e, err := centrality.SampledNamed(name)(ctx, g.Net, opt, q.Approximation.sampling())
		if err != nil {
			return nil, err
		}
		r := newRanking(e.Scores)
		if r.samples = e.Samples; e.Samples > 0 {
			r.low, r.high = e.Low, e.High
		}
		return r, nil
	}
	scores, err := centrality.Named(name)(ctx, g.Net, opt)
	return newRanking(scores), err
}

// firstOf ranks the nodes that were found among n.
func firstOf(found []centrality.Scored, n int) *ranking {
	r := &ranking{scores: make([]float64, n)}
	for _, f := range found {
		r.scores[f.Node] = f.Score
		r.order = append(r.order, f.Node)
	}
	return r
}

// rankedPage turns a page of nodes into a page of places.
func rankedPage(nodes Paged[network.NodeIndex], r *ranking, g *projection.Graph) Paged[Ranked] {
	out := Paged[Ranked]{Cursor: nodes.Cursor, HasNextPage: nodes.HasNextPage, HasPreviousPage: nodes.HasPreviousPage, Total: nodes.Total}
	if len(nodes.Items) == 0 {
		return out
	}
	first := slices.Index(r.order, nodes.Items[0])
	for i, n := range nodes.Items {
		place := Ranked{ID: g.Nodes[n], Rank: first + i + 1}
		if score := r.scores[n]; !math.IsNaN(score) {
			place.Score, place.Low, place.High = &score, &score, &score
			if r.low != nil {
				place.Low, place.High = &r.low[n], &r.high[n]
			}
		}
		out.Items = append(out.Items, place)
	}
	return out
}

// weights returns the strength of each link, nil for Unweighted.
func (s *Session) weights(ctx context.Context, scope projection.Scope, g *projection.Graph, weight LinkWeight) ([]float64, error) {
	switch weight {
	case Unweighted:
		return nil, nil
	case ByCount:
		return slices.Repeat([]float64{1}, g.Net.NumLinks()), nil
	}
	column := weight.reads()
	if column == "" {
		return nil, graph.Errorf(graph.BadUserInput, "weight: there is no %q", weight)
	}
	values, err := s.numbers(ctx, scope, column)
	if err != nil {
		return nil, err
	}
	absent := 1.0
	if weight == ByAmount || weight == ByQuantity {
		absent = 0
	}
	return values.orElse(absent, "weight")
}

// reads returns the number of links that a weight reads, "" if it reads none.
func (w LinkWeight) reads() string {
	switch w {
	case ByWeight:
		return string(projection.Weight)
	case ByAmount:
		return string(projection.Amount)
	case ByQuantity:
		return string(projection.Quantity)
	case ByConfidence:
		return string(projection.Confidence)
	}
	return ""
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
