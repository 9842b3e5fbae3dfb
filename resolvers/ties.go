package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// AllShortestPaths resolves Query.allShortestPaths.
func (query) AllShortestPaths(ctx context.Context, from, to []graph.ID, weight model.PathWeight, weightProperty *string, via, avoid []graph.ID, scope *model.Scope, first int, after, atLeast *string) (model.ShortestPathConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.ShortestPathConnection{}, err
	}
	found, err := d.Session.AllShortestPaths(ctx, session.PathQuery{
		From: from, To: to, Weight: session.PathWeight(weight), Property: text(weightProperty),
		Via: via, Avoid: avoid, Scope: scopeOf(scope),
	}, page(first, after))
	if err != nil {
		return model.ShortestPathConnection{}, err
	}
	paths := d.paths(found.Items)
	return model.ShortestPathConnection{
		Connection: model.Connection[model.Path]{Paged: session.Paged[model.Path]{
			Items: paths, Cursor: found.Cursor, HasNextPage: found.HasNextPage, HasPreviousPage: found.HasPreviousPage, Total: found.Total,
		}},
		PathCount: graph.Decimal(found.Count.String()), Cost: found.Cost,
		From: found.ReachedFrom, To: found.ReachedTo, ComputedOn: computedOn(found.ComputedOn),
	}, nil
}
