package store

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/mozillazg/go-unidecode/table"
	"golang.org/x/text/unicode/norm"

	"github.com/chokepoint/chokepoint/graph"
)

// Bounds on the search keys of one record: they are for finding it, not for
// reading its documents.
const (
	maxWords = 256
	maxWord  = 64 // bytes
)

// Fold makes names comparable: case, marks, script, punctuation and spacing do
// not count. What is left are words of lower-case letters and digits parted by
// single blanks; letters that have no Latin spelling stay as they are.
// "" means that nothing of the text can be compared.
func Fold(text string) string {
	if !ascii(text) {
		text = latin(text)
	}
	out := make([]byte, 0, len(text))
	gap := false
	for i := range len(text) {
		c := text[i]
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c >= 0x80:
		case c == '\'' || c == '`': // O'Brien is OBrien
			continue
		default:
			gap = true
			continue
		}
		if gap && len(out) > 0 {
			out = append(out, ' ')
		}
		out, gap = append(out, c), false
	}
	return string(out)
}

func ascii(text string) bool {
	for i := range len(text) {
		if text[i] >= 0x80 {
			return false
		}
	}
	return true
}

// latin spells a text in ASCII as far as there is a spelling.
func latin(text string) string {
	var b strings.Builder
	// Marks go after decomposition; composing again makes syllables of Hangul, which
	// the tables know, out of its letters, which they do not.
	bare := strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFKD.String(text))
	for _, r := range norm.NFC.String(bare) {
		switch spelling := cmp.Or(spell(r), spell(unicode.ToLower(r))); {
		case r < 0x80:
			b.WriteRune(r)
		case spelling != "":
			b.WriteString(spelling)
		case unicode.IsLetter(r) || unicode.IsNumber(r):
			b.WriteRune(unicode.ToLower(r))
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}

// spell returns the Latin spelling of one character, "" if there is none.
func spell(r rune) string {
	section, position := r>>8, r&0xff
	if spellings, ok := table.Tables[section]; ok && int(position) < len(spellings) {
		return spellings[position]
	}
	return ""
}

// skeleton returns what misspellings and transliterations of a word mostly have
// in common: its first letter and its consonants, those that sound alike made
// equal, runs as one. Words of fewer than four letters, words with digits and
// words of other scripts have none ("").
func skeleton(word string) string {
	if len(word) < 4 {
		return ""
	}
	word = strings.ReplaceAll(word, "ph", "f")
	out := make([]byte, 0, len(word))
	for i := range len(word) {
		c := word[i]
		switch c {
		case 'a', 'e', 'i', 'o', 'u', 'y', 'h':
			if i > 0 {
				continue
			}
		case 'c', 'q':
			c = 'k'
		case 'z':
			c = 's'
		case 'w':
			c = 'v'
		default:
			if c < 'a' || c > 'z' {
				return ""
			}
		}
		if n := len(out); n == 0 || out[n-1] != c {
			out = append(out, c)
		}
	}
	if len(out) < 2 {
		return ""
	}
	return "_" + string(out)
}

func words(text string) []string {
	list := strings.Fields(Fold(text))
	for i, w := range list {
		if len(w) > maxWord {
			list[i] = strings.ToValidUTF8(w[:maxWord], "")
		}
	}
	return list
}

// field is a part of a record that search looks at.
type field struct{ name, text string }

// fields returns the searched texts of a record: name, aliases and the properties
// that the ontology names.
func (s *Store) fields(r *graph.Record) []field {
	list := make([]field, 0, 1+len(r.Aliases))
	list = append(list, field{"name", r.Name})
	for _, alias := range r.Aliases {
		list = append(list, field{"aliases", alias})
	}
	kind := s.ontology.Kind(string(r.Kind))
	if kind == nil {
		return list
	}
	for _, p := range r.Properties {
		if declared := kind.Property(p.Name); declared != nil && declared.Search {
			for _, v := range p.Values {
				list = append(list, field{p.Name, v})
			}
		}
	}
	return list
}

// searchKeys returns the search keys of a record: the words of its searched
// fields and the skeletons of these, each once.
func (s *Store) searchKeys(r *graph.Record) string {
	var keys []string
	for _, f := range s.fields(r) {
		for _, w := range words(f.text) {
			if len(keys) >= maxWords {
				break
			}
			keys = append(keys, w)
			if bones := skeleton(w); bones != "" {
				keys = append(keys, bones)
			}
		}
	}
	slices.Sort(keys)
	return strings.Join(slices.Compact(keys), " ")
}
