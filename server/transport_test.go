package server_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/server"
)

const (
	graphqlMedia = "application/graphql-response+json"
	jsonMedia    = "application/json"
	canary       = "c4n4ry"
)

func TestStatus(t *testing.T) {
	const query = `{"query":"{ datasets { name } }"}`
	get := func(query string) string { return "/graphql?query=" + url.QueryEscape(query) }
	for _, c := range []struct {
		name, method, path, body string
		header                   []string
		status                   int
		media, code              string
	}{
		{"post", "POST", "/graphql", query, nil, 200, jsonMedia, ""},
		{"post, new media type", "POST", "/graphql", query, []string{"Accept", graphqlMedia}, 200, graphqlMedia, ""},
		{"post, any media type", "POST", "/graphql", query, []string{"Accept", "*/*"}, 200, jsonMedia, ""},
		{"post, both media types", "POST", "/graphql", query, []string{"Accept", jsonMedia + ", " + graphqlMedia}, 200, graphqlMedia, ""},
		{"post, a preferred media type", "POST", "/graphql", query, []string{"Accept", graphqlMedia + ";q=0.5, application/*;q=0.9"}, 200, jsonMedia, ""},
		{"post, charset", "POST", "/graphql", query, []string{"Content-Type", "application/json; charset=UTF-8"}, 200, jsonMedia, ""},
		{"get", "GET", get("{datasets{name}}"), "", nil, 200, jsonMedia, ""},
		{"get with variables", "GET", get("query($t:String!){search(text:$t){totalCount}}") + "&variables=" + url.QueryEscape(`{"t":"x"}`), "", nil, 200, jsonMedia, ""},
		{"unacceptable", "POST", "/graphql", query, []string{"Accept", "text/html"}, 406, jsonMedia, "BAD_USER_INPUT"},
		{"acceptable but for its quality", "POST", "/graphql", query, []string{"Accept", "application/json;q=0"}, 406, jsonMedia, "BAD_USER_INPUT"},
		{"put", "PUT", "/graphql", query, nil, 405, jsonMedia, "BAD_USER_INPUT"},
		{"head", "HEAD", "/graphql", "", nil, 405, jsonMedia, "BAD_USER_INPUT"},
		{"mutation by get", "GET", get(`mutation{deleteRecords(input:{ids:[]}){deleted}}`), "", nil, 405, jsonMedia, "BAD_USER_INPUT"},
		{"text", "POST", "/graphql", query, []string{"Content-Type", "text/plain"}, 415, jsonMedia, "BAD_USER_INPUT"},
		{"no type", "POST", "/graphql", query, []string{"Content-Type", ""}, 415, jsonMedia, "BAD_USER_INPUT"},
		{"form", "POST", "/graphql", "query={datasets{name}}", []string{"Content-Type", "application/x-www-form-urlencoded"}, 415, jsonMedia, "BAD_USER_INPUT"},
		{"multipart", "POST", "/graphql", query, []string{"Content-Type", "multipart/form-data; boundary=x"}, 415, jsonMedia, "BAD_USER_INPUT"},
		{"latin", "POST", "/graphql", query, []string{"Content-Type", "application/json; charset=latin1"}, 415, jsonMedia, "BAD_USER_INPUT"},
		{"compressed", "POST", "/graphql", query, []string{"Content-Encoding", "gzip"}, 415, jsonMedia, "BAD_USER_INPUT"},
		{"no query", "POST", "/graphql", `{"variables":{}}`, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"query of another type", "POST", "/graphql", `{"query":1}`, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"variables of another type", "POST", "/graphql", `{"query":"{datasets{name}}","variables":[1]}`, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"batch", "POST", "/graphql", "[" + query + "," + query + "]", nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"malformed", "POST", "/graphql", `{"query":"` + canary, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"a member twice", "POST", "/graphql", `{"query":"` + canary + `","query":"{datasets{name}}"}`, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"more than one value", "POST", "/graphql", query + canary, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"not utf-8", "POST", "/graphql", "{\"query\":\"" + canary + "\xff\"}", nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"deep", "POST", "/graphql", `{"query":"` + canary + `","variables":` + strings.Repeat("[", 1000) + strings.Repeat("]", 1000) + "}", nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"variables by get that are none", "GET", get("{datasets{name}}") + "&variables=" + canary, "", nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"mutation by get for events", "GET", get(`mutation{deleteRecords(input:{ids:[]}){deleted}}`), "", []string{"Accept", eventsMedia}, 405, jsonMedia, "BAD_USER_INPUT"},
		{"handshake of another version", "GET", "/graphql", "", []string{"Upgrade", "websocket", "Connection", "Upgrade", "Sec-WebSocket-Version", canary}, 400, jsonMedia, "BAD_USER_INPUT"},
		{"query twice by get", "GET", get("{datasets{name}}") + "&query=" + canary, "", nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"unknown hash", "POST", "/graphql", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + canary + `"}}}`, nil, 200, jsonMedia, "PERSISTED_QUERY_NOT_FOUND"},
		{"unknown hash, new media type", "POST", "/graphql", `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + canary + `"}}}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "PERSISTED_QUERY_NOT_FOUND"},
		{"hash of another version", "POST", "/graphql", `{"extensions":{"persistedQuery":{"version":2,"sha256Hash":"` + canary + `"}}}`, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"id of another type", "POST", "/graphql", `{"documentId":7}`, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"unknown id by get", "GET", "/graphql?documentId=sha256:" + canary, "", []string{"Accept", graphqlMedia}, 400, graphqlMedia, "PERSISTED_QUERY_NOT_FOUND"},
		{"wrong hash", "POST", "/graphql", `{"query":"{datasets{name}}","extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + canary + `"}}}`, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"does not parse", "POST", "/graphql", `{"query":"{"}`, nil, 200, jsonMedia, "GRAPHQL_PARSE_FAILED"},
		{"does not parse, new media type", "POST", "/graphql", `{"query":"{"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_PARSE_FAILED"},
		{"is not valid", "POST", "/graphql", `{"query":"{ datasts }"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"no such operation", "POST", "/graphql", `{"query":"query A {datasets{name}}","operationName":"B"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"which operation", "POST", "/graphql", `{"query":"query A {datasets{name}} query B {datasets{name}}"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"no operation", "POST", "/graphql", `{"query":"fragment F on Query {datasets{name}}"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"empty", "POST", "/graphql", `{"query":" "}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"many values", "POST", "/graphql", `{"query":"{datasets{name}}","variables":{"a":[` + strings.Repeat("1,", 100_000) + `1]}}`, nil, 400, jsonMedia, "BAD_USER_INPUT"},
		{"subscription", "POST", "/graphql", `{"query":"subscription {x}"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"subscription with one answer", "POST", "/graphql", `{"query":"subscription { changes { revision } }"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "BAD_USER_INPUT"},
		{"subscription to nothing", "POST", "/graphql", `{"query":"subscription { __typename }"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"subscription to two things", "POST", "/graphql", `{"query":"subscription { a: changes { revision } b: changes { revision } }"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"variable missing", "POST", "/graphql", `{"query":"query($t:String!){search(text:$t){totalCount}}"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "BAD_USER_INPUT"},
		{"a number beyond all", "POST", "/graphql", `{"query":"{communities(seed: 99999999999999999999) { totalCount }}"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"a number beyond all within", "POST", "/graphql", `{"query":"{communities(seed: {a: [1e999]}) { totalCount }}"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"a default beyond all", "POST", "/graphql", `{"query":"query ($s: Int64! = 99999999999999999999) {communities(seed: $s) { totalCount }}"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "GRAPHQL_VALIDATION_FAILED"},
		{"deferred", "POST", "/graphql", `{"query":"{... @defer {datasets{name}}}"}`, []string{"Accept", graphqlMedia}, 400, graphqlMedia, "BAD_USER_INPUT"},
	} {
		t.Run(c.name, func(t *testing.T) {
			header := append([]string{"Content-Type", "application/json"}, c.header...)
			w := send(newServer(root{}, server.Options{}), c.method, c.path, strings.NewReader(c.body), header...)
			if w.Code != c.status || w.Header().Get("Content-Type") != c.media+"; charset=utf-8" {
				t.Errorf("got %d %s, want %d %s: %s", w.Code, w.Header().Get("Content-Type"), c.status, c.media, w.Body)
			}
			if got := code(t, w); got != c.code {
				t.Errorf("got code %q, want %q: %s", got, c.code, w.Body)
			}
			if hasData := strings.Contains(w.Body.String(), `"data"`); hasData != (c.code == "") {
				t.Errorf("data must be there only if execution began: %s", w.Body)
			}
			if strings.Contains(w.Body.String(), canary) {
				t.Errorf("the request was echoed: %s", w.Body)
			}
			if w.Header().Get("Cache-Control") != "no-store" || w.Header().Get("X-Request-Id") != "r17" {
				t.Errorf("headers: %v", w.Header())
			}
			if (w.Code == http.StatusMethodNotAllowed) != (w.Header().Get("Allow") != "") {
				t.Errorf("Allow belongs to 405: %v", w.Header())
			}
		})
	}
}

// endless is a body that never ends.
type endless struct{ read int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '['
	}
	e.read += len(p)
	return len(p), nil
}

func TestBodyIsBounded(t *testing.T) {
	s := newServer(root{}, server.Options{})
	body := &endless{}
	if w := send(s, "POST", "/graphql", body, "Content-Type", "application/json"); w.Code != http.StatusRequestEntityTooLarge || body.read > 3<<20 {
		t.Errorf("chunked: got %d after %d bytes", w.Code, body.read)
	}
	if w := ask(s, `{"query":"`+strings.Repeat("x", 1<<20)+`"}`); w.Code != http.StatusRequestEntityTooLarge || w.Body.Len() > 500 {
		t.Errorf("with a length: got %d and %d bytes", w.Code, w.Body.Len())
	}
	if w := ask(s, post("{datasets{name}}")); w.Code != http.StatusOK {
		t.Errorf("the next request: %d", w.Code)
	}
}

type viewerKey struct{}

func TestSession(t *testing.T) {
	var seen []string
	s := newServer(root{}, server.Options{
		Local:  &access.Viewer{Name: "narrow"},
		Tokens: map[string]access.Viewer{"north": {Name: "analyst", Clearance: access.Grant("TLP:GREEN")}},
		Session: func(ctx context.Context, v access.Viewer) (context.Context, error) {
			seen = append(seen, v.Name)
			return context.WithValue(ctx, viewerKey{}, v), nil
		},
	})
	ask(s, post("{datasets{name}}"))
	ask(s, post("{datasets{name}}"), "Authorization", "bearer north")
	ask(s, post("{nonsense}"))
	if got := strings.Join(seen, " "); got != "narrow analyst" {
		t.Errorf("sessions for %q: want one per operation that passed the gate", got)
	}
}

func TestSessionFails(t *testing.T) {
	for _, c := range []struct {
		err    error
		status int
		code   string
	}{
		{graph.Errorf(graph.Unavailable, "The store does not answer.").Because(errors.New(canary)), 503, "UNAVAILABLE"},
		{errors.New(canary), 500, "INTERNAL"},
		{graph.Errorf(graph.Internal, canary), 500, "INTERNAL"},
		{context.DeadlineExceeded, 504, "TIMEOUT"},
	} {
		s := newServer(root{}, server.Options{Session: func(ctx context.Context, _ access.Viewer) (context.Context, error) { return ctx, c.err }})
		w := ask(s, post("{datasets{name}}"))
		if w.Code != c.status || code(t, w) != c.code || strings.Contains(w.Body.String(), canary) || strings.Contains(w.Body.String(), `"data"`) {
			t.Errorf("%v: got %d %s", c.err, w.Code, w.Body)
		}
	}
}

func TestExecute(t *testing.T) {
	s := newServer(root{}, server.Options{})
	const query = `query Find($t: String!) { search(text: $t) { totalCount } } query All { datasets { name } }`
	for _, c := range []struct {
		operation, variables, want string
		ok                         bool
	}{
		{"All", "", `{"data":{"datasets":[{"name":"tips"}]}}`, true},
		{"Find", `{"t":"x"}`, `{"data":{"search":{"totalCount":null}}}`, true},
		{"Find", `{"t":1}`, `{"errors":[{"message":"Variable $t is not a valid String.","extensions":{"code":"BAD_USER_INPUT","requestId":"r17"}}]}`, false},
		{"Find", `{`, `{"errors":[{"message":"The variables are not a valid JSON object.","extensions":{"code":"BAD_USER_INPUT","requestId":"r17"}}]}`, false},
	} {
		got, ok := s.Execute(t.Context(), query, c.operation, []byte(c.variables))
		if withoutCost(got) != c.want || ok != c.ok {
			t.Errorf("%s %s: got %s %v", c.operation, c.variables, got, ok)
		}
	}
}

func FuzzRequest(f *testing.F) {
	f.Add(`{"query":"{ datasets { name } }","variables":{"a":[1,{"b":null}]}}`)
	f.Add(post(`query($t: String!) { search(text: $t) { nodes { ...F } } } fragment F on SearchHit { score ...F }`))
	s := newServer(root{}, server.Options{})
	f.Fuzz(func(t *testing.T, body string) {
		w := ask(s, body)
		if w.Code == http.StatusInternalServerError {
			t.Errorf("%q: %s", body, w.Body)
		}
		read(t, w)
	})
}
