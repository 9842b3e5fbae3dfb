// Package serial writes what a root field resolved to as JSON, depth first and on one
// goroutine. gqlgen gives each field a context and each row a goroutine, so that look-ups
// of the store meet and are made together; where nothing waits for the store, that is
// most of what an answer costs. The code that walks the types of the schema is generated
// beside gqlgen's; this is what it writes to.
//
// Only answers without errors are written so: whoever meets one gives up, and gqlgen
// begins again and reports it.
package serial

import (
	"bytes"
	"io"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

// Writer holds the JSON of one root field, and what its fields cost. It is not safe for
// concurrent use.
type Writer struct {
	operation *graphql.OperationContext
	weigh     func(*ast.Field) int
	collected []collection
	json      bytes.Buffer
	used      int
}

// collection is a selection set as it applies to one type. An answer has as few as its
// query has braces.
type collection struct {
	first  *ast.Selection
	n      int
	on     string
	fields []graphql.CollectedField
}

// NewWriter returns an empty Writer. weigh says what a field costs beside its rows.
func NewWriter(operation *graphql.OperationContext, weigh func(*ast.Field) int) *Writer {
	w := &Writer{operation: operation, weigh: weigh}
	w.json.Grow(1 << 10) // as much as a page of ten rows takes
	return w
}

// Used returns the cost of all fields so far: one for each row, and what they weigh.
func (w *Writer) Used() int { return w.used }

// MarshalGQL writes the JSON.
func (w *Writer) MarshalGQL(out io.Writer) {
	_, _ = out.Write(w.json.Bytes()) // into memory
}

// Fields returns what is selected of an object of a type that satisfies some types.
func (w *Writer) Fields(set ast.SelectionSet, object string, satisfies []string) []graphql.CollectedField {
	if len(set) == 0 {
		return nil
	}
	for i := range w.collected {
		if c := &w.collected[i]; c.first == &set[0] && c.n == len(set) && c.on == object {
			return c.fields
		}
	}
	fields, ok := plain(set)
	if !ok {
		fields = graphql.CollectFields(w.operation, set, satisfies)
	}
	w.collected = append(w.collected, collection{&set[0], len(set), object, fields})
	return fields
}

// plain collects a set of fields under names of their own, without fragments and
// directives: there is nothing to decide and to merge.
func plain(set ast.SelectionSet) ([]graphql.CollectedField, bool) {
	fields := make([]graphql.CollectedField, len(set))
	for i, selection := range set {
		field, ok := selection.(*ast.Field)
		if !ok || len(field.Directives) > 0 {
			return nil, false
		}
		for _, before := range fields[:i] {
			if before.Alias == field.Alias {
				return nil, false
			}
		}
		fields[i] = graphql.CollectedField{Field: field, Selections: field.SelectionSet, IsNonDeferrable: true}
	}
	return fields, true
}

// Key begins the i-th member of an object.
func (w *Writer) Key(i int, name string) {
	w.Item(i)
	w.json.WriteByte('"')
	w.json.WriteString(name) // letters, digits and underscores
	w.json.WriteString(`":`)
}

// Item begins the i-th item of a list or an object.
func (w *Writer) Item(i int) {
	if i > 0 {
		w.json.WriteByte(',')
	}
}

// Punctuation writes a bracket or a brace.
func (w *Writer) Punctuation(c byte) { w.json.WriteByte(c) }

// Null writes null.
func (w *Writer) Null() { w.json.WriteString("null") }

// Text writes a string.
func (w *Writer) Text(s string) { graphql.MarshalString(s).MarshalGQL(&w.json) }

// Leaf writes a scalar, an enum or a list of them. It returns false for null where the
// schema has none.
func (w *Writer) Leaf(value graphql.Marshaler, nonNull bool) bool {
	if nonNull && value == graphql.Null {
		return false
	}
	value.MarshalGQL(&w.json)
	return true
}

// Count adds what a field with so many rows costs.
func (w *Writer) Count(field *ast.Field, rows int) { w.used += rows + w.weigh(field) }
