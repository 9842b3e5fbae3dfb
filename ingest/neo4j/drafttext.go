package neo4j

import (
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/dustin/go-humanize"
)

// draftText is YAML in the making.
type draftText struct{ strings.Builder }

func (y *draftText) line(indent int, format string, arguments ...any) {
	y.WriteString(strings.Repeat("  ", indent))
	fmt.Fprintf(y, format, arguments...)
	y.WriteByte('\n')
}

// remark returns a comment behind a line.
func remark(text string) string {
	if text == "" {
		return ""
	}
	return " # " + text
}

// plain are the words that mean themselves in YAML, and notPlain those of them that
// do not in some version of it.
var (
	plain    = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	notPlain = []string{"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
)

// word returns a text as a scalar of YAML.
func word(text string) string {
	if plain.MatchString(text) && !slices.Contains(notPlain, strings.ToLower(text)) {
		return text
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(text); err != nil {
		return `""` // no text fails
	}
	return strings.TrimSpace(b.String())
}

func (v draftValue) text() string {
	if v.template != "" {
		return "{template: " + word(v.template) + "}" + remark(v.remark)
	}
	return "{property: " + word(v.property) + "}" + remark(v.remark)
}

// write writes the entry: what says which items are meant, and what they are called.
func (e *entry) write(y *draftText, selector, noun string) {
	plural := "s"
	if e.count == 1 {
		plural = ""
	}
	y.line(1, "- %s: %s # %s %s%s", selector, word(e.name), humanize.Comma(e.count), noun, plural)
	switch {
	case e.element:
		y.line(2, "id: {property: elementId()} # no property is unique; element ids change when a database is restored or copied")
	case e.id != "":
		y.line(2, "id: %s", identified(e.name, e.id))
	}
	y.line(2, "kind: %s%s", word(e.kind), remark(e.remark))
	for _, v := range e.values {
		y.line(2, "%s: %s", v.key, v.text())
	}
	if len(e.properties) > 0 {
		y.line(2, "properties:")
	}
	for _, v := range e.properties {
		y.line(3, "%s: %s", word(v.key), v.text())
	}
	y.line(2, "rest: true")
	if len(e.ignore) > 0 {
		words := make([]string, len(e.ignore))
		for i, name := range e.ignore {
			words[i] = word(name)
		}
		y.line(2, "ignore: [%s]%s", strings.Join(words, ", "), remark("no text"))
	}
}

// identified returns the identifier of an entry. All ids of a dataset are one space,
// so that the name keeps 7 of one label apart from 7 of another.
func identified(name, property string) string {
	if strings.ContainsAny(name+property, "{}") {
		return draftValue{property: property}.text()
	}
	return draftValue{template: name + ":{" + property + "}"}.text()
}
