package model

import (
	"context"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// ChangeEvent is one write, told to who waits for it; or Err, which ends that.
type ChangeEvent struct {
	session.Changed
	Door Door
	// Expect announces the entities of changes that are to be shown.
	Expect func(ids ...graph.ID)
	// LinksNow looks up links as they are now, nil for those that are no more.
	LinksNow func(ctx context.Context, ids []graph.ID) ([]*LinkView, error)
	Err      error
}

// Revision returns the token after which to go on.
func (e ChangeEvent) Revision() (string, error) { return e.Token, e.Err }

// Reason says why it was written.
func (e ChangeEvent) Reason() *string { return optional(e.Why) }

// Import names the import that wrote it.
func (e ChangeEvent) Import() *string { return optional(e.Changed.Import) }

// Records counts the changed records.
func (e ChangeEvent) Records() int { return len(e.Changed.Changes) - e.Links() }

// Links counts the changed links.
func (e ChangeEvent) Links() int {
	n := 0
	for _, c := range e.Changed.Changes {
		if c.Link != nil {
			n++
		}
	}
	return n
}

// Changes lists the first changes.
func (e ChangeEvent) Changes(first int) ([]Change, error) {
	if first < 0 || first > session.MaxPage {
		return nil, graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", first, session.MaxPage)
	}
	shown := e.Changed.Changes[:min(first, len(e.Changed.Changes))]
	changes, links := make([]Change, len(shown)), &linksNow{find: e.LinksNow}
	for i := range shown {
		changes[i] = Change{change: shown[i], door: e.Door, links: links}
		switch {
		case shown[i].Record != nil:
			e.Expect(shown[i].Record.ID)
		case Outcome(shown[i].Outcome) != OutcomeDeleted:
			changes[i].link = len(links.ids)
			links.ids = append(links.ids, shown[i].Link.ID)
		}
	}
	return changes, nil
}

// linksNow looks up the links of an event when the first of them is asked for.
type linksNow struct {
	ids  []graph.ID
	find func(ctx context.Context, ids []graph.ID) ([]*LinkView, error)

	mu    sync.Mutex
	found []*LinkView
}

func (l *linksNow) at(ctx context.Context, i int) (*LinkView, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.found == nil {
		found, err := l.find(ctx, l.ids)
		if err != nil {
			return nil, err
		}
		l.found = found
	}
	return l.found[i], nil
}

// Change is one changed record or link.
type Change struct {
	change session.Change
	door   Door
	links  *linksNow
	link   int // its place among them
}

// Outcome says what became of it.
func (c Change) Outcome() Outcome { return Outcome(c.change.Outcome) }

// Record returns what is stated from then on, or was until then.
func (c Change) Record() Record {
	if c.change.Link != nil {
		return LinkRecordOf(c.change.Link)
	}
	return RecordOf(c.change.Record)
}

// Entity looks up the entity that a record is of.
func (c Change) Entity(ctx context.Context) (Entity, error) {
	if c.change.Record == nil {
		return nil, nil
	}
	return Ref{c.change.Record.ID, c.door}.Entity(ctx)
}

// Link looks up a link as it is now.
func (c Change) Link(ctx context.Context) (*Link, error) {
	if c.change.Link == nil || c.Outcome() == OutcomeDeleted {
		return nil, nil
	}
	view, err := c.links.at(ctx, c.link)
	if view == nil || err != nil {
		return nil, err
	}
	link := LinkOf(view, c.door)
	return &link, nil
}
