package resolvers

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/analysis"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// Neighborhood resolves Query.neighborhood.
func (query) Neighborhood(ctx context.Context, of []graph.ID, depth int, scope *model.Scope, first int, atLeast *string) (model.Subgraph, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.Subgraph{}, err
	}
	s, err := d.Session.Neighborhood(ctx, of, depth, scopeOf(scope), first)
	if err != nil {
		return model.Subgraph{}, err
	}
	d.Expect(s.Entities...)
	d.ExpectLinks(s.Links)
	return model.Subgraph{
		Chain:         model.Chain{EntityIDs: s.Entities, LinkViews: s.Links, Door: d.Loader},
		TotalEntities: s.TotalEntities, TotalLinks: s.TotalLinks,
		TruncatedBecause: optional(s.TruncatedBecause), ComputedOn: computedOn(s.ComputedOn),
	}, nil
}

// ShortestPaths resolves Query.shortestPaths.
func (query) ShortestPaths(ctx context.Context, from, to []graph.ID, k int, weight model.PathWeight, weightProperty *string, maxHops int, via, avoid []graph.ID, scope *model.Scope, atLeast *string) (model.PathResult, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.PathResult{}, err
	}
	found, err := d.Session.ShortestPaths(ctx, session.PathQuery{
		From: from, To: to, K: k, Weight: session.PathWeight(weight),
		Property: text(weightProperty), MaxHops: maxHops, Via: via, Avoid: avoid, Scope: scopeOf(scope),
	})
	if err != nil {
		return model.PathResult{}, err
	}
	out := model.PathResult{
		Paths: d.paths(found.Routes), TruncatedBecause: optional(found.TruncatedBecause),
		From: found.ReachedFrom, To: found.ReachedTo, ComputedOn: computedOn(found.ComputedOn),
	}
	return out, nil
}

// LinkCentrality resolves Query.linkCentrality.
func (query) LinkCentrality(ctx context.Context, weight model.PathWeight, weightProperty *string, normalized bool, scope *model.Scope, first int, after, atLeast *string) (model.LinkRankingConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.LinkRankingConnection{}, err
	}
	places, on, err := d.Session.LinkCentrality(ctx, session.PathWeight(weight), text(weightProperty), normalized, scopeOf(scope), page(first, after))
	if err != nil {
		return model.LinkRankingConnection{}, err
	}
	links := make([]session.LinkView, len(places.Items))
	for i, p := range places.Items {
		links[i] = p.Link
	}
	d.ExpectLinks(links)
	return model.LinkRankingConnection{ComputedOn: computedOn(on), Connection: model.Page(places, func(r session.RankedLink) model.RankedLink {
		return model.RankedLink{Rank: r.Rank, Link: model.LinkOf(&r.Link, d.Loader), Score: r.Score}
	})}, nil
}

// ArticulationPoints resolves Query.articulationPoints.
func (query) ArticulationPoints(ctx context.Context, scope *model.Scope, first int, after, atLeast *string) (model.ArticulationPointConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.ArticulationPointConnection{}, err
	}
	points, on, err := d.Session.ArticulationPoints(ctx, scopeOf(scope), page(first, after))
	if err != nil {
		return model.ArticulationPointConnection{}, err
	}
	expect(d, points.Items, func(p session.ArticulationPoint) graph.ID { return p.ID })
	return model.ArticulationPointConnection{ComputedOn: computedOn(on), Connection: model.Page(points, func(p session.ArticulationPoint) model.ArticulationPoint {
		return model.ArticulationPoint{Ref: model.Ref{ID: p.ID, Door: d.Loader}, Rank: p.Rank, Pieces: p.Pieces, PairsCut: p.PairsCut}
	})}, nil
}

// Bridges resolves Query.bridges.
func (query) Bridges(ctx context.Context, scope *model.Scope, first int, after, atLeast *string) (model.BridgeConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.BridgeConnection{}, err
	}
	bridges, on, err := d.Session.Bridges(ctx, scopeOf(scope), page(first, after))
	if err != nil {
		return model.BridgeConnection{}, err
	}
	links := make([]session.LinkView, len(bridges.Items))
	for i, b := range bridges.Items {
		links[i] = b.Link
	}
	d.ExpectLinks(links)
	return model.BridgeConnection{ComputedOn: computedOn(on), Connection: model.Page(bridges, func(b session.Bridge) model.Bridge {
		return model.Bridge{Rank: b.Rank, Link: model.LinkOf(&b.Link, d.Loader), PairsCut: b.PairsCut}
	})}, nil
}

// Chokepoints resolves Query.chokepoints.
func (query) Chokepoints(ctx context.Context, objective model.DisruptionObjective, budget int, from, to []graph.ID, targets model.DisruptionTargets, protect []graph.ID, capacityProperty, weightProperty *string, costBy model.DisruptionCost, costProperty *string, costs []session.Cost, maxCost *float64, steps int, scope *model.Scope, atLeast *string) (model.ChokepointPlan, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.ChokepointPlan{}, err
	}
	plan, err := d.Session.Chokepoints(ctx, session.ChokepointQuery{
		Objective: analysis.Objective(objective), Budget: budget, From: from, To: to,
		AmongLinks: targets == model.DisruptionTargetsLinks, Protect: protect, CapacityProperty: text(capacityProperty),
		LengthProperty: text(weightProperty), Steps: steps, Scope: scopeOf(scope),
		Costs: session.CostQuery{ByDegree: costBy == model.DisruptionCostDegree, Property: text(costProperty), Of: costs, Most: maxCost},
	})
	if err != nil {
		return model.ChokepointPlan{}, err
	}
	out := model.ChokepointPlan{
		Choices: d.choices(plan.Choices), Cost: plan.Cost, Before: figures(plan.Before), After: figures(plan.After),
		Optimal: plan.Optimal, Bound: plan.Bound, Gap: plan.Gap, AlternativesTotal: plan.AlternativesTotal, ComputedOn: computedOn(plan.ComputedOn),
	}
	d.expectChoices(append([][]session.Choice{plan.Choices}, plan.Alternatives...))
	for _, set := range plan.Alternatives {
		out.Alternatives = append(out.Alternatives, model.ChokepointAlternative{Choices: d.choices(set)})
	}
	return out, nil
}

// expectChoices announces what a plan and its alternatives name.
func (d door) expectChoices(sets [][]session.Choice) {
	var entities []graph.ID
	var links []session.LinkView
	for _, c := range slices.Concat(sets...) {
		if c.Link != nil {
			links = append(links, *c.Link)
		} else {
			entities = append(entities, c.Entity)
		}
	}
	d.Expect(entities...)
	d.ExpectLinks(links)
}

func (d door) choices(set []session.Choice) []model.ChokepointChoice {
	choices := make([]model.ChokepointChoice, len(set))
	for i, c := range set {
		choices[i] = model.ChokepointChoice{Ref: model.Ref{ID: c.Entity, Door: d.Loader}, Rank: i + 1, MarginalEffect: c.Marginal}
		if c.Link != nil {
			link := model.LinkOf(c.Link, d.Loader)
			choices[i].Link = &link
		}
	}
	return choices
}

func figures(f session.Figures) model.NetworkFigures {
	return model.NetworkFigures{
		Nodes: f.Nodes, Links: f.Links, Components: f.Components, LargestComponent: f.Largest,
		ConnectedPairs: f.ConnectedPairs, Fragmentation: f.Fragmentation, Flow: f.Flow, ShortestPath: f.ShortestPath, Reached: f.Reached,
		GlobalEfficiency: f.Efficiency,
	}
}
