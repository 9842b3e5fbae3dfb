package neo4j

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// change notes what happens to an item.
func (t *adoption) change(i int, known graph.Markings) change {
	what := created
	if known != nil {
		what = updated
	}
	t.outcomes[i] = outcomeOf(what)
	return what
}

func (t *adoption) takeRecord(i int, replaces bool) {
	r, h := t.strays[i].Record, handleOf(t.strays[i])
	what := t.change(i, h.markings)
	if what == updated {
		old := *r
		old.Markings = h.markings
		t.touched = append(t.touched, h.markings)
		t.keepRecord(&old, h.revision)
	}
	item := t.codec.recordProperties(r)
	item[propRevision] = int64(t.revision)
	putText(item, propKeys, storedKeys(t.keys[i]))
	row := parameters{"id": r.ID.String(), "element": h.element, "item": item}
	t.nodes[r.Kind] = append(t.nodes[r.Kind], row)
	if replaces {
		t.replaced = append(t.replaced, row)
	}
	t.touched = append(t.touched, r.Markings)
	t.items.records = append(t.items.records, changedItem{r.ID, what, r.Markings})
}

func (t *adoption) takeLink(i int) {
	l, h := t.strays[i].Link, handleOf(t.strays[i])
	what := t.change(i, h.markings)
	if what == updated {
		old := *l
		old.Markings = h.markings
		t.joined = append(t.joined, touchedLink{h.markings, l.From, l.To})
		t.keepLink(&old, h.revision)
	}
	item := t.codec.linkProperties(l)
	item[propRevision] = int64(t.revision)
	t.edges = append(t.edges, parameters{"element": h.element, "item": item})
	t.datasets[l.Dataset].holds(l.Kind)
	t.joined = append(t.joined, touchedLink{l.Markings, l.From, l.To})
	t.items.links = append(t.items.links, changedItem{l.ID, what, l.Markings})
}

func lost(id graph.ID) graph.Header {
	return graph.Header{ID: id, Confidence: 1, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant}
}

// lostName is the name of a deleted record of which nothing is known.
const lostName = "(deleted in the database)"

// takeGone logs a deletion. The version that it ends has the content of the one
// before, if there is one.
func (t *adoption) takeGone(i int, kept map[string]any) {
	h := handleOf(t.strays[i])
	t.outcomes[i] = store.Deleted
	gone := changedItem{h.id, deleted, h.markings}
	kind := text(kept["_kind"])
	if !t.link() {
		r, known := t.codec.record(kept, graph.Kind(kind))
		if !known {
			r = graph.Record{Header: lost(h.id), Kind: graph.UnknownKind, Name: lostName}
		}
		r.Markings = h.markings
		t.keepRecord(&r, h.revision)
		t.touched = append(t.touched, h.markings)
		t.items.records = append(t.items.records, gone)
		return
	}
	t.lost = true
	from, _ := graph.ParseID(text(kept["_from"]))
	to, _ := graph.ParseID(text(kept["_to"]))
	l, known := t.codec.link(kept, graph.LinkKind(kind), from, to)
	if known {
		t.joined = append(t.joined, touchedLink{h.markings, from, to})
	} else { // its ends are not known: it is signed by itself, and leads from nowhere to nowhere
		t.touched = append(t.touched, h.markings)
		l = graph.Link{Header: lost(h.id), Kind: graph.LinkedTo, From: h.id, To: h.id, At: graph.NoInstant}
	}
	l.Markings = h.markings
	t.keepLink(&l, h.revision)
	t.items.links = append(t.items.links, gone)
}

func (t *adoption) keepRecord(r *graph.Record, since graph.Revision) {
	item := t.codec.recordProperties(r)
	item["_class"], item["_kind"], item[propRevision], item["_until"] = "record", string(r.Kind), int64(since), int64(t.revision)
	t.versions = append(t.versions, item)
}

func (t *adoption) keepLink(l *graph.Link, since graph.Revision) {
	item := t.codec.linkProperties(l)
	item["_class"], item["_kind"], item[propRevision], item["_until"] = "link", string(l.Kind), int64(since), int64(t.revision)
	item["_from"], item["_to"] = l.From.String(), l.To.String()
	t.versions = append(t.versions, item)
}

// writeAll writes what was taken.
func (t *adoption) writeAll(ctx context.Context) error {
	o := &orders{ctx: ctx, t: t.transaction}
	o.rows(writeVersions, t.versions)
	if len(t.replaced) > 0 {
		o.rows(moveStarts, t.replaced)
		o.rows(moveEnds, t.replaced)
		o.rows(dropReplaced, t.replaced)
	}
	each(t.nodes, func(k graph.Kind, rows []any) { o.rows(t.probes.adoptNodes[k], rows) })
	o.rows(adoptLinks, t.edges)
	unlock := unlockNodes
	if t.link() {
		unlock = unlockLinks
	}
	o.run(unlock, parameters{"elements": t.left})
	if t.lost {
		o.run(dropUnlinked, parameters{})
	}
	if o.err != nil {
		return o.err
	}
	if err := t.endMarkings(ctx); err != nil {
		return err
	}
	return t.writeDatasets(ctx)
}

var _ store.Adopter = (*Driver)(nil)
