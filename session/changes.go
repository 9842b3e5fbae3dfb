package session

import (
	"context"
	"errors"
	"slices"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/store"
)

// Change is one changed record or link: as it was written, or for a deletion as it
// was before. One of Record and Link is set.
type Change struct {
	Outcome store.Outcome // Created, Updated or Deleted, as far as the viewer sees
	Record  *graph.Record
	Link    *graph.Link
}

// Changed is a write with what it changed: records, then links, each by id.
type Changed struct {
	Revision
	Changes []Change
}

// ChangeFilter says which changes are wanted; the zero value wants all.
type ChangeFilter struct {
	// Of are entities, of which a change tells, or of which a link has one as an end;
	// none means any.
	Of []graph.ID
	// Scope narrows records and links; of a link both ends must be in scope. Its layer
	// must be that of stored links.
	Scope projection.Scope
}

// Changes follows the change log for one viewer, one write after the other. It holds
// no state of the graph, and nothing waits in it: who is slow is late, and reads the
// rest of the log later.
type Changes struct {
	service *Service
	viewer  access.Viewer
	filter  ChangeFilter
	version uint64 // the last one told of
}

// Changes begins after the revision of a token, or for "" after what the session
// shows.
func (s *Session) Changes(ctx context.Context, after string, filter ChangeFilter) (*Changes, error) {
	if filter.Scope.Layer != projection.All {
		return nil, graph.Errorf(graph.BadUserInput, "scope.projection: changes are of records and links as they are stored; leave it out")
	}
	if err := errors.Join(checkScope(filter.Scope), notEmpty("of", filter.Of)); err != nil {
		return nil, err
	}
	c := &Changes{service: s.service, viewer: s.viewer, filter: filter, version: s.view.Version()}
	if after == "" {
		return c, nil
	}
	version, err := s.versionOf(after)
	if err != nil {
		return nil, err
	}
	if _, err := s.AtLeast(ctx, after); err != nil {
		return nil, err
	}
	c.version = version
	return c, nil
}

// Next waits for the next write that changed something that the viewer sees and
// wants, and returns it with a session that shows it. What the viewer may not see
// leaves no trace: tokens follow each other as if only visible writes had been.
func (c *Changes) Next(ctx context.Context) (Changed, *Session, error) {
	for {
		news := c.service.projection.News()
		s, err := c.service.Session(ctx, c.viewer)
		if err != nil {
			return Changed{}, nil, err
		}
		for c.version < s.view.Version() {
			next, err := s.changed(ctx, c.version+1, c.filter)
			if err != nil {
				return Changed{}, nil, err
			}
			c.version++
			if len(next.Changes) > 0 {
				return next, s, nil
			}
		}
		select {
		case <-ctx.Done():
			return Changed{}, nil, ctx.Err()
		case <-news:
		}
	}
}

// changed returns what is wanted of the write behind a version. Two store calls, once
// for all viewers of the class.
func (s *Session) changed(ctx context.Context, version uint64, filter ChangeFilter) (Changed, error) {
	made, err := s.made.get(ctx, s.key(projection.AnyTime(), "changed", version), func(ctx context.Context) (any, error) {
		return s.allChanged(ctx, version)
	})
	if err != nil {
		return Changed{}, err
	}
	all := *made.(*Changed)
	scoped := s.view.Scoped(filter.Scope)
	wanted := all.Changes[:0:0]
	for _, change := range all.Changes {
		if s.wants(scoped, filter, change) {
			wanted = append(wanted, change)
		}
	}
	all.Changes = wanted
	return all, nil
}

func (s *Session) allChanged(ctx context.Context, version uint64) (*Changed, error) {
	revision, _ := s.view.RevisionOf(version)
	entries, err := s.service.store.Entries(ctx, []graph.Revision{revision})
	if err != nil {
		return nil, err
	}
	if len(entries) == 0 {
		return nil, errStale
	}
	e := entries[0]
	all := &Changed{Revision: Revision{Token: s.token(version), At: e.At, Who: e.Who, Why: e.Why, Import: e.Import, revision: revision}}
	changes, err := s.service.store.Changes(ctx, s.viewer.Clearance, revision)
	if err != nil {
		return nil, err
	}
	for _, c := range changes {
		change := Change{Outcome: store.Updated, Record: c.RecordAfter, Link: c.LinkAfter}
		switch {
		case c.RecordAfter == nil && c.LinkAfter == nil:
			change = Change{Outcome: store.Deleted, Record: c.RecordBefore, Link: c.LinkBefore}
		case c.RecordBefore == nil && c.LinkBefore == nil:
			change.Outcome = store.Created
		}
		if change.Link == nil || s.seesEnds(change.Link) {
			all.Changes = append(all.Changes, change)
		}
	}
	return all, nil
}

// size estimates the memory of a cached write.
func (c *Changed) size() int64 { return int64(1+len(c.Changes)) << 10 }

func (s *Session) wants(scoped *projection.Scoped, filter ChangeFilter, c Change) bool {
	if l := c.Link; l != nil {
		return filter.Scope.AdmitsLink(l) && !slices.Contains(filter.Scope.Without, l.ID) &&
			(len(filter.Of) == 0 || s.isAmong(filter.Of, l.From) || s.isAmong(filter.Of, l.To)) &&
			s.inScope(scoped, l.From) && s.inScope(scoped, l.To)
	}
	id, scope := c.Record.ID, filter.Scope
	return scope.AdmitsRecord(c.Record) && (len(filter.Of) == 0 || s.isAmong(filter.Of, id)) &&
		(scope.Within == nil || s.isAmong(scope.Within, id)) && !s.isAmong(scope.Without, id)
}

func (s *Session) inScope(scoped *projection.Scoped, id graph.ID) bool {
	e, ok := s.view.Entity(id)
	if !ok {
		return false
	}
	_, ok = scoped.Node(e)
	return ok
}

// isAmong says whether one of the ids names the record or the entity it belongs to.
func (s *Session) isAmong(ids []graph.ID, record graph.ID) bool {
	e, ok := s.view.Entity(record)
	return slices.ContainsFunc(ids, func(id graph.ID) bool {
		other, found := s.view.Entity(id)
		return id == record || ok && found && e == other
	})
}
