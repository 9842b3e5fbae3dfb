package main

import (
	"bufio"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/scenario"
)

// seed of everything that is drawn.
const seed = 20261125

// graph is a graph that all engines read from the same file: no loops, no parallel
// links, no isolated nodes.
type graph struct {
	name, what string
	file       string // binary, in the cache
	nodes      int
	directed   bool
	links      []network.Link
	weights    []float64 // whole numbers of 1 to 100
}

// made says how each graph comes to be.
var made = []struct {
	name, what string
	directed   bool
	make       func(dir string) (networktest.Graph, error)
}{
	{"check", "Barabási–Albert, 400 nodes", false, drawn(func() networktest.Graph { return networktest.BarabasiAlbert(400, 2, seed) })},
	{"ba3k", "Barabási–Albert, 3 links a node", false, drawn(func() networktest.Graph { return networktest.BarabasiAlbert(3000, 3, seed) })},
	{"ba10k", "Barabási–Albert, 5 links a node", false, drawn(func() networktest.Graph { return networktest.BarabasiAlbert(10_000, 5, seed) })},
	{"enron", "e-mail of Enron, SNAP", false, readEnron},
	{"rmat16", "R-MAT, scale 16, factor 8", false, drawn(func() networktest.Graph { return networktest.RMAT(16, 8, seed) })},
	{"ba100k", "Barabási–Albert, 5 links a node", false, drawn(func() networktest.Graph { return networktest.BarabasiAlbert(100_000, 5, seed) })},
	{"scenario", "the generator of sample networks", false, readScenario},
	{"rmat18", "R-MAT, scale 18, factor 16", false, drawn(func() networktest.Graph { return networktest.RMAT(18, 16, seed) })},
	{"random", "directed, drawn evenly", true, drawn(func() networktest.Graph { return networktest.Multigraph(1_000_000, 5_000_000, seed) })},
}

func drawn(draw func() networktest.Graph) func(string) (networktest.Graph, error) {
	return func(string) (networktest.Graph, error) { return draw(), nil }
}

func graphNames() (names []string) {
	for _, m := range made {
		names = append(names, m.name)
	}
	return names
}

// openGraph makes a graph, or reads it if the folder has it already.
func openGraph(dir, name string) (*graph, error) {
	i := slices.Index(graphNames(), name)
	if i < 0 {
		return nil, fmt.Errorf("there is no graph %q; there are %v", name, graphNames())
	}
	m := made[i]
	g := &graph{name: name, what: m.what, directed: m.directed, file: filepath.Join(dir, name+".bin")}
	if g.read() == nil {
		return g, nil
	}
	raw, err := m.make(dir)
	if err != nil {
		return nil, err
	}
	g.clean(raw)
	return g, g.write()
}

// clean drops loops, parallel links and isolated nodes, and draws weights.
func (g *graph) clean(raw networktest.Graph) {
	seen := make(map[network.Link]bool, len(raw.Links))
	number := make([]network.NodeIndex, raw.Nodes)
	for _, l := range raw.Links {
		key := l
		if !g.directed && l.From > l.To {
			key = network.Link{From: l.To, To: l.From}
		}
		if l.From != l.To && !seen[key] {
			seen[key] = true
			g.links = append(g.links, l)
			number[l.From], number[l.To] = 1, 1
		}
	}
	for v, used := range number {
		number[v] = network.NodeIndex(g.nodes)
		g.nodes += int(used)
	}
	r := rand.New(rand.NewPCG(seed, 2))
	g.weights = make([]float64, len(g.links))
	for i, l := range g.links {
		g.links[i] = network.Link{From: number[l.From], To: number[l.To]}
		g.weights[i] = float64(1 + r.IntN(100))
	}
}

// magic begins a file; it changes with the way in which graphs are made.
const magic = 0x43484b31

// write puts down magic, nodes, links and direction at 8 bytes, then all first ends,
// all second ends and all weights.
func (g *graph) write() error {
	part := g.file + ".part"
	f, err := os.Create(part)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 1<<20)
	head := []int64{magic, int64(g.nodes), int64(len(g.links)), 0}
	if g.directed {
		head[3] = 1
	}
	ends := make([]uint32, 2*len(g.links))
	for i, l := range g.links {
		ends[i], ends[len(g.links)+i] = uint32(l.From), uint32(l.To)
	}
	err = errors.Join(
		binary.Write(w, binary.LittleEndian, head), binary.Write(w, binary.LittleEndian, ends),
		binary.Write(w, binary.LittleEndian, g.weights), w.Flush(), f.Close())
	if err != nil {
		return err
	}
	return os.Rename(part, g.file)
}

func (g *graph) read() error {
	f, err := os.Open(g.file)
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // only read
	r := bufio.NewReaderSize(f, 1<<20)
	var head [4]int64
	if err := binary.Read(r, binary.LittleEndian, &head); err != nil {
		return err
	}
	if head[0] != magic {
		return errors.New("another kind of file")
	}
	m := head[2]
	ends, weights := make([]uint32, 2*m), make([]float64, m)
	if err := errors.Join(binary.Read(r, binary.LittleEndian, ends), binary.Read(r, binary.LittleEndian, weights)); err != nil {
		return err
	}
	g.nodes, g.weights, g.links = int(head[1]), weights, make([]network.Link, m)
	for i := range g.links {
		g.links[i] = network.Link{From: network.NodeIndex(ends[i]), To: network.NodeIndex(ends[m+int64(i)])}
	}
	return nil
}

// readEnron reads the reference data in place.
func readEnron(string) (networktest.Graph, error) {
	dir := os.Getenv("CHOKEPOINT_REFERENCE")
	if dir == "" {
		dir = filepath.Join("..", "shared")
	}
	g, err := readEdges(filepath.Join(dir, "data", "email_enron", "edges.csv"))
	if errors.Is(err, os.ErrNotExist) {
		err = fmt.Errorf("%w: set CHOKEPOINT_REFERENCE to the folder of the reference data", err)
	}
	return g, err
}

// readScenario generates a world of some million links and reads its edge list.
func readScenario(dir string) (networktest.Graph, error) {
	folder, err := os.MkdirTemp(dir, "scenario-")
	if err != nil {
		return networktest.Graph{}, err
	}
	defer os.RemoveAll(folder) //nolint:errcheck // in the cache
	files, err := scenario.Generate(scenario.Options{Seed: 1, Size: 400_000}).WriteDir(folder)
	if err != nil {
		return networktest.Graph{}, err
	}
	return readEdges(files[len(files)-1])
}

// readEdges reads an edge list whose columns are called from and to or source and
// target.
func readEdges(path string) (g networktest.Graph, err error) {
	f, err := os.Open(path)
	if err != nil {
		return g, err
	}
	defer f.Close() //nolint:errcheck // only read
	in := csv.NewReader(f)
	in.ReuseRecord = true
	header, err := in.Read()
	if err != nil {
		return g, err
	}
	from, to := max(slices.Index(header, "from"), slices.Index(header, "source")), max(slices.Index(header, "to"), slices.Index(header, "target"))
	if from < 0 || to < 0 {
		return g, fmt.Errorf("%s: no columns of ends in %q", path, header)
	}
	numbers := map[string]network.NodeIndex{}
	node := func(id string) network.NodeIndex {
		v, ok := numbers[id]
		if !ok {
			v = network.NodeIndex(len(numbers))
			numbers[id] = v
		}
		return v
	}
	for {
		row, err := in.Read()
		if errors.Is(err, io.EOF) {
			g.Nodes = len(numbers)
			return g, nil
		}
		if err != nil {
			return g, err
		}
		g.Links = append(g.Links, network.Link{From: node(row[from]), To: node(row[to])})
	}
}
