package session

import (
	"context"
	"reflect"
	"strings"
	"time"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/store"
)

// ImportTarget is what an import writes to: a [store.Store].
type ImportTarget interface {
	Write(ctx context.Context, viewer access.Viewer, b store.Batch) (store.Written, error)
	Records(ctx context.Context, c access.Clearance, ids []graph.ID, at graph.Revision) ([]graph.Record, error)
	Links(ctx context.Context, c access.Clearance, ids []graph.ID, at graph.Revision) ([]graph.Link, error)
}

// Scan hands over everything a dataset holds: the method of [store.Feed].
type Scan func(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, link func(*graph.Link) error) (graph.Revision, error)

// ImportOptions say how an import is done. Dataset is required; the zero value of
// the rest keeps what is there, takes any number of rejects and reports to nobody.
type ImportOptions struct {
	// Dataset is where the reader's items belong.
	Dataset string
	// Name of the run and the reason for it, for the change log.
	Name, Why string
	// Now is the clock, nil for the system's.
	Now func() time.Time
	// DryRun reads, validates and compares with the store, and writes nothing.
	DryRun bool
	// Replace, if set, makes the dataset equal to what is read: what it does not
	// state any more is deleted at the end, and things that links imply go back to
	// what is implied. Nothing is deleted if a row was rejected, for the row may
	// have stated it.
	Replace Scan
	// MaxRejects ends the import once more rows are rejected, if it is positive;
	// Strict does so with the first.
	MaxRejects int
	Strict     bool
	// Rejected takes the rejects, batch by batch.
	Rejected func(...ingest.Reject) error
	// Progress is told after every batch.
	Progress func(ImportReport)
}

// Counts says what became of items.
type Counts struct{ Created, Updated, Unchanged, Deleted int }

// ImportReport says what an import did, or would do in a dry run.
// RowsIn = Written + Unchanged + Rejected, always.
type ImportReport struct {
	RowsIn, Written, Unchanged, Rejected int
	// Implied counts things that links name and no row declares.
	Implied        int
	Records, Links Counts
	// DeletesWithheld counts items that were not deleted because rows were rejected.
	DeletesWithheld int
	DryRun          bool
	Elapsed         time.Duration
}

// Rate returns rows per second.
func (r ImportReport) Rate() float64 {
	if r.Elapsed <= 0 {
		return 0
	}
	return float64(r.RowsIn) / r.Elapsed.Seconds()
}

// Import drives reader into target as viewer, one transaction per batch. It may be
// stopped at any time and run again: what is written stays and is unchanged the
// next time. The report is true also when an error ends the import early: BAD_USER_INPUT
// for input that cannot be read on or too many rejects, else what the store said.
func Import(ctx context.Context, target ImportTarget, viewer access.Viewer, reader ingest.Reader, o ImportOptions) (ImportReport, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	run := &importRun{target: target, viewer: viewer, options: o, begun: o.Now(), report: ImportReport{DryRun: o.DryRun}}
	if o.Replace != nil {
		run.stated, run.weaker = map[graph.ID]struct{}{}, map[graph.ID]graph.Record{}
	}
	err := reader.Read(ctx, func(b *ingest.Batch) error { return run.batch(ctx, b) })
	if err == nil && o.Replace != nil {
		err = run.sweep(ctx)
	}
	run.report.Elapsed = o.Now().Sub(run.begun)
	return run.report, err
}

// importRun is one import under way.
type importRun struct {
	target  ImportTarget
	viewer  access.Viewer
	options ImportOptions
	begun   time.Time
	report  ImportReport
	ceiling graph.Markings
	// If the dataset is to be replaced: everything read, and what the store knows
	// better than what was read so far.
	stated map[graph.ID]struct{}
	weaker map[graph.ID]graph.Record
}

// batch writes one batch and accounts for its rows.
func (i *importRun) batch(ctx context.Context, b *ingest.Batch) error {
	i.state(b)
	rejects := newRefusals(b)
	rejects.unseen(i.viewer.Clearance)
	if err := i.keepStronger(ctx, b); err != nil {
		return err
	}
	outcomes, err := i.write(ctx, b, rejects)
	if err != nil {
		return err
	}
	i.account(b, outcomes, rejects)
	return i.tell(append(b.Rejects, rejects.list...))
}

// state notes what is read, if the dataset is to be replaced.
func (i *importRun) state(b *ingest.Batch) {
	if i.stated == nil {
		return
	}
	for n := range b.Records {
		id := b.Records[n].ID
		i.stated[id] = struct{}{}
		if b.Weak == nil || !b.Weak[n] {
			delete(i.weaker, id)
		}
	}
	for n := range b.Links {
		i.stated[b.Links[n].ID] = struct{}{}
	}
}

// tell reports rejects and progress, and ends the import at too many rejects.
func (i *importRun) tell(rejects []ingest.Reject) error {
	if i.options.Rejected != nil && len(rejects) > 0 {
		if err := i.options.Rejected(rejects...); err != nil {
			return graph.Errorf(graph.Unavailable, "the rejects cannot be written down").Because(err)
		}
	}
	i.report.Elapsed = i.options.Now().Sub(i.begun)
	if i.options.Progress != nil {
		i.options.Progress(i.report)
	}
	limit := i.options.MaxRejects
	if n := i.report.Rejected; n > limit && (limit > 0 || i.options.Strict) {
		return graph.Errorf(graph.BadUserInput, "%d rows were rejected, more than %d; what was written stays, and the import can be run again", n, limit)
	}
	return nil
}

// keepStronger puts what the store holds in the place of the weak records of b
// that it knows better. A dataset that is replaced gets those back at the end.
func (i *importRun) keepStronger(ctx context.Context, b *ingest.Batch) error {
	if b.Weak == nil {
		return nil
	}
	var ids []graph.ID
	for n, weak := range b.Weak {
		if weak {
			ids = append(ids, b.Records[n].ID)
		}
	}
	found, err := i.target.Records(ctx, i.viewer.Clearance, ids, store.Latest)
	if err != nil {
		return err
	}
	known := make(map[graph.ID]*graph.Record, len(found))
	for n := range found {
		known[found[n].ID] = &found[n]
	}
	for n := range b.Records {
		if before := known[b.Records[n].ID]; before != nil && b.Weak[n] {
			weak := b.Records[n]
			b.Records[n] = stronger(before, &weak)
			if i.weaker != nil && !reflect.DeepEqual(b.Records[n], weak) {
				i.weaker[weak.ID] = weak
			}
		}
	}
	return nil
}

// stronger returns what is to stand for a thing of which the store holds before:
// that, but that a thing of which nothing at all is known takes the kind, and the
// word for it, of what a link implies now.
func stronger(before, weak *graph.Record) graph.Record {
	nothing := before.Kind == graph.UnknownKind && len(before.Properties) == 0 && len(before.Aliases) == 0 && before.Name == before.Key
	kept := *before
	if nothing {
		kept.Kind, kept.Properties = weak.Kind, weak.Properties
	}
	return kept
}

// write commits what no refusal touches and returns the outcomes, records first.
func (i *importRun) write(ctx context.Context, b *ingest.Batch, r *refusals) ([]store.Outcome, error) {
	if i.options.DryRun {
		return i.compare(ctx, b)
	}
	batch := store.Batch{
		Who: i.viewer.Name, Why: i.options.Why, Import: i.options.Name, At: graph.InstantOf(i.options.Now()),
		Records: b.Records, Links: b.Links,
	}
	if len(r.rows) > 0 {
		batch.Records, batch.Links = r.without(b)
	}
	if len(batch.Records)+len(batch.Links) == 0 {
		return make([]store.Outcome, len(b.Records)+len(b.Links)), nil
	}
	batch.Datasets = i.declare(&batch)
	written, err := i.target.Write(ctx, i.viewer, batch)
	if err != nil {
		return nil, err
	}
	return r.outcomes(b, written.Items), nil
}

// declare names the dataset and the markings that it holds by now. Only who may
// administer datasets declares; others write to what is declared.
func (i *importRun) declare(b *store.Batch) []store.Dataset {
	own := strings.HasPrefix(i.options.Dataset, i.viewer.Name+"/")
	if !own && !i.viewer.Clearance.IsEverything() {
		return nil
	}
	for n := range b.Records {
		i.widen(b.Records[n].Markings)
	}
	for n := range b.Links {
		i.widen(b.Links[n].Markings)
	}
	return []store.Dataset{{Name: i.options.Dataset, Ceiling: i.ceiling}}
}

func (i *importRun) widen(m graph.Markings) {
	if !m.SubsetOf(i.ceiling) {
		i.ceiling = i.ceiling.Union(m)
	}
}

// account counts what became of the items and of the rows: a row is rejected if
// any of its items is, written if any changed the store, and else unchanged.
func (i *importRun) account(b *ingest.Batch, outcomes []store.Outcome, r *refusals) {
	changed := make([]bool, len(b.Rows))
	note := func(row int, outcome store.Outcome, counts *Counts) {
		switch outcome {
		case store.Created:
			counts.Created++
		case store.Updated:
			counts.Updated++
		case store.Unchanged:
			counts.Unchanged++
		}
		if row != ingest.NoRow && (outcome == store.Created || outcome == store.Updated) {
			changed[row] = true
		}
	}
	for n, row := range b.RecordRows {
		note(row, outcomes[n], &i.report.Records)
	}
	for n, row := range b.LinkRows {
		note(row, outcomes[len(b.Records)+n], &i.report.Links)
	}
	for row := range b.Rows {
		switch _, rejected := r.rows[row]; {
		case rejected:
		case changed[row]:
			i.report.Written++
		default:
			i.report.Unchanged++
		}
	}
	i.report.RowsIn += b.RowsIn()
	i.report.Rejected += len(b.Rejects) + len(r.rows)
	i.report.Implied += b.Implied
}
