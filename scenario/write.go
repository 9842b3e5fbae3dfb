package scenario

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

var (
	nodeHeader = []string{"id", "kind", "name", "aliases", "confidence", "reliability", "credibility", "markings"}
	linkHeader = []string{"from", "to", "kind", "at", "amount", "currency", "quantity", "unit", "weight", "confidence", "reliability", "credibility", "markings"}
)

// AnswersFile is the name under which WriteDir keeps the answers.
const AnswersFile = "answers.json"

// WriteDir writes one node list for each kind, the edge list and [AnswersFile]
// into a directory, which it makes, and returns the paths of the files to import,
// in order; the answers are not among them. It counts nodes and links in the
// answers that it writes. Memory holds the story and one community.
func (s *Scenario) WriteDir(dir string) (paths []string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	w, err := s.newTables(dir)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, w.close()) }()
	if err := s.Each(w.node, w.link); err != nil {
		return nil, err
	}
	if err := w.close(); err != nil {
		return nil, err
	}
	answers := s.Answers
	answers.Nodes, answers.Links = w.nodes, w.written
	text, err := json.MarshalIndent(answers, "", "  ")
	if err != nil {
		return nil, err
	}
	return w.paths, os.WriteFile(filepath.Join(dir, AnswersFile), append(text, '\n'), 0o644)
}

// tables are the open files of a directory.
type tables struct {
	dir            string
	paths          []string
	kinds          map[graph.Kind]*table
	links          *table
	all            []*table
	nodes, written int
}

// table is one CSV file. columns names the properties that follow the common
// columns.
type table struct {
	*csv.Writer
	buffer  *bufio.Writer
	file    io.Closer
	columns map[string]int
	cells   []string
}

// newTables opens a table for each kind that the story holds, and so for all.
func (s *Scenario) newTables(dir string) (*tables, error) {
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		return nil, err
	}
	w := &tables{dir: dir, kinds: map[graph.Kind]*table{}}
	for _, kind := range o.Kinds {
		if s.country.base[kind.Name] == 0 {
			continue
		}
		header := append([]string{}, nodeHeader...)
		for _, p := range kind.Properties {
			header = append(header, p.Name)
		}
		if kind.Name == "BankAccount" {
			header = append(header, "openingBalance")
		}
		if w.kinds[kind.Name], err = w.open(strings.ToLower(string(kind.Name))+".csv", header); err != nil {
			return nil, errors.Join(err, w.close())
		}
	}
	if w.links, err = w.open("links.csv", linkHeader); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *tables) open(name string, header []string) (*table, error) {
	path := filepath.Join(w.dir, name)
	file, err := os.Create(path)
	if err != nil {
		return nil, err
	}
	buffer := bufio.NewWriterSize(file, 1<<16)
	t := &table{Writer: csv.NewWriter(buffer), buffer: buffer, file: file, columns: map[string]int{}, cells: make([]string, len(header))}
	for i, column := range header {
		t.columns[column] = i
	}
	w.all, w.paths = append(w.all, t), append(w.paths, path)
	return t, t.Write(header)
}

// close flushes and closes all files; a second call does nothing.
func (w *tables) close() error {
	var err error
	for _, t := range w.all {
		t.Flush()
		err = errors.Join(err, t.Error(), t.buffer.Flush(), t.file.Close())
	}
	w.all = nil
	return err
}

func (w *tables) node(n *Node) error {
	t := w.kinds[n.Kind]
	if t == nil {
		return fmt.Errorf("scenario: no table for kind %s", n.Kind)
	}
	w.nodes++
	clear(t.cells)
	t.cells[0], t.cells[1], t.cells[2], t.cells[3] = n.Key, string(n.Kind), n.Name, strings.Join(n.Aliases, ";")
	n.Grade.cells(t.cells[4:8])
	for _, p := range n.Properties {
		column, ok := t.columns[p.Name]
		if !ok {
			return fmt.Errorf("scenario: no column for property %s of %s", p.Name, n.Kind)
		}
		t.cells[column] = p.Values[0]
	}
	return t.Write(t.cells)
}

func (w *tables) link(l *Link) error {
	c := w.links.cells
	clear(c)
	w.written++
	c[0], c[1], c[2] = l.From, l.To, string(l.Kind)
	if !l.At.IsZero() {
		c[3] = l.At.Format(time.RFC3339)
	}
	if l.Currency != "" {
		c[4], c[5] = money(l.Cents), l.Currency
	}
	c[6], c[7], c[8] = number(l.Quantity), l.Unit, number(l.Weight)
	l.Grade.cells(c[9:13])
	return w.links.Write(c)
}

// cells fills in confidence, reliability, credibility and markings.
func (g *Grade) cells(to []string) {
	to[0] = number(g.Confidence)
	if g.Reliability != 0 {
		to[1], to[2] = string(rune(g.Reliability)), strconv.Itoa(int(g.Credibility))
	}
	to[3] = string(g.Marking)
}

// number writes a number in shortest form and nothing for zero.
func number(f float64) string {
	if f == 0 {
		return ""
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}
