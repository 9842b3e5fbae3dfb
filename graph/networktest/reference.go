package networktest

import (
	"encoding/csv"
	"encoding/json"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Reference returns the folder that holds the reference data: the environment
// variable CHOKEPOINT_REFERENCE, or the folder "shared" beside the repository. When
// it is missing the test is skipped, but fails under continuous integration.
func Reference(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("CHOKEPOINT_REFERENCE")
	if dir == "" {
		dir = filepath.Join(repositoryRoot(t), "..", "shared")
	}
	if _, err := os.Stat(dir); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("the reference data is missing: %v", err)
		}
		t.Skip("the reference data is missing; set CHOKEPOINT_REFERENCE to its folder")
	}
	return dir
}

func repositoryRoot(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod above the working directory")
		}
		dir = parent
	}
}

// Data is a graph of the reference data. Node indices follow the order of its
// file; links follow the order of theirs.
type Data struct {
	Graph
	Directed bool
	// IDs names each node; Index finds it.
	IDs   []string
	Index map[string]network.NodeIndex
	// Columns holds the further columns of the link file by name, one cell a link.
	Columns map[string][]string
	// Expected holds the answers that come with the data, by name.
	Expected map[string]json.RawMessage
}

// Network builds the graph with its own direction.
func (d *Data) Network(t TB) *network.Network {
	t.Helper()
	return d.Build(t, d.Directed)
}

// Floats returns a link column as numbers.
func (d *Data) Floats(t testing.TB, column string) []float64 {
	t.Helper()
	values := make([]float64, len(d.Columns[column]))
	for i, cell := range d.Columns[column] {
		var err error
		if values[i], err = strconv.ParseFloat(cell, 64); err != nil {
			t.Fatalf("column %s, link %d: %v", column, i, err)
		}
	}
	if len(values) != len(d.Links) {
		t.Fatalf("column %s has %d cells for %d links", column, len(values), len(d.Links))
	}
	return values
}

// Scores decodes an expected score by node, in node order. It reports false when
// the data does not come with that score.
func (d *Data) Scores(t testing.TB, name string) (scores []float64, ok bool) {
	t.Helper()
	raw, ok := d.Expected[name]
	if !ok {
		return nil, false
	}
	var byID map[string]float64
	Decode(t, raw, &byID)
	scores = make([]float64, d.Nodes)
	for v, id := range d.IDs {
		if scores[v], ok = byID[id]; !ok {
			t.Fatalf("%s has no value for node %s", name, id)
		}
	}
	return scores, true
}

// Named returns the indices of the nodes with the given IDs.
func (d *Data) Named(t testing.TB, ids ...string) []network.NodeIndex {
	t.Helper()
	nodes := make([]network.NodeIndex, len(ids))
	for i, id := range ids {
		v, ok := d.Index[id]
		if !ok {
			t.Fatalf("there is no node %s", id)
		}
		nodes[i] = v
	}
	return nodes
}

func (d *Data) node(id string) int {
	v, ok := d.Index[id]
	if !ok {
		v = network.NodeIndex(d.Nodes)
		d.Index[id] = v
		d.IDs = append(d.IDs, id)
		d.Nodes++
	}
	return int(v)
}

// PlantedSupply reads data/planted_supply_a, a directed supply chain with planted
// chokepoints, with its suppliers, its distributors and its expected answers.
func PlantedSupply(t testing.TB) (d *Data, suppliers, distributors []network.NodeIndex) {
	t.Helper()
	d = Dataset(t, "planted_supply_a")
	d.Directed = true
	raw, err := os.ReadFile(filepath.Join(Reference(t), "data", "planted_supply_a", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	Decode(t, raw, &d.Expected)
	for v, id := range d.IDs {
		switch id[:3] {
		case "SUP":
			suppliers = append(suppliers, network.NodeIndex(v))
		case "DIS":
			distributors = append(distributors, network.NodeIndex(v))
		}
	}
	return d, suppliers, distributors
}

// Dataset reads data/NAME/nodes.csv, if there is one, and edges.csv of the
// reference data as an undirected graph; ends without a row become nodes in order of
// appearance. Expected is the section "basic" of expected/NAME.json, if there is one.
func Dataset(t testing.TB, name string) *Data {
	t.Helper()
	dir := Reference(t)
	d := &Data{Index: map[string]network.NodeIndex{}, Columns: map[string][]string{}}
	for i, row := range rows(t, filepath.Join(dir, "data", name, "nodes.csv"), true) {
		if i > 0 {
			d.node(row[0])
		}
	}
	var header []string
	for i, row := range rows(t, filepath.Join(dir, "data", name, "edges.csv"), false) {
		if i == 0 {
			header = row
			continue
		}
		d.link(d.node(row[0]), d.node(row[1]))
		for c := 2; c < len(row); c++ {
			d.Columns[header[c]] = append(d.Columns[header[c]], row[c])
		}
	}
	var expected struct{ Basic map[string]json.RawMessage }
	if raw, err := os.ReadFile(filepath.Join(dir, "expected", name+".json")); err == nil {
		Decode(t, raw, &expected)
	}
	d.Expected = expected.Basic
	return d
}

func rows(t testing.TB, path string, optional bool) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if optional && os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close() //nolint:errcheck // it was only read
	all, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatalf("%s: %v", filepath.Base(path), err)
	}
	return all
}

// Case reads the graph of one known-answer case. A third part of its links is the
// column "value". Expected holds the answers.
func Case(t testing.TB, name string) *Data {
	t.Helper()
	var c struct {
		Graph struct {
			Directed bool
			Nodes    []string
			Edges    [][]any
		}
		Expected map[string]json.RawMessage
	}
	DecodeCase(t, name, &c)
	d := &Data{
		Directed: c.Graph.Directed, Expected: c.Expected,
		Index: map[string]network.NodeIndex{}, Columns: map[string][]string{},
	}
	for _, id := range c.Graph.Nodes {
		d.node(id)
	}
	for _, e := range c.Graph.Edges {
		d.link(d.node(e[0].(string)), d.node(e[1].(string)))
		if len(e) > 2 {
			cell := strconv.FormatFloat(e[2].(float64), 'g', -1, 64)
			d.Columns["value"] = append(d.Columns["value"], cell)
		}
	}
	return d
}

// DecodeCase reads a known-answer case that is more than a graph.
func DecodeCase(t testing.TB, name string, into any) {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(Reference(t), "data", "known_answers", "cases.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct{ Cases []json.RawMessage }
	Decode(t, raw, &file)
	for _, c := range file.Cases {
		var named struct{ Name string }
		if Decode(t, c, &named); named.Name == name {
			Decode(t, c, into)
			return
		}
	}
	t.Fatalf("no known-answer case %s", name)
}

// Decode reads JSON and fails the test when it cannot.
func Decode(t testing.TB, raw []byte, into any) {
	t.Helper()
	if err := json.Unmarshal(raw, into); err != nil {
		t.Fatalf("decode: %v", err)
	}
}

// Rows reads a file of words parted by blanks, line by line, empty lines left out. It
// fails where there is none.
func Rows(t testing.TB, file string) (rows [][]string) {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		if row := strings.Fields(line); len(row) > 0 {
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		t.Fatalf("%s is empty", filepath.Base(file))
	}
	return rows
}
