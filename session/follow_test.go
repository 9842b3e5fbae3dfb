package session_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
	"github.com/chokepoint/chokepoint/store/storetest"
)

// newFaultyWorld is a world on a store that fails when it is told to.
func newFaultyWorld(t testing.TB) (world, *storetest.Faulty) {
	t.Helper()
	driver, err := sqlite.Open(t.Context(), sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := driver.Close(); err != nil {
			t.Error(err)
		}
	})
	faulty := &storetest.Faulty{Driver: driver}
	return openWorld(t, faulty), faulty
}

// openWorld opens another service on a driver, as another process would.
func openWorld(t testing.TB, driver store.Driver) world {
	t.Helper()
	_, o := newStore(t)
	service, err := session.Open(t.Context(), store.New(driver, o), o, session.Options{Unmarked: graph.Markings{graph.Clear}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	return world{service, t}
}

// journal is what is logged.
type journal struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.text.String()
}

// follow follows until the test ends, and waits for the end.
func (w world) follow() *journal {
	ctx, stop := context.WithCancel(context.Background())
	var following sync.WaitGroup
	log := &journal{}
	following.Go(func() { w.Follow(ctx, time.Millisecond, slog.New(slog.NewTextHandler(log, nil))) })
	w.t.Cleanup(func() {
		stop()
		following.Wait()
	})
	return log
}

// eventually waits until something holds.
func eventually(holds func() bool) {
	for !holds() {
		time.Sleep(time.Millisecond)
	}
}

func TestAFollowerSeesWhatOthersWrite(t *testing.T) {
	a, driver := newFaultyWorld(t)
	b := openWorld(t, driver)
	b.follow()
	a.chain()
	eventually(func() bool { return hops(t, b.as(local), pathQuery("a", "e")) == 1 })
	done := a.write(session.Writing{Deletes: []graph.ID{linkID("a>e")}})
	eventually(func() bool { return hops(t, b.as(local), pathQuery("a", "e")) == 4 })
	if b.as(local).Token() != done.Token {
		t.Error("the tokens of two services differ")
	}
}

func TestAtLeastAsksTheStore(t *testing.T) {
	a, driver := newFaultyWorld(t)
	b := openWorld(t, driver)
	early := b.as(local)
	a.chain()
	token := a.as(local).Token()
	s, err := early.AtLeast(t.Context(), token)
	if err != nil || hops(t, s, pathQuery("a", "e")) != 1 {
		t.Errorf("a write of another service is not seen: %v", err)
	}
	a.write(session.Writing{Records: []graph.Record{record("z", "Person")}})
	driver.Set(storetest.Refuse)
	_, err = early.AtLeast(t.Context(), a.as(local).Token())
	requireCode(t, err, graph.Unavailable)
}

// What another process writes in the meantime is not undone by who undoes his own.
func TestTheTokenOfAWriteNamesThatWrite(t *testing.T) {
	a, driver := newFaultyWorld(t)
	a.chain()
	b := openWorld(t, driver)
	mine := session.Writing{Records: []graph.Record{record("mine", "Person")}}
	other := &meddling{Driver: driver, after: func() {
		b.write(session.Writing{Records: []graph.Record{record("theirs", "Person")}})
	}}
	c := openWorld(t, other)
	done := c.write(mine)
	again := c.write(mine)
	if _, err := c.as(local).Revert(t.Context(), again.Token, ""); graph.CodeOf(err) != graph.NotFound {
		t.Errorf("a write that changed nothing was undone: %v", err)
	}
	if _, err := c.as(local).Revert(t.Context(), done.Token, ""); err != nil {
		t.Fatal(err)
	}
	s := c.as(local)
	if still, _ := s.Is(id("mine")); still {
		t.Error("the write is not undone")
	}
	if still, _ := s.Is(id("theirs")); !still {
		t.Error("somebody else's write is undone")
	}
}

// meddling is a driver on which somebody else writes after the first commit.
type meddling struct {
	store.Driver
	after func()
}

func (d *meddling) Commit(ctx context.Context, b store.Batch) (store.Commit, error) {
	done, err := d.Driver.Commit(ctx, b)
	if after := d.after; after != nil {
		d.after = nil
		after()
	}
	return done, err
}

func TestReadsGoOnWhileTheStoreIsAway(t *testing.T) {
	w, driver := newFaultyWorld(t)
	w.chain()
	before := w.as(low)
	whole, err := before.ShortestPaths(t.Context(), pathQuery("a", "e"))
	if err != nil {
		t.Fatal(err)
	}
	log := w.follow()
	for name, fault := range map[string]storetest.Fault{"refusing": storetest.Refuse, "hanging": storetest.Hang} {
		token := w.as(low).Token()
		driver.Set(fault)
		eventually(func() bool { return w.Ready() != nil })
		calls := driver.Calls()
		s := w.as(low)
		found, err := s.ShortestPaths(t.Context(), pathQuery("a", "e"))
		if err != nil || len(found.Routes) != 1 {
			t.Fatalf("%s: no path: %v", name, err)
		}
		if found.ComputedOn.AsOf != token {
			t.Errorf("%s: asOf differs", name)
		}
		checkSketches(t, s, whole.Routes[0], found.Routes[0])
		checkFails(t, s)
		if more := driver.Calls() - calls; more > 10 { // those of the follower
			t.Errorf("%s: the store was asked %d times", name, more)
		}
		driver.Set(nil)
		eventually(func() bool { return w.Ready() == nil })
		w.write(session.Writing{Records: []graph.Record{record("after "+name, "Person")}})
	}
	if n := strings.Count(log.String(), "\n"); n != 4 || strings.Count(log.String(), "answers again") != 2 {
		t.Errorf("%d lines are logged, want one whenever the store goes or comes:\n%s", n, log)
	}
}

// checkSketches compares a path from memory with what the store says of it.
func checkSketches(t *testing.T, s *session.Session, want, got session.Route) {
	t.Helper()
	entities, err := s.Entities(t.Context(), got.Entities)
	if err != nil {
		t.Fatal(err)
	}
	for i, e := range entities {
		if e.ID != want.Entities[i] || e.Name != string("abcde"[i]) || e.Kind != "Person" || e.Confidence != 1 || len(e.Markings) != 1 || e.Records != nil {
			t.Errorf("the sketch of %d is %+v", i, e)
		}
		if got := s.DatasetsOf(e.ID); len(got) != 1 || got[0] != dataset {
			t.Errorf("the datasets of %d are %q", i, got)
		}
	}
	for i, l := range got.Links {
		stated := want.Links[i]
		stated.Sketch, stated.Key, stated.Properties = true, "", nil
		if l.Sketch != true || l.ID != stated.ID || l.Kind != stated.Kind || l.From != stated.From || l.To != stated.To || l.Dataset != stated.Dataset {
			t.Errorf("the sketch of link %d is %+v, want %+v", i, l, stated)
		}
	}
}

// checkFails tries what cannot be done while the store is away.
func checkFails(t *testing.T, s *session.Session) {
	t.Helper()
	_, err := s.Search(t.Context(), "a", nil, session.Page{First: 5})
	requireCode(t, err, graph.Unavailable)
	_, err = s.History(t.Context(), id("a"), session.Page{First: 5})
	requireCode(t, err, graph.Unavailable)
	_, err = s.List(t.Context(), session.Filter{Properties: []session.PropertyTerm{{Name: "role"}}}, session.Order{By: session.ByID}, session.Page{First: 5})
	requireCode(t, err, graph.Unavailable)
	q := pathQuery("a", "e")
	q.Weight, q.Property = session.PropertySum, "days"
	_, err = s.ShortestPaths(t.Context(), q)
	requireCode(t, err, graph.Unavailable)
	_, err = s.Write(t.Context(), session.Writing{Records: []graph.Record{record("lost", "Person")}})
	requireCode(t, err, graph.Unavailable)
	if err != nil && !strings.Contains(err.Error(), "nothing was written") {
		t.Errorf("a write says %v", err)
	}
}

// Who waits for the store when it goes away is let go, and told what became of a
// write.
func TestWhoWaitsIsLetGo(t *testing.T) {
	w, driver := newFaultyWorld(t)
	w.chain()
	driver.Set(storetest.Hang)
	w.follow()
	begun := time.Now()
	_, err := w.as(local).Search(t.Context(), "a", nil, session.Page{First: 5})
	requireCode(t, err, graph.Unavailable)
	if waited := time.Since(begun); waited > 20*time.Second { // it would be for ever
		t.Errorf("a read waited for %s", waited)
	}
	driver.Set(nil)
	eventually(func() bool { return w.Ready() == nil })
	other := &meddling{Driver: driver, after: func() { driver.Set(storetest.Refuse) }}
	c := openWorld(t, other)
	_, err = c.as(local).Write(t.Context(), session.Writing{Records: []graph.Record{record("late", "Person")}})
	requireCode(t, err, graph.Unavailable)
	if err != nil && !strings.Contains(err.Error(), "it is written") {
		t.Errorf("a write that was stored says %v", err)
	}
}

// A store that answers while its log cannot be followed is read, but not ready.
func TestALogThatCannotBeFollowed(t *testing.T) {
	w, driver := newFaultyWorld(t)
	w.chain()
	broken := graph.Errorf(graph.Internal, "a log entry is damaged")
	driver.Set(func(context.Context) error { return broken })
	log := w.follow()
	eventually(func() bool { return w.Ready() != nil })
	if text := w.Ready().Error(); !strings.Contains(text, "as of") || strings.Contains(text, "damaged") {
		t.Errorf("not ready because %s", text)
	}
	driver.Set(nil)
	eventually(func() bool { return w.Ready() == nil })
	if !strings.Contains(log.String(), "damaged") {
		t.Errorf("the log does not tell the cause: %s", log)
	}
}

// A link derived from facts is sketched with their markings.
func TestDerivedLinksWhileTheStoreIsAway(t *testing.T) {
	w, driver := newFaultyWorld(t)
	transfer := record("t", "Transfer", graph.Clear)
	transfer.Properties = graph.Properties{{Name: "amount", Values: []string{"9.50"}}, {Name: "currency", Values: []string{"EUR"}}}
	w.write(session.Writing{
		Records: []graph.Record{record("a", "BankAccount"), record("b", "BankAccount"), transfer},
		Links:   []graph.Link{link("SENT", "a", "t"), link("RECEIVED", "b", "t")},
	})
	q := pathQuery("a", "b")
	q.Scope.Layer = projection.Money
	want, err := w.as(local).ShortestPaths(t.Context(), q)
	if err != nil || len(want.Routes) != 1 || want.Routes[0].Links[0].Amount != "9.5" {
		t.Fatalf("%+v, %v", want, err)
	}
	driver.Set(storetest.Refuse)
	got, err := w.as(local).ShortestPaths(t.Context(), q)
	if err != nil || len(got.Routes) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	a, b := want.Routes[0].Links[0], got.Routes[0].Links[0]
	if !b.Sketch || b.DerivedBy != a.DerivedBy || len(b.Support) != len(a.Support) || len(b.Markings) != len(a.Markings) || b.Amount != "" {
		t.Errorf("got %+v, want a sketch of %+v", b, a)
	}
}
