package store

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
)

// Rejected is the outcome of an item that is not fit to be stored: nothing of it
// is written.
const Rejected Outcome = "REJECTED"

// Item says what became of one item of a batch.
type Item struct {
	ID      graph.ID
	Outcome Outcome
	// Err says why the item is Rejected; nil otherwise.
	Err *graph.Error
}

// Written is the result of a write: Items stand in the order Records, Links,
// Deletes of the batch as it was given.
type Written struct {
	Revision graph.Revision
	Changed  bool
	Items    []Item
}

// Write validates b and commits what is fit of it. Records and links are brought
// to canonical form in place; an ID left zero is filled in, and must else be the
// one that derives from dataset and key. Keys need not be set.
//
// A viewer writes to a dataset only if it holds the whole ceiling; a dataset that
// is missing and one that it may not write to give the same bytes (NOT_FOUND).
// An item's markings must lie within the ceiling. Deletes reach items in such
// datasets alone; all else is Missing.
//
// Declaring a dataset, or widening a ceiling, is administration, since names and
// ceilings are common to all viewers: it is for who is cleared for everything,
// and, for datasets named "VIEWER/…" after the viewer itself, for that viewer as
// far as it holds the ceiling. An undue declaration fails the whole batch with
// the same NOT_FOUND; one that adds nothing to a dataset that the viewer may
// write to is always fine.
func (s *Store) Write(ctx context.Context, viewer access.Viewer, b Batch) (Written, error) {
	declared, err := s.driver.Datasets(ctx)
	if err != nil {
		return Written{}, err
	}
	p := permit{viewer: viewer, ceilings: map[string]graph.Markings{}, titles: map[string]string{}}
	for _, d := range declared {
		p.ceilings[d.Name], p.titles[d.Name] = d.Ceiling, d.Title
	}
	for _, d := range b.Datasets {
		if err := p.declare(d); err != nil {
			return Written{}, err
		}
	}
	fit := b
	written := Written{Items: make([]Item, 0, len(b.Records)+len(b.Links)+len(b.Deletes))}
	fit.Records, written.Items = admit(&p, b.Records, written.Items, s.admitRecord)
	fit.Links, written.Items = admit(&p, b.Links, written.Items, s.admitLink)
	if fit.Deletes, written.Items, err = s.admitDeletes(ctx, &p, b.Deletes, written.Items); err != nil {
		return Written{}, err
	}
	fit.Keys = make([]string, len(fit.Records))
	for i := range fit.Records {
		fit.Keys[i] = s.searchKeys(&fit.Records[i])
	}
	commit, err := s.driver.Commit(ctx, fit)
	if err != nil {
		return Written{}, err
	}
	written.Revision, written.Changed = commit.Revision, commit.Changed
	outcomes := commit.Outcomes
	for i := range written.Items {
		if written.Items[i].Outcome == "" {
			written.Items[i].Outcome, outcomes = outcomes[0], outcomes[1:]
		}
	}
	return written, nil
}

// admit returns the items that are fit to be written and the answers so far: an
// Item without outcome for those, a rejection for each other. Items are copied
// only if one is rejected.
func admit[T any](p *permit, items []T, answers []Item, check func(*permit, *T) (graph.ID, *graph.Error)) ([]T, []Item) {
	var fit []T
	rejected := false
	for i := range items {
		id, err := check(p, &items[i])
		answer := Item{ID: id}
		if err != nil {
			if !rejected {
				rejected, fit = true, append(make([]T, 0, len(items)), items[:i]...)
			}
			answer.Outcome, answer.Err = Rejected, err
		} else if rejected {
			fit = append(fit, items[i])
		}
		answers = append(answers, answer)
	}
	if !rejected {
		fit = items
	}
	return fit, answers
}

func (s *Store) admitRecord(p *permit, r *graph.Record) (graph.ID, *graph.Error) {
	if err := s.ontology.ValidateRecord(r); err != nil {
		return r.ID, public(err)
	}
	return r.ID, p.admit(&r.Header, graph.RecordID(r.Dataset, r.Key))
}

func (s *Store) admitLink(p *permit, l *graph.Link) (graph.ID, *graph.Error) {
	if err := s.ontology.ValidateLink(l); err != nil {
		return l.ID, public(err)
	}
	return l.ID, p.admit(&l.Header, graph.LinkID(l.Dataset, l.Key))
}

func public(err error) *graph.Error {
	if e, ok := err.(*graph.Error); ok { //nolint:errorlint // validation returns the type itself
		return e
	}
	return graph.Errorf(graph.CodeOf(err), "the item is not fit to be stored").Because(err)
}

// permit says what one viewer may write, given the ceilings of all datasets.
type permit struct {
	viewer   access.Viewer
	ceilings map[string]graph.Markings
	titles   map[string]string
}

// writes says whether the viewer may write to the dataset.
func (p *permit) writes(dataset string) bool { return p.viewer.Clearance.Sees(p.ceilings[dataset]) }

func barred(dataset string) *graph.Error {
	return graph.Errorf(graph.NotFound, "dataset %q is not there, or you may not write to it", dataset)
}

// admit checks identity, dataset and markings of a valid item, and fills in a
// missing ID.
func (p *permit) admit(h *graph.Header, id graph.ID) *graph.Error {
	if h.ID.IsZero() {
		h.ID = id
	}
	if h.ID != id {
		return graph.Errorf(graph.BadUserInput, "id: it is not the one that dataset and key give")
	}
	if !p.writes(h.Dataset) {
		return barred(h.Dataset)
	}
	if ceiling := p.ceilings[h.Dataset]; !h.Markings.SubsetOf(ceiling) {
		return graph.Errorf(graph.BadUserInput, "markings: dataset %q may hold %s only", h.Dataset, strings.Join(texts(ceiling), ", "))
	}
	return nil
}

func texts(m graph.Markings) []string {
	list := make([]string, len(m))
	for i, marking := range m {
		list[i] = string(marking)
	}
	return list
}

// declare checks a declaration and adds it to the ceilings.
func (p *permit) declare(d Dataset) error {
	if d.Name == "" || len(d.Name) > ontology.MaxName || !utf8.ValidString(d.Name) || strings.IndexByte(d.Name, 0) >= 0 {
		return graph.Errorf(graph.BadUserInput, "dataset: a name of at most %d bytes is needed", ontology.MaxName)
	}
	before, exists := p.ceilings[d.Name]
	after := before.Union(d.Ceiling)
	for _, m := range after {
		if len(m) > graph.MaxMarking || !utf8.ValidString(string(m)) || strings.IndexByte(string(m), 0) >= 0 {
			return graph.Errorf(graph.BadUserInput, "dataset: a marking has at most %d bytes", graph.MaxMarking)
		}
	}
	if len(after) == 0 {
		return graph.Errorf(graph.BadUserInput, "dataset: name the markings that items of the dataset may carry")
	}
	adds := !exists || len(after) > len(before) || d.Title != "" && d.Title != p.titles[d.Name]
	if !p.declares(d.Name, before, after, adds) {
		return barred(d.Name)
	}
	p.ceilings[d.Name] = after
	if d.Title != "" {
		p.titles[d.Name] = d.Title
	}
	return nil
}

func (p *permit) declares(name string, before, after graph.Markings, adds bool) bool {
	if p.viewer.Clearance.IsEverything() {
		return true
	}
	if len(before) > 0 && !p.viewer.Clearance.Sees(before) {
		return false
	}
	owner, _, named := strings.Cut(name, "/")
	return !adds || named && owner == p.viewer.Name && p.viewer.Clearance.Sees(after)
}

// admitDeletes keeps the deletes of items in datasets that the viewer may write
// to; the others are Missing. Which dataset an item belongs to never changes, so
// that the answer holds until the commit.
func (s *Store) admitDeletes(ctx context.Context, p *permit, ids []graph.ID, answers []Item) ([]graph.ID, []Item, error) {
	if len(ids) == 0 {
		return nil, answers, nil
	}
	allowed := map[graph.ID]bool{}
	err := chunks(ids, func(some []graph.ID) error {
		records, err := s.driver.Records(ctx, some, Latest)
		if err != nil {
			return err
		}
		for i := range records {
			allowed[records[i].ID] = p.writes(records[i].Dataset)
		}
		links, err := s.driver.Links(ctx, some, Latest)
		for i := range links {
			allowed[links[i].ID] = p.writes(links[i].Dataset)
		}
		return err
	})
	if err != nil {
		return nil, nil, err
	}
	var fit []graph.ID
	for _, id := range ids {
		answer := Item{ID: id, Outcome: Missing}
		if allowed[id] {
			fit, answer.Outcome = append(fit, id), ""
		}
		answers = append(answers, answer)
	}
	return fit, answers, nil
}
