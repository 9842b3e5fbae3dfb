package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"unicode"
)

// answerFormats write the data of an answer.
var answerFormats = map[string]func(io.Writer, object) error{"table": writeAsTables, "csv": writeAsCSV}

// object is a JSON object with its members in their order, which is that of the query.
type object []member

type member struct {
	name  string
	value any // object, []any, string, json.Number, bool or nil
}

// readOrdered reads a JSON value.
func readOrdered(d *json.Decoder) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			item, err := readOrdered(d)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err = d.Token()
		return list, err
	case json.Delim('{'):
		o := object{}
		for d.More() {
			name, err := d.Token()
			if err != nil {
				return nil, err
			}
			value, err := readOrdered(d)
			if err != nil {
				return nil, err
			}
			o = append(o, member{fmt.Sprint(name), value})
		}
		_, err = d.Token()
		return o, err
	}
	return token, nil
}

// formatted splits an answer into its data and the messages of its errors.
func formatted(answer []byte) (data object, messages []string, err error) {
	d := json.NewDecoder(bytes.NewReader(answer))
	d.UseNumber()
	value, err := readOrdered(d)
	if err != nil {
		return nil, nil, errors.New("the answer is not JSON")
	}
	whole, _ := value.(object)
	for _, m := range whole {
		switch content := m.value.(type) {
		case object:
			if m.name == "data" {
				data = content
			}
		case []any:
			for _, e := range content {
				for _, part := range flat(e) {
					if part.name == "message" {
						messages = append(messages, textOf(part.value))
					}
				}
			}
		}
	}
	return data, messages, nil
}

// sheet is a list of an answer as rows, or what stands beside lists as one row.
type sheet struct {
	path    string
	columns []string
	rows    [][]any
}

// sheets finds the lists of an answer, and first of all what stands beside them.
func sheets(data object) (beside sheet, lists []sheet) {
	row := []any{}
	var walk func(path string, o object)
	walk = func(path string, o object) {
		for _, m := range o {
			name := strings.TrimPrefix(path+"."+m.name, ".")
			switch value := m.value.(type) {
			case object:
				walk(name, value)
			case []any:
				if isOfObjects(value) || len(value) == 0 && (m.name == "nodes" || m.name == "edges") {
					lists = append(lists, sheetOf(name, value))
					continue
				}
				beside.columns, row = append(beside.columns, name), append(row, value)
			default:
				beside.columns, row = append(beside.columns, name), append(row, value)
			}
		}
	}
	walk("", data)
	if len(row) > 0 {
		beside.rows = [][]any{row}
	}
	return beside, lists
}

func isOfObjects(list []any) bool {
	for _, item := range list {
		if _, ok := item.(object); ok {
			return true
		}
	}
	return false
}

// sheetOf makes a row of each object of a list. Columns are those of all rows, in the
// order in which they come.
func sheetOf(path string, list []any) sheet {
	s := sheet{path: path}
	place := map[string]int{}
	for _, item := range list {
		row := make([]any, len(s.columns))
		for _, m := range flat(item) {
			at, known := place[m.name]
			if !known {
				at = len(s.columns)
				place[m.name] = at
				s.columns, row = append(s.columns, m.name), append(row, nil)
			}
			row[at] = m.value
		}
		s.rows = append(s.rows, row)
	}
	return s
}

// flat lists the values in an object by their paths; the node of an edge stands for
// the edge.
func flat(value any) []member {
	o, ok := value.(object)
	if !ok && value != nil {
		return []member{{"value", value}}
	}
	var out []member
	for _, m := range o {
		inner, nested := m.value.(object)
		switch {
		case nested && m.name == "node":
			out = append(out, flat(inner)...)
		case nested:
			for _, part := range flat(inner) {
				out = append(out, member{m.name + "." + part.name, part.value})
			}
		default:
			out = append(out, m)
		}
	}
	return out
}

// textOf writes a value as text: a list of words with semicolons, what is deeper as
// JSON.
func textOf(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case []any:
		words := make([]string, len(v))
		for i, item := range v {
			if o, ok := item.(object); ok {
				words[i] = o.json()
			} else {
				words[i] = textOf(item)
			}
		}
		return strings.Join(words, "; ")
	case object:
		return v.json()
	}
	return fmt.Sprint(value)
}

func (o object) json() string {
	parts := make([]string, len(o))
	for i, m := range o {
		parts[i] = m.name + ": " + textOf(m.value)
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// writeAsTables writes what stands beside lists line by line, and then each list as a
// table under its path.
func writeAsTables(w io.Writer, data object) error {
	beside, lists := sheets(data)
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for i, name := range beside.columns {
		fmt.Fprintf(t, "%s\t%s\n", name, shown(beside.rows[0][i]))
	}
	for i, s := range lists {
		if i > 0 || len(beside.columns) > 0 {
			fmt.Fprintln(t)
		}
		if len(lists) > 1 {
			fmt.Fprintf(t, "%s\n", s.path)
		}
		if len(s.rows) == 0 {
			fmt.Fprintln(t, "(none)")
			continue
		}
		fmt.Fprintln(t, strings.ToUpper(strings.Join(s.columns, "\t")))
		for _, row := range s.rows {
			texts := make([]string, len(s.columns))
			for j, value := range row {
				texts[j] = shown(value)
			}
			fmt.Fprintln(t, strings.Join(texts, "\t"))
		}
	}
	return t.Flush()
}

// maxCell bounds what a table shows of a value.
const maxCell = 60

// shown writes a value in a cell.
func shown(value any) string {
	text := []rune(printable(textOf(value)))
	if len(text) > maxCell {
		return string(text[:maxCell-1]) + "…"
	}
	return string(text)
}

// printable keeps a terminal from taking data for commands.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, text)
}

// writeAsCSV writes the one list of an answer, or what stands beside lists if there is
// none; nothing for a page without rows, whose columns nobody knows. A text that a spreadsheet would take for a formula gets an apostrophe.
func writeAsCSV(w io.Writer, data object) error {
	s, lists := sheets(data)
	if len(lists) > 1 {
		paths := make([]string, len(lists))
		for i, l := range lists {
			paths[i] = l.path
		}
		return usage("the answer holds several lists (%s), and a CSV file is one; ask for one of them, or use --format json", strings.Join(paths, ", "))
	}
	if len(lists) == 1 {
		s = lists[0]
	}
	if len(s.rows) == 0 {
		return nil
	}
	c := csv.NewWriter(w)
	_ = c.Write(s.columns) // its error stays for Error
	for _, row := range s.rows {
		texts := make([]string, len(s.columns))
		for i, value := range row {
			texts[i] = textOf(value)
			if _, number := value.(json.Number); !number && strings.IndexAny(texts[i], "=+-@\t\r") == 0 {
				texts[i] = "'" + texts[i]
			}
		}
		_ = c.Write(texts)
	}
	c.Flush()
	return c.Error()
}
