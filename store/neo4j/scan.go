package neo4j

import (
	"cmp"
	"context"
	"encoding/binary"
	"slices"
	"sync"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// A scan reads ranges of IDs, each with one statement, some of them at the same time,
// and hands them over in their order. It holds a few ranges in memory.
const (
	scanWorkers = 2
	scanAhead   = 2       // ranges that wait while one is handed over
	rangeItems  = 8 << 10 // items in a range, about: IDs are evenly spread
)

// idRange holds the IDs from (included) to (excluded), as texts.
type idRange struct{ from, to string }

// idRanges divides all IDs into n ranges of equal width, ascending.
func idRanges(n int) []idRange {
	const beyond = "w0000000000000000000000000" // as long as an ID: the server plans once for one length
	ranges := make([]idRange, n)
	for i := range ranges {
		var id graph.ID
		binary.BigEndian.PutUint32(id[:], uint32(uint64(i)<<32/uint64(n)))
		ranges[i].from = id.String()
		if i > 0 {
			ranges[i-1].to = ranges[i].from
		}
	}
	ranges[n-1].to = beyond
	return ranges
}

// Scan implements [store.Driver].
func (d *Driver) Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error) {
	begun, err := d.look(ctx)
	if err != nil {
		return 0, err
	}
	s := &scan{d: d, dataset: dataset, at: min(at, begun.head), begun: begun}
	if err := scanClass(ctx, s, recordClass, record); err != nil {
		return s.at, err
	}
	return s.at, scanClass(ctx, s, linkClass, link)
}

// scan is one call.
type scan struct {
	d       *Driver
	dataset string
	at      graph.Revision
	begun   *standing
}

// partition is what a worker made of a range.
type partition[T any] struct {
	items []T
	order []place // of the items, by ID, each ID once
	err   error
}

// place says where in a partition an item is: to sort places moves less than to sort
// items.
type place struct {
	id graph.ID
	at int
}

// scanClass hands the items of all ranges to yield, in ID order. Workers run a few
// ranges ahead at most.
func scanClass[T any](ctx context.Context, s *scan, c *class[T], yield func(*T) error) error {
	if yield == nil {
		return nil
	}
	ranges := idRanges(1 + int(max(c.size(s.begun), s.begun.versions)/rangeItems))
	working, stop := context.WithCancel(ctx)
	var wait sync.WaitGroup
	defer wait.Wait()
	defer stop()
	results := make([]chan *partition[T], len(ranges))
	for i := range results {
		results[i] = make(chan *partition[T], 1)
	}
	space := make(chan *partition[T], scanWorkers+scanAhead) // what is free
	for range cap(space) {
		space <- &partition[T]{}
	}
	next := make(chan int, len(ranges))
	for i := range ranges {
		next <- i
	}
	close(next)
	for range min(scanWorkers, len(ranges)) {
		wait.Go(func() {
			for {
				var p *partition[T]
				select { // space before a range: else later ranges could take what an earlier one needs
				case p = <-space:
				case <-working.Done():
					return
				}
				i, more := <-next
				if !more {
					return
				}
				p.err = p.fill(working, s, c, ranges[i])
				results[i] <- p
			}
		})
	}
	for i := range ranges {
		var p *partition[T]
		select {
		case p = <-results[i]:
		case <-ctx.Done():
			return s.d.problem(ctx, ctx.Err())
		}
		if p.err != nil {
			return p.err
		}
		for _, place := range p.order {
			if err := yield(&p.items[place.at]); err != nil {
				return err
			}
		}
		space <- p
	}
	return nil
}

// fill reads the items of a range as of the revision of the scan: current ones that
// are no newer, and then, if anything was written since, versions that have become
// past ones. What is both was read while it was written, and counts as past.
func (p *partition[T]) fill(ctx context.Context, s *scan, c *class[T], r idRange) error {
	readers := c.readers(s.begun)
	current, past := readers.scan, readers.past
	given := parameters{"from": r.from, "to": r.to, "at": int64(s.at), "class": c.name}
	if s.dataset != "" {
		current, past = readers.scanDataset, readers.pastOfDataset
		given["dataset"] = s.dataset
	}
	p.empty(0)
	var torn []graph.ID
	take := func(row *neo4j.Record) {
		if v, ok := c.read(s.d.codec, row); !ok || v.revision > s.at {
			return
		} else if v.fits || v.until > 0 {
			p.add(s, v.item)
		} else {
			torn = append(torn, c.header(&v.item).ID)
		}
	}
	if err := s.d.visit(ctx, c.name+"s", current, given, func() { p.empty(0); torn = torn[:0] }, take); err != nil {
		return err
	}
	head, err := s.d.newest(ctx)
	if err != nil {
		return err
	}
	if n := len(p.items); head > s.at {
		if err := s.d.visit(ctx, "versions", past, given, func() { p.empty(n) }, take); err != nil {
			return err
		}
	}
	if err := p.settle(ctx, s, c, torn); err != nil {
		return err
	}
	p.sort(c)
	return nil
}

// empty removes all items but the first n, and what they refer to.
func (p *partition[T]) empty(n int) {
	clear(p.items[n:])
	p.items = p.items[:n]
}

func (p *partition[T]) add(s *scan, item T) {
	p.items = append(p.items, item)
	s.d.hint(&p.items[len(p.items)-1])
}

// settle adds the items of torn as they are once they have been written.
func (p *partition[T]) settle(ctx context.Context, s *scan, c *class[T], torn []graph.ID) error {
	for some := range slices.Chunk(torn, store.MaxIDs) {
		found, err := find(ctx, s.d, c, some, s.at)
		if err != nil {
			return err
		}
		for i := range found {
			if s.dataset == "" || c.header(&found[i]).Dataset == s.dataset {
				p.add(s, found[i])
			}
		}
	}
	return nil
}

// sort puts the places in order. Of several items with one ID the last counts.
func (p *partition[T]) sort(c *class[T]) {
	p.order = p.order[:0]
	for i := range p.items {
		p.order = append(p.order, place{c.header(&p.items[i]).ID, i})
	}
	slices.SortFunc(p.order, func(a, b place) int { return cmp.Or(a.id.Compare(b.id), cmp.Compare(b.at, a.at)) })
	p.order = slices.CompactFunc(p.order, func(a, b place) bool { return a.id == b.id })
}

// newest returns the newest revision that the server shows to this process.
func (d *Driver) newest(ctx context.Context) (graph.Revision, error) {
	return revisionIn(d.read(ctx, "head", newestRevision, nil))
}

// visit runs a reading statement and hands over row after row. It begins again,
// after begin, if the server was away or something vanished meanwhile.
func (d *Driver) visit(ctx context.Context, operation string, text cypher, p parameters, begin func(), row func(*neo4j.Record)) (err error) {
	if text == "" { // no kind is in use
		return nil
	}
	for range passes {
		err = d.patiently(ctx, func() error {
			begin()
			return d.server.Do(ctx, neo4j.AccessModeRead, func(s neo4j.SessionWithContext) error {
				result, err := s.Run(ctx, string(text), p, bolt.Named(operation, bolt.ReadTimeout))
				if err != nil {
					return err
				}
				for result.Next(ctx) {
					row(result.Record())
				}
				return result.Err()
			})
		})
		if err == nil || bolt.CodeOf(err) != vanished {
			break
		}
	}
	return err
}
