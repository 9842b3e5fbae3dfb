package csv

import (
	"encoding/binary"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
)

// ledger settles, row after row in the order of the input, what one row cannot
// tell alone: which of several identical rows it is, whether its identifiers were
// declared before, which ends nothing declares. Memory: some 30 bytes per row that
// is known by its hash and some 150 bytes with the key per thing.
type ledger struct {
	ontology *ontology.Ontology
	dataset  string
	markings graph.Markings
	// batchRows is how many records make a batch that no rows fill.
	batchRows int

	// ordinals counts rows by the first 64 bits of their hash. Should two hashes
	// agree in those, one of the rows counts as second although it is the first:
	// its key is still its own.
	ordinals map[uint64]uint32
	links    map[graph.ID]uint64 // contents of the links with an identifier
	index    map[graph.ID]int32  // into things
	things   []thing
}

// thing is a record that rows declare or links name.
type thing struct {
	state     state
	print     uint64
	key, kind string // of what is not declared
	markings  graph.Markings
}

// state says how much is known of a thing.
type state uint8

const (
	implied  state = iota // a link names it
	bare                  // a row declares it and says nothing of it
	declared              // a row says something of it
)

func newLedger(o Options) *ledger {
	return &ledger{
		ontology: o.Ontology, dataset: o.Dataset, markings: o.Markings, batchRows: o.BatchRows,
		ordinals: map[uint64]uint32{}, links: map[graph.ID]uint64{}, index: map[graph.ID]int32{},
	}
}

// settle adds to a batch what a chunk becomes.
func (l *ledger) settle(c *chunk, b *ingest.Batch) {
	b.Rows = slices.Grow(b.Rows, len(c.rows))
	b.Records, b.RecordRows = slices.Grow(b.Records, len(c.records)), slices.Grow(b.RecordRows, len(c.records))
	b.Links, b.LinkRows = slices.Grow(b.Links, len(c.links)), slices.Grow(b.LinkRows, len(c.links))
	earlier := len(b.Rejects)
	b.Rejects = append(b.Rejects, c.rejects...)
	records, links := c.records, c.links
	for i := range c.made {
		m := &c.made[i]
		own, ties := records[:m.records], links[:m.links]
		records, links = records[m.records:], links[m.links:]
		switch reject := l.check(c.rows[i], m, own, ties); {
		case reject != nil:
			b.Rejects = append(b.Rejects, *reject)
		default:
			b.Rows = append(b.Rows, c.rows[i])
			l.enter(b, own, ties)
		}
	}
	slices.SortStableFunc(b.Rejects[earlier:], func(a, b ingest.Reject) int { return a.Line - b.Line })
}

// check settles the keys of a row and refuses one that states nothing or
// contradicts an earlier row.
func (l *ledger) check(row ingest.Row, m *made, records []draft[graph.Record], links []draft[graph.Link]) *ingest.Reject {
	if m.reject != nil {
		return m.reject
	}
	if len(records)+len(links) == 0 {
		reject := row.Reject(0, ingest.Missing, "no cell that the mapping asks for is filled in")
		return &reject
	}
	l.number(m.hash, records, links)
	for i := range records {
		if d := &records[i]; l.contradicts(d) || contradicted(d, records[:i]) {
			reject := row.Reject(0, ingest.Duplicate, "an earlier row declares "+clip(d.item.Key)+" with other content")
			return &reject
		}
	}
	for i := range links {
		d := &links[i]
		if d.keyed {
			continue
		}
		earlier, ok := l.links[d.item.ID]
		twice := slices.ContainsFunc(links[:i], func(o draft[graph.Link]) bool { return o.item.ID == d.item.ID && o.print != d.print })
		if twice || ok && earlier != d.print {
			reject := row.Reject(0, ingest.Duplicate, "an earlier row declares the link "+clip(d.item.Key)+" with other content")
			return &reject
		}
	}
	return nil
}

// number gives the items of a row that others repeat their own keys.
func (l *ledger) number(hash graph.ID, records []draft[graph.Record], links []draft[graph.Link]) {
	if hash.IsZero() {
		return
	}
	short := binary.BigEndian.Uint64(hash[:8])
	n := int(l.ordinals[short]) + 1
	l.ordinals[short] = uint32(n)
	if n == 1 {
		return
	}
	for i := range records {
		if d := &records[i]; d.keyed {
			old := d.item.Key
			d.item.Key = rowKey(hash, n, d.suffix)
			d.item.ID = graph.RecordID(l.dataset, d.item.Key)
			if d.item.Name == old {
				d.item.Name = d.item.Key
			}
		}
	}
	for i := range links {
		d := &links[i]
		if d.keyed {
			d.item.Key = rowKey(hash, n, d.suffix)
			d.item.ID = graph.LinkID(l.dataset, d.item.Key)
		}
		for j, id := range []*graph.ID{&d.item.From, &d.item.To} {
			if d.ends[j].key == "" {
				*id = records[d.ends[j].record].item.ID
			}
		}
	}
}

// contradicts says whether a declared thing is declared again with other content.
func (l *ledger) contradicts(d *draft[graph.Record]) bool {
	i, ok := l.index[d.item.ID]
	return ok && !d.bare && l.things[i].state == declared && l.things[i].print != d.print
}

func contradicted(d *draft[graph.Record], others []draft[graph.Record]) bool {
	return slices.ContainsFunc(others, func(o draft[graph.Record]) bool { return o.item.ID == d.item.ID && o.print != d.print })
}

// enter notes what a row states and adds to the batch what is new of it.
func (l *ledger) enter(b *ingest.Batch, records []draft[graph.Record], links []draft[graph.Link]) {
	row := len(b.Rows) - 1
	for i := range records {
		if d := &records[i]; l.declare(d) {
			if d.bare && b.Weak == nil {
				b.Weak = make([]bool, len(b.Records), cap(b.Records))
			}
			b.Records, b.RecordRows = append(b.Records, d.item), append(b.RecordRows, row)
			if b.Weak != nil {
				b.Weak = append(b.Weak, d.bare)
			}
		}
	}
	for i := range links {
		d := &links[i]
		if !d.keyed {
			if _, ok := l.links[d.item.ID]; ok {
				continue
			}
			l.links[d.item.ID] = d.print
		}
		l.mention(d.item.From, &d.ends[0], d.item.Markings)
		l.mention(d.item.To, &d.ends[1], d.item.Markings)
		b.Links, b.LinkRows = append(b.Links, d.item), append(b.LinkRows, row)
	}
}

// declare notes a record and says whether it adds to what is known.
func (l *ledger) declare(d *draft[graph.Record]) bool {
	if d.keyed { // nobody else can know of it
		return true
	}
	i, ok := l.index[d.item.ID]
	if !ok {
		i = l.add(d.item.ID)
	}
	t := &l.things[i]
	switch {
	case t.state == declared, d.bare && t.state == bare:
		return false
	case d.bare:
		t.state, t.markings = bare, d.item.Markings
		if t.key == "" {
			t.key = string([]byte(d.item.Key)) // a copy: the row may go
		}
	default:
		*t = thing{state: declared, print: d.print}
	}
	return true
}

func (l *ledger) add(id graph.ID) int32 {
	i := int32(len(l.things))
	l.index[id] = i
	l.things = append(l.things, thing{})
	return i
}

// mention notes an end of a link. What several links imply gets the first kind
// that any of them names, and the handling of the least restricted.
func (l *ledger) mention(id graph.ID, e *end, markings graph.Markings) {
	if e.key == "" { // a record of the same row
		return
	}
	i, ok := l.index[id]
	if !ok {
		i = l.add(id)
		l.things[i] = thing{key: string([]byte(e.key)), kind: string([]byte(e.kind)), markings: markings}
		return
	}
	t := &l.things[i]
	if t.state == declared {
		return
	}
	if t.kind == "" && e.kind != "" {
		t.kind = string([]byte(e.kind))
	}
	if t.state == implied && len(markings) < len(t.markings) && markings.SubsetOf(t.markings) {
		t.markings = markings
	}
}

// implied hands out the things that links name and no row declares, and the kinds
// that links give to those of which a row states only the key, batch by batch.
func (l *ledger) implied(yield func(*ingest.Batch) error) error {
	b := &ingest.Batch{}
	for i := range l.things {
		t := &l.things[i]
		if t.state == declared || t.state == bare && t.kind == "" {
			continue
		}
		r := graph.Record{Kind: graph.Kind(t.kind), Name: t.key, Header: graph.Header{
			ID: graph.RecordID(l.dataset, t.key), Dataset: l.dataset, Key: t.key, Confidence: 1,
			Markings: t.markings, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant,
		}}
		if err := l.ontology.ValidateRecord(&r); err != nil {
			return err
		}
		if t.state == implied {
			b.Implied++
		}
		b.Records, b.RecordRows, b.Weak = append(b.Records, r), append(b.RecordRows, ingest.NoRow), append(b.Weak, true)
		if len(b.Records) == l.batchRows {
			if err := yield(b); err != nil {
				return err
			}
			b = &ingest.Batch{}
		}
	}
	if len(b.Records) == 0 {
		return nil
	}
	return yield(b)
}
