// Package ontology reads schema.graphqls and answers what it declares: the kinds
// of things with their properties, the kinds of links with their usual ends, the
// words of other formats that mean them, and whether a record or link is fit to
// be stored. Nothing of this is written down a second time.
package ontology

import (
	"fmt"
	"strings"

	"github.com/vektah/gqlparser/v2"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint/graph"
)

// Ontology is what the schema declares. It does not change after [Load] and is
// safe for concurrent use.
type Ontology struct {
	// Kinds and LinkKinds in the order of the schema.
	Kinds     []*Kind
	LinkKinds []*LinkKind
	// Schema is the parsed schema, in which every field of a kind bears the
	// description that interface Entity gives it.
	Schema *ast.Schema

	kinds     map[graph.Kind]*Kind
	linkKinds map[graph.LinkKind]*LinkKind
	// Folded words to kinds.
	kindWords     map[string]*Kind
	linkKindWords map[string]*LinkKind
}

// Kind is a kind of thing: a type that implements interface Entity.
type Kind struct {
	Name graph.Kind
	// Label is what people call it, Icon names its symbol.
	Label, Icon, Description string
	// FTM names the FollowTheMoney schemata that import as this kind; only entities
	// with a topic that begins with one of FTMTopics are meant, if there are any.
	// STIX names STIX 2.1 object types, with the class after a colon, the one to
	// export first.
	FTM, FTMTopics, STIX []string
	// FTMExport is the FollowTheMoney schema to export as, "" if there is none.
	FTMExport string
	// Properties in the order of the schema.
	Properties []*Property

	properties map[string]*Property
	words      map[string]*Property
}

// Property is a declared property of a kind.
type Property struct {
	// Name under which values are stored, Field under which the API shows them.
	Name, Field string
	// Type is the GraphQL type of one value: String, Int, Float, Boolean, Decimal,
	// DateTime or PartialDate.
	Type Type
	// List says whether the API shows all values or the first.
	List bool
	// Unit of a number, "" if it has none.
	Unit        string
	Description string
	// Search says whether full-text search looks at it; Identity whether equal
	// values hint that two records mean one real thing.
	Search, Identity bool
	// FTM and STIX name the properties of these formats that mean it, the one to
	// export first.
	FTM, STIX []string
}

// LinkKind is a kind of link.
type LinkKind struct {
	Name               graph.LinkKind
	Label, Description string
	// From and To are the kinds that it usually joins; none means any.
	From, To []graph.Kind
	// Judgement marks SAME, NOT_SAME and UNSURE.
	Judgement bool
	// Derived marks kinds that only projections make; no link is stored under them.
	Derived bool
	FTM     []FTMEdge
	// STIX names relationship types, the one to export first.
	STIX []string
}

// FTMEdge says how a FollowTheMoney schema states a link: From and To name the
// properties that hold its ends. Where one is "", the entity itself is that end.
type FTMEdge struct{ Schema, From, To string }

// Load reads a schema. It fails if the schema is not valid GraphQL, or when what
// it declares as ontology does not hold together. It takes a few milliseconds.
func Load(schema []byte) (*Ontology, error) {
	parsed, err := gqlparser.LoadSchema(&ast.Source{Name: "schema.graphqls", Input: string(schema)})
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	o := &Ontology{
		Schema:        parsed,
		kinds:         map[graph.Kind]*Kind{},
		linkKinds:     map[graph.LinkKind]*LinkKind{},
		kindWords:     map[string]*Kind{},
		linkKindWords: map[string]*LinkKind{},
	}
	if err := o.readKinds(); err != nil {
		return nil, err
	}
	if err := o.readLinkKinds(); err != nil {
		return nil, err
	}
	return o, o.check()
}

// Kind returns the kind with this name, or that a person may mean by the word:
// case, blanks, hyphens and underscores do not count, and labels are names too
// ("bank account", "BANK_ACCOUNT"). It returns nil if there is none.
func (o *Ontology) Kind(word string) *Kind {
	if k := o.kinds[graph.Kind(word)]; k != nil {
		return k
	}
	return o.kindWords[fold(word)]
}

// LinkKind is Kind for link kinds ("linked to", "linkedTo" for LINKED_TO). Derived
// kinds are not among them: nobody can state one.
func (o *Ontology) LinkKind(word string) *LinkKind {
	if k := o.linkKinds[graph.LinkKind(word)]; k != nil {
		return k
	}
	return o.linkKindWords[fold(word)]
}

// Property returns the property that is stored under name, or nil.
func (k *Kind) Property(name string) *Property { return k.properties[name] }

// PropertyNamed returns the property that a person may mean by the word, such as
// a column title ("Birth date", "birth_date" for birthDate), or nil.
func (k *Kind) PropertyNamed(word string) *Property {
	if p := k.properties[word]; p != nil {
		return p
	}
	return k.words[fold(word)]
}

// Fits says whether links of this kind usually join such ends. An end of the
// unknown kind fits anywhere. Links that do not fit are messy, not wrong.
func (l *LinkKind) Fits(from, to graph.Kind) bool {
	return fits(l.From, from) && fits(l.To, to)
}

func fits(usual []graph.Kind, kind graph.Kind) bool {
	if len(usual) == 0 || kind == graph.UnknownKind {
		return true
	}
	for _, k := range usual {
		if k == kind {
			return true
		}
	}
	return false
}

// fold makes words comparable: lower case, without what separates their parts.
func fold(word string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(word) {
		switch r {
		case ' ', '-', '_', '\t', '.':
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}
