package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/store/neo4j"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// servingHastily opens the service as `chokepoint serve` does: nobody waits for long.
func servingHastily(t testing.TB, url string) *app {
	t.Helper()
	driver, err := location{place: place{Store: url}, Schema: string(neo4j.ApplySchema)}.open(t.Context(), false, hasty)
	if err != nil {
		t.Fatal(err)
	}
	a, err := newApp(t.Context(), driver, appOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { a.Close() }) // the server may be away
	return a
}

// writes is what a mutation says it did.
type writes struct {
	UpsertRecords struct {
		Revision                    string
		Created, Updated, Unchanged int
	}
}

const upsertOne = `mutation($key: String!, $name: String!) {
	upsertRecords(input: {records: [{dataset: "d", key: $key, kind: "Person", name: $name}]}) { revision created updated unchanged } }`

// write writes a record and returns the token.
func (a *app) write(t testing.TB, key, name string) writes {
	t.Helper()
	var done writes
	a.ask(t, upsertOne, map[string]any{"key": key, "name": name}, &done)
	return done
}

// names returns the names of all records, as of a token at least if there is one.
func (a *app) names(t testing.TB, token string) []string {
	t.Helper()
	variables := map[string]any{}
	if token != "" {
		variables["at"] = token
	}
	var found struct {
		Entities struct{ Nodes []struct{ Name string } }
	}
	a.ask(t, `query($at: String) { entities(orderBy: {by: NAME}, first: 100, atLeast: $at) { nodes { name } } }`, variables, &found)
	var names []string
	for _, n := range found.Entities.Nodes {
		names = append(names, n.Name)
	}
	return names
}

// await waits until the server shows that many records, and returns how long that took.
func (a *app) await(t testing.TB, n int) time.Duration {
	t.Helper()
	begun := time.Now()
	for {
		names := a.names(t, "")
		if len(names) == n {
			return time.Since(begun)
		}
		if waited := time.Since(begun); waited > time.Minute { // a second, on a machine that has time
			t.Fatalf("after %s it shows %q", waited, names)
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// Two servers on one Neo4j see each other's writes, at once with a token and soon
// without, also after one of them was cut off.
func TestTwoServersOnOneStore(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		network := neo4jtest.NewProxy(t, s)
		a, b := servingHastily(t, s.URL), servingHastily(t, network.URL)
		defer a.follow(t.Context())()
		defer b.follow(t.Context())()
		var want []string
		for i := range 5 {
			name := fmt.Sprintf("n%d", i)
			writer, reader := a, b
			if i%2 == 1 {
				writer, reader = b, a
			}
			done := writer.write(t, name, name)
			want = append(want, name)
			if got := reader.names(t, done.UpsertRecords.Revision); !cmp.Equal(want, got) {
				t.Errorf("with the token of the other server: %q, want %q", got, want)
			}
		}
		a.write(t, "x", "x")
		t.Logf("seen after %s", b.await(t, 6))
		for _, fault := range []func(testing.TB){network.Down, network.Blackhole} {
			n := len(a.names(t, ""))
			fault(t)
			b.waitUntil(http.StatusServiceUnavailable)
			for i := range 3 {
				name := fmt.Sprintf("y%d", n+i)
				a.write(t, name, name)
			}
			last := a.write(t, "x", fmt.Sprint("z", n))
			refused := b.request(t, strings.Replace(`{ entities(atLeast: "TOKEN") { totalCount } }`, "TOKEN", last.UpsertRecords.Revision, 1))
			if len(refused.Errors) != 1 || refused.Errors[0].Extensions.Code != "UNAVAILABLE" {
				t.Errorf("a token that cannot be followed gets %s %+v", refused.Data, refused.Errors)
			}
			if got := len(b.names(t, "")); got != n {
				t.Errorf("cut off it shows %d records, want %d", got, n)
			}
			network.Restore(t)
			b.waitUntil(http.StatusOK)
			t.Logf("after the fault seen after %s", b.await(t, n+3))
			if got, want := b.names(t, last.UpsertRecords.Revision), a.names(t, ""); !cmp.Equal(want, got) {
				t.Errorf("after the fault: %q, want %q", got, want)
			}
		}
	})
}

// A mutation whose COMMIT is answered late or never, or is lost, is answered as any
// other: it happened once, and its token is good.
func TestAMutationOfUnknownOutcomeHappensOnce(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		network := neo4jtest.NewProxy(t, s)
		a := servingHastily(t, network.URL)
		other := servingHastily(t, s.URL)
		fares := []func(){network.LoseAnswer, network.LoseCommit, func() { network.HoldCommit(500 * time.Millisecond) }}
		var want []string
		for i, fare := range fares {
			name := fmt.Sprintf("n%d", i)
			fare()
			done := a.write(t, name, name)
			want = append(want, name)
			if done.UpsertRecords.Created != 1 || done.UpsertRecords.Unchanged != 0 {
				t.Errorf("fare %d: %+v", i, done)
			}
			if got := other.names(t, done.UpsertRecords.Revision); !cmp.Equal(want, got) {
				t.Errorf("fare %d: another server shows %q at its token, want %q", i, got, want)
			}
		}
		var log struct {
			Revisions struct{ Nodes []struct{ Records int } }
		}
		a.ask(t, `{ revisions { nodes { records } } }`, nil, &log)
		if len(log.Revisions.Nodes) != len(fares) {
			t.Errorf("%d revisions of %d writes", len(log.Revisions.Nodes), len(fares))
		}
	})
}

const (
	mostLinked = `{ centrality(measure: DEGREE, first: 3) { nodes { entity { name } } computedOn { asOf } } }`
	upsertBea  = `mutation { upsertRecords(input: {records: [{dataset: "d", key: "b", kind: "Person", name: "Bea"}]}) { created } }`
)

// checkCrash kills the server beneath a service, which answers from memory, as of the
// same revision, says so, refuses writes, and goes on by itself when it runs again.
func checkCrash(t *testing.T, s *neo4jtest.Owned) {
	a := servingHastily(t, s.URL)
	defer a.follow(t.Context())()
	a.write(t, "a", "Ann")
	before := a.request(t, mostLinked)
	s.Kill(t)
	a.waitUntil(http.StatusServiceUnavailable)
	checkState(t, a)
	if diff := cmp.Diff(before, a.request(t, mostLinked)); diff != "" || len(before.Errors) > 0 || !strings.Contains(string(before.Data), "Ann") {
		t.Errorf("%+v\n(-before the crash +after):\n%s", before, diff)
	}
	checkRefused(t, "crashed", upsertBea, "upsertRecords", a.request(t, upsertBea))
	s.Restart(t)
	a.waitUntil(http.StatusOK)
	done := a.write(t, "b", "Bea")
	if got := a.names(t, done.UpsertRecords.Revision); !cmp.Equal(got, []string{"Ann", "Bea"}) || done.UpsertRecords.Created != 1 {
		t.Errorf("after the crash: %q, %+v", got, done)
	}
}
