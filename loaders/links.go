package loaders

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// levelOf returns what was loaded together with an entity.
func (l *Loader) levelOf(ctx context.Context, id graph.ID) (*level, error) {
	found, err := l.find(ctx, id)
	if err != nil {
		return nil, err
	}
	if found.level != nil {
		return found.level, nil
	}
	return &level{ids: []graph.ID{id}}, nil
}

// pageKey names a page of an entity's links.
type pageKey struct {
	id        graph.ID
	kinds     string
	direction model.Direction
	first     int
	after     string
}

func keyOf(id graph.ID, q model.LinkQuery) pageKey {
	var kinds []byte
	for _, kind := range q.Kinds {
		kinds = append(append(kinds, kind...), 0)
	}
	return pageKey{id, string(kinds), q.Direction, q.First, q.After}
}

// Links implements model.Door: the first call for a query loads the pages of all
// entities of the level. A page that begins after a cursor belongs to one entity.
func (l *Loader) Links(ctx context.Context, id graph.ID, q model.LinkQuery) (model.LinkPage, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	together, err := l.levelOf(ctx, id)
	if err != nil {
		return model.LinkPage{}, err
	}
	key := keyOf(id, q)
	if page, ok := together.pages[key]; ok {
		return page, nil
	}
	ids := together.ids
	if q.After != "" {
		ids = []graph.ID{id}
	}
	pages, err := l.session.LinkPages(ctx, ids, session.LinkQuery{
		Kinds: q.Kinds, Page: session.Page{First: q.First, After: q.After},
		Out: q.Direction != model.DirectionIn, In: q.Direction != model.DirectionOut,
	})
	if err != nil {
		return model.LinkPage{}, err
	}
	l.keep(together, key, ids, pages)
	return together.pages[key], nil
}

// keep keeps pages of the entities of a level, and announces the ends of their links.
func (l *Loader) keep(together *level, key pageKey, ids []graph.ID, pages []model.LinkPage) {
	if together.pages == nil {
		together.pages = make(map[pageKey]model.LinkPage, len(ids))
	}
	n := 0
	for _, page := range pages {
		n += len(page.Items)
	}
	ends := make([]graph.ID, 0, 2*n)
	for i, page := range pages {
		key.id = ids[i]
		together.pages[key] = page
		for _, link := range page.Items {
			ends = l.appendEnds(ends, link)
		}
	}
	l.expected = append(l.expected, ends)
}

// DatasetsOf implements model.Door; it reads no store.
func (l *Loader) DatasetsOf(id graph.ID) []string { return l.session.DatasetsOf(id) }

// LinkCounts implements model.Door; it reads no store.
func (l *Loader) LinkCounts(_ context.Context, id graph.ID) ([]model.LinkCount, error) {
	counts := l.session.LinkCounts(id)
	list := make([]model.LinkCount, len(counts))
	for i, c := range counts {
		list[i] = model.LinkCount{Kind: c.Kind, Direction: model.DirectionIn, Count: c.Count}
		if c.Out {
			list[i].Direction = model.DirectionOut
		}
	}
	return list, nil
}

// Judgements implements model.Door, for all entities of the level at once.
func (l *Loader) Judgements(ctx context.Context, id graph.ID) ([]graph.Link, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	together, err := l.levelOf(ctx, id)
	if err != nil {
		return nil, err
	}
	if together.judgements == nil {
		if together.judgements, err = l.session.Judgements(ctx, together.ids); err != nil {
			return nil, err
		}
	}
	return together.judgements[id], nil
}

// statement is a record or a link, or neither if it is missing.
type statement struct {
	record *graph.Record
	link   *graph.Link
}

// Support implements model.Door, for all links that are announced at once.
func (l *Loader) Support(ctx context.Context, ids []graph.ID) ([]graph.Record, []graph.Link, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.loadSupport(ctx, ids); err != nil {
		return nil, nil, err
	}
	var records []graph.Record
	var links []graph.Link
	for _, id := range slices.Compact(slices.SortedFunc(slices.Values(ids), graph.ID.Compare)) {
		if s := l.stated[id]; s.record != nil {
			records = append(records, *s.record)
		} else if s.link != nil {
			links = append(links, *s.link)
		}
	}
	return records, links, nil
}

func (l *Loader) loadSupport(ctx context.Context, ids []graph.ID) error {
	unknown := func(id graph.ID) bool { _, ok := l.stated[id]; return !ok }
	if !slices.ContainsFunc(ids, unknown) {
		return nil
	}
	wanted := slices.Concat(l.supports, ids)
	records, links, err := l.session.Support(ctx, wanted)
	if err != nil {
		return err
	}
	l.supports = nil
	for _, id := range wanted {
		l.stated[id] = statement{}
	}
	for i := range records {
		l.stated[records[i].ID] = statement{record: &records[i]}
	}
	for i := range links {
		l.stated[links[i].ID] = statement{link: &links[i]}
	}
	return nil
}
