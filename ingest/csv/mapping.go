package csv

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"github.com/chokepoint/chokepoint/graph"
)

// Mapping says what tables with headers of their own mean: see docs/import.md.
type Mapping struct {
	// Dataset names the source unless the caller does.
	Dataset string `yaml:"dataset"`
	// Files say what tables mean; the first that matches a table counts.
	Files []tableMapping `yaml:"files"`

	name string
}

// tableMapping says what the rows of some tables mean.
type tableMapping struct {
	// Match is a pattern of file names; Columns must all be in the header. Either
	// may be left out.
	Match   string   `yaml:"match"`
	Columns []string `yaml:"columns"`
	// Grade holds for all items of the rows that have none of their own.
	Grade   grade           `yaml:",inline"`
	Records []RecordMapping `yaml:"records"`
	Links   []LinkMapping   `yaml:"links"`
}

// grade says where a statement comes from, how good it is, how it is to be
// handled and when it held.
type grade struct {
	Confidence  *valueMapping `yaml:"confidence"`
	Reliability *valueMapping `yaml:"reliability"`
	Credibility *valueMapping `yaml:"credibility"`
	Markings    *valueMapping `yaml:"markings"`
	SourceRef   *valueMapping `yaml:"source_ref"`
	ValidFrom   *valueMapping `yaml:"valid_from"`
	ValidTo     *valueMapping `yaml:"valid_to"`
}

// RecordMapping says what record a row states: an entry under records.
type RecordMapping struct {
	As         string                   `yaml:"as"`
	ID         *valueMapping            `yaml:"id"`
	Kind       *valueMapping            `yaml:"kind"`
	Name       *valueMapping            `yaml:"name"`
	Aliases    *valueMapping            `yaml:"aliases"`
	Properties map[string]*valueMapping `yaml:"properties"`
	Rest       bool                     `yaml:"rest"`
	Optional   bool                     `yaml:"optional"`
	Grade      grade                    `yaml:",inline"`
}

// LinkMapping says what link a row states: an entry under links.
type LinkMapping struct {
	ID         *valueMapping            `yaml:"id"`
	Kind       *valueMapping            `yaml:"kind"`
	From       *endMapping              `yaml:"from"`
	To         *endMapping              `yaml:"to"`
	At         *valueMapping            `yaml:"at"`
	Amount     *valueMapping            `yaml:"amount"`
	Currency   *valueMapping            `yaml:"currency"`
	Quantity   *valueMapping            `yaml:"quantity"`
	Unit       *valueMapping            `yaml:"unit"`
	Weight     *valueMapping            `yaml:"weight"`
	Properties map[string]*valueMapping `yaml:"properties"`
	Rest       bool                     `yaml:"rest"`
	Optional   bool                     `yaml:"optional"`
	Grade      grade                    `yaml:",inline"`
}

// endMapping names an end: a record of the same row, or a thing by its key.
type endMapping struct {
	Record   string        `yaml:"record"`
	Column   string        `yaml:"column"`
	Template string        `yaml:"template"`
	Kind     *valueMapping `yaml:"kind"`
}

// valueMapping computes a value. Written as a plain word it is that constant.
type valueMapping struct {
	Column    string        `yaml:"column"`
	Property  string        `yaml:"property"` // instead of column where the rows are not those of a table
	Const     string        `yaml:"const"`
	Template  string        `yaml:"template"`
	Map       yaml.MapSlice `yaml:"map"`
	Default   string        `yaml:"default"`
	Separator string        `yaml:"separator"`
	// For times.
	Format string        `yaml:"format"`
	Epoch  *epochMapping `yaml:"epoch"`
}

type epochMapping struct {
	Start string `yaml:"start"`
	Unit  string `yaml:"unit"`
	Every int    `yaml:"every"`
	First int64  `yaml:"first"`
}

// UnmarshalYAML reads a plain word as a constant, and anything else strictly.
func (v *valueMapping) UnmarshalYAML(unmarshal func(any) error) error {
	var word any
	if err := unmarshal(&word); err != nil {
		return err
	}
	switch word := word.(type) {
	case map[string]any, yaml.MapSlice:
		type plain valueMapping
		return unmarshal((*plain)(v))
	case string:
		v.Const = word
	case int64, uint64, int, float64, bool:
		v.Const = fmt.Sprint(word)
	default:
		return fmt.Errorf("a value is a word, or one of column, const and template")
	}
	return nil
}

// UnmarshalYAML reads "2024-01-01" or its parts.
func (e *epochMapping) UnmarshalYAML(unmarshal func(any) error) error {
	var word any
	if err := unmarshal(&word); err != nil {
		return err
	}
	switch word := word.(type) {
	case map[string]any, yaml.MapSlice:
		type plain epochMapping
		return unmarshal((*plain)(e))
	default:
		e.Start = fmt.Sprint(word)
	}
	return nil
}

// maxMapping bounds a mapping file in bytes.
const maxMapping = 1 << 20

// ParseMapping reads a mapping file. Name stands in messages. Unknown keys and
// values that can never be right are errors that name the line or the place.
func ParseMapping(name string, text []byte) (*Mapping, error) {
	if len(text) > maxMapping {
		return nil, graph.Errorf(graph.BadUserInput, "%s: a mapping file has at most %d bytes", name, maxMapping)
	}
	m := &Mapping{name: name}
	if err := yaml.UnmarshalWithOptions(text, m, yaml.Strict()); err != nil {
		return nil, graph.Errorf(graph.BadUserInput, "%s: %s", name, strings.TrimSpace(yaml.FormatError(err, false, true)))
	}
	if len(m.Files) == 0 {
		return nil, graph.Errorf(graph.BadUserInput, "%s: files: at least one entry is needed", name)
	}
	for i := range m.Files {
		if err := m.Files[i].check(); err != nil {
			return nil, graph.Errorf(graph.BadUserInput, "%s: files[%d]: %s", name, i, err)
		}
	}
	return m, nil
}

// check finds what is wrong whatever the table.
func (t *tableMapping) check() error {
	if t.Match == "" && len(t.Columns) == 0 {
		return fmt.Errorf("match or columns must say which tables are meant")
	}
	if _, err := path.Match(t.Match, ""); err != nil {
		return fmt.Errorf("match: %q is not a pattern", t.Match)
	}
	if len(t.Records)+len(t.Links) == 0 {
		return fmt.Errorf("records or links must say what a row becomes")
	}
	// Against a header that holds every column, all that may go wrong does.
	_, err := t.plan(&compiler{columns: everything{}}, "", nil)
	return err
}

// planFor returns the plan of a table with this header: that of the mapping if it
// has an entry for it, else that of the contract.
func (o *Options) planFor(file string, header []string) (*plan, error) {
	if o.Mapping == nil {
		return contractPlan(file, header, o.Epoch)
	}
	columns := indexOf(header)
	for i := range o.Mapping.Files {
		t := &o.Mapping.Files[i]
		if !t.matches(file, columns) {
			continue
		}
		p, err := t.plan(&compiler{columns: columns, epoch: o.Epoch}, file, header)
		if err != nil {
			return nil, graph.Errorf(graph.BadUserInput, "%s: by %s, files[%d]: %s", file, o.Mapping.name, i, err)
		}
		return p, nil
	}
	return contractPlan(file, header, o.Epoch)
}

func (t *tableMapping) matches(file string, columns columnIndex) bool {
	if t.Match != "" {
		if ok, _ := path.Match(t.Match, file); !ok {
			return false
		}
	}
	return !slices.ContainsFunc(t.Columns, func(title string) bool { _, ok := columns.find(title); return !ok })
}

// columnFinder finds a column by its title.
type columnFinder interface {
	find(title string) (int, bool)
}

// columnIndex finds columns by their titles, exactly or by the same word; a word
// that several titles share finds the first.
type columnIndex struct{ exact, words map[string]int }

func indexOf(header []string) columnIndex {
	c := columnIndex{map[string]int{}, map[string]int{}}
	for i, title := range header {
		title = strings.TrimSpace(title)
		if _, ok := c.exact[title]; !ok {
			c.exact[title] = i
		}
		if _, ok := c.words[roleWord(title)]; !ok {
			c.words[roleWord(title)] = i
		}
	}
	return c
}

func (c columnIndex) find(title string) (int, bool) {
	title = strings.TrimSpace(title)
	if i, ok := c.exact[title]; ok {
		return i, true
	}
	i, ok := c.words[roleWord(title)]
	return i, ok
}

// everything is a header that has whatever column is looked for.
type everything struct{}

func (everything) find(string) (int, bool) { return 0, true }
