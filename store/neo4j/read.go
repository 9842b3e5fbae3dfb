package neo4j

import (
	"cmp"
	"context"
	"slices"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Records implements [store.Driver] in one round trip; see find.
func (d *Driver) Records(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Record, error) {
	return find(ctx, d, recordClass, ids, at)
}

// Links implements [store.Driver] in one round trip; see find.
func (d *Driver) Links(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Link, error) {
	return find(ctx, d, linkClass, ids, at)
}

// find reads items by ID. It asks once more, and rarely twice, for items that may
// have been changing when they were read, or that were not found.
func find[T any](ctx context.Context, d *Driver, c *class[T], ids []graph.ID, at graph.Revision) ([]T, error) {
	if len(ids) > store.MaxIDs {
		return nil, graph.Errorf(graph.BadUserInput, "%d IDs are more than %d", len(ids), store.MaxIDs)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	l := lookup[T]{d: d, class: c, at: min(at, store.Latest), found: make(map[graph.ID]version[T], len(ids))}
	if err := l.run(ctx, ids); err != nil {
		return nil, err
	}
	items := make([]T, 0, len(l.found))
	for _, id := range ids {
		if v, ok := l.found[id]; ok {
			items = append(items, v.item)
		}
	}
	return items, nil
}

// lookup finds the versions that some items have at a revision.
type lookup[T any] struct {
	d        *Driver
	class    *class[T]
	at       graph.Revision
	standing *standing
	found    map[graph.ID]version[T]
}

// passes bounds how often an item is read that fits its checksum in no pass and
// differs in each.
const passes = 4

func (l *lookup[T]) run(ctx context.Context, ids []graph.ID) (err error) {
	if len(ids) == 0 {
		return nil
	}
	if l.standing, err = l.d.stood(ctx); err != nil {
		return err
	}
	for pass := range passes {
		before := make(map[graph.ID]version[T], len(ids))
		for _, id := range ids {
			if v, ok := l.found[id]; ok {
				before[id] = v
				delete(l.found, id)
			}
		}
		if err := l.pass(ctx, ids, pass == 0); err != nil {
			return err
		}
		if ids = l.doubtful(ids, before, pass); len(ids) == 0 {
			return nil
		}
		if pass == 0 { // a kind may have come into use
			if l.standing, err = l.d.look(ctx); err != nil {
				return err
			}
		}
	}
	return nil
}

// doubtful returns those of ids that are to be read again: what fits no checksum,
// unless it did so in the same way before, which tells of an edit by hand; and what
// was not found at first, though it may have been somewhere else at that moment. A
// record is always in its place unless its past is asked for.
func (l *lookup[T]) doubtful(ids []graph.ID, before map[graph.ID]version[T], pass int) (again []graph.ID) {
	inPlace := l.at == store.Latest && l.class.name == recordClass.name
	for _, id := range ids {
		v, found := l.found[id]
		if found {
			earlier, was := before[id]
			if !v.fits && (!was || earlier.sum != v.sum) {
				again = append(again, id)
			}
		} else if pass == 0 && !inPlace {
			again = append(again, id)
		}
	}
	return again
}

// pass asks once. Of the current and a past version that fit the revision both, the
// past one counts: the other was read while it was written.
func (l *lookup[T]) pass(ctx context.Context, ids []graph.ID, hinted bool) error {
	readers := l.class.readers(l.standing)
	statement, p := readers.current, parameters{"ids": l.wanted(ids, hinted)}
	if l.at < store.Latest {
		statement, p["at"], p["class"] = readers.asOf, int64(l.at), l.class.name
	}
	if statement == "" { // no kind is in use
		return nil
	}
	rows, err := l.d.steadily(ctx, l.class.name+"s", statement, p)
	if err != nil {
		return err
	}
	for _, row := range rows {
		v, ok := l.class.read(l.d.codec, row)
		if !ok || v.revision > l.at {
			continue
		}
		id := l.class.header(&v.item).ID
		if earlier, is := l.found[id]; !is || v.until > earlier.until {
			l.found[id] = v
		}
		if v.until == 0 {
			l.d.hint(&v.item)
		}
	}
	return nil
}

// wanted lists the IDs by the kinds under which to look for them.
func (l *lookup[T]) wanted(ids []graph.ID, hinted bool) map[string]any {
	all := texts26(ids)
	by := map[string]any{"all": all}
	if l.class.name == recordClass.name {
		return by
	}
	lists := map[graph.LinkKind][]string{}
	for i := range ids {
		if kind, ok := l.d.hints.kind(&ids[i]); ok && hinted {
			name := l.d.statements.linkKinds[kind]
			lists[name] = append(lists[name], all[i])
			continue
		}
		for _, kind := range l.standing.kinds {
			lists[kind] = append(lists[kind], all[i])
		}
	}
	for kind, list := range lists {
		by[string(kind)] = list
	}
	return by
}

// hint remembers the kind of a link.
func (d *Driver) hint(item any) {
	if l, is := item.(*graph.Link); is {
		if n, known := d.statements.kindNumbers[l.Kind]; known {
			d.hints.put(&l.ID, n)
		}
	}
}

// vanished is the server's answer when something was deleted while a statement read
// it. To read again helps.
const vanished = "Neo.ClientError.Statement.EntityNotFound"

// steadily is read, again if something vanished meanwhile.
func (d *Driver) steadily(ctx context.Context, operation string, text cypher, p parameters) (rows []*neo4j.Record, err error) {
	for range passes {
		rows, err = d.read(ctx, operation, text, p)
		if err == nil || bolt.CodeOf(err) != vanished {
			break
		}
	}
	return rows, err
}

const pastOf cypher = "MATCH (v:_Version {id: $id}) WHERE v._class = $class" + pastColumns

// Versions implements [store.Driver].
func (d *Driver) Versions(ctx context.Context, id graph.ID) ([]store.Version, error) {
	records, err := versionsOf(ctx, d, recordClass, id)
	if err != nil {
		return nil, err
	}
	if len(records) > 0 {
		return dated(ctx, d, records, func(v *store.Version, r *graph.Record) { v.Record = r })
	}
	links, err := versionsOf(ctx, d, linkClass, id)
	if err != nil {
		return nil, err
	}
	return dated(ctx, d, links, func(v *store.Version, l *graph.Link) { v.Link = l })
}

// versionsOf returns all versions of an item, oldest first. The current one is read
// first: if that has become a past one meanwhile, it begins again.
func versionsOf[T any](ctx context.Context, d *Driver, c *class[T], id graph.ID) (versions []version[T], err error) {
	for range passes {
		l := lookup[T]{d: d, class: c, at: store.Latest, found: map[graph.ID]version[T]{}}
		if err := l.run(ctx, []graph.ID{id}); err != nil {
			return nil, err
		}
		rows, err := d.steadily(ctx, "versions", pastOf, parameters{"id": id.String(), "class": c.name})
		if err != nil {
			return nil, err
		}
		versions = versions[:0]
		for _, row := range rows {
			if v, ok := c.read(d.codec, row); ok {
				versions = append(versions, v)
			}
		}
		slices.SortFunc(versions, func(a, b version[T]) int { return cmp.Compare(a.revision, b.revision) })
		current, exists := l.found[id]
		if !exists {
			return versions, nil
		}
		if len(versions) == 0 || versions[len(versions)-1].until <= current.revision {
			return append(versions, current), nil
		}
	}
	return versions, nil
}

// dated adds who made each version, and the deletions: a version that ends where no
// other begins.
func dated[T any](ctx context.Context, d *Driver, list []version[T], put func(*store.Version, *T)) ([]store.Version, error) {
	var versions []store.Version
	var revisions []graph.Revision
	add := func(revision graph.Revision, item *T) {
		v := store.Version{Revision: revision}
		if item != nil {
			put(&v, item)
		}
		versions, revisions = append(versions, v), append(revisions, revision)
	}
	for i := range list {
		add(list[i].revision, &list[i].item)
		if until := list[i].until; until != 0 && (i+1 == len(list) || list[i+1].revision != until) {
			add(until, nil)
		}
	}
	entries := make(map[graph.Revision]store.Entry, len(revisions))
	for some := range slices.Chunk(revisions, store.MaxIDs) {
		found, err := d.Entries(ctx, some)
		if err != nil {
			return nil, err
		}
		for i := range found {
			entries[found[i].Revision] = found[i]
		}
	}
	for i := range versions {
		e, ok := entries[versions[i].Revision]
		if !ok {
			return nil, graph.Errorf(graph.Internal, "the change log of the store has a gap; restore a backup").Because(errLog)
		}
		versions[i].At, versions[i].Who, versions[i].Why = e.At, e.Who, e.Why
	}
	return versions, nil
}
