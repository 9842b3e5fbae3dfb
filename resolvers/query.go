package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// Node resolves Query.node.
func (q query) Node(ctx context.Context, id graph.ID, atLeast *string) (model.Node, error) {
	nodes, err := q.Nodes(ctx, []graph.ID{id}, atLeast)
	if err != nil {
		return nil, err
	}
	return nodes[0], nil
}

// Nodes resolves Query.nodes.
func (query) Nodes(ctx context.Context, ids []graph.ID, atLeast *string) ([]model.Node, error) {
	if len(ids) > session.MaxPage {
		return nil, graph.Errorf(graph.BadUserInput, "ids: %d are more than %d", len(ids), session.MaxPage)
	}
	d, err := open(ctx, atLeast, nil)
	if err != nil {
		return nil, err
	}
	links, err := d.StoredLinks(ctx, ids)
	if err != nil {
		return nil, err
	}
	d.Expect(ids...)
	views := make([]session.LinkView, 0, len(ids))
	for _, l := range links {
		if l != nil {
			views = append(views, *l)
		}
	}
	d.ExpectLinks(views)
	nodes := make([]model.Node, len(ids))
	for i, id := range ids {
		if links[i] != nil {
			nodes[i] = model.LinkOf(links[i], d.Loader)
			continue
		}
		e, err := d.Entity(ctx, id)
		if err != nil {
			return nil, err
		}
		if e != nil {
			nodes[i] = model.Wrap(e, d.Loader)
		}
	}
	return nodes, nil
}

// Entity resolves Query.entity.
func (query) Entity(ctx context.Context, id graph.ID, atLeast *string) (model.Entity, error) {
	d, err := open(ctx, atLeast, nil)
	if err != nil {
		return nil, err
	}
	return model.Ref{ID: id, Door: d.Loader}.Entity(ctx)
}

// Entities resolves Query.entities.
func (query) Entities(ctx context.Context, filter *model.EntityFilter, orderBy *model.EntityOrder, first int, after, atLeast *string) (model.EntityConnection, error) {
	d, err := open(ctx, atLeast, nil)
	if err != nil {
		return model.EntityConnection{}, err
	}
	ids, err := d.List(ctx, filterOf(filter), orderOf(orderBy), page(first, after))
	if err != nil {
		return model.EntityConnection{}, err
	}
	d.Expect(ids.Items...)
	if _, err := d.Loader.Entities(ctx, ids.Items); err != nil {
		return model.EntityConnection{}, err
	}
	return model.Page(ids, func(id graph.ID) model.Entity {
		e, _ := d.Entity(ctx, id) // loaded above
		return model.Wrap(e, d.Loader)
	}), nil
}

// Search resolves Query.search.
func (query) Search(ctx context.Context, words string, kinds []graph.Kind, first int, after, atLeast *string) (model.SearchConnection, error) {
	d, err := open(ctx, atLeast, nil)
	if err != nil {
		return model.SearchConnection{}, err
	}
	found, err := d.Search(ctx, words, kinds, page(first, after))
	if err != nil {
		return model.SearchConnection{}, err
	}
	expect(d, found.Items, func(f session.Found) graph.ID { return f.ID })
	return model.Page(found, func(f session.Found) model.SearchHit {
		return model.SearchHit{Ref: model.Ref{ID: f.ID, Door: d.Loader}, Score: f.Score, Matched: f.Matched}
	}), nil
}

// Datasets resolves Query.datasets.
func (query) Datasets(ctx context.Context, atLeast *string) ([]model.Dataset, error) {
	d, err := open(ctx, atLeast, nil)
	if err != nil {
		return nil, err
	}
	found, err := d.Session.Datasets(ctx)
	datasets := make([]model.Dataset, len(found))
	for i, f := range found {
		datasets[i] = model.Dataset{Name: f.Name, Title: optional(f.Title), Records: f.Records, Links: f.Links}
	}
	return datasets, err
}

// Ontology resolves Query.ontology.
func (query) Ontology(ctx context.Context) (model.Ontology, error) {
	d, err := open(ctx, nil, nil)
	if err != nil {
		return model.Ontology{}, err
	}
	return model.Ontology{Ontology: d.Session.Ontology()}, nil
}

// History resolves Query.history.
func (query) History(ctx context.Context, id graph.ID, first int, after, atLeast *string) (model.HistoryConnection, error) {
	d, err := open(ctx, atLeast, nil)
	if err != nil {
		return model.HistoryConnection{}, err
	}
	entries, err := d.Session.History(ctx, id, page(first, after))
	return model.Page(entries, func(e session.HistoryEntry) model.HistoryEntry {
		var record model.Record
		if e.Link != nil {
			record = model.LinkRecordOf(e.Link)
		} else {
			record = model.RecordOf(e.Record)
		}
		return model.HistoryEntry{Revision: e.Token, At: e.At, Who: e.Who, Reason: optional(e.Why), Outcome: model.Outcome(e.Outcome), Record: record}
	}), err
}

// Revisions resolves Query.revisions.
func (query) Revisions(ctx context.Context, first int, after, atLeast *string) (model.RevisionConnection, error) {
	d, err := open(ctx, atLeast, nil)
	if err != nil {
		return model.RevisionConnection{}, err
	}
	revisions, err := d.Session.Revisions(ctx, page(first, after))
	return model.Page(revisions, func(r session.Revision) model.Revision {
		return model.Revision{
			Token: r.Token, At: r.At, Who: r.Who, Reason: optional(r.Why), Import: optional(r.Import),
			Count: func(ctx context.Context) (int, int, error) { return d.CountChanges(ctx, r) },
		}
	}), err
}
