package neo4j

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// work is what a batch does to nodes and relationships, by the statements that do
// it.
type work struct {
	created map[graph.Kind][]any // rows
	shown   map[graph.Kind][]any // placeholders that become records
	updated []any
	renamed map[[2]graph.Kind][]string
	kept    []any // versions of records to keep
	hidden  map[graph.Kind][]string

	joined, amended map[graph.LinkKind][]any
	keptLinks, cuts map[graph.LinkKind][]string
	// ends of new links, which must be there, and of what was cut, which may be
	// placeholders without purpose.
	needed, freed map[graph.ID]struct{}
}

func put[K comparable, V any](m *map[K][]V, key K, value V) {
	if *m == nil {
		*m = map[K][]V{}
	}
	(*m)[key] = append((*m)[key], value)
}

func (w *work) create(kind graph.Kind, properties map[string]any) {
	put(&w.created, kind, any(properties))
}

func (w *work) show(kind graph.Kind, properties map[string]any) { put(&w.shown, kind, any(properties)) }

func (w *work) update(before, after graph.Kind, id graph.ID, properties map[string]any) {
	w.kept = append(w.kept, parameters{"id": id.String(), "kind": string(before)})
	w.updated = append(w.updated, properties)
	if before != after {
		put(&w.renamed, [2]graph.Kind{before, after}, id.String())
	}
}

func (w *work) hide(kind graph.Kind, id graph.ID) {
	w.kept = append(w.kept, parameters{"id": id.String(), "kind": string(kind)})
	put(&w.hidden, kind, id.String())
	w.free(id)
}

func (w *work) join(l *graph.Link, properties map[string]any) {
	put(&w.joined, l.Kind, any(parameters{"from": l.From.String(), "to": l.To.String(), "link": properties}))
	if w.needed == nil {
		w.needed = map[graph.ID]struct{}{}
	}
	w.needed[l.From], w.needed[l.To] = struct{}{}, struct{}{}
}

func (w *work) amend(kind graph.LinkKind, properties map[string]any) {
	put(&w.amended, kind, any(properties))
}

func (w *work) keep(kind graph.LinkKind, id graph.ID) { put(&w.keptLinks, kind, id.String()) }

func (w *work) cut(kind graph.LinkKind, id, from, to graph.ID) {
	put(&w.cuts, kind, id.String())
	w.free(from)
	w.free(to)
}

func (w *work) free(id graph.ID) {
	if w.freed == nil {
		w.freed = map[graph.ID]struct{}{}
	}
	w.freed[id] = struct{}{}
}

const (
	keepRecords cypher = "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) USING INDEX SEEK n:Entity(id) CREATE (v:_Version) " +
		"SET v = properties(n), v._class = 'record', v._kind = row.kind, v._until = $revision, v._keys = null"
	updateRecords    cypher = "UNWIND $rows AS row MATCH (n:Entity {id: row.id}) USING INDEX SEEK n:Entity(id) SET n = row"
	makePlaceholders cypher = "UNWIND $ids AS id MERGE (n:Entity {id: id}) ON CREATE SET n:_Missing"
	dropPlaceholders cypher = "UNWIND $ids AS id MATCH (n:Entity {id: id}) USING INDEX SEEK n:Entity(id) WHERE n:_Missing AND NOT EXISTS { (n)--() } DELETE n"
)

// write does the work: nodes before relationships, old before new.
func (t *transaction) write(ctx context.Context) error {
	s, w := t.statements, &t.work
	o := &orders{ctx: ctx, t: t}
	o.rows(keepRecords, w.kept)
	each(w.created, func(k graph.Kind, rows []any) { o.rows(s.createRecords[k], rows) })
	each(w.shown, func(k graph.Kind, rows []any) { o.rows(s.showRecords[k], rows) })
	o.rows(updateRecords, w.updated)
	for kinds, ids := range w.renamed {
		o.ids(s.renameRecords[kinds], ids)
	}
	each(w.hidden, func(k graph.Kind, ids []string) { o.ids(s.hideRecords[k], ids) })
	o.ids(makePlaceholders, texts26(t.absent()))
	each(w.keptLinks, func(k graph.LinkKind, ids []string) { o.ids(s.keepLinks[k], ids) })
	each(w.cuts, func(k graph.LinkKind, ids []string) { o.ids(s.deleteLinks[k], ids) })
	each(w.amended, func(k graph.LinkKind, rows []any) { o.rows(s.updateLinks[k], rows) })
	each(w.joined, func(k graph.LinkKind, rows []any) { o.join(s.createLinks[k], rows) })
	o.ids(dropPlaceholders, texts26(slices.Collect(maps.Keys(w.freed))))
	if o.err != nil {
		return o.err
	}
	return t.writeDatasets(ctx)
}

// absent returns the ends of new links that do not exist as records.
func (t *transaction) absent() (ids []graph.ID) {
	for id := range t.work.needed {
		if t.endOf(id) == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

func each[K cmp.Ordered, V any](m map[K][]V, visit func(K, []V)) {
	for _, key := range slices.Sorted(maps.Keys(m)) {
		visit(key, m[key])
	}
}

// orders runs statements until one fails.
type orders struct {
	ctx context.Context
	t   *transaction
	err error
}

func (o *orders) rows(text cypher, rows []any) {
	for some := range slices.Chunk(rows, statementRows) {
		o.run(text, parameters{"rows": some})
	}
}

func (o *orders) ids(text cypher, ids []string) {
	for some := range slices.Chunk(ids, statementRows) {
		o.run(text, parameters{"ids": some})
	}
}

// errUnjoined says that an end which this process remembers is not there: somebody
// deleted it by hand.
var errUnjoined = errors.New("neo4j: an end of a link is not there")

// join creates links, all of them.
func (o *orders) join(text cypher, rows []any) {
	for some := range slices.Chunk(rows, statementRows) {
		if o.err != nil {
			return
		}
		var made int
		if made, o.err = o.t.create(o.ctx, text, parameters{"rows": some}); o.err == nil && made != len(some) {
			o.err = errUnjoined
		}
	}
}

func (o *orders) run(text cypher, p parameters) {
	if o.err == nil {
		p["revision"] = int64(o.t.revision)
		_, o.err = o.t.run(o.ctx, text, p)
	}
}
