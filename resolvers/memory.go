package resolvers

import (
	"slices"

	"github.com/vektah/gqlparser/v2/ast"
)

// remembered are the fields of entities and links that memory knows as the store does.
var remembered = map[string][]string{
	"Entity": {"__typename", "id", "kind", "name", "confidence", "datasets", "links", "linkCounts", "judgements"},
	"Link":   {"__typename", "id", "kind", "from", "to", "validFrom", "validTo", "at", "weight", "confidence", "derivedBy"},
}

// asksStore says whether an operation writes, or selects of an entity or a link what the
// store alone knows.
func asksStore(op *ast.OperationDefinition) bool {
	return op.Operation != ast.Query || (&selected{fragments: map[string]bool{}}).asksStore(op.SelectionSet)
}

// selected walks what an operation selects, each fragment once.
type selected struct{ fragments map[string]bool }

func (s *selected) asksStore(set ast.SelectionSet) bool {
	return slices.ContainsFunc(set, func(selection ast.Selection) bool {
		switch selection := selection.(type) {
		case *ast.Field:
			return storeOnly(selection) || s.asksStore(selection.SelectionSet)
		case *ast.InlineFragment:
			return s.asksStore(selection.SelectionSet)
		case *ast.FragmentSpread:
			if s.fragments[selection.Name] {
				return false
			}
			s.fragments[selection.Name] = true
			return s.asksStore(selection.Definition.SelectionSet)
		}
		return false
	})
}

func storeOnly(f *ast.Field) bool {
	in := f.ObjectDefinition
	if in == nil { // __typename
		return false
	}
	name := in.Name
	if slices.Contains(in.Interfaces, "Entity") {
		name = "Entity"
	}
	known, ok := remembered[name]
	return ok && !slices.Contains(known, f.Name)
}
