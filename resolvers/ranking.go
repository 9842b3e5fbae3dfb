package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// Centrality resolves Query.centrality.
func (query) Centrality(ctx context.Context, measure model.CentralityMeasure, weight model.LinkWeight, normalized bool, pathWeight model.PathWeight, weightProperty *string, from []graph.ID, top *int, approximation *model.Approximation, scope *model.Scope, first int, after, atLeast *string) (model.RankingConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.RankingConnection{}, err
	}
	q := session.CentralityQuery{
		Measure: session.Measure(measure), Weight: session.LinkWeight(weight), Normalized: normalized,
		Path: session.PathWeight(pathWeight), Property: text(weightProperty), From: from, Scope: scopeOf(scope),
	}
	if top != nil {
		if q.Top = *top; *top == 0 {
			return model.RankingConnection{}, graph.Errorf(graph.BadUserInput, "top: 0 is not from 1 to 500")
		}
	}
	if q.Approximation, err = approximationOf(approximation); err != nil {
		return model.RankingConnection{}, err
	}
	r, err := d.Session.Centrality(ctx, q, page(first, after))
	if err != nil {
		return model.RankingConnection{}, err
	}
	expect(d, r.Items, func(r session.Ranked) graph.ID { return r.ID })
	return model.RankingConnection{
		TruncatedBecause: optional(r.TruncatedBecause), ComputedOn: computedOn(r.ComputedOn),
		Connection: model.Page(r.Paged, func(r session.Ranked) model.RankedEntity {
			return model.RankedEntity{Ref: model.Ref{ID: r.ID, Door: d.Loader}, Rank: r.Rank, Score: r.Score, Low: r.Low, High: r.High}
		}),
	}, nil
}

// GroupCentrality resolves Query.groupCentrality.
func (query) GroupCentrality(ctx context.Context, of []graph.ID, approximation *model.Approximation, scope *model.Scope, atLeast *string) (model.GroupCentrality, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.GroupCentrality{}, err
	}
	how, err := approximationOf(approximation)
	if err != nil {
		return model.GroupCentrality{}, err
	}
	g, err := d.Session.GroupCentrality(ctx, of, how, scopeOf(scope))
	if err != nil {
		return model.GroupCentrality{}, err
	}
	d.Expect(g.Members...)
	return model.GroupCentrality{Group: g, Door: d.Loader, ComputedOn: computedOn(g.ComputedOn)}, nil
}

// approximationOf reads what an answer may be off by; zeros are meant here.
func approximationOf(in *model.Approximation) (session.Approximation, error) {
	switch {
	case in == nil:
		return session.Approximation{}, nil
	case in.MaxError == 0 || in.Confidence == 0:
		return session.Approximation{}, graph.Errorf(graph.BadUserInput, "approximation: maxError and confidence must be above 0")
	case in.Seed < 0:
		return session.Approximation{}, graph.Errorf(graph.BadUserInput, "approximation: the seed %d is below 0", in.Seed)
	}
	return session.Approximation{
		Mode: session.ApproximationMode(in.Mode), MaxError: in.MaxError, Confidence: in.Confidence, Seed: in.Seed,
	}, nil
}
