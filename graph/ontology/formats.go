package ontology

import (
	"slices"
	"strings"
)

// KindForFTM returns the kind that a FollowTheMoney entity imports as: the first
// that names the schema and whose topics, if it asks for any, begin one of the
// entity's; kinds that ask for topics come first. It returns nil if none names
// the schema; try its parent then.
func (o *Ontology) KindForFTM(schema string, topics []string) *Kind {
	var found *Kind
	for _, k := range o.Kinds {
		if !slices.Contains(k.FTM, schema) {
			continue
		}
		if len(k.FTMTopics) > 0 {
			if slices.ContainsFunc(topics, func(topic string) bool { return begins(topic, k.FTMTopics) }) {
				return k
			}
		} else if found == nil {
			found = k
		}
	}
	return found
}

// begins says whether topic is one of wanted or lies below it ("fin.bank" below "fin").
func begins(topic string, wanted []string) bool {
	return slices.ContainsFunc(wanted, func(w string) bool { return topic == w || strings.HasPrefix(topic, w+".") })
}

// KindForSTIX returns the first kind that names the STIX 2.1 object type with this
// class ("identity", "individual"), else with the type alone; nil if there is none.
func (o *Ontology) KindForSTIX(objectType, class string) *Kind {
	for _, name := range []string{objectType + ":" + class, objectType} {
		for _, k := range o.Kinds {
			if slices.Contains(k.STIX, name) {
				return k
			}
		}
	}
	return nil
}

// PropertyForFTM returns the first property that a FollowTheMoney property of the
// kind imports as, or nil.
func (k *Kind) PropertyForFTM(name string) *Property {
	for _, p := range k.Properties {
		if slices.Contains(p.FTM, name) {
			return p
		}
	}
	return nil
}

// PropertyForSTIX is PropertyForFTM for STIX 2.1 properties.
func (k *Kind) PropertyForSTIX(name string) *Property {
	for _, p := range k.Properties {
		if slices.Contains(p.STIX, name) {
			return p
		}
	}
	return nil
}

// FTMLink is a link that a FollowTheMoney schema states.
type FTMLink struct {
	Kind *LinkKind
	FTMEdge
}

// LinksForFTM returns the links that entities of this FollowTheMoney schema
// state, in the order of the schema; what its parents state is not included.
func (o *Ontology) LinksForFTM(schema string) []FTMLink {
	var found []FTMLink
	for _, l := range o.LinkKinds {
		for _, edge := range l.FTM {
			if edge.Schema == schema {
				found = append(found, FTMLink{Kind: l, FTMEdge: edge})
			}
		}
	}
	return found
}

// LinkKindForSTIX returns the kind that a STIX 2.1 relationship type imports as,
// or nil.
func (o *Ontology) LinkKindForSTIX(relationship string) *LinkKind {
	for _, l := range o.LinkKinds {
		if slices.Contains(l.STIX, relationship) {
			return l
		}
	}
	return nil
}
