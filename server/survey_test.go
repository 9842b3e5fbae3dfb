package server

import (
	"fmt"
	"strings"
	"testing"

	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/parser"

	"github.com/chokepoint/chokepoint/graph"
)

// doubled is a chain of fragments, each of which spreads the next one twice.
func doubled(levels int, last string) string {
	var b strings.Builder
	b.WriteString("{ ...F0 }")
	for i := range levels {
		fmt.Fprintf(&b, " fragment F%d on Query { ...F%d ...F%d }", i, i+1, i+1)
	}
	fmt.Fprintf(&b, " fragment F%d on Query { %s }", levels, last)
	return b.String()
}

// TestHostileForms counts work instead of time: no document may cost more steps
// than a small multiple of maxSelections and its tokens.
func TestHostileForms(t *testing.T) {
	for _, c := range []struct{ name, document, want string }{
		{"24 levels of fragments", doubled(24, "datasets { name }"), "selections"},
		{"60 levels of fragments", doubled(60, "datasets { name }"), "selections"},
		{"60 levels without a field", doubled(60, "...Missing"), "selections"},
		{"11 levels of fragments", doubled(11, "datasets { name }"), "selections"},
		{"7 levels of fragments", doubled(7, "datasets { name }"), "same fields"},
		{"aliases", "{" + numbered("a%d: __typename ", 1000) + "}", "aliases"},
		{"aliases in fragments", "{" + strings.Repeat(" ...F ", 60) + "} fragment F on Query { a: __typename b: __typename }", "aliases"},
		{"depth", strings.Repeat("{ node ", 21) + "{ id }" + strings.Repeat("}", 21), "deep"},
		{"depth in fragments", "{ ...F0 }" + numbered(" fragment F%[1]d on Query { node { ...F%[2]d } }", 21) + " fragment F21 on Node { id }", "deep"},
		{"one field 500 times", "{" + strings.Repeat("entities{edges{node{id}}} ", 500) + "}", "same fields"},
		{"one leaf 1,000 times", "{" + strings.Repeat("__typename ", 1000) + "}", "same fields"},
		{"one field in 200 fragments", "{" + strings.Repeat("... { __typename } ", 200) + "}", "same fields"},
		{"200 fragments", "{ __typename }" + numbered(" fragment F%d on Query { __typename }", 200), "same fields"},
		{"a cycle", "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }", "spreads itself"},
		{"a cycle that nobody uses", "{ __typename } fragment A on Query { ...A }", "spreads itself"},
	} {
		t.Run(c.name, func(t *testing.T) {
			doc, err := parser.ParseQuery(&ast.Source{Input: c.document})
			if err != nil {
				t.Fatal(err)
			}
			s, refused := surveyOf(doc)
			if refused == nil || !strings.Contains(refused.Message, c.want) {
				t.Errorf("got %v, want a word of %q", refused, c.want)
			}
			if s.visits > 2*maxSelections+tokens(c.document) {
				t.Errorf("%d steps", s.visits)
			}
		})
	}
}

// numbered repeats a text with its number and the next one.
func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		if strings.Contains(format, "%[2]d") {
			fmt.Fprintf(&b, format, i, i+1)
		} else {
			fmt.Fprintf(&b, format, i)
		}
	}
	return b.String()
}

func TestTokens(t *testing.T) {
	if n := tokens(`{ a(b: "c d", e: [1, -2.5]) @f # g` + "\n}"); n != 17 {
		t.Errorf("got %d tokens", n)
	}
	flood := "{" + strings.Repeat("entities{edges{node{id}}} ", 8000) + "}"
	if n := tokens(flood); n != maxTokens+1 {
		t.Errorf("counting went on to %d", n)
	}
	value := `{ search(text: """` + strings.Repeat("\n", maxDocument) + `""") { totalCount } }`
	for name, document := range map[string]string{"8,000 repeats": flood, "a long value": value} {
		err := gate{documents: newDocuments()}.MutateOperationParameters(t.Context(), params(document))
		if err == nil || graph.CodeOf(err) != graph.TooComplex {
			t.Errorf("%s: got %v", name, err)
		}
	}
}
