package neo4j

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// A world of which every revision changes everything: names, which quarter of the
// records is missing, and which kind each link has, if it is there.
const (
	worldItems     = 100
	worldRevisions = 12
)

var worldKinds = []graph.LinkKind{"OWNS", "DIRECTS", "HOLDS"}

func worldHeader(id graph.ID, key string, r graph.Revision) graph.Header {
	return graph.Header{
		ID: id, Dataset: "d", Key: key, Confidence: 1, Markings: graph.Markings{"A"}, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant,
		SourceRef: "written by revision " + strconv.Itoa(int(r)) + ", in many words, so that one block cannot hold it",
	}
}

func worldRecord(i int, r graph.Revision) (graph.Record, bool) {
	key := strconv.Itoa(i)
	name := "revision " + strconv.Itoa(int(r))
	return graph.Record{Header: worldHeader(graph.RecordID("d", key), key, r), Kind: "Person", Name: name, Aliases: []string{name, name}}, (i+int(r))%4 != 1
}

func worldLink(i int, r graph.Revision) (graph.Link, bool) {
	key := strconv.Itoa(i)
	quantity := float64(r)
	return graph.Link{
		Header: worldHeader(graph.LinkID("d", key), key, r), Kind: worldKinds[(i+int(r)/2)%len(worldKinds)], At: graph.Instant(r), Quantity: &quantity,
		From: graph.RecordID("d", key), To: graph.RecordID("d", strconv.Itoa((i+int(r))%worldItems)),
	}, (i+int(r))%5 != 1
}

func worldBatch(r graph.Revision) store.Batch {
	b := store.Batch{Datasets: []store.Dataset{{Name: "d", Ceiling: graph.Markings{"A"}}}}
	for i := range worldItems {
		if record, there := worldRecord(i, r); there {
			b.Records = append(b.Records, record)
		} else {
			b.Deletes = append(b.Deletes, record.ID)
		}
		if link, there := worldLink(i, r); there {
			b.Links = append(b.Links, link)
		} else {
			b.Deletes = append(b.Deletes, link.ID)
		}
	}
	return b
}

type world struct {
	Records map[graph.ID]graph.Record
	Links   map[graph.ID]graph.Link
}

func newWorld() world {
	return world{map[graph.ID]graph.Record{}, map[graph.ID]graph.Link{}}
}

func worldAt(r graph.Revision) world {
	w := newWorld()
	for i := range worldItems {
		if record, there := worldRecord(i, r); there && r > 0 {
			w.Records[record.ID] = record
		}
		if link, there := worldLink(i, r); there && r > 0 {
			w.Links[link.ID] = link
		}
	}
	return w
}

// TestReadsWhileWriting reads whole states, items as of a revision and the changes of
// the newest revision, while large commits are applied piece by piece.
func TestReadsWhileWriting(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d, other := open(t, s), open(t, s) // who reads is not who writes
		var wait sync.WaitGroup
		defer wait.Wait()
		var done atomic.Bool
		wait.Go(func() {
			defer done.Store(true)
			for r := graph.Revision(1); r <= worldRevisions; r++ {
				if _, err := d.Commit(t.Context(), worldBatch(r)); err != nil {
					t.Errorf("commit %d: %v (%v)", r, err, errors.Unwrap(err))
					return
				}
			}
		})
		for name, read := range map[string]func(context.Context, *Driver) error{
			"scan": scanWorld, "look up": lookUpWorld, "follow": followWorld(),
		} {
			wait.Go(func() {
				for last := false; !last; {
					last = done.Load()
					if err := read(t.Context(), other); err != nil {
						t.Errorf("%s: %v", name, err)
						return
					}
				}
			})
		}
	})
}

func scanWorld(ctx context.Context, d *Driver) error {
	got := newWorld()
	r, err := d.Scan(ctx, "", store.Latest,
		func(r *graph.Record) error { got.Records[r.ID] = *r; return nil },
		func(l *graph.Link) error { got.Links[l.ID] = *l; return nil })
	if err != nil {
		return err
	}
	return sameWorld(r, got)
}

func sameWorld(r graph.Revision, got world) error {
	if diff := cmp.Diff(worldAt(r), got, cmpopts.EquateEmpty()); diff != "" {
		return errors.New("revision " + strconv.Itoa(int(r)) + " (-want +got):\n" + diff[:min(len(diff), 3000)])
	}
	return nil
}

// lookUpWorld looks all items up by ID as of the newest revision, and as they are.
func lookUpWorld(ctx context.Context, d *Driver) error {
	r, err := d.Head(ctx)
	if err != nil {
		return err
	}
	var records, links []graph.ID
	for i := range worldItems {
		records = append(records, graph.RecordID("d", strconv.Itoa(i)))
		links = append(links, graph.LinkID("d", strconv.Itoa(i)))
	}
	got := newWorld()
	foundRecords, err := d.Records(ctx, records, r)
	if err != nil {
		return err
	}
	for i := range foundRecords {
		got.Records[foundRecords[i].ID] = foundRecords[i]
	}
	foundLinks, err := d.Links(ctx, links, r)
	if err != nil {
		return err
	}
	for i := range foundLinks {
		got.Links[foundLinks[i].ID] = foundLinks[i]
	}
	if err := sameWorld(r, got); err != nil {
		return err
	}
	return wholeItems(ctx, d, records, links)
}

// wholeItems makes sure that no item is a mixture of two states.
func wholeItems(ctx context.Context, d *Driver, recordIDs, linkIDs []graph.ID) error {
	records, err := d.Records(ctx, recordIDs, store.Latest)
	if err != nil {
		return err
	}
	for i := range records {
		n, _ := strconv.Atoi(records[i].Key)
		r, _ := strconv.Atoi(records[i].Name[len("revision "):])
		if want, there := worldRecord(n, graph.Revision(r)); !there || !cmp.Equal(want, records[i], cmpopts.EquateEmpty()) {
			return errors.New("torn record: " + cmp.Diff(want, records[i]))
		}
	}
	links, err := d.Links(ctx, linkIDs, store.Latest)
	if err != nil {
		return err
	}
	for i := range links {
		n, _ := strconv.Atoi(links[i].Key)
		if want, there := worldLink(n, graph.Revision(links[i].At)); !there || !cmp.Equal(want, links[i], cmpopts.EquateEmpty()) {
			return errors.New("torn link: " + cmp.Diff(want, links[i]))
		}
	}
	return nil
}

// followWorld applies the changes of the log to a state.
func followWorld() func(context.Context, *Driver) error {
	state, at := newWorld(), graph.Revision(0)
	return func(ctx context.Context, d *Driver) error {
		entries, err := d.Log(ctx, at, 10)
		if err != nil {
			return err
		}
		for _, e := range entries {
			changes, err := d.Changes(ctx, e.Revision)
			if err != nil {
				return err
			}
			if len(changes) != e.Records+e.Links {
				return errors.New(strconv.Itoa(len(changes)) + " changes of " + strconv.Itoa(e.Records+e.Links))
			}
			for _, c := range changes {
				state.apply(c)
			}
			at = e.Revision
			if err := sameWorld(at, state); err != nil {
				return err
			}
		}
		return nil
	}
}

func (w world) apply(c store.Change) {
	switch {
	case c.RecordAfter != nil:
		w.Records[c.RecordAfter.ID] = *c.RecordAfter
	case c.RecordBefore != nil:
		delete(w.Records, c.RecordBefore.ID)
	case c.LinkAfter != nil:
		w.Links[c.LinkAfter.ID] = *c.LinkAfter
	case c.LinkBefore != nil:
		delete(w.Links, c.LinkBefore.ID)
	}
}
