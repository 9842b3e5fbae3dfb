package main

import (
	_ "embed"
	"fmt"
	"go/types"
	"path/filepath"
	"strings"
	"text/template"

	"github.com/99designs/gqlgen/codegen"
	"github.com/99designs/gqlgen/codegen/config"
	"github.com/99designs/gqlgen/codegen/templates"
	"github.com/vektah/gqlparser/v2/ast"
)

//go:embed serial.gotpl
var serialTemplate string

// serialWriter writes the code by which answers are written in one pass; see package
// resolvers/serial.
type serialWriter struct{}

// Name identifies the plugin.
func (serialWriter) Name() string { return "serial" }

// GenerateCode writes serial.generated.go. It fails for what the template does not know.
func (serialWriter) GenerateCode(data *codegen.Data) error {
	for _, object := range data.Objects {
		for _, field := range object.Fields {
			odd := field.VOkFunc || field.HasHaser || field.IsMap() || field.IsBatch() || field.TypeReference.IsPtrToSlice() || field.TypeReference.IsPtrToIntf()
			if isSerial(object) && odd {
				return fmt.Errorf("%s.%s is bound in a way that serial.gotpl does not know", object.Name, field.Name)
			}
		}
	}
	return templates.Render(templates.Options{
		PackageName: data.Config.Exec.Package,
		Filename:    filepath.Join(data.Config.Exec.DirName, "serial.generated.go"),
		Data:        data, GeneratedHeader: true, Packages: data.Config.Packages,
		Template:     serialTemplate,
		Funcs:        template.FuncMap{"serial": isSerial, "composite": isComposite, "text": isText},
		PruneOptions: data.Config.GetPruneOptions(),
	})
}

// isSerial leaves out the roots and what the schema tells of itself.
func isSerial(object *codegen.Object) bool {
	return !object.Root && !object.Stream && !strings.HasPrefix(object.Name, "__")
}

// isComposite says whether a type has fields.
func isComposite(ref *config.TypeReference) bool {
	kind := ref.Definition.Kind
	return (kind == ast.Object || kind == ast.Interface || kind == ast.Union) && !ref.IsRoot && !strings.HasPrefix(ref.Definition.Name, "__")
}

// isText says whether a value is a string that is never null.
func isText(ref *config.TypeReference) bool {
	return ref.Definition.Name == "String" && ref.GQL.NonNull && types.Identical(ref.GO, types.Typ[types.String])
}
