package neo4j

import (
	"maps"
	"slices"
	"strconv"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/csv"
)

// section turns the nodes of one label, or the relationships of one type, into rows
// for package csv. Their properties become cells; which there are shows as they come,
// so the header grows.
type section struct {
	name    string // of the label or type, for rejects
	facts   csv.Header
	named   []string // properties that the mapping names
	rest    bool     // whether those that it does not name count too
	ignore  map[string]bool
	shapeOf func(csv.Header) (*csv.Shape, error)
	emit    func(csv.Rows) error
	seen    func(rows int)

	header  []string
	columns map[string]int // of the properties, in header
	shape   *csv.Shape
	items   []item
	line    int // of the last row
}

// item is a node or relationship that was read: facts in the order of the section's,
// and properties.
type item struct {
	facts      []string
	properties map[string]any
}

const (
	// chunkItems and chunkCells bound what goes to a worker at a time.
	chunkItems = 4096
	chunkCells = 1 << 17
	// maxColumns bounds the properties of one label or type.
	maxColumns = 4096
)

// newSection returns a section of what a mapping with these titles takes.
func newSection(name string, facts csv.Header, titles []string, rest bool, ignore []string) *section {
	s := &section{name: name, facts: facts, rest: rest, ignore: map[string]bool{}, columns: map[string]int{}}
	for _, title := range titles {
		if !slices.Contains(facts.Titles, title) {
			s.named = append(s.named, title)
		}
	}
	for _, property := range ignore {
		s.ignore[property] = true
	}
	return s
}

// wanted returns the properties to read, nil for all.
func (s *section) wanted() []string {
	if s.rest {
		return nil
	}
	return withPoints(s.named)
}

// withPoints adds to names of properties those of points whose coordinates are named.
func withPoints(names []string) []string {
	all := slices.Clone(names)
	for _, name := range names {
		if property, _, ok := coordinateOf(name); ok {
			all = append(all, property)
		}
	}
	slices.Sort(all)
	if all = slices.Compact(all); all == nil {
		all = []string{}
	}
	return all
}

// add takes an item.
func (s *section) add(i item) error {
	s.items = append(s.items, i)
	if len(s.items) >= chunkItems || len(s.items)*len(s.header) >= chunkCells {
		return s.flush()
	}
	return nil
}

// flush emits the items that were added.
func (s *section) flush() error {
	if len(s.items) == 0 {
		return nil
	}
	if err := s.widen(); err != nil {
		return err
	}
	rows := csv.Rows{Shape: s.shape, Rows: make([]ingest.Row, 0, len(s.items))}
	cells := make([]string, len(s.items)*len(s.header))
	for _, i := range s.items {
		s.line++
		row := ingest.Row{File: s.name, Line: s.line, Cells: cells[:len(s.header):len(s.header)]}
		cells = cells[len(s.header):]
		if column, err := s.fill(row.Cells, i); err != nil {
			rows.Rejects = append(rows.Rejects, row.Reject(column+1, ingest.BadValue, "property "+strconv.Quote(s.header[column])+": "+err.Error()))
			continue
		}
		rows.Rows = append(rows.Rows, row)
	}
	s.seen(len(s.items))
	s.items = s.items[:0]
	return s.emit(rows)
}

// fill writes the cells of an item and says which of them cannot be.
func (s *section) fill(cells []string, i item) (wrong int, err error) {
	copy(cells, i.facts)
	for property, value := range i.properties {
		column, ok := s.columns[property]
		if !ok {
			continue
		}
		text, bad := textOf(value)
		if bad != nil && (err == nil || column < wrong) {
			wrong, err = column, bad
		}
		cells[column] = text
	}
	for _, title := range s.named {
		if property, axis, ok := coordinateOf(title); ok && cells[s.columns[title]] == "" {
			cells[s.columns[title]] = coordinate(i.properties[property], axis)
		}
	}
	return wrong, err
}

// widen gives the header the properties that the added items bring.
func (s *section) widen() error {
	titles := map[string]bool{}
	for _, title := range s.named {
		titles[title] = true
	}
	if s.rest {
		for _, i := range s.items {
			for property := range i.properties {
				if !s.ignore[property] {
					titles[property] = true
				}
			}
		}
	}
	grown := s.shape == nil
	for title := range titles {
		if _, ok := s.columns[title]; !ok {
			grown = true
		}
	}
	if !grown {
		return nil
	}
	for title := range s.columns {
		titles[title] = true
	}
	if len(titles) > maxColumns {
		return graph.Errorf(graph.BadUserInput, "%s has more than %d different properties: take those that matter, without `rest`", s.name, maxColumns)
	}
	return s.plan(slices.Sorted(maps.Keys(titles)))
}

func (s *section) plan(properties []string) error {
	s.header = slices.Concat(s.facts.Titles, properties)
	for i, property := range properties {
		s.columns[property] = len(s.facts.Titles) + i
	}
	var err error
	s.shape, err = s.shapeOf(csv.Header{Titles: s.header, Facts: s.facts.Facts, Fleeting: s.facts.Fleeting})
	if err != nil {
		return graph.Errorf(graph.BadUserInput, "%s: %s", s.name, err)
	}
	return nil
}

// keyed computes keys of nodes from the few properties that these depend on.
type keyed struct {
	entry *nodeMapping
	key   *csv.Key
}

// of returns the key of a node, "" if it has none.
func (k *keyed) of(element string, labels string, properties map[string]any) string {
	cells := make([]string, len(k.key.Titles))
	for i, title := range k.key.Titles {
		switch title {
		case factElement:
			cells[i] = element
		case factLabels:
			cells[i] = labels
		default:
			cells[i] = cellOf(properties, title)
		}
	}
	return k.key.Of(cells)
}

// cellOf returns the text of a property, or of a coordinate of a point. What is no
// text is "": the node itself is rejected for it.
func cellOf(properties map[string]any, title string) string {
	text, err := textOf(properties[title])
	if err != nil {
		return ""
	}
	if property, axis, ok := coordinateOf(title); ok && text == "" {
		return coordinate(properties[property], axis)
	}
	return text
}

// nodeKeys are how the entries of a mapping identify nodes, in their order, the
// properties that they need for it, and whether any needs element ids.
type nodeKeys struct {
	entries    []keyed
	properties []string
	elements   bool
}

func keysOf(entries []nodeMapping) (k nodeKeys, err error) {
	for i := range entries {
		key, err := entries[i].Key()
		if err != nil {
			return k, graph.Errorf(graph.BadUserInput, "nodes[%d]: %s", i, err)
		}
		k.entries = append(k.entries, keyed{&entries[i], key})
		k.elements = k.elements || slices.Contains(key.Titles, factElement)
		for _, title := range key.Titles {
			if !slices.Contains(nodeFacts.Titles, title) {
				k.properties = append(k.properties, title)
			}
		}
	}
	k.properties = withPoints(k.properties)
	return k, nil
}
