package main

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"
)

func TestAnswerFormats(t *testing.T) {
	const ranking = `{"data":{"centrality":{"totalCount":2,"edges":[
		{"cursor":"c1","node":{"rank":1,"score":-0.5,"entity":{"name":"=SUM(A1)","aliases":["a","b"]}}},
		{"cursor":"c2","node":{"rank":2,"score":null,"entity":{"name":"A\u001b[31m, Ltd","aliases":[],"kind":"Company"}}}]}}}`
	for _, c := range []struct{ name, answer, format, want string }{
		{"a ranking as a table", ranking, "table", "centrality.totalCount  2\n\nCURSOR  RANK  SCORE  ENTITY.NAME  ENTITY.ALIASES  ENTITY.KIND\nc1      1     -0.5   =SUM(A1)     a; b\nc2      2            A [31m, Ltd                  Company\n"},
		{"a ranking as CSV", ranking, "csv", "cursor,rank,score,entity.name,entity.aliases,entity.kind\nc1,1,-0.5,'=SUM(A1),a; b,\nc2,2,,\"A\x1b[31m, Ltd\",,Company\n"},
		{"one thing as CSV", `{"data":{"entity":{"name":"A","kind":"Person"}}}`, "csv", "entity.name,entity.kind\nA,Person\n"},
		{"one thing as a table", `{"data":{"entity":{"name":"A","kind":"Person"}}}`, "table", "entity.name  A\nentity.kind  Person\n"},
		{"lists within a list", `{"data":{"nodes":[{"id":"x","records":[{"key":"1","markings":["TLP:RED"]}]},null]}}`, "table", "ID  RECORDS\nx   {key: 1, markings: TLP:RED}\n\n"},
		{"no rows as CSV", `{"data":{"search":{"totalCount":0,"nodes":[]}}}`, "csv", ""},
		{"no rows as a table", `{"data":{"search":{"totalCount":0,"nodes":[]}}}`, "table", "search.totalCount  0\n\n(none)\n"},
		{"nothing", `{"data":{"entity":null}}`, "csv", "entity\n\n"},
	} {
		data, _, err := formatted([]byte(c.answer))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := answerFormats[c.format](&out, data); err != nil {
			t.Fatal(err)
		}
		trimmed := ""
		for line := range strings.Lines(out.String()) {
			trimmed += strings.TrimRight(line, " \n") + "\n"
		}
		if trimmed != c.want {
			t.Errorf("%s:\ngot\n%s\nwant\n%s", c.name, trimmed, c.want)
		}
	}
	data, _, err := formatted([]byte(`{"data":{"a":[{"x":1}],"b":[{"x":1}]}}`))
	if err != nil {
		t.Fatal(err)
	}
	if err := writeAsCSV(&bytes.Buffer{}, data); err == nil || !strings.Contains(err.Error(), "(a, b)") {
		t.Errorf("several lists: %v", err)
	}
}

// TestQueryFormats asks a file and a server alike.
func TestQueryFormats(t *testing.T) {
	store := "sqlite:" + filepath.Join(t.TempDir(), "case.db")
	people := filepath.Join(t.TempDir(), "people.csv")
	writeCSV(t, people, [][]string{{"id", "kind", "name"}, {"1", "Person", "A. Kline"}})
	mustRun(t, "import", "--store", store, "--dataset", "tips", people)
	const document = `query Names { entities { nodes { name kind } } } query Sets { datasets { name records } }`
	if got := mustRun(t, "query", "--store", store, "--operation", "Names", "--format", "csv", document); got != "name,kind\nA. Kline,Person\n" {
		t.Errorf("got %q", got)
	}
	if got := mustRun(t, "query", "--store", store, "--operation", "Sets", "--format", "table", document); got != "NAME  RECORDS\ntips  1\n" {
		t.Errorf("got %q", got)
	}
	stdout, stderr, code := run(t, "query", "--store", store, "--format", "table", `{ entities(first: 501) { nodes { name } } }`)
	if code != exitFailure || stdout != "" || !strings.Contains(stderr, "first: 501 is not from 0 to 500") {
		t.Errorf("%d %q %q", code, stdout, stderr)
	}
	for document, want := range map[string]string{
		`{ entities(first: 500) { nodes { links(first: 500) { nodes { from { links(first: 500) { nodes { id } } } } } } } }`: "or fewer analyses at once.\n",
		`subscription { changes { revision } }`: "graphql-transport-ws.\n", "# a comment\n{ datasts }": `"datasts"`, "": "The request has no query",
	} {
		if _, stderr, code := run(t, "query", "--store", store, "--format", "table", document); code != exitFailure || !strings.Contains(stderr, want) {
			t.Errorf("%q: %d %q, want %q", document, code, stderr, want)
		}
	}
	if _, _, code := run(t, "query", "--store", store, "--format", "xml", document); code != exitUsage {
		t.Errorf("an unknown format: exit code %d", code)
	}
}
