package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
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
