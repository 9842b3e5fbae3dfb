package neo4j

import (
	"context"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/ingest/csv"
)

// readNodes reads nodes entry by entry, each without those of earlier ones, and
// counts those that no entry takes.
func (r *Reader) readNodes(ctx context.Context, emit func(csv.Rows) error) error {
	labels, err := r.client.names(ctx, listLabels)
	if err != nil {
		return err
	}
	var taken [][]string
	for i := range r.options.Mapping.Nodes {
		entry := &r.options.Mapping.Nodes[i]
		if entry.isAny() {
			return r.readOthers(ctx, entry, labels, taken, emit)
		}
		if !known(labels, entry.Label) {
			continue
		}
		if err := r.readNodesOf(ctx, entry, entry.Label, taken, emit); err != nil {
			return err
		}
		taken = append(taken, entry.Label)
	}
	return r.countNodesLeft(ctx, labels, taken)
}

// known says whether the database has all of the names. To ask it for others only
// makes it warn.
func known(all, names []string) bool {
	return !slices.ContainsFunc(names, func(name string) bool { return !slices.Contains(all, name) })
}

// readOthers reads all nodes that the patterns of taken do not match: label by label,
// then those without any.
func (r *Reader) readOthers(ctx context.Context, entry *nodeMapping, labels []string, taken [][]string, emit func(csv.Rows) error) error {
	for _, label := range labels {
		if isTaken(taken, label) {
			continue
		}
		if err := r.readNodesOf(ctx, entry, []string{label}, taken, emit); err != nil {
			return err
		}
		taken = append(taken, []string{label})
	}
	return r.readNodesOf(ctx, entry, nil, taken, emit)
}

// isTaken says whether one of the patterns matches every node with the label.
func isTaken(taken [][]string, label string) bool {
	return slices.ContainsFunc(taken, func(labels []string) bool { return len(labels) == 1 && labels[0] == label })
}

func (r *Reader) readNodesOf(ctx context.Context, entry *nodeMapping, labels []string, others [][]string, emit func(csv.Rows) error) error {
	titles, err := entry.Titles()
	if err != nil {
		return err
	}
	name := strings.Join(labels, ":")
	if name == "" {
		name = "(no label)"
	}
	s := newSection(name, nodeFacts, titles, entry.Rest, entry.Ignore)
	s.emit, s.seen = emit, r.options.Seen
	s.shapeOf = func(h csv.Header) (*csv.Shape, error) { return r.rows.Records(name, entry.RecordMapping, h) }
	err = r.client.pages(ctx, nodesPage(labels, others, s.wanted()), func(row []any) error {
		element, _ := row[1].(string)
		text, _ := textOf(row[2]) // names of labels are text
		properties, _ := row[3].(map[string]any)
		return s.add(item{[]string{element, text}, properties})
	})
	if err != nil {
		return err
	}
	return s.flush()
}

// countNodesLeft counts the nodes that no entry takes, each with the first of its
// labels that no entry names.
func (r *Reader) countNodesLeft(ctx context.Context, labels []string, taken [][]string) error {
	for _, label := range labels {
		if isTaken(taken, label) {
			continue
		}
		n, err := r.client.number(ctx, countNodesOf([]string{label}, taken))
		if err != nil {
			return err
		}
		r.leave("nodes labelled "+label, n)
		taken = append(taken, []string{label})
	}
	n, err := r.client.number(ctx, countNodesOf(nil, taken))
	r.leave("nodes without a label", n)
	return err
}

func (r *Reader) leave(what string, n int64) {
	if n > 0 {
		r.leftOut = append(r.leftOut, LeftOut{what, int(n)})
	}
}

// readRelationships reads relationships type by type, and counts those that no entry
// takes.
func (r *Reader) readRelationships(ctx context.Context, emit func(csv.Rows) error) error {
	types, err := r.client.names(ctx, listTypes)
	if err != nil {
		return err
	}
	ends, err := keysOf(r.options.Mapping.Nodes)
	if err != nil {
		return err
	}
	for _, name := range types {
		entry := r.entryOf(name)
		if entry == nil {
			n, err := r.client.number(ctx, countRelationshipsOf(name))
			if err != nil {
				return err
			}
			r.leave("relationships of type "+name, n)
			continue
		}
		if err := r.readRelationshipsOf(ctx, entry, name, ends, emit); err != nil {
			return err
		}
	}
	return nil
}

// entryOf returns the entry for a type, nil if there is none.
func (r *Reader) entryOf(name string) *relationshipMapping {
	var others *relationshipMapping
	for i := range r.options.Mapping.Relationships {
		switch entry := &r.options.Mapping.Relationships[i]; entry.Type {
		case name:
			return entry
		case anyName:
			others = entry
		}
	}
	return others
}

func (r *Reader) readRelationshipsOf(ctx context.Context, entry *relationshipMapping, name string, ends nodeKeys, emit func(csv.Rows) error) error {
	titles, err := entry.Titles()
	if err != nil {
		return err
	}
	s := newSection(name, relationshipFacts, titles, entry.Rest, entry.Ignore)
	s.emit, s.seen = emit, r.options.Seen
	s.shapeOf = func(h csv.Header) (*csv.Shape, error) { return r.rows.Links(name, entry.LinkMapping, h) }
	var loose int64 // relationships with an end that is left out
	err = r.client.pages(ctx, relationshipsPage(name, s.wanted(), ends.properties, ends.elements), func(row []any) error {
		from, fromLabels, ok := ends.of(row[3:6])
		to, toLabels, ok2 := ends.of(row[6:9])
		if !ok || !ok2 {
			loose++
			return nil
		}
		element, _ := row[1].(string)
		own, _ := row[2].(map[string]any)
		return s.add(item{[]string{element, fromLabels, toLabels, name, from, to}, own})
	})
	if err != nil {
		return err
	}
	r.leave("relationships of type "+name+" with an end that is left out", loose)
	return s.flush()
}

// of returns the key of an end of a relationship and its labels as text; ok says
// whether an entry takes the node.
func (k *nodeKeys) of(row []any) (key, labels string, ok bool) {
	element, _ := row[0].(string)
	list, _ := row[1].([]any)
	properties, _ := row[2].(map[string]any)
	names := make([]string, len(list))
	for i, label := range list {
		names[i], _ = label.(string)
	}
	labels = strings.Join(names, csv.ListSeparator)
	for i := range k.entries {
		if k.entries[i].entry.takes(names) {
			return k.entries[i].of(element, labels, properties), labels, true
		}
	}
	return "", labels, false
}
