package neo4j

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// oddWords are words that Lucene, its analyzers or its operators might trip over.
var oddWords = []string{
	"and", "or", "not", "to", "a", "the", "_hrbr", "_", "x1", "1", "harbour", "harbor", "harborside", "日本", "日", "東京都", "ß", "é", "e\u0301",
	"a\u3000b", "a\u3000bc", "\u3000", "a\u00a0b", "a\u2028b", "\u200b", "a\u0085b", "id", "id_keys", "_keys", "null", "true", "ſ", "ⅷ", "🚢", "🚢ahoy",
	strings.Repeat("long", 16), strings.Repeat("日", 21),
}

func randomWord(r *rand.Rand) string {
	if r.IntN(3) > 0 {
		return oddWords[r.IntN(len(oddWords))]
	}
	return strings.Repeat(string(rune('a'+r.IntN(3))), 1+r.IntN(3)) + strconv.Itoa(r.IntN(30))
}

func randomKeys(r *rand.Rand, most int) string {
	list := make([]string, r.IntN(most))
	for i := range list {
		list[i] = randomWord(r)
	}
	slices.Sort(list)
	return strings.Join(slices.Compact(list), " ")
}

func randomTerm(r *rand.Rand, choices int) string {
	list := make([]string, choices)
	for i := range list {
		word := []rune(randomWord(r))
		if list[i] = string(word); r.IntN(2) == 0 {
			list[i] = string(word[:1+r.IntN(len(word))]) + "*"
		}
	}
	return strings.Join(list, "|")
}

// TestMatchesAreThoseOfSQLite holds the index of the server against that of the
// embedded store.
func TestMatchesAreThoseOfSQLite(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := open(t, s)
		reference, err := sqlite.Open(t.Context(), sqlite.Throwaway, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer reference.Close() // its work is done
		r := rand.New(rand.NewPCG(1, 2))
		both := [2]matcher{d, reference}
		for range 3 {
			b := store.Batch{Datasets: []store.Dataset{{Name: "d", Ceiling: graph.Markings{"A"}}}}
			for range 700 {
				b.Records = append(b.Records, someRecord(strconv.Itoa(r.IntN(1500)), randomWord(r)))
				b.Keys = append(b.Keys, randomKeys(r, 12))
			}
			for range 50 {
				b.Deletes = append(b.Deletes, graph.RecordID("d", strconv.Itoa(r.IntN(1500))))
			}
			for _, driver := range both {
				if _, err := driver.Commit(t.Context(), b); err != nil {
					t.Fatal(err)
				}
			}
		}
		found := 0
		for i := range 400 {
			terms := make([]string, 1+r.IntN(3))
			for j := range terms {
				terms[j] = randomTerm(r, 1+r.IntN(3))
			}
			if i%40 == 0 {
				terms = append(terms, randomTerm(r, 2000), randomTerm(r, 300))
			}
			after, limit := graph.ID{}, 1+r.IntN(300)
			if r.IntN(3) == 0 {
				after = graph.RecordID("d", strconv.Itoa(r.IntN(1500)))
			}
			var answers [2][]graph.ID
			for j, driver := range both {
				if answers[j], err = driver.Match(t.Context(), terms, after, limit); err != nil {
					t.Fatalf("%q: %v", terms, err)
				}
			}
			found += len(answers[1])
			if diff := cmp.Diff(answers[1], answers[0]); diff != "" && len(answers[0])+len(answers[1]) > 0 {
				t.Fatalf("%q after %v, %d: %s", terms, after, limit, diff)
			}
		}
		if found < 5000 {
			t.Errorf("the test compared %d matches only", found)
		}
	})
}

// matcher is the part of a store that this test compares.
type matcher interface {
	Commit(ctx context.Context, b store.Batch) (store.Commit, error)
	Match(ctx context.Context, terms []string, after graph.ID, limit int) ([]graph.ID, error)
}

// someRecord returns a record of dataset "d".
func someRecord(key, name string) graph.Record {
	return graph.Record{
		Header: graph.Header{ID: graph.RecordID("d", key), Dataset: "d", Key: key, Confidence: 1, Markings: graph.Markings{"A"}, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant},
		Kind:   "Person", Name: name,
	}
}

func TestTermsThatAreNone(t *testing.T) {
	for _, bad := range []string{"", "*", "a b", `a"`, "a*b", "A", "|a", "a|", "a-b", "a:b", "\xff", "a~b", "a\\", "a/b", "(a)", "a^2", "a?", "a**"} {
		if _, err := parseTerms([]string{bad}); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// spellings are what people search for, and how they spell it.
var spellings = strings.Fields(`Harbour harbor Freight frieght Ltd GmbH Müller Mueller Muller O'Brien OBrien Ивановъ Ivanov Шахтар 東京 株式会社 naïve AND OR NOT
	foo-bar foo/bar a+b C++ x:y [z] {q} "quoted" ~tilde back\slash what? star* ß ſ İstanbul istanbul Łódź lodz`)

func randomText(r *rand.Rand, most int) string {
	list := make([]string, 1+r.IntN(most))
	for i := range list {
		word := []rune(spellings[r.IntN(len(spellings))])
		if r.IntN(4) == 0 {
			word = word[:1+r.IntN(len(word))]
		}
		if r.IntN(6) == 0 {
			word = append(word, word[r.IntN(len(word))])
		}
		list[i] = string(word)
	}
	return strings.Join(list, []string{" ", "\u3000", ", "}[r.IntN(3)])
}

// TestSearchesAreThoseOfSQLite: the same records answer the same searches with the
// same scores in the same order, whichever store holds them.
func TestSearchesAreThoseOfSQLite(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		reference, err := sqlite.Open(t.Context(), sqlite.Throwaway, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer reference.Close() // its work is done
		both := [2]*store.Store{store.New(open(t, s), words(t)), store.New(reference, words(t))}
		r := rand.New(rand.NewPCG(3, 4))
		var records []graph.Record
		for i := range 600 {
			record := someRecord(strconv.Itoa(i), randomText(r, 4))
			for range r.IntN(3) {
				record.Aliases = append(record.Aliases, randomText(r, 3))
			}
			record.Properties = graph.Properties{{Name: "role", Values: []string{randomText(r, 2)}}}
			records = append(records, record)
		}
		for _, s := range both {
			b := store.Batch{Datasets: []store.Dataset{{Name: "d", Ceiling: graph.Markings{"A"}}}, Records: slices.Clone(records)}
			if _, err := s.Write(t.Context(), admin, b); err != nil {
				t.Fatal(err)
			}
		}
		found := 0
		for range 150 {
			text, known, limit := randomText(r, 3), records[r.IntN(len(records))].Name, 1+r.IntN(40)
			var answers [2][]store.Hit
			var names [2][]graph.Record
			for i, s := range both {
				if answers[i], _, err = s.Search(t.Context(), access.Everything(), text, limit); err != nil {
					t.Fatalf("%q: %v", text, err)
				}
				if names[i], _, err = s.FindByName(t.Context(), access.Everything(), known, limit); err != nil {
					t.Fatalf("%q: %v", text, err)
				}
			}
			found += len(answers[1])
			if diff := cmp.Diff(answers[1], answers[0], cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%q: %s", text, diff)
			}
			if diff := cmp.Diff(names[1], names[0], cmpopts.EquateEmpty()); diff != "" {
				t.Fatal(diff)
			}
		}
		if found < 500 {
			t.Errorf("the test compared %d hits only", found)
		}
	})
}

// TestPagesReadAhead: pages come from one look at the index, but none after a commit.
func TestPagesReadAhead(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := open(t, s)
		b := store.Batch{Datasets: []store.Dataset{{Name: "d", Ceiling: graph.Markings{"A"}}}}
		for i := range 100 {
			b.Records, b.Keys = append(b.Records, someRecord(strconv.Itoa(i), "x")), append(b.Keys, "word")
		}
		commit := func(b store.Batch) {
			if _, err := d.Commit(t.Context(), b); err != nil {
				t.Fatal(err)
			}
		}
		commit(b)
		page := func(after graph.ID) []graph.ID {
			ids, err := d.Match(t.Context(), []string{"word"}, after, 10)
			if err != nil {
				t.Fatal(err)
			}
			return ids
		}
		first := page(graph.ID{})
		second := page(first[9])
		third := page(second[9])
		if len(third) != 10 || len(d.ahead.pages) != 1 {
			t.Fatalf("%d, %d", len(third), len(d.ahead.pages))
		}
		commit(store.Batch{Deletes: third[:1]})
		if again := page(second[9]); slices.Contains(again, third[0]) || again[0] != third[1] {
			t.Error("a page is older than a commit")
		}
		seen, after := 0, graph.ID{}
		for {
			ids := page(after)
			if seen += len(ids); len(ids) == 0 {
				break
			}
			after = ids[len(ids)-1]
		}
		if seen != 99 {
			t.Errorf("%d of 99", seen)
		}
	})
}

// A commit is a commit also when its answer is lost.
func TestNoPageOutlastsACommitOfLostAnswer(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		far, p := behind(t, s)
		d := open(t, far)
		b := store.Batch{Datasets: []store.Dataset{{Name: "d", Ceiling: graph.Markings{"A"}}}}
		for i := range 30 {
			b.Records, b.Keys = append(b.Records, someRecord(strconv.Itoa(i), "x")), append(b.Keys, "word")
		}
		if _, err := d.Commit(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		page := func(after graph.ID) []graph.ID {
			ids, err := d.Match(t.Context(), []string{"word"}, after, 10)
			if err != nil || len(ids) == 0 {
				t.Fatal(ids, err)
			}
			return ids
		}
		first := page(graph.ID{})
		gone := page(first[9])[0]
		first = page(graph.ID{})
		p.LoseAnswer()
		if done, err := d.Commit(t.Context(), store.Batch{Deletes: []graph.ID{gone}}); err != nil || !done.Changed {
			t.Fatal(done, err)
		}
		if slices.Contains(page(first[9]), gone) {
			t.Error("a page is older than a commit")
		}
	})
}
