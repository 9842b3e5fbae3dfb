package session

import (
	"context"
	"maps"
	"reflect"
	"slices"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/store"
)

// refusals are the rows of a batch that the store must not or does not take.
type refusals struct {
	batch *ingest.Batch
	rows  map[int]struct{}
	list  []ingest.Reject
}

func newRefusals(b *ingest.Batch) *refusals { return &refusals{batch: b, rows: map[int]struct{}{}} }

func (r *refusals) add(row int, code ingest.RejectCode, reason string) {
	if _, ok := r.rows[row]; ok || row == ingest.NoRow {
		return
	}
	r.rows[row] = struct{}{}
	r.list = append(r.list, r.batch.Rows[row].Reject(0, code, reason))
}

// unseen refuses rows with markings that the viewer does not hold: what one may
// not read one may not write either, nor widen a dataset by.
func (r *refusals) unseen(c access.Clearance) {
	keep := 0
	for n, row := range r.batch.RecordRows { // what such rows alone imply goes with them
		if row == ingest.NoRow && !c.Sees(r.batch.Records[n].Markings) {
			continue
		}
		r.batch.Records[keep], r.batch.RecordRows[keep] = r.batch.Records[n], row
		if r.batch.Weak != nil {
			r.batch.Weak[keep] = r.batch.Weak[n]
		}
		keep++
	}
	if keep < len(r.batch.Records) {
		r.batch.Implied -= min(r.batch.Implied, len(r.batch.Records)-keep)
		r.batch.Records, r.batch.RecordRows, r.batch.Weak = r.batch.Records[:keep], r.batch.RecordRows[:keep], r.batch.Weak[:keep]
	}
	refuse := func(row int, m graph.Markings) {
		if !c.Sees(m) {
			r.add(row, ingest.RejectCode(graph.Forbidden), "you do not hold all markings of the row")
		}
	}
	for n, row := range r.batch.RecordRows {
		refuse(row, r.batch.Records[n].Markings)
	}
	for n, row := range r.batch.LinkRows {
		refuse(row, r.batch.Links[n].Markings)
	}
}

// without returns the items of the rows that are not refused.
func (r *refusals) without(b *ingest.Batch) (records []graph.Record, links []graph.Link) {
	for n, row := range b.RecordRows {
		if _, refused := r.rows[row]; !refused {
			records = append(records, b.Records[n])
		}
	}
	for n, row := range b.LinkRows {
		if _, refused := r.rows[row]; !refused {
			links = append(links, b.Links[n])
		}
	}
	return records, links
}

// outcomes puts the store's answers in the places of the batch's items, and adds
// the rows that it rejected to the refusals.
func (r *refusals) outcomes(b *ingest.Batch, items []store.Item) []store.Outcome {
	outcomes := make([]store.Outcome, len(b.Records)+len(b.Links))
	rows := append(append(make([]int, 0, len(outcomes)), b.RecordRows...), b.LinkRows...)
	before := len(r.rows)
	refused := make(map[int]struct{}, before)
	for row := range r.rows {
		refused[row] = struct{}{}
	}
	for n, row := range rows {
		if _, ok := refused[row]; ok {
			continue
		}
		item := items[0]
		items = items[1:]
		if item.Err != nil {
			r.add(row, ingest.RejectCode(item.Err.Code), item.Err.Message)
			continue
		}
		outcomes[n] = item.Outcome
	}
	return outcomes
}

// compare tells the outcomes that a write would have.
func (i *importRun) compare(ctx context.Context, b *ingest.Batch) ([]store.Outcome, error) {
	var ids []graph.ID
	for n := range b.Records {
		ids = append(ids, b.Records[n].ID)
	}
	records, err := i.target.Records(ctx, i.viewer.Clearance, ids, store.Latest)
	if err != nil {
		return nil, err
	}
	ids = ids[:0]
	for n := range b.Links {
		ids = append(ids, b.Links[n].ID)
	}
	links, err := i.target.Links(ctx, i.viewer.Clearance, ids, store.Latest)
	if err != nil {
		return nil, err
	}
	outcomes := compareItems(make([]store.Outcome, 0, len(b.Records)+len(b.Links)), b.Records, records, func(r *graph.Record) *graph.Header { return &r.Header })
	return compareItems(outcomes, b.Links, links, func(l *graph.Link) *graph.Header { return &l.Header }), nil
}

// compareItems appends what a write of items would do to those that are stored.
func compareItems[T any](outcomes []store.Outcome, items, stored []T, header func(*T) *graph.Header) []store.Outcome {
	known := make(map[graph.ID]*T, len(stored))
	for n := range stored {
		known[header(&stored[n]).ID] = &stored[n]
	}
	for n := range items {
		switch before := known[header(&items[n]).ID]; {
		case before == nil:
			outcomes = append(outcomes, store.Created)
		case reflect.DeepEqual(*before, items[n]):
			outcomes = append(outcomes, store.Unchanged)
		default:
			outcomes = append(outcomes, store.Updated)
		}
	}
	return outcomes
}

// sweep deletes what the dataset holds and the import did not state: links first,
// so that none is left without its ends.
func (i *importRun) sweep(ctx context.Context) error {
	var records, links []graph.ID
	gone := func(id graph.ID, list *[]graph.ID) error {
		if _, ok := i.stated[id]; !ok {
			*list = append(*list, id)
		}
		return ctx.Err()
	}
	_, err := i.options.Replace(ctx, i.options.Dataset, store.Latest,
		func(r *graph.Record) error { return gone(r.ID, &records) },
		func(l *graph.Link) error { return gone(l.ID, &links) })
	if err != nil {
		return err
	}
	if i.report.Rejected > 0 {
		i.report.DeletesWithheld = len(records) + len(links)
		return nil
	}
	if err := i.remove(ctx, links, &i.report.Links); err != nil {
		return err
	}
	if err := i.remove(ctx, records, &i.report.Records); err != nil {
		return err
	}
	return i.weaken(ctx)
}

// weaken writes the things of which the store says more than the import states.
func (i *importRun) weaken(ctx context.Context) error {
	ids := slices.SortedFunc(maps.Keys(i.weaker), graph.ID.Compare)
	for some := range slices.Chunk(ids, store.MaxIDs) {
		b := &ingest.Batch{}
		for _, id := range some {
			b.Records, b.RecordRows = append(b.Records, i.weaker[id]), append(b.RecordRows, ingest.NoRow)
		}
		outcomes, err := i.write(ctx, b, newRefusals(b))
		if err != nil {
			return err
		}
		i.account(b, outcomes, newRefusals(b))
	}
	return nil
}

// remove deletes items, some thousands in one transaction.
func (i *importRun) remove(ctx context.Context, ids []graph.ID, counts *Counts) error {
	for len(ids) > 0 {
		n := min(len(ids), store.MaxIDs)
		some := ids[:n]
		ids = ids[n:]
		if i.options.DryRun {
			counts.Deleted += n
			continue
		}
		written, err := i.target.Write(ctx, i.viewer, store.Batch{
			Who: i.viewer.Name, Why: i.options.Why, Import: i.options.Name, At: graph.InstantOf(i.options.Now()), Deletes: some,
		})
		if err != nil {
			return err
		}
		for _, item := range written.Items {
			if item.Outcome == store.Deleted {
				counts.Deleted++
			}
		}
	}
	return nil
}
