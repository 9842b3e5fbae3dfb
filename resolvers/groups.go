package resolvers

import (
	"context"
	"fmt"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/similarity"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// Communities resolves Query.communities.
func (query) Communities(ctx context.Context, quality session.CommunityQuality, resolution *float64, weight model.LinkWeight, seed int64, runs int, of []graph.ID, scope *model.Scope, first int, after, atLeast *string) (model.CommunityConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.CommunityConnection{}, err
	}
	list, err := d.Session.Communities(ctx, session.CommunityQuery{
		Quality: quality, Resolution: resolution, Weight: session.LinkWeight(weight), Seed: seed, Runs: runs, Of: of, Scope: scopeOf(scope),
	}, page(first, after))
	if err != nil {
		return model.CommunityConnection{}, err
	}
	return model.CommunityConnection{Connection: d.communities(list.Paged), Communities: list.All, ComputedOn: computedOn(list.ComputedOn)}, nil
}

func (d door) communities(list session.Paged[session.Community]) model.Connection[model.Community] {
	return model.Page(list, func(c session.Community) model.Community { return model.Community{Set: c, Door: d.Loader} })
}

// CohesiveGroups resolves Query.cohesiveGroups.
func (query) CohesiveGroups(ctx context.Context, kind session.Cohesion, k *int, of []graph.ID, scope *model.Scope, first int, after, atLeast *string) (model.CohesiveGroupConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.CohesiveGroupConnection{}, err
	}
	list, err := d.Session.CohesiveGroups(ctx, kind, k, of, scopeOf(scope), page(first, after))
	if err != nil {
		return model.CohesiveGroupConnection{}, err
	}
	return model.CohesiveGroupConnection{Connection: d.communities(list.Paged), Cohesive: list.All, ComputedOn: computedOn(list.ComputedOn)}, nil
}

// NetworkFigures resolves Query.networkFigures.
func (query) NetworkFigures(ctx context.Context, mode model.ApproximationMode, seed int64, scope *model.Scope, atLeast *string) (model.NetworkSummary, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.NetworkSummary{}, err
	}
	s, err := d.Summary(ctx, session.ApproximationMode(mode), seed, scopeOf(scope))
	if err != nil {
		return model.NetworkSummary{}, err
	}
	return model.NetworkSummary{Summary: *s, ComputedOn: computedOn(s.ComputedOn)}, nil
}

// Roles resolves Query.roles.
func (query) Roles(ctx context.Context, equivalence *session.Equivalence, minSize int, of []graph.ID, scope *model.Scope, first int, after, atLeast *string) (model.RoleConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.RoleConnection{}, err
	}
	by := session.Equivalence("")
	if equivalence != nil {
		by = *equivalence
	}
	list, err := d.Session.Roles(ctx, by, minSize, of, scopeOf(scope), page(first, after))
	if err != nil {
		return model.RoleConnection{}, err
	}
	return model.RoleConnection{Connection: d.communities(list.Paged), Roles: list.All, ComputedOn: computedOn(list.ComputedOn)}, nil
}

// SimilarNodes resolves Query.similarNodes.
func (query) SimilarNodes(ctx context.Context, to graph.ID, measure similarity.Measure, scope *model.Scope, first int, after, atLeast *string) (model.SimilarEntityConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.SimilarEntityConnection{}, err
	}
	list, on, err := d.Session.SimilarNodes(ctx, to, measure, scopeOf(scope), page(first, after))
	if err != nil {
		return model.SimilarEntityConnection{}, err
	}
	expect(d, list.Items, func(s session.Similar) graph.ID { return s.ID })
	return model.SimilarEntityConnection{ComputedOn: computedOn(on), Connection: model.Page(list, func(s session.Similar) model.SimilarEntity {
		return model.SimilarEntity{Ref: model.Ref{ID: s.ID, Door: d.Loader}, Rank: s.Rank, Score: s.Score}
	})}, nil
}

// MissingLinks resolves Query.missingLinks.
func (query) MissingLinks(ctx context.Context, measure similarity.Measure, scope *model.Scope, first int, atLeast *string) (model.MissingLinkPredictions, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.MissingLinkPredictions{}, err
	}
	found, err := d.Session.MissingLinks(ctx, measure, first, scopeOf(scope))
	if err != nil {
		return model.MissingLinkPredictions{}, err
	}
	out := model.MissingLinkPredictions{ComputedOn: computedOn(found.ComputedOn)}
	if found.More {
		why := fmt.Sprintf("first: %d", first)
		out.TruncatedBecause = &why
	}
	expect(d, found.List, func(p session.Prediction) graph.ID { return p.A })
	expect(d, found.List, func(p session.Prediction) graph.ID { return p.B })
	for _, p := range found.List {
		out.Predictions = append(out.Predictions, model.PredictedLink{
			Ends: [2]model.Ref{{ID: p.A, Door: d.Loader}, {ID: p.B, Door: d.Loader}}, Rank: p.Rank, Score: p.Score,
		})
	}
	return out, nil
}
