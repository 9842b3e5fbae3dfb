package neo4j

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

const (
	matchRecords cypher = "CALL db.index.fulltext.queryNodes('" + searchIndex + "', $query) YIELD node WITH node WHERE node._rev IS NOT NULL AND node.id > $after " +
		"RETURN node.id AS id ORDER BY id LIMIT $limit"
	// matchKeys is matchRecords for what the index was not asked.
	matchKeys cypher = "CALL db.index.fulltext.queryNodes('" + searchIndex + "', $query) YIELD node WITH node WHERE node._rev IS NOT NULL AND node.id > $after " +
		"RETURN node.id AS id, node._keys AS keys ORDER BY id LIMIT $limit"
)

// Bounds on what the index is asked at once: Lucene refuses more than 1024 words.
// What is beyond is compared here, a page at a time.
const (
	maxChoices = 512
	keysPage   = 1000
)

// Match implements [store.Driver].
func (d *Driver) Match(ctx context.Context, terms []string, after graph.ID, limit int) (ids []graph.ID, err error) {
	parsed, err := parseTerms(terms)
	if err != nil || len(terms) == 0 || limit <= 0 {
		return nil, err
	}
	query, rest := luceneQuery(parsed)
	if len(rest) > 0 {
		return d.matchHere(ctx, query, rest, after, limit)
	}
	key := continuation{query, after}
	if ids, ok := d.ahead.take(key, limit); ok {
		return ids, nil
	}
	generation, look := d.ahead.generation.Load(), max(limit, min(limit*aheadPages, aheadIDs))
	rows, err := d.read(ctx, "match", matchRecords, parameters{"query": query, "after": after.String(), "limit": int64(look)})
	if err != nil {
		return nil, err
	}
	for _, row := range rows {
		if id, is := graph.ParseID(textAt(row.Values, 0)); is {
			ids = append(ids, id)
		}
	}
	d.ahead.keep(generation, query, ids, limit, len(rows) < look)
	return slices.Clip(ids[:min(len(ids), limit)]), nil
}

// matchHere is Match for terms that the index is not asked for all.
func (d *Driver) matchHere(ctx context.Context, query string, rest [][]choice, after graph.ID, limit int) (ids []graph.ID, err error) {
	for {
		rows, err := d.read(ctx, "match", matchKeys, parameters{"query": query, "after": after.String(), "limit": int64(keysPage)})
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			id, is := graph.ParseID(textAt(row.Values, 0))
			if after = id; is && holds(strings.Fields(textAt(row.Values, 1)), rest) {
				ids = append(ids, id)
			}
		}
		if len(ids) >= limit || len(rows) < keysPage {
			return ids[:min(len(ids), limit)], nil
		}
	}
}

// Bounds of reading ahead: the index looks at every match whatever the limit, so a
// search, which reads page after page, gets all that it may want from one look.
const (
	aheadPages    = 1 + store.MaxCandidates/1000
	aheadIDs      = 20_000
	aheadSearches = 16
	aheadTime     = 10 * time.Second
)

// continuation is where a search goes on.
type continuation struct {
	query string
	after graph.ID
}

// readAhead keeps what a look at the index found beyond the page that was asked
// for. A page that is taken from it is as old as the newest first page of the same
// search, and no commit of this process came between.
type readAhead struct {
	generation atomic.Uint64 // counts commits
	mu         sync.Mutex
	pages      map[continuation]aheadList
}

type aheadList struct {
	ids   []graph.ID
	whole bool // nothing follows ids
	until time.Time
}

// take returns a page that is there.
func (a *readAhead) take(at continuation, limit int) ([]graph.ID, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	list, is := a.pages[at]
	delete(a.pages, at)
	if !is || time.Now().After(list.until) || len(list.ids) < limit && !list.whole {
		return nil, false
	}
	a.put(at.query, list, limit)
	return slices.Clone(list.ids[:min(len(list.ids), limit)]), true
}

// keep takes in the IDs of a look that was begun in the generation.
func (a *readAhead) keep(generation uint64, query string, ids []graph.ID, limit int, whole bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if generation == a.generation.Load() {
		a.put(query, aheadList{ids, whole, time.Now().Add(aheadTime)}, limit)
	}
}

// put keeps what follows a page.
func (a *readAhead) put(query string, list aheadList, limit int) {
	if len(list.ids) < limit || limit == 0 {
		return
	}
	if len(a.pages) >= aheadSearches {
		clear(a.pages)
	}
	if a.pages == nil {
		a.pages = map[continuation]aheadList{}
	}
	after := list.ids[limit-1]
	list.ids = list.ids[limit:]
	a.pages[continuation{query, after}] = list
}

// forget forgets all, for there was a commit.
func (a *readAhead) forget() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.generation.Add(1)
	clear(a.pages)
}

func textAt(values []any, i int) string { return text(values[i]) }

// choice is a word, or the beginning of words, as it stands in the index.
type choice struct {
	word   string
	prefix bool
}

// parseTerms reads search terms: see [store.Driver].
func parseTerms(terms []string) ([][]choice, error) {
	parsed := make([][]choice, len(terms))
	for i, term := range terms {
		for word := range strings.SplitSeq(term, "|") {
			word, prefix := strings.CutSuffix(word, "*")
			if word == "" || !utf8.ValidString(word) || strings.ContainsFunc(word, func(r rune) bool { return !wordRune(r) }) {
				return nil, graph.Errorf(graph.BadUserInput, "%q is not a search term", term)
			}
			parsed[i] = append(parsed[i], choice{storedKeys(word), prefix})
		}
	}
	return parsed, nil
}

func wordRune(r rune) bool {
	return r >= 0x80 || r == '_' || 'a' <= r && r <= 'z' || '0' <= r && r <= '9'
}

// luceneQuery writes terms in the language of Lucene, as many as it takes, and
// returns those that are left. Words hold nothing that Lucene reads as an operator,
// since operators that are words are in capitals, but for "~", which is escaped.
func luceneQuery(terms [][]choice) (query string, rest [][]choice) {
	var b strings.Builder
	asked := 0
	for _, term := range terms {
		if asked += len(term); asked > maxChoices {
			asked -= len(term)
			rest = append(rest, term)
			continue
		}
		if b.Len() > 0 {
			b.WriteString(" AND ")
		}
		for i, c := range term {
			b.WriteString([...]string{"(", " OR "}[min(i, 1)])
			b.WriteString(strings.ReplaceAll(c.word, "~", `\~`))
			if c.prefix {
				b.WriteByte('*')
			}
		}
		b.WriteByte(')')
	}
	if b.Len() == 0 {
		return "*:*", rest
	}
	return b.String(), rest
}

// holds says whether a word answers every term.
func holds(words []string, terms [][]choice) bool {
	slices.Sort(words)
	for _, term := range terms {
		if !slices.ContainsFunc(term, func(c choice) bool {
			i, exact := slices.BinarySearch(words, c.word)
			return exact || c.prefix && i < len(words) && strings.HasPrefix(words[i], c.word)
		}) {
			return false
		}
	}
	return true
}

// storedKeys returns search keys as they are indexed. The analyzer parts words at
// whatever Unicode calls white, which words may contain; such a character is
// written as its number between two "~", which no word contains.
func storedKeys(keys string) string {
	if !strings.ContainsFunc(keys, foreignBlank) {
		return keys
	}
	var b strings.Builder
	for _, r := range keys {
		if !foreignBlank(r) {
			b.WriteRune(r)
			continue
		}
		b.WriteByte('~')
		b.WriteString(strconv.FormatInt(int64(r), 16))
		b.WriteByte('~')
	}
	return b.String()
}

func foreignBlank(r rune) bool { return r >= 0x80 && (unicode.IsSpace(r) || unicode.Is(unicode.Z, r)) }
