package noninterference

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// question draws a query or mutation of low on one root field, everything below it
// selected as far as depth goes.
func (d *drawer) question(field *ast.FieldDefinition) string {
	return fmt.Sprintf("{ %s%s%s }", field.Name, d.arguments(field), d.selection(field.Type.Name(), 4))
}

// mutation draws what low may try: its writes must not tell of hidden things.
func (d *drawer) mutation(name string) string {
	switch name {
	case "upsertRecords":
		return upsert(name, several(d, 2, func() string {
			text := d.record(d.anyKey(), "TLP:CLEAR")
			return strings.Replace(text, `"mixed"`, d.of(`"open"`, `"open"`, `"mixed"`, `"low/own"`, `"nowhere"`), 1)
		}))
	case "upsertLinks":
		return upsert(name, several(d, 3, func() string {
			if len(d.written) > 0 && d.chance(60) {
				return d.of(d.written...)
			}
			return d.link(d.of("open", "open", "open", "mixed"), d.linkKind(), d.visibleKey(), d.anyKey(), "TLP:CLEAR")
		}))
	case "deleteRecords":
		return deletion(several(d, 2, d.id))
	default:
		return fmt.Sprintf("mutation { %s(input: {revision: %s})%s }", name, d.token(), writeSelection)
	}
}

// arguments draws the arguments of a field; optional ones are often left out.
func (d *drawer) arguments(field *ast.FieldDefinition) string {
	var drawn []string
	for _, a := range field.Arguments {
		required := a.Type.NonNull && a.DefaultValue == nil
		often := 40
		if a.Name == "after" || a.Name == "atLeast" { // mostly wrong, until answers have shown some
			often = 15
		}
		if field.Name == "moneyPatterns" { // few arguments leave any
			often = 15
		}
		if a.Name == "scope" && strings.Contains(strings.ToLower(field.Name), "money") && d.chance(70) { // transfers proper are rare
			drawn = append(drawn, "scope: {projection: "+d.of("OWNERSHIP", "PEOPLE", "GOODS", "MONEY")+"}")
			continue
		}
		if required || a.Name == "minFan" || d.chance(often) {
			drawn = append(drawn, a.Name+": "+d.value(a.Name, a.Type))
		}
	}
	if len(drawn) == 0 {
		return ""
	}
	return "(" + strings.Join(drawn, ", ") + ")"
}

// value draws a literal of a type, of a sensible size by the argument's name.
func (d *drawer) value(name string, t *ast.Type) string {
	if t.Elem != nil {
		return list(several(d, 3, func() string { return d.value(name, t.Elem) }))
	}
	switch name {
	case "after":
		if cursors := d.seen["cursor"]; len(cursors) > 0 {
			return strconv.Quote(d.of(cursors...))
		}
		return `"nonsense"`
	case "atLeast", "asOf":
		return d.token()
	case "text", "names", "contains":
		return strconv.Quote(d.of(append(names, "harbor", "petrow ivan", "chem", "pa")...))
	case "maxCost":
		return d.of("0.5", "1", "2.5", "6")
	case "weightProperty", "capacityProperty", "costProperty":
		return strconv.Quote(d.of("weight", "amount", "quantity", "confidence", "days"))
	case "minFan": // of few things
		return "2"
	case "maxLength":
		return d.of("1", "2", "3", "4")
	case "hubCap":
		return d.of("0", "4", "1000")
	case "window":
		return d.of("0.5", "20", "40")
	case "minAmount":
		return strconv.Quote(d.of("1", "2.5", "12"))
	case "tolerance":
		return d.of("0.4", "2.5")
	case "currency": // links name none
		return `""`
	case "datasets", "dataset":
		return strconv.Quote(d.of("mixed", "open", "nowhere"))
	case "key":
		return strconv.Quote(d.anyKey())
	}
	definition := d.schema.Types[t.Name()]
	switch definition.Kind {
	case ast.Enum:
		switch t.Name() { // mostly what there is
		case "EntityKind":
			return d.of(kinds[:7]...)
		case "LinkKind":
			return d.of(linkKinds[:13]...)
		}
		return definition.EnumValues[d.number(0, len(definition.EnumValues)-1)].Name
	case ast.InputObject:
		var fields []string
		for _, f := range definition.Fields {
			if f.Type.NonNull && f.DefaultValue == nil || d.chance(15) {
				fields = append(fields, f.Name+": "+d.value(f.Name, f.Type))
			}
		}
		return "{" + strings.Join(fields, ", ") + "}"
	}
	switch t.Name() {
	case "ID":
		return d.id()
	case "Int":
		return strconv.Itoa(d.number(0, 4))
	case "Float":
		return "0." + strconv.Itoa(d.number(0, 9))
	case "Boolean":
		return strconv.FormatBool(d.chance(50))
	case "DateTime":
		return strconv.Quote(d.of("2024", "2024-03-01", "2024-03-01T00:00:05Z"))
	case "Marking":
		return strconv.Quote(d.of("TLP:CLEAR", "TLP:RED"))
	}
	return strconv.Quote(d.of("role", "notes", "broker", "12"))
}

// selection selects every field of a type, and of what it leads to down to depth.
// Connections are taken by their nodes; edges add the cursors.
func (d *drawer) selection(typeName string, depth int) string {
	definition := d.schema.Types[typeName]
	if definition.Kind == ast.Scalar || definition.Kind == ast.Enum {
		return ""
	}
	if typeName == "Node" {
		return fmt.Sprintf(" { __typename id ... on Entity%s ... on Link%s }", d.selection("Entity", depth-1), d.aliased("Link", depth-1, "link_"))
	}
	return d.aliased(typeName, depth, "")
}

// storeOnly are fields whose absence leaves nothing of an answer.
var storeOnly = []string{"aliases", "properties", "records", "judgements"}

// aliased is selection with a prefix before the names, for types that meet in one
// answer.
func (d *drawer) aliased(typeName string, depth int, prefix string) string {
	definition := d.schema.Types[typeName]
	fields := []string{"__typename"}
	for _, f := range definition.Fields {
		inner := f.Type.Name()
		kind := d.schema.Types[inner].Kind
		leaf := kind == ast.Scalar || kind == ast.Enum
		name := f.Name
		if prefix != "" {
			name = prefix + f.Name + ": " + f.Name
		}
		switch {
		case strings.HasPrefix(f.Name, "__"), d.sketches && slices.Contains(storeOnly, f.Name):
		case f.Name == "edges":
			fields = append(fields, "edges { cursor }")
		case leaf:
			fields = append(fields, name)
		case depth > 0 || slices.Contains([]string{"pageInfo", "properties", "computedOn"}, f.Name):
			arguments := ""
			if len(f.Arguments) > 0 && d.chance(50) {
				arguments = d.arguments(f)
			}
			fields = append(fields, name+arguments+d.selection(inner, depth-1))
		}
	}
	return " { " + strings.Join(fields, " ") + " }"
}
