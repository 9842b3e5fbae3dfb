package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/neo4j/neo4j-go-driver/v5/neo4j/dbtype"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/scenario"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// page is the text that shows queries of Cypher with their answers.
const page = "../../docs/neo4j.md"

// TestQueriesOfTheNeo4jPage holds the answers of docs/neo4j.md against real servers.
func TestQueriesOfTheNeo4jPage(t *testing.T) {
	queries := shownQueries(t)
	if len(queries) < 10 {
		t.Fatalf("%s shows %d queries with answers", page, len(queries))
	}
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		loadPage(t, s.URL)
		for _, q := range queries {
			t.Run(q.title, func(t *testing.T) {
				if diff := cmp.Diff(q.answer, answered(t, s, q)); diff != "" {
					t.Errorf("%s\n(-%s +server)\n%s", q.text, page, diff)
				}
			})
		}
		t.Run("captions", func(t *testing.T) {
			for _, row := range s.Query(t, "MATCH (n:Entity) WHERE NOT n:_Missing AND coalesce(n.name, '') = '' RETURN n.id AS id", nil) {
				t.Errorf("%s has no name", row["id"])
			}
		})
		t.Run("editing by hand", func(t *testing.T) { editByHand(t, s) })
	})
}

// TestNeo4jStylesheet sees that every kind has a colour of its own in Neo4j Browser.
func TestNeo4jStylesheet(t *testing.T) {
	style, err := os.ReadFile("../../docs/neo4j.grass")
	if err != nil {
		t.Fatal(err)
	}
	words, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	for _, k := range words.Kinds {
		if !strings.Contains(string(style), "node."+string(k.Name)+" {") {
			t.Errorf("docs/neo4j.grass has no rule for %s", k.Name)
		}
	}
}

// loadPage puts the world of the page into an empty database, through the product.
func loadPage(t *testing.T, url string) {
	t.Helper()
	files, err := scenario.Generate(scenario.Options{Seed: 1, Size: 1}).WriteDir(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	more := filepath.Join("..", "..", "testdata", "neo4j-docs")
	load := []string{"import", "--store", url, "--max-rejects", "0", "--dataset"}
	mustRun(t, slices.Concat(load, []string{"world"}, files)...)
	mustRun(t, append(load, "world", "--why", "weighed again in the laboratory", filepath.Join(more, "corrections.csv"))...)
	mustRun(t, append(load, "tips", "--marking", "TLP:RED", filepath.Join(more, "tips.csv"))...)
	mustRun(t, "query", "--store", url, filepath.Join(more, "judgements.graphql"))
}

// editByHand does the edits that end the page, and compares what sync says.
func editByHand(t *testing.T, s *neo4jtest.Server) {
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(string(text), "\n```")
	edits, command, account := parts[len(parts)-4], "$ chokepoint sync --dataset notes --marking TLP:AMBER --why ", parts[len(parts)-2]
	for edit := range strings.SplitSeq(strings.TrimPrefix(edits, "cypher\n"), ";\n") {
		s.Query(t, edit, nil)
	}
	if !strings.Contains(account, command) {
		t.Fatalf("%s does not end with %q", page, command)
	}
	if _, found, code := run(t, "doctor", "--store", s.URL); code != 1 {
		t.Errorf("doctor: exit code %d\n%s", code, found)
	}
	stdout, _, code := run(t, "sync", "--store", s.URL, "--dataset", "notes", "--marking", "TLP:AMBER")
	if code != 1 {
		t.Errorf("sync: exit code %d", code)
	}
	for line := range strings.SplitSeq(account, "\n") {
		if (strings.HasPrefix(line, "  ") || strings.HasPrefix(line, "The change log")) && !strings.Contains(line, "node 4:") && !strings.Contains(stdout, line+"\n") {
			t.Errorf("sync does not say %q but\n%s", line, stdout)
		}
	}
}

// shownQuery is a query of the page with the table that follows it, row by row, the
// names of the columns first.
type shownQuery struct {
	title, text string
	answer      [][]string
}

// shownQueries returns the queries of the page that are followed by a table.
func shownQueries(t *testing.T) []shownQuery {
	t.Helper()
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	var list []shownQuery
	parts := strings.Split(string(text), "\n```cypher\n")
	for i, part := range parts[1:] {
		query, rest, _ := strings.Cut(part, "\n```\n")
		q := shownQuery{title: title(parts[i]), text: query}
		for line := range strings.SplitSeq(strings.TrimLeft(rest, "\n"), "\n") {
			if !strings.HasPrefix(line, "|") {
				break
			}
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			if !strings.HasPrefix(cells[0], "---") {
				q.answer = append(q.answer, cells)
			}
		}
		if len(q.answer) > 1 {
			list = append(list, q)
		}
	}
	return list
}

// title returns the last bold text.
func title(text string) string {
	parts := strings.Split(text, "**")
	return parts[max(0, len(parts)-2)]
}

// answered runs a query and returns its answer as the page shows it.
func answered(t *testing.T, s *neo4jtest.Server, q shownQuery) [][]string {
	t.Helper()
	columns := q.answer[0]
	table := [][]string{columns}
	for _, row := range s.Query(t, q.text, nil) {
		cells := make([]string, len(columns))
		for i, column := range columns {
			value, there := row[column]
			if !there || len(row) != len(columns) {
				t.Fatalf("%s\nthe columns are not %v", q.text, columns)
			}
			cells[i] = cell(value)
		}
		table = append(table, cells)
	}
	return table
}

// cell returns a value as the page shows it.
func cell(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case time.Time:
		return v.UTC().Format(time.RFC3339)
	case dbtype.Date:
		return v.String()
	case []any:
		cells := make([]string, len(v))
		for i, element := range v {
			cells[i] = cell(element)
		}
		return strings.Join(cells, "; ")
	}
	return fmt.Sprint(value)
}
