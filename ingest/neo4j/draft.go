package neo4j

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// sampleSize is how many nodes of a label, or relationships of a type, a draft looks
// at.
const sampleSize = 1000

// Draft returns a mapping file for the database of a server, ready to use and to be
// edited: an entry for every label and type there is, identifiers that are unique in
// the database, and the kinds, names, times and amounts that the words and values
// suggest. The dataset is named so, unless that is "".
func Draft(ctx context.Context, server *bolt.Server, o *ontology.Ontology, dataset string) (string, error) {
	d := &draft{client: client{server: server, patience: DefaultPatience}, ontology: o}
	nodes, err := d.nodes(ctx)
	if err != nil {
		return "", err
	}
	if len(nodes) == 0 {
		return "", graph.Errorf(graph.NotFound, "the database holds no labelled node, so there is nothing to draft a mapping from")
	}
	relationships, err := d.relationships(ctx)
	if err != nil {
		return "", err
	}
	var y draftText
	y.line(0, "# Drafted from the database: check kinds, names and identifiers, and import with")
	y.line(0, "#   chokepoint import neo4j://HOST:7687 --mapping THIS-FILE")
	y.line(0, "# docs/import.md says what may stand here.")
	if dataset != "" {
		y.line(0, "dataset: %s", word(dataset))
	}
	y.line(0, "nodes: # the first entry whose label a node has counts")
	for _, e := range nodes {
		e.write(&y, "label", "node")
	}
	if len(relationships) > 0 {
		y.line(0, "relationships:")
	}
	for _, e := range relationships {
		e.write(&y, "type", "relationship")
	}
	return y.String(), nil
}

// draft is a mapping in the making.
type draft struct {
	client   client
	ontology *ontology.Ontology
	unique   map[string][]string // properties under a constraint, by "NODE Label" or "RELATIONSHIP TYPE"
}

// entry is an entry of a drafted mapping.
type entry struct {
	name, kind, remark string
	count              int64
	element            bool // no property identifies
	id                 string
	values             []draftValue // what is not a property, in the order to write
	properties         []draftValue
	ignore             []string
}

// draftValue is a value of the mapping: a property, or a template.
type draftValue struct{ key, property, template, remark string }

// nodes drafts an entry for each label: those that the ontology knows first, then
// those with an identifier under a constraint, and the rarer before the commoner, so
// that of several labels of a node the one that says most counts.
func (d *draft) nodes(ctx context.Context) ([]*entry, error) {
	labels, err := d.client.names(ctx, listLabels)
	if err != nil {
		return nil, err
	}
	if err := d.constraints(ctx); err != nil {
		return nil, err
	}
	var entries []*entry
	for _, label := range labels {
		n, err := d.client.number(ctx, countNodesOf([]string{label}, nil))
		if err != nil {
			return nil, err
		}
		if n > 0 && !strings.HasPrefix(label, "_") { // Bloom keeps its own things so
			entries = append(entries, &entry{name: label, count: n})
		}
	}
	slices.SortStableFunc(entries, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(d.rank(a.name), d.rank(b.name)), cmp.Compare(a.count, b.count))
	})
	var taken [][]string
	var kept []*entry
	for _, e := range entries {
		found, err := d.node(ctx, e, taken)
		if err != nil {
			return nil, err
		}
		if found {
			kept, taken = append(kept, e), append(taken, []string{e.name})
		}
	}
	return kept, nil
}

func (d *draft) rank(label string) int {
	switch {
	case d.kindOf(label) != nil:
		return 0
	case len(d.unique["NODE "+label]) > 0:
		return 1
	}
	return 2
}

// kindOf returns the kind that a label means, nil if the ontology knows none.
func (d *draft) kindOf(label string) *ontology.Kind {
	if k := d.ontology.Kind(label); k != nil {
		return k
	}
	if k := d.ontology.KindForFTM(label, nil); k != nil && k.Name != graph.UnknownKind {
		return k
	}
	return nil
}

// constraints reads which single properties are unique.
func (d *draft) constraints(ctx context.Context) error {
	rows, err := d.client.rows(ctx, listUniqueness, nil)
	d.unique = map[string][]string{}
	for _, row := range rows {
		key := fmt.Sprint(row[0], " ", row[1])
		d.unique[key] = append(d.unique[key], fmt.Sprint(row[2]))
	}
	return err
}

// node completes the entry for a label, and says whether any node is left for it.
func (d *draft) node(ctx context.Context, e *entry, taken [][]string) (bool, error) {
	labels := []string{e.name}
	s, err := d.sample(ctx, sampleNodes(labels, taken))
	if err != nil || s.rows == 0 {
		return false, err
	}
	e.kind = e.name
	kind := d.kindOf(e.name)
	if kind != nil {
		e.kind = string(kind.Name)
	} else {
		e.remark = "unknown here: imported as UnknownEntity that keeps the word"
		kind = d.ontology.Kind(string(graph.UnknownKind))
	}
	e.id, err = d.identifier(ctx, s.identifiers(e.name, d.unique["NODE "+e.name]), func(p string) cypher { return countValues(labels, taken, p) })
	if e.element = e.id == ""; !e.element {
		e.keepID(kind)
	}
	e.name4node(s)
	e.grades(s)
	e.declared(s, kind)
	return true, err
}

// keepID keeps an identifier that means something outside the database, such as the
// number of a badge, as a property too.
func (e *entry) keepID(kind *ontology.Kind) {
	switch folded(e.id) {
	case "id", "uuid", "guid", "key", folded(e.name) + "id":
		return
	}
	name := e.id
	if p := kind.PropertyNamed(name); p != nil {
		name = p.Name
	}
	e.properties = append(e.properties, draftValue{key: name, property: e.id})
}

// identifier returns the first candidate of which every item has a value of its own,
// "" if there is none.
func (d *draft) identifier(ctx context.Context, candidates []string, count func(string) cypher) (string, error) {
	for _, property := range candidates {
		rows, err := d.client.rows(ctx, count(property), nil)
		if err != nil {
			return "", err
		}
		if len(rows) == 1 && rows[0][0] == rows[0][1] && rows[0][1] == rows[0][2] {
			return property, nil
		}
	}
	return "", nil
}

// relationships drafts an entry for each type.
func (d *draft) relationships(ctx context.Context) ([]*entry, error) {
	types, err := d.client.names(ctx, listTypes)
	if err != nil {
		return nil, err
	}
	var entries []*entry
	for _, name := range types {
		e := &entry{name: name, kind: name}
		if e.count, err = d.client.number(ctx, countRelationshipsOf(name)); err != nil {
			return nil, err
		}
		if e.count == 0 {
			continue
		}
		if k := d.ontology.LinkKind(name); k != nil {
			e.kind = string(k.Name)
		} else {
			e.remark = "unknown here: imported as LINKED_TO that keeps the word"
		}
		if err := d.relationship(ctx, e); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return entries, nil
}

func (d *draft) relationship(ctx context.Context, e *entry) error {
	s, err := d.sample(ctx, sampleRelationships(e.name))
	if err != nil {
		return err
	}
	e.id, err = d.identifier(ctx, s.identifiers(e.name, d.unique["RELATIONSHIP "+e.name]), func(p string) cypher { return countLinkValues(e.name, p) })
	e.measures(s)
	e.grades(s)
	e.declared(s, nil)
	return err
}

func (d *draft) sample(ctx context.Context, text cypher) (*sample, error) {
	rows, err := d.client.rows(ctx, text, map[string]any{"limit": sampleSize})
	s := &sample{values: map[string][]any{}, rows: len(rows)}
	for _, row := range rows {
		properties, _ := row[0].(map[string]any)
		for property, value := range properties {
			s.values[property] = append(s.values[property], value)
		}
	}
	return s, err
}
