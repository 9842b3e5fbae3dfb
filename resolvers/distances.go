package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// Distances resolves Query.distances.
func (query) Distances(ctx context.Context, from []graph.ID, weight model.PathWeight, weightProperty *string, scope *model.Scope, first int, after, atLeast *string) (model.DistanceConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.DistanceConnection{}, err
	}
	found, err := d.Session.Distances(ctx, session.DistanceQuery{
		From: from, Weight: session.PathWeight(weight), Property: text(weightProperty), Scope: scopeOf(scope),
	}, page(first, after))
	if err != nil {
		return model.DistanceConnection{}, err
	}
	expect(d, found.Items, func(x session.Distance) graph.ID { return x.ID })
	return model.DistanceConnection{
		Unreachable: found.Unreachable, Histogram: found.Histogram, ComputedOn: computedOn(found.ComputedOn),
		Connection: model.Page(found.Paged, func(x session.Distance) model.Distance {
			return model.Distance{Ref: model.Ref{ID: x.ID, Door: d.Loader}, Rank: x.Rank, Distance: x.Distance, Hops: x.Hops}
		}),
	}, nil
}
