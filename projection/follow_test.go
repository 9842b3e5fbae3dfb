package projection

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// someWrites are writes that the generators make, the same every time.
func someWrites(n int) []write {
	gen := rapid.Custom(drawWrite)
	out := make([]write, n)
	for i := range out {
		out[i] = gen.Example(i)
	}
	return out
}

func TestSyncGoesOnAfterAnError(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	for _, w := range someWrites(20) {
		f.commit(w)
	}
	broken := errors.New("broken")
	f.fail = func(r graph.Revision) error {
		if r == 7 {
			return broken
		}
		return nil
	}
	if err := p.Sync(context.Background()); !errors.Is(err, broken) {
		t.Fatalf("Sync() = %v, want the feed's error", err)
	}
	if got := p.Current().Revision(); got != 6 {
		t.Errorf("the snapshot shows revision %d, want 6, the last one read completely", got)
	}
	held := p.Current()
	before := answerOf(t, held, access.Everything(), AnyTime())
	f.fail = nil
	if err := p.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(expected(f, access.Everything(), AnyTime()), answerOf(t, p.Current(), access.Everything(), AnyTime()), equateEmpty); diff != "" {
		t.Errorf("after the error (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(before, answerOf(t, held, access.Everything(), AnyTime()), equateEmpty); diff != "" {
		t.Errorf("a snapshot in use changed (-before +after):\n%s", diff)
	}
}

func TestContextEndsWork(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	for _, w := range someWrites(5) {
		f.commit(w)
	}
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if err := p.Sync(ended); !errors.Is(err, context.Canceled) {
		t.Errorf("Sync() = %v, want the context's error", err)
	}
	if _, err := Open(ended, f); !errors.Is(err, context.Canceled) {
		t.Errorf("Open() = %v, want the context's error", err)
	}
	if err := p.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	for _, layer := range someLayers {
		scope := AnyTime()
		scope.Layer = layer
		if _, err := p.Current().View(access.Everything()).Scoped(scope).Materialize(ended); !errors.Is(err, context.Canceled) {
			t.Errorf("Materialize() of %s = %v, want the context's error", layer, err)
		}
	}
}

// Readers hold snapshots while a writer follows the feed and bases are rebuilt.
func TestConcurrentReaders(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	writes := someWrites(120)
	done := make(chan struct{})
	var readers sync.WaitGroup
	for k := range 4 {
		readers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(k), 1))
			clearances := []access.Clearance{access.Everything(), access.Grant("A"), access.Grant("B")}
			for {
				select {
				case <-done:
					return
				default:
				}
				scope := AnyTime()
				scope.Layer = someLayers[r.IntN(len(someLayers))]
				clearance := clearances[r.IntN(len(clearances))]
				s := p.Current()
				f.mu.Lock()
				w := f.worlds[s.Revision()]
				f.mu.Unlock()
				want := newOracle(w, clearance, scope).answer()
				got := answerOf(t, s, clearance, scope)
				want.Version = got.Version
				if diff := cmp.Diff(want, got, equateEmpty); diff != "" {
					t.Errorf("revision %d (-want +got):\n%s", s.Revision(), diff)
					return
				}
			}
		})
	}
	for i, w := range writes {
		f.commit(w)
		if i%7 == 0 {
			p.compactNow()
		}
		if err := p.Sync(context.Background()); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
	p.Close()
	if got, want := p.Current().Revision(), graph.Revision(len(f.entries)); got != want {
		t.Errorf("the snapshot shows revision %d of %d", got, want)
	}
}

func TestPastRevisions(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	for _, w := range someWrites(12) {
		f.commit(w)
	}
	if err := p.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	clearance := access.Grant("A")
	now := p.Current().View(clearance)
	for r := range p.Current().Revision() + 1 {
		s, err := p.At(context.Background(), r)
		if err != nil {
			t.Fatal(err)
		}
		want := newOracle(f.worlds[r], clearance, AnyTime()).answer()
		want.Version = int(now.VersionAt(r))
		if diff := cmp.Diff(want, answerOf(t, s, clearance, AnyTime()), equateEmpty); diff != "" {
			t.Errorf("revision %d (-want +got):\n%s", r, diff)
		}
		back, ok := now.RevisionOf(now.VersionAt(r))
		if !ok || back > r {
			t.Errorf("version %d is of revision %d, %v, which is not up to %d", now.VersionAt(r), back, ok, r)
		}
	}
	if _, ok := now.RevisionOf(now.Version() + 1); ok {
		t.Error("a version to come has a revision")
	}
	if _, err := p.At(context.Background(), p.Current().Revision()+1); graph.CodeOf(err) != graph.NotFound {
		t.Errorf("At() of a revision to come = %v, want NOT_FOUND", err)
	}
}

// The same changes told twice, as after a lost answer, leave what they left once.
func TestChangesToldTwice(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	for _, w := range someWrites(15) {
		f.commit(w)
		if err := p.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
		s := p.Current()
		want := answerOf(t, s, access.Everything(), AnyTime())
		r := s.Revision()
		again := s.with([]revisionChanges{{f.entries[r-1], f.changes[r]}}, p.dict)
		got := answerOf(t, again, access.Everything(), AnyTime())
		got.Version = want.Version
		if diff := cmp.Diff(want, got, equateEmpty); diff != "" {
			t.Fatalf("revision %d told twice (-once +twice):\n%s", r, diff)
		}
		p.current.Store(again)
	}
}

func TestSizeCountsWhatIsThere(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	for _, w := range someWrites(30) {
		f.commit(w)
		if err := p.Sync(context.Background()); err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, l := range f.now().links {
			if !l.Kind.IsJudgement() {
				want++
			}
		}
		if records, links := p.Current().Size(); records != len(f.now().records) || links != want {
			t.Fatalf("Size() = %d, %d, want %d, %d", records, links, len(f.now().records), want)
		}
	}
	p.compactNow()
	p.Close()
	if n := p.Current().base.numNodes(); n > recordKeys {
		t.Errorf("the base keeps %d nodes for %d records", n, recordKeys)
	}
}

// A record deleted after the base was built is gone for its neighbours too, for
// whom the base alone would tell all.
func TestNeighboursOfTheDeleted(t *testing.T) {
	f := newFeed()
	f.commit(write{
		records: []graph.Record{record("a", "Person"), record("b", "Person"), record("c", "Person")},
		links:   []graph.Link{link("FAMILY_OF", "a", "b"), link("FAMILY_OF", "a", "c")},
	})
	p := mustOpen(t, f)
	f.commit(write{deletes: []graph.ID{graph.RecordID("t", "b")}})
	if err := p.Sync(context.Background()); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(expected(f, access.Everything(), AnyTime()), answerOf(t, p.Current(), access.Everything(), AnyTime()), equateEmpty); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// What a replica does not show yet is found by Sync, and what the store has lost is
// told.
func TestSyncGoesAsFarAsTheHead(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	for _, w := range someWrites(5) {
		f.commit(w)
	}
	head := graph.Revision(len(f.worlds) - 1)
	late := &lateFeed{fakeFeed: f}
	p.feed = late
	late.head = head + 1
	if err := p.Sync(t.Context()); graph.CodeOf(err) != graph.Unavailable || p.Current().Revision() != head {
		t.Errorf("a log that lacks the newest revision: %v at revision %d", err, p.Current().Revision())
	}
	late.head = head - 1
	if err := p.Sync(t.Context()); graph.CodeOf(err) != graph.Unavailable {
		t.Errorf("a store that went back: %v", err)
	}
	late.head = head
	if err := p.Sync(t.Context()); err != nil || late.logs != 2 {
		t.Errorf("nothing new: %v, and the log was read %d times", err, late.logs)
	}
}

// lateFeed has a head of its own.
type lateFeed struct {
	*fakeFeed
	head graph.Revision
	logs int
}

func (f *lateFeed) Head(context.Context) (graph.Revision, error) { return f.head, nil }

func (f *lateFeed) Log(ctx context.Context, after graph.Revision, limit int) ([]store.Entry, error) {
	f.logs++
	return f.fakeFeed.Log(ctx, after, limit)
}

// A feed that hangs holds up neither those who poll for longer than they like nor
// those who wait behind them.
func TestPollGivesUpOnAFeedThatHangs(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	p.feed = hangingFeed{f}
	if err := p.Poll(t.Context(), time.Millisecond); graph.CodeOf(err) != graph.Unavailable {
		t.Errorf("Poll() = %v, want UNAVAILABLE", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	polled := make(chan error)
	go func() { polled <- p.Poll(ended, time.Hour) }()
	waiting, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	for range 2 { // behind the one that hangs, or hanging itself
		if err := p.Sync(waiting); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Sync() = %v, want the context's error", err)
		}
	}
	cancel()
	if err := <-polled; !errors.Is(err, context.Canceled) {
		t.Errorf("Poll() = %v, want the context's error", err)
	}
}

// Who waits in Sync for a feed that hangs holds up neither those who poll nor, for
// longer than they like, who waits behind.
func TestPollGivesUpWhileSyncHangs(t *testing.T) {
	f := newFeed()
	p := mustOpen(t, f)
	p.feed = hangingFeed{f}
	ended, cancel := context.WithCancel(t.Context())
	synced := make(chan error)
	go func() { synced <- p.Sync(ended) }()
	for len(p.reading) > 0 {
		time.Sleep(time.Millisecond)
	}
	if err := p.Poll(t.Context(), time.Millisecond); graph.CodeOf(err) != graph.Unavailable {
		t.Errorf("Poll() = %v, want UNAVAILABLE", err)
	}
	waiting, stop := context.WithTimeout(t.Context(), time.Millisecond)
	defer stop()
	if err := p.Sync(waiting); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Sync() = %v, want the context's error", err)
	}
	cancel()
	if err := <-synced; !errors.Is(err, context.Canceled) {
		t.Errorf("Sync() = %v, want the context's error", err)
	}
}

// hangingFeed does not answer.
type hangingFeed struct{ *fakeFeed }

func (hangingFeed) Head(ctx context.Context) (graph.Revision, error) {
	<-ctx.Done()
	return 0, ctx.Err()
}

func (hangingFeed) Log(ctx context.Context, _ graph.Revision, _ int) ([]store.Entry, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}
