package csv

import (
	"crypto/sha256"
	"encoding/binary"
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
)

// chunk is a run of rows of one table on its way through the stages.
type chunk struct {
	plan    *plan
	rows    []ingest.Row
	bytes   int
	rejects []ingest.Reject // rows that could not be split
	err     error           // why nothing follows

	made    []made // row by row
	records []draft[graph.Record]
	links   []draft[graph.Link]
	done    chan struct{} // closed when a worker is through
}

// made says what became of a row: how many of the drafts are its own, or why it
// was not taken.
type made struct {
	records, links int
	hash           graph.ID // zero if no item is keyed by it
	reject         *ingest.Reject
}

// draft is an item whose key and ends the ledger may still change.
type draft[T any] struct {
	item T
	// keyed says that the key is the hash of the row, and suffix what follows it.
	keyed  bool
	suffix string
	print  uint64 // of the content
	bare   bool   // a record that states no more than a key
	ends   [2]end // of a link
}

// end is an end of a link: a draft record of the same row, counted from the row's
// first, or else the record with this key, of this kind if nothing declares it.
type end struct {
	record    int
	key, kind string
}

// fault says which cell is wrong and why. Column is none for the whole row.
type fault struct {
	column int
	code   ingest.RejectCode
	reason string
}

func (f *fault) Error() string { return f.reason }

// worker makes drafts of rows. Each belongs to one goroutine.
type worker struct {
	ontology *ontology.Ontology
	dataset  string
	markings graph.Markings
	seed     maphash.Seed
	namer    namer
	buf      []byte
	placed   []int // of each record plan, the draft of the row; none if left out
}

// run makes the drafts of a chunk.
func (w *worker) run(c *chunk) {
	c.made = make([]made, len(c.rows))
	c.records = make([]draft[graph.Record], 0, len(c.rows)*len(c.plan.records))
	c.links = make([]draft[graph.Link], 0, len(c.rows)*len(c.plan.links))
	for i, row := range c.rows {
		records, links := len(c.records), len(c.links)
		m := &c.made[i]
		if c.plan.rowKeyed {
			m.hash = w.hash(c.plan, row.Cells)
		}
		if f := w.row(c, row.Cells, m.hash, records); f != nil {
			c.records, c.links = c.records[:records], c.links[:links]
			reject := row.Reject(f.column+1, f.code, f.title(c.plan.header)+f.reason)
			m.reject = &reject
			continue
		}
		m.records, m.links = len(c.records)-records, len(c.links)-links
		if !anyKeyed(c.records[records:]) && !anyKeyed(c.links[links:]) {
			m.hash = graph.ID{}
		}
	}
}

func anyKeyed[T any](drafts []draft[T]) bool {
	return slices.ContainsFunc(drafts, func(d draft[T]) bool { return d.keyed })
}

// title names the column of the fault.
func (f *fault) title(header []string) string {
	if f.column == none {
		return ""
	}
	return "column " + strconv.Quote(clip(header[f.column])) + ": "
}

// hash identifies a row by its cells: the first 128 bits of SHA-256 over the
// length-prefixed names and texts of those that are not empty, by name.
func (w *worker) hash(p *plan, cells []string) graph.ID {
	b := w.buf[:0]
	for _, h := range p.hashed {
		text := cells[h.column]
		if text == "" {
			continue
		}
		b = binary.AppendUvarint(b, uint64(len(h.name)))
		b = append(b, h.name...)
		b = binary.AppendUvarint(b, uint64(len(text)))
		b = append(b, text...)
	}
	w.buf = b
	sum := sha256.Sum256(b)
	return graph.ID(sum[:16])
}

func (w *worker) row(c *chunk, cells []string, hash graph.ID, first int) *fault {
	w.placed = w.placed[:0]
	for i := range c.plan.records {
		n := len(c.records)
		if f := w.record(c, &c.plan.records[i], cells, hash); f != nil {
			return f
		}
		if len(c.records) == n {
			w.placed = append(w.placed, none)
		} else {
			w.placed = append(w.placed, n-first)
		}
	}
	for i := range c.plan.links {
		if f := w.link(c, &c.plan.links[i], cells, hash, first); f != nil {
			return f
		}
	}
	return nil
}

func (w *worker) record(c *chunk, p *recordPlan, cells []string, hash graph.ID) *fault {
	d := draft[graph.Record]{suffix: p.suffix, keyed: p.id.isAbsent()}
	key := p.id.text(cells)
	if d.keyed {
		key = rowKey(hash, 1, p.suffix)
	} else if key == "" {
		if p.optional {
			return nil
		}
		return &fault{p.id.column, ingest.Missing, "the identifier is missing"}
	}
	r := &d.item
	kind := p.kind.text(cells)
	if f := w.header(&r.Header, &p.common, cells, key); f != nil {
		return f
	}
	r.ID, r.Kind, r.Name, r.Aliases = graph.RecordID(w.dataset, key), graph.Kind(kind), p.name.text(cells), p.aliases.texts(cells)
	var f *fault
	if r.Properties, f = p.propertiesOf(cells, w.namer.of(p, kind)); f != nil {
		return f
	}
	d.bare = kind == "" && (r.Name == "" || r.Name == key) && len(r.Aliases)+len(r.Properties) == 0 && !d.keyed && ungraded(&r.Header)
	if err := w.ontology.ValidateRecord(r); err != nil {
		return &fault{none, ingest.BadValue, err.Error()}
	}
	d.print = w.print(&r.Header, string(r.Kind), append([]string{r.Name}, r.Aliases...)...)
	c.records = append(c.records, d)
	return nil
}

// ungraded says whether a header states nothing but its key.
func ungraded(h *graph.Header) bool {
	return h.Confidence == 1 && h.Reliability == 0 && h.Credibility == 0 && h.SourceRef == "" && h.ValidFrom == graph.NoInstant && h.ValidTo == graph.NoInstant
}

func (w *worker) link(c *chunk, p *linkPlan, cells []string, hash graph.ID, first int) *fault {
	d := draft[graph.Link]{suffix: p.suffix}
	l := &d.item
	for i := range p.ends {
		skip, f := w.end(&d, i, &p.ends[i], cells, c.records[first:])
		if f != nil && p.optional && f.code == ingest.Missing || skip {
			return nil
		}
		if f != nil {
			return f
		}
	}
	key := p.id.text(cells)
	if d.keyed = key == ""; d.keyed {
		if !p.id.isAbsent() && !c.plan.rowKeyed {
			return &fault{p.id.column, ingest.Missing, "the identifier is missing"}
		}
		key = rowKey(hash, 1, p.suffix)
	}
	if f := w.header(&l.Header, &p.common, cells, key); f != nil {
		return f
	}
	l.ID, l.Kind = graph.LinkID(w.dataset, key), graph.LinkKind(p.kind.text(cells))
	if f := w.measures(l, p, cells); f != nil {
		return f
	}
	var f *fault
	if l.Properties, f = p.propertiesOf(cells, nil); f != nil {
		return f
	}
	if err := w.ontology.ValidateLink(l); err != nil {
		return &fault{none, ingest.BadValue, err.Error()}
	}
	if !d.keyed {
		d.print = w.print(&l.Header, string(l.Kind), l.From.String(), l.To.String(), l.At.String(), string(l.Amount), l.Currency, number(l.Quantity), l.Unit, number(l.Weight))
	}
	c.links = append(c.links, d)
	return nil
}

// end settles an end of a link. skip says that it is a record which the row left
// out.
func (w *worker) end(d *draft[graph.Link], i int, p *endPlan, cells []string, records []draft[graph.Record]) (skip bool, f *fault) {
	id := &d.item.From
	if i == 1 {
		id = &d.item.To
	}
	if p.record != none {
		placed := w.placed[p.record]
		if placed == none {
			return true, nil
		}
		d.ends[i], *id = end{record: placed}, records[placed].item.ID
		return false, nil
	}
	key, kind := p.text(cells), p.kind.text(cells)
	switch {
	case key == "":
		return false, &fault{p.column, ingest.Missing, "the link has no " + [2]string{"start", "end"}[i]}
	case !fit(key):
		return false, &fault{p.column, ingest.BadValue, "an identifier is UTF-8 text without NUL of at most " + strconv.Itoa(ontology.MaxName) + " bytes"}
	case !fit(kind):
		return false, &fault{p.kind.column, ingest.BadValue, "a kind is UTF-8 text without NUL of at most " + strconv.Itoa(ontology.MaxName) + " bytes"}
	}
	d.ends[i], *id = end{none, key, kind}, graph.RecordID(w.dataset, key)
	return false, nil
}

func fit(text string) bool {
	return len(text) <= ontology.MaxName && utf8.ValidString(text) && strings.IndexByte(text, 0) < 0
}

// rowKey is the key of an item that is known by its row: the hash, which of the
// identical rows it is if there are several, and which item of the row.
func rowKey(hash graph.ID, nth int, suffix string) string {
	key := hash.String()
	if nth > 1 {
		key += "-" + strconv.Itoa(nth)
	}
	return key + suffix
}

// ordinal returns "" for the first and the number behind the separator for others.
func ordinal(separator string, n int) string {
	if n <= 1 {
		return ""
	}
	return separator + strconv.Itoa(n)
}
