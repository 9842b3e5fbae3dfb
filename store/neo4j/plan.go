package neo4j

import (
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// plan is what a batch asks of one class: the items that count, in ID order, and
// what becomes of each.
type plan[T any] struct {
	items    []T
	header   func(*T) *graph.Header
	order    []int // positions in items that count, in ID order
	outcomes []store.Outcome
}

// newPlan sorts the items. Of several with one ID the last counts, and none of
// those that the batch deletes.
func newPlan[T any](items []T, header func(*T) *graph.Header, deletes map[graph.ID]struct{}) *plan[T] {
	p := &plan[T]{items: items, header: header, outcomes: make([]store.Outcome, len(items))}
	for i := range items {
		p.outcomes[i] = store.Unchanged
		if _, gone := deletes[p.id(i)]; !gone {
			p.order = append(p.order, i)
		}
	}
	slices.SortFunc(p.order, func(a, b int) int { return cmp.Or(p.id(a).Compare(p.id(b)), cmp.Compare(a, b)) })
	kept := p.order[:0]
	for i, position := range p.order {
		if i+1 == len(p.order) || p.id(position) != p.id(p.order[i+1]) {
			kept = append(kept, position)
		}
	}
	p.order = kept
	return p
}

func (p *plan[T]) id(position int) graph.ID { return p.header(&p.items[position]).ID }

// wanted returns the IDs of the items that count and that may be there already.
func (p *plan[T]) wanted(mayHave func(graph.ID) bool) (ids []graph.ID) {
	for _, position := range p.order {
		if id := p.id(position); mayHave(id) {
			ids = append(ids, id)
		}
	}
	return ids
}

func recordHeader(r *graph.Record) *graph.Header { return &r.Header }
func linkHeader(l *graph.Link) *graph.Header     { return &l.Header }

func texts26(ids []graph.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = id.String()
	}
	return out
}
