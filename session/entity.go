package session

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
)

// LinkView is a link as the viewer sees it: From and To are IDs of entities.
type LinkView struct {
	graph.Link
	// DerivedBy names the rule that derived it from the items in Support; both are
	// empty for a link that a source states.
	DerivedBy string
	Support   []graph.ID
	// Sketch says that the store is away, and with it what it alone knows: amount,
	// currency, unit, properties and source.
	Sketch bool
}

// Entities returns the entities that these IDs of records name, position by
// position, nil where one is missing or hidden. One store call. While the store is
// away they are sketches: what memory knows of them, without records, aliases and
// properties.
func (s *Session) Entities(ctx context.Context, ids []graph.ID) ([]*graph.Entity, error) {
	if s.memory {
		return s.remembered(ctx, ids)
	}
	entities, err := s.whole(ctx, ids)
	if !isAway(err) || ctx.Err() != nil {
		return entities, err
	}
	return s.sketches(ids), nil
}

func (s *Session) sketches(ids []graph.ID) []*graph.Entity {
	entities, sketches := make([]*graph.Entity, len(ids)), make([]graph.Entity, len(ids))
	for i, id := range ids {
		if e, ok := s.view.Entity(id); ok {
			sketches[i] = s.view.Sketch(e)
			entities[i] = &sketches[i]
		}
	}
	return entities
}

// remembered is Entities of a session without the store, which alone knows what
// entities without a name are called.
func (s *Session) remembered(ctx context.Context, ids []graph.ID) ([]*graph.Entity, error) {
	entities := s.sketches(ids)
	var nameless []graph.ID
	for _, e := range entities {
		if e != nil && e.Name == "" {
			nameless = append(nameless, e.ID)
		}
	}
	if nameless == nil {
		return entities, nil
	}
	named, err := s.remembering(false).Entities(ctx, nameless)
	if err != nil {
		return nil, err
	}
	for i, e := range entities {
		if e != nil && e.Name == "" {
			entities[i], named = named[0], named[1:]
		}
	}
	return entities, nil
}

// DatasetsOf returns the datasets of an entity's records, in order. It reads no store.
func (s *Session) DatasetsOf(id graph.ID) []string {
	e, ok := s.view.Entity(id)
	if !ok {
		return nil
	}
	return s.view.DatasetsOf(e)
}

// whole returns entities with all that the store says of them.
func (s *Session) whole(ctx context.Context, ids []graph.ID) ([]*graph.Entity, error) {
	members := make([][]graph.ID, len(ids))
	var wanted []graph.ID
	for i, id := range ids {
		if e, ok := s.view.Entity(id); ok {
			members[i] = s.view.Members(e)
			wanted = append(wanted, members[i]...)
		}
	}
	records, err := s.records(ctx, wanted)
	if err != nil {
		return nil, err
	}
	entities := make([]*graph.Entity, len(ids))
	for i, own := range members {
		said := make([]graph.Record, 0, len(own))
		for _, id := range own {
			if r, ok := records[id]; ok {
				said = append(said, r)
			}
		}
		if len(said) > 0 {
			e := graph.Fuse(said)
			entities[i] = &e
		}
	}
	return entities, nil
}

// records reads visible records by ID.
func (s *Session) records(ctx context.Context, ids []graph.ID) (map[graph.ID]graph.Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	slices.SortFunc(ids, graph.ID.Compare)
	records, err := s.service.store.Records(ctx, s.viewer.Clearance, slices.Compact(ids), s.at)
	if err != nil {
		return nil, err
	}
	byID := make(map[graph.ID]graph.Record, len(records))
	for _, r := range records {
		byID[r.ID] = r
	}
	return byID, nil
}

// StoredLinks returns the stored links with these IDs, position by position, nil
// where one is missing or hidden or has an end that is. Identity judgements are
// not among them. One store call. While the store is away they are sketches.
func (s *Session) StoredLinks(ctx context.Context, ids []graph.ID) ([]*LinkView, error) {
	if s.memory {
		return sketched(ids, s.view.SketchLink), nil
	}
	views := make([]*LinkView, len(ids))
	links, err := s.links(ctx, ids)
	if isAway(err) && ctx.Err() == nil {
		return sketched(ids, s.view.SketchLink), nil
	}
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if l, ok := links[id]; ok && !l.Kind.IsJudgement() {
			from, to, _ := s.view.FindLink(id)
			l.From, l.To = s.view.ID(from), s.view.ID(to)
			views[i] = &LinkView{Link: l}
		}
	}
	return views, nil
}

// sketched returns what memory knows of links.
func sketched[T any](links []T, sketch func(T) (graph.Link, bool)) []*LinkView {
	views, sketches := make([]*LinkView, len(links)), make([]LinkView, len(links))
	for i, link := range links {
		if l, ok := sketch(link); ok {
			sketches[i] = LinkView{Link: l, Sketch: true}
			views[i] = &sketches[i]
		}
	}
	return views
}

// links reads visible links, judgements too, with the ends that the source names.
func (s *Session) links(ctx context.Context, ids []graph.ID) (map[graph.ID]graph.Link, error) {
	visible := make([]graph.ID, 0, len(ids))
	for _, id := range ids {
		if _, _, ok := s.view.FindLink(id); ok {
			visible = append(visible, id)
		}
	}
	if len(visible) == 0 {
		return nil, nil
	}
	slices.SortFunc(visible, graph.ID.Compare)
	links, err := s.service.store.Links(ctx, s.viewer.Clearance, slices.Compact(visible), s.at)
	if err != nil {
		return nil, err
	}
	byID := make(map[graph.ID]graph.Link, len(links))
	for _, l := range links {
		byID[l.ID] = l
	}
	return byID, nil
}

// LinkQuery asks for a page of an entity's links.
type LinkQuery struct {
	Kinds   []graph.LinkKind // none means all
	Out, In bool             // seen from the entity
	Page    Page
}

// LinkPages returns a page of stored links, by ID, of each of these entities,
// position by position. One store call.
func (s *Session) LinkPages(ctx context.Context, entities []graph.ID, q LinkQuery) ([]Paged[*LinkView], error) {
	scope := projection.AnyTime()
	scope.LinkKinds = q.Kinds
	scoped := s.view.Scoped(scope)
	pages := make([]Paged[*LinkView], len(entities))
	listed := make([]Paged[projection.LinkAt], len(entities))
	var all []projection.LinkAt
	for i, id := range entities {
		e, ok := s.view.Entity(id)
		if !ok {
			continue
		}
		l := listing{operation: "links", arguments: digested([]any{s.view.ID(e), q.Kinds, q.Out, q.In})}
		page, err := pageOf(s, l, scoped.LinksOf(e, q.Out, q.In), func(l projection.LinkAt) position { return position{id: l.ID} }, q.Page)
		if err != nil {
			return nil, err
		}
		listed[i] = page
		all = append(all, page.Items...)
	}
	views, err := s.linksAt(ctx, all)
	if err != nil {
		return nil, err
	}
	for i, page := range listed {
		n := len(page.Items)
		pages[i] = Paged[*LinkView]{Items: views[:n:n], Cursor: page.Cursor, HasNextPage: page.HasNextPage, HasPreviousPage: page.HasPreviousPage, Total: page.Total}
		if slices.Contains(pages[i].Items, nil) {
			pages[i] = withoutMissing(pages[i])
		}
		views = views[n:]
	}
	return pages, nil
}

// linksAt is StoredLinks of links that were listed, which memory need not find.
func (s *Session) linksAt(ctx context.Context, listed []projection.LinkAt) ([]*LinkView, error) {
	if s.memory {
		return sketched(listed, s.view.SketchLinkAt), nil
	}
	ids := make([]graph.ID, len(listed))
	for i, l := range listed {
		ids[i] = l.ID
	}
	return s.StoredLinks(ctx, ids)
}

// withoutMissing returns a page without the items that are nil.
func withoutMissing(page Paged[*LinkView]) Paged[*LinkView] {
	var items []*LinkView
	var of []int // the place of each on the page
	for i, view := range page.Items {
		if view != nil {
			items, of = append(items, view), append(of, i)
		}
	}
	cursor := page.Cursor
	page.Items, page.Cursor = items, func(i int) string { return cursor(of[i]) }
	return page
}

// LinkCounts counts the links of an entity by kind and direction, in that order,
// leaving before reaching. It reads no store.
func (s *Session) LinkCounts(id graph.ID) []projection.LinkCount {
	e, ok := s.view.Entity(id)
	if !ok {
		return nil
	}
	return s.view.Scoped(projection.AnyTime()).LinkCounts(e)
}

// Judgements returns, for each of these entities, the identity judgements about its
// records, by ID; their ends are records. One store call.
func (s *Session) Judgements(ctx context.Context, entities []graph.ID) (map[graph.ID][]graph.Link, error) {
	about := map[graph.ID][]graph.ID{}
	var all []graph.ID
	for _, id := range entities {
		if e, ok := s.view.Entity(id); ok {
			about[id] = s.view.Judgements(e)
			all = append(all, about[id]...)
		}
	}
	links, err := s.links(ctx, all)
	if err != nil {
		return nil, err
	}
	out := make(map[graph.ID][]graph.Link, len(about))
	for id, ids := range about {
		for _, judgement := range ids {
			if l, ok := links[judgement]; ok {
				out[id] = append(out[id], l)
			}
		}
	}
	return out, nil
}

// Support returns the visible records and links with these IDs, each by ID.
func (s *Session) Support(ctx context.Context, ids []graph.ID) ([]graph.Record, []graph.Link, error) {
	ids = slices.Clone(ids)
	slices.SortFunc(ids, graph.ID.Compare)
	ids = slices.Compact(ids)
	var named []graph.ID
	for _, id := range ids {
		if _, ok := s.view.Entity(id); ok {
			named = append(named, id)
		}
	}
	byID, err := s.records(ctx, slices.Clone(named))
	if err != nil {
		return nil, nil, err
	}
	records := make([]graph.Record, 0, len(named))
	for _, id := range named {
		if r, ok := byID[id]; ok {
			records = append(records, r)
		}
	}
	stated, err := s.links(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	links := make([]graph.Link, 0, len(stated))
	for _, id := range ids {
		if l, ok := stated[id]; ok {
			links = append(links, l)
		}
	}
	return records, links, nil
}

// Is says what an ID names: an entity, a stored link, or neither. It reads no
// store.
func (s *Session) Is(id graph.ID) (entity, link bool) {
	if _, ok := s.view.Entity(id); ok {
		return true, false
	}
	_, _, link = s.view.FindLink(id)
	return false, link
}
