package server

import (
	"encoding/json"
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
	// maxAlternatives is how many alternatives a plan lists at most.
	maxAlternatives = 20
	// maxRows keeps products within an int; every page is far smaller.
	maxRows = 1_000_000
	// tooMuch is where costs stop growing.
	tooMuch = 1 << 40
)

// weights are what fields cost beyond their answer, in units of one field: the
// kernels run over the whole view however few rows are taken.
var weights = map[string]int{
	"Query.search":                  50,     // candidates are read until enough visible ones are found
	"Query.neighborhood":            200,    // a search from a few entities
	"Query.shortestPaths":           1_000,  // a search over the view, up to k times
	"Query.allShortestPaths":        2_000,  // a search over the view, and another as far
	"Query.distances":               2_000,  // a search over the whole view, twice by cost
	"Query.articulationPoints":      2_000,  // one pass over the view
	"Query.bridges":                 2_000,  // one pass over the view
	"Query.components":              2_000,  // one pass over the view
	"Query.blocks":                  2_000,  // one pass over the view
	"Query.dominators":              2_000,  // a few passes over the view
	"Query.minimumCut":              10_000, // a maximum flow
	"Query.maximumFlow":             10_000, // a maximum flow
	"Query.connectivity":            20_000, // two maximum flows
	"Query.reliability":             20_000, // a second of search, then thousands of them
	"Query.minimumCutTree":          50_000, // a maximum flow for each entity
	"Query.temporalPaths":           2_000,  // one pass over the events of the view
	"Query.moneyPatterns":           30_000, // seconds of search, by its own bound of steps
	"Query.dismantling":             50_000, // seconds of search, by its own bound of work
	"Query.communities":             30_000, // up to 50 runs over the view
	"Query.cohesiveGroups":          5_000,  // triangles of the view
	"Query.traceMoney":              10_000, // every transfer of the view, once a policy
	"Query.centrality":              10_000, // up to a search from every entity
	"Query.groupCentrality":         10_000, // up to a search from every entity
	"Query.linkCentrality":          20_000, // a search from every entity, by cost
	"Query.chokepoints":             50_000, // seconds of search, by its own time budget
	"NetworkFigures.efficiency":     2_000,  // a search from every entity
	"Mutation.upsertRecords":        500,    // a transaction; what it writes is bounded by the body
	"Mutation.upsertLinks":          500,    // likewise
	"Mutation.deleteRecords":        500,    // likewise
	"Mutation.revertBatch":          2_000,  // as much as the batch wrote
	"Subscription.changes":          200,    // two or three store calls for each event
	"EntityConnection.totalCount":   100,    // counts all pages
	"LinkConnection.totalCount":     20,     // counts one entity's links
	"SearchConnection.totalCount":   500,    // finds all that fits
	"HistoryConnection.totalCount":  20,     // counts one entity's changes
	"RevisionConnection.totalCount": 500,    // counts the whole log
	"Query.__schema":                500,    // the whole schema, which is the same for all
	"Query.__type":                  50,     // a part of it
	"Query.roles":                   5_000,  // a few passes over the view, more where it is long
	"Query.similarNodes":            1_000,  // the surroundings of one entity
	"Query.missingLinks":            20_000, // seconds of search, by its own bound of work
	"Query.networkFigures":          2_000,  // a few passes over the view
	"NetworkSummary.distances":      10_000, // a search from every entity, up to a bound
	"NetworkSummary.centralization": 20_000, // searches from every entity, up to a bound
	"NetworkSummary.clustering":     3_000,  // triangles of the view
	"NetworkSummary.mixing":         2_000,  // a few passes over the view
}

// byField is weights by the names of type and field, so that to look one up costs no
// memory.
var byField = func() map[[2]string]int {
	m := make(map[[2]string]int, len(weights))
	for name, weight := range weights {
		object, field, _ := strings.Cut(name, ".")
		m[[2]string{object, field}] = weight
	}
	return m
}()

func weightOf(f *ast.Field) int { return byField[[2]string{f.ObjectDefinition.Name, f.Name}] }

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
	arguments := f.ArgumentMap(c.variables)
	rows := 1
	if f.Definition.Type.Elem != nil {
		rows = listed(f, arguments, in)
	}
	return min(weight+rows*(1+c.set(f.SelectionSet, below(f, arguments, in))), tooMuch)
}

// listed returns how many rows a list field may have.
func listed(f *ast.Field, arguments map[string]any, in page) int {
	if ids, ok := arguments["ids"].([]any); ok {
		return max(1, len(ids))
	}
	if f.Name == "alternatives" {
		return maxAlternatives
	}
	if first, ok := arguments["first"]; ok {
		return number(first)
	}
	if in.rows > 0 {
		return in.rows
	}
	return assumedRows
}

// below returns the page that a field's arguments ask for; a list passes on what
// lies within its rows.
func below(f *ast.Field, arguments map[string]any, in page) page {
	switch {
	case f.Definition.Arguments.ForName("first") != nil:
		return page{rows: number(arguments["first"])}
	case f.Definition.Arguments.ForName("k") != nil:
		return page{rows: number(arguments["k"]), nested: number(arguments["maxHops"]) + 1}
	case f.Definition.Arguments.ForName("budget") != nil:
		return page{rows: number(arguments["budget"])}
	case f.Name == "alternatives":
		return page{rows: in.rows}
	case f.Definition.Type.Elem != nil:
		return page{rows: in.nested}
	}
	return page{}
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
