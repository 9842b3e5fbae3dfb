package main

import (
	"encoding/json"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"github.com/dustin/go-humanize"
	"github.com/schollz/progressbar/v3"

	"github.com/chokepoint/chokepoint/ingest/csv"
	"github.com/chokepoint/chokepoint/ingest/neo4j"
	"github.com/chokepoint/chokepoint/session"
)

// account says what became of the rows.
func (i *importing) account(r session.ImportReport) {
	n := func(v int) string { return humanize.Comma(int64(v)) }
	would := ""
	if r.DryRun {
		would = "A dry run, nothing is written. "
	}
	i.p.printf("%sDataset %s in %s, %s rows/s:\n", would, i.dataset, i.into, humanize.Comma(int64(r.Rate())))
	i.p.printf("  rows     %s in = %s written + %s unchanged + %s rejected\n", n(r.RowsIn), n(r.Written), n(r.Unchanged), n(r.Rejected))
	for _, of := range []struct {
		name string
		session.Counts
	}{{"records", r.Records}, {"links  ", r.Links}} {
		i.p.printf("  %s  %s created, %s updated, %s deleted\n", of.name, n(of.Created), n(of.Updated), n(of.Deleted))
	}
	if r.Implied > 0 {
		i.p.printf("  implied  %s things that links name and no row declares\n", n(r.Implied))
	}
	for _, left := range i.left() {
		i.p.printf("  left out %s %s: the mapping has no entry for them\n", n(left.Count), left.What)
	}
	if r.DeletesWithheld > 0 {
		i.p.printf("  kept     %s items that the files do not state: rejected rows may have stated them\n", n(r.DeletesWithheld))
	}
	if i.rejects.file != nil {
		i.p.printf("  rejects  %s says for each row what is wrong\n", i.rejects.path)
	}
	if i.implicit {
		i.p.printf("  marking  TLP:CLEAR, where rows state none; --marking sets another\n")
	}
}

// left says what of a database was left out.
func (i *importing) left() []neo4j.LeftOut {
	if i.leftOut == nil {
		return nil
	}
	return i.leftOut()
}

// next shows commands to go on with.
func (i *importing) next(store string) {
	i.p.printf("\nNext:\n")
	for _, q := range firstQueries {
		i.p.printf("  chokepoint query%s %s\n", store, quoted(q))
	}
	i.p.printf("  chokepoint serve%s\n", store)
}

// printJSON prints the account for scripts.
func (i *importing) printJSON(r session.ImportReport) error {
	type counts struct {
		Created   int `json:"created"`
		Updated   int `json:"updated"`
		Unchanged int `json:"unchanged"`
		Deleted   int `json:"deleted"`
	}
	account := struct {
		Dataset   string  `json:"dataset"`
		DryRun    bool    `json:"dryRun"`
		RowsIn    int     `json:"rowsIn"`
		Written   int     `json:"written"`
		Unchanged int     `json:"unchanged"`
		Rejected  int     `json:"rejected"`
		Implied   int     `json:"implied"`
		Records   counts  `json:"records"`
		Links     counts  `json:"links"`
		Withheld  int     `json:"deletesWithheld"`
		Seconds   float64 `json:"seconds"`
		Rejects   string  `json:"rejects,omitempty"`
		// What of a database the mapping does not take, by what it is.
		LeftOut map[string]int `json:"leftOut,omitempty"`
	}{i.dataset, r.DryRun, r.RowsIn, r.Written, r.Unchanged, r.Rejected, r.Implied, counts(r.Records), counts(r.Links), r.DeletesWithheld, r.Elapsed.Seconds(), "", nil}
	if i.rejects.file != nil {
		account.Rejects = i.rejects.path
	}
	for _, left := range i.left() {
		if account.LeftOut == nil {
			account.LeftOut = map[string]int{}
		}
		account.LeftOut[left.What] = left.Count
	}
	return json.NewEncoder(i.p.out).Encode(account)
}

// bar shows progress: a bar on a terminal, a line now and then elsewhere.
type bar struct {
	p      *program
	size   int64 // of the input in bytes, 0 if not known
	read   atomic.Int64
	bar    *progressbar.ProgressBar
	spoken time.Time
	quiet  bool
}

// lineInterval parts the lines on what is no terminal.
const lineInterval = 5 * time.Second

func newBar(p *program, size int64, quiet bool) *bar {
	b := &bar{p: p, size: size, spoken: time.Now(), quiet: quiet}
	if p.terminal && !quiet {
		b.bar = progressbar.NewOptions64(max(size, -1), progressbar.OptionSetWriter(p.err), progressbar.OptionSetPredictTime(size > 0),
			progressbar.OptionThrottle(100*time.Millisecond), progressbar.OptionClearOnFinish(), progressbar.OptionSetDescription("importing"))
	}
	return b
}

// watch counts what is read of files.
func (b *bar) watch(files []csv.File) []csv.File {
	watched := make([]csv.File, len(files))
	for i, f := range files {
		watched[i] = csv.File{Name: f.Name, Open: func() (io.ReadCloser, error) {
			in, err := f.Open()
			if err != nil {
				return nil, err
			}
			return &counting{in, &b.read}, nil
		}}
	}
	return watched
}

type counting struct {
	io.ReadCloser
	n *atomic.Int64
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.ReadCloser.Read(p)
	c.n.Add(int64(n))
	return n, err
}

// tell shows how far the import is.
func (b *bar) tell(r session.ImportReport) {
	switch {
	case b.quiet:
	case b.bar != nil:
		b.bar.Describe("importing, " + humanize.Comma(int64(r.RowsIn)) + " rows")
		b.bar.Set64(b.read.Load()) //nolint:errcheck // a bar that cannot be drawn is no failure
	case time.Since(b.spoken) >= lineInterval:
		b.spoken = time.Now()
		report(b.p.err, r, b.read.Load(), b.size)
	}
}

func (b *bar) end() {
	if b.bar != nil {
		b.bar.Finish() //nolint:errcheck // as above
	}
}

func report(w io.Writer, r session.ImportReport, read, size int64) {
	share := ""
	if size > 0 {
		share = fmt.Sprintf(", %d %% of the input", 100*read/size)
	}
	fmt.Fprintf(w, "%s rows, %s rejected%s, %s rows/s\n",
		humanize.Comma(int64(r.RowsIn)), humanize.Comma(int64(r.Rejected)), share, humanize.Comma(int64(r.Rate())))
}
