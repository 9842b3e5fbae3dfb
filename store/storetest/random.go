package storetest

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// random commits random batches and compares every answer with the model's, as of
// every revision.
func random(t *testing.T, open func(testing.TB) store.Driver) {
	rapid.Check(t, func(rt *rapid.T) {
		f := &fixture{t, open(t), context.Background()}
		defer f.Close() //nolint:errcheck // each run is closed at once, not at the end
		m := newModel()
		f.commit(store.Batch{})
		for i := range rapid.IntRange(1, 8).Draw(rt, "batches") {
			b := drawBatch(rt)
			b.At, b.Who = graph.Instant(i), "who "+strconv.Itoa(i)
			got, err := f.Commit(f.ctx, b)
			if err != nil {
				rt.Fatalf("commit %d: %v", i, err)
			}
			equal(rt, "commit", got, m.commit(b))
		}
		compare(rt, f, m)
		if c, ok := f.Driver.(store.Checker); ok {
			findings, err := c.Check(f.ctx)
			equal(rt, "error", err, nil)
			equal(rt, "findings", findings, []string{})
		}
	})
}

// compare reads everything there is.
func compare(rt *rapid.T, f *fixture, m *model) {
	log, err := f.Log(f.ctx, 0, 100)
	equal(rt, "error", err, nil)
	equal(rt, "log", log, m.log)
	recordIDs, linkIDs := drawnIDs()
	for r := range m.states {
		at := graph.Revision(r)
		want := m.states[r].dump()
		scanned, shown := f.scan("", at)
		equal(rt, "scan", scanned, want)
		equal(rt, "revision", shown, at)
		foundRecords, err := f.Records(f.ctx, recordIDs, at)
		equal(rt, "error", err, nil)
		byID := map[graph.ID]graph.Record{}
		for _, found := range foundRecords {
			byID[found.ID] = found
		}
		equal(rt, "records", byID, m.states[r].records)
		foundLinks, err := f.Links(f.ctx, linkIDs, at)
		equal(rt, "error", err, nil)
		equal(rt, "links", len(foundLinks), len(want.Links))
		if r > 0 {
			changed, err := f.Changes(f.ctx, at)
			equal(rt, "error", err, nil)
			equal(rt, "changes", changed, difference(m.states[r-1], m.states[r]))
		}
	}
	for _, name := range drawnNames {
		var want []graph.ID
		for _, id := range slices.SortedFunc(maps.Keys(m.states[m.head()].records), graph.ID.Compare) {
			if m.states[m.head()].records[id].Name == name {
				want = append(want, id)
			}
		}
		got, err := f.Match(f.ctx, []string{name}, graph.ID{}, store.MaxIDs)
		equal(rt, "error", err, nil)
		equal(rt, "matches", got, want)
	}
	for _, id := range append(recordIDs, linkIDs...) {
		got, err := f.Versions(f.ctx, id)
		equal(rt, "error", err, nil)
		equal(rt, "versions", got, m.versions(id))
	}
}

// Few keys, so that items meet again and again.
const drawnKeys = 5

var drawnNames = []string{"x", "y"}

func drawnIDs() (records, links []graph.ID) {
	for k := range drawnKeys {
		records = append(records, graph.RecordID("d", strconv.Itoa(k)))
		links = append(links, graph.LinkID("d", strconv.Itoa(k)))
	}
	return records, links
}

func drawBatch(rt *rapid.T) (b store.Batch) {
	recordIDs, linkIDs := drawnIDs()
	key := rapid.IntRange(0, drawnKeys-1)
	markings := rapid.Permutation([]graph.Marking{"A", "B", "C"})
	for range rapid.IntRange(0, 4).Draw(rt, "records") {
		n := rapid.IntRange(1, 2).Draw(rt, "markings")
		r := record(strconv.Itoa(key.Draw(rt, "key")), rapid.SampledFrom(drawnNames).Draw(rt, "name"), markings.Draw(rt, "of")[:n]...)
		r.Kind = rapid.SampledFrom([]graph.Kind{"Person", "Company"}).Draw(rt, "kind")
		if rapid.Bool().Draw(rt, "more") {
			r.Aliases, r.Confidence = []string{rapid.String().Draw(rt, "alias")}, rapid.Float64Range(0, 1).Draw(rt, "confidence")
		}
		b.Records = append(b.Records, r)
		b.Keys = append(b.Keys, r.Name)
	}
	for range rapid.IntRange(0, 4).Draw(rt, "links") {
		k := strconv.Itoa(key.Draw(rt, "key"))
		l := graph.Link{
			Header: header(graph.LinkID("d", k), k, markings.Draw(rt, "of")[:1]), At: graph.NoInstant,
			Kind: rapid.SampledFrom([]graph.LinkKind{"OWNS", "DIRECTS", "HOLDS"}).Draw(rt, "kind"),
			From: rapid.SampledFrom(recordIDs).Draw(rt, "from"), To: rapid.SampledFrom(recordIDs).Draw(rt, "to"),
		}
		b.Links = append(b.Links, l)
	}
	b.Deletes = rapid.SliceOfN(rapid.SampledFrom(append(recordIDs, linkIDs...)), 0, 3).Draw(rt, "deletes")
	return b
}

func equal(rt *rapid.T, what string, got, want any) {
	rt.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		rt.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}
