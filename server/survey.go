package server

import (
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/chokepoint/chokepoint/graph"
)

// form is what a selection would be with its fragments written out: selections
// counts fields, fragments and spreads.
type form struct{ selections, aliases, depth int }

// survey measures the form of a document. A fragment is looked at once, however
// often it is spread; only when the whole is known to be small are its fields
// paired as the validator would.
type survey struct {
	doc    *ast.QueryDocument
	known  map[string]form
	open   map[string]bool // fragments that are being looked at: one within itself is a cycle
	visits int             // selections looked at, the work done
}

// surveyOf refuses a document whose form exceeds a limit.
func surveyOf(doc *ast.QueryDocument) (*survey, *gqlerror.Error) {
	s := &survey{doc: doc, known: map[string]form{}, open: map[string]bool{}}
	var whole form
	for _, set := range s.sets() {
		f, err := s.measure(set)
		if err != nil {
			return s, err
		}
		whole = whole.and(f)
	}
	switch {
	case whole.depth > maxDepth:
		return s, tooComplex("The document is more than %d levels deep.", maxDepth)
	case whole.aliases > maxAliases:
		return s, tooComplex("The document has more than %d aliases.", maxAliases)
	case whole.selections > maxSelections:
		return s, tooComplex("The document has more than %d selections, with its fragments written out.", maxSelections)
	}
	merges := pairs(len(doc.Fragments)) // the validator compares fragments with each other too
	for _, set := range s.sets() {
		merges += s.merges([]ast.SelectionSet{set})
	}
	if merges > maxMerges {
		return s, tooComplex("The document selects the same fields too many times.")
	}
	return s, nil
}

// sets returns the selections of all operations, and of all fragments, used or not.
func (s *survey) sets() []ast.SelectionSet {
	var sets []ast.SelectionSet
	for _, op := range s.doc.Operations {
		sets = append(sets, op.SelectionSet)
	}
	for _, fragment := range s.doc.Fragments {
		sets = append(sets, fragment.SelectionSet)
	}
	return sets
}

// and adds what stands beside f. Counts stop just above their limits, so that they
// cannot overflow.
func (f form) and(other form) form {
	return form{
		selections: min(f.selections+other.selections, maxSelections+1),
		aliases:    min(f.aliases+other.aliases, maxAliases+1),
		depth:      max(f.depth, other.depth),
	}
}

// measure returns the form of a selection set.
func (s *survey) measure(set ast.SelectionSet) (form, *gqlerror.Error) {
	var whole form
	for _, selection := range set {
		s.visits++
		one, err := s.measureOne(selection)
		if err != nil {
			return whole, err
		}
		whole = whole.and(one).and(form{selections: 1})
	}
	return whole, nil
}

func (s *survey) measureOne(selection ast.Selection) (form, *gqlerror.Error) {
	switch selection := selection.(type) {
	case *ast.Field:
		below, err := s.measure(selection.SelectionSet)
		below.depth++
		if selection.Alias != selection.Name {
			below.aliases++
		}
		return below, err
	case *ast.InlineFragment:
		if err := refuseDefer(selection.Directives); err != nil {
			return form{}, err
		}
		return s.measure(selection.SelectionSet)
	case *ast.FragmentSpread:
		if err := refuseDefer(selection.Directives); err != nil {
			return form{}, err
		}
		return s.measureFragment(selection)
	}
	return form{}, nil
}

func (s *survey) measureFragment(spread *ast.FragmentSpread) (form, *gqlerror.Error) {
	if known, ok := s.known[spread.Name]; ok {
		return known, nil
	}
	fragment := s.doc.Fragments.ForName(spread.Name)
	if fragment == nil { // the validator says so
		return form{}, nil
	}
	if s.open[spread.Name] {
		return form{}, invalid(spread.Position, "Fragment %q spreads itself.", spread.Name)
	}
	s.open[spread.Name] = true
	known, err := s.measure(fragment.SelectionSet)
	s.open[spread.Name] = false
	s.known[spread.Name] = known
	return known, err
}

// refuseDefer refuses @defer: gqlgen loses what is deferred over plain HTTP.
func refuseDefer(directives ast.DirectiveList) *gqlerror.Error {
	if directives.ForName("defer") == nil {
		return nil
	}
	return refusal(graph.Errorf(graph.BadUserInput, "@defer is not supported: answers come whole. Leave it out."))
}

// merges counts the pairs of fields that answer under one name, here and below.
// The sets are selected on one object.
func (s *survey) merges(sets []ast.SelectionSet) int {
	below := map[string][]ast.SelectionSet{}
	var collect func(ast.SelectionSet)
	collect = func(set ast.SelectionSet) {
		for _, selection := range set {
			s.visits++
			switch selection := selection.(type) {
			case *ast.Field:
				below[selection.Alias] = append(below[selection.Alias], selection.SelectionSet)
			case *ast.InlineFragment:
				collect(selection.SelectionSet)
			case *ast.FragmentSpread:
				if fragment := s.doc.Fragments.ForName(selection.Name); fragment != nil {
					collect(fragment.SelectionSet)
				}
			}
		}
	}
	for _, set := range sets {
		collect(set)
	}
	count := 0
	for _, same := range below {
		count += pairs(len(same)) + s.merges(same)
	}
	return count
}

func pairs(n int) int { return n * (n - 1) / 2 }
