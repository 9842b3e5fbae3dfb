package session

import (
	"context"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/store"
)

// Filter says which entities. Every condition given must hold; within a list any
// one will do. The zero Filter admits all.
type Filter struct {
	IDs           []graph.ID // of entities or of their records; nil means any
	Names         []string   // equal after store.Fold; nil means any
	Kinds         []graph.Kind
	Datasets      []string
	Keys          []SourceKey
	Properties    []PropertyTerm
	Markings      []graph.Marking
	MinConfidence float64
	MinDegree     *int
	MaxDegree     *int
}

// SourceKey is the key by which a source knows a thing; Dataset "" means any.
type SourceKey struct{ Dataset, Key string }

// PropertyTerm is a condition on one property. All parts given must hold for one
// value; without any, the property must exist.
type PropertyTerm struct {
	Name                       string
	Equals, Contains, From, To *string
	Exists                     *bool
}

// Order says how entities are listed.
type Order struct {
	By         OrderField
	Descending bool
}

// OrderField is what entities can be ordered by.
type OrderField string

// The order fields, as the API names them.
const (
	ByID     OrderField = "ID"
	ByName   OrderField = "NAME"
	ByDegree OrderField = "DEGREE"
)

// maxNamed bounds how many records one name or key of a filter may mean.
const maxNamed = 10_000

// propertyChunk is how many entities are read at once to look at properties.
const propertyChunk = 500

// List returns a page of the entities that fit a filter, as IDs. What the
// projection knows (ids, kinds, degrees) costs no store call; conditions on
// properties and markings read the candidates in chunks, as far as the page needs.
func (s *Session) List(ctx context.Context, f Filter, o Order, page Page) (Paged[graph.ID], error) {
	l := listing{operation: "entities", arguments: digested([]any{f, o}), descending: o.Descending}
	last, begun, err := s.after(l, page)
	if err != nil {
		return Paged[graph.ID]{}, err
	}
	places, err := s.places(ctx, f, o)
	if err != nil {
		return Paged[graph.ID]{}, err
	}
	start := 0
	if begun {
		start, _ = slices.BinarySearchFunc(places, last, func(a, b position) int {
			if a.compare(b, o.Descending) <= 0 {
				return -1
			}
			return 1
		})
	}
	sieve := s.sieve(f)
	found, err := sieve(ctx, places[start:], page.First+1)
	if err != nil {
		return Paged[graph.ID]{}, err
	}
	out := Paged[graph.ID]{HasNextPage: len(found) > page.First, Total: func(ctx context.Context) (int, error) {
		all, err := sieve(ctx, places, len(places))
		return len(all), err
	}}
	for _, p := range found[:min(len(found), page.First)] {
		out.Items = append(out.Items, p.id)
	}
	out.Cursor = func(i int) string { return s.cursor(l, found[i]) }
	if start > 0 {
		before, err := sieve(ctx, places[:start], 1)
		if err != nil {
			return Paged[graph.ID]{}, err
		}
		out.HasPreviousPage = len(before) > 0
	}
	return out, nil
}

// sieve returns a function that keeps the first few places whose entities fit the
// conditions that need the store.
func (s *Session) sieve(f Filter) func(ctx context.Context, places []position, most int) ([]position, error) {
	if len(f.Properties) == 0 && len(f.Markings) == 0 {
		return func(_ context.Context, places []position, most int) ([]position, error) {
			return places[:min(most, len(places))], nil
		}
	}
	return func(ctx context.Context, places []position, most int) ([]position, error) {
		var kept []position
		for chunk := range slices.Chunk(places, propertyChunk) {
			ids := make([]graph.ID, len(chunk))
			for i, p := range chunk {
				ids[i] = p.id
			}
			entities, err := s.whole(ctx, ids)
			if err != nil {
				return nil, err
			}
			for i, e := range entities {
				if e != nil && s.fits(f, e) {
					if kept = append(kept, chunk[i]); len(kept) == most {
						return kept, nil
					}
				}
			}
		}
		return kept, nil
	}
}

func (s *Session) fits(f Filter, e *graph.Entity) bool {
	if len(f.Markings) > 0 && !slices.ContainsFunc(f.Markings, func(m graph.Marking) bool { return slices.Contains(e.Markings, m) }) {
		return false
	}
	kind := s.service.ontology.Kind(string(e.Kind))
	for _, term := range f.Properties {
		if !term.holds(e, kind) {
			return false
		}
	}
	return true
}

// holds applies the term to the entity's values. Ranges compare as the declared
// type does: numbers as numbers, dates and texts as text, which their canonical
// form allows.
func (t PropertyTerm) holds(e *graph.Entity, kind *ontology.Kind) bool {
	values := e.Properties.Get(t.Name)
	if t.Exists != nil && *t.Exists != (len(values) > 0) {
		return false
	}
	if t.Equals == nil && t.Contains == nil && t.From == nil && t.To == nil {
		return t.Exists != nil || len(values) > 0
	}
	compare := strings.Compare
	if kind != nil {
		if p := kind.Property(t.Name); p != nil {
			compare = p.Type.Compare
		}
	}
	return slices.ContainsFunc(values, func(v string) bool {
		return (t.Equals == nil || foldCase(v) == foldCase(*t.Equals)) &&
			(t.Contains == nil || strings.Contains(foldCase(v), foldCase(*t.Contains))) &&
			(t.From == nil || compare(v, *t.From) >= 0) &&
			(t.To == nil || compare(v, *t.To) <= 0 || covers(*t.To, v))
	})
}

// covers says whether a date holds another date or instant: 2021 holds 2021-06-30.
func covers(date, text string) bool {
	if !strings.HasPrefix(text, date) {
		return false
	}
	_, isDate := graph.ParseInstant(date)
	_, isText := graph.ParseInstant(text)
	return isDate && isText
}

// places lists the entities that fit what the projection knows, in order.
func (s *Session) places(ctx context.Context, f Filter, o Order) ([]position, error) {
	admits, err := s.admission(ctx, f)
	if err != nil {
		return nil, err
	}
	var places []position
	var arcs []network.Arc
	all := s.view.Scoped(projection.AnyTime())
	scanned := 0
	place := func(e projection.Entity) {
		if !admits(e) {
			return
		}
		p := position{id: s.view.ID(e)}
		degree := 0
		if o.By == ByDegree || f.MinDegree != nil || f.MaxDegree != nil {
			degree, arcs = all.Degree(e, arcs)
		}
		if (f.MinDegree != nil && degree < *f.MinDegree) || (f.MaxDegree != nil && degree > *f.MaxDegree) {
			return
		}
		switch o.By {
		case ByName:
			p.primary = store.Fold(s.view.Name(e))
		case ByDegree:
			p.primary = byNumber(float64(degree))
		}
		places = append(places, p)
	}
	if named, err := s.named(ctx, f); err != nil {
		return nil, err
	} else if named != nil {
		for _, e := range named {
			place(e)
		}
	} else {
		s.view.Entities(func(e projection.Entity) bool {
			scanned++
			if scanned%4096 == 0 && ctx.Err() != nil {
				return false
			}
			place(e)
			return true
		})
	}
	slices.SortFunc(places, func(a, b position) int { return a.compare(b, o.Descending) })
	return places, ctx.Err()
}

// admission returns the predicate over kinds, datasets and confidence.
func (s *Session) admission(ctx context.Context, f Filter) (func(projection.Entity) bool, error) {
	var scopes []*projection.Scoped
	narrow := func(set func(*projection.Scope)) {
		scope := projection.AnyTime()
		set(&scope)
		scopes = append(scopes, s.view.Scoped(scope))
	}
	if len(f.Kinds) > 0 {
		narrow(func(c *projection.Scope) { c.EntityKinds = f.Kinds })
	}
	if len(f.Datasets) > 0 { // each on its own: different records may meet them
		narrow(func(c *projection.Scope) { c.Datasets = f.Datasets })
	}
	if f.MinConfidence > 0 {
		narrow(func(c *projection.Scope) { c.MinConfidence = f.MinConfidence })
	}
	return func(e projection.Entity) bool {
		for _, c := range scopes {
			if _, ok := c.Node(e); !ok {
				return false
			}
		}
		return true
	}, ctx.Err()
}

// named returns the entities that ids, names and keys of a filter mean, each
// once; nil if the filter has none of them.
func (s *Session) named(ctx context.Context, f Filter) ([]projection.Entity, error) {
	var sets [][]graph.ID
	if f.IDs != nil {
		sets = append(sets, f.IDs)
	}
	if f.Keys != nil {
		ids, err := s.keyed(ctx, f.Keys)
		if err != nil {
			return nil, err
		}
		sets = append(sets, ids)
	}
	if f.Names != nil {
		var ids []graph.ID
		for _, name := range f.Names {
			records, complete, err := s.service.store.FindByName(ctx, s.viewer.Clearance, name, maxNamed)
			if err != nil {
				return nil, err
			}
			if !complete || len(records) >= maxNamed {
				return nil, graph.Errorf(graph.TooComplex, "names: more than %d records bear this name; name something rarer", maxNamed)
			}
			for _, r := range records {
				ids = append(ids, r.ID)
			}
		}
		sets = append(sets, ids)
	}
	if sets == nil {
		return nil, nil
	}
	found := []projection.Entity{}
	for e, n := range s.countIn(sets) {
		if n == len(sets) {
			found = append(found, e)
		}
	}
	return found, nil
}

// countIn counts for each entity in how many of the sets it is named.
func (s *Session) countIn(sets [][]graph.ID) map[projection.Entity]int {
	counts := map[projection.Entity]int{}
	for _, ids := range sets {
		once := map[projection.Entity]bool{}
		for _, id := range ids {
			if e, ok := s.view.Entity(id); ok && !once[e] {
				once[e] = true
				counts[e]++
			}
		}
	}
	return counts
}

// keyed returns the IDs that source keys may mean.
func (s *Session) keyed(ctx context.Context, keys []SourceKey) ([]graph.ID, error) {
	var ids []graph.ID
	var all []store.Dataset
	for _, k := range keys {
		if k.Dataset != "" {
			ids = append(ids, graph.RecordID(k.Dataset, k.Key))
			continue
		}
		if all == nil {
			var err error
			if all, err = s.service.store.Datasets(ctx); err != nil {
				return nil, err
			}
		}
		for _, d := range all {
			ids = append(ids, graph.RecordID(d.Name, k.Key))
		}
	}
	return ids, nil
}
