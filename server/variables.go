package server

import (
	"encoding/json"
	"fmt"
	"math"
	"strconv"

	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint/graph"
)

// checkVariables says which variable does not fit its declared type, as the
// specification has it. gqlparser lets pass what it should not: two members of a
// @oneOf input, numbers for strings, enum values in any case. Types that the
// schema lacks are left to the validator.
func checkVariables(schema *ast.Schema, op *ast.OperationDefinition, variables map[string]any) *graph.Error {
	for _, v := range op.VariableDefinitions {
		value, given := variables[v.Variable]
		path := "$" + v.Variable
		switch {
		case given:
			if err := fits(schema, path, v.Type, value); err != nil {
				return err
			}
		case v.DefaultValue == nil && v.Type.NonNull:
			return misfit(path, "is required")
		}
	}
	return nil
}

func misfit(path, format string, args ...any) *graph.Error {
	return graph.Errorf(graph.BadUserInput, "Variable %s %s.", path, fmt.Sprintf(format, args...))
}

func fits(schema *ast.Schema, path string, typ *ast.Type, value any) *graph.Error {
	if value == nil {
		if typ.NonNull {
			return misfit(path, "must not be null")
		}
		return nil
	}
	if typ.Elem != nil {
		return listFits(schema, path, typ.Elem, value)
	}
	def := schema.Types[typ.NamedType]
	if def == nil {
		return nil
	}
	ok := true
	switch def.Kind {
	case ast.InputObject:
		return objectFits(schema, path, def, value)
	case ast.Enum:
		text, isText := value.(string)
		ok = isText && def.EnumValues.ForName(text) != nil
	case ast.Scalar:
		ok = scalarFits(def.Name, value)
	}
	if !ok {
		return misfit(path, "is not a valid %s", def.Name)
	}
	return nil
}

// listFits accepts a single value for a list of one.
func listFits(schema *ast.Schema, path string, elem *ast.Type, value any) *graph.Error {
	list, isList := value.([]any)
	if !isList {
		return fits(schema, path, elem, value)
	}
	for i, item := range list {
		if err := fits(schema, path+"["+strconv.Itoa(i)+"]", elem, item); err != nil {
			return err
		}
	}
	return nil
}

func objectFits(schema *ast.Schema, path string, def *ast.Definition, value any) *graph.Error {
	object, isObject := value.(map[string]any)
	if !isObject {
		return misfit(path, "is not a valid %s", def.Name)
	}
	if def.Directives.ForName("oneOf") != nil && !isOne(object) {
		return misfit(path, "must hold exactly one member of %s, and not null", def.Name)
	}
	if name, ok := unknownMember(def, object); ok {
		return misfit(path, "holds %q, which %s lacks", shorten(name), def.Name)
	}
	for _, field := range def.Fields {
		member, given := object[field.Name]
		switch {
		case given:
			if err := fits(schema, path+"."+field.Name, field.Type, member); err != nil {
				return err
			}
		case field.Type.NonNull && field.DefaultValue == nil:
			return misfit(path+"."+field.Name, "is required")
		}
	}
	return nil
}

// unknownMember returns the member that a type lacks, the first by name if there are
// several. It does not sort them: there may be a hundred thousand.
func unknownMember(def *ast.Definition, object map[string]any) (first string, found bool) {
	for name := range object {
		if def.Fields.ForName(name) == nil && (!found || name < first) {
			first, found = name, true
		}
	}
	return first, found
}

func isOne(object map[string]any) bool {
	for _, member := range object {
		return len(object) == 1 && member != nil
	}
	return false
}

// scalarFits checks the scalars of the specification; what others take is for
// them to say.
func scalarFits(name string, value any) bool {
	switch name {
	case "String":
		_, ok := value.(string)
		return ok
	case "Boolean":
		_, ok := value.(bool)
		return ok
	case "ID":
		_, isText := value.(string)
		return isText || isInteger(value, 64)
	case "Int":
		return isInteger(value, 32)
	case "Float":
		number, isNumber := value.(json.Number)
		f, err := number.Float64()
		return isNumber && err == nil && !math.IsInf(f, 0)
	}
	return true
}

func isInteger(value any, bits int) bool {
	number, isNumber := value.(json.Number)
	_, err := strconv.ParseInt(string(number), 10, bits)
	return isNumber && err == nil
}
