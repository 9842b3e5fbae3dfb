package store_test

import (
	"context"
	"regexp"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// console is a driver whose database somebody wrote to by hand.
type console struct {
	store.Driver
	strays  []*store.Stray
	batches []store.Adoption
}

func (c *console) Strays(_ context.Context, links bool, yield func(*store.Stray) error) error {
	for _, s := range c.strays {
		if s.IsLink != links {
			continue
		}
		if err := yield(s); err != nil {
			return err
		}
	}
	return nil
}

func (c *console) Adopt(_ context.Context, a store.Adoption) (store.Commit, error) {
	c.batches = append(c.batches, a)
	outcomes := make([]store.Outcome, len(a.Strays))
	for i := range outcomes {
		outcomes[i] = store.Created
	}
	return store.Commit{Revision: graph.Revision(len(c.batches)), Changed: true, Outcomes: outcomes}, nil
}

func made(h graph.Header) *store.Stray {
	h.Confidence, h.ValidFrom, h.ValidTo = 1, graph.NoInstant, graph.NoInstant
	return &store.Stray{Alteration: store.Made, What: "node", Record: &graph.Record{Header: h, Kind: "Person"}}
}

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestAdoptFillsInWhatIsMissing(t *testing.T) {
	driver, err := sqlite.Open(ctx, sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer driver.Close() // nothing is kept
	write(t, store.New(driver, words), root, store.Batch{Datasets: []store.Dataset{{Name: "d", Ceiling: graph.NewMarkings("A")}}})
	c := &console{Driver: driver, strays: []*store.Stray{
		{Alteration: store.Gone, ID: graph.RecordID("d", "gone")},
		made(graph.Header{}),
		made(graph.Header{Dataset: "d", Key: "k", Markings: graph.Markings{"A"}}),
		made(graph.Header{Dataset: "unheard", Key: "k"}),
		made(graph.Header{Dataset: "d", Key: "x", Markings: graph.Markings{"B"}}),
	}}
	report, err := store.New(c, words).Adopt(ctx, root, store.AdoptOptions{Markings: graph.Markings{"C"}, Dataset: "own", DryRun: true})
	if err != nil || report.Made.Records != 3 || report.Gone.Records != 1 || report.Unfits != 1 || len(c.batches) != 0 {
		t.Fatalf("%+v, %v, %d batches", report, err, len(c.batches))
	}
	c.strays[1], c.strays[3] = made(graph.Header{}), made(graph.Header{Dataset: "unheard", Key: "k"})
	report, err = store.New(c, words).Adopt(ctx, root, store.AdoptOptions{Markings: graph.Markings{"C"}, Dataset: "own"})
	if err != nil || report.First != 1 || report.Last != 2 || len(c.batches) != 2 || len(c.batches[0].Strays) != 1 {
		t.Fatalf("%+v, %v, %d batches: what is gone comes first, by itself", report, err, len(c.batches))
	}
	b := c.batches[1]
	if len(b.Datasets) != 1 || b.Datasets[0].Name != "own" || b.Who != "root" || len(b.Keys) != 3 {
		t.Errorf("%+v", b)
	}
	nameless, stated, unheard := b.Strays[0].Record, b.Strays[1].Record, b.Strays[2].Record
	if nameless.Dataset != "own" || !uuid.MatchString(nameless.Key) || nameless.ID != graph.RecordID("own", nameless.Key) || nameless.Name != nameless.Key || !slices.Equal(nameless.Markings, graph.Markings{"C"}) {
		t.Errorf("%+v", nameless)
	}
	if stated.ID != graph.RecordID("d", "k") || !slices.Equal(stated.Markings, graph.Markings{"A"}) {
		t.Errorf("%+v", stated)
	}
	if unheard.Dataset != "own" || unheard.Properties.Get("dataset")[0] != "unheard" {
		t.Errorf("%+v", unheard)
	}
}

func TestAdoptRefuses(t *testing.T) {
	_, err := open(t).Adopt(ctx, root, store.AdoptOptions{})
	if graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("%v", err)
	}
	_, err = store.New(&console{}, words).Adopt(ctx, low, store.AdoptOptions{})
	if graph.CodeOf(err) != graph.Forbidden {
		t.Errorf("%v", err)
	}
}
