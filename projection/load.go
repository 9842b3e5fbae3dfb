package projection

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// load scans the state at a revision into a snapshot with an empty delta.
func load(ctx context.Context, feed Feed, dict *dictionary, at graph.Revision) (*Snapshot, error) {
	b := newBuilder()
	judgements := map[graph.ID]linkRow{}
	revision, err := feed.Scan(ctx, "", at,
		func(r *graph.Record) error {
			b.nodes.append(dict.nodeRow(r))
			return nil
		},
		func(l *graph.Link) error {
			row := dict.linkRow(l)
			row.from, row.to = b.end(l.From), b.end(l.To)
			if l.Kind.IsJudgement() {
				judgements[l.ID] = row
			} else {
				b.link(&row)
			}
			return nil
		})
	if err != nil {
		return nil, err
	}
	s := &Snapshot{revision: revision, judgements: judgements}
	s.settle(b, dict.nodeClasses, dict.linkClasses)
	if s.log, err = readLog(ctx, feed, dict, revision); err != nil {
		return nil, err
	}
	s.read(dict)
	return s, nil
}

// settle gives the snapshot the base that b collected. Ghosts get their final
// index only then, so the ends of judgements are looked up anew.
func (s *Snapshot) settle(b *builder, nodeClasses []nodeClass, linkClasses []linkClass) {
	ends := make(map[graph.ID][2]graph.ID, len(s.judgements))
	for id, row := range s.judgements {
		ends[id] = [2]graph.ID{b.endID(row.from), b.endID(row.to)}
	}
	s.base = b.build(nodeClasses, linkClasses)
	s.delta = newDelta(s.base.numLinks())
	for id, row := range s.judgements {
		row.from, _ = s.base.node(ends[id][0])
		row.to, _ = s.base.node(ends[id][1])
		s.judgements[id] = row
	}
}

// readLog reads the change log up to a revision.
func readLog(ctx context.Context, feed Feed, dict *dictionary, until graph.Revision) ([]logEntry, error) {
	var log []logEntry
	for after := graph.Revision(0); after < until; {
		entries, err := feed.Log(ctx, after, logPage)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 {
			return nil, errLate
		}
		for _, e := range entries {
			if e.Revision <= until {
				log = append(log, dict.logEntry(e))
			}
		}
		after = entries[len(entries)-1].Revision
	}
	return log, nil
}

// compacted returns a snapshot with the same content and an empty delta.
func (s *Snapshot) compacted() *Snapshot {
	b := newBuilder()
	renumber := make([]uint32, s.numNodes())
	starts := s.base.starts()
	named := s.namedByLinks(starts)
	s.eachNode(func(i uint32) bool {
		if named.has(i) || s.nodeClass(i) != 0 { // a ghost that nothing names is gone
			renumber[i] = uint32(len(b.nodes.id))
			b.nodes.append(s.node(i))
		}
		return true
	})
	s.eachLink(func(i uint32) bool {
		var row linkRow
		if added := s.added(i); added != nil {
			row = *added
		} else {
			row = s.base.links.row(int(i))
		}
		from, to := s.endsOf(i, starts)
		row.from, row.to = renumber[from], renumber[to]
		b.link(&row)
		return true
	})
	out := &Snapshot{
		revision: s.revision, judgements: make(map[graph.ID]linkRow, len(s.judgements)),
		log: slices.Clone(s.log),
	} // both lines of descent append to their own
	for id, row := range s.judgements {
		row.from, row.to = renumber[row.from], renumber[row.to]
		out.judgements[id] = row
	}
	out.kinds, out.linkKinds, out.datasets = s.kinds, s.linkKinds, s.datasets
	out.nodeClasses, out.linkClasses, out.markings, out.sets = s.nodeClasses, s.linkClasses, s.markings, s.sets
	out.addedByID = func() []uint32 { return nil }
	out.settle(b, s.nodeClasses, s.linkClasses)
	return out
}

// namedByLinks returns the nodes that links and judgements name as an end.
func (s *Snapshot) namedByLinks(starts []uint32) bitset {
	named := newBitset(s.numNodes())
	for i := range uint32(s.numLinks()) {
		if !s.delta.dead.has(i) {
			from, to := s.endsOf(i, starts)
			named.set(from)
			named.set(to)
		}
	}
	for _, row := range s.judgements {
		named.set(row.from)
		named.set(row.to)
	}
	return named
}

// At builds the snapshot of a past revision by a scan of that state. It is not
// kept: whoever asks again should hold it. A revision that is still to come is an
// error with code NOT_FOUND.
func (p *Projection) At(ctx context.Context, r graph.Revision) (*Snapshot, error) {
	switch now := p.Current(); {
	case r == now.revision:
		return now, nil
	case r > now.revision:
		return nil, graph.Errorf(graph.NotFound, "this revision does not exist yet")
	}
	return load(ctx, p.feed, newDictionary(), r)
}

var _ Feed = store.Driver(nil)
