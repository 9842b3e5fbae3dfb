package neo4j

import (
	"context"
	"maps"
	"slices"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// Texts of an adoption. Elements are locked before they are read, since who writes
// by hand does not take our lock.
const (
	lockNodes cypher = "UNWIND $elements AS element MATCH (n) WHERE elementId(n) = element SET n._lock = true " +
		"RETURN elementId(n) AS element, labels(n) AS labels, properties(n) AS item"
	lockLinks cypher = "UNWIND $elements AS element MATCH (a)-[r]->(b) WHERE elementId(r) = element SET r._lock = true " +
		"RETURN elementId(r) AS element, type(r) AS kind, properties(r) AS item, labels(a) AS starts, a.id AS start, labels(b) AS ends, b.id AS end"
	unlockNodes cypher = "UNWIND $elements AS element MATCH (n) WHERE elementId(n) = element REMOVE n._lock"
	unlockLinks cypher = "UNWIND $elements AS element MATCH ()-[r]->() WHERE elementId(r) = element REMOVE r._lock"
	findTwins   cypher = "UNWIND $ids AS id MATCH (n:Entity {id: id}) RETURN id, elementId(n) AS element, n._rev IS NOT NULL AS ours, n:_Missing AND n._rev IS NULL AS missing"
	lastKept    cypher = "UNWIND $ids AS id MATCH (v:_Version {id: id}) WITH id, v ORDER BY v._until WITH id, last(collect(v)) AS v RETURN id, properties(v) AS item"

	writeVersions cypher = "UNWIND $rows AS row CREATE (v:_Version) SET v = row"
	adoptLinks    cypher = "UNWIND $rows AS row MATCH ()-[r]->() WHERE elementId(r) = row.element SET r = row.item"
	// The links of a placeholder move to the record that was made beside it. Types are
	// those that the relationships have.
	moveStarts cypher = "UNWIND $rows AS row MATCH (p:Entity {id: row.id}) WHERE p:_Missing MATCH (n) WHERE elementId(n) = row.element MATCH (p)-[x]->(o) " +
		"WITH n, CASE WHEN o = p THEN n ELSE o END AS o, type(x) AS kind, properties(x) AS item, x DELETE x CREATE (n)-[r:$(kind)]->(o) SET r = item"
	moveEnds cypher = "UNWIND $rows AS row MATCH (p:Entity {id: row.id}) WHERE p:_Missing MATCH (n) WHERE elementId(n) = row.element MATCH (o)-[x]->(p) " +
		"WITH n, o, type(x) AS kind, properties(x) AS item, x DELETE x CREATE (o)-[r:$(kind)]->(n) SET r = item"
	dropReplaced cypher = "UNWIND $rows AS row MATCH (p:Entity {id: row.id}) WHERE p:_Missing AND elementId(p) <> row.element DELETE p"
	dropUnlinked cypher = "MATCH (p:_Missing) WHERE p._rev IS NULL AND NOT EXISTS { (p)--() } DELETE p"
)

// Adopt implements [store.Adopter].
func (d *Driver) Adopt(ctx context.Context, a store.Adoption) (store.Commit, error) {
	return d.once(ctx, func(s neo4j.SessionWithContext, w *writer, attempt *attempts) (store.Commit, error) {
		t := &adoption{
			transaction: newTransaction(d, w, &store.Batch{Who: a.Who, Why: a.Why, At: a.At, Datasets: a.Datasets}),
			strays:      a.Strays, keys: a.Keys, outcomes: make([]store.Outcome, len(a.Strays)), probes: newProbes(d.statements),
			nodes: map[graph.Kind][]any{},
		}
		return d.attempt(ctx, s, "adopt", t.transaction, attempt, func(_ *transaction, ctx context.Context) ([]store.Outcome, error) {
			err := t.adopt(ctx)
			return t.outcomes, err
		})
	})
}

// adoption is a transaction that takes strays in.
type adoption struct {
	*transaction
	probes   *probes
	strays   []*store.Stray
	keys     []string
	outcomes []store.Outcome

	versions, edges, replaced []any
	nodes                     map[graph.Kind][]any
	left                      []string // elements that stay as they are
	lost                      bool     // links are gone
}

func (t *adoption) link() bool { return t.strays[0].IsLink }

func handleOf(stray *store.Stray) handle {
	h, _ := stray.Handle.(handle)
	return h
}

func (t *adoption) adopt(ctx context.Context) error {
	if err := t.outdated(ctx); err != nil {
		return err
	}
	if err := t.lockElements(ctx); err != nil {
		return err
	}
	placeholders, err := t.twins(ctx)
	if err != nil {
		return err
	}
	kept, err := t.lastVersions(ctx)
	if err != nil {
		return err
	}
	for i, stray := range t.strays {
		if h := headerOf(stray); h != nil && t.outcomes[i] == "" {
			if err := t.fit(h.Dataset, true, ""); err != nil {
				return err
			}
		}
		switch {
		case t.outcomes[i] != "":
			t.left = append(t.left, handleOf(stray).element)
		case stray.Record != nil:
			t.takeRecord(i, placeholders[stray.Record.ID])
		case stray.Link != nil:
			t.takeLink(i)
		default:
			t.takeGone(i, kept[stray.ID])
		}
	}
	sortItems(t.items.records)
	sortItems(t.items.links)
	return t.writeAll(ctx)
}

// outdated leaves out what writers changed since it was found.
func (t *adoption) outdated(ctx context.Context) error {
	oldest := t.head
	for _, stray := range t.strays {
		oldest = min(oldest, handleOf(stray).head)
	}
	if oldest == t.head {
		return nil
	}
	rows, err := t.run(ctx, readLedger, parameters{"after": int64(oldest), "until": int64(t.head)})
	if err != nil {
		return err
	}
	newest := map[graph.ID]graph.Revision{}
	for _, row := range rows {
		revision, _ := row.Values[0].(int64)
		packed, _ := row.Values[1].([]byte)
		items, err := unpack(packed)
		if err != nil {
			return err
		}
		for _, item := range slices.Concat(items.records, items.links) {
			newest[item.id] = graph.Revision(revision)
		}
	}
	for i, stray := range t.strays {
		if newest[handleOf(stray).id] > handleOf(stray).head {
			t.outcomes[i] = store.Unchanged
		}
	}
	return nil
}

// lockElements leaves out what is not as it was found.
func (t *adoption) lockElements(ctx context.Context) error {
	var elements []string
	for i, stray := range t.strays {
		if element := handleOf(stray).element; element != "" && t.outcomes[i] == "" {
			elements = append(elements, element)
		}
	}
	if len(elements) == 0 {
		return nil
	}
	text, read := lockNodes, t.foundNode
	if t.link() {
		text, read = lockLinks, t.foundLink
	}
	rows, err := t.run(ctx, text, parameters{"elements": elements})
	if err != nil {
		return err
	}
	now := map[string]int64{}
	for _, row := range rows {
		f := read(row.Values)
		if stray, mark := t.readStray(f, t.link()); stray.Err == nil {
			now[f.element] = mark
		}
	}
	for i, stray := range t.strays {
		h := handleOf(stray)
		if mark, there := now[h.element]; h.element != "" && (!there || mark != h.print) {
			t.outcomes[i] = store.Unchanged
		}
	}
	return nil
}

// twins rejects items whose ID another has, and returns the placeholders in whose
// stead records were made. What is gone must be so still.
func (t *adoption) twins(ctx context.Context) (placeholders map[graph.ID]bool, err error) {
	placeholders = map[graph.ID]bool{}
	others, err := t.sameIDs(ctx, placeholders)
	if err != nil {
		return nil, err
	}
	claimed := map[graph.ID]bool{}
	for i, stray := range t.strays {
		h := headerOf(stray)
		switch {
		case t.outcomes[i] != "":
		case h == nil:
			if slices.ContainsFunc(others[stray.ID], func(o twin) bool { return o.ours }) {
				t.outcomes[i] = store.Unchanged
			}
		case claimed[h.ID] || slices.ContainsFunc(others[h.ID], func(o twin) bool { return o.element != handleOf(stray).element }):
			t.outcomes[i] = store.Rejected
		default:
			claimed[h.ID] = true
		}
	}
	return placeholders, nil
}

// twin is a node or relationship that bears an ID; ours if the store wrote it.
type twin struct {
	element string
	ours    bool
}

// sameIDs returns what bears the IDs of the strays, but for placeholders.
func (t *adoption) sameIDs(ctx context.Context, placeholders map[graph.ID]bool) (map[graph.ID][]twin, error) {
	var ids []graph.ID
	for i, stray := range t.strays {
		id := stray.ID
		if h := headerOf(stray); h != nil {
			id = h.ID
		}
		if t.outcomes[i] == "" && (!t.link() || t.writer.used.mayHave(id)) {
			ids = append(ids, id)
		}
	}
	others := map[graph.ID][]twin{}
	if len(ids) == 0 {
		return others, nil
	}
	texts := []cypher{findTwins}
	if t.link() {
		texts = slices.Collect(maps.Values(t.probes.findCopies))
	}
	for _, text := range texts {
		rows, err := t.run(ctx, text, parameters{"ids": texts26(ids)})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			id, _ := graph.ParseID(textAt(row.Values, 0))
			if row.Values[3] == true {
				placeholders[id] = true
				continue
			}
			others[id] = append(others[id], twin{textAt(row.Values, 1), row.Values[2] == true})
		}
	}
	return others, nil
}

// lastVersions returns the newest past versions of what is gone.
func (t *adoption) lastVersions(ctx context.Context) (map[graph.ID]map[string]any, error) {
	var ids []graph.ID
	for i, stray := range t.strays {
		if headerOf(stray) == nil && t.outcomes[i] == "" {
			ids = append(ids, stray.ID)
		}
	}
	kept := map[graph.ID]map[string]any{}
	if len(ids) == 0 {
		return kept, nil
	}
	rows, err := t.run(ctx, lastKept, parameters{"ids": texts26(ids)})
	for _, row := range rows {
		id, _ := graph.ParseID(textAt(row.Values, 0))
		kept[id], _ = row.Values[1].(map[string]any)
	}
	return kept, err
}
