package main

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"
)

var (
	kindHead = regexp.MustCompile(`(?m)^type (\w+) implements Node & Entity @kind\(`)
	kindEnum = regexp.MustCompile(`(?ms)^enum EntityKind \{\n.*?^\}`)
	// filledIn begins the lines that this program writes into a kind.
	filledIn = "  # Fields of interface Entity, filled in by `go generate`.\n"
)

// complete fills in what GraphQL wants repeated: a value of enum EntityKind for
// each kind, and in each kind the fields of interface Entity. It returns the
// schema unchanged when nothing is missing.
func complete(schema string) (string, error) {
	var values strings.Builder
	kinds := kindHead.FindAllStringSubmatch(schema, -1)
	for _, kind := range kinds {
		values.WriteString("  " + kind[1] + "\n")
	}
	if len(kinds) == 0 || !kindEnum.MatchString(schema) {
		return "", fmt.Errorf("schema: no kinds or no enum EntityKind")
	}
	schema = kindEnum.ReplaceAllLiteralString(schema, "enum EntityKind {\n"+values.String()+"}")
	document, err := parser.ParseSchema(&ast.Source{Name: "schema.graphqls", Input: schema})
	if err != nil {
		return "", fmt.Errorf("schema: %w", err)
	}
	entity := document.Definitions.ForName("Entity")
	if entity == nil {
		return "", fmt.Errorf("schema: interface Entity is missing")
	}
	block := filledIn + signatures(entity)
	for _, head := range slices.Backward(kindHead.FindAllStringIndex(schema, -1)) {
		length := strings.Index(schema[head[0]:], "\n}")
		if length < 0 {
			return "", fmt.Errorf("schema: a kind does not end with a brace in the first column")
		}
		end := head[0] + length + 1
		own := schema[head[0]:end]
		if i := strings.Index(own, filledIn); i >= 0 {
			own = own[:i]
		}
		schema = schema[:head[0]] + own + block + schema[end:]
	}
	return schema, nil
}

// signatures writes the fields of an interface without descriptions, one a line, with
// their directives.
func signatures(def *ast.Definition) string {
	var b strings.Builder
	for _, field := range def.Fields {
		var arguments []string
		for _, a := range field.Arguments {
			argument := a.Name + ": " + a.Type.String()
			if a.DefaultValue != nil {
				argument += " = " + a.DefaultValue.String()
			}
			arguments = append(arguments, argument)
		}
		b.WriteString("  " + field.Name)
		if len(arguments) > 0 {
			b.WriteString("(" + strings.Join(arguments, ", ") + ")")
		}
		b.WriteString(": " + field.Type.String())
		for _, d := range field.Directives {
			b.WriteString(" @" + d.Name)
			var arguments []string
			for _, a := range d.Arguments {
				arguments = append(arguments, a.Name+": "+a.Value.String())
			}
			if len(arguments) > 0 {
				b.WriteString("(" + strings.Join(arguments, ", ") + ")")
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}
