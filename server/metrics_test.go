package server_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
)

// TestMetricsAndTraces asks with a canary wherever a client may put one: neither
// metrics nor traces hold it, and both say what was asked in the words of the schema.
func TestMetricsAndTraces(t *testing.T) {
	spans := tracetest.NewSpanRecorder()
	s := newServer(root{datasets: func(context.Context) ([]model.Dataset, error) { return nil, errors.New(canary) }, changes: telling(false, canary)}, server.Options{
		Tracer: trace.NewTracerProvider(trace.WithSpanProcessor(spans)).Tracer("test"),
		Tokens: map[string]access.Viewer{"north": {Name: canary}},
	})
	ask(s, `{"query":"query c4n4ry($t: String!) { c4n4ry: search(text: $t) { totalCount } __typename }","variables":{"t":"c4n4ry"}}`, "Authorization", "Bearer north")
	ask(s, post("query c4n4ry { c4n4ry: datasets { name } }"))
	ask(s, post("{ c4n4ry }"))
	ask(s, `{"query":"`+canary)
	ask(s, post("subscription { c4n4ry: changes { revision } }"), "Accept", eventsMedia)
	w := send(s.Operations(), "GET", "/metrics", nil)
	for _, want := range []string{
		`chokepoint_operations_total{code="OK",type="query"} 1`,
		`chokepoint_operations_total{code="INTERNAL",type="query"} 1`,
		`chokepoint_operations_total{code="GRAPHQL_VALIDATION_FAILED",type="unknown"} 1`,
		`chokepoint_operations_total{code="OK",type="subscription"} 1`,
		`chokepoint_root_fields_total{field="search",type="query"} 1`,
		`chokepoint_operation_seconds_count{type="query"} 2`,
		`chokepoint_events_total 1`,
		`chokepoint_admitted{lane="lookups"} 0`,
		`chokepoint_streams 0`,
		`go_goroutines`,
	} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("metrics lack %s", want)
		}
	}
	traced := ""
	for _, span := range spans.Ended() {
		traced += fmt.Sprintln(span.Name(), span.Attributes(), span.Status(), span.Events())
	}
	for _, want := range []string{"search [", "datasets [", "query [", "INTERNAL", "r17"} {
		if !strings.Contains(traced, want) {
			t.Errorf("traces lack %s:\n%s", want, traced)
		}
	}
	if strings.Contains(w.Body.String(), canary) || strings.Contains(traced, canary) {
		t.Errorf("what was asked shows:\n%s\n%s", w.Body, traced)
	}
	if w := send(s, "GET", "/metrics", nil); w.Code != 404 {
		t.Errorf("metrics are for operators alone: %d", w.Code)
	}
	if w := send(s.Operations(), "GET", "/metrics", nil, "Host", "example.com"); w.Code != 403 {
		t.Errorf("another host: %d", w.Code)
	}
	for _, path := range []string{"/healthz", "/readyz"} {
		if w := send(s.Operations(), "GET", path, nil); w.Code != 200 {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if w := send(s.Operations(), "POST", "/graphql", nil); w.Code != 404 {
		t.Errorf("operators get no data: %d", w.Code)
	}
}
