package chokepoint_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

var (
	pascalCase = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	camelCase  = regexp.MustCompile(`^[a-z][A-Za-z0-9]*$`)
	upperSnake = regexp.MustCompile(`^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$`)
)

// schema returns the schema as it is served, and its own definitions by name.
func schema(t *testing.T) (*ast.Schema, []*ast.Definition) {
	t.Helper()
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	var own []*ast.Definition
	for _, def := range o.Schema.Types {
		if !def.BuiltIn {
			own = append(own, def)
		}
	}
	slices.SortFunc(own, func(a, b *ast.Definition) int { return strings.Compare(a.Name, b.Name) })
	return o.Schema, own
}

// TestEverythingIsDescribed asks for a description of every type, field,
// argument, enum value and directive.
func TestEverythingIsDescribed(t *testing.T) {
	s, own := schema(t)
	described := func(what, description string) {
		if len(description) < 4 || !strings.ContainsAny(description[len(description)-1:], ".\")}]>") {
			t.Errorf("%s: %q is no description", what, description)
		}
	}
	for _, def := range own {
		described(def.Name, def.Description)
		for _, field := range def.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			described(def.Name+"."+field.Name, field.Description)
			for _, argument := range field.Arguments {
				described(def.Name+"."+field.Name+"("+argument.Name+")", argument.Description)
			}
		}
		for _, value := range def.EnumValues {
			described(def.Name+"."+value.Name, value.Description)
		}
	}
	for _, directive := range s.Directives {
		if directive.Position == nil || directive.Position.Src.BuiltIn {
			continue
		}
		described("@"+directive.Name, directive.Description)
		for _, argument := range directive.Arguments {
			described("@"+directive.Name+"("+argument.Name+")", argument.Description)
		}
	}
}

// TestOperationsShowExamples asks for an example where a user looks first.
func TestOperationsShowExamples(t *testing.T) {
	s, _ := schema(t)
	for _, root := range []*ast.Definition{s.Query, s.Mutation} {
		for _, field := range root.Fields {
			takes := len(field.Arguments) > 0
			if takes && !strings.HasPrefix(field.Name, "__") && !strings.Contains(field.Description, "Example: "+field.Name+"(") && !strings.Contains(field.Description, "Example: "+field.Name+" {") {
				t.Errorf("%s.%s shows no example", root.Name, field.Name)
			}
		}
	}
	for _, scalar := range []string{"DateTime", "Decimal", "PartialDate", "Int64", "Marking"} {
		def := s.Types[scalar]
		if def.Directives.ForName("specifiedBy") == nil || !strings.Contains(def.Description, "Example") {
			t.Errorf("scalar %s lacks @specifiedBy or an example", scalar)
		}
	}
}

// TestExamples asks for an example of every type, field and argument, and makes sure
// that it is one of its type.
func TestExamples(t *testing.T) {
	s, own := schema(t)
	for _, def := range own {
		root := def == s.Query || def == s.Mutation || def == s.Subscription
		checkExample(t, s, def.Name, def.Description, ast.NonNullNamedType(def.Name, nil), root || slices.Contains(def.Interfaces, "Entity"))
		for _, field := range def.Fields {
			if strings.HasPrefix(field.Name, "__") {
				continue
			}
			checkExample(t, s, def.Name+"."+field.Name, field.Description, field.Type, root)
			for _, argument := range field.Arguments {
				checkExample(t, s, def.Name+"."+field.Name+"("+argument.Name+")", argument.Description, argument.Type, false)
			}
		}
	}
}

// checkExample looks at the example in a description; one in other words than those of
// a value is only asked for.
func checkExample(t *testing.T, s *ast.Schema, what, description string, typ *ast.Type, otherwise bool) {
	t.Helper()
	_, example, ok := strings.Cut(description, "Example: ")
	if !ok {
		if !strings.Contains(description, "Examples: ") {
			t.Errorf("%s shows no example: %s", what, description)
		}
		return
	}
	if otherwise {
		return
	}
	doc, err := parser.ParseQuery(&ast.Source{Input: "{ x(y: " + strings.TrimSuffix(example, ".") + ") }"})
	if err != nil {
		t.Errorf("%s: %s is no value", what, example)
		return
	}
	value := doc.Operations[0].SelectionSet[0].(*ast.Field).Arguments[0].Value
	if !isOf(s, typ, value) {
		t.Errorf("%s: %s is no %s", what, example, typ)
	}
}

// isOf says whether a value in an example may be of a type: parts may be left out.
func isOf(s *ast.Schema, typ *ast.Type, value *ast.Value) bool {
	if typ.Elem != nil {
		return value.Kind == ast.ListValue && !slices.ContainsFunc(value.Children, func(c *ast.ChildValue) bool { return !isOf(s, typ.Elem, c.Value) })
	}
	def := s.Types[typ.NamedType]
	switch def.Kind {
	case ast.Enum:
		return value.Kind == ast.EnumValue && def.EnumValues.ForName(value.Raw) != nil
	case ast.Scalar:
		return value.Kind != ast.EnumValue && value.Kind != ast.ListValue && value.Kind != ast.ObjectValue
	}
	return value.Kind == ast.ObjectValue && !slices.ContainsFunc(value.Children, func(c *ast.ChildValue) bool {
		field := def.Fields.ForName(c.Name)
		return field == nil || !isOf(s, field.Type, c.Value)
	})
}

func TestNames(t *testing.T) {
	_, own := schema(t)
	for _, def := range own {
		if !pascalCase.MatchString(def.Name) {
			t.Errorf("type %s is not in PascalCase", def.Name)
		}
		for _, field := range def.Fields {
			if !strings.HasPrefix(field.Name, "__") && !camelCase.MatchString(field.Name) {
				t.Errorf("%s.%s is not in camelCase", def.Name, field.Name)
			}
		}
		for _, value := range def.EnumValues {
			if def.Name != "EntityKind" && !upperSnake.MatchString(value.Name) {
				t.Errorf("%s.%s is not in UPPER_SNAKE", def.Name, value.Name)
			}
		}
	}
}

// TestConnections holds every list with cursors to Relay's specification.
func TestConnections(t *testing.T) {
	s, own := schema(t)
	for _, def := range own {
		for _, field := range def.Fields {
			if !strings.HasSuffix(field.Type.Name(), "Connection") {
				continue
			}
			first, after := field.Arguments.ForName("first"), field.Arguments.ForName("after")
			if first == nil || first.Type.String() != "Int!" || first.DefaultValue == nil || after == nil || after.Type.String() != "String" {
				t.Errorf("%s.%s does not take first: Int! with a default, and after: String", def.Name, field.Name)
			}
			if field.Type.String() != field.Type.Name()+"!" {
				t.Errorf("%s.%s may be null", def.Name, field.Name)
			}
		}
		name, isConnection := strings.CutSuffix(def.Name, "Connection")
		if !isConnection {
			continue
		}
		edge := s.Types[strings.TrimSuffix(def.Fields.ForName("edges").Type.Name(), "!")]
		node := edge.Fields.ForName("node").Type
		for field, want := range map[string]string{"edges": "[" + edge.Name + "!]!", "nodes": "[" + node.String() + "]!", "pageInfo": "PageInfo!", "totalCount": "Int"} {
			if f := def.Fields.ForName(field); f == nil || f.Type.String() != want {
				t.Errorf("%s.%s is not a %s", def.Name, field, want)
			}
		}
		if edge.Name != name+"Edge" || !node.NonNull || edge.Fields.ForName("cursor").Type.String() != "String!" {
			t.Errorf("%s is not made as a connection is", edge.Name)
		}
	}
}

// TestArguments checks what clients rely on: each mutation takes one input and
// gives its own payload, reads take atLeast, a default is never undone by null.
func TestArguments(t *testing.T) {
	s, own := schema(t)
	for _, field := range s.Mutation.Fields {
		title := strings.ToUpper(field.Name[:1]) + field.Name[1:]
		if len(field.Arguments) != 1 || field.Arguments[0].Type.String() != title+"Input!" || field.Type.String() != title+"Payload!" {
			t.Errorf("Mutation.%s does not take input: %sInput! and give %[2]sPayload!", field.Name, title)
		}
	}
	for _, field := range s.Query.Fields {
		if field.Name != "ontology" && !strings.HasPrefix(field.Name, "__") && field.Arguments.ForName("atLeast") == nil {
			t.Errorf("Query.%s does not take atLeast", field.Name)
		}
	}
	for _, def := range own {
		for _, field := range def.Fields {
			if def.Kind == ast.InputObject && field.DefaultValue != nil && !field.Type.NonNull {
				t.Errorf("%s.%s: null undoes the default", def.Name, field.Name)
			}
			for _, argument := range field.Arguments {
				if argument.DefaultValue != nil && !argument.Type.NonNull {
					t.Errorf("%s.%s(%s): null undoes the default", def.Name, field.Name, argument.Name)
				}
			}
		}
	}
}

// TestOneNameOneType lets a query ask several kinds for a property of one name:
// GraphQL refuses that when the types differ.
func TestOneNameOneType(t *testing.T) {
	_, own := schema(t)
	types := map[string]string{}
	for _, def := range own {
		if !slices.Contains(def.Interfaces, "Entity") || def.Kind != ast.Object {
			continue
		}
		for _, field := range def.Fields {
			if other, ok := types[field.Name]; ok && other != field.Type.String() {
				t.Errorf("%s.%s is %s here and %s elsewhere", def.Name, field.Name, field.Type, other)
			}
			types[field.Name] = field.Type.String()
		}
	}
}

// TestContract names what independent clients were promised.
func TestContract(t *testing.T) {
	s, _ := schema(t)
	for name, fields := range map[string]string{
		"Query":            "node nodes entity entities search neighborhood shortestPaths centrality chokepoints articulationPoints bridges datasets ontology history",
		"Mutation":         "upsertRecords upsertLinks deleteRecords revertBatch",
		"Entity":           "id kind name aliases confidence properties records markings links linkCounts datasets",
		"Link":             "id kind from to validFrom validTo at amount currency quantity unit weight confidence records derivedBy properties",
		"Scope":            "projection orientation entityKinds linkKinds datasets during minConfidence within without asOf",
		"SearchHit":        "entity score matched",
		"RankedEntity":     "rank score entity",
		"PathResult":       "paths truncated truncatedBecause reachedFrom reachedTo computedOn",
		"Path":             "entities links hops cost",
		"Subgraph":         "entities links truncated truncatedBecause computedOn",
		"ChokepointPlan":   "choices before after optimal bound alternatives computedOn",
		"ChokepointChoice": "rank entity link marginalEffect",
		"NetworkFigures":   "nodes links components largestComponent connectedPairs fragmentation efficiency flow shortestPath reached",
		"ComputedOn":       "nodes links projection exact samples error seed asOf",
	} {
		for _, field := range strings.Fields(fields) {
			if s.Types[name].Fields.ForName(field) == nil {
				t.Errorf("%s.%s is missing", name, field)
			}
		}
	}
	for name, values := range map[string]string{
		"CentralityMeasure":   "DEGREE IN_DEGREE OUT_DEGREE STRENGTH BETWEENNESS CLOSENESS HARMONIC EIGENVECTOR KATZ PAGERANK HUB AUTHORITY CORE CONSTRAINT EFFECTIVE_SIZE COLLECTIVE_INFLUENCE",
		"DisruptionObjective": "FRAGMENTATION LARGEST_COMPONENT REACH FLOW PATH_LENGTH",
		"DisruptionTargets":   "ENTITIES LINKS",
		"Orientation":         "NATURAL REVERSE UNDIRECTED",
		"Projection":          "ALL PEOPLE MONEY GOODS COMMUNICATION OWNERSHIP",
		"LinkWeight":          "NONE WEIGHT AMOUNT QUANTITY CONFIDENCE COUNT",
		"PathWeight":          "HOPS PROPERTY CONFIDENCE",
		"Direction":           "OUT IN BOTH",
	} {
		for _, value := range strings.Fields(values) {
			if s.Types[name].EnumValues.ForName(value) == nil {
				t.Errorf("%s.%s is missing", name, value)
			}
		}
	}
	for field, want := range map[string]string{
		"entity":   "entity(id: ID!, atLeast: String): Entity",
		"nodes":    "nodes(ids: [ID!]!, atLeast: String): [Node]!",
		"entities": "entities(filter: EntityFilter, orderBy: EntityOrder, first: Int! = 25, after: String, atLeast: String): EntityConnection!",
		"chokepoints": "chokepoints(objective: DisruptionObjective!, budget: Int! = 5, from: [ID!], to: [ID!], targets: DisruptionTargets! = ENTITIES, " +
			"protect: [ID!], capacityProperty: String, weightProperty: String, costBy: DisruptionCost! = ONE, costProperty: String, costs: [ChokepointCost!], maxCost: Float, steps: Int! = 1, scope: Scope, atLeast: String): ChokepointPlan!",
	} {
		if got := signature(s.Query.Fields.ForName(field)); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func signature(field *ast.FieldDefinition) string {
	var arguments []string
	for _, a := range field.Arguments {
		argument := a.Name + ": " + a.Type.String()
		if a.DefaultValue != nil {
			argument += " = " + a.DefaultValue.String()
		}
		arguments = append(arguments, argument)
	}
	return field.Name + "(" + strings.Join(arguments, ", ") + "): " + field.Type.String()
}
