package store

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"slices"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// Adopter is a Driver whose database people also change by its own means, behind
// the store's back.
type Adopter interface {
	// Strays hands every record, or every link, that is not as the log says to
	// yield: first what was edited and what is gone, then what is new. What running
	// writers change meanwhile is left out. An error of yield ends it and is
	// returned as it is.
	Strays(ctx context.Context, links bool, yield func(*Stray) error) error
	// Adopt takes strays in, as one transaction and one revision, if they still are
	// as they were found; else they are UNCHANGED. REJECTED are those whose ID
	// another item has. All are records or all are links.
	Adopt(ctx context.Context, a Adoption) (Commit, error)
}

// Alteration says what somebody did to an item.
type Alteration string

// The alterations.
const (
	Made   Alteration = "MADE"
	Edited Alteration = "EDITED"
	Gone   Alteration = "GONE"
)

// Stray is an item that is not as the log says.
type Stray struct {
	Alteration Alteration
	// What names it for a person, as its database shows it.
	What string
	// ID of what is gone.
	ID graph.ID
	// IsLink says whether it is, or was, a link.
	IsLink bool
	// Record or Link as it is now, both nil for what is gone. That of a new one has no
	// ID; its dataset and key are what it states, or "". A zero end of a link is no
	// record yet.
	Record *graph.Record
	Link   *graph.Link
	// Waits says that a link can be adopted once its ends are.
	Waits bool
	// Err says why it cannot be taken in; nil if it can as far as the driver knows.
	Err *graph.Error
	// Handle is for the driver.
	Handle any
}

// Adoption is a batch of strays, made fit to be stored. Keys are the search keys of
// records, position by position.
type Adoption struct {
	Who, Why string
	At       graph.Instant
	Datasets []Dataset
	Strays   []*Stray
	Keys     []string
}

// DefaultAdoptive is the dataset of new items that name no other.
const DefaultAdoptive = "neo4j"

// Bounds of an adoption.
const (
	adoptBatch = 1000
	maxUnfit   = 100
)

// AdoptOptions are choices of [Store.Adopt].
type AdoptOptions struct {
	// Dataset of new items that name no declared one, DefaultAdoptive if "". It is
	// declared if need be.
	Dataset string
	// Markings of new items that have none; nil leaves those alone.
	Markings graph.Markings
	// Why is for the log; "" says it in general.
	Why string
	At  graph.Instant
	// DryRun looks and changes nothing.
	DryRun bool
	// Progress hears how many items were dealt with; it may be nil.
	Progress func(done int)
}

// AdoptCount counts records and links.
type AdoptCount struct{ Records, Links int }

func (c *AdoptCount) add(link bool) {
	if link {
		c.Links++
	} else {
		c.Records++
	}
}

// AdoptReport says what an adoption did, or would do.
type AdoptReport struct {
	Made, Edited, Gone AdoptCount
	// First and Last are the revisions used, 0 if none.
	First, Last graph.Revision
	// Unfit are the first of the Unfits items that were left alone.
	Unfit  []Unfit
	Unfits int
}

// Nothing says whether there was nothing to adopt and nothing unfit.
func (r *AdoptReport) Nothing() bool {
	return r.Made == AdoptCount{} && r.Edited == AdoptCount{} && r.Gone == AdoptCount{} && r.Unfits == 0
}

// Unfit is an item that cannot be adopted as it is.
type Unfit struct {
	What string
	Err  *graph.Error
}

// Adopt takes in what people made, edited or deleted in the database itself. What
// is new gets dataset, key, ID and markings where it states none; everything
// passes the same validation as any write, and what is not fit is reported and left
// alone. A second call finds nothing. It is for who is cleared for everything
// (else FORBIDDEN); a store that nobody else can write to answers BAD_USER_INPUT.
//
// What is lost is lost: the log knows that an edited or deleted item was there, and
// how it was marked, but not what it held. A link that is gone is signed with its own
// markings alone, unless an earlier version tells its ends.
func (s *Store) Adopt(ctx context.Context, viewer access.Viewer, o AdoptOptions) (report AdoptReport, err error) {
	driver, is := s.driver.(Adopter)
	switch {
	case !is:
		return report, graph.Errorf(graph.BadUserInput, "nobody else writes to this store: there is nothing to adopt")
	case !viewer.Clearance.IsEverything():
		return report, graph.Errorf(graph.Forbidden, "only who is cleared for everything may adopt")
	}
	o.Dataset, o.Why = cmp.Or(o.Dataset, DefaultAdoptive), cmp.Or(o.Why, "changes made in the database itself")
	declared, err := s.driver.Datasets(ctx)
	if err != nil {
		return report, err
	}
	a := adoption{store: s, driver: driver, options: o, report: &report, batch: Adoption{Who: viewer.Name, Why: o.Why, At: o.At}}
	a.permit = permit{viewer: viewer, ceilings: map[string]graph.Markings{}, titles: map[string]string{}}
	for _, d := range declared {
		a.permit.ceilings[d.Name], a.permit.titles[d.Name] = d.Ceiling, d.Title
	}
	for _, links := range []bool{false, true} {
		if err := driver.Strays(ctx, links, func(stray *Stray) error { return a.take(ctx, stray) }); err != nil {
			return report, err
		}
		if err := a.flush(ctx); err != nil {
			return report, err
		}
	}
	return report, nil
}

// adoption is one run of Adopt.
type adoption struct {
	store   *Store
	driver  Adopter
	options AdoptOptions
	permit  permit
	report  *AdoptReport
	batch   Adoption
	done    int
}

// take makes a stray fit and puts it into the batch.
func (a *adoption) take(ctx context.Context, stray *Stray) error {
	if n := len(a.batch.Strays); n == adoptBatch || n > 0 && (stray.Alteration == Made) != (a.batch.Strays[0].Alteration == Made) {
		if err := a.flush(ctx); err != nil {
			return err
		}
	}
	keys, problem := "", stray.Err
	switch {
	case problem != nil:
	case stray.Record != nil:
		problem = a.header(&stray.Record.Header, stray.Alteration)
		if problem == nil {
			_, problem = a.store.admitRecord(&a.permit, stray.Record)
		}
		if problem == nil {
			keys = a.store.searchKeys(stray.Record)
		}
	case stray.Link != nil:
		problem = a.link(stray)
	}
	if problem != nil {
		a.unfit(stray, problem)
		return nil
	}
	a.batch.Strays, a.batch.Keys = append(a.batch.Strays, stray), append(a.batch.Keys, keys)
	return nil
}

// link makes a link fit. When nothing is changed its ends do not get their IDs, so
// that any will do.
func (a *adoption) link(stray *Stray) *graph.Error {
	l := stray.Link
	if stray.Waits && a.options.DryRun {
		for _, end := range [2]*graph.ID{&l.From, &l.To} {
			if end.IsZero() {
				*end = graph.RecordID(a.options.Dataset, stray.What)
			}
		}
	}
	if stray.Waits && (l.From.IsZero() || l.To.IsZero()) {
		return graph.Errorf(graph.BadUserInput, "an end of it could not be adopted")
	}
	if problem := a.header(&l.Header, stray.Alteration); problem != nil {
		return problem
	}
	_, problem := a.store.admitLink(&a.permit, l)
	return problem
}

// header fills in what a new item does not state.
func (a *adoption) header(h *graph.Header, what Alteration) *graph.Error {
	if what != Made {
		return nil
	}
	if _, declared := a.permit.ceilings[h.Dataset]; !declared {
		if h.Dataset != "" && h.Dataset != a.options.Dataset { // the word is kept
			h.Properties = append(graph.Properties{{Name: "dataset", Values: []string{h.Dataset}}}, h.Properties...).Normalize()
		}
		h.Dataset = a.options.Dataset
	}
	if h.Key == "" {
		h.Key = newKey()
	}
	if len(h.Markings) == 0 {
		h.Markings = slices.Clone(a.options.Markings)
	}
	if h.Dataset == a.options.Dataset && !a.options.Markings.SubsetOf(a.permit.ceilings[h.Dataset]) {
		d := Dataset{Name: h.Dataset, Ceiling: a.options.Markings}
		if err := a.permit.declare(d); err != nil {
			return public(err)
		}
		a.batch.Datasets = append(a.batch.Datasets, d)
	}
	return nil
}

// newKey returns a random UUID (RFC 9562, version 4).
func newKey() string {
	var b [16]byte
	rand.Read(b[:])
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}

func (a *adoption) unfit(stray *Stray, err *graph.Error) {
	a.report.Unfits++
	if len(a.report.Unfit) < maxUnfit {
		a.report.Unfit = append(a.report.Unfit, Unfit{stray.What, err})
	}
}

var taken = graph.Errorf(graph.Conflict, "another item has its dataset and key; give it a key of its own")

// flush adopts the batch.
func (a *adoption) flush(ctx context.Context) error {
	batch := a.batch
	a.batch.Strays, a.batch.Keys = nil, nil
	if len(batch.Strays) == 0 {
		return nil
	}
	var commit Commit
	if !a.options.DryRun {
		var err error
		if commit, err = a.driver.Adopt(ctx, batch); err != nil {
			return err
		}
		a.batch.Datasets = nil
	}
	for i, stray := range batch.Strays {
		switch {
		case commit.Outcomes == nil || commit.Outcomes[i] != Rejected && commit.Outcomes[i] != Unchanged:
			a.count(stray)
		case commit.Outcomes[i] == Rejected:
			a.unfit(stray, taken)
		}
	}
	if commit.Changed {
		a.report.First, a.report.Last = cmp.Or(a.report.First, commit.Revision), commit.Revision
	}
	if a.done += len(batch.Strays); a.options.Progress != nil {
		a.options.Progress(a.done)
	}
	return nil
}

func (a *adoption) count(stray *Stray) {
	count := map[Alteration]*AdoptCount{Made: &a.report.Made, Edited: &a.report.Edited, Gone: &a.report.Gone}[stray.Alteration]
	count.add(stray.IsLink)
}
