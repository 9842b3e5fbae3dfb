package server_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
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
		SDL:   []byte("type Query { a: Int }"),
		Local: &access.Viewer{Name: "analyst-7"},
		Session: func(ctx context.Context, v access.Viewer) (context.Context, error) {
			return context.WithValue(ctx, viewerKey{}, v), nil
		},
		Welcome: func(ctx context.Context) (server.Welcome, error) {
			return server.Welcome{
				Store:   "<script>alert(1)</script>",
				Figures: []server.Figure{{Name: "viewer", Value: ctx.Value(viewerKey{}).(access.Viewer).Name}},
				Queries: []server.WorkedQuery{{Title: "Who?", Query: "{ datasets { name } }", Answer: `{"data":{"datasets":[]}}`}, {Title: "No answer", Query: "{ x }"}},
				Docs:    []server.Link{{Title: "Ontology", URL: "javascript:alert(1)"}, {Title: "More", URL: "https://example.org/"}},
			}, nil
		},
	})
	w := send(s, "GET", "/", nil, "Host", "127.0.0.1:9")
	page := w.Body.String()
	for _, want := range []string{"<dd>analyst-7</dd>", "curl http://127.0.0.1:9/graphql", `href="/healthz"`, `href="/schema.graphqls"`, "{ datasets { name } }", "  &#34;data&#34;: {", `href="https://example.org/"`, "&lt;script&gt;"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %s", want)
		}
	}
	for _, never := range []string{"<script", "javascript:", "src=", "@import", "url("} {
		if strings.Contains(page, never) {
			t.Errorf("the page has %s", never)
		}
	}
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	policy := w.Header().Get("Content-Security-Policy")
	if !strings.Contains(policy, base64.StdEncoding.EncodeToString(sum[:])) || !strings.HasPrefix(policy, "default-src 'none'") {
		t.Errorf("policy %s does not fit the page", policy)
	}
	if w := send(s, "GET", "/schema.graphqls", nil); w.Body.String() != "type Query { a: Int }" {
		t.Errorf("schema: %s", w.Body)
	}
	if w := send(s, "GET", "/nothing", nil); w.Code != 404 {
		t.Errorf("elsewhere: %d", w.Code)
	}
}

func TestWelcomeWithoutData(t *testing.T) {
	for name, o := range map[string]server.Options{
		"none": {},
		"failing": {Welcome: func(context.Context) (server.Welcome, error) {
			return server.Welcome{Store: canary}, errors.New(canary)
		}},
		"failing session": {Welcome: func(context.Context) (server.Welcome, error) { return server.Welcome{Store: canary}, nil }, Session: func(ctx context.Context, _ access.Viewer) (context.Context, error) { return ctx, errors.New(canary) }},
	} {
		w := send(newServer(root{}, o), "GET", "/", nil)
		if w.Code != 200 || !strings.Contains(w.Body.String(), "curl ") || strings.Contains(w.Body.String(), canary) {
			t.Errorf("%s: %d %s", name, w.Code, w.Body)
		}
	}
}
