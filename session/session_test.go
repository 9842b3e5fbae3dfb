package session_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/analysis"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

const red graph.Marking = "TLP:RED"

var (
	local = access.Viewer{Name: "local", Clearance: access.Everything()}
	low   = access.Viewer{Name: "low", Clearance: access.Grant(graph.Clear)}
)

// world is a service on a throw-away store.
type world struct {
	*session.Service
	t testing.TB
}

// newStore opens a throw-away store, closed when the test ends.
func newStore(t testing.TB) (*store.Store, *ontology.Ontology) {
	t.Helper()
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		t.Fatal(err)
	}
	driver, err := sqlite.Open(t.Context(), sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	st := store.New(driver, o)
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st, o
}

func newWorld(t testing.TB) world {
	t.Helper()
	st, o := newStore(t)
	now := time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)
	service, err := session.Open(t.Context(), st, o, session.Options{
		Unmarked: graph.Markings{graph.Clear},
		Clock:    func() time.Time { now = now.Add(time.Second); return now },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.Close)
	return world{service, t}
}

// as opens a session for a viewer.
func (w world) as(v access.Viewer) *session.Session {
	w.t.Helper()
	s, err := w.Session(w.t.Context(), v)
	if err != nil {
		w.t.Fatal(err)
	}
	return s
}

// write writes as the local viewer; every item must be accepted.
func (w world) write(what session.Writing) *session.Written {
	w.t.Helper()
	done, err := w.as(local).Write(w.t.Context(), what)
	if err != nil {
		w.t.Fatal(err)
	}
	for _, item := range done.Items {
		if item.Err != nil {
			w.t.Fatal(item.Err)
		}
	}
	return done
}

const dataset = "tips"

func id(key string) graph.ID     { return graph.RecordID(dataset, key) }
func linkID(key string) graph.ID { return graph.LinkID(dataset, key) }

func record(key string, kind graph.Kind, markings ...graph.Marking) graph.Record {
	return graph.Record{Header: header(key, markings), Kind: kind, Name: key}
}

func link(kind graph.LinkKind, from, to string, markings ...graph.Marking) graph.Link {
	return graph.Link{Header: header(from+">"+to, markings), Kind: kind, From: id(from), To: id(to), At: graph.NoInstant}
}

func header(key string, markings []graph.Marking) graph.Header {
	return graph.Header{
		Dataset: dataset, Key: key, Confidence: 1, Markings: graph.NewMarkings(markings...),
		ValidFrom: graph.NoInstant, ValidTo: graph.NoInstant,
	}
}

// chain writes people a to e in a row, and a hidden short cut from a to e.
func (w world) chain() {
	w.t.Helper()
	var what session.Writing
	for _, key := range []string{"a", "b", "c", "d", "e"} {
		what.Records = append(what.Records, record(key, "Person"))
	}
	for _, pair := range []string{"ab", "bc", "cd", "de"} {
		what.Links = append(what.Links, link("ASSOCIATE_OF", pair[:1], pair[1:]))
	}
	what.Links = append(what.Links, link("ASSOCIATE_OF", "a", "e", red))
	w.write(what)
}

func pathQuery(from, to string) session.PathQuery {
	return session.PathQuery{From: []graph.ID{id(from)}, To: []graph.ID{id(to)}, K: 1, Weight: session.Hops, MaxHops: 12, Scope: projection.AnyTime()}
}

func hops(t testing.TB, s *session.Session, q session.PathQuery) int {
	t.Helper()
	found, err := s.ShortestPaths(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Routes) == 0 {
		return -1
	}
	return len(found.Routes[0].Links)
}

func requireCode(t testing.TB, err error, want graph.Code) {
	t.Helper()
	var e *graph.Error
	if !errors.As(err, &e) || e.Code != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

func TestPathsRunOnWhatTheViewerSees(t *testing.T) {
	w := newWorld(t)
	w.chain()
	if n := hops(t, w.as(local), pathQuery("a", "e")); n != 1 {
		t.Errorf("who sees the short cut walks %d hops", n)
	}
	if n := hops(t, w.as(low), pathQuery("a", "e")); n != 4 {
		t.Errorf("who does not see the short cut walks %d hops", n)
	}
	q := pathQuery("a", "e")
	q.Scope.Without = []graph.ID{linkID("a>e")}
	if n := hops(t, w.as(local), q); n != 4 {
		t.Errorf("without the short cut %d hops", n)
	}
	q = pathQuery("a", "e")
	q.Via = []graph.ID{id("c")}
	if n := hops(t, w.as(local), q); n != 4 {
		t.Errorf("via c %d hops", n)
	}
	q = pathQuery("a", "d")
	q.Avoid = []graph.ID{id("e")}
	if n := hops(t, w.as(local), q); n != 3 {
		t.Errorf("avoiding e %d hops", n)
	}
}

func TestNoPathSaysHowFarEachSideCame(t *testing.T) {
	w := newWorld(t)
	w.chain()
	w.write(session.Writing{Records: []graph.Record{record("x", "Person"), record("y", "Person")}, Links: []graph.Link{link("ASSOCIATE_OF", "x", "y")}})
	found, err := w.as(low).ShortestPaths(t.Context(), pathQuery("x", "a"))
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Routes) != 0 || found.TruncatedBecause != "" {
		t.Errorf("got %+v", found)
	}
	from, err := found.ReachedFrom(t.Context())
	if err != nil || from != 2 {
		t.Errorf("%d reached, %v; want 2", from, err)
	}
	if to, err := found.ReachedTo(t.Context()); err != nil || to != 5 { // the search itself had looked at a alone
		t.Errorf("%d reach the target, %v; want 5", to, err)
	}
	q := pathQuery("a", "e")
	q.MaxHops = 2
	found, err = w.as(low).ShortestPaths(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if found.TruncatedBecause != "maxHops: 2" {
		t.Errorf("truncated because %q", found.TruncatedBecause)
	}
}

func TestAWriteIsSeenByTheNextReadAndKeptInThePast(t *testing.T) {
	w := newWorld(t)
	w.chain()
	before := w.as(low).Token()
	done := w.write(session.Writing{Deletes: []graph.ID{linkID("c>d")}})
	now := w.as(low)
	if n := hops(t, now, pathQuery("a", "e")); n != -1 {
		t.Errorf("a deleted link is still walked: %d hops", n)
	}
	past, err := now.AsOf(t.Context(), before)
	if err != nil {
		t.Fatal(err)
	}
	if n := hops(t, past, pathQuery("a", "e")); n != 4 {
		t.Errorf("in the past %d hops", n)
	}
	if past.Token() != before {
		t.Error("a past view has another token than it had as the present")
	}
	if _, err := w.as(local).AtLeast(t.Context(), done.Token); err != nil {
		t.Errorf("the writer's own token: %v", err)
	}
	_, err = now.AtLeast(t.Context(), done.Token)
	requireCode(t, err, graph.BadUserInput) // a token of another class is worthless
}

func TestHiddenWritesDoNotMoveTheToken(t *testing.T) {
	w := newWorld(t)
	w.chain()
	before := w.as(low).Token()
	w.write(session.Writing{
		Records: []graph.Record{record("h", "Person", red)},
		Links:   []graph.Link{link("ASSOCIATE_OF", "a", "h"), link("ASSOCIATE_OF", "a", "nowhere"), link("ASSOCIATE_OF", "b", "e", red)},
	})
	if w.as(low).Token() != before {
		t.Error("a hidden write shows in the token")
	}
}

func TestRevertRestoresAndRefusesWhatChangedSince(t *testing.T) {
	w := newWorld(t)
	w.chain()
	changed := record("a", "Company")
	changed.Name = "A Ltd"
	first := w.write(session.Writing{Records: []graph.Record{changed, record("new", "Person")}, Reason: "wrong file"})
	if _, err := w.as(local).Revert(t.Context(), first.Token, "undo"); err != nil {
		t.Fatal(err)
	}
	found, err := w.as(low).Entities(t.Context(), []graph.ID{id("a"), id("new")})
	if err != nil {
		t.Fatal(err)
	}
	if found[0] == nil || found[0].Kind != "Person" || found[0].Name != "a" || found[1] != nil {
		t.Errorf("after the revert: %+v, %+v", found[0], found[1])
	}
	second := w.write(session.Writing{Records: []graph.Record{changed}})
	changed.Name = "A GmbH"
	w.write(session.Writing{Records: []graph.Record{changed}})
	_, err = w.as(local).Revert(t.Context(), second.Token, "undo")
	requireCode(t, err, graph.Conflict)
	history, err := w.as(low).History(t.Context(), id("a"), session.Page{First: 10})
	if err != nil {
		t.Fatal(err)
	}
	var outcomes []store.Outcome
	for _, h := range history.Items {
		outcomes = append(outcomes, h.Outcome)
	}
	if diff := cmp.Diff([]store.Outcome{store.Updated, store.Updated, store.Updated, store.Updated, store.Created}, outcomes); diff != "" {
		t.Error(diff)
	}
}

func TestRevertOfARevertBringsLinksBack(t *testing.T) {
	w := newWorld(t)
	w.chain()
	token := w.as(local).Token()
	for range 2 {
		done, err := w.as(local).Revert(t.Context(), token, "undo")
		if err != nil {
			t.Fatal(err)
		}
		token = done.Token
	}
	if n := hops(t, w.as(low), pathQuery("a", "e")); n != 4 {
		t.Errorf("a to e takes %d hops once the undoing is undone", n)
	}
	if n := hops(t, w.as(local), pathQuery("a", "e")); n != 1 {
		t.Errorf("a to e takes %d hops by the hidden short cut", n)
	}
}

func TestRevertRefusesTheTokenOfAWriteThatChangedNothing(t *testing.T) {
	w := newWorld(t)
	w.chain()
	for name, what := range map[string]session.Writing{
		"unchanged":       {Records: []graph.Record{record("a", "Person")}},
		"rejected":        {Records: []graph.Record{{Header: header("", nil), Kind: "Person"}}},
		"to a hidden end": {Links: []graph.Link{link("ASSOCIATE_OF", "a", "nowhere")}},
		"not found":       {Deletes: []graph.ID{id("nobody")}},
	} {
		done, err := w.as(local).Write(t.Context(), what)
		if err != nil {
			t.Fatal(err)
		}
		_, err = w.as(local).Revert(t.Context(), done.Token, "undo")
		requireCode(t, err, graph.NotFound)
		if _, err := w.as(local).AtLeast(t.Context(), done.Token); err != nil {
			t.Errorf("%s: the token does not serve atLeast: %v", name, err)
		}
	}
	if n := hops(t, w.as(low), pathQuery("a", "e")); n != 4 {
		t.Errorf("an earlier write was undone: %d hops", n)
	}
}

func TestJudgementsFuseForWhoSeesThem(t *testing.T) {
	w := newWorld(t)
	w.chain()
	w.write(session.Writing{Links: []graph.Link{link(graph.Same, "a", "e", red)}})
	found, err := w.as(local).Entities(t.Context(), []graph.ID{id("a"), id("e")})
	if err != nil {
		t.Fatal(err)
	}
	if found[0].ID != found[1].ID || len(found[0].Records) != 2 {
		t.Errorf("a visible judgement does not fuse: %v, %v", found[0].ID, found[1].ID)
	}
	if n := hops(t, w.as(local), pathQuery("a", "d")); n != 1 {
		t.Errorf("the fused entity walks %d hops", n)
	}
	judgements, err := w.as(local).Judgements(t.Context(), []graph.ID{found[0].ID})
	if err != nil || len(judgements[found[0].ID]) != 1 {
		t.Errorf("judgements: %v, %v", judgements, err)
	}
	found, err = w.as(low).Entities(t.Context(), []graph.ID{id("a"), id("e")})
	if err != nil {
		t.Fatal(err)
	}
	if found[0].ID == found[1].ID {
		t.Error("a hidden judgement fuses")
	}
}

func TestPagesJoinedAreTheWholeList(t *testing.T) {
	w := newWorld(t)
	w.chain()
	w.write(session.Writing{Records: []graph.Record{record("Élan", "Company"), record("elan 2", "Company"), record("z", "Site")}})
	s := w.as(local)
	for _, o := range []session.Order{{By: session.ByID}, {By: session.ByName}, {By: session.ByName, Descending: true}, {By: session.ByDegree, Descending: true}} {
		whole, err := s.List(t.Context(), session.Filter{}, o, session.Page{First: 500})
		if err != nil {
			t.Fatal(err)
		}
		for size := 1; size <= len(whole.Items); size++ {
			var joined []graph.ID
			for after := ""; ; {
				page, err := s.List(t.Context(), session.Filter{}, o, session.Page{First: size, After: after})
				if err != nil {
					t.Fatal(err)
				}
				if page.HasPreviousPage != (after != "") {
					t.Errorf("%v: previous page %v after %q", o, page.HasPreviousPage, after)
				}
				joined = append(joined, page.Items...)
				if !page.HasNextPage {
					break
				}
				after = page.Cursor(len(page.Items) - 1)
			}
			if !slices.Equal(joined, whole.Items) {
				t.Errorf("%v by %d: pages differ from the list", o, size)
			}
		}
		if total, err := whole.Total(t.Context()); err != nil || total != 8 {
			t.Errorf("total %d, %v", total, err)
		}
	}
	page, err := s.List(t.Context(), session.Filter{}, session.Order{By: session.ByID}, session.Page{First: 1})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.List(t.Context(), session.Filter{Kinds: []graph.Kind{"Site"}}, session.Order{By: session.ByID}, session.Page{First: 1, After: page.Cursor(0)})
	requireCode(t, err, graph.BadUserInput) // a cursor fits its own list alone
}

func TestFiltersMeetTheirConditions(t *testing.T) {
	w := newWorld(t)
	w.chain()
	firm := record("firm", "Company")
	firm.Name, firm.Aliases = "Hafen Fracht GmbH", []string{"Harbour Freight Ltd"}
	firm.Properties = graph.Properties{{Name: "incorporatedOn", Values: []string{"2019-04"}}, {Name: "jurisdiction", Values: []string{"pa"}}}.Normalize()
	w.write(session.Writing{Records: []graph.Record{firm}})
	two, text := 2, func(s string) *string { return &s }
	for name, c := range map[string]struct {
		filter session.Filter
		want   []string
	}{
		"by key":                 {session.Filter{Keys: []session.SourceKey{{Key: "firm"}}}, []string{"firm"}},
		"by key and dataset":     {session.Filter{Keys: []session.SourceKey{{Dataset: dataset, Key: "a"}}}, []string{"a"}},
		"by alias":               {session.Filter{Names: []string{"HARBOUR  freight ltd"}}, []string{"firm"}},
		"by id":                  {session.Filter{IDs: []graph.ID{id("b"), id("nowhere")}}, []string{"b"}},
		"by kind":                {session.Filter{Kinds: []graph.Kind{"Company"}}, []string{"firm"}},
		"by degree":              {session.Filter{MinDegree: &two, Kinds: []graph.Kind{"Person"}}, []string{"a", "b", "c", "d", "e"}},
		"by another's data":      {session.Filter{Datasets: []string{"customs"}}, nil},
		"by property":            {session.Filter{Properties: []session.PropertyTerm{{Name: "jurisdiction", Equals: text("PA")}}}, []string{"firm"}},
		"by a date in a year":    {session.Filter{Properties: []session.PropertyTerm{{Name: "incorporatedOn", From: text("2019"), To: text("2019")}}}, []string{"firm"}},
		"by a date out of range": {session.Filter{Properties: []session.PropertyTerm{{Name: "incorporatedOn", From: text("2019-05")}}}, nil},
		"by marking":             {session.Filter{Markings: []graph.Marking{red}}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			page, err := w.as(local).List(t.Context(), c.filter, session.Order{By: session.ByID}, session.Page{First: 100})
			if err != nil {
				t.Fatal(err)
			}
			want := make([]graph.ID, 0, len(c.want))
			for _, key := range c.want {
				want = append(want, id(key))
			}
			slices.SortFunc(want, graph.ID.Compare)
			if !slices.Equal(page.Items, want) {
				t.Errorf("got %d entities, want %v", len(page.Items), c.want)
			}
		})
	}
}

func TestDerivedLinksNameWhatTheyComeFrom(t *testing.T) {
	w := newWorld(t)
	transfer := record("tx", "Transfer")
	transfer.Properties = graph.Properties{{Name: "amount", Values: []string{"9500"}}, {Name: "currency", Values: []string{"USD"}}}
	sent, received := link("SENT", "payer", "tx"), link("RECEIVED", "payee", "tx")
	w.write(session.Writing{
		Records: []graph.Record{record("payer", "BankAccount"), record("payee", "CryptoWallet"), transfer},
		Links:   []graph.Link{sent, received},
	})
	q := pathQuery("payer", "payee")
	q.Scope.Layer, q.Scope.Orientation = projection.Money, projection.Natural
	found, err := w.as(low).ShortestPaths(t.Context(), q)
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Routes) != 1 || len(found.Routes[0].Links) != 1 {
		t.Fatalf("got %+v", found)
	}
	l := found.Routes[0].Links[0]
	if l.DerivedBy == "" || l.Amount != "9500" || l.Currency != "USD" || l.From != id("payer") || l.To != id("payee") {
		t.Errorf("got %+v", l)
	}
	records, links, err := w.as(low).Support(t.Context(), l.Support)
	if err != nil || len(records) != 1 || len(links) != 2 {
		t.Errorf("support: %d records, %d links, %v", len(records), len(links), err)
	}
	q.From, q.To = q.To, q.From
	if n := hops(t, w.as(low), q); n != -1 {
		t.Errorf("money flows back in %d hops", n)
	}
}

func TestChokepointsOfAChain(t *testing.T) {
	w := newWorld(t)
	w.chain()
	plan, err := w.as(low).Chokepoints(t.Context(), session.ChokepointQuery{Objective: analysis.Fragmentation, Budget: 1, Steps: 1, Scope: projection.AnyTime()})
	if err != nil {
		t.Fatal(err)
	}
	if len(plan.Choices) != 1 || plan.Choices[0].Entity != id("c") || !plan.Optimal || plan.After.ConnectedPairs != 2 || plan.Before.ConnectedPairs != 10 {
		t.Errorf("got %+v", plan)
	}
	points, _, err := w.as(low).ArticulationPoints(t.Context(), projection.AnyTime(), session.Page{First: 10})
	if err != nil || len(points.Items) != 3 || points.Items[0].ID != id("c") {
		t.Errorf("articulation points: %+v, %v", points.Items, err)
	}
	bridges, _, err := w.as(low).Bridges(t.Context(), projection.AnyTime(), session.Page{First: 10})
	if err != nil || len(bridges.Items) != 4 {
		t.Errorf("bridges: %+v, %v", bridges.Items, err)
	}
	if seen, _, err := w.as(local).Bridges(t.Context(), projection.AnyTime(), session.Page{First: 10}); err != nil || len(seen.Items) != 0 {
		t.Errorf("a ring has bridges: %+v, %v", seen.Items, err)
	}
}

func TestBadQuestionsAreRefused(t *testing.T) {
	w := newWorld(t)
	w.chain()
	s := w.as(low)
	ask := func(change func(*session.PathQuery)) error {
		q := pathQuery("a", "e")
		change(&q)
		_, err := s.ShortestPaths(t.Context(), q)
		return err
	}
	requireCode(t, ask(func(q *session.PathQuery) { q.K = 0 }), graph.BadUserInput)
	requireCode(t, ask(func(q *session.PathQuery) { q.MaxHops = 1000 }), graph.BadUserInput)
	requireCode(t, ask(func(q *session.PathQuery) { q.From = nil }), graph.BadUserInput)
	requireCode(t, ask(func(q *session.PathQuery) { q.Weight = session.PropertySum }), graph.BadUserInput)
	requireCode(t, ask(func(q *session.PathQuery) { q.Scope.MinConfidence = 2 }), graph.BadUserInput)
	_, err := s.Centrality(t.Context(), session.CentralityQuery{Measure: "FAME", Weight: session.Unweighted, Scope: projection.AnyTime()}, session.Page{First: 1})
	requireCode(t, err, graph.BadUserInput)
	_, err = s.List(t.Context(), session.Filter{}, session.Order{}, session.Page{First: 501})
	requireCode(t, err, graph.BadUserInput)
	_, err = s.AsOf(t.Context(), "nonsense")
	requireCode(t, err, graph.BadUserInput)
}

func TestAnalysesEndWithTheirContext(t *testing.T) {
	w := newWorld(t)
	w.chain()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.as(low).Centrality(ctx, session.CentralityQuery{Measure: "BETWEENNESS", Weight: session.Unweighted, Scope: projection.AnyTime()}, session.Page{First: 1}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}
