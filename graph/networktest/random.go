package networktest

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
)

// RandomGraph is a graph of testdata/random, to which other libraries gave their
// answers. Weights holds one number a link, none negative and some of them zero.
// All who ask share it: nobody may change it.
type RandomGraph struct {
	// Name says number, shape, direction and weights: "0319-spider-directed-eighths".
	Name string
	Graph
	Net     *network.Network
	Weights []float64
}

// Random returns the graphs of testdata/random in the order of their file.
func Random(t testing.TB) []RandomGraph {
	t.Helper()
	graphs, err := readRandom(randomFile(t, "graphs"))
	if err != nil {
		t.Fatal(err)
	}
	return graphs
}

// Answers decodes testdata/random/FAMILY.json.gz, which the script FAMILY.py wrote,
// into a map from the name of a graph to its answers.
func Answers(t testing.TB, family string, into any) {
	t.Helper()
	if err := readZipped(randomFile(t, family), into); err != nil {
		t.Fatal(err)
	}
}

func randomFile(t testing.TB, name string) string {
	t.Helper()
	return filepath.Join(repositoryRoot(t), "testdata", "random", name+".json.gz")
}

var randomGraphs struct {
	sync.Mutex
	all []RandomGraph
}

func readRandom(file string) ([]RandomGraph, error) {
	randomGraphs.Lock()
	defer randomGraphs.Unlock()
	if randomGraphs.all != nil {
		return randomGraphs.all, nil
	}
	var raw []struct {
		Name     string
		N        int
		Directed bool
		Links    [][3]float64
	}
	if err := readZipped(file, &raw); err != nil {
		return nil, err
	}
	graphs := make([]RandomGraph, len(raw))
	for i, r := range raw {
		g := RandomGraph{Name: r.Name, Graph: Graph{Nodes: r.N}, Weights: make([]float64, len(r.Links))}
		for e, l := range r.Links {
			g.link(int(l[0]), int(l[1]))
			g.Weights[e] = l[2]
		}
		var err error
		if g.Net, err = network.Build(g.Nodes, g.Links, r.Directed); err != nil {
			return nil, fmt.Errorf("graph %s: %w", g.Name, err)
		}
		graphs[i] = g
	}
	randomGraphs.all = graphs
	return graphs, nil
}

func readZipped(file string, into any) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // it was only read
	zipped, err := gzip.NewReader(f)
	if err == nil {
		err = json.NewDecoder(zipped).Decode(into)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", filepath.Base(file), err)
	}
	return nil
}
