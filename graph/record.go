package graph

import (
	"cmp"
	"slices"
)

// Kind is the kind of a record: the name of a GraphQL type that implements
// interface Entity, such as "Person". [UnknownKind] stands for kinds that the
// ontology lacks.
type Kind string

// LinkKind is the kind of a link, in upper snake case, such as "OWNS".
type LinkKind string

// Kinds that the code itself must know; all others live in the schema.
const (
	UnknownKind Kind     = "UnknownEntity"
	LinkedTo    LinkKind = "LINKED_TO"

	// Identity judgements: links between two records that say whether both mean
	// one real thing. They fuse records and never count as links of a network.
	Same    LinkKind = "SAME"
	NotSame LinkKind = "NOT_SAME"
	Unsure  LinkKind = "UNSURE"
)

// IsJudgement says whether k is an identity judgement.
func (k LinkKind) IsJudgement() bool { return k == Same || k == NotSame || k == Unsure }

// Property is one named, multi-valued property. Values are canonical text: what
// they mean (date, number, text) the ontology says.
type Property struct {
	Name   string
	Values []string
}

// Properties is a list of properties ordered by name, each name once.
type Properties []Property

// Get returns the values of the named property, or nil. O(log n).
func (p Properties) Get(name string) []string {
	i, ok := slices.BinarySearchFunc(p, name, func(e Property, n string) int { return cmp.Compare(e.Name, n) })
	if !ok {
		return nil
	}
	return p[i].Values
}

// First returns the first value of the named property, or "".
func (p Properties) First(name string) string {
	if v := p.Get(name); len(v) > 0 {
		return v[0]
	}
	return ""
}

// Clone returns a copy that shares no memory with p but the texts.
func (p Properties) Clone() Properties {
	clone := slices.Clone(p)
	for i := range clone {
		clone[i].Values = slices.Clone(clone[i].Values)
	}
	return clone
}

// Normalize orders p by name, merges equal names (values in order, duplicates
// dropped) and drops properties without values. It works in place.
func (p Properties) Normalize() Properties {
	slices.SortStableFunc(p, func(a, b Property) int { return cmp.Compare(a.Name, b.Name) })
	out := p[:0]
	for _, prop := range p {
		if n := len(out); n > 0 && out[n-1].Name == prop.Name {
			out[n-1].Values = append(slices.Clip(out[n-1].Values), prop.Values...)
		} else {
			out = append(out, prop)
		}
	}
	kept := out[:0]
	for _, prop := range out {
		values := make([]string, 0, len(prop.Values))
		for _, v := range prop.Values {
			if v != "" && !slices.Contains(values, v) {
				values = append(values, v)
			}
		}
		if len(values) > 0 {
			kept = append(kept, Property{Name: prop.Name, Values: values})
		}
	}
	if len(kept) == 0 {
		return nil
	}
	return kept
}

// Header is what records and links have in common: identity, source, grade,
// handling and validity.
type Header struct {
	ID ID
	// Dataset names the source; Key is the source's own key within it. ID derives
	// from both.
	Dataset, Key string
	// SourceRef says where in the source the statement stands: a page, a row, a URL.
	SourceRef string
	// Reliability of the source, 'A' (completely reliable) to 'F' (cannot be
	// judged), and Credibility of the statement, 1 (confirmed) to 6 (cannot be
	// judged): the Admiralty code. Zero means not graded.
	Reliability byte
	Credibility uint8
	// Confidence that the statement is true, 0 to 1.
	Confidence float64
	// Markings restrict handling. Never empty in a store: see [Markings].
	Markings Markings
	// ValidFrom and ValidTo bound when the statement held in the world; NoInstant
	// leaves a side open. ValidTo is exclusive.
	ValidFrom, ValidTo Instant
	Properties         Properties
}

// Record is what one source said of one thing.
type Record struct {
	Header
	Kind    Kind
	Name    string
	Aliases []string
}

// Link is what one source said of a connection From one record To another.
// Either end may be missing from the store: then nobody sees the link until
// that end arrives.
type Link struct {
	Header
	Kind     LinkKind
	From, To ID
	// At is the instant of an event, NoInstant if it has none.
	At Instant
	// Amount of money in Currency (ISO 4217 or a ticker), "" if none.
	Amount   Decimal
	Currency string
	// Quantity of goods in Unit and tie strength Weight; NaN-free, nil if none.
	Quantity *float64
	Unit     string
	Weight   *float64
}
