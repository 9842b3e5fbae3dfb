package neo4j

import (
	"context"
	"slices"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// writer is what this process knows of the store while it writes: which IDs were
// ever used, and how records are marked. It follows the log, so that it stays true
// beside other writers.
type writer struct {
	begun    bool
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

const readItems cypher = "MATCH (l:_Log) USING INDEX SEEK l:_Log(revision) WHERE l.revision > $after AND l.revision <= $until " +
	"RETURN l.revision AS revision, l.items AS items ORDER BY l.revision LIMIT $limit"

// runner runs a statement.
type runner func(context.Context, cypher, parameters) ([]*neo4j.Record, error)

// begin reads the whole log, once, before the head is locked: other writers need not
// wait for that.
func (w *writer) begin(ctx context.Context, run runner) error {
	for !w.begun {
		read, err := w.follow(ctx, run, store.Latest)
		if err != nil {
			return err
		}
		w.begun = read < catchUpPage
	}
	return nil
}

// catchUp reads what was committed since, up to the revision.
func (w *writer) catchUp(ctx context.Context, run runner, until graph.Revision) error {
	for w.revision < until {
		read, err := w.follow(ctx, run, until)
		if err != nil {
			return err
		}
		if read == 0 {
			return errLog
		}
	}
	return nil
}

// follow reads the next entries of the log and returns how many.
func (w *writer) follow(ctx context.Context, run runner, until graph.Revision) (read int, err error) {
	rows, err := run(ctx, readItems, parameters{"after": int64(w.revision), "until": int64(until), "limit": catchUpPage})
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		packed, _ := row.Values[1].([]byte)
		items, err := unpack(packed)
		if err != nil {
			return 0, err
		}
		w.learn(&items)
		w.revision = graph.Revision(integer(row.Values[0]))
	}
	return len(rows), nil
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
