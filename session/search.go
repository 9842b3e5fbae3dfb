package session

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// maxHits bounds how many records a search ranks.
const maxHits = 10_000

// maxSearch is the longest text that search takes, in bytes: longer than any name,
// short enough that its words stay few.
const maxSearch = 1 << 10

// Found is an entity that resembles a text.
type Found struct {
	ID      graph.ID
	Score   float64
	Matched []string
}

// Search returns a page of the entities that resemble a text, best first, ties by
// ID. An entity is as good as its best record. Kinds narrow; none means any.
func (s *Session) Search(ctx context.Context, text string, kinds []graph.Kind, page Page) (Paged[Found], error) {
	l := listing{operation: "search", arguments: digested([]any{text, kinds}), descending: true}
	if _, _, err := s.after(l, page); err != nil {
		return Paged[Found]{}, err
	}
	if len(text) > maxSearch {
		return Paged[Found]{}, graph.Errorf(graph.BadUserInput, "text: %d bytes are more than %d; search for a few words", len(text), maxSearch)
	}
	hits, complete, err := s.service.store.Search(ctx, s.viewer.Clearance, text, maxHits)
	if err != nil {
		return Paged[Found]{}, err
	}
	best := map[graph.ID]*Found{}
	for _, h := range hits {
		e, ok := s.view.Entity(h.Record.ID)
		if !ok || (len(kinds) > 0 && !slices.Contains(kinds, s.view.Kind(e))) {
			continue
		}
		id := s.view.ID(e)
		f := best[id]
		if f == nil {
			f = &Found{ID: id}
			best[id] = f
		}
		f.Score = max(f.Score, h.Score)
		for _, m := range h.Matched {
			if !slices.Contains(f.Matched, m) {
				f.Matched = append(f.Matched, m)
			}
		}
	}
	found := make([]Found, 0, len(best))
	for _, f := range best {
		found = append(found, *f)
	}
	at := func(f Found) position { return position{byNumber(f.Score), f.ID} }
	slices.SortFunc(found, func(a, b Found) int { return at(a).compare(at(b), true) })
	out, err := pageOf(s, l, found, at, page)
	if !complete {
		out.Total = nil // there are more than were ranked
	}
	return out, err
}
