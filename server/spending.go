package server

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"sync/atomic"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
)

const spendingKey = "cost"

// spending is what an operation may cost and what it came to, in units of one field.
type spending struct {
	estimated, limit int
	used             atomic.Int64
	turn             *turn // of the events of a subscription that has begun
}

// spendingOf returns the spending of an operation, nil for one that did not come to
// be estimated.
func spendingOf(op *graphql.OperationContext) *spending {
	s, _ := op.Stats.GetExtension(spendingKey).(*spending)
	return s
}

// count adds a field that was computed: as it is estimated, but with the rows that
// came. What the schema tells of itself is charged as a whole.
func (s *spending) count(f *ast.Field, result any) {
	if f.ObjectDefinition == nil || strings.HasPrefix(f.ObjectDefinition.Name, "__") {
		return
	}
	n := 1
	if f.Definition.Type.Elem != nil && len(f.SelectionSet) > 0 {
		if list := reflect.ValueOf(result); list.Kind() == reflect.Slice {
			n = list.Len()
		}
	}
	s.used.Add(int64(n + weightOf(f)))
}

// extension is what an answer says of its cost.
func (s *spending) extension() json.RawMessage {
	return fmt.Appendf(nil, `{"cost":{"estimated":%d,"limit":%d,"used":%d}}`, s.estimated, s.limit, s.used.Load())
}
