package neo4j

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
)

// logged is what the log says of one item.
type logged struct {
	id       graph.ID
	revision graph.Revision // of the last change
	set      uint32         // marking set after it
	versions uint32         // how many past versions there must be
	alive    bool
	seen     bool // met in the graph
}

// ledger is what the log says of all items whose IDs lie in a span, as of a
// revision.
type ledger struct {
	records, links []logged // in ID order
	sets           []graph.Markings
	numbers        map[string]uint32
	findings       []string
}

// span is a range of IDs, as texts: from ≤ id < to.
type span struct{ from, to string }

// ledgerItems bounds how many changes are held at once, at 40 bytes each.
const ledgerItems = 1 << 20

// spans parts the IDs evenly, which hashes allow, so that of changes in all no span
// has many more than ledgerItems.
func spans(changes int64) []span {
	n := changes/ledgerItems + 1
	list := make([]span, n)
	for i := range n {
		list[i] = span{bound(i, n), bound(i+1, n)}
	}
	return list
}

func bound(i, n int64) string {
	if i == n {
		return "~" // above every ID
	}
	var id graph.ID
	binary.BigEndian.PutUint64(id[:], uint64(i)*(1<<63/uint64(n))*2)
	return id.String()
}

func (s span) holds(id graph.ID) bool {
	text := id.String()
	return s.from <= text && text < s.to
}

const countChanges cypher = "MATCH (l:_Log) WHERE l.revision <= $until RETURN sum(l.records + l.links) AS changes"

func (d *Driver) changesUntil(ctx context.Context, until graph.Revision) (int64, error) {
	rows, err := d.readLatest(ctx, "count changes", countChanges, parameters{"until": int64(until)})
	if err != nil {
		return 0, err
	}
	changes, _ := rows[0].Values[0].(int64)
	return changes, nil
}

const readLedger cypher = "MATCH (l:_Log) WHERE l.revision > $after AND l.revision <= $until RETURN l.revision AS revision, l.items AS items ORDER BY l.revision"

// ledger reads the log up to a revision.
func (d *Driver) ledger(ctx context.Context, within span, until graph.Revision) (*ledger, error) {
	l := &ledger{numbers: map[string]uint32{}}
	err := d.stream(ctx, "read the log", readLedger, parameters{"after": 0, "until": int64(until)}, func(values []any) error {
		packed, _ := values[1].([]byte)
		items, err := unpack(packed)
		if err != nil {
			l.findings = append(l.findings, "log: the items of revision "+textOf(values[0])+" cannot be read")
			return nil //nolint:nilerr // a finding, no failure
		}
		revision, _ := values[0].(int64)
		l.records = l.take(l.records, items.records, within, graph.Revision(revision))
		l.links = l.take(l.links, items.links, within, graph.Revision(revision))
		return nil
	})
	l.records, l.links = fold(l.records), fold(l.links)
	return l, err
}

// take appends the changes within the span, oldest first.
func (l *ledger) take(list []logged, items []changedItem, within span, revision graph.Revision) []logged {
	for _, item := range items {
		if !within.holds(item.id) {
			continue
		}
		e := logged{id: item.id, revision: revision, set: l.number(item.markings), alive: item.change != deleted}
		if item.change != created {
			e.versions = 1
		}
		list = append(list, e)
	}
	return list
}

func (l *ledger) number(m graph.Markings) uint32 {
	var buf [256]byte
	key := appendMarkings(buf[:0], m)
	n, known := l.numbers[string(key)]
	if !known {
		n = uint32(len(l.sets))
		l.sets = append(l.sets, slices.Clone(m))
		l.numbers[string(key)] = n
	}
	return n
}

// fold makes of all changes of an item one entry.
func fold(list []logged) []logged {
	slices.SortFunc(list, func(a, b logged) int { return cmp.Or(a.id.Compare(b.id), cmp.Compare(a.revision, b.revision)) })
	out := list[:0]
	for _, e := range list {
		if n := len(out); n > 0 && out[n-1].id == e.id {
			e.versions += out[n-1].versions
			out[n-1] = e
		} else {
			out = append(out, e)
		}
	}
	return out
}

func lookUp(list []logged, id graph.ID) *logged {
	i, found := slices.BinarySearchFunc(list, id, func(e logged, id graph.ID) int { return e.id.Compare(id) })
	if !found {
		return nil
	}
	return &list[i]
}

// settled returns the newest revision, once every commit up to it can be seen in
// full: it takes the lock that writers hold until theirs can. Where this user may
// not write, it is the newest that can be seen.
func (d *Driver) settled(ctx context.Context) (head graph.Revision, err error) {
	err = d.transact(ctx, "settle", bolt.WriteTimeout, func(tx neo4j.ManagedTransaction) error {
		if err := run(ctx, tx, lockHead, parameters{"token": "settle"}); err != nil {
			return err
		}
		result, err := tx.Run(ctx, string(newestRevision), nil)
		if err != nil {
			return err
		}
		head, err = revisionIn(result.Collect(ctx))
		return err
	})
	if graph.CodeOf(err) != graph.Forbidden {
		return head, err
	}
	return d.Head(ctx)
}

// since adds to touched the items that revisions after `after` changed, and returns
// the newest of these.
func (d *Driver) since(ctx context.Context, after graph.Revision, touched map[graph.ID]struct{}) (graph.Revision, error) {
	head, err := d.settled(ctx)
	if err != nil || head == after {
		return after, err
	}
	return head, d.stream(ctx, "read the log", readLedger, parameters{"after": int64(after), "until": int64(head)}, func(values []any) error {
		packed, _ := values[1].([]byte)
		items, err := unpack(packed)
		for _, list := range [2][]changedItem{items.records, items.links} {
			for _, item := range list {
				touched[item.id] = struct{}{}
			}
		}
		return err
	})
}

// stream hands every row of a reading statement to visit while they come. It
// does not try twice, since visit has seen some by then.
func (d *Driver) stream(ctx context.Context, operation string, text cypher, p parameters, visit func(values []any) error) error {
	if d.closed.Load() {
		return graph.Errorf(graph.Unavailable, "the store is closed")
	}
	return d.problem(ctx, d.server.Do(ctx, neo4j.AccessModeWrite, func(s neo4j.SessionWithContext) error {
		result, err := s.Run(ctx, string(text), p, bolt.Named(operation, streamTime))
		if err != nil {
			return err
		}
		for result.Next(ctx) {
			if err := visit(result.Record().Values); err != nil {
				return err
			}
		}
		return result.Err()
	}))
}

// streamTime bounds one pass over the whole store.
const streamTime = 60 * populationTime
