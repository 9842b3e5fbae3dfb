package csv

import (
	"fmt"
	"path"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
)

// compiler turns a mapping into the plan of one table.
type compiler struct {
	columns columnFinder
	epoch   Epoch
	used    map[int]bool // columns that the mapping names
	// lists says that a cell may hold several texts, parted by ListSeparator. Of the
	// first facts columns, which tell of the row what is none of its own properties,
	// those before fleeting do not identify the row.
	lists           bool
	facts, fleeting int
}

func (t *tableMapping) plan(c *compiler, file string, header []string) (*plan, error) {
	c.used = map[int]bool{}
	for column := range c.facts {
		c.used[column] = true
	}
	p := &plan{file: file, header: header, fleeting: c.fleeting}
	names := map[string]int{}
	for i := range t.Records {
		r := &t.Records[i]
		compiled, err := c.record(r, t.Grade)
		if err != nil {
			return nil, fmt.Errorf("records[%d]: %w", i, err)
		}
		if _, ok := names[r.As]; ok && r.As != "" {
			return nil, fmt.Errorf("records[%d]: as: %q names two records", i, r.As)
		}
		names[r.As] = i
		p.records = append(p.records, compiled)
	}
	for i := range t.Links {
		compiled, err := c.link(&t.Links[i], t.Grade, names)
		if err != nil {
			return nil, fmt.Errorf("links[%d]: %w", i, err)
		}
		p.links = append(p.links, compiled)
	}
	c.rest(t, p)
	p.settle()
	return p, nil
}

// rest gives the columns that the mapping does not name to the items that ask for
// the rest.
func (c *compiler) rest(t *tableMapping, p *plan) {
	r := &roles{taken: make([]bool, len(p.header))}
	for column := range c.used {
		if column < len(r.taken) {
			r.taken[column] = true
		}
	}
	for i := range t.Records {
		if t.Records[i].Rest {
			p.records[i].properties = append(p.records[i].properties, r.rest(p.header, c.lists)...)
		}
	}
	for i := range t.Links {
		if t.Links[i].Rest {
			p.links[i].properties = append(p.links[i].properties, r.rest(p.header, c.lists)...)
		}
	}
}

func (c *compiler) record(m *RecordMapping, inherited grade) (recordPlan, error) {
	r := newRecordPlan()
	err := c.all(
		c.common(&r.common, m.ID, m.Properties, m.Grade, inherited),
		c.value(&r.kind, "kind", m.Kind), c.value(&r.name, "name", m.Name), c.value(&r.aliases, "aliases", m.Aliases),
	)
	r.optional = m.Optional
	return r, err
}

func (c *compiler) link(m *LinkMapping, inherited grade, records map[string]int) (linkPlan, error) {
	l := newLinkPlan()
	err := c.all(
		c.common(&l.common, m.ID, m.Properties, m.Grade, inherited),
		c.value(&l.kind, "kind", m.Kind),
		c.end(&l.ends[0], "from", m.From, records), c.end(&l.ends[1], "to", m.To, records),
		c.moment(&l.at, "at", m.At),
		c.value(&l.amount, "amount", m.Amount), c.value(&l.currency, "currency", m.Currency),
		c.value(&l.quantity, "quantity", m.Quantity), c.value(&l.unit, "unit", m.Unit), c.value(&l.weight, "weight", m.Weight),
	)
	l.optional = m.Optional
	return l, err
}

// all returns the first error.
func (c *compiler) all(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func (c *compiler) common(to *common, id *valueMapping, properties map[string]*valueMapping, own, inherited grade) error {
	*to = newCommon()
	pick := func(own, inherited *valueMapping) *valueMapping {
		if own != nil {
			return own
		}
		return inherited
	}
	err := c.all(
		c.key(&to.id, id),
		c.value(&to.confidence, "confidence", pick(own.Confidence, inherited.Confidence)),
		c.value(&to.reliability, "reliability", pick(own.Reliability, inherited.Reliability)),
		c.value(&to.credibility, "credibility", pick(own.Credibility, inherited.Credibility)),
		c.value(&to.markings, "markings", pick(own.Markings, inherited.Markings)),
		c.value(&to.from, "source_ref", pick(own.SourceRef, inherited.SourceRef)),
		c.moment(&to.validFrom, "valid_from", pick(own.ValidFrom, inherited.ValidFrom)),
		c.moment(&to.validTo, "valid_to", pick(own.ValidTo, inherited.ValidTo)),
	)
	if err != nil {
		return err
	}
	for name, mapped := range properties {
		p, err := c.property(name, mapped)
		if err != nil {
			return err
		}
		to.properties = append(to.properties, p)
	}
	return nil
}

// property compiles a property; one with a format or an epoch is a time.
func (c *compiler) property(name string, m *valueMapping) (property, error) {
	part := "properties: " + name
	if m == nil {
		return property{}, fmt.Errorf("%s: a value is one of %s, const and template", part, c.word())
	}
	p := property{name: name}
	if m.Format == "" && m.Epoch == nil {
		return p, c.timed(&p.value, part, m)
	}
	p.when = &moment{}
	return p, c.moment(p.when, part, m)
}

// word is what the rows have: columns or properties.
func (c *compiler) word() string {
	if c.lists {
		return "property"
	}
	return "column"
}

// key compiles an identifier, which must depend on the row.
func (c *compiler) key(to *value, m *valueMapping) error {
	if m == nil {
		return nil
	}
	if err := c.value(to, "id", m); err != nil {
		return err
	}
	if !to.dependsOnRow() {
		return fmt.Errorf("id: %q would be the identifier of every row; write {%s: %s}", m.Const, c.word(), m.Const)
	}
	return nil
}

func (c *compiler) end(to *endPlan, part string, m *endMapping, records map[string]int) error {
	*to = endPlan{record: none, value: absent(), kind: absent()}
	if m == nil {
		return fmt.Errorf("%s: a link needs both ends", part)
	}
	if m.Record != "" {
		i, ok := records[m.Record]
		if !ok || m.Column != "" || m.Template != "" || m.Kind != nil {
			return fmt.Errorf("%s: record: %q must be the `as` of a record of the same entry, and stand alone", part, m.Record)
		}
		to.record = i
		return nil
	}
	if m.Column == "" && m.Template == "" {
		return fmt.Errorf("%s: an end is one of record, column and template", part)
	}
	return c.all(c.value(&to.value, part, &valueMapping{Column: m.Column, Template: m.Template}), c.value(&to.kind, part+": kind", m.Kind))
}

// value compiles a value that is not a time.
func (c *compiler) value(to *value, part string, m *valueMapping) error {
	if m != nil && (m.Format != "" || m.Epoch != nil) {
		return fmt.Errorf("%s: format and epoch belong to times", part)
	}
	return c.timed(to, part, m)
}

// timed compiles the text of a value, whatever it means.
func (c *compiler) timed(to *value, part string, m *valueMapping) error {
	*to = absent()
	if m == nil {
		return nil
	}
	if m.Property != "" && !c.lists {
		return fmt.Errorf("%s: property: a table has columns; write {column: %s}", part, m.Property)
	}
	ways := 0
	for _, way := range []string{m.Column, m.Property, m.Const, m.Template} {
		if way != "" {
			ways++
		}
	}
	if ways != 1 {
		return fmt.Errorf("%s: a value is one of %s, const and template", part, c.word())
	}
	to.constant, to.fallback, to.split, to.lists = m.Const, m.Default, m.Separator, c.lists
	if title := m.Column + m.Property; title != "" {
		column, err := c.column(part, title)
		if err != nil {
			return err
		}
		to.column = column
	}
	return c.all(c.template(to, part, m.Template), words(to, part, m))
}

func (c *compiler) column(part, title string) (int, error) {
	column, ok := c.columns.find(title)
	if !ok {
		return none, fmt.Errorf("%s: the table has no column %q", part, title)
	}
	c.used[column] = true
	return column, nil
}

// template compiles text with columns in braces.
func (c *compiler) template(to *value, place, text string) error {
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			to.parts = append(to.parts, part{column: none, text: before})
		}
		if !found {
			return nil
		}
		title, behind, closed := strings.Cut(after, "}")
		if !closed || title == "" {
			return fmt.Errorf("%s: template: %q opens a brace that names no column", place, text)
		}
		column, err := c.column(place, title)
		if err != nil {
			return err
		}
		to.parts, rest = append(to.parts, part{column: column}), behind
	}
	return nil
}

// words compiles a map of words: plain ones and patterns with wildcards.
func words(to *value, place string, m *valueMapping) error {
	for _, item := range m.Map {
		from, word := fmt.Sprint(item.Key), fmt.Sprint(item.Value)
		if !strings.ContainsAny(from, "*?[") {
			if to.words == nil {
				to.words = map[string]string{}
			}
			to.words[from] = word
			continue
		}
		if _, err := path.Match(from, ""); err != nil {
			return fmt.Errorf("%s: map: %q is not a pattern", place, from)
		}
		to.patterns = append(to.patterns, pattern{from, word})
	}
	return nil
}

func (c *compiler) moment(to *moment, part string, m *valueMapping) error {
	if err := c.timed(&to.value, part, m); err != nil || m == nil {
		return err
	}
	to.layout, to.epoch = layoutOf(m.Format), c.epoch
	if m.Epoch == nil {
		return nil
	}
	epoch, err := m.Epoch.epoch()
	if err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	to.epoch = epoch
	return nil
}

func (e *epochMapping) epoch() (Epoch, error) {
	if e.Unit != "" && strings.Contains(e.Start, "/") {
		return Epoch{}, graph.Errorf(graph.BadUserInput, "epoch: the unit is given twice")
	}
	text := e.Start
	if e.Unit != "" {
		text += "/" + e.Unit
	}
	epoch, err := ParseEpoch(text)
	epoch.Every, epoch.First = e.Every, e.First
	if err != nil {
		return Epoch{}, err
	}
	return epoch, epoch.check()
}

// layouts maps the parts of a format of times to those of package time.
var layouts = strings.NewReplacer("YYYY", "2006", "YY", "06", "MM", "01", "DD", "02", "hh", "15", "mm", "04", "ss", "05")

// layoutOf turns "DD.MM.YYYY hh:mm" into a layout of package time, and keeps what
// already is one.
func layoutOf(format string) string {
	if strings.ContainsAny(format, "0123456789") {
		return format
	}
	return layouts.Replace(format)
}
