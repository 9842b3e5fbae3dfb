package session_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/session"
)

func everything() session.ChangeFilter { return session.ChangeFilter{Scope: projection.AnyTime()} }

// told takes the next n writes and lists what they changed.
func told(t testing.TB, c *session.Changes, n int) (events [][]string, last session.Changed) {
	t.Helper()
	for range n {
		changed, s, err := c.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if s == nil {
			t.Fatal("no session")
		}
		var texts []string
		for _, change := range changed.Changes {
			var key string
			if change.Record != nil {
				key = change.Record.Key
			} else {
				key = change.Link.Key
			}
			texts = append(texts, fmt.Sprintf("%s %s", change.Outcome, key))
		}
		events, last = append(events, texts), changed
	}
	return events, last
}

// TestChangesTellOfWhatIsVisible follows writes of which the viewer sees some, parts
// of some, and some not at all, and then goes on after each token.
func TestChangesTellOfWhatIsVisible(t *testing.T) {
	w := newWorld(t)
	w.chain()
	begin := w.as(low).Token()
	w.write(session.Writing{Records: []graph.Record{record("secret", "Person", red)}})
	w.write(session.Writing{Records: []graph.Record{record("x", "Company"), record("hush", "Company", red)}, Links: []graph.Link{link("OWNS", "a", "x"), link("OWNS", "b", "secret")}})
	w.write(session.Writing{Links: []graph.Link{link("OWNS", "x", "secret")}})
	w.write(session.Writing{Deletes: []graph.ID{id("secret")}})
	w.write(session.Writing{Records: []graph.Record{record("e", "Site"), record("x", "Company", red)}})
	w.write(session.Writing{Records: []graph.Record{record("hush", "Company")}, Deletes: []graph.ID{linkID("a>b")}})
	want := [][]string{
		{"CREATED x"}, // its link has lost its end since
		{"DELETED x", "UPDATED e"},
		{"CREATED hush", "DELETED a>b"},
	}
	after := begin
	for i := range want {
		c, err := w.as(low).Changes(t.Context(), after, everything())
		if err != nil {
			t.Fatal(err)
		}
		got, _ := told(t, c, len(want)-i)
		if diff := cmp.Diff(want[i:], got); diff != "" {
			t.Errorf("after %d:\n%s", i, diff)
		}
		c, err = w.as(low).Changes(t.Context(), after, everything())
		if err != nil {
			t.Fatal(err)
		}
		_, last := told(t, c, 1)
		after = last.Token
	}
	if after != w.as(low).Token() {
		t.Error("the last event has not the token of what the viewer sees")
	}
}

func TestChangesAreToldAsTheyHappen(t *testing.T) {
	w := newWorld(t)
	c, err := w.as(low).Changes(t.Context(), "", everything())
	if err != nil {
		t.Fatal(err)
	}
	events := make(chan [][]string)
	go func() {
		for range 3 {
			changed, _, err := c.Next(context.Background())
			if err != nil {
				t.Error(err)
			}
			events <- [][]string{{changed.Changes[0].Record.Key}}
		}
	}()
	for _, key := range []string{"a", "b", "c"} {
		w.write(session.Writing{Records: []graph.Record{record("hidden "+key, "Person", red)}})
		w.write(session.Writing{Records: []graph.Record{record(key, "Person")}})
		if got := <-events; got[0][0] != key {
			t.Errorf("got %v, want %s", got, key)
		}
	}
}

func TestChangesWithinAScope(t *testing.T) {
	w := newWorld(t)
	begin := w.as(local).Token()
	w.chain()
	w.write(session.Writing{Records: []graph.Record{record("x", "Company")}, Links: []graph.Link{link("OWNS", "a", "x"), link("OWNS", "x", "b")}})
	scope := func(change func(*projection.Scope)) session.ChangeFilter {
		f := everything()
		change(&f.Scope)
		return f
	}
	for name, c := range map[string]struct {
		filter session.ChangeFilter
		want   [][]string
	}{
		"kinds of things": {scope(func(s *projection.Scope) { s.EntityKinds = []graph.Kind{"Company"} }), [][]string{{"CREATED x"}}},
		"kinds of links": {scope(func(s *projection.Scope) {
			s.EntityKinds, s.LinkKinds = []graph.Kind{"Company"}, []graph.LinkKind{"OWNS"}
		}), [][]string{{"CREATED x"}}},
		"of one entity": {session.ChangeFilter{Of: []graph.ID{id("x")}, Scope: projection.AnyTime()}, [][]string{{"CREATED x", "CREATED a>x", "CREATED x>b"}}},
		"within":        {scope(func(s *projection.Scope) { s.Within = []graph.ID{id("a"), id("b")} }), [][]string{{"CREATED a", "CREATED b", "CREATED a>b"}}},
		"without a thing": {scope(func(s *projection.Scope) {
			s.Within, s.Without = []graph.ID{id("a"), id("b"), id("x")}, []graph.ID{id("a")}
		}), [][]string{{"CREATED b"}, {"CREATED x", "CREATED x>b"}}},
		"without a link": {scope(func(s *projection.Scope) {
			s.Within, s.Without = []graph.ID{id("a"), id("b")}, []graph.ID{linkID("a>b")}
		}), [][]string{{"CREATED a", "CREATED b"}}},
		"less confidence": {scope(func(s *projection.Scope) { s.MinConfidence, s.EntityKinds = 0.9, []graph.Kind{"Company"} }), [][]string{{"CREATED x"}}},
		"of a source":     {scope(func(s *projection.Scope) { s.Datasets, s.EntityKinds = []string{dataset}, []graph.Kind{"Company"} }), [][]string{{"CREATED x"}}},
	} {
		changes, err := w.as(local).Changes(t.Context(), begin, c.filter)
		if err != nil {
			t.Fatal(err)
		}
		got, _ := told(t, changes, len(c.want))
		for i := range got { // by id, which says nothing here
			slices.Sort(got[i])
			slices.Sort(c.want[i])
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", name, diff)
		}
	}
}

func TestChangesRefuseWhatHasNoMeaning(t *testing.T) {
	w := newWorld(t)
	w.chain()
	_, err := w.as(low).Changes(t.Context(), "nonsense", everything())
	requireCode(t, err, graph.BadUserInput)
	_, err = w.as(low).Changes(t.Context(), w.as(local).Token(), everything())
	requireCode(t, err, graph.BadUserInput) // a token of somebody else
	f := everything()
	f.Scope.Layer = projection.Money
	_, err = w.as(low).Changes(t.Context(), "", f)
	requireCode(t, err, graph.BadUserInput)
}

func TestChangesEndWithTheirContext(t *testing.T) {
	w := newWorld(t)
	c, err := w.as(low).Changes(t.Context(), "", everything())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := c.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
