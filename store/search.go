package store

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/hbollon/go-edlib"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// Bounds of a search.
const (
	// MaxCandidates is how many visible records a search looks at: the best few of
	// more than that need a longer text, not a longer list.
	MaxCandidates = 10_000
	// maxTerms is how many words of a text count. Names are shorter.
	maxTerms = 12
	// matchPage is how many candidates are read at a time.
	matchPage = 1000
)

// Hit is one record that a search found.
type Hit struct {
	Record graph.Record
	// Score is 0 to 1; 1 means that a name equals the text.
	Score float64
	// Matched holds the names and values that matched, in the order of the words.
	Matched []string
}

// Search returns the limit best visible records for the text, by score and then
// by ID. Every word of the text must match a word of the record: whole, as its
// beginning, or, when that finds fewer than limit, roughly as it sounds
// ("harbor frieght" finds "Harbour Freight Ltd").
//
// Scores come from visible records alone: a name that equals the text after
// folding gives 1; else each word gives its best match, 1 for the same word, less
// for a beginning, and the Jaro-Winkler similarity (Winkler 1990) for a rough
// one; the mean counts more the more of the name the text covers. complete=false
// says that more visible candidates matched than MaxCandidates.
func (s *Store) Search(ctx context.Context, c access.Clearance, text string, limit int) (hits []Hit, complete bool, err error) {
	query := words(text)
	query = query[:min(len(query), maxTerms)]
	if len(query) == 0 || limit <= 0 {
		return nil, true, nil
	}
	exact := strings.Join(query, " ")
	var beginnings, rough []string
	for _, w := range query {
		beginnings = append(beginnings, w+"*")
		if bones := skeleton(w); bones != "" {
			rough = append(rough, w+"*|"+bones)
		} else {
			rough = append(rough, w+"*")
		}
	}
	look := func(terms []string) (begun, all []Hit, complete bool, err error) {
		complete, err = s.candidates(ctx, c, terms, MaxCandidates, func(r *graph.Record) bool {
			if score, least, matched := s.score(r, exact, query); score > 0 {
				all = append(all, Hit{Record: *r, Score: score, Matched: matched})
				if least >= prefixWeight {
					begun = append(begun, all[len(all)-1])
				}
			}
			return true
		})
		return begun, all, complete, err
	}
	// What a rough look finds holds what beginnings find, unless that is too much.
	begun, hits, complete, err := look(rough)
	if err == nil && !complete {
		var all bool
		if begun, _, all, err = look(beginnings); len(begun) >= limit {
			complete = all
		}
	}
	if err != nil {
		return nil, false, err
	}
	if len(begun) >= limit {
		hits = begun
	}
	slices.SortFunc(hits, func(a, b Hit) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), a.Record.ID.Compare(b.Record.ID))
	})
	return hits[:min(limit, len(hits))], complete, nil
}

// FindByName returns visible records of which a name or an alias equals name
// after folding, by ID. complete=false says that there are more than limit, or
// more candidates than MaxCandidates.
func (s *Store) FindByName(ctx context.Context, c access.Clearance, name string, limit int) (records []graph.Record, complete bool, err error) {
	folded := Fold(name)
	terms := words(name)
	if len(terms) == 0 || limit <= 0 {
		return nil, true, nil
	}
	slices.Sort(terms)
	terms = slices.Compact(terms)
	terms = terms[:min(len(terms), maxTerms)]
	more := false
	complete, err = s.candidates(ctx, c, terms, MaxCandidates, func(r *graph.Record) bool {
		if Fold(r.Name) != folded && !slices.ContainsFunc(r.Aliases, func(alias string) bool { return Fold(alias) == folded }) {
			return true
		}
		if more = len(records) == limit; !more {
			records = append(records, *r)
		}
		return !more
	})
	if err != nil {
		return nil, false, err
	}
	return records, complete && !more, nil
}

// candidates hands the visible records whose keys match the terms to visit, by
// ID, until it returns false. It reports false when there are more than bound.
func (s *Store) candidates(ctx context.Context, c access.Clearance, terms []string, bound int, visit func(*graph.Record) bool) (complete bool, err error) {
	seen := 0
	for after := (graph.ID{}); ; {
		ids, err := s.driver.Match(ctx, terms, after, matchPage)
		if err != nil || len(ids) == 0 {
			return true, err
		}
		records, err := s.Records(ctx, c, ids, Latest)
		if err != nil {
			return false, err
		}
		for i := range records {
			if seen == bound {
				return false, nil
			}
			seen++
			if !visit(&records[i]) {
				return true, nil
			}
		}
		if len(ids) < matchPage {
			return true, nil
		}
		after = ids[len(ids)-1]
	}
}

// Scores of one word. A rough match below similar is none: at 0.8 names of the
// same skeleton that merely share letters fall out.
const (
	similar      = 0.8
	roughWeight  = 0.85
	prefixWeight = 0.9
	coverage     = 0.1
	belowExact   = 0.99
)

// score rates a record against the words of a query, and the word that matches worst. It
// returns 0 if one of them matches nothing.
func (s *Store) score(r *graph.Record, exact string, query []string) (score, least float64, matched []string) {
	type part struct {
		text  string
		words []string
	}
	var parts []part
	for _, f := range s.fields(r) {
		w := words(f.text)
		if (f.name == "name" || f.name == "aliases") && strings.Join(w, " ") == exact {
			return 1, 1, []string{f.text}
		}
		parts = append(parts, part{f.text, w})
	}
	covered := 0.0
	least = 1
	for _, q := range query {
		best, in := 0.0, -1
		for i, p := range parts {
			for _, w := range p.words {
				if m := wordScore(q, w); m > best {
					best, in = m, i
				}
			}
		}
		if in < 0 {
			return 0, 0, nil
		}
		least = min(least, best)
		score += best / float64(len(query))
		covered = max(covered, min(1, float64(len(query))/float64(len(parts[in].words))))
		if !slices.Contains(matched, parts[in].text) {
			matched = append(matched, parts[in].text)
		}
	}
	return belowExact * score * (1 - coverage + coverage*covered), least, matched
}

// wordScore rates how well a word of a record answers a word of a query, 0 to 1.
func wordScore(query, word string) float64 {
	switch {
	case query == word:
		return 1
	case strings.HasPrefix(word, query):
		return prefixWeight + (1-prefixWeight)*float64(len(query))/float64(len(word))
	}
	if bones := skeleton(query); bones == "" || bones != skeleton(word) {
		return 0
	}
	if s := float64(edlib.JaroWinklerSimilarity(query, word)); s >= similar {
		return roughWeight * s
	}
	return 0
}
