package neo4j

import (
	"fmt"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest/csv"
)

// Mapping says what labels, relationship types and properties mean.
type Mapping struct {
	// Dataset names the source unless the caller does.
	Dataset string `yaml:"dataset"`
	// Nodes say what nodes mean: the first entry all of whose labels a node has.
	Nodes []nodeMapping `yaml:"nodes"`
	// Relationships say the same of relationships by their type.
	Relationships []relationshipMapping `yaml:"relationships"`
}

// nodeMapping says what the nodes with some labels mean.
type nodeMapping struct {
	Label             names    `yaml:"label"`
	Ignore            []string `yaml:"ignore"`
	csv.RecordMapping `yaml:",inline"`
}

// relationshipMapping says what the relationships of a type mean.
type relationshipMapping struct {
	Type            string   `yaml:"type"`
	Ignore          []string `yaml:"ignore"`
	csv.LinkMapping `yaml:",inline"`
}

// names are written as a list or as a single word.
type names []string

// UnmarshalYAML reads a word, or a list of words.
func (n *names) UnmarshalYAML(unmarshal func(any) error) error {
	var word string
	if err := unmarshal(&word); err == nil {
		*n = names{word}
		return nil
	}
	return unmarshal((*[]string)(n))
}

// anyName is the label and the type that stand for all that no entry names.
const anyName = "*"

// Facts of nodes and relationships that mappings name like properties.
const (
	factElement     = "elementId()"
	factLabels      = "labels()"
	factType        = "type()"
	factStart       = "start()" // the key of the node where a relationship starts
	factEnd         = "end()"
	factStartLabels = "startLabels()"
	factEndLabels   = "endLabels()"
)

var (
	nodeFacts = csv.Header{Titles: []string{factElement, factLabels}, Facts: 2, Fleeting: 2}
	// What identifies a relationship that has no identifier is its type, its ends and
	// its properties.
	relationshipFacts = csv.Header{Titles: []string{factElement, factStartLabels, factEndLabels, factType, factStart, factEnd}, Facts: 6, Fleeting: 3}
)

// maxMapping bounds a mapping file in bytes.
const maxMapping = 1 << 20

// ParseMapping reads a mapping file. Name stands in messages. Unknown keys and values
// that can never be right are errors that name the line or the place.
func ParseMapping(name string, text []byte) (*Mapping, error) {
	wrong := func(err error) error { return graph.Errorf(graph.BadUserInput, "%s: %s", name, err) }
	if len(text) > maxMapping {
		return nil, wrong(fmt.Errorf("a mapping file has at most %d bytes", maxMapping))
	}
	m := &Mapping{}
	if err := yaml.UnmarshalWithOptions(text, m, yaml.Strict()); err != nil {
		return nil, graph.Errorf(graph.BadUserInput, "%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if len(m.Nodes) == 0 {
		return nil, wrong(fmt.Errorf("nodes: at least one entry is needed"))
	}
	for i := range m.Nodes {
		if err := m.Nodes[i].check(i == len(m.Nodes)-1); err != nil {
			return nil, wrong(fmt.Errorf("nodes[%d]: %w", i, err))
		}
	}
	types := map[string]bool{}
	for i := range m.Relationships {
		r := &m.Relationships[i]
		if types[r.Type] {
			return nil, wrong(fmt.Errorf("relationships[%d]: %q has an entry already; tell kinds apart by a map of startLabels() or endLabels()", i, r.Type))
		}
		types[r.Type] = true
		if err := r.check(); err != nil {
			return nil, wrong(fmt.Errorf("relationships[%d]: %w", i, err))
		}
	}
	return m, nil
}

func (n *nodeMapping) check(last bool) error {
	switch {
	case len(n.Label) == 0:
		return fmt.Errorf("label: which nodes are meant? Write a label, a list of labels that a node must all have, or \"*\"")
	case n.isAny() && !last:
		return fmt.Errorf("label: \"*\" takes all that is left, so no entry may follow it")
	case slices.Contains(n.Label, anyName) && !n.isAny():
		return fmt.Errorf("label: \"*\" stands alone")
	case n.As != "":
		return fmt.Errorf("as: nodes are named by their ids")
	case n.ID == nil:
		return fmt.Errorf("id: what tells these nodes apart? Write {property: NAME}, or {property: elementId()} where there is none")
	}
	for _, label := range n.Label {
		if _, err := quoted(label); err != nil {
			return fmt.Errorf("label: %w", err)
		}
	}
	n.RecordMapping = n.OrKind(factLabels)
	titles, err := n.Titles()
	if err != nil {
		return err
	}
	return checkNames(titles)
}

func (n *nodeMapping) isAny() bool { return len(n.Label) == 1 && n.Label[0] == anyName }

// takes says whether a node with these labels is meant, unless an earlier entry
// takes it.
func (n *nodeMapping) takes(labels []string) bool {
	if n.isAny() {
		return true
	}
	return !slices.ContainsFunc(n.Label, func(l string) bool { return !slices.Contains(labels, l) })
}

func (r *relationshipMapping) check() error {
	if r.Type == "" {
		return fmt.Errorf("type: which relationships are meant? Write a type or \"*\"")
	}
	if _, err := quoted(r.Type); err != nil {
		return fmt.Errorf("type: %w", err)
	}
	if r.HasEnds() {
		return fmt.Errorf("from, to: the ends of a link are those of the relationship")
	}
	r.LinkMapping = r.Between(factStart, factEnd).OrKind(factType)
	titles, err := r.Titles()
	if err != nil {
		return err
	}
	return checkNames(titles)
}

// checkNames refuses names of properties that no property can have.
func checkNames(titles []string) error {
	for _, title := range titles {
		if _, err := quoted(title); err != nil {
			return fmt.Errorf("property: %w", err)
		}
	}
	return nil
}
