package csv

import (
	"path"
	"strings"
)

// none stands for a value without a column.
const none = -1

// value computes a text, or several, from the cells of a row. The zero value
// with column none is absent.
type value struct {
	column   int
	constant string
	parts    []part // a template
	words    map[string]string
	patterns []pattern
	fallback string
	split    string // what separates several texts in one cell
	lists    bool   // a cell may hold several texts, parted by ListSeparator
}

// part is a piece of a template: a cell, or text where column is none.
type part struct {
	column int
	text   string
}

// pattern maps a word with wildcards to another.
type pattern struct{ glob, word string }

func cell(column int) value         { return value{column: column} }
func absent() value                 { return value{column: none} }
func (v *value) isAbsent() bool     { return v.column == none && v.constant == "" && v.parts == nil }
func (v *value) dependsOnRow() bool { return v.column != none || v.parts != nil }

// text returns the value for a row, trimmed, "" where it is empty. A template is
// empty when one of its cells is.
func (v *value) text(cells []string) string {
	if v.column != none && v.words == nil && v.patterns == nil {
		if text := v.first(cells[v.column]); text != "" {
			return text
		}
		return v.fallback
	}
	raw := v.raw(cells)
	if v.lists {
		raw = v.known(raw)
	}
	return v.mapped(raw)
}

// first returns the first text of a cell, trimmed.
func (v *value) first(cell string) string {
	if v.lists {
		cell, _, _ = strings.Cut(cell, ListSeparator)
	}
	return strings.TrimSpace(cell)
}

// known returns the first of several texts that the map has, or else the first.
func (v *value) known(cell string) string {
	for text := range strings.SplitSeq(cell, ListSeparator) {
		if _, ok := v.lookUp(strings.TrimSpace(text)); ok {
			return strings.TrimSpace(text)
		}
	}
	return v.first(cell)
}

func (v *value) raw(cells []string) string {
	switch {
	case v.column != none:
		return strings.TrimSpace(cells[v.column])
	case v.parts == nil:
		return v.constant
	}
	var b strings.Builder
	for _, p := range v.parts {
		if p.column == none {
			b.WriteString(p.text)
			continue
		}
		text := v.first(cells[p.column])
		if text == "" {
			return ""
		}
		b.WriteString(text)
	}
	return b.String()
}

// mapped looks a word up: as it is, then by pattern, then the default, and keeps
// it if there is none.
func (v *value) mapped(text string) string {
	if text == "" {
		return v.fallback
	}
	if word, ok := v.lookUp(text); ok {
		return word
	}
	if v.fallback != "" && (v.words != nil || v.patterns != nil) {
		return v.fallback
	}
	return text
}

// lookUp looks a word up in the map.
func (v *value) lookUp(text string) (string, bool) {
	if word, ok := v.words[text]; ok {
		return word, true
	}
	for _, p := range v.patterns {
		if ok, _ := path.Match(p.glob, text); ok { // globs are checked when the mapping is read
			return p.word, true
		}
	}
	return "", false
}

// isList says whether a row has several values.
func (v *value) isList(cells []string) bool {
	return v.split != "" || v.lists && v.column != none && strings.Contains(cells[v.column], ListSeparator)
}

// texts returns the values of a row, empty ones left out.
func (v *value) texts(cells []string) []string {
	if !v.isList(cells) {
		if text := v.text(cells); text != "" {
			return []string{text}
		}
		return nil
	}
	raw, split := v.raw(cells), v.split
	if v.lists && split != "" {
		raw = strings.ReplaceAll(raw, ListSeparator, split)
	} else if v.lists {
		split = ListSeparator
	}
	var texts []string
	for _, text := range strings.Split(raw, split) {
		if text = v.mapped(strings.TrimSpace(text)); text != "" {
			texts = append(texts, text)
		}
	}
	return texts
}
