package loaders_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/loaders"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// counting is a driver that counts look-ups and the ids asked for, and fails when
// it is told to.
type counting struct {
	store.Driver
	mu    sync.Mutex
	count tally
	fail  error
}

type tally struct{ RecordCalls, LinkCalls, Records, Links int }

func (d *counting) note(calls, asked *int, n int) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	*calls++
	*asked += n
	return d.fail
}

func (d *counting) Records(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Record, error) {
	if err := d.note(&d.count.RecordCalls, &d.count.Records, len(ids)); err != nil {
		return nil, err
	}
	return d.Driver.Records(ctx, ids, at)
}

func (d *counting) Links(ctx context.Context, ids []graph.ID, at graph.Revision) ([]graph.Link, error) {
	if err := d.note(&d.count.LinkCalls, &d.count.Links, len(ids)); err != nil {
		return nil, err
	}
	return d.Driver.Links(ctx, ids, at)
}

// taken returns what was counted and begins anew.
func (d *counting) taken() tally {
	d.mu.Lock()
	defer d.mu.Unlock()
	taken := d.count
	d.count = tally{}
	return taken
}

const (
	dataset = "tips"
	firms   = 300
	degree  = 3 // links that leave each firm
)

func firm(i int) graph.ID { return graph.RecordID(dataset, fmt.Sprint("firm", i%firms)) }

func firmsUpTo(n int) []graph.ID {
	ids := make([]graph.ID, n)
	for i := range ids {
		ids[i] = firm(i)
	}
	return ids
}

func header(key string) graph.Header {
	return graph.Header{Dataset: dataset, Key: key, Confidence: 1, ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant}
}

// open returns a session on firms in a ring of several strands, and on accounts in
// a row that pay one to the next.
func open(t testing.TB) (*session.Session, *counting) {
	t.Helper()
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	driver, err := sqlite.Open(t.Context(), sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := &counting{Driver: driver}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	service, err := session.Open(t.Context(), store.New(d, o), o, session.Options{Unmarked: graph.Markings{graph.Clear}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	viewer := access.Viewer{Name: "local", Clearance: access.Everything()}
	s, err := service.Session(t.Context(), viewer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Write(t.Context(), world()); err != nil {
		t.Fatal(err)
	}
	if s, err = service.Session(t.Context(), viewer); err != nil {
		t.Fatal(err)
	}
	d.taken()
	return s, d
}

func world() session.Writing {
	var w session.Writing
	thing := func(key string, kind graph.Kind) {
		w.Records = append(w.Records, graph.Record{Header: header(key), Kind: kind, Name: "The " + key})
	}
	tie := func(kind graph.LinkKind, from, to string) {
		w.Links = append(w.Links, graph.Link{
			Header: header(from + ">" + to), Kind: kind, At: graph.NoInstant,
			From: graph.RecordID(dataset, from), To: graph.RecordID(dataset, to),
		})
	}
	for i := range firms {
		thing(fmt.Sprint("firm", i), "Company")
		for step := range degree {
			tie("OWNS", fmt.Sprint("firm", i), fmt.Sprint("firm", (i+step*7+1)%firms))
		}
		thing(fmt.Sprint("account", i), "BankAccount")
		thing(fmt.Sprint("transfer", i), "Transfer")
		tie("SENT", fmt.Sprint("account", i), fmt.Sprint("transfer", i))
		tie("RECEIVED", fmt.Sprint("account", (i+1)%firms), fmt.Sprint("transfer", i))
	}
	return w
}

func query(first int) model.LinkQuery {
	return model.LinkQuery{Direction: model.DirectionBoth, First: first}
}

// A list of entities with their links and the far ends' names.
func TestAListTakesAsManyCallsWhateverItsLength(t *testing.T) {
	s, d := open(t)
	ask := func(n int) (calls [2]int) {
		l := loaders.New(s)
		l.Expect(firmsUpTo(n)...)
		for i := range n {
			e, err := l.Entity(t.Context(), firm(i))
			if err != nil || e == nil || e.Name != fmt.Sprint("The firm", i) {
				t.Fatalf("entity %d is %v, %v", i, e, err)
			}
			page, err := l.Links(t.Context(), e.ID, query(500))
			if err != nil || len(page.Items) != 2*degree {
				t.Fatalf("entity %d has %d links, %v", i, len(page.Items), err)
			}
			for _, v := range page.Items {
				for _, end := range []graph.ID{v.From, v.To} {
					if far, err := l.Entity(t.Context(), end); err != nil || far == nil || far.ID != end {
						t.Fatalf("an end is %v, %v", far, err)
					}
				}
			}
			if _, err := l.Judgements(t.Context(), e.ID); err != nil {
				t.Fatal(err)
			}
		}
		taken := d.taken()
		return [2]int{taken.RecordCalls, taken.LinkCalls}
	}
	for _, n := range []int{1, 25, 200} {
		if diff := cmp.Diff([2]int{2, 1}, ask(n)); diff != "" {
			t.Errorf("%d entities: %s", n, diff)
		}
	}
}

// What derived links were derived from.
func TestSupportTakesAsManyCallsWhateverTheLinks(t *testing.T) {
	s, d := open(t)
	scope := projection.AnyTime()
	scope.Layer = projection.Money
	ask := func(first int) tally {
		around, err := s.Neighborhood(t.Context(), []graph.ID{graph.RecordID(dataset, "account0")}, 10, scope, first)
		if err != nil || len(around.Links) != first-1 {
			t.Fatalf("%d links among %d accounts, %v", len(around.Links), first, err)
		}
		d.taken()
		l := loaders.New(s)
		l.ExpectLinks(around.Links)
		for _, v := range around.Links {
			records, links, err := l.Support(t.Context(), v.Support)
			if err != nil || len(records) != 1 || len(links) != 2 || links[0].ID.Compare(links[1].ID) >= 0 {
				t.Fatalf("support: %d records, %d links, %v", len(records), len(links), err)
			}
			if !slices.Contains(v.Support, records[0].ID) || !slices.Contains(v.Support, links[0].ID) {
				t.Fatal("that is what supports another link")
			}
		}
		return d.taken()
	}
	if few, many := ask(3), ask(20); few.RecordCalls != 1 || few.LinkCalls != 1 || many.RecordCalls != 1 || many.LinkCalls != 1 {
		t.Errorf("2 links take %+v, 19 take %+v", few, many)
	}
}

// Two fields of one request are two levels: links that one asks for are not loaded
// for the other, whose list may be long.
func TestALevelLoadsNoLinksForAnother(t *testing.T) {
	s, d := open(t)
	l := loaders.New(s)
	l.Expect(firm(0))
	l.Expect(firmsUpTo(200)...)
	if _, err := l.Entity(t.Context(), firm(100)); err != nil {
		t.Fatal(err)
	}
	if _, err := l.Links(t.Context(), firm(0), query(500)); err != nil {
		t.Fatal(err)
	}
	if got, want := d.taken(), (tally{RecordCalls: 1, Records: 200, LinkCalls: 1, Links: 2 * degree}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestWhatFailedIsTriedAgain(t *testing.T) {
	s, d := open(t)
	l := loaders.New(s)
	l.Expect(firmsUpTo(50)...)
	d.fail = graph.Errorf(graph.Internal, "broken")
	if _, err := l.Entity(t.Context(), firm(7)); !errors.Is(err, d.fail) {
		t.Fatalf("got %v", err)
	}
	if _, err := l.Links(t.Context(), firm(7), query(10)); !errors.Is(err, d.fail) {
		t.Fatalf("got %v", err)
	}
	d.fail = nil
	d.taken()
	for i := range 50 {
		if e, err := l.Entity(t.Context(), firm(i)); err != nil || e == nil {
			t.Fatalf("entity %d is %v, %v", i, e, err)
		}
	}
	d.fail = graph.Errorf(graph.Internal, "broken")
	if _, err := l.Links(t.Context(), firm(7), query(10)); !errors.Is(err, d.fail) {
		t.Fatalf("got %v", err)
	}
	d.fail = nil
	if page, err := l.Links(t.Context(), firm(7), query(10)); err != nil || len(page.Items) != 2*degree {
		t.Errorf("%d links, %v", len(page.Items), err)
	}
	if got := d.taken(); got.RecordCalls != 1 {
		t.Errorf("what was announced before the failure took %d calls", got.RecordCalls)
	}
}

func TestWhatIsMissingIsNil(t *testing.T) {
	s, d := open(t)
	l := loaders.New(s)
	nobody := graph.RecordID(dataset, "nobody")
	found, err := l.Entities(t.Context(), []graph.ID{nobody, firm(1), nobody})
	if err != nil || found[0] != nil || found[1] == nil || found[2] != nil {
		t.Errorf("got %v, %v", found, err)
	}
	if page, err := l.Links(t.Context(), nobody, query(10)); err != nil || len(page.Items) != 0 {
		t.Errorf("nobody has %d links, %v", len(page.Items), err)
	}
	if counts, err := l.LinkCounts(t.Context(), nobody); err != nil || len(counts) != 0 {
		t.Errorf("nobody has links %v, %v", counts, err)
	}
	if _, err := l.Entity(t.Context(), nobody); err != nil {
		t.Error(err)
	}
	if got := d.taken(); got.RecordCalls != 1 {
		t.Errorf("what is missing was looked for %d times", got.RecordCalls)
	}
}

func TestPagesGoOnAfterACursor(t *testing.T) {
	s, _ := open(t)
	l := loaders.New(s)
	l.Expect(firmsUpTo(10)...)
	q := query(2)
	var ids []graph.ID
	for {
		page, err := l.Links(t.Context(), firm(3), q)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range page.Items {
			ids = append(ids, v.ID)
		}
		if !page.HasNextPage {
			break
		}
		q.After = page.Cursor(len(page.Items) - 1)
	}
	if len(ids) != 2*degree || !slices.IsSortedFunc(ids, graph.ID.Compare) {
		t.Errorf("pages give %d links, sorted %v", len(ids), slices.IsSortedFunc(ids, graph.ID.Compare))
	}
}

func TestALoaderIsSafeForConcurrentUse(t *testing.T) {
	s, _ := open(t)
	l := loaders.New(s)
	var wg sync.WaitGroup
	for worker := range 8 {
		wg.Go(func() {
			for i := range 40 {
				id := firm(i*worker + i)
				l.Expect(id, firm(i))
				page, err := l.Links(context.Background(), id, query(3))
				if err != nil || len(page.Items) != 3 {
					t.Errorf("%d links, %v", len(page.Items), err)
					return
				}
				l.ExpectLinks([]model.LinkView{*page.Items[0], *page.Items[1]})
				if e, err := l.Entity(context.Background(), page.Items[0].To); err != nil || e == nil {
					t.Errorf("an end is %v, %v", e, err)
				}
				if _, _, err := l.Support(context.Background(), []graph.ID{id, page.Items[0].ID}); err != nil {
					t.Error(err)
				}
				if _, err := l.Judgements(context.Background(), id); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
}
