package server_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/generated"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/session"
)

// root answers the few operations that the tests ask for.
type root struct {
	generated.QueryResolver
	generated.MutationResolver
	generated.SubscriptionResolver
	changes    func(context.Context) (<-chan model.ChangeEvent, error)
	datasets   func(context.Context) ([]model.Dataset, error)
	centrality func(context.Context)
	written    *int
}

func (r root) Query() generated.QueryResolver       { return r }
func (r root) Mutation() generated.MutationResolver { return r }

func (r root) Subscription() generated.SubscriptionResolver { return r }

func (r root) Changes(ctx context.Context, _ *string, _ []graph.ID, _ *model.Scope) (<-chan model.ChangeEvent, error) {
	return r.changes(ctx)
}

// told returns the event of a token.
func told(token string) model.ChangeEvent {
	return model.ChangeEvent{Changed: session.Changed{Revision: session.Revision{Token: token}}}
}

// telling tells of tokens and then nothing more, until ctx ends if it stays.
func telling(stays bool, tokens ...string) func(context.Context) (<-chan model.ChangeEvent, error) {
	return func(ctx context.Context) (<-chan model.ChangeEvent, error) {
		events := make(chan model.ChangeEvent)
		go func() {
			defer close(events)
			for _, token := range tokens {
				select {
				case events <- told(token):
				case <-ctx.Done():
					return
				}
			}
			if stays {
				<-ctx.Done()
			}
		}()
		return events, nil
	}
}

func (r root) Datasets(ctx context.Context, _ *string) ([]model.Dataset, error) {
	if r.datasets == nil {
		return []model.Dataset{{Name: "tips"}}, nil
	}
	return r.datasets(ctx)
}

func (r root) Search(context.Context, string, []graph.Kind, int, *string, *string) (model.Connection[model.SearchHit], error) {
	return model.Connection[model.SearchHit]{}, nil
}

func (r root) Centrality(ctx context.Context, _ model.CentralityMeasure, _ model.LinkWeight, _ bool, _ model.PathWeight, _ *string, _ []graph.ID, _ *int, _ *model.Approximation, _ *model.Scope, _ int, _, _ *string) (model.RankingConnection, error) {
	if r.centrality != nil {
		r.centrality(ctx)
	}
	return model.RankingConnection{}, nil
}

func (r root) Chokepoints(context.Context, model.DisruptionObjective, int, []graph.ID, []graph.ID, model.DisruptionTargets, []graph.ID, *string, *string, model.DisruptionCost, *string, []session.Cost, *float64, int, *model.Scope, *string) (model.ChokepointPlan, error) {
	return model.ChokepointPlan{}, nil
}

func (r root) UpsertLinks(context.Context, model.UpsertLinksInput) (model.WritePayload, error) {
	*r.written++
	return model.WritePayload{Revision: "r1"}, nil
}

func newServer(r root, o server.Options) *server.Server {
	if o.RequestID == nil {
		o.RequestID = func() string { return "r17" }
	}
	return server.New(generated.NewExecutableSchema(generated.Config{Resolvers: r}), o)
}

// ask posts a request and returns the answer.
func ask(s http.Handler, body string, header ...string) *httptest.ResponseRecorder {
	return send(s, http.MethodPost, "/graphql", strings.NewReader(body), append([]string{"Content-Type", "application/json"}, header...)...)
}

// send sends a request with pairs of header names and values; the pair Host names
// the host, and an empty value takes a header away.
func send(s http.Handler, method, path string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	return sendIn(context.Background(), s, method, path, body, header...)
}

// askIn is ask under a context.
func askIn(ctx context.Context, s http.Handler, body string) *httptest.ResponseRecorder {
	return sendIn(ctx, s, http.MethodPost, "/graphql", strings.NewReader(body), "Content-Type", "application/json")
}

func sendIn(ctx context.Context, s http.Handler, method, path string, body io.Reader, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequestWithContext(ctx, method, path, body)
	r.Host = "localhost:8080"
	for i := 0; i < len(header); i += 2 {
		switch {
		case header[i] == "Host":
			r.Host = header[i+1]
		case header[i+1] == "":
			r.Header.Del(header[i])
		default:
			r.Header.Set(header[i], header[i+1])
		}
	}
	w := httptest.NewRecorder()
	s.ServeHTTP(w, r)
	return w
}

// post returns a body that asks a query.
func post(query string) string { return postWith(query, nil) }

func postWith(query string, variables any) string {
	body, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err)
	}
	return string(body)
}

// shown is an answer as a client reads it.
type shown struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct{ Code, RequestID string }
	}
}

// withoutCost returns an answer without what it says of its cost.
func withoutCost(body []byte) string {
	text, _, costed := strings.Cut(strings.TrimSpace(string(body)), `,"extensions":{"cost":`)
	if costed {
		text += "}"
	}
	return text
}

func read(t *testing.T, w *httptest.ResponseRecorder) shown {
	t.Helper()
	var answer shown
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("answer is no JSON: %v in %q", err, w.Body)
	}
	return answer
}

// code returns the code of the first error, "" without one.
func code(t *testing.T, w *httptest.ResponseRecorder) string {
	t.Helper()
	answer := read(t, w)
	if len(answer.Errors) == 0 {
		return ""
	}
	for _, e := range answer.Errors {
		if e.Extensions.Code == "" || e.Extensions.RequestID != "r17" {
			t.Errorf("error without code or request id: %s", w.Body)
		}
	}
	return answer.Errors[0].Extensions.Code
}
