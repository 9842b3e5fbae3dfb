package storetest

import (
	"maps"
	"reflect"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// model is the contract written down as simply as it can be: every state is kept.
type model struct {
	states []modelState // by revision
	log    []store.Entry
}

type modelState struct {
	records map[graph.ID]graph.Record
	links   map[graph.ID]graph.Link
}

func newModel() *model {
	return &model{states: []modelState{{map[graph.ID]graph.Record{}, map[graph.ID]graph.Link{}}}}
}

func (m *model) head() graph.Revision { return graph.Revision(len(m.states) - 1) }

func (m *model) commit(b store.Batch) store.Commit {
	old := m.states[m.head()]
	next := modelState{maps.Clone(old.records), maps.Clone(old.links)}
	var outcomes []store.Outcome
	recordID := func(r *graph.Record) graph.ID { return r.ID }
	linkID := func(l *graph.Link) graph.ID { return l.ID }
	outcomes = append(outcomes, upserts(b.Records, recordID, b.Deletes, next.records)...)
	outcomes = append(outcomes, upserts(b.Links, linkID, b.Deletes, next.links)...)
	for _, id := range b.Deletes {
		_, record := next.records[id]
		_, link := next.links[id]
		delete(next.records, id)
		delete(next.links, id)
		if record || link {
			outcomes = append(outcomes, store.Deleted)
		} else {
			outcomes = append(outcomes, store.Missing)
		}
	}
	changes := difference(old, next)
	if len(changes) == 0 {
		return store.Commit{Revision: m.head(), Outcomes: outcomes}
	}
	m.states = append(m.states, next)
	e := store.Entry{Revision: m.head(), At: b.At, Who: b.Who, Why: b.Why, Import: b.Import, Signatures: next.signatures(changes)}
	for _, c := range changes {
		if c.LinkBefore != nil || c.LinkAfter != nil {
			e.Links++
		} else {
			e.Records++
		}
	}
	m.log = append(m.log, e)
	return store.Commit{Revision: m.head(), Changed: true, Outcomes: outcomes}
}

// upserts applies items to a state; the last of one ID counts.
func upserts[T any](items []T, id func(*T) graph.ID, deletes []graph.ID, into map[graph.ID]T) []store.Outcome {
	last := map[graph.ID]int{}
	for i := range items {
		last[id(&items[i])] = i
	}
	outcomes := make([]store.Outcome, len(items))
	for i := range items {
		outcomes[i] = store.Unchanged
		key := id(&items[i])
		if last[key] != i || slices.Contains(deletes, key) {
			continue
		}
		before, exists := into[key]
		switch {
		case !exists:
			outcomes[i] = store.Created
		case !reflect.DeepEqual(before, items[i]):
			outcomes[i] = store.Updated
		}
		into[key] = items[i]
	}
	return outcomes
}

// difference lists what differs between two states, in the order of Changes.
func difference(before, after modelState) (changes []store.Change) {
	for _, id := range union(before.records, after.records) {
		if c := (store.Change{RecordBefore: at(before.records, id), RecordAfter: at(after.records, id)}); !reflect.DeepEqual(c.RecordBefore, c.RecordAfter) {
			changes = append(changes, c)
		}
	}
	for _, id := range union(before.links, after.links) {
		if c := (store.Change{LinkBefore: at(before.links, id), LinkAfter: at(after.links, id)}); !reflect.DeepEqual(c.LinkBefore, c.LinkAfter) {
			changes = append(changes, c)
		}
	}
	return changes
}

func at[T any](m map[graph.ID]T, id graph.ID) *T {
	if v, ok := m[id]; ok {
		return &v
	}
	return nil
}

func union[T any](a, b map[graph.ID]T) []graph.ID {
	all := slices.AppendSeq(slices.Collect(maps.Keys(a)), maps.Keys(b))
	slices.SortFunc(all, graph.ID.Compare)
	return slices.Compact(all)
}

// signatures are those of changes that led to the state.
func (s modelState) signatures(changes []store.Change) []graph.Markings {
	var all []graph.Markings
	record := func(r *graph.Record) {
		if r != nil {
			all = append(all, r.Markings)
		}
	}
	link := func(l *graph.Link) {
		if l == nil {
			return
		}
		from, hasFrom := s.records[l.From]
		to, hasTo := s.records[l.To]
		if hasFrom && hasTo {
			all = append(all, l.Markings.Union(from.Markings).Union(to.Markings))
		}
	}
	for _, c := range changes {
		record(c.RecordBefore)
		record(c.RecordAfter)
		link(c.LinkBefore)
		link(c.LinkAfter)
	}
	slices.SortFunc(all, func(a, b graph.Markings) int { return slices.Compare(a, b) })
	return slices.CompactFunc(all, func(a, b graph.Markings) bool { return slices.Equal(a, b) })
}

// versions lists the versions of an item.
func (m *model) versions(id graph.ID) (list []store.Version) {
	for r := 1; r < len(m.states); r++ {
		for _, c := range difference(m.states[r-1], m.states[r]) {
			e := m.log[r-1]
			v := store.Version{Revision: e.Revision, At: e.At, Who: e.Who, Why: e.Why, Record: c.RecordAfter, Link: c.LinkAfter}
			if changedID(c) == id {
				list = append(list, v)
			}
		}
	}
	return list
}

func changedID(c store.Change) graph.ID {
	switch {
	case c.RecordBefore != nil:
		return c.RecordBefore.ID
	case c.RecordAfter != nil:
		return c.RecordAfter.ID
	case c.LinkBefore != nil:
		return c.LinkBefore.ID
	}
	return c.LinkAfter.ID
}

// dump lists a state in the order of a scan.
func (s modelState) dump() (out state) {
	for _, id := range union(s.records, nil) {
		out.Records = append(out.Records, s.records[id])
	}
	for _, id := range union(s.links, nil) {
		out.Links = append(out.Links, s.links[id])
	}
	return out
}

// clone copies a record so that nothing is shared with what a callback got.
func clone(r *graph.Record) graph.Record {
	c := *r
	c.Aliases, c.Markings, c.Properties = slices.Clone(r.Aliases), slices.Clone(r.Markings), r.Properties.Clone()
	return c
}

func cloneLink(l *graph.Link) graph.Link {
	c := *l
	c.Markings, c.Properties = slices.Clone(l.Markings), l.Properties.Clone()
	for _, f := range []**float64{&c.Quantity, &c.Weight} {
		if *f != nil {
			v := **f
			*f = &v
		}
	}
	return c
}
