package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/codegen"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// TestCurrent compares what is cheap to derive with the files; -check compares
// the executable schema too.
func TestCurrent(t *testing.T) {
	full, err := complete(string(chokepoint.Schema))
	if err != nil || full != string(chokepoint.Schema) {
		t.Fatalf("schema.graphqls is out of date: %v", err)
	}
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	kinds, err := kindsSource(o)
	if err != nil {
		t.Fatal(err)
	}
	for file, want := range map[string][]byte{kindsFile: kinds, docsFile: documentation(o)} {
		if got, err := os.ReadFile("../../" + file); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is out of date: %v", file, err)
		}
	}
}

// TestAddAKind follows the promise that a kind is one type in the schema.
func TestAddAKind(t *testing.T) {
	own := "\n\"A beast of burden. Example: \\\"Rosa\\\".\"\ntype Mule implements Node & Entity @kind(label: \"Mule\", icon: \"mule\") {\n  \"Load in kilograms. Example: 60.\"\n  load: Float @property(unit: \"kg\")\n}\n"
	full, err := complete(string(chokepoint.Schema) + own)
	if err != nil {
		t.Fatal(err)
	}
	o, err := ontology.Load([]byte(full))
	if err != nil {
		t.Fatal(err)
	}
	mule := o.Kind("mule")
	if mule == nil || mule.Property("load") == nil || mule.Property("load").Unit != "kg" {
		t.Fatalf("%+v", mule)
	}
	kinds, err := kindsSource(o)
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{"return Mule{e}", "type Mule struct{ entity }", `func (e Mule) Load() (*float64, error) { return e.number("load") }`} {
		if !strings.Contains(string(kinds), line) {
			t.Errorf("kinds_gen.go lacks %q", line)
		}
	}
	r := graph.Record{Kind: "MULE", Header: graph.Header{Dataset: "d", Key: "k", Markings: graph.Markings{graph.Clear}, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant}}
	if err := o.ValidateRecord(&r); err != nil || r.Kind != "Mule" {
		t.Errorf("%v %v", r.Kind, err)
	}
	if again, err := complete(full); err != nil || again != full {
		t.Errorf("to complete twice changes more: %v", err)
	}
}

func TestCompleteRefuses(t *testing.T) {
	for name, schema := range map[string]string{
		"no kinds":     "enum EntityKind {\n}\n",
		"no enum":      "type A implements Node & Entity @kind(label: \"A\") {\n}\n",
		"no interface": "enum EntityKind {\n}\ntype A implements Node & Entity @kind(label: \"A\") {\n a: Int\n}\n",
		"no end":       "interface Entity { id: ID! }\nenum EntityKind {\n}\ntype A implements Node & Entity @kind(label: \"A\") { a: Int }",
	} {
		if _, err := complete(schema); err == nil {
			t.Errorf("%s: completed", name)
		}
	}
}

func TestGuard(t *testing.T) {
	field := func(name string, unbound bool) *codegen.Field {
		return &codegen.Field{FieldDefinition: &ast.FieldDefinition{Name: name}, IsResolver: unbound}
	}
	object := func(name string, root bool, fields ...*codegen.Field) *codegen.Object {
		return &codegen.Object{Definition: &ast.Definition{Name: name}, Root: root, Fields: fields}
	}
	bound := &codegen.Data{Objects: codegen.Objects{object("Query", true, field("node", true)), object("Link", false, field("id", false))}}
	if err := (guard{}).GenerateCode(bound); err != nil {
		t.Error(err)
	}
	unbound := &codegen.Data{
		Objects: codegen.Objects{object("Link", false, field("id", false), field("unit", true)), object("Path", false, field("cost", true))},
		Inputs:  codegen.Objects{object("Scope", false, field("asOf", true))},
	}
	if err := (guard{}).GenerateCode(unbound); err == nil || !strings.Contains(err.Error(), "Link.unit, Path.cost, Scope.asOf") {
		t.Errorf("%v", err)
	}
}
