package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
)

func TestResolverErrors(t *testing.T) {
	secret := errors.New("bolt://" + canary + ":7687: Neo.ClientError")
	for _, c := range []struct {
		name          string
		err           error
		code, message string // message "" is any without the canary
		logged        bool
	}{
		{"public", graph.Errorf(graph.NotFound, "There is nothing with this id."), "NOT_FOUND", "There is nothing with this id.", false},
		{"public, wrapped", fmt.Errorf("%s: %w", canary, graph.Errorf(graph.Stale, "Not yet.")), "STALE", "Not yet.", false},
		{"public with a cause", graph.Errorf(graph.Unavailable, "The store does not answer.").Because(secret), "UNAVAILABLE", "The store does not answer.", true},
		{"public beside a secret", errors.Join(secret, graph.Errorf(graph.Conflict, "Changed since.")), "CONFLICT", "Changed since.", false},
		{"internal", graph.Errorf(graph.Internal, "%s", canary).Because(secret), "INTERNAL", "", true},
		{"of no known code", &graph.Error{Code: "MADE_UP", Message: canary}, "INTERNAL", "", true},
		{"unknown", secret, "INTERNAL", "", true},
		{"deadline", fmt.Errorf("%w at %s", context.DeadlineExceeded, canary), "TIMEOUT", "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			var log bytes.Buffer
			s := newServer(root{datasets: func(context.Context) ([]model.Dataset, error) { return nil, c.err }},
				server.Options{Log: slog.New(slog.NewJSONHandler(&log, nil))})
			w := ask(s, post("{ datasets { name } }"), "Accept", graphqlMedia)
			got := read(t, w)
			if w.Code != 200 || string(got.Data) != "null" || len(got.Errors) != 1 || code(t, w) != c.code {
				t.Errorf("got %d %s", w.Code, w.Body)
			}
			if c.message != "" && got.Errors[0].Message != c.message || strings.Contains(w.Body.String(), canary) {
				t.Errorf("message: %s", w.Body)
			}
			if logged := strings.Contains(log.String(), canary); logged != c.logged {
				t.Errorf("the log holds the cause: %v, want %v", logged, c.logged)
			}
			if !strings.Contains(log.String(), `"operation":"query","code":"`+c.code+`"`) {
				t.Errorf("the line of the request lacks its operation and code: %s", &log)
			}
			if c.logged && !strings.Contains(log.String(), `"requestId":"r17"`) {
				t.Errorf("log without request id: %s", &log)
			}
		})
	}
}

func TestPanicsAreMasked(t *testing.T) {
	for _, thrown := range []any{canary, errors.New(canary), graph.Errorf(graph.NotFound, "%s", canary)} {
		s := newServer(root{datasets: func(context.Context) ([]model.Dataset, error) { panic(thrown) }}, server.Options{})
		w := ask(s, post("{ datasets { name } }"))
		if code(t, w) != "INTERNAL" || strings.Contains(w.Body.String(), canary) || strings.Contains(w.Body.String(), ".go:") {
			t.Errorf("%T: %s", thrown, w.Body)
		}
	}
	s := newServer(root{}, server.Options{Ready: func(context.Context) error { panic(canary) }})
	w := send(s, "GET", "/readyz", nil)
	if w.Code != 500 || code(t, w) != "INTERNAL" || strings.Contains(w.Body.String(), canary) {
		t.Errorf("outside of GraphQL: %d %s", w.Code, w.Body)
	}
}

func TestTimeout(t *testing.T) {
	s := newServer(root{datasets: func(ctx context.Context) ([]model.Dataset, error) {
		<-ctx.Done()
		return nil, graph.Errorf(graph.Internal, "%s", canary).Because(ctx.Err())
	}}, server.Options{Timeout: time.Millisecond})
	if w := ask(s, post("{ datasets { name } }")); code(t, w) != "TIMEOUT" || strings.Contains(w.Body.String(), canary) {
		t.Errorf("got %s", w.Body)
	}
}

func TestArguments(t *testing.T) {
	s := newServer(root{}, server.Options{})
	for _, c := range []struct{ query, variables, code, want string }{
		{`query($s: Scope) { centrality(measure: DEGREE, scope: $s) { totalCount } }`, `{"s":{"during":{"from":"c4n4ry"}}}`, "BAD_USER_INPUT", "Argument scope.during.from is not a valid DateTime."},
		{`query($k: [EntityKind!]) { search(text: "", kinds: $k) { totalCount } }`, `{"k":["Person","c4n4ry"]}`, "BAD_USER_INPUT", "Variable $k[1] is not a valid EntityKind."},
		{`query($k: [EntityKind!]) { search(text: "", kinds: $k) { totalCount } }`, `{"k":["person"]}`, "BAD_USER_INPUT", "Variable $k[0] is not a valid EntityKind."},
		{`query($n: Int! = 5) { search(text: "", first: $n) { totalCount } }`, `{"n":"5"}`, "BAD_USER_INPUT", "Variable $n is not a valid Int."},
		{`query($n: Int! = 5) { search(text: "", first: $n) { totalCount } }`, `{"n":2147483648}`, "BAD_USER_INPUT", "Variable $n is not a valid Int."},
		{`query($n: Int! = 5) { search(text: "", first: $n) { totalCount } }`, `{"n":null}`, "BAD_USER_INPUT", "Variable $n must not be null."},
		{`query($n: Int! = 5) { search(text: "", first: $n) { totalCount } }`, `{}`, "", ""},
		{`query($t: String!) { search(text: $t) { totalCount } }`, `{"t":17}`, "BAD_USER_INPUT", "Variable $t is not a valid String."},
		{`query($t: String!) { search(text: $t) { totalCount } }`, `{"t":"x","more":"c4n4ry"}`, "", ""},
		{`query($s: Scope) { centrality(measure: DEGREE, scope: $s) { totalCount } }`, `{"s":{"minConfidence":"0.5"}}`, "BAD_USER_INPUT", "Variable $s.minConfidence is not a valid Float."},
		{`query($s: Scope) { centrality(measure: DEGREE, scope: $s) { totalCount } }`, `{"s":{"kinds":["Person"]}}`, "BAD_USER_INPUT", `Variable $s holds "kinds", which Scope lacks.`},
		{`query($s: Scope) { centrality(measure: DEGREE, scope: $s) { totalCount } }`, `{"s":{"minConfidence":0.5,"within":"0c9h","orientation":"NATURAL"}}`, "", ""},
		{`query($s: Scope) { centrality(measure: DEGREE, scope: $s) { totalCount } }`, `{"s":7}`, "BAD_USER_INPUT", "Variable $s is not a valid Scope."},
		{`{ search(txt: "") { totalCount } }`, `{}`, "GRAPHQL_VALIDATION_FAILED", `Unknown argument "txt" on field "Query.search".`},
		{`{ datasts { name } }`, `{}`, "GRAPHQL_VALIDATION_FAILED", `Cannot query field "datasts" on type "Query".`},
		{`{ search(text: "", kinds: [Persn]) { totalCount } }`, `{}`, "GRAPHQL_VALIDATION_FAILED", `Value "Persn" does not exist in "EntityKind!" enum.`},
		{`{ datasets { ...F } } fragment F on Datase { name }`, `{}`, "GRAPHQL_VALIDATION_FAILED", `Unknown type "Datase".`},
		{`{ datasets }`, `{}`, "GRAPHQL_VALIDATION_FAILED", ""},
	} {
		w := ask(s, `{"query":`+quote(c.query)+`,"variables":`+c.variables+`}`)
		got := read(t, w)
		if code(t, w) != c.code || c.want != "" && got.Errors[0].Message != c.want {
			t.Errorf("%s %s:\n got %s\nwant %s", c.query, c.variables, w.Body, c.want)
		}
		if strings.Contains(w.Body.String(), canary) || strings.Contains(w.Body.String(), "Did you mean") {
			t.Errorf("%s: %s", c.query, w.Body)
		}
	}
}

func TestOneOf(t *testing.T) {
	written := 0
	s := newServer(root{written: &written}, server.Options{})
	const query = `mutation($e: EndInput!) { upsertLinks(input: {links: [{dataset: "tips", kind: "OWNS", from: $e, to: $e}]}) { revision } }`
	for variables, good := range map[string]bool{
		`{"id":"a"}`: true, `{"key":{"dataset":"tips","key":"17"}}`: true,
		`{}`: false, `{"id":null}`: false, `{"id":"a","key":null}`: false, `{"id":"a","key":{"dataset":"tips","key":"17"}}`: false,
	} {
		before := written
		w := ask(s, `{"query":`+quote(query)+`,"variables":{"e":`+variables+`}}`)
		if (code(t, w) == "") != good || (written > before) != good {
			t.Errorf("%s: %s", variables, w.Body)
		}
	}
}

func TestMessagesAreBounded(t *testing.T) {
	s := newServer(root{}, server.Options{})
	w := ask(s, post(`{ search(text: `+strings.Repeat("1", 100_000)+`) { totalCount } `+strings.Repeat("x ", 60)+`}`))
	if got := read(t, w); w.Body.Len() > 20_000 || len(got.Errors) > 20 {
		t.Errorf("%d bytes, %d errors", w.Body.Len(), len(got.Errors))
	}
}

func TestErrorsInOrder(t *testing.T) {
	s := newServer(root{datasets: func(context.Context) ([]model.Dataset, error) { return nil, errors.New("no") }}, server.Options{})
	query := post(`{ a: datasets { name } b: datasets { name } c: datasets { name } d: datasets { name } }`)
	want := ask(s, query).Body.String()
	for range 50 {
		if got := ask(s, query).Body.String(); got != want {
			t.Fatalf("got %s\nthen %s", want, got)
		}
	}
}

func quote(text string) string {
	body, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(body)
}
