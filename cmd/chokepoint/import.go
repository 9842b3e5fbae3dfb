package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/csv"
	"github.com/chokepoint/chokepoint/ingest/neo4j"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
)

type importCommand struct {
	location
	Format       string   `default:"csv" enum:"csv,ftm,stix,jsonl" placeholder:"csv" help:"The format of the files. Default: csv."`
	Mapping      string   `type:"existingfile" placeholder:"FILE" help:"What columns mean, for tables with headers of their own; or labels, types and properties of a Neo4j database."`
	DraftMapping bool     `help:"Print a mapping for a Neo4j database, drafted from what it holds, and import nothing."`
	Dataset      string   `placeholder:"NAME" help:"The dataset that the files are. Default: what the mapping says, the name of the file, of the folder if there are several, or of the database."`
	Marking      []string `sep:"," placeholder:"MARKING" help:"The handling of rows that state none. May be repeated. Default: TLP:CLEAR."`
	Epoch        string   `placeholder:"DATE[/UNIT]" help:"What integer times count from, such as 2024-01-01 or 2024-01-01/hour. Steps are days unless told."`
	MaxRejects   int      `default:"100" placeholder:"N" help:"Stop with exit code 3 once more rows than this are rejected; -1 takes any number. Default: ${default}."`
	Rejects      string   `type:"path" placeholder:"FILE" help:"Where rejected rows are kept. Default: DATASET.rejects.csv, made only if there are any."`
	DryRun       bool     `help:"Read, check and compare with the store, and write nothing."`
	Replace      bool     `help:"Make the dataset equal to the files: delete what they do not state."`
	Why          string   `placeholder:"TEXT" help:"The reason, for the change log."`
	JSON         bool     `name:"json" help:"Print the account as JSON."`
	Files        []string `arg:"" name:"file" help:"Files that together are one dataset; - is standard input. Or the address of somebody's Neo4j database, neo4j://HOST:7687, with its user and password in CHOKEPOINT_NEO4J_USER and CHOKEPOINT_NEO4J_PASSWORD."`
}

// Run imports and prints the account.
func (c *importCommand) Run(ctx context.Context, p *program) error {
	if c.Format != "csv" {
		return usage("--format %s has not landed yet; csv has", c.Format)
	}
	words, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		return err
	}
	if c.isDatabase() {
		return c.fromNeo4j(ctx, p, words)
	}
	if c.DraftMapping {
		return usage("--draft-mapping is for a Neo4j database: neo4j://HOST:7687")
	}
	options, err := c.readOptions(words)
	if err != nil {
		return err
	}
	files, size, err := c.tables(p)
	if err != nil {
		return err
	}
	return c.load(ctx, p, words, options.Dataset, size, func(i *importing) ingest.Reader {
		return csv.NewReader(i.bar.watch(files), options)
	})
}

// load imports what a reader reads, of this size in the bar's units, and prints the
// account.
func (c *importCommand) load(ctx context.Context, p *program, words *ontology.Ontology, dataset string, size int64, read func(*importing) ingest.Reader) error {
	driver, err := c.target(ctx)
	if err != nil {
		return err
	}
	i := &importing{p: p, rejects: &rejectFile{path: c.rejectPath(dataset)}, dataset: dataset, into: c.Store, implicit: len(c.Marking) == 0}
	i.bar = newBar(p, size, c.JSON)
	reader := read(i)
	report, err := i.run(ctx, store.New(driver, words), reader, c)
	err = errors.Join(err, i.rejects.close(), driver.Close())
	if outcome := c.verdict(report, err); outcome != nil {
		return outcome
	}
	if !c.JSON && !c.DryRun {
		i.next(c.flag())
	}
	return nil
}

// target opens the store to write to; a dry run into no store compares with an
// empty one.
func (c *importCommand) target(ctx context.Context) (store.Driver, error) {
	driver, err := c.open(ctx, c.DryRun, patient)
	if c.DryRun && graph.CodeOf(err) == graph.NotFound && err != nil {
		return location{place: place{Store: "sqlite::memory:"}}.open(ctx, false, hasty)
	}
	if err != nil {
		return nil, err
	}
	return driver, nil
}

// serverRows bounds a transaction on a server, which keeps all of it in memory: some
// 4 kB an item, and a row may be several.
const serverRows = 4096

// shared reads the flags that all imports have in common.
func (c *importCommand) shared(words *ontology.Ontology) (o csv.Options, err error) {
	o = csv.Options{Ontology: words, Dataset: c.Dataset, Markings: graph.NewMarkings(graph.Clear)}
	if c.isNeo4j() {
		o.BatchRows = serverRows
	}
	if len(c.Marking) > 0 {
		o.Markings = markings(strings.Join(c.Marking, ","))
		if len(o.Markings) == 0 {
			return o, usage("--marking is empty: nobody could see the rows")
		}
	}
	if c.Epoch != "" {
		if o.Epoch, err = csv.ParseEpoch(c.Epoch); err != nil {
			return o, usage("--epoch: %v", err)
		}
	}
	return o, nil
}

func (c *importCommand) readOptions(words *ontology.Ontology) (csv.Options, error) {
	o, err := c.shared(words)
	if err != nil {
		return o, err
	}
	if c.Mapping != "" {
		text, err := os.ReadFile(c.Mapping)
		if err != nil {
			return o, usage("the mapping cannot be read: %v", err)
		}
		if o.Mapping, err = csv.ParseMapping(filepath.Base(c.Mapping), text); err != nil {
			return o, mistaken(err)
		}
	}
	if o.Dataset == "" && o.Mapping != nil {
		o.Dataset = o.Mapping.Dataset
	}
	if o.Dataset == "" {
		o.Dataset, err = datasetOf(c.Files)
	}
	return o, err
}

// datasetOf names the dataset after a single file or after the one folder of
// several.
func datasetOf(files []string) (string, error) {
	unnamed := usage("say which dataset these files are: --dataset NAME")
	if slices.Contains(files, "-") {
		return "", unnamed
	}
	if len(files) == 1 {
		base := filepath.Base(files[0])
		return strings.TrimSuffix(base, filepath.Ext(base)), nil
	}
	var folder string
	for _, f := range files {
		full, err := filepath.Abs(f)
		if err != nil || folder != "" && filepath.Dir(full) != folder {
			return "", unnamed
		}
		folder = filepath.Dir(full)
	}
	if name := filepath.Base(folder); name != string(filepath.Separator) {
		return name, nil
	}
	return "", unnamed
}

// tables returns the files and their size in bytes, 0 if that is not known.
func (c *importCommand) tables(p *program) (files []csv.File, size int64, err error) {
	known := true
	for _, path := range c.Files {
		if path == "-" {
			known = false
			files = append(files, csv.File{Name: "stdin", Open: func() (io.ReadCloser, error) { return io.NopCloser(p.in), nil }})
			continue
		}
		info, err := os.Stat(path)
		if err != nil {
			return nil, 0, usage("%v", err)
		}
		if info.IsDir() {
			return nil, 0, usage("%s is a folder: name the files in it, such as %s", path, filepath.Join(path, "*.csv"))
		}
		if reject, err := os.Stat(c.Rejects); err == nil && os.SameFile(info, reject) {
			return nil, 0, usage("--rejects would overwrite %s, which is to be read", path)
		}
		size += info.Size()
		files = append(files, csv.Path(path))
	}
	if !known {
		size = 0
	}
	return files, size, nil
}

func (c *importCommand) rejectPath(dataset string) string {
	if c.Rejects != "" {
		return c.Rejects
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:`, r) || r < ' ' {
			return '-'
		}
		return r
	}, dataset) + ".rejects.csv"
}

// rejectsError says that too many rows were rejected.
type rejectsError struct{ text string }

func (e *rejectsError) Error() string { return e.text }

func (c *importCommand) verdict(report session.ImportReport, err error) error {
	if err != nil && c.MaxRejects >= 0 && report.Rejected > c.MaxRejects && graph.CodeOf(err) == graph.BadUserInput {
		return &rejectsError{fmt.Sprintf("%d rows were rejected, more than --max-rejects %d; mend the rows in the reject file or raise the limit, and import again", report.Rejected, c.MaxRejects)}
	}
	if err == nil && report.RowsIn > 0 && report.Rejected == report.RowsIn {
		return &rejectsError{"no row was fit to be imported; the reject file says why"}
	}
	if errors.Is(err, context.Canceled) {
		return errors.New("the import was stopped; what was written stays, and to import again goes on from there")
	}
	return err
}

// importing is an import under way.
type importing struct {
	p             *program
	rejects       *rejectFile
	bar           *bar
	dataset, into string
	implicit      bool // the marking was not asked for
	// leftOut says what of a database the mapping does not take; nil for files.
	leftOut func() []neo4j.LeftOut
}

func (i *importing) run(ctx context.Context, st *store.Store, reader ingest.Reader, c *importCommand) (session.ImportReport, error) {
	o := session.ImportOptions{
		Dataset: i.dataset, Name: "import " + i.dataset, Why: c.Why, DryRun: c.DryRun,
		MaxRejects: c.MaxRejects, Strict: c.MaxRejects == 0, Rejected: i.rejects.write, Progress: i.bar.tell,
	}
	if c.Replace {
		o.Replace = st.Feed().Scan
	}
	report, err := session.Import(ctx, st, local(), reader, o)
	i.bar.end()
	if c.JSON {
		return report, errors.Join(err, i.printJSON(report))
	}
	i.account(report)
	return report, err
}

// rejectFile is made with the first reject.
type rejectFile struct {
	path string
	file *os.File
	out  *ingest.RejectWriter
}

func (r *rejectFile) write(rejects ...ingest.Reject) error {
	if r.file == nil {
		f, err := os.OpenFile(r.path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600) // rows of data that may be sensitive
		if err != nil {
			return err
		}
		r.file, r.out = f, ingest.NewRejectWriter(f)
	}
	return r.out.Write(rejects...)
}

func (r *rejectFile) close() error {
	if r.file == nil {
		return nil
	}
	return r.file.Close()
}
