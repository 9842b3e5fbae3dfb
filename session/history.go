package session

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/store"
)

// Dataset is a source in which the viewer sees something.
type Dataset struct {
	Name, Title    string
	Records, Links int
}

// Datasets returns the sources in which the viewer sees something, by name.
func (s *Session) Datasets(ctx context.Context) ([]Dataset, error) {
	titles, err := s.service.titlesOf(ctx)
	if err != nil {
		return nil, err
	}
	made, err := s.made.get(ctx, s.key(projection.AnyTime(), "datasets", nil), func(context.Context) (any, error) {
		return s.view.Datasets(), nil
	})
	if err != nil {
		return nil, err
	}
	var out []Dataset
	for name, n := range made.(map[string]projection.DatasetCount) {
		out = append(out, Dataset{Name: name, Title: titles[name], Records: n.Records, Links: n.Links})
	}
	slices.SortFunc(out, func(a, b Dataset) int { return cmp.Compare(a.Name, b.Name) })
	return out, nil
}

// titlesOf returns the titles of datasets, as they were last read while the store is
// away.
func (s *Service) titlesOf(ctx context.Context) (map[string]string, error) {
	declared, err := s.store.Datasets(ctx)
	if last := s.titles.Load(); isAway(err) && last != nil {
		return *last, nil
	}
	if err != nil {
		return nil, err
	}
	titles := make(map[string]string, len(declared))
	for _, d := range declared {
		titles[d.Name] = d.Title
	}
	s.titles.Store(&titles)
	return titles, nil
}

// HistoryEntry is one change to one record or link: the item from then on, or for
// a deletion as it was before.
type HistoryEntry struct {
	Token    string
	At       graph.Instant
	Who, Why string
	Outcome  store.Outcome // Created, Updated or Deleted
	Record   *graph.Record
	Link     *graph.Link
}

// dated is a history entry with its place.
type dated struct {
	HistoryEntry
	at position
}

// History returns a page of what happened to the records of an entity, to a record
// that is no more, or to a link, newest first.
func (s *Session) History(ctx context.Context, id graph.ID, page Page) (Paged[HistoryEntry], error) {
	ids := []graph.ID{id}
	if e, ok := s.view.Entity(id); ok {
		ids = s.view.Members(e)
		id = s.view.ID(e)
	}
	var all []dated
	for _, item := range ids {
		entries, err := s.historyOf(ctx, item)
		if err != nil {
			return Paged[HistoryEntry]{}, err
		}
		all = append(all, entries...)
	}
	slices.SortFunc(all, func(a, b dated) int { return a.at.compare(b.at, true) })
	l := listing{operation: "history", arguments: digested(id), descending: true}
	part, err := pageOf(s, l, all, func(d dated) position { return d.at }, page)
	out := Paged[HistoryEntry]{Cursor: part.Cursor, HasNextPage: part.HasNextPage, HasPreviousPage: part.HasPreviousPage, Total: part.Total}
	for _, d := range part.Items {
		out.Items = append(out.Items, d.HistoryEntry)
	}
	return out, err
}

// historyOf lists the visible versions of one item. A link needs both its ends:
// without them it is as if it had never been.
func (s *Session) historyOf(ctx context.Context, id graph.ID) ([]dated, error) {
	versions, err := s.service.store.Versions(ctx, s.viewer.Clearance, id)
	if err != nil {
		return nil, err
	}
	var out []dated
	var last store.Version
	for i, v := range versions {
		if v.Revision > s.at {
			break
		}
		d := dated{HistoryEntry: HistoryEntry{At: v.At, Who: v.Who, Why: v.Why, Record: v.Record, Link: v.Link, Outcome: store.Updated}}
		switch {
		case v.Record == nil && v.Link == nil:
			d.Outcome, d.Record, d.Link = store.Deleted, last.Record, last.Link
		case last.Record == nil && last.Link == nil:
			d.Outcome = store.Created
		}
		last = v
		if l := d.Link; l != nil && !s.seesEnds(l) {
			continue
		}
		version := s.view.VersionAt(v.Revision)
		d.Token = s.token(version)
		if of, _ := s.view.RevisionOf(version); of != v.Revision { // a link that waited for its ends
			d.Token = s.idleToken(version)
		}
		d.at = position{string(binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint64(nil, version), uint32(i))), id}
		out = append(out, d)
	}
	return out, nil
}

func (s *Session) seesEnds(l *graph.Link) bool {
	_, from := s.view.Entity(l.From)
	_, to := s.view.Entity(l.To)
	return from && to
}

// Revision is one write, as far as the viewer sees what it touched.
type Revision struct {
	Token            string
	At               graph.Instant
	Who, Why, Import string
	revision         graph.Revision
}

// Revisions returns a page of the writes that touched something visible, newest
// first. One store call.
func (s *Session) Revisions(ctx context.Context, page Page) (Paged[Revision], error) {
	versions := make([]uint64, s.view.Version())
	for i := range versions {
		versions[i] = uint64(len(versions) - i)
	}
	l := listing{operation: "revisions", descending: true}
	at := func(v uint64) position { return position{primary: string(binary.BigEndian.AppendUint64(nil, v))} }
	part, err := pageOf(s, l, versions, at, page)
	if err != nil {
		return Paged[Revision]{}, err
	}
	revisions := make([]graph.Revision, len(part.Items))
	for i, v := range part.Items {
		revisions[i], _ = s.view.RevisionOf(v)
	}
	entries, err := s.service.store.Entries(ctx, revisions)
	if err != nil {
		return Paged[Revision]{}, err
	}
	byRevision := map[graph.Revision]store.Entry{}
	for _, e := range entries {
		byRevision[e.Revision] = e
	}
	out := Paged[Revision]{Cursor: part.Cursor, HasNextPage: part.HasNextPage, HasPreviousPage: part.HasPreviousPage, Total: part.Total}
	for i, v := range part.Items {
		e := byRevision[revisions[i]]
		out.Items = append(out.Items, Revision{Token: s.token(v), At: e.At, Who: e.Who, Why: e.Why, Import: e.Import, revision: revisions[i]})
	}
	return out, nil
}

// CountChanges counts the visible records and links that a revision changed, once
// for all viewers of the class. One store call.
func (s *Session) CountChanges(ctx context.Context, r Revision) (records, links int, err error) {
	made, err := s.made.get(ctx, s.key(projection.AnyTime(), "changes", r.revision), func(ctx context.Context) (any, error) {
		records, links, err := s.countChanges(ctx, r.revision)
		return tally{records, links}, err
	})
	if err != nil {
		return 0, 0, err
	}
	t := made.(tally)
	return t.nodes, t.links, nil
}

func (s *Session) countChanges(ctx context.Context, r graph.Revision) (records, links int, err error) {
	changes, err := s.service.store.Changes(ctx, s.viewer.Clearance, r)
	if err != nil {
		return 0, 0, err
	}
	for _, c := range changes {
		switch {
		case c.RecordBefore != nil || c.RecordAfter != nil:
			records++
		case c.LinkAfter != nil && s.seesEnds(c.LinkAfter), c.LinkBefore != nil && s.seesEnds(c.LinkBefore):
			links++
		}
	}
	return records, links, nil
}
