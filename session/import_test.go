package session_test

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/csv"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
)

// port is a store that tables are imported to.
type port struct {
	*store.Store
	t        testing.TB
	ontology *ontology.Ontology
}

func newPort(t testing.TB) port {
	t.Helper()
	st, o := newStore(t)
	return port{st, t, o}
}

// files are tables by name.
func files(texts ...string) []csv.File {
	var list []csv.File
	for _, text := range texts {
		name, content, _ := strings.Cut(text, "\n")
		list = append(list, csv.File{Name: name, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(content)), nil }})
	}
	return list
}

// load imports tables into dataset d and holds the report to its sum.
func (p port) load(viewer access.Viewer, o session.ImportOptions, tables ...csv.File) (session.ImportReport, error) {
	p.t.Helper()
	reader := csv.NewReader(tables, csv.Options{Ontology: p.ontology, Dataset: "d", Markings: graph.Markings{graph.Clear}})
	o.Dataset = "d"
	r, err := session.Import(p.t.Context(), p, viewer, reader, o)
	if r.RowsIn != r.Written+r.Unchanged+r.Rejected {
		p.t.Errorf("%d rows in are not %d written, %d unchanged and %d rejected", r.RowsIn, r.Written, r.Unchanged, r.Rejected)
	}
	r.Elapsed = 0
	return r, err
}

func (p port) mustLoad(o session.ImportOptions, tables ...csv.File) session.ImportReport {
	p.t.Helper()
	r, err := p.load(local, o, tables...)
	if err != nil {
		p.t.Fatal(err)
	}
	return r
}

// named returns the record of a key.
func (p port) named(key string) graph.Record {
	p.t.Helper()
	found, err := p.Records(p.t.Context(), access.Everything(), []graph.ID{graph.RecordID("d", key)}, store.Latest)
	if err != nil || len(found) != 1 {
		p.t.Fatalf("record %q: %d found, %v", key, len(found), err)
	}
	return found[0]
}

const (
	nodesTable = "n.csv\nid,kind,name\na,Person,Ann\nb,Company,Bo Ltd\n"
	edgesTable = "e.csv\nfrom,to,kind,to_kind\na,b,OWNS,\na,b,OWNS,\nb,c,,Site\nc,x,,\n"
)

func TestImportTwiceChangesNothing(t *testing.T) {
	p := newPort(t)
	first := p.mustLoad(session.ImportOptions{}, files(edgesTable, nodesTable)...)
	want := session.ImportReport{RowsIn: 6, Written: 6, Implied: 2, Records: session.Counts{Created: 4}, Links: session.Counts{Created: 4}}
	if d := cmp.Diff(want, first); d != "" {
		t.Errorf("first (-want +got):\n%s", d)
	}
	head, err := p.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	again := p.mustLoad(session.ImportOptions{}, files(nodesTable, edgesTable)...)
	want = session.ImportReport{RowsIn: 6, Unchanged: 6, Implied: 2, Records: session.Counts{Unchanged: 4}, Links: session.Counts{Unchanged: 4}}
	if d := cmp.Diff(want, again); d != "" {
		t.Errorf("again (-want +got):\n%s", d)
	}
	if now, err := p.Head(t.Context()); err != nil || now != head {
		t.Errorf("the revision went from %d to %d, %v", head, now, err)
	}
}

func TestImpliedEndsNeverUndoWhatIsKnown(t *testing.T) {
	p := newPort(t)
	p.mustLoad(session.ImportOptions{}, files(nodesTable)...)
	p.mustLoad(session.ImportOptions{}, files(edgesTable)...)
	if a := p.named("a"); a.Kind != "Person" || a.Name != "Ann" {
		t.Errorf("edges alone made a %s named %q", a.Kind, a.Name)
	}
	if c := p.named("c"); c.Kind != "Site" || p.named("x").Kind != graph.UnknownKind {
		t.Errorf("c is %+v", c)
	}
	// A kind that comes later fills in what nothing was known of, and no other.
	p.mustLoad(session.ImportOptions{}, files("k.csv\nsource,target,from_kind,to_kind\nx,c,Person,Drug\n")...)
	if p.named("x").Kind != "Person" || p.named("c").Kind != "Site" {
		t.Errorf("x is a %s, c a %s", p.named("x").Kind, p.named("c").Kind)
	}
	// So does a row, and the edges after it change nothing.
	p.mustLoad(session.ImportOptions{}, files("m.csv\nid,kind,name\nx,Company,X Ltd\nc\n,,\n", "bare.csv\nid\na\nx\nnew\n")...)
	r := p.mustLoad(session.ImportOptions{}, files(edgesTable)...)
	if x := p.named("x"); x.Kind != "Company" || x.Name != "X Ltd" || r.Written != 0 {
		t.Errorf("x is %+v, report %+v", x, r)
	}
	if p.named("a").Name != "Ann" || p.named("new").Kind != graph.UnknownKind {
		t.Error("rows with no more than an identifier undid what was known")
	}
}

func TestDryRunForetellsTheReport(t *testing.T) {
	p := newPort(t)
	p.mustLoad(session.ImportOptions{}, files(nodesTable)...)
	head, _ := p.Head(t.Context())
	changed := "n2.csv\nid,kind,name\na,Person,Anna\nb,Company,Bo Ltd\n,Person,\n"
	dry := p.mustLoad(session.ImportOptions{DryRun: true}, files(changed, edgesTable)...)
	if now, _ := p.Head(t.Context()); now != head || !dry.DryRun {
		t.Errorf("a dry run wrote: revision %d after %d", now, head)
	}
	wet := p.mustLoad(session.ImportOptions{}, files(changed, edgesTable)...)
	dry.DryRun = false
	if d := cmp.Diff(dry, wet); d != "" {
		t.Errorf("(-foretold +done):\n%s", d)
	}
	if wet.Records.Updated != 1 || wet.Rejected != 1 {
		t.Errorf("the report is %+v", wet)
	}
}

func TestReplaceDeletesWhatVanished(t *testing.T) {
	p := newPort(t)
	replace := session.ImportOptions{Replace: p.Feed().Scan}
	p.mustLoad(session.ImportOptions{}, files(nodesTable, edgesTable)...)
	remake := func() []csv.File {
		return files("n.csv\nid,kind,name\nb,Company,Bo Ltd\n", "e.csv\nfrom,to,kind\na,b,OWNS\n")
	}
	smaller := append(remake(), files("bad.csv\nfrom,to\nx\n")...)
	withheld := p.mustLoad(replace, smaller...)
	if withheld.DeletesWithheld != 5 || withheld.Links.Deleted != 0 {
		t.Errorf("with a reject: %+v", withheld)
	}
	dry := replace
	dry.DryRun = true
	if r := p.mustLoad(dry, remake()...); r.Links.Deleted != 3 || r.Records.Deleted != 2 {
		t.Errorf("dry: %+v", r)
	}
	r := p.mustLoad(replace, remake()...)
	if r.Links.Deleted != 3 || r.Records.Deleted != 2 || r.Records.Updated != 1 || r.Written != 0 {
		t.Errorf("replace: %+v", r)
	}
	if a := p.named("a"); a.Kind != graph.UnknownKind || a.Name != "a" {
		t.Errorf("a, which no row declares any more, is %+v", a)
	}
	if r := p.mustLoad(replace, remake()...); r.Links.Deleted+r.Records.Deleted+r.Records.Updated+r.Written != 0 {
		t.Errorf("replace again: %+v", r)
	}
}

func TestImportStopsAtTooManyRejectsAndGoesOnWhenRunAgain(t *testing.T) {
	p := newPort(t)
	table := "e.csv\nfrom,to\na,b\na\n,b\nc,d\n"
	var rejects strings.Builder
	out := ingest.NewRejectWriter(&rejects)
	r, err := p.load(local, session.ImportOptions{MaxRejects: 1, Rejected: out.Write}, files(table)...)
	if graph.CodeOf(err) != graph.BadUserInput || r.Rejected != 2 {
		t.Errorf("err %v, report %+v", err, r)
	}
	want := "file,line,column,code,reason,row\n" +
		"e.csv,3,2,RAGGED_ROW,\"the row has 1 cells, the header 2\",a\n" +
		"e.csv,4,1,MISSING_VALUE,\"column \"\"from\"\": the link has no start\",\",b\"\n"
	if d := cmp.Diff(want, rejects.String()); d != "" {
		t.Errorf("rejects (-want +got):\n%s", d)
	}
	if _, err := p.load(local, session.ImportOptions{Strict: true}, files(table)...); graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("strict: %v", err)
	}
	if r := p.mustLoad(session.ImportOptions{MaxRejects: 2}, files(table)...); r.Unchanged != 2 {
		t.Errorf("again: %+v", r)
	}
	full := errors.New("disk full")
	if _, err := p.load(local, session.ImportOptions{Rejected: func(...ingest.Reject) error { return full }}, files(table)...); !errors.Is(err, full) {
		t.Errorf("a writer of rejects that fails: %v", err)
	}
}

func TestImportWritesOnlyWhatItsViewerMay(t *testing.T) {
	p := newPort(t)
	table := "e.csv\nfrom,to,markings\na,b,\nc,d,TLP:RED\n"
	if r, err := p.load(low, session.ImportOptions{}, files(table)...); err != nil || r.Rejected != 2 || r.Links.Created+r.Records.Created != 0 {
		t.Errorf("into a dataset that is not there: %+v, %v", r, err)
	}
	p.mustLoad(session.ImportOptions{}, files("e.csv\nfrom,to\na,b\n")...)
	var codes []ingest.RejectCode
	note := func(rejects ...ingest.Reject) error {
		for _, j := range rejects {
			codes = append(codes, j.Code)
		}
		return nil
	}
	r, err := p.load(low, session.ImportOptions{Rejected: note}, files(table)...)
	if err != nil || r.Written != 0 || r.Unchanged != 1 || r.Rejected != 1 || len(codes) != 1 || codes[0] != ingest.RejectCode(graph.Forbidden) {
		t.Errorf("%+v, %v, %v", r, codes, err)
	}
	if r := p.mustLoad(session.ImportOptions{}, files(table)...); r.Written != 1 || r.Implied != 4 {
		t.Errorf("by who may: %+v", r)
	}
	if c := p.named("c"); c.Markings.SubsetOf(graph.Markings{graph.Clear}) {
		t.Errorf("what a restricted row implies has %v", c.Markings)
	}
}

func TestImportEndsWithItsContext(t *testing.T) {
	p := newPort(t)
	ctx, cancel := context.WithCancel(t.Context())
	var b strings.Builder
	b.WriteString("e.csv\nfrom,to\n")
	for range 80_000 {
		b.WriteString("a,b\n")
	}
	reader := csv.NewReader(files(b.String()), csv.Options{Ontology: p.ontology, Dataset: "d", Markings: graph.Markings{graph.Clear}})
	r, err := session.Import(ctx, p, local, reader, session.ImportOptions{Dataset: "d", Progress: func(session.ImportReport) { cancel() }})
	if !errors.Is(err, context.Canceled) || r.Written == 0 || r.Written == 80_000 {
		t.Errorf("err %v, report %+v", err, r)
	}
	again := p.mustLoad(session.ImportOptions{}, files(b.String())...)
	if again.RowsIn != 80_000 || again.Unchanged < r.Written || again.Written+again.Unchanged != 80_000 {
		t.Errorf("again: %+v", again)
	}
}

// Two imports of real tables: nothing lost, and the second changes nothing.
func TestImportOfRealTables(t *testing.T) {
	data := filepath.Join(networktest.Reference(t), "data")
	for folder, want := range map[string]session.ImportReport{
		"caviar":              {RowsIn: 315, Written: 315, Records: session.Counts{Created: 110}, Links: session.Counts{Created: 205}},
		"ofac_narcotics_2024": {},
		"planted_supply_a":    {RowsIn: 280, Written: 280, Records: session.Counts{Created: 133}, Links: session.Counts{Created: 147}},
	} {
		p := newPort(t)
		tables := func() []csv.File {
			return []csv.File{csv.Path(filepath.Join(data, folder, "edges.csv")), csv.Path(filepath.Join(data, folder, "nodes.csv"))}
		}
		first, err := p.load(local, session.ImportOptions{}, tables()...)
		if want.RowsIn == 0 { // its headers take a mapping
			if graph.CodeOf(err) != graph.BadUserInput || !strings.Contains(err.Error(), "mapping") {
				t.Errorf("%s: %v", folder, err)
			}
			continue
		}
		if d := cmp.Diff(want, first); d != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", folder, err, d)
		}
		if again := p.mustLoad(session.ImportOptions{}, tables()...); again.Unchanged != want.RowsIn {
			t.Errorf("%s again: %+v", folder, again)
		}
	}
}
