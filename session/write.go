package session

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// MaxWrite is the greatest number of items in one write through the API: a
// transaction of well under a second. Larger amounts are imported.
const MaxWrite = 10_000

// Writing is a write: what is in it becomes visible together.
type Writing struct {
	Records []graph.Record
	Links   []graph.Link
	Deletes []graph.ID
	Reason  string
}

// WriteItem says what became of one item; Err is why it was rejected.
type WriteItem struct {
	ID      graph.ID
	Outcome store.Outcome // "" when rejected
	Err     *graph.Error
}

// Written is the result of a write: its items in the order Records, Links,
// Deletes, and the token from which on a read sees it.
type Written struct {
	Items []WriteItem
	Token string
}

// Write writes what is fit to be written and says item by item what became of it.
// To write again changes nothing. Who is cleared for everything may name datasets
// that are new, or write markings that a dataset did not hold so far; others write
// to datasets that are declared, or to their own, named VIEWER/… after themselves.
//
// What the viewer learns depends on visible things alone. So a link of which an end
// is missing or hidden is CREATED at every write, and NOT_FOUND to a deletion.
func (s *Session) Write(ctx context.Context, w Writing) (*Written, error) {
	if n := len(w.Records) + len(w.Links) + len(w.Deletes); n > MaxWrite {
		return nil, graph.Errorf(graph.BadUserInput, "%d items are more than %d in one write; import a file instead", n, MaxWrite)
	}
	now, done, err := s.writer(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	return now.write(ctx, w)
}

// write writes; s is on the newest snapshot.
func (s *Session) write(ctx context.Context, w Writing) (*Written, error) {
	batch := store.Batch{
		Who: s.viewer.Name, Why: w.Reason, At: graph.InstantOf(s.service.clock()),
		Records: slices.Clone(w.Records), Links: slices.Clone(w.Links),
	}
	s.complete(&batch)
	var missing []int // deletes that name nothing visible
	for i, id := range w.Deletes {
		if entity, link := s.Is(id); entity || link {
			batch.Deletes = append(batch.Deletes, id)
		} else {
			missing = append(missing, i)
		}
	}
	var err error
	if batch.Datasets, err = s.declare(ctx, &batch); err != nil {
		return nil, err
	}
	done, err := s.service.store.Write(ctx, s.viewer, batch)
	if err != nil {
		return nil, err
	}
	after, err := s.newest(ctx)
	if err != nil {
		return nil, graph.Errorf(graph.CodeOf(err), "it is written, but the store does not show it yet; to write the same again is safe").Because(err)
	}
	out := &Written{Token: after.tokenOf(done)}
	for i, item := range done.Items {
		written := WriteItem{ID: item.ID, Outcome: item.Outcome, Err: item.Err}
		if at := i - len(batch.Records); at >= 0 && at < len(batch.Links) && item.Err == nil {
			if _, _, visible := after.view.FindLink(item.ID); !visible {
				written.Outcome = store.Created
			}
		}
		out.Items = append(out.Items, written)
	}
	deletes := len(batch.Records) + len(batch.Links)
	for _, i := range missing {
		out.Items = slices.Insert(out.Items, deletes+i, WriteItem{ID: w.Deletes[i], Outcome: store.Missing})
	}
	return out, nil
}

// tokenOf returns the token of a write as the viewer sees it. Others may have
// written since.
func (s *Session) tokenOf(w store.Written) string {
	version := s.view.VersionAt(w.Revision)
	if of, _ := s.view.RevisionOf(version); !w.Changed || of != w.Revision {
		return s.idleToken(version)
	}
	return s.token(version)
}

// writer returns a session on the newest snapshot, which nobody else of this process
// writes after until done is called.
func (s *Session) writer(ctx context.Context) (now *Session, done func(), err error) {
	select {
	case <-ctx.Done():
		return nil, nil, ctx.Err()
	case <-s.service.writing:
	}
	done = func() { s.service.writing <- struct{}{} }
	if now, err = s.newest(ctx); err != nil {
		done()
		if isAway(err) {
			err = errNothingWritten.Because(err)
		}
		return nil, nil, err
	}
	return now, done, nil
}

// newest returns a session of the same viewer on the newest snapshot.
func (s *Session) newest(ctx context.Context) (*Session, error) {
	if err := s.service.Sync(ctx); err != nil {
		return nil, err
	}
	return s.service.Session(ctx, s.viewer)
}

// complete gives items what they leave out: identity, and handling where the
// service has a default for that.
func (s *Session) complete(b *store.Batch) {
	for i := range b.Records {
		r := &b.Records[i]
		r.ID = graph.RecordID(r.Dataset, r.Key)
		s.mark(&r.Header)
	}
	for i := range b.Links {
		l := &b.Links[i]
		if l.Key == "" {
			l.Key = linkKey(l)
		}
		l.ID = graph.LinkID(l.Dataset, l.Key)
		s.mark(&l.Header)
	}
}

func (s *Session) mark(h *graph.Header) {
	if len(h.Markings) == 0 {
		h.Markings = s.service.unmarked
	}
}

// linkKey derives a key from what a link says, so that saying it again is the same
// link.
func linkKey(l *graph.Link) string {
	text, err := json.Marshal([]any{l.Kind, l.From, l.To, l.At, l.ValidFrom, l.ValidTo, l.Amount, l.Currency, l.Quantity, l.Unit})
	if err != nil { // not a finite number: validation will say so
		return "-"
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// declare returns the datasets of a batch that this viewer may and must declare.
func (s *Session) declare(ctx context.Context, b *store.Batch) ([]store.Dataset, error) {
	wanted := map[string]graph.Markings{}
	want := func(h *graph.Header) { wanted[h.Dataset] = wanted[h.Dataset].Union(h.Markings) }
	for i := range b.Records {
		want(&b.Records[i].Header)
	}
	for i := range b.Links {
		want(&b.Links[i].Header)
	}
	known, err := s.service.store.Datasets(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range known {
		if wanted[d.Name].SubsetOf(d.Ceiling) {
			delete(wanted, d.Name)
		}
	}
	var declared []store.Dataset
	for name, markings := range wanted {
		may := s.viewer.Clearance.IsEverything() || strings.HasPrefix(name, s.viewer.Name+"/")
		if may && name != "" && len(markings) > 0 {
			declared = append(declared, store.Dataset{Name: name, Ceiling: markings})
		}
	}
	slices.SortFunc(declared, func(a, b store.Dataset) int { return strings.Compare(a.Name, b.Name) })
	return declared, nil
}

// Revert undoes a write as far as the viewer sees it: what it changed becomes as it
// was before. CONFLICT if a later write changed the same items.
func (s *Session) Revert(ctx context.Context, token, reason string) (*Written, error) {
	version, idle, err := s.open(token)
	if err != nil {
		return nil, err
	}
	if idle {
		return nil, graph.Errorf(graph.NotFound, "the write with this token changed nothing: there is nothing to undo")
	}
	now, done, err := s.writer(ctx)
	if err != nil {
		return nil, err
	}
	defer done()
	revision, ok := now.view.RevisionOf(version)
	if !ok || version == 0 {
		return nil, graph.Errorf(graph.NotFound, "there is no write with this token")
	}
	changes, err := s.service.store.Changes(ctx, s.viewer.Clearance, revision)
	if err != nil {
		return nil, err
	}
	w := Writing{Reason: reason}
	back := map[graph.ID]bool{} // deleted things that come back, and with them their links
	for _, c := range changes {
		if c.RecordBefore != nil {
			back[c.RecordBefore.ID] = true
		}
	}
	for _, c := range changes {
		switch {
		case c.RecordBefore != nil:
			w.Records = append(w.Records, *c.RecordBefore)
		case c.RecordAfter != nil:
			w.Deletes = append(w.Deletes, c.RecordAfter.ID)
		case c.LinkBefore != nil && now.seesEnd(c.LinkBefore.From, back) && now.seesEnd(c.LinkBefore.To, back):
			w.Links = append(w.Links, *c.LinkBefore)
		case c.LinkAfter != nil && now.seesEnds(c.LinkAfter):
			w.Deletes = append(w.Deletes, c.LinkAfter.ID)
		}
	}
	if err := now.unchanged(ctx, changes); err != nil {
		return nil, err
	}
	return now.write(ctx, w)
}

// seesEnd reports whether a thing is visible, or will be with what comes back.
func (s *Session) seesEnd(id graph.ID, back map[graph.ID]bool) bool {
	_, sees := s.view.Entity(id)
	return sees || back[id]
}

// unchanged checks that items are still as a write left them.
func (s *Session) unchanged(ctx context.Context, changes []store.Change) error {
	var records, links []graph.ID
	for _, c := range changes {
		for _, r := range []*graph.Record{c.RecordBefore, c.RecordAfter} {
			if r != nil {
				records = append(records, r.ID)
			}
		}
		for _, l := range []*graph.Link{c.LinkBefore, c.LinkAfter} {
			if l != nil {
				links = append(links, l.ID)
			}
		}
	}
	nowRecords, err := s.records(ctx, records)
	if err != nil {
		return err
	}
	nowLinks, err := s.links(ctx, links)
	if err != nil {
		return err
	}
	for _, c := range changes {
		same := true
		switch {
		case c.RecordAfter != nil:
			r, ok := nowRecords[c.RecordAfter.ID]
			same = ok && reflect.DeepEqual(r, *c.RecordAfter)
		case c.RecordBefore != nil:
			_, ok := nowRecords[c.RecordBefore.ID]
			same = !ok
		case c.LinkAfter != nil && s.seesEnds(c.LinkAfter):
			l, ok := nowLinks[c.LinkAfter.ID]
			same = ok && reflect.DeepEqual(l, *c.LinkAfter)
		case c.LinkAfter == nil && c.LinkBefore != nil:
			_, ok := nowLinks[c.LinkBefore.ID]
			same = !ok
		}
		if !same {
			return graph.Errorf(graph.Conflict, "a later write changed what this one had written; revert that one first, see history(id)")
		}
	}
	return nil
}
