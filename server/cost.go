package server

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
)

// DefaultCostLimit admits one document of three rankings of 500 entities with
// their properties and three plans with every figure, which cost about 320,000.
const DefaultCostLimit = 400_000

const (
	// assumedRows is how long a list without a page argument is taken to be: the
	// records, names or properties of one entity.
	assumedRows = 10
	// maxRows keeps products within an int; every page is far smaller.
	maxRows = 1_000_000
	// tooMuch is where costs stop growing.
	tooMuch = 1 << 40
)

// introspectionWeights are what the fields cost that the schema does not declare itself: the
// whole schema, which is the same for all, and a part of it.
var introspectionWeights = map[string]int{"__schema": 500, "__type": 50}

// weightOf returns what a field costs beyond its answer, by @cost of the schema, in units
// of one field: the kernels run over the whole view however few rows are taken.
func weightOf(f *ast.Field) int {
	if cost := f.Definition.Directives.ForName("cost"); cost != nil {
		weight, _ := strconv.Atoi(cost.Arguments.ForName("weight").Value.Raw) // TestWeights reads each
		return weight
	}
	return introspectionWeights[f.Name]
}

// page is how many rows the lists below a field have: those directly below it,
// and those within the rows of these.
type page struct{ rows, nested int }

// costing estimates the cost of a valid operation from above: one for each field
// of each row that may come, plus weights. Fields that exclude each other, by
// @skip or by kind, all count.
type costing struct{ variables map[string]any }

func (c costing) operation(op *ast.OperationDefinition) int {
	return c.set(op.SelectionSet, page{})
}

func (c costing) set(set ast.SelectionSet, in page) int {
	total := 0
	for _, selection := range set {
		switch selection := selection.(type) {
		case *ast.Field:
			total += c.field(selection, in)
		case *ast.InlineFragment:
			total += c.set(selection.SelectionSet, in)
		case *ast.FragmentSpread:
			total += c.set(selection.Definition.SelectionSet, in)
		}
		total = min(total, tooMuch)
	}
	return total
}

func (c costing) field(f *ast.Field, in page) int {
	if f.Definition == nil || f.ObjectDefinition == nil { // __typename
		return 1
	}
	weight := weightOf(f)
	if len(f.SelectionSet) == 0 || strings.HasPrefix(f.ObjectDefinition.Name, "__") {
		return 1 + weight + c.set(f.SelectionSet, page{rows: 1})
	}
	rows := 1
	if f.Definition.Type.Elem != nil {
		rows = c.listed(f, in)
	}
	return min(weight+rows*(1+c.set(f.SelectionSet, c.below(f, in))), tooMuch)
}

// argument returns an argument of a field, or its default; nil for neither.
func (c costing) argument(f *ast.Field, name string) any {
	var value *ast.Value
	if definition := f.Definition.Arguments.ForName(name); definition != nil {
		value = definition.DefaultValue
	}
	if given := f.Arguments.ForName(name); given != nil {
		if given.Value.Kind != ast.Variable {
			value = given.Value
		} else if v, ok := c.variables[given.Value.Raw]; ok {
			return v
		}
	}
	v, _ := value.Value(c.variables) // valid, or nil
	return v
}

// listed returns how many rows a list field may have.
func (c costing) listed(f *ast.Field, in page) int {
	if slicing, ok := slicingOf(f); ok {
		return length(c.argument(f, slicing))
	}
	if size := assumedSize(f); size > 0 {
		return size
	}
	if in.rows > 0 {
		return in.rows
	}
	return assumedRows
}

// below returns the page that a field's arguments ask for; a list passes on what
// lies within its rows.
func (c costing) below(f *ast.Field, in page) page {
	slicing, sliced := slicingOf(f)
	switch {
	case sliced && slicing == "k": // paths
		return page{rows: length(c.argument(f, slicing)), nested: length(c.argument(f, "maxHops")) + 1}
	case sliced && slicing != "ids":
		return page{rows: length(c.argument(f, slicing))}
	case assumedSize(f) > 0:
		return page{rows: in.rows}
	case f.Definition.Type.Elem != nil:
		return page{rows: in.nested}
	}
	return page{}
}

// slicingOf returns the argument that @listSize names.
func slicingOf(f *ast.Field) (string, bool) {
	if list := f.Definition.Directives.ForName("listSize"); list != nil {
		if names := list.Arguments.ForName("slicingArguments"); names != nil {
			return names.Value.Children[0].Value.Raw, true
		}
	}
	return "", false
}

// assumedSize returns the length that @listSize states, 0 for none.
func assumedSize(f *ast.Field) int {
	if list := f.Definition.Directives.ForName("listSize"); list != nil {
		if size := list.Arguments.ForName("assumedSize"); size != nil {
			n, _ := strconv.Atoi(size.Value.Raw) // a number in a valid schema
			return n
		}
	}
	return 0
}

// length returns how long a list an argument asks for: its number, or its own length.
func length(argument any) int {
	if list, ok := argument.([]any); ok {
		return max(1, len(list))
	}
	return number(argument)
}

// number returns an argument as a count from 1 to maxRows.
func number(argument any) int {
	n := 0
	switch argument := argument.(type) {
	case int64:
		n = int(argument)
	case int:
		n = argument
	case json.Number:
		whole, _ := argument.Int64()
		n = int(whole)
	}
	return min(max(n, 1), maxRows)
}
