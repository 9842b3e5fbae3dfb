package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// Dismantling resolves Query.dismantling.
func (query) Dismantling(ctx context.Context, strategies []dismantle.Strategy, radii []int, target float64, removals *int, block int, reinsertion bool, scope *model.Scope, first int, atLeast *string) (model.Dismantling, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.Dismantling{}, err
	}
	found, err := d.Session.Dismantling(ctx, session.DismantlingQuery{
		Strategies: strategies, Radii: radii, Target: target, Removals: removals, Block: block, Reinsert: reinsertion,
		First: first, Scope: scopeOf(scope),
	})
	if err != nil {
		return model.Dismantling{}, err
	}
	expect(d, found.Steps, func(s session.DismantlingStep) graph.ID { return s.ID })
	out := model.Dismantling{
		InitialLargestComponent: found.Initial.LargestComponent, InitialConnectedPairs: found.Initial.ConnectedPairs,
		TotalSteps: found.TotalSteps, TargetSize: found.TargetSize, Compared: found.Compared,
		TruncatedBecause: optional(found.TruncatedBecause), ComputedOn: computedOn(found.ComputedOn),
	}
	for _, s := range found.Steps {
		out.Steps = append(out.Steps, model.DismantlingStep{
			Ref: model.Ref{ID: s.ID, Door: d.Loader}, Rank: s.Rank, LargestComponent: s.LargestComponent, ConnectedPairs: s.ConnectedPairs,
		})
	}
	return out, nil
}
