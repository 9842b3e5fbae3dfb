package ontology

import (
	"fmt"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint/graph"
)

// Type is the GraphQL type of a property's values.
type Type string

// The types that a property may have.
const (
	String      Type = "String"
	Int         Type = "Int"
	Float       Type = "Float"
	Boolean     Type = "Boolean"
	Decimal     Type = "Decimal"
	DateTime    Type = "DateTime"
	PartialDate Type = "PartialDate"
)

var types = []Type{String, Int, Float, Boolean, Decimal, DateTime, PartialDate}

// readKinds reads the types that implement interface Entity.
func (o *Ontology) readKinds() error {
	entity, values := o.Schema.Types["Entity"], o.Schema.Types["EntityKind"]
	if entity == nil || values == nil || values.Kind != ast.Enum {
		return fmt.Errorf("schema: interface Entity or enum EntityKind is missing")
	}
	for _, value := range values.EnumValues {
		def := o.Schema.Types[value.Name]
		if def == nil || !slices.Contains(def.Interfaces, "Entity") {
			return fmt.Errorf("schema: EntityKind.%s is no type that implements Entity", value.Name)
		}
		value.Description = def.Description
		kind, err := readKind(def, entity)
		if err != nil {
			return err
		}
		o.Kinds = append(o.Kinds, kind)
		o.kinds[kind.Name] = kind
		for _, word := range []string{string(kind.Name), kind.Label} {
			if other := o.kindWords[fold(word)]; other != nil && other != kind {
				return fmt.Errorf("schema: %q means %s and %s", word, other.Name, kind.Name)
			}
			o.kindWords[fold(word)] = kind
		}
	}
	return nil
}

// readKind reads one kind and gives its fields the descriptions of the interface.
func readKind(def, entity *ast.Definition) (*Kind, error) {
	kind := def.Directives.ForName("kind")
	if kind == nil {
		return nil, fmt.Errorf("schema: type %s implements Entity and lacks @kind", def.Name)
	}
	k := &Kind{
		Name: graph.Kind(def.Name), Label: text(kind, "label"), Icon: text(kind, "icon"), Description: def.Description,
		FTM: texts(kind, "ftm"), FTMTopics: texts(kind, "ftmTopics"), STIX: texts(kind, "stix"),
		properties: map[string]*Property{}, words: map[string]*Property{},
	}
	if k.FTMExport = text(kind, "ftmExport"); k.FTMExport == "" && len(k.FTM) > 0 {
		k.FTMExport = k.FTM[0]
	}
	for _, field := range def.Fields {
		if inherited := entity.Fields.ForName(field.Name); inherited != nil {
			inherit(field, inherited)
			continue
		}
		if strings.HasPrefix(field.Name, "__") {
			continue
		}
		p, err := readProperty(def, field)
		if err != nil {
			return nil, err
		}
		k.Properties = append(k.Properties, p)
		k.properties[p.Name] = p
		k.words[fold(p.Name)], k.words[fold(p.Field)] = p, p
	}
	return k, nil
}

// inherit copies the descriptions of an interface field to the same field of a
// type, which GraphQL does not do by itself.
func inherit(field, from *ast.FieldDefinition) {
	field.Description = from.Description
	for _, argument := range field.Arguments {
		if a := from.Arguments.ForName(argument.Name); a != nil {
			argument.Description = a.Description
		}
	}
}

func readProperty(def *ast.Definition, field *ast.FieldDefinition) (*Property, error) {
	p := &Property{Name: field.Name, Field: field.Name, Type: Type(field.Type.Name()), List: field.Type.Elem != nil, Description: field.Description}
	if d := field.Directives.ForName("property"); d != nil {
		if name := text(d, "name"); name != "" {
			p.Name = name
		}
		p.Unit, p.FTM, p.STIX = text(d, "unit"), texts(d, "ftm"), texts(d, "stix")
		p.Search, p.Identity = flag(d, "search"), flag(d, "identity")
	}
	switch {
	case !slices.Contains(types, p.Type) || len(field.Arguments) > 0:
		return nil, fmt.Errorf("schema: %s.%s: a property has no arguments and one of the types %v", def.Name, field.Name, types)
	case p.List && (!field.Type.NonNull || !field.Type.Elem.NonNull || p.Type != String):
		return nil, fmt.Errorf("schema: %s.%s: [String!]! is the type of a property with several values", def.Name, field.Name)
	case !p.List && field.Type.NonNull:
		return nil, fmt.Errorf("schema: %s.%s: a property may be missing, so its type is nullable", def.Name, field.Name)
	}
	return p, nil
}

// readLinkKinds reads enum LinkKind.
func (o *Ontology) readLinkKinds() error {
	values := o.Schema.Types["LinkKind"]
	if values == nil || values.Kind != ast.Enum {
		return fmt.Errorf("schema: enum LinkKind is missing")
	}
	for _, value := range values.EnumValues {
		l := &LinkKind{
			Name: graph.LinkKind(value.Name), Description: value.Description,
			Label:     strings.ToLower(strings.ReplaceAll(value.Name, "_", " ")),
			Judgement: value.Directives.ForName("judgement") != nil,
			Derived:   value.Directives.ForName("derived") != nil,
		}
		ends := value.Directives.ForName("ends")
		if ends == nil {
			return fmt.Errorf("schema: LinkKind.%s lacks @ends", value.Name)
		}
		l.From, l.To = kindNames(ends, "from"), kindNames(ends, "to")
		if d := value.Directives.ForName("stix"); d != nil {
			l.STIX = texts(d, "types")
		}
		for _, d := range value.Directives.ForNames("ftm") {
			l.FTM = append(l.FTM, FTMEdge{Schema: text(d, "schema"), From: text(d, "from"), To: text(d, "to")})
		}
		o.LinkKinds = append(o.LinkKinds, l)
		if l.Derived {
			continue
		}
		o.linkKinds[l.Name] = l
		o.linkKindWords[fold(value.Name)] = l
	}
	return nil
}

// check holds the declarations against each other and against what code knows.
func (o *Ontology) check() error {
	if o.kinds[graph.UnknownKind] == nil || o.linkKinds[graph.LinkedTo] == nil {
		return fmt.Errorf("schema: %s and %s must be declared", graph.UnknownKind, graph.LinkedTo)
	}
	for _, l := range o.LinkKinds {
		if l.Judgement != l.Name.IsJudgement() {
			return fmt.Errorf("schema: @judgement belongs to SAME, NOT_SAME and UNSURE, see %s", l.Name)
		}
		for _, kind := range slices.Concat(l.From, l.To) {
			if o.kinds[kind] == nil {
				return fmt.Errorf("schema: %s: there is no kind %s", l.Name, kind)
			}
		}
	}
	for name, def := range o.Schema.Types {
		if slices.Contains(def.Interfaces, "Entity") && o.kinds[graph.Kind(name)] == nil {
			return fmt.Errorf("schema: kind %s is missing in EntityKind; run go generate", name)
		}
	}
	return nil
}

func text(d *ast.Directive, name string) string {
	if a := d.Arguments.ForName(name); a != nil {
		return a.Value.Raw
	}
	return ""
}

// texts reads a list, or the single value that stands for a list of one.
func texts(d *ast.Directive, name string) []string {
	a := d.Arguments.ForName(name)
	if a == nil {
		return nil
	}
	if a.Value.Kind != ast.ListValue {
		return []string{a.Value.Raw}
	}
	var list []string
	for _, child := range a.Value.Children {
		list = append(list, child.Value.Raw)
	}
	return list
}

func flag(d *ast.Directive, name string) bool { return text(d, name) == "true" }

func kindNames(d *ast.Directive, name string) []graph.Kind {
	kinds := []graph.Kind{}
	for _, word := range texts(d, name) {
		kinds = append(kinds, graph.Kind(word))
	}
	return kinds
}
