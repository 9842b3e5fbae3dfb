package neo4j

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// writer is what this process knows of the store while it writes: which IDs were
// ever used, and how records are marked. It follows the log, so that it stays true
// beside other writers.
type writer struct {
	revision graph.Revision // up to which it has read the log
	used     idFilter
	// ends holds the marking sets of records, nil for those that do not exist: a link
	// is signed with those of its ends.
	ends map[graph.ID]graph.Markings
	sets map[string]graph.Markings // each marking set once
}

// maxEnds bounds how many records are remembered: 64 MB or so.
const maxEnds = 1 << 20

// catchUpPage is how many log entries are read at once: an entry of an import has
// some 200 kB of items.
const catchUpPage = 100

const readItems cypher = "MATCH (l:_Log) WHERE l.revision > $after AND l.revision <= $until " +
	"RETURN l.revision AS revision, l.items AS items ORDER BY l.revision LIMIT $limit"

// catchUp reads what was committed since, up to the revision.
func (w *writer) catchUp(ctx context.Context, t *transaction, until graph.Revision) error {
	for w.revision < until {
		rows, err := t.run(ctx, readItems, parameters{"after": int64(w.revision), "until": int64(until), "limit": catchUpPage})
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return errLog
		}
		for _, row := range rows {
			packed, _ := row.Values[1].([]byte)
			items, err := unpack(packed)
			if err != nil {
				return err
			}
			w.learn(&items)
			revision, _ := row.Values[0].(int64)
			w.revision = graph.Revision(revision)
		}
	}
	return nil
}

// learn takes in what a revision changed.
func (w *writer) learn(items *changedItems) {
	for _, item := range items.records {
		if item.change == created {
			w.used.add(item.id)
		}
		if item.change == deleted {
			w.remember(item.id, nil)
		} else {
			w.remember(item.id, item.markings)
		}
	}
	for _, item := range items.links {
		if item.change == created {
			w.used.add(item.id)
		}
	}
}

func (w *writer) remember(id graph.ID, m graph.Markings) {
	if w.ends == nil || len(w.ends) >= maxEnds {
		w.ends = make(map[graph.ID]graph.Markings)
	}
	w.ends[id] = w.share(m)
}

// share returns a copy of m that equal sets share.
func (w *writer) share(m graph.Markings) graph.Markings {
	if m == nil {
		return nil
	}
	var buf [256]byte
	key := appendMarkings(buf[:0], m)
	if known, ok := w.sets[string(key)]; ok {
		return known
	}
	if w.sets == nil {
		w.sets = map[string]graph.Markings{}
	}
	own := slices.Clone(m)
	w.sets[string(key)] = own
	return own
}
