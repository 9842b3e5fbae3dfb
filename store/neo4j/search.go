package neo4j

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

const auditNodes cypher = "MATCH (n:Entity) WHERE n.id >= $from AND n.id < $to AND n._rev IS NOT NULL " +
	"RETURN elementId(n) AS element, labels(n) AS labels, properties(n) AS item"

// walk hands every record, or every link, of a span to visit.
func (d *Driver) walk(ctx context.Context, p *probes, link bool, within span, visit func(*found) error) error {
	bounds := parameters{"from": within.from, "to": within.to}
	if !link {
		return d.stream(ctx, "read nodes", auditNodes, bounds, func(values []any) error { return visit(d.foundNode(values)) })
	}
	for _, kind := range d.statements.linkKinds {
		err := d.stream(ctx, "read relationships", p.links[kind], bounds, func(values []any) error { return visit(d.foundLink(values)) })
		if err != nil {
			return err
		}
	}
	return nil
}

// probe hands what a probe finds to visit.
func (d *Driver) probe(ctx context.Context, text cypher, link bool, visit func(*found) error) error {
	return d.stream(ctx, "look for strays", text, nil, func(values []any) error {
		if link {
			return visit(d.foundLink(values))
		}
		return visit(d.foundNode(values))
	})
}

// asLogged says whether an item is as the log knows it, and as it was written.
func (d *Driver) asLogged(f *found, link bool, known *logged) bool {
	if known == nil || !known.alive || f.missing || f.confusing != "" || f.item[propRevision] != int64(known.revision) {
		return false
	}
	if link {
		l, is := d.codec.link(f.item, graph.LinkKind(f.kind), f.from, f.to)
		return is && linkSum(&l) == f.item[propSum]
	}
	r, is := d.codec.record(f.item, graph.Kind(f.kind))
	return is && recordSum(&r) == f.item[propSum]
}

// Strays implements [store.Adopter].
func (d *Driver) Strays(ctx context.Context, links bool, yield func(*store.Stray) error) error {
	return d.search(ctx, links, yield, nil)
}

func (d *Driver) search(ctx context.Context, links bool, yield func(*store.Stray) error, sound func(graph.ID, *found)) error {
	head, err := d.settled(ctx)
	if err != nil {
		return err
	}
	s := &search{
		Driver: d, link: links, yield: yield, sound: sound, head: head, upTo: head, probes: newProbes(d.statements),
		touched: map[graph.ID]struct{}{},
	}
	return s.run(ctx)
}

// search looks for strays.
type search struct {
	*Driver
	link       bool
	yield      func(*store.Stray) error
	probes     *probes
	head, upTo graph.Revision        // the log was read up to these
	touched    map[graph.ID]struct{} // by revisions after head
	misplaced  []*store.Stray        // which the log does not know by the ID they bear
	candidates []*store.Stray
	sound      func(graph.ID, *found) // hears of every item that is as it was written; may be nil
}

// maxCandidates bounds how many strays wait to be looked at again.
const maxCandidates = 10_000

func (s *search) run(ctx context.Context) error {
	madeItems, misplaced := s.probes.madeNodes, s.probes.misplacedNodes
	if s.link {
		madeItems, misplaced = s.probes.madeLinks, s.probes.misplacedLinks
	}
	err := s.probe(ctx, misplaced, s.link, s.unknown)
	if err != nil {
		return err
	}
	changes, err := s.changesUntil(ctx, s.head)
	if err != nil {
		return err
	}
	for _, within := range spans(changes) {
		if err := s.span(ctx, within); err != nil {
			return err
		}
	}
	for _, stray := range s.misplaced {
		if err := s.add(ctx, stray); err != nil {
			return err
		}
	}
	if err := s.flush(ctx); err != nil {
		return err
	}
	return s.probe(ctx, madeItems, s.link, func(f *found) error {
		if s.link && f.foreignEnd && f.from.IsZero() && f.to.IsZero() && !f.waits {
			return nil // nothing to do with us
		}
		return s.yield(s.made(f, s.link, s.upTo))
	})
}

// unknown takes an item that the log does not know by its ID. It may know it by its
// dataset and key.
func (s *search) unknown(f *found) error {
	s.misplaced = append(s.misplaced, s.edited(f, s.link, nil, nil))
	return nil
}

// settleMisplaced hands on the misplaced items of a span, and returns their IDs.
func (s *search) settleMisplaced(ctx context.Context, within span, list []logged, l *ledger) (map[graph.ID]struct{}, error) {
	ids := map[graph.ID]struct{}{}
	var rest []*store.Stray
	for _, stray := range s.misplaced {
		if !within.holds(stray.ID) {
			rest = append(rest, stray)
			continue
		}
		ids[stray.ID] = struct{}{}
		if known := lookUp(list, stray.ID); known != nil && known.alive {
			h, _ := stray.Handle.(handle)
			h.revision, h.markings = known.revision, l.sets[known.set]
			stray.Handle = h
		}
		if err := s.add(ctx, stray); err != nil {
			return nil, err
		}
	}
	s.misplaced = rest
	return ids, nil
}

func (s *search) add(ctx context.Context, stray *store.Stray) error {
	if s.candidates = append(s.candidates, stray); len(s.candidates) < maxCandidates {
		return nil
	}
	return s.flush(ctx)
}

// flush hands out the candidates that no writer changed meanwhile.
func (s *search) flush(ctx context.Context) (err error) {
	if len(s.candidates) == 0 {
		return nil
	}
	if s.upTo, err = s.since(ctx, s.upTo, s.touched); err != nil {
		return err
	}
	candidates := s.candidates
	s.candidates = nil
	for _, stray := range candidates {
		if _, is := s.touched[stray.ID]; is {
			continue
		}
		h, _ := stray.Handle.(handle)
		h.head = s.upTo
		stray.Handle = h
		if err := s.yield(stray); err != nil {
			return err
		}
	}
	return nil
}

// span compares the log with the graph.
func (s *search) span(ctx context.Context, within span) error {
	l, err := s.ledger(ctx, within, s.head)
	if err != nil {
		return err
	}
	list := l.records
	if s.link {
		list = l.links
	}
	err = s.walk(ctx, s.probes, s.link, within, func(f *found) error {
		id, is := graph.ParseID(text(f.item[propID]))
		known := lookUp(list, id)
		switch {
		case !is: // among the misplaced
			return nil
		case known == nil:
			return s.unknown(f)
		}
		known.seen = true
		if s.asLogged(f, s.link, known) {
			if s.sound != nil {
				s.sound(id, f)
			}
			return nil
		}
		return s.add(ctx, s.edited(f, s.link, known, l))
	})
	if err != nil {
		return err
	}
	misplaced, err := s.settleMisplaced(ctx, within, list, l)
	if err != nil {
		return err
	}
	for i := range list {
		known := &list[i]
		if _, elsewhere := misplaced[known.id]; !known.alive || known.seen || elsewhere {
			continue
		}
		if err := s.add(ctx, gone(known, s.link, l)); err != nil {
			return err
		}
	}
	return nil
}
