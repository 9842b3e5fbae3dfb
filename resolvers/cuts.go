package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// MinimumCut resolves Query.minimumCut.
func (query) MinimumCut(ctx context.Context, from, to []graph.ID, targets model.DisruptionTargets, protect []graph.ID, capacityProperty *string, costs []session.Cost, scope *model.Scope, first int, atLeast *string) (model.MinimumCut, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.MinimumCut{}, err
	}
	cut, err := d.Session.MinimumCut(ctx, session.CutQuery{
		FlowQuery:  session.FlowQuery{From: from, To: to, Capacity: text(capacityProperty), First: first, Scope: scopeOf(scope)},
		AmongLinks: targets == model.DisruptionTargetsLinks, Protect: protect, Costs: costs,
	})
	if err != nil {
		return model.MinimumCut{}, err
	}
	out := model.MinimumCut{
		Value: cut.Value, NearFrom: d.elements(cut.NearFrom), NearTo: d.elements(cut.NearTo),
		NearFromTotal: cut.NearFromTotal, NearToTotal: cut.NearToTotal, Unique: cut.Unique,
		TruncatedBecause: optional(cut.TruncatedBecause), ComputedOn: computedOn(cut.ComputedOn),
	}
	d.expectChoices([][]session.Choice{cut.NearFrom, cut.NearTo})
	if cut.OpenPath != nil {
		open := *cut.OpenPath
		open.Cost = float64(len(open.Links))
		out.OpenPath = &d.paths([]session.Route{open})[0]
	}
	return out, nil
}

func (d door) elements(set []session.Choice) []model.CutElement {
	elements := make([]model.CutElement, len(set))
	for i, c := range set {
		elements[i] = model.CutElement{Ref: model.Ref{ID: c.Entity, Door: d.Loader}}
		if c.Link != nil {
			link := model.LinkOf(c.Link, d.Loader)
			elements[i].Link = &link
		}
	}
	return elements
}

// chains announces what routes name and returns them.
func (d door) chains(routes []session.Route) []model.Chain {
	chains := make([]model.Chain, len(routes))
	var entities []graph.ID
	var links []session.LinkView
	for i, r := range routes {
		entities, links = append(entities, r.Entities...), append(links, r.Links...)
		chains[i] = model.Chain{EntityIDs: r.Entities, LinkViews: r.Links, Door: d.Loader}
	}
	d.Expect(entities...)
	d.ExpectLinks(links)
	return chains
}

func (d door) paths(routes []session.Route) []model.Path {
	paths := make([]model.Path, len(routes))
	for i, c := range d.chains(routes) {
		paths[i] = model.Path{Chain: c, Cost: routes[i].Cost}
	}
	return paths
}

// MaximumFlow resolves Query.maximumFlow.
func (query) MaximumFlow(ctx context.Context, from, to []graph.ID, capacityProperty *string, scope *model.Scope, first int, atLeast *string) (model.MaximumFlow, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.MaximumFlow{}, err
	}
	f, err := d.Session.MaximumFlow(ctx, session.FlowQuery{From: from, To: to, Capacity: text(capacityProperty), First: first, Scope: scopeOf(scope)})
	if err != nil {
		return model.MaximumFlow{}, err
	}
	out := model.MaximumFlow{
		Value: f.Value, TotalLinks: f.TotalLinks, TotalPaths: f.TotalPaths,
		TruncatedBecause: optional(f.TruncatedBecause), ComputedOn: computedOn(f.ComputedOn),
	}
	links := make([]session.LinkView, len(f.Links))
	for i, l := range f.Links {
		links[i] = l.Link
		out.Links = append(out.Links, model.LinkFlow{
			Link: model.LinkOf(&links[i], d.Loader), Amount: l.Amount,
			Ends: [2]model.Ref{{ID: l.From, Door: d.Loader}, {ID: l.To, Door: d.Loader}},
		})
		d.Expect(l.From, l.To)
	}
	d.ExpectLinks(links)
	for i, c := range d.chains(f.Paths) {
		out.Paths = append(out.Paths, model.FlowPath{Chain: c, Amount: f.Paths[i].Cost})
	}
	return out, nil
}

// Connectivity resolves Query.connectivity.
func (query) Connectivity(ctx context.Context, from, to []graph.ID, scope *model.Scope, first int, atLeast *string) (model.Connectivity, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.Connectivity{}, err
	}
	c, err := d.Session.Connectivity(ctx, session.FlowQuery{From: from, To: to, First: first, Scope: scopeOf(scope)})
	if err != nil {
		return model.Connectivity{}, err
	}
	return model.Connectivity{
		Links: c.Links, Entities: c.Entities, LinkDisjointPaths: d.paths(c.LinkDisjoint), EntityDisjointPaths: d.paths(c.EntityDisjoint),
		TruncatedBecause: optional(c.TruncatedBecause), ComputedOn: computedOn(c.ComputedOn),
	}, nil
}

// Reliability resolves Query.reliability.
func (query) Reliability(ctx context.Context, from, to []graph.ID, dependence model.LinkDependence, approximation *model.Approximation, scope *model.Scope, atLeast *string) (model.PathReliability, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.PathReliability{}, err
	}
	how, err := approximationOf(approximation)
	if err != nil {
		return model.PathReliability{}, err
	}
	r, err := d.Session.Reliability(ctx, session.ReliabilityQuery{
		From: from, To: to, BySource: dependence == model.LinkDependenceSource, Approximation: how, Scope: scopeOf(scope),
	})
	if err != nil {
		return model.PathReliability{}, err
	}
	return model.PathReliability{Probability: r.Probability, Low: r.Low, High: r.High, ComputedOn: computedOn(r.ComputedOn)}, nil
}

// Dominators resolves Query.dominators.
func (query) Dominators(ctx context.Context, from, to []graph.ID, scope *model.Scope, first int, after, atLeast *string) (model.DominatorConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.DominatorConnection{}, err
	}
	list, on, err := d.Session.Dominators(ctx, from, to, scopeOf(scope), page(first, after))
	if err != nil {
		return model.DominatorConnection{}, err
	}
	expect(d, list.Items, func(p session.Dominator) graph.ID { return p.ID })
	return model.DominatorConnection{ComputedOn: computedOn(on), Connection: model.Page(list, func(p session.Dominator) model.Dominator {
		return model.Dominator{
			Ref: model.Ref{ID: p.ID, Door: d.Loader}, Rank: p.Rank,
			Before: model.Ref{ID: p.Above, Door: d.Loader}, Dominated: p.Dominated,
		}
	})}, nil
}

// Components resolves Query.components.
func (query) Components(ctx context.Context, strong bool, scope *model.Scope, first int, after, atLeast *string) (model.ComponentConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.ComponentConnection{}, err
	}
	list, on, err := d.Session.Components(ctx, strong, scopeOf(scope), page(first, after))
	if err != nil {
		return model.ComponentConnection{}, err
	}
	return model.ComponentConnection{ComputedOn: computedOn(on), Connection: model.Page(list, func(p session.Part) model.Component {
		return model.Component{Part: p, Door: d.Loader}
	})}, nil
}

// Blocks resolves Query.blocks.
func (query) Blocks(ctx context.Context, scope *model.Scope, first int, after, atLeast *string) (model.BlockConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.BlockConnection{}, err
	}
	list, on, err := d.Session.Blocks(ctx, scopeOf(scope), page(first, after))
	if err != nil {
		return model.BlockConnection{}, err
	}
	return model.BlockConnection{ComputedOn: computedOn(on), Connection: model.Page(list, func(p session.Part) model.Block {
		return model.Block{Component: model.Component{Part: p, Door: d.Loader}}
	})}, nil
}

// MinimumCutTree resolves Query.minimumCutTree.
func (query) MinimumCutTree(ctx context.Context, capacityProperty *string, scope *model.Scope, first int, after, atLeast *string) (model.CutTreeConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.CutTreeConnection{}, err
	}
	list, on, err := d.Session.MinimumCutTree(ctx, text(capacityProperty), scopeOf(scope), page(first, after))
	if err != nil {
		return model.CutTreeConnection{}, err
	}
	expect(d, list.Items, func(c session.CutTreeLink) graph.ID { return c.A })
	expect(d, list.Items, func(c session.CutTreeLink) graph.ID { return c.B })
	return model.CutTreeConnection{ComputedOn: computedOn(on), Connection: model.Page(list, func(c session.CutTreeLink) model.CutTreeLink {
		return model.CutTreeLink{Ref: model.Ref{ID: c.A, Door: d.Loader}, Other: model.Ref{ID: c.B, Door: d.Loader}, Cost: c.Cost}
	})}, nil
}
