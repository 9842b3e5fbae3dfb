// Package loaders joins the look-ups of one request into few store calls.
//
// The usual data loader waits some time for look-ups to join, which costs latency
// at every level of a query and makes the number of calls a matter of chance. A
// [Loader] knows instead which look-ups belong together: everything that one level
// of an answer may ask for is announced when the level is made, and the first
// look-up fetches for all. So a list of entities with their links and the far
// ends' names costs the same number of store calls however long it is.
package loaders

import (
	"context"
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// Loader is a model.Door to one session. It lives as long as a request and is safe
// for concurrent use: look-ups wait for each other, since most are answered by the
// one before.
type Loader struct {
	session *session.Session

	mu       sync.Mutex
	entities map[graph.ID]loaded
	expected [][]graph.ID           // announced, not yet loaded, by level
	stated   map[graph.ID]statement // what supports links
	supports []graph.ID             // announced, not yet loaded
}

// loaded is what was found by an ID.
type loaded struct {
	entity *graph.Entity // nil for what is missing
	level  *level        // of the entity's own ID
}

// level is what was announced together and will be asked alike.
type level struct {
	ids        []graph.ID
	pages      map[pageKey]model.LinkPage
	judgements map[graph.ID][]graph.Link
}

// aPage is for how many entities there is room at first: most requests ask for one and a
// page of its links.
const aPage = 24

// New returns a Loader on a session.
func New(s *session.Session) *Loader {
	return &Loader{session: s, stated: map[graph.ID]statement{}}
}

// Expect announces the entities of a level; the first that is asked for loads all
// that is announced, the first that is asked for its links loads those of its level.
func (l *Loader) Expect(ids ...graph.ID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.expected = append(l.expected, ids)
}

// ExpectLinks announces the ends of links, as a level, and what supports them.
func (l *Loader) ExpectLinks(links []model.LinkView) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var ends []graph.ID
	for i := range links {
		ends = l.appendEnds(ends, &links[i])
	}
	l.expected = append(l.expected, ends)
}

// appendEnds announces what supports a link, and appends its ends to those of its level.
func (l *Loader) appendEnds(ends []graph.ID, link *model.LinkView) []graph.ID {
	l.supports = append(l.supports, link.Support...)
	return append(ends, link.From, link.To)
}

// Entity implements model.Door.
func (l *Loader) Entity(ctx context.Context, id graph.ID) (*graph.Entity, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	found, err := l.find(ctx, id)
	return found.entity, err
}

// Entities implements model.Door.
func (l *Loader) Entities(ctx context.Context, ids []graph.ID) ([]*graph.Entity, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if slices.ContainsFunc(ids, l.lacks) {
		if err := l.load(ctx, ids); err != nil {
			return nil, err
		}
	}
	found := make([]*graph.Entity, len(ids))
	for i, id := range ids {
		found[i] = l.entities[id].entity
	}
	return found, nil
}

// find returns what an ID stands for.
func (l *Loader) find(ctx context.Context, id graph.ID) (loaded, error) {
	if found, ok := l.entities[id]; ok {
		return found, nil
	}
	err := l.load(ctx, []graph.ID{id})
	return l.entities[id], err
}

// load loads ids and all that is expected with them. What nobody announced is a level
// of its own.
func (l *Loader) load(ctx context.Context, ids []graph.ID) error {
	groups := append(l.expected, ids)
	n := 0
	for _, group := range groups {
		n += len(group)
	}
	if l.entities == nil {
		l.entities = make(map[graph.ID]loaded, max(n, aPage))
	}
	missing, levels := make([]graph.ID, 0, n), make([]*level, 0, n)
	for _, group := range groups {
		together := &level{}
		for _, id := range group {
			if l.lacks(id) {
				l.entities[id] = loaded{} // each once
				missing, levels = append(missing, id), append(levels, together)
			}
		}
	}
	found, err := l.session.Entities(ctx, missing)
	if err != nil {
		for _, id := range missing { // so that a later look-up tries again
			delete(l.entities, id)
		}
		return err
	}
	l.expected = nil
	for i, e := range found {
		if e == nil {
			continue
		}
		own := l.entities[e.ID]
		if own.level == nil {
			own = loaded{e, levels[i]}
			l.entities[e.ID] = own
			own.level.ids = append(own.level.ids, e.ID)
		}
		if missing[i] != e.ID {
			l.entities[missing[i]] = loaded{entity: own.entity}
		}
	}
	return nil
}

// lacks reports whether nobody has looked an entity up.
func (l *Loader) lacks(id graph.ID) bool {
	_, ok := l.entities[id]
	return !ok
}
