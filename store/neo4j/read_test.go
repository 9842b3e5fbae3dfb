package neo4j

import (
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

func commit(t *testing.T, d *Driver, b store.Batch) graph.Revision {
	t.Helper()
	b.Datasets = []store.Dataset{{Name: "d", Ceiling: graph.Markings{"A"}}}
	c, err := d.Commit(t.Context(), b)
	if err != nil {
		t.Fatal(err)
	}
	return c.Revision
}

// pair returns two records and a link of the kind between them.
func pair(kind graph.LinkKind) (records []graph.Record, l graph.Link) {
	for i := range 2 {
		r, _ := worldRecord(i, 2)
		records = append(records, r)
	}
	l, _ = worldLink(0, 2)
	l.From, l.To, l.Kind = records[0].ID, records[1].ID, kind
	return records, l
}

func findLink(t *testing.T, d *Driver, at graph.Revision, want ...graph.Link) {
	t.Helper()
	_, l := pair("")
	found, err := d.Links(t.Context(), []graph.ID{l.ID}, at)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, found, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("links as of %d (-want +got):\n%s", at, diff)
	}
}

// TestLinkChangesKind looks for a link of which the reader remembers another kind,
// and for one of a kind that came into use meanwhile.
func TestLinkChangesKind(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		writer, reader := open(t, s), open(t, s)
		records, first := pair("OWNS")
		findLink(t, reader, store.Latest)
		one := commit(t, writer, store.Batch{Records: records, Links: []graph.Link{first}})
		findLink(t, reader, store.Latest, first)
		findLink(t, reader, one, first)
		_, second := pair("DIRECTS")
		two := commit(t, writer, store.Batch{Links: []graph.Link{second}})
		findLink(t, reader, store.Latest, second)
		findLink(t, reader, two, second)
		findLink(t, reader, one, first)
		three := commit(t, writer, store.Batch{Deletes: []graph.ID{first.ID}})
		findLink(t, reader, store.Latest)
		findLink(t, reader, three)
		findLink(t, reader, two, second)
	})
}

// TestRemovedByHand takes items away behind the store's back: who follows the log is
// told that they are gone, and is not held up.
func TestRemovedByHand(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := open(t, s)
		records, l := pair("OWNS")
		one := commit(t, d, store.Batch{Records: records, Links: []graph.Link{l}})
		changed := l
		changed.SourceRef = "somewhere else"
		two := commit(t, d, store.Batch{Links: []graph.Link{changed}})
		s.Query(t, "MATCH ()-[r:OWNS]->() DELETE r", nil)
		s.Query(t, "MATCH (n:Entity {id: $id}) DELETE n", map[string]any{"id": records[0].ID.String()})
		for r, want := range map[graph.Revision][]store.Change{
			one: {{RecordAfter: &records[1]}, {LinkAfter: &l}},
			two: {{LinkBefore: &l}},
		} {
			got, err := d.Changes(t.Context(), r)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("changes of %d (-want +got):\n%s", r, diff)
			}
		}
	})
}

// TestEditedByHand changes properties behind the store's back: reads hand over what
// is there.
func TestEditedByHand(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		d := open(t, s)
		records, l := pair("OWNS")
		at := commit(t, d, store.Batch{Records: records, Links: []graph.Link{l}})
		s.Query(t, "MATCH ()-[r:OWNS]->() SET r.sourceRef = 'by hand', r.note = ['x']", nil)
		l.SourceRef, l.Properties = "by hand", graph.Properties{{Name: "note", Values: []string{"x"}}}
		findLink(t, d, store.Latest, l)
		findLink(t, d, at, l)
		var scanned []graph.Link
		if _, err := d.Scan(t.Context(), "", store.Latest, nil, func(l *graph.Link) error { scanned = append(scanned, *l); return nil }); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff([]graph.Link{l}, scanned, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("scan (-want +got):\n%s", diff)
		}
	})
}

// TestRanges covers every ID once.
func TestRanges(t *testing.T) {
	for _, n := range []int{1, 2, 3, 7, 32, 1000} {
		ranges := idRanges(n)
		if ranges[0].from != (graph.ID{}).String() || len(ranges) != n {
			t.Fatalf("%d ranges from %s", len(ranges), ranges[0].from)
		}
		for i, r := range ranges {
			if r.from >= r.to || i > 0 && r.from != ranges[i-1].to {
				t.Fatalf("range %d of %d is %+v", i, n, r)
			}
		}
		last := graph.ID{}
		for i := range last {
			last[i] = 0xff
		}
		if last.String() >= ranges[n-1].to {
			t.Fatalf("%s lies beyond", last)
		}
	}
}

// TestHints displaces older hints, and never takes one ID for another.
func TestHints(t *testing.T) {
	h := new(hints)
	for i := range 3 * hintSlots {
		l := graph.LinkID("d", strconv.Itoa(i))
		if _, known := h.kind(&l); known {
			t.Fatalf("the kind of %d is known before it was put", i)
		}
		h.put(&l, i%40)
		if kind, known := h.kind(&l); !known || kind != i%40 {
			t.Fatalf("hint %d: %d, %v", i, kind, known)
		}
	}
}
