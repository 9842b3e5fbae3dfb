package csv

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/ingest"
)

// ListSeparator parts the texts of a cell that holds several, where the rows are
// not those of a file: no text that can be stored holds it.
const ListSeparator = "\x00"

// Source emits rows that come from elsewhere than files, some at a time and in an
// order that does not change. It returns the first error of emit, or why it cannot
// go on.
type Source func(ctx context.Context, emit func(Rows) error) error

// Rows are rows of one shape. They must not be touched after they are emitted.
type Rows struct {
	Shape   *Shape
	Rows    []ingest.Row
	Rejects []ingest.Reject // rows that did not become cells
}

// NewRowReader returns a reader of what a source emits, which is one import.
func NewRowReader(source Source, o Options) *Reader {
	r := NewReader(nil, o)
	r.rows = source
	return r
}

// take makes chunks of what the source emits. An error that ends it travels in the
// last chunk, so that what was read before it is still taken.
func (r *Reader) take(ctx context.Context, emit func(*chunk) error) error {
	err := r.rows(ctx, func(rows Rows) error {
		c := &chunk{plan: rows.Shape.plan, rows: rows.Rows, rejects: rows.Rejects, done: make(chan struct{})}
		for _, row := range rows.Rows {
			for _, text := range row.Cells {
				c.bytes += len(text)
			}
		}
		return emit(c)
	})
	if err == nil || ctx.Err() != nil {
		return err
	}
	return emit(&chunk{plan: &plan{}, done: make(chan struct{}), err: err})
}

// Header names the cells of rows from a source. The first Facts of them tell of the
// row what is none of its properties, such as its type: a mapping may name them, the
// rest of an item does not hold them. The first Fleeting of these do not identify a
// row that has no identifier.
type Header struct {
	Titles          []string
	Facts, Fleeting int
}

// Shape says what the rows with one header become. It does not change.
type Shape struct{ plan *plan }

// Records returns the shape of rows that each state one record. The name stands in
// messages.
func (o *Options) Records(name string, m RecordMapping, h Header) (*Shape, error) {
	return o.shape(name, tableMapping{Records: []RecordMapping{m}}, h)
}

// Links returns the shape of rows that each state one link.
func (o *Options) Links(name string, m LinkMapping, h Header) (*Shape, error) {
	return o.shape(name, tableMapping{Links: []LinkMapping{m}}, h)
}

func (o *Options) shape(name string, t tableMapping, h Header) (*Shape, error) {
	c := &compiler{columns: titled(h.Titles), epoch: o.Epoch, lists: true, facts: h.Facts, fleeting: h.Fleeting}
	p, err := t.plan(c, name, h.Titles)
	if err != nil {
		return nil, err
	}
	p.rowKeyed = p.rowKeyed || len(p.links) > 0 // also where the cell of an id is empty
	return &Shape{p}, nil
}

// titled is a header in which titles stand as they are.
type titled []string

func (t titled) find(title string) (int, bool) {
	i := slices.Index(t, title)
	return i, i >= 0
}

// OrKind returns m with its kind in the column of this title, unless it has one.
func (m RecordMapping) OrKind(title string) RecordMapping {
	if m.Kind == nil {
		m.Kind = &valueMapping{Column: title}
	}
	return m
}

// OrKind returns m with its kind in the column of this title, unless it has one.
func (m LinkMapping) OrKind(title string) LinkMapping {
	if m.Kind == nil {
		m.Kind = &valueMapping{Column: title}
	}
	return m
}

// Between returns m with ends whose keys are in the columns of these titles.
func (m LinkMapping) Between(from, to string) LinkMapping {
	m.From, m.To = &endMapping{Column: from}, &endMapping{Column: to}
	return m
}

// HasEnds says whether the mapping itself names an end.
func (m LinkMapping) HasEnds() bool { return m.From != nil || m.To != nil }

// Titles returns the titles that the mapping names, or what is wrong with it
// whatever the rows.
func (m RecordMapping) Titles() ([]string, error) {
	return titlesOf(tableMapping{Records: []RecordMapping{m}})
}

// Titles returns the titles that the mapping names, or what is wrong with it
// whatever the rows. The ends must be known: see [LinkMapping.Between].
func (m LinkMapping) Titles() ([]string, error) {
	return titlesOf(tableMapping{Links: []LinkMapping{m}})
}

func titlesOf(t tableMapping) ([]string, error) {
	var named namedTitles
	_, err := t.plan(&compiler{columns: &named, lists: true}, "", nil)
	return named, err
}

// namedTitles is a header that gets the columns that are looked for.
type namedTitles []string

func (n *namedTitles) find(title string) (int, bool) {
	if i := slices.Index(*n, title); i >= 0 {
		return i, true
	}
	*n = append(*n, title)
	return len(*n) - 1, true
}

// Key computes the identifier of a record from the cells that it depends on.
type Key struct {
	// Titles of the cells, in the order in which Of takes them.
	Titles []string
	value  value
}

// Key returns how the mapping identifies a record; the mapping must have an id.
func (m RecordMapping) Key() (*Key, error) {
	var named namedTitles
	c := &compiler{columns: &named, used: map[int]bool{}, lists: true}
	k := &Key{}
	err := c.key(&k.value, m.ID)
	k.Titles = named
	return k, err
}

// Of returns the key, "" where a cell that it needs is empty.
func (k *Key) Of(cells []string) string { return k.value.text(cells) }
