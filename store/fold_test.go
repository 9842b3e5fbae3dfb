package store

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	for text, want := range map[string]string{
		"Harbour Freight, Ltd.":    "harbour freight ltd",
		"  O'Brien—O’Brien  ":      "obrien obrien",
		"Joaquín GUZMÁN Loera":     "joaquin guzman loera",
		"Straße":                   "strasse",
		"Ｆｕｌｌ　Ｗｉｄｔｈ":               "full width",
		"Иванов":                   "ivanov",
		"北京":                       "bei jing",
		"서울":                       "seoul",
		"Øresund Łódź":             "oresund lodz",
		"S.A. de C.V.":             "s a de c v",
		"":                         "",
		"—…":                       "",
		"ɒⱰ":                       "aa", // the tables know the small one only
		"ﬁne":                      "fine",
		"e\u0301lan":               "elan",
		"a\u00a0b":                 "a b",
		"0x\xff1":                  "0x 1",
		strings.Repeat("A\t\n", 3): "a a a",
	} {
		if got := Fold(text); got != want {
			t.Errorf("Fold(%q) = %q, want %q", text, got, want)
		}
	}
}

// Folding twice changes nothing, and what is left can be a term of Match.
func TestFoldIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		folded := Fold(rapid.String().Draw(t, "text"))
		if again := Fold(folded); again != folded {
			t.Fatalf("%q becomes %q", folded, again)
		}
		if folded != strings.Join(strings.Fields(folded), " ") || strings.ContainsAny(folded, "ABCXYZ_*|\"'") {
			t.Fatalf("%q", folded)
		}
	})
}

func TestSkeletonsOfOneSound(t *testing.T) {
	for _, pair := range [][2]string{
		{"harbor", "harbour"},
		{"freight", "frieght"},
		{"muhamad", "mohammed"},
		{"katherine", "catarina"},
		{"gonzalez", "gonsales"},
		{"philip", "filip"},
		{"wolkow", "volkov"},
		{"anderson", "andersson"},
	} {
		if a, b := skeleton(pair[0]), skeleton(pair[1]); a == "" || a != b {
			t.Errorf("%s: %q, %s: %q", pair[0], a, pair[1], b)
		}
	}
	for _, word := range []string{"", "li", "abc", "eau", "aeiou", "x123", "日本語文"} {
		if s := skeleton(word); s != "" {
			t.Errorf("%q has the skeleton %q", word, s)
		}
	}
}
