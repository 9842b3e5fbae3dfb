package server_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/server"
)

func TestHealth(t *testing.T) {
	fails := errors.New(canary)
	s := newServer(root{}, server.Options{Ready: func(context.Context) error { return fails }})
	if w := send(s, "GET", "/healthz", nil); w.Code != 200 || w.Body.String() != "{\"status\":\"ok\"}\n" {
		t.Errorf("healthz: %d %s", w.Code, w.Body)
	}
	if w := send(s, "GET", "/readyz", nil); w.Code != 503 || w.Body.String() != "{\"status\":\"unavailable\"}\n" {
		t.Errorf("readyz: %d %s", w.Code, w.Body)
	}
	fails = graph.Errorf(graph.Unavailable, "the store does not answer").Because(errors.New(canary))
	if w := send(s, "GET", "/readyz", nil); w.Code != 503 || w.Body.String() != "{\"status\":\"unavailable\",\"reason\":\"the store does not answer\"}\n" {
		t.Errorf("readyz: %d %s", w.Code, w.Body)
	}
	fails = nil
	if w := send(s, "GET", "/readyz", nil); w.Code != 200 {
		t.Errorf("readyz: %d %s", w.Code, w.Body)
	}
}

func TestWelcome(t *testing.T) {
	s := newServer(root{}, server.Options{
		SDL:    []byte("type Query { a: Int }"),
		Local:  &access.Viewer{Name: "local"},
		Tokens: map[string]access.Viewer{"0123456789abcdef": {Name: "analyst-7"}},
		Session: func(ctx context.Context, v access.Viewer) (context.Context, error) {
			return context.WithValue(ctx, viewerKey{}, v), nil
		},
		Welcome: func(ctx context.Context) (server.Welcome, error) {
			asked := ctx.Value(viewerKey{}).(access.Viewer).Name
			return server.Welcome{Store: "</script>", Queries: []server.WorkedQuery{{Name: "Who", Title: "Who?", Query: "query Who { x }", Variables: map[string]any{"id": asked}}}, Sides: &server.Sides{From: []string{"a"}, To: []string{"b"}}}, nil
		},
	})
	for token, want := range map[string]string{
		"":                        `{"store":"\u003c/script\u003e","viewer":"local","listed":false,"queries":[{"name":"Who","title":"Who?","query":"query Who { x }","variables":{"id":"local"}}],"sides":{"from":["a"],"to":["b"]}}`,
		"Bearer 0123456789abcdef": `{"store":"\u003c/script\u003e","viewer":"analyst-7","listed":false,"queries":[{"name":"Who","title":"Who?","query":"query Who { x }","variables":{"id":"analyst-7"}}],"sides":{"from":["a"],"to":["b"]}}`,
	} {
		headers := []string{"Host", "127.0.0.1:9"}
		if token != "" {
			headers = append(headers, "Authorization", token)
		}
		if w := send(s, "GET", "/welcome.json", nil, headers...); w.Code != 200 || w.Body.String() != want {
			t.Errorf("token %q: %d %s", token, w.Code, w.Body)
		}
	}
	if w := send(s, "GET", "/welcome.json", nil, "Authorization", "Bearer wrong"); w.Code != 401 {
		t.Errorf("wrong token: %d %s", w.Code, w.Body)
	}
	if w := send(s, "GET", "/welcome.json", nil, "Sec-Fetch-Site", "cross-site"); w.Code != 403 {
		t.Errorf("other site: %d %s", w.Code, w.Body)
	}
	if w := send(s, "GET", "/schema.graphqls", nil); w.Body.String() != "type Query { a: Int }" {
		t.Errorf("schema: %s", w.Body)
	}
	if w := send(s, "GET", "/nothing", nil); w.Code != 404 {
		t.Errorf("elsewhere: %d", w.Code)
	}
}

func TestWelcomeWithoutData(t *testing.T) {
	if w := send(newServer(root{}, server.Options{}), "GET", "/welcome.json", nil); w.Code != 200 || !strings.Contains(w.Body.String(), `"queries":[]`) {
		t.Errorf("none: %d %s", w.Code, w.Body)
	}
	failing := func(context.Context) (server.Welcome, error) {
		return server.Welcome{Store: canary}, errors.New(canary)
	}
	session := func(ctx context.Context, _ access.Viewer) (context.Context, error) { return ctx, errors.New(canary) }
	for name, o := range map[string]server.Options{"failing": {Welcome: failing}, "failing session": {Welcome: failing, Session: session}} {
		if w := send(newServer(root{}, o), "GET", "/welcome.json", nil); w.Code != 500 || strings.Contains(w.Body.String(), canary) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}

// The pages are the same for everybody: what they show they ask for.
func TestPages(t *testing.T) {
	s := newServer(root{}, server.Options{})
	for _, path := range []string{"/", "/graphiql"} {
		w := send(s, "GET", path, nil, "Authorization", "Bearer wrong")
		if w.Code != 200 || !strings.HasPrefix(w.Header().Get("Content-Security-Policy"), "default-src 'none'") || w.Header().Get("Cache-Control") != "no-cache" {
			t.Errorf("%s: %d %v", path, w.Code, w.Header())
		}
		if w := send(s, "GET", path, nil, "Host", "evil.example"); w.Code != 403 {
			t.Errorf("%s under another name: %d", path, w.Code)
		}
		if w := send(s, "POST", path, nil); w.Code != 405 {
			t.Errorf("POST %s: %d", path, w.Code)
		}
	}
}
