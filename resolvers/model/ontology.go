package model

import "github.com/chokepoint/chokepoint/graph/ontology"

// Ontology shows the ontology in the API.
type Ontology struct{ *ontology.Ontology }

// Kinds returns the kinds of things.
func (o Ontology) Kinds() []KindInfo {
	kinds := make([]KindInfo, len(o.Ontology.Kinds))
	for i, k := range o.Ontology.Kinds {
		kinds[i] = KindInfo{k}
	}
	return kinds
}

// KindInfo shows a kind.
type KindInfo struct{ *ontology.Kind }

// Properties returns the declared properties.
func (k KindInfo) Properties() []PropertyInfo {
	properties := make([]PropertyInfo, len(k.Kind.Properties))
	for i, p := range k.Kind.Properties {
		properties[i] = PropertyInfo{p}
	}
	return properties
}

// PropertyInfo shows a declared property.
type PropertyInfo struct{ *ontology.Property }

// Type returns the name of the type.
func (p PropertyInfo) Type() string { return string(p.Property.Type) }

// Unit returns the unit, nil if it has none.
func (p PropertyInfo) Unit() *string { return optional(p.Property.Unit) }
