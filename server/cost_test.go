package server

import (
	"encoding/json"
	"strconv"
	"strings"
	"testing"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint/resolvers/generated"
)

var schema = generated.NewExecutableSchema(generated.Config{})

func params(query string) *graphql.RawParams { return &graphql.RawParams{Query: query} }

// costOf returns the cost of a valid document.
func costOf(t *testing.T, query string, variables map[string]any) int {
	t.Helper()
	p := params(query)
	p.Variables = variables
	op, errs := newExecutor(schema, Options{CostLimit: tooMuch}).CreateOperationContext(graphql.StartOperationTrace(t.Context()), p)
	if len(errs) > 0 {
		t.Fatalf("%s: %v", query, errs)
	}
	return costing{variables: op.Variables}.operation(op.Operation)
}

func TestCost(t *testing.T) {
	for _, c := range []struct {
		query     string
		variables map[string]any
		want      int
	}{
		{`{ __typename }`, nil, 1},
		{`{ entity(id: "a") { id name } }`, nil, 3},
		{`{ entity(id: "a") { aliases } }`, nil, 2},
		{`{ entity(id: "a") { records { id } } }`, nil, 1 + 10*2},
		{`{ entities { nodes { id } } }`, nil, 1 + 25*2},
		{`{ entities(first: 100) { edges { cursor node { id } } pageInfo { hasNextPage } totalCount } }`, nil, 1 + 100*4 + 2 + 101},
		{`query($n: Int!) { entities(first: $n) { nodes { id } } }`, map[string]any{"n": json.Number("7")}, 1 + 7*2},
		{`query($n: Int! = 9) { entities(first: $n) { nodes { id } } }`, nil, 1 + 9*2},
		{`{ entities(first: -1) { nodes { id } } }`, nil, 1 + 2},
		{`{ nodes(ids: ["a", "b", "c"]) { id } }`, nil, 3 * 2},
		{`query($ids: [ID!]!) { nodes(ids: $ids) { id } }`, map[string]any{"ids": []any{"a", "b"}}, 2 * 2},
		{`{ entities(first: 10) { nodes { links(first: 20) { nodes { id } } } } }`, nil, 1 + 10*(1+1+20*2)},
		{`{ shortestPaths(from: ["a"], to: ["b"], k: 3, maxHops: 4) { paths { hops entities { id } } } }`, nil, 1000 + 1 + 3*(1+1+5*2)},
		{`{ chokepoints(objective: REACH, budget: 3) { choices { rank } before { efficiency } alternatives { choices { rank } } } }`, nil, 50_000 + 1 + 3*2 + 2002 + 20*(1+3*2)},
		{`subscription { changes { revision changes(first: 7) { outcome record { id } } } }`, nil, 200 + 1 + 1 + 7*(1+1+2)},
		{`{ ...F } fragment F on Query { a: ontology { kinds { name } } b: ontology { kinds { name } } }`, nil, 2 * (1 + 10*2)},
	} {
		if got := costOf(t, c.query, c.variables); got != c.want {
			t.Errorf("%s: got %d, want %d", c.query, got, c.want)
		}
	}
}

// contract is the document that the default limit must admit.
const contract = `fragment E on Entity { id kind name aliases confidence datasets markings properties { name values } linkCounts { kind direction count } }
fragment On on ComputedOn { nodes links projection exact samples error seed asOf }
fragment Ranking on RankingConnection { edges { cursor node { rank score entity { ...E } } } pageInfo { hasNextPage endCursor } totalCount computedOn { ...On } }
fragment Figures on NetworkFigures { nodes links components largestComponent connectedPairs fragmentation efficiency flow shortestPath reached }
fragment Plan on ChokepointPlan { choices { rank entity { id name } link { id } marginalEffect } before { ...Figures } after { ...Figures } optimal bound gap alternatives { choices { rank entity { id } } } alternativesTotal computedOn { ...On } }
query Contract {
  a: centrality(measure: BETWEENNESS, first: 500) { ...Ranking }
  b: centrality(measure: PAGERANK, first: 500) { ...Ranking }
  c: centrality(measure: CLOSENESS, first: 500) { ...Ranking }
  d: chokepoints(objective: FRAGMENTATION, budget: 5) { ...Plan }
  e: chokepoints(objective: REACH, budget: 5, steps: 2) { ...Plan }
  f: chokepoints(objective: LARGEST_COMPONENT, budget: 5) { ...Plan }
}`

func TestDefaultLimitAdmits(t *testing.T) {
	if got := costOf(t, contract, nil); got > DefaultCostLimit {
		t.Errorf("three rankings and three plans cost %d", got)
	}
	if got := costOf(t, introspection, nil); got > DefaultCostLimit {
		t.Errorf("introspection costs %d", got)
	}
}

// introspection is what consoles ask when they open.
const introspection = `{ __schema { queryType { name } mutationType { name } subscriptionType { name } types { ...T }
  directives { name description locations args(includeDeprecated: true) { ...V } } } }
fragment T on __Type { kind name description specifiedByURL
  fields(includeDeprecated: true) { name description args(includeDeprecated: true) { ...V } type { ...R } isDeprecated deprecationReason }
  inputFields(includeDeprecated: true) { ...V } interfaces { ...R } enumValues(includeDeprecated: true) { name description isDeprecated deprecationReason } possibleTypes { ...R } }
fragment V on __InputValue { name description type { ...R } defaultValue isDeprecated deprecationReason }
fragment R on __Type { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } } } } }`

func TestDefaultLimitRefuses(t *testing.T) {
	nested := "id"
	for range 8 {
		nested = "links { nodes { to { " + nested + " } } }"
	}
	for name, query := range map[string]string{
		"links of links":      `{ entity(id: "a") { ` + strings.ReplaceAll(nested, "to { id }", "id") + ` } }`,
		"a million rows":      `{ entities(first: 1000000) { nodes { id } } }`,
		"more rows than fit":  `{ entities(first: 2147483647) { nodes { links(first: 2147483647) { nodes { from { links(first: 2147483647) { nodes { id } } } } } } } }`,
		"ten plans":           "{" + numbered(`p%d: chokepoints(objective: REACH) { optimal } `, 10) + "}",
		"fifty rankings":      "{" + numbered(`p%d: centrality(measure: BETWEENNESS) { totalCount } `, 50) + "}",
		"a page for each row": `{ entities(first: 500) { nodes { links(first: 500) { nodes { id kind } } } } }`,
	} {
		if got := costOfForm(t, query); got <= DefaultCostLimit {
			t.Errorf("%s costs %d", name, got)
		}
	}
}

func costOfForm(t *testing.T, query string) int {
	t.Helper()
	if _, errs := newExecutor(schema, Options{CostLimit: DefaultCostLimit}).CreateOperationContext(graphql.StartOperationTrace(t.Context()), params(query)); len(errs) > 0 {
		return tooMuch
	}
	return costOf(t, query, nil)
}

// TestWeights reads every @cost and @listSize of the schema: weights are numbers, each
// operation that looks at a scope has one, and every argument that slices a list is named
// by its field.
func TestWeights(t *testing.T) {
	for _, object := range schema.Schema().Types {
		for _, field := range object.Fields {
			name := object.Name + "." + field.Name
			if cost := field.Directives.ForName("cost"); cost != nil {
				if n, err := strconv.Atoi(cost.Arguments.ForName("weight").Value.Raw); err != nil || n < 1 || n > DefaultCostLimit {
					t.Errorf("%s: a weight of %v", name, cost.Arguments)
				}
			} else if object.Name == "Mutation" || object.Name == "Query" && field.Arguments.ForName("scope") != nil {
				t.Errorf("%s has no weight", name)
			}
			slicing, sliced := slicingOf(&ast.Field{Definition: field})
			if sliced && field.Arguments.ForName(slicing) == nil {
				t.Errorf("%s has no argument %s", name, slicing)
			}
			if field.Arguments.ForName("first") != nil && slicing != "first" {
				t.Errorf("%s: how long is its list?", name)
			}
		}
	}
}
