package neo4j

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

const (
	logColumns = " RETURN l.revision AS revision, l.at AS at, l.who AS who, l.why AS why, l.import AS import, " +
		"l.records AS records, l.links AS links, l.signatures AS signatures"

	newestRevision cypher = "MATCH (h:_Head {id: 'head'}) RETURN h.revision AS revision"
	logAfter       cypher = "MATCH (l:_Log) WHERE l.revision > $after WITH l ORDER BY l.revision LIMIT $limit" + logColumns
	logEntries     cypher = "UNWIND $revisions AS revision MATCH (l:_Log {revision: revision})" + logColumns
	logItems       cypher = "MATCH (l:_Log {revision: $revision}) RETURN l.items AS items"
	readDatasets   cypher = "MATCH (d:_Dataset) RETURN d {.name, .title, .ceiling, .kinds} AS dataset"

	// changedPast returns the versions that a revision ended or began.
	changedPast cypher = "UNWIND $ids AS id MATCH (v:_Version {id: id}) " +
		"USING INDEX SEEK v:_Version(id) WHERE v._class = $class AND (v._until = $revision OR v._rev = $revision)" + pastColumns
)

// Head implements [store.Driver].
func (d *Driver) Head(ctx context.Context) (graph.Revision, error) {
	return revisionIn(d.readLatest(ctx, "head", newestRevision, nil))
}

// revisionIn takes the answer to newestRevision.
func revisionIn(rows []*neo4j.Record, err error) (graph.Revision, error) {
	if err != nil {
		return 0, err
	}
	if len(rows) != 1 {
		return 0, errHead
	}
	return graph.Revision(integer(rows[0].Values[0])), nil
}

// Log implements [store.Driver].
func (d *Driver) Log(ctx context.Context, after graph.Revision, limit int) ([]store.Entry, error) {
	if limit <= 0 || after >= store.Latest {
		return nil, nil
	}
	return d.entries(ctx, logAfter, parameters{"after": int64(after), "limit": int64(limit)})
}

// Entries implements [store.Driver].
func (d *Driver) Entries(ctx context.Context, revisions []graph.Revision) ([]store.Entry, error) {
	if len(revisions) > store.MaxIDs {
		return nil, graph.Errorf(graph.BadUserInput, "%d revisions are more than %d", len(revisions), store.MaxIDs)
	}
	if len(revisions) == 0 {
		return nil, nil
	}
	wanted := make([]int64, len(revisions))
	for i, r := range revisions {
		wanted[i] = int64(min(r, store.Latest))
	}
	entries, err := d.entries(ctx, logEntries, parameters{"revisions": wanted})
	if err != nil {
		return nil, err
	}
	found := make(map[graph.Revision]store.Entry, len(entries))
	for _, e := range entries {
		found[e.Revision] = e
	}
	list := make([]store.Entry, 0, len(entries))
	for _, r := range revisions {
		if e, ok := found[r]; ok {
			list = append(list, e)
		}
	}
	return list, nil
}

func (d *Driver) entries(ctx context.Context, statement cypher, p parameters) ([]store.Entry, error) {
	rows, err := d.read(ctx, "log", statement, p)
	if err != nil {
		return nil, err
	}
	entries := make([]store.Entry, len(rows))
	for i, row := range rows {
		if entries[i], err = readEntry(row); err != nil {
			return nil, err
		}
	}
	return entries, nil
}

func readEntry(row *neo4j.Record) (store.Entry, error) {
	v := row.Values
	e := store.Entry{
		Revision: graph.Revision(integer(v[0])), At: instant(v[1]), Who: text(v[2]), Why: text(v[3]), Import: text(v[4]),
		Records: int(integer(v[5])), Links: int(integer(v[6])),
	}
	for _, encoded := range texts(v[7]) {
		var set graph.Markings
		if err := json.NewDecoder(strings.NewReader(encoded)).Decode(&set); err != nil {
			return e, graph.Errorf(graph.Internal, "an entry of the change log of the store cannot be read; restore a backup").Because(err)
		}
		e.Signatures = append(e.Signatures, set)
	}
	return e, nil
}

// Datasets implements [store.Driver].
func (d *Driver) Datasets(ctx context.Context) ([]store.Dataset, error) {
	rows, err := d.read(ctx, "datasets", readDatasets, nil)
	if err != nil {
		return nil, err
	}
	list := make([]store.Dataset, len(rows))
	for i, row := range rows {
		properties, _ := row.Values[0].(map[string]any)
		list[i] = readDataset(properties).Dataset
	}
	slices.SortFunc(list, func(a, b store.Dataset) int { return cmp.Compare(a.Name, b.Name) })
	return list, nil
}

// Changes implements [store.Driver]. What somebody removed from the database by hand
// since counts as deleted by the revision, so that it does not hold up those who
// follow the log.
func (d *Driver) Changes(ctx context.Context, r graph.Revision) ([]store.Change, error) {
	if r > store.Latest {
		return nil, nil
	}
	rows, err := d.read(ctx, "log", logItems, parameters{"revision": int64(r)})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	packed, _ := rows[0].Values[0].([]byte)
	items, err := unpack(packed)
	if err != nil {
		return nil, graph.Errorf(graph.Internal, "an entry of the change log of the store cannot be read; restore a backup").Because(err)
	}
	records, err := changesOf(ctx, d, recordClass, r, items.records)
	if err != nil {
		return nil, err
	}
	links, err := changesOf(ctx, d, linkClass, r, items.links)
	if err != nil {
		return nil, err
	}
	changes := make([]store.Change, 0, len(records)+len(links))
	for _, c := range records {
		changes = append(changes, store.Change{RecordBefore: c.before, RecordAfter: c.after})
	}
	for _, c := range links {
		changes = append(changes, store.Change{LinkBefore: c.before, LinkAfter: c.after})
	}
	return changes, nil
}

// beforeAfter is one changed item.
type beforeAfter[T any] struct{ before, after *T }

// complete says whether all is there that the log speaks of.
func (b beforeAfter[T]) complete(c change) bool {
	return (b.before != nil || c == created) && (b.after != nil || c == deleted)
}

// Pauses before items are looked for again that the log speaks of. The server should
// show all of a revision whose entry it shows; a cluster may be slower.
var changesPauses = []time.Duration{10 * time.Millisecond, 50 * time.Millisecond, 150 * time.Millisecond}

// changesOf returns what became of the items of a revision, in ID order.
func changesOf[T any](ctx context.Context, d *Driver, c *class[T], r graph.Revision, items []changedItem) ([]beforeAfter[T], error) {
	found := make(map[graph.ID]beforeAfter[T], len(items))
	wanted := items
	for try := 0; ; try++ {
		for some := range slices.Chunk(wanted, store.MaxIDs) {
			if err := changesAmong(ctx, d, c, r, some, found); err != nil {
				return nil, err
			}
		}
		var left []changedItem
		for _, item := range wanted {
			if !found[item.id].complete(item.change) {
				left = append(left, item)
			}
		}
		if wanted = left; len(wanted) == 0 || try == len(changesPauses) {
			break
		}
		select {
		case <-ctx.Done():
			return nil, d.problem(ctx, ctx.Err())
		case <-time.After(changesPauses[try]):
		}
	}
	changes := make([]beforeAfter[T], 0, len(items))
	for _, item := range items {
		if b := found[item.id]; b.before != nil || b.after != nil {
			changes = append(changes, b)
		}
	}
	slices.SortFunc(changes, func(a, b beforeAfter[T]) int { return c.changedID(a).Compare(c.changedID(b)) })
	return changes, nil
}

func (c *class[T]) changedID(b beforeAfter[T]) graph.ID {
	if b.after != nil {
		return c.header(b.after).ID
	}
	return c.header(b.before).ID
}

// changesAmong reads the current items before the past ones, so that nothing is
// missed that is changed meanwhile.
func changesAmong[T any](ctx context.Context, d *Driver, c *class[T], r graph.Revision, items []changedItem, into map[graph.ID]beforeAfter[T]) error {
	ids := make([]graph.ID, len(items))
	present := make([]graph.ID, 0, len(items))
	for i, item := range items {
		ids[i] = item.id
		if item.change != deleted {
			present = append(present, item.id)
		}
	}
	l := lookup[T]{d: d, class: c, at: store.Latest, found: make(map[graph.ID]version[T], len(items))}
	if err := l.run(ctx, present); err != nil {
		return err
	}
	rows, err := d.steadily(ctx, "changes", changedPast, parameters{"ids": texts26(ids), "class": c.name, "revision": int64(r)})
	if err != nil {
		return err
	}
	for id, v := range l.found {
		if v.revision == r {
			b := into[id]
			b.after = &v.item
			into[id] = b
		}
	}
	for _, row := range rows {
		v, ok := c.read(d.codec, row)
		if !ok {
			continue
		}
		id := c.header(&v.item).ID
		b := into[id]
		if v.revision == r {
			b.after = &v.item
		}
		if v.until == r {
			b.before = &v.item
		}
		into[id] = b
	}
	return nil
}
