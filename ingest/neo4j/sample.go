package neo4j

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/neo4j/neo4j-go-driver/v5/neo4j"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// sample is what some nodes or relationships hold.
type sample struct {
	rows   int
	values map[string][]any // by property
}

// names returns the properties, by name.
func (s *sample) names() []string { return slices.Sorted(maps.Keys(s.values)) }

// find returns the first property that one of the words means, all of whose values
// are fit; "" if there is none.
func (s *sample) find(words string, fit func(any) bool) string {
	for _, word := range strings.Fields(words) {
		for _, name := range s.names() {
			if folded(name) == word && s.all(name, fit) {
				return name
			}
		}
	}
	return ""
}

// folded makes names of properties comparable.
func folded(name string) string {
	return strings.NewReplacer("_", "", "-", "", " ", "").Replace(strings.ToLower(name))
}

func (s *sample) all(name string, fit func(any) bool) bool {
	return !slices.ContainsFunc(s.values[name], func(v any) bool { return !fit(v) })
}

// identifiers returns the properties that may identify items of the name, the best
// first: those under a constraint, then those that are called so.
func (s *sample) identifiers(name string, constrained []string) []string {
	words := []string{"id", "uuid", "guid", folded(name) + "id", "key"}
	candidates := slices.Sorted(slices.Values(constrained))
	for _, word := range words {
		candidates = append(candidates, s.find(word, isKey))
	}
	for _, property := range s.names() {
		for _, ending := range []string{"id", "no", "number", "key", "ref"} {
			if strings.HasSuffix(folded(property), ending) && s.all(property, isKey) {
				candidates = append(candidates, property)
			}
		}
	}
	var once []string
	for _, c := range candidates {
		if c != "" && !slices.Contains(once, c) && s.distinct(c) {
			once = append(once, c)
		}
	}
	return once
}

// distinct says whether every item of the sample has a value of its own.
func (s *sample) distinct(property string) bool {
	values := map[string]bool{}
	for _, v := range s.values[property] {
		text, err := textOf(v)
		if err != nil || text == "" {
			return false
		}
		values[text] = true
	}
	return len(values) == s.rows && s.rows > 0
}

func isKey(v any) bool {
	switch v := v.(type) {
	case int64:
		return true
	case string:
		return v != "" && len(v) <= ontology.MaxName/2 && strings.TrimSpace(v) == v
	}
	return false
}

func isName(v any) bool {
	text, ok := v.(string)
	return ok && len(text) <= ontology.MaxName
}

func isNames(v any) bool {
	list, ok := v.([]any)
	if !ok {
		return isName(v)
	}
	return len(list) <= ontology.MaxAliases && !slices.ContainsFunc(list, func(v any) bool { return !isName(v) })
}

func isInstant(v any) bool {
	switch v := v.(type) {
	case string:
		_, ok := graph.ParseInstant(v)
		return ok
	case int64, bool, float64:
		return false
	default:
		text, err := scalar(v)
		_, ok := graph.ParseInstant(text)
		return err == nil && ok
	}
}

func isAmount(v any) bool {
	switch v.(type) {
	case int64, float64, string:
		text, err := scalar(v)
		_, ok := graph.ParseDecimal(text)
		return err == nil && ok
	}
	return false
}

func isNumber(v any) bool {
	switch v := v.(type) {
	case int64:
		return true
	case float64:
		return !math.IsNaN(v) && !math.IsInf(v, 0)
	}
	return false
}

func isShare(v any) bool {
	text, err := scalar(v)
	f, bad := strconv.ParseFloat(text, 64)
	return err == nil && bad == nil && isNumber(v) && f >= 0 && f <= 1
}

func isUnit(v any) bool {
	text, ok := v.(string)
	return ok && len(text) <= ontology.MaxUnit
}

func isDegrees(v any) bool {
	switch p := v.(type) {
	case neo4j.Point2D:
		return p.SpatialRefId == wgs84
	case neo4j.Point3D:
		return p.SpatialRefId == wgs84Height
	}
	return false
}

// name4node drafts name and aliases.
func (e *entry) name4node(s *sample) {
	name := s.find("name fullname displayname legalname caption title label address", isName)
	first, last := s.find("firstname forename givenname", isName), s.find("surname lastname familyname", isName)
	if first == "" {
		first = name
	}
	switch {
	case last != "" && first != "" && folded(first) != "fullname" && s.everywhere(first) && s.everywhere(last) && !strings.ContainsAny(first+last, "{}"):
		e.values = append(e.values, draftValue{key: "name", template: "{" + first + "} {" + last + "}"})
	case name != "":
		e.values = append(e.values, draftValue{key: "name", property: name})
	}
	if aliases := s.find("aliases alias aka othernames alternativenames", isNames); aliases != "" {
		e.values = append(e.values, draftValue{key: "aliases", property: aliases})
	}
}

// everywhere says whether all items of the sample have the property.
func (s *sample) everywhere(property string) bool { return len(s.values[property]) == s.rows }

// measures drafts time, money, goods and weight of a relationship.
func (e *entry) measures(s *sample) {
	e.take(s, "at", "at date datetime time timestamp when occurredat", isInstant)
	e.take(s, "amount", "amount sum total", isAmount)
	e.take(s, "currency", "currency", isUnit)
	e.take(s, "quantity", "quantity", isNumber)
	e.take(s, "unit", "unit", isUnit)
	e.take(s, "weight", "weight", isNumber)
}

// grades drafts what says how good a statement is and when it held.
func (e *entry) grades(s *sample) {
	e.take(s, "confidence", "confidence", isShare)
	e.take(s, "source_ref", "sourceref sourceurl", isName)
	e.take(s, "valid_from", "validfrom since", isInstant)
	e.take(s, "valid_to", "validto until", isInstant)
}

func (e *entry) take(s *sample, key, words string, fit func(any) bool) {
	if name := s.find(words, fit); name != "" {
		e.values = append(e.values, draftValue{key: key, property: name})
	}
}

// declared drafts properties whose values do not suit those that the kind declares
// under their name, coordinates that it declares, and what is no text.
func (e *entry) declared(s *sample, kind *ontology.Kind) {
	for _, name := range s.names() {
		var p *ontology.Property
		if kind != nil {
			p = kind.PropertyNamed(name)
		}
		switch {
		case !s.all(name, isText):
			e.ignore = append(e.ignore, name)
		case p != nil && !s.all(name, suits(p)):
			e.properties = slices.DeleteFunc(e.properties, func(v draftValue) bool { return v.property == name })
			e.properties = append(e.properties, draftValue{key: name + " (text)", property: name, remark: "not of the form that " + p.Name + " asks for"})
		case kind != nil && kind.Property("latitude") != nil && len(s.values["latitude"])+len(s.values["longitude"]) == 0 && s.all(name, isDegrees):
			e.properties = append(e.properties, draftValue{key: "latitude", property: name + ".y"}, draftValue{key: "longitude", property: name + ".x"})
		}
	}
}

func isText(v any) bool {
	_, err := textOf(v)
	return err == nil
}

// suits returns whether values are such as a declared property takes.
func suits(p *ontology.Property) func(any) bool {
	return func(v any) bool {
		list, ok := v.([]any)
		if !ok {
			list = []any{v}
		}
		return !slices.ContainsFunc(list, func(v any) bool {
			text, err := scalar(v)
			_, ok := p.Type.Canonical(text)
			return err != nil || !ok
		})
	}
}
