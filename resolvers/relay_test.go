package resolvers_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/vektah/gqlparser/v2/ast"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers"
)

// required are the arguments that connections cannot be asked without, and those that
// give them something to list here.
var required = map[string]string{
	"search":           `text: "n"`,
	"allShortestPaths": `from: [«a»], to: [«f»]`,
	"distances":        `from: [«a»]`,
	"centrality":       `measure: BETWEENNESS`,
	"dominators":       `from: [«a»]`,
	"cohesiveGroups":   `kind: K_CORE, k: 1`,
	"moneyPatterns":    `kinds: [FAN_OUT, FAN_IN, CYCLE], minFan: 2, window: 1000`,
	"similarNodes":     `to: «c»`,
	"history":          `id: «a»`,
}

// connections returns the fields of a type that are connections, by name.
func connections(schema *ast.Schema, object string) []*ast.FieldDefinition {
	var found []*ast.FieldDefinition
	for _, f := range schema.Types[object].Fields {
		if strings.HasSuffix(f.Type.Name(), "Connection") {
			found = append(found, f)
		}
	}
	return found
}

// leaves selects what can be selected of a type without arguments: its leaves, and
// the ids of what it points to.
func leaves(schema *ast.Schema, name string) string {
	def := schema.Types[name]
	var fields []string
	for _, f := range def.Fields {
		inner := schema.Types[f.Type.Name()]
		switch {
		case len(f.Arguments) > 0 || strings.HasPrefix(f.Name, "__"):
		case inner.IsLeafType():
			fields = append(fields, f.Name)
		case inner.Fields.ForName("id") != nil:
			fields = append(fields, f.Name+" { id }")
		}
	}
	return "{ " + strings.Join(fields, " ") + " }"
}

// listing is how a connection is asked for.
type listing struct {
	name, document string
	of             string // the field around it, "" for a root field
}

type connectionPage struct {
	Edges []struct {
		Cursor string
		Node   json.RawMessage
	}
	PageInfo struct {
		HasNextPage, HasPreviousPage bool
		StartCursor, EndCursor       *string
	}
	TotalCount *int
}

// listings returns every connection of Query and of an entity.
func listings(t *testing.T) []listing {
	t.Helper()
	schema := resolvers.Schema().Schema()
	var all []listing
	for _, f := range connections(schema, "Query") {
		arguments, declared := required[f.Name], ""
		for _, a := range f.Arguments {
			if a.Type.NonNull && a.DefaultValue == nil && !strings.Contains(arguments, a.Name+":") {
				t.Fatalf("%s needs %s: add it to the table above", f.Name, a.Name)
			}
		}
		if f.Arguments.ForName("scope") != nil {
			declared, arguments = ", $scope: Scope", arguments+", scope: $scope"
		}
		all = append(all, listing{name: f.Name, document: fmt.Sprintf(`query($first: Int!, $after: String%s) { it: %s(%s, first: $first, after: $after) %s }`,
			declared, f.Name, strings.TrimPrefix(ids(arguments), ", "), pageOf(schema, f))})
	}
	for _, f := range connections(schema, "Entity") {
		all = append(all, listing{of: "entity", name: f.Name, document: ids(fmt.Sprintf(`query($first: Int!, $after: String) { entity(id: «c») { it: %s(first: $first, after: $after) %s } }`, f.Name, pageOf(schema, f)))})
	}
	return all
}

func pageOf(schema *ast.Schema, f *ast.FieldDefinition) string {
	edge := schema.Types[schema.Types[f.Type.Name()].Fields.ForName("edges").Type.Name()]
	return fmt.Sprintf("{ edges { cursor node %s } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount }", leaves(schema, edge.Fields.ForName("node").Type.Name()))
}

func (a *api) page(l listing, first int, after string, scope any) connectionPage {
	a.t.Helper()
	variables := map[string]any{"first": first}
	if after != "" {
		variables["after"] = after
	}
	if strings.Contains(l.document, "$scope") {
		variables["scope"] = scope
	}
	var data struct {
		It     connectionPage
		Entity struct{ It connectionPage }
	}
	a.ask(l.document, variables, &data)
	if l.of != "" {
		return data.Entity.It
	}
	return data.It
}

// walk joins all pages of a size, and checks what each says of its place. between is
// called after every page.
func (a *api) walk(l listing, size int, scope any, between func()) (nodes, cursors []string) {
	a.t.Helper()
	for after := ""; ; {
		page := a.page(l, size, after, scope)
		if page.PageInfo.HasPreviousPage != (after != "") {
			a.t.Errorf("%s by %d: hasPreviousPage is %v after %q", l.name, size, page.PageInfo.HasPreviousPage, after)
		}
		for _, e := range page.Edges {
			nodes, cursors = append(nodes, string(e.Node)), append(cursors, e.Cursor)
		}
		if n := len(page.Edges); n > 0 && (*page.PageInfo.StartCursor != page.Edges[0].Cursor || *page.PageInfo.EndCursor != page.Edges[n-1].Cursor) {
			a.t.Errorf("%s by %d: pageInfo and edges have other cursors", l.name, size)
		}
		if !page.PageInfo.HasNextPage {
			return nodes, cursors
		}
		if len(page.Edges) != size {
			a.t.Fatalf("%s by %d: a page of %d and a next page", l.name, size, len(page.Edges))
		}
		after = *page.PageInfo.EndCursor
		if between != nil {
			between()
		}
	}
}

// listed writes something for every connection to list.
func (a *api) listed() {
	a.t.Helper()
	a.kite()
	a.pay("A B 3", "A C 4", "B D 2", "C D 5", "D A 1")
	a.ask(ids(`mutation { upsertLinks(input: {links: [{dataset: "tips", key: "c>z", kind: "ASSOCIATE_OF", from: {id: «c»}, to: {id: «z»}}]}) { created } }`), nil, &struct{}{})
}

// TestPagesOfEveryConnection walks every connection of the schema by every size: the
// pages joined are the whole list, cursor by cursor.
func TestPagesOfEveryConnection(t *testing.T) {
	a := newAPI(t)
	a.listed()
	for _, l := range listings(t) {
		a.run(l.name, func() {
			whole := a.page(l, 500, "", nil)
			if len(whole.Edges) == 0 {
				a.t.Fatal("nothing is listed, so nothing is tested")
			}
			var nodes, cursors []string
			for _, e := range whole.Edges {
				nodes, cursors = append(nodes, string(e.Node)), append(cursors, e.Cursor)
			}
			if n := len(slices.Compact(slices.Sorted(slices.Values(cursors)))); n != len(cursors) || whole.PageInfo.HasNextPage || whole.TotalCount != nil && *whole.TotalCount != len(cursors) {
				a.t.Errorf("%d nodes, %d cursors, total %v", len(nodes), n, whole.TotalCount)
			}
			for size := 1; size <= len(nodes)+1; size++ {
				gotNodes, gotCursors := a.walk(l, size, nil, nil)
				if diff := cmp.Diff(nodes, gotNodes); diff != "" {
					a.t.Errorf("by %d (- whole, + joined):\n%s", size, diff)
				}
				if diff := cmp.Diff(cursors, gotCursors); diff != "" {
					a.t.Errorf("cursors by %d (- whole, + joined):\n%s", size, diff)
				}
			}
		})
	}
}

// TestPagesWhileOthersWrite walks while things are written that sort before, between
// and after what is listed. Lists of a scope are walked as of one revision; of the
// others, all that was there from the beginning comes once.
func TestPagesWhileOthersWrite(t *testing.T) {
	a := newAPI(t)
	a.listed()
	written := 0
	write := func() {
		for range 2 {
			written++
			a.ask(fmt.Sprintf(`mutation { upsertRecords(input: {records: [{dataset: "tips", key: "new%d", kind: "Person", name: "Nn%d"}]}) { revision } }`, written, written), nil, &struct{}{})
			a.ask(fmt.Sprintf(ids(`mutation { upsertLinks(input: {links: [{dataset: "tips", key: "new%d", kind: "ASSOCIATE_OF", from: {id: «c»}, to: {key: {dataset: "tips", key: "new%d"}}}]}) { revision } }`), written, written), nil, &struct{}{})
		}
	}
	for _, l := range listings(t) {
		a.run(l.name, func() {
			var scope any
			var head struct {
				Revisions struct{ Nodes []struct{ Token string } }
			}
			if strings.Contains(l.document, "$scope") {
				a.ask("{ revisions(first: 1) { nodes { token } } }", nil, &head)
				scope = map[string]any{"asOf": head.Revisions.Nodes[0].Token}
			}
			before, _ := a.walk(l, 500, scope, nil)
			pages := 0
			got, _ := a.walk(l, 2, scope, func() {
				if pages++; pages <= 4 { // the list would grow for ever
					write()
				}
			})
			if scope != nil {
				if diff := cmp.Diff(before, got); diff != "" {
					a.t.Errorf("as of one revision (- before, + while others wrote):\n%s", diff)
				}
				return
			}
			kept := slices.DeleteFunc(slices.Clone(got), func(node string) bool { return !slices.Contains(before, node) })
			if diff := cmp.Diff(before, kept); diff != "" {
				a.t.Errorf("what was there (- before, + while others wrote):\n%s", diff)
			}
		})
	}
}

// TestBadCursors has one error for whatever is no cursor of a list.
func TestBadCursors(t *testing.T) {
	a := newAPI(t)
	a.listed()
	all := listings(t)
	foreign := map[string]string{}
	for _, l := range all {
		foreign[l.name] = a.page(l, 1, "", nil).Edges[0].Cursor
	}
	for i, l := range all {
		own := foreign[l.name]
		for name, after := range map[string]string{
			"nonsense": "nonsense", "of another list": foreign[all[(i+1)%len(all)].name],
			"cut short": own[:len(own)-1], "lengthened": own + "A", "blank before": " " + own,
		} {
			answer := a.send(l.document, map[string]any{"first": 2, "after": after})
			if len(answer.Errors) != 1 || graph.CodeOf(answer.Errors[0]) != graph.BadUserInput || !strings.Contains(answer.Errors[0].Message, "cursor") {
				t.Errorf("%s, %s: %v", l.name, name, answer.Errors)
			}
		}
		for _, first := range []int{-1, 501} {
			if answer := a.send(l.document, map[string]any{"first": first}); len(answer.Errors) != 1 || graph.CodeOf(answer.Errors[0]) != graph.BadUserInput {
				t.Errorf("%s, first %d: %v", l.name, first, answer.Errors)
			}
		}
	}
}
