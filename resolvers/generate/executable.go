package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/99designs/gqlgen/api"
	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"

	"github.com/chokepoint/chokepoint/graph/ontology"
)

const (
	configFile   = "gqlgen.yml"
	modelPackage = "github.com/chokepoint/chokepoint/resolvers/model"
	modelsFile   = "resolvers/model/models_gen.go"
	generatedDir = "resolvers/generated"
)

// executable has gqlgen write the executable schema. Each kind is bound to its
// own Go type.
func executable(o *ontology.Ontology) error {
	cfg, err := config.LoadConfig(configFile)
	if err != nil {
		return err
	}
	for _, k := range o.Kinds {
		cfg.Models.Add(string(k.Name), modelPackage+"."+string(k.Name))
	}
	return api.Generate(cfg, api.AddPlugin(guard{}), api.AddPlugin(serialWriter{}))
}

// guard stops generation when a field below the roots binds to nothing: gqlgen
// itself would only log that and demand a resolver, which panics when it is missing.
type guard struct{}

// Name identifies the plugin.
func (guard) Name() string { return "guard" }

// GenerateCode fails with the list of unbound fields.
func (guard) GenerateCode(data *codegen.Data) error {
	var unbound []string
	for _, object := range slices.Concat(data.Objects, data.Inputs) {
		for _, field := range object.Fields {
			if field.IsResolver && !object.Root {
				unbound = append(unbound, object.Name+"."+field.Name)
			}
		}
	}
	if len(unbound) > 0 {
		return fmt.Errorf("no Go field or method of the right type for: %s", strings.Join(unbound, ", "))
	}
	return nil
}
