package server_test

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
)

const lookup, analysis = "{ datasets { name } }", "{ centrality(measure: DEGREE) { totalCount } }"

// crowd fills the lanes of a server with operations that do not end.
type crowd struct {
	server          *server.Server
	running, finish chan struct{}
	asked           sync.WaitGroup
}

func newCrowd(o server.Options) *crowd {
	c := &crowd{running: make(chan struct{}, 10_000), finish: make(chan struct{})}
	run := func() { c.running <- struct{}{}; <-c.finish }
	c.server = newServer(root{
		datasets:   func(context.Context) ([]model.Dataset, error) { run(); return nil, nil },
		centrality: func(context.Context) { run() },
	}, o)
	return c
}

// fill asks a query until its lane has no room.
func (c *crowd) fill(t testing.TB, query string) {
	t.Helper()
	slots, queue := runtime.GOMAXPROCS(0), 32*max(2, runtime.GOMAXPROCS(0))
	if query == analysis {
		slots = max(2, slots)
	}
	answers := make(chan int, slots+queue+10)
	for range slots + queue + 10 {
		c.asked.Go(func() { answers <- ask(c.server, post(query)).Code })
	}
	for range slots {
		<-c.running
	}
	for range 10 {
		if status := <-answers; status != 503 {
			t.Errorf("%s beyond the queue: got %d", query, status)
		}
	}
}

// end lets all operations end.
func (c *crowd) end() { close(c.finish); c.asked.Wait() }

// TestOverload fills both lanes: what comes then is refused, with when to try again,
// and answered when they have ended.
func TestOverload(t *testing.T) {
	c := newCrowd(server.Options{})
	s := c.server
	c.fill(t, analysis)
	w := ask(s, post(analysis))
	if w.Code != 503 || code(t, w) != "UNAVAILABLE" || w.Header().Get("Retry-After") != "1" {
		t.Errorf("an analysis too many: %d %v %s", w.Code, w.Header(), w.Body)
	}
	c.fill(t, lookup) // look-ups have not waited for analyses
	w = ask(s, `{"query":`)
	if w.Code != 503 || w.Header().Get("Retry-After") != "1" {
		t.Errorf("a request too many is not even read: %d %s", w.Code, w.Body)
	}
	c.end()
	if w := ask(s, post(lookup)); w.Code != 200 {
		t.Errorf("afterwards: %d %s", w.Code, w.Body)
	}
}

// TestHangingUpLeavesTheQueue has those who wait go away: their places are free.
func TestHangingUpLeavesTheQueue(t *testing.T) {
	finish, began := make(chan struct{}), make(chan struct{}, 1000)
	s := newServer(root{centrality: func(context.Context) { began <- struct{}{}; <-finish }}, server.Options{})
	var asked sync.WaitGroup
	slots := max(2, runtime.GOMAXPROCS(0))
	for range slots {
		asked.Go(func() { ask(s, post("{ centrality(measure: DEGREE) { totalCount } }")) })
	}
	for range slots {
		<-began
	}
	for range 3 * 32 * slots { // more than there are places
		ctx, hangUp := context.WithCancel(t.Context())
		hangUp()
		if w := askIn(ctx, s, post("{ centrality(measure: DEGREE) { totalCount } }")); code(t, w) != "UNAVAILABLE" || w.Header().Get("Retry-After") != "" {
			t.Fatalf("got %d %s", w.Code, w.Body)
		}
	}
	close(finish)
	asked.Wait()
}

func TestRate(t *testing.T) {
	s := newServer(root{}, server.Options{Rate: 1000, CostLimit: 10_002, Tokens: map[string]access.Viewer{"north": {Name: "north"}, "south": {Name: "south"}}})
	const query = "{ centrality(measure: DEGREE) { totalCount } }" // costs 10,002, all that is saved up
	spend := func(who string) (int, string) {
		w := ask(s, post(query), "Authorization", "Bearer "+who)
		if who == "" {
			w = ask(s, post(query))
		}
		return w.Code, w.Header().Get("RateLimit-Policy")
	}
	for i, c := range []struct {
		who    string
		status int
		header string
	}{
		{"north", 200, `"cost";q=10002;w=10`}, {"north", 429, `"cost";q=10002;w=10`}, {"south", 200, `"cost";q=10002;w=10`}, {"", 200, ""}, {"", 200, ""}, {"", 200, ""},
	} {
		status, header := spend(c.who)
		if status != c.status || header != c.header {
			t.Errorf("%d: %s got %d %s", i, c.who, status, header)
		}
	}
	if w := ask(s, post(query), "Authorization", "Bearer north"); code(t, w) != "RATE_LIMITED" || w.Header().Get("Retry-After") == "" || !strings.Contains(w.Body.String(), `"extensions":{"cost":`) {
		t.Errorf("got %s", w.Body)
	}
}

func TestCostIsSaid(t *testing.T) {
	s := newServer(root{}, server.Options{})
	type costs struct{ Estimated, Limit, Used int }
	for query, want := range map[string]costs{
		"{ datasets { name } }":                              {20, server.DefaultCostLimit, 2},
		"{ a: datasets { name records } __typename }":        {31, server.DefaultCostLimit, 3},
		"{ centrality(measure: DEGREE) { totalCount } }":     {10_002, server.DefaultCostLimit, 10_002},
		"{ __schema { types { name fields { name } } } }":    {505, server.DefaultCostLimit, 501},
		"{ entities(first: 1000000) { nodes { id name } } }": {3_000_001, server.DefaultCostLimit, 0},
	} {
		w := ask(s, post(query))
		var got struct{ Extensions struct{ Cost costs } }
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || got.Extensions.Cost != want {
			t.Errorf("%s: got %+v: %s", query, got.Extensions.Cost, shortened(w.Body.String()))
		}
	}
}

func TestDeferIsNotOffered(t *testing.T) {
	s := newServer(root{}, server.Options{})
	if w := ask(s, post("{ __schema { directives { name } } }")); strings.Contains(w.Body.String(), "defer") || !strings.Contains(w.Body.String(), "include") {
		t.Errorf("got %s", shortened(w.Body.String()))
	}
}

func shortened(text string) string { return text[:min(len(text), 500)] }
