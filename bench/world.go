package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/csv"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

const dataset = "bench"

// viewer sees everything, as the local viewer of the command line does.
var viewer = access.Viewer{Name: "local", Clearance: access.Everything()}

// world is what the benchmarks share: a folder, the graph as files, the store that
// it was imported into, and the results.
type world struct {
	options
	out      io.Writer
	dir      string
	ontology *ontology.Ontology
	files    files
	stored   string // path of a store that holds the graph, "" if none does yet
	results  []result
}

func newWorld(o options, out io.Writer) (*world, error) {
	words, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "chokepoint-bench-")
	if err != nil {
		return nil, err
	}
	w := &world{options: o, out: out, dir: dir, ontology: words}
	if w.files, err = writeGraph(dir, o.links); err != nil {
		return nil, errors.Join(err, w.close())
	}
	return w, nil
}

func (w *world) close() error { return os.RemoveAll(w.dir) }

func (w *world) add(r ...result) { w.results = append(w.results, r...) }

// imported imports tables into a new store at the path of that name, through the
// same call as the command line's import.
func (w *world) imported(ctx context.Context, name string, wrap func(store.Driver) store.Driver, tables ...string) (string, session.ImportReport, error) {
	path := filepath.Join(w.dir, name)
	driver, err := sqlite.Open(ctx, path, sqlite.Options{})
	if err != nil {
		return "", session.ImportReport{}, err
	}
	st := store.New(wrap(driver), w.ontology)
	report, err := session.Import(ctx, st, viewer, w.reader(0, tables...), session.ImportOptions{Dataset: dataset, Name: "bench"})
	if err == nil && report.Rejected > 0 {
		err = errors.New("rows were rejected")
	}
	return path, report, errors.Join(err, st.Close())
}

// reader reads tables as the command line does.
func (w *world) reader(batchRows int, tables ...string) ingest.Reader {
	var list []csv.File
	for _, table := range tables {
		list = append(list, csv.Path(table))
	}
	return csv.NewReader(list, csv.Options{Ontology: w.ontology, Dataset: dataset, Markings: graph.NewMarkings(graph.Clear), BatchRows: batchRows})
}

func plain(d store.Driver) store.Driver { return d }

// opened returns a service on a store that holds the whole graph.
func (w *world) opened(ctx context.Context) (*session.Service, func() error, error) {
	if w.stored == "" {
		path, _, err := w.imported(ctx, "graph.db", plain, w.files.nodes, w.files.links)
		if err != nil {
			return nil, nil, err
		}
		w.stored = path
	}
	driver, err := sqlite.Open(ctx, w.stored, sqlite.Options{MustExist: true})
	if err != nil {
		return nil, nil, err
	}
	st := store.New(driver, w.ontology)
	service, err := session.Open(ctx, st, w.ontology, session.Options{Unmarked: graph.NewMarkings(graph.Clear)})
	if err != nil {
		return nil, nil, errors.Join(err, st.Close())
	}
	return service, func() error { service.Close(); return st.Close() }, nil
}

// heap returns the bytes that are in use after a collection.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
