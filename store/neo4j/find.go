package neo4j

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// node is what is there of a record, or a placeholder.
type node struct {
	kind     graph.Kind
	sum      int64
	markings graph.Markings
	missing  bool
}

// edge is what is there of a link.
type edge struct {
	kind     graph.LinkKind
	sum      int64
	markings graph.Markings
	from, to graph.ID
}

// statementRows bounds the rows of one statement.
const statementRows = 10_000

const findRecords cypher = "UNWIND $ids AS id MATCH (n:Entity {id: id}) USING INDEX SEEK n:Entity(id) " +
	"RETURN n.id AS id, labels(n) AS labels, n._rev AS revision, n._sum AS sum, n.markings AS markings"

// nodes returns what is there of ids.
func (t *transaction) nodes(ctx context.Context, ids []graph.ID) (map[graph.ID]node, error) {
	found := make(map[graph.ID]node, len(ids))
	for some := range slices.Chunk(ids, statementRows) {
		rows, err := t.run(ctx, findRecords, parameters{"ids": texts26(some)})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			id, _ := graph.ParseID(text(row.Values[0]))
			n := node{kind: t.codec.kindOf(row.Values[1]), markings: markingsOf(row.Values[4])}
			n.sum, _ = row.Values[3].(int64)
			n.missing = slices.Contains(texts(row.Values[1]), "_Missing")
			if row.Values[2] == nil && !n.missing {
				return nil, graph.Errorf(graph.Conflict, "a node that was made by hand has the ID of a record; run `chokepoint sync` first")
			}
			found[id] = n
		}
	}
	return found, nil
}

// edges returns what is there of ids, which are looked for under the kinds one
// after another.
func (t *transaction) edges(ctx context.Context, ids []graph.ID, kinds []graph.LinkKind) (map[graph.ID]edge, error) {
	found := make(map[graph.ID]edge, len(ids))
	for some := range slices.Chunk(ids, statementRows) {
		for _, kind := range kinds {
			if len(some) == 0 {
				break
			}
			if err := t.edgesOf(ctx, kind, some, found); err != nil {
				return nil, err
			}
			some = slices.DeleteFunc(slices.Clone(some), func(id graph.ID) bool { _, is := found[id]; return is })
		}
	}
	return found, nil
}

func (t *transaction) edgesOf(ctx context.Context, kind graph.LinkKind, ids []graph.ID, into map[graph.ID]edge) error {
	rows, err := t.run(ctx, t.statements.findLinks[kind], parameters{"ids": texts26(ids)})
	if err != nil {
		return err
	}
	for _, row := range rows {
		id, _ := graph.ParseID(text(row.Values[0]))
		e := edge{kind: kind, markings: markingsOf(row.Values[4])}
		e.from, _ = graph.ParseID(text(row.Values[1]))
		e.to, _ = graph.ParseID(text(row.Values[2]))
		e.sum, _ = row.Values[3].(int64)
		into[id] = e
	}
	return nil
}

// planRecords compares the records of the batch with what is there.
func (t *transaction) planRecords(ctx context.Context) error {
	mayHave := t.writer.used.mayHave
	if t.missing { // a placeholder may stand where a record is to be made
		mayHave = func(graph.ID) bool { return true }
	}
	there, err := t.nodes(ctx, t.records.wanted(mayHave))
	if err != nil {
		return err
	}
	for _, position := range t.records.order {
		if err := t.planRecord(position, there); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) planRecord(position int, there map[graph.ID]node) error {
	r := &t.records.items[position]
	if err := t.fit(r.Dataset, t.statements.createRecords[r.Kind] != "", string(r.Kind)); err != nil {
		return err
	}
	properties := t.codec.recordProperties(r)
	before, exists := there[r.ID]
	if exists && !before.missing && before.sum == properties[propSum] {
		return nil
	}
	properties[propRevision] = int64(t.revision)
	if position < len(t.batch.Keys) {
		putText(properties, propKeys, storedKeys(t.batch.Keys[position]))
	}
	what := created
	switch {
	case !exists:
		t.work.create(r.Kind, properties)
	case before.missing:
		t.work.show(r.Kind, properties)
	default:
		what = updated
		t.work.update(before.kind, r.Kind, r.ID, properties)
		t.was(r.ID, before.markings)
	}
	t.records.outcomes[position] = outcomeOf(what)
	t.touched = append(t.touched, r.Markings)
	t.items.records = append(t.items.records, changedItem{r.ID, what, r.Markings})
	return nil
}

func outcomeOf(c change) store.Outcome {
	return [...]store.Outcome{created: store.Created, updated: store.Updated, deleted: store.Deleted}[c]
}

// fit says whether an item may be stored.
func (t *transaction) fit(dataset string, knownKind bool, kind string) error {
	switch {
	case t.datasets[dataset] == nil:
		return graph.Errorf(graph.BadUserInput, "dataset %q is not declared", dataset)
	case !knownKind:
		return graph.Errorf(graph.BadUserInput, "kind %q is not one of the ontology", kind)
	}
	return nil
}

// planLinks compares the links of the batch with what is there. A link is looked
// for under its kind first, then under the others of its dataset.
func (t *transaction) planLinks(ctx context.Context) error {
	there, err := t.linksThere(ctx)
	if err != nil {
		return err
	}
	for _, position := range t.links.order {
		if err := t.planLink(position, there); err != nil {
			return err
		}
	}
	return nil
}

func (t *transaction) linksThere(ctx context.Context) (map[graph.ID]edge, error) {
	type place struct {
		dataset string
		kind    graph.LinkKind
	}
	wanted := map[place][]graph.ID{}
	for _, position := range t.links.order {
		if l := &t.links.items[position]; t.writer.used.mayHave(l.ID) {
			wanted[place{l.Dataset, l.Kind}] = append(wanted[place{l.Dataset, l.Kind}], l.ID)
		}
	}
	there := map[graph.ID]edge{}
	for at, ids := range wanted {
		d := t.datasets[at.dataset]
		if d == nil {
			continue // planLink refuses it
		}
		kinds := slices.Clone(d.kinds)
		slices.SortStableFunc(kinds, func(a, b graph.LinkKind) int { return rank(a == at.kind) - rank(b == at.kind) })
		found, err := t.edges(ctx, ids, kinds)
		if err != nil {
			return nil, err
		}
		for id, e := range found {
			there[id] = e
		}
	}
	return there, nil
}

func rank(first bool) int {
	if first {
		return 0
	}
	return 1
}

func (t *transaction) planLink(position int, there map[graph.ID]edge) error {
	l := &t.links.items[position]
	if err := t.fit(l.Dataset, t.statements.createLinks[l.Kind] != "", string(l.Kind)); err != nil {
		return err
	}
	properties := t.codec.linkProperties(l)
	before, exists := there[l.ID]
	if exists && before.sum == properties[propSum] {
		return nil
	}
	properties[propRevision] = int64(t.revision)
	what := created
	if exists {
		what = updated
		t.joined = append(t.joined, touchedLink{before.markings, before.from, before.to})
		t.work.keep(before.kind, l.ID)
	}
	if exists && before.kind == l.Kind && before.from == l.From && before.to == l.To {
		t.work.amend(l.Kind, properties)
	} else {
		if exists {
			t.work.cut(before.kind, l.ID, before.from, before.to)
		}
		t.work.join(l, properties)
		t.datasets[l.Dataset].holds(l.Kind)
	}
	t.links.outcomes[position] = outcomeOf(what)
	t.joined = append(t.joined, touchedLink{l.Markings, l.From, l.To})
	t.items.links = append(t.items.links, changedItem{l.ID, what, l.Markings})
	return nil
}

// planDeletes finds what the batch deletes.
func (t *transaction) planDeletes(ctx context.Context) error {
	if len(t.batch.Deletes) == 0 {
		return nil
	}
	ids := slices.Clone(t.batch.Deletes)
	slices.SortFunc(ids, graph.ID.Compare)
	ids = slices.DeleteFunc(slices.Compact(ids), func(id graph.ID) bool { return !t.writer.used.mayHave(id) })
	nodes, err := t.nodes(ctx, ids)
	if err != nil {
		return err
	}
	rest := slices.DeleteFunc(slices.Clone(ids), func(id graph.ID) bool { n, is := nodes[id]; return is && !n.missing })
	edges, err := t.edges(ctx, rest, t.kindsInUse())
	if err != nil {
		return err
	}
	done := map[graph.ID]bool{}
	for _, id := range ids {
		if n, is := nodes[id]; is && !n.missing {
			done[id] = true
			t.deleteRecord(id, n)
		} else if e, is := edges[id]; is {
			done[id] = true
			t.deleteLink(id, e)
		}
	}
	for _, id := range t.batch.Deletes {
		outcome := store.Missing
		if done[id] {
			outcome = store.Deleted
			done[id] = false
		}
		t.deletes = append(t.deletes, outcome)
	}
	sortItems(t.items.records)
	sortItems(t.items.links)
	return nil
}

func sortItems(list []changedItem) {
	slices.SortFunc(list, func(a, b changedItem) int { return a.id.Compare(b.id) })
}

func (t *transaction) kindsInUse() (kinds []graph.LinkKind) {
	for _, d := range t.datasets {
		kinds = append(kinds, d.kinds...)
	}
	slices.Sort(kinds)
	return slices.Compact(kinds)
}

func (t *transaction) deleteRecord(id graph.ID, n node) {
	t.work.hide(n.kind, id)
	t.was(id, n.markings)
	t.items.records = append(t.items.records, changedItem{id, deleted, n.markings})
}

// was notes how a record was marked before: as its node is and, in case that was
// edited by hand, as the log knows it, which is what viewers were shown.
func (t *transaction) was(id graph.ID, markings graph.Markings) {
	t.touched = append(t.touched, markings)
	if logged := t.writer.ends[id]; logged != nil {
		t.touched = append(t.touched, logged)
	}
}

func (t *transaction) deleteLink(id graph.ID, e edge) {
	t.work.keep(e.kind, id)
	t.work.cut(e.kind, id, e.from, e.to)
	t.joined = append(t.joined, touchedLink{e.markings, e.from, e.to})
	t.items.links = append(t.items.links, changedItem{id, deleted, e.markings})
}
