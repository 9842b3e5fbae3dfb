package main

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
)

func TestGraphsAreCleanAndComeBackFromTheirFile(t *testing.T) {
	raw := networktest.Of(6, [][2]int{{0, 1}, {1, 0}, {1, 1}, {4, 2}, {0, 1}})
	g := &graph{file: filepath.Join(t.TempDir(), "g.bin")}
	g.clean(raw)
	if g.nodes != 4 || len(g.links) != 2 || g.links[1] != (network.Link{From: 3, To: 2}) {
		t.Fatalf("%d nodes, links %v", g.nodes, g.links)
	}
	directed := &graph{directed: true}
	if directed.clean(raw); len(directed.links) != 3 {
		t.Errorf("directed links %v", directed.links)
	}
	if err := g.write(); err != nil {
		t.Fatal(err)
	}
	back := &graph{file: g.file}
	if err := back.read(); err != nil {
		t.Fatal(err)
	}
	if back.nodes != g.nodes || len(back.links) != 2 || back.links[1] != g.links[1] || back.weights[1] != g.weights[1] {
		t.Errorf("read %v, wrote %v", back, g)
	}
}

func TestCompare(t *testing.T) {
	numbers, vectors := &operation{}, &operation{match: scaled, tolerance: 1e-5}
	for _, c := range []struct {
		o          *operation
		our, their []float64
		same       bool
	}{
		{numbers, []float64{1, math.NaN()}, []float64{1, math.NaN()}, true},
		{numbers, []float64{1, math.Inf(1)}, []float64{1, math.Inf(1)}, true},
		{numbers, []float64{1, math.Inf(1)}, []float64{1, 5}, false},
		{numbers, []float64{1, 2}, []float64{1, math.NaN()}, false},
		{numbers, []float64{1, 2}, []float64{1, 2.001}, false},
		{numbers, []float64{1, 2}, []float64{1}, false},
		{vectors, []float64{3, 4}, []float64{6, 8}, true},
		{vectors, []float64{3, 4}, []float64{4, 3}, false},
	} {
		if differ := compare(c.o, c.our, c.their); (differ == "") != c.same {
			t.Errorf("%v beside %v: %q", c.our, c.their, differ)
		}
	}
}

func TestModularityOfTwoTriangles(t *testing.T) {
	g := &graph{links: networktest.Of(6, [][2]int{{0, 1}, {1, 2}, {2, 0}, {3, 4}, {4, 5}, {5, 3}}).Links}
	if q := modularity(g, []float64{1, 1, 1, 2, 2, 2}); math.Abs(q-0.5) > 1e-12 {
		t.Errorf("modularity %v, want ½", q)
	}
}

func TestRatiosAreOfTimesOfOneRound(t *testing.T) {
	c := cell{
		op:    &operation{name: "x", title: "x", aims: map[string]float64{"igraph": 4, "g/scipy": 2}, gap: map[string]derived{"g": {"igraph", 2}}},
		graph: &graph{name: "g"}, ours: []float64{1, 2, 4}, notes: map[string]string{"networkit": "answers differ: …", "rustworkx": "missing: it has no such operation"},
		theirs: map[string][]float64{"igraph": {3, 2, 16}, "scipy": {2, 4}},
	}
	rows := strings.Join(c.rows(), "\n")
	for _, want := range []string{
		"| igraph | 3.00 s | 3.00 (1.00–4.00) | 4.00 | **missed** |", "| scipy | 3.00 s | 2.00 (2.00–2.00) | 2.00 |  |",
		"| networkit |  |  |  | answers differ: … |", "| GAP | 1.50 s | 1.50 (0.50–2.00) |  | derived: 2 times as fast as igraph |",
	} {
		if !strings.Contains(rows, want) {
			t.Errorf("no %q in\n%s", want, rows)
		}
	}
	if strings.Contains(rows, "rustworkx") {
		t.Errorf("a peer without the operation has a row:\n%s", rows)
	}
}

func TestInsertReplacesTheTable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "page.md")
	if err := os.WriteFile(file, []byte("a\n<!-- peers -->\nold\n<!-- /peers -->\nb\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, table := range []string{"one\n", "two\n"} {
		if err := insert(file, table); err != nil {
			t.Fatal(err)
		}
	}
	if text, _ := os.ReadFile(file); string(text) != "a\n<!-- peers -->\n\ntwo\n\n<!-- /peers -->\nb\n" {
		t.Errorf("%q", text)
	}
	if err := insert(os.DevNull, "x"); err == nil {
		t.Error("a page without the marks was written")
	}
}

func TestExponent(t *testing.T) {
	if e := exponent([]float64{1, 2, 4}, []float64{3, 12, 48}); math.Abs(e-2) > 1e-12 {
		t.Errorf("exponent %v of a square", e)
	}
}

// Each operation has a row group; kernels that are here are known by it.
func TestKernelsAreOperations(t *testing.T) {
	known := map[string]bool{}
	for _, o := range operations {
		known[o.name] = true
	}
	for name := range kernels {
		if !known[name] {
			t.Errorf("the kernel %s is in no row of the table", name)
		}
	}
}
