package server_test

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
)

const eventsMedia = "text/event-stream"

func TestEvents(t *testing.T) {
	for _, c := range []struct {
		name, query string
		root        root
		want        string
	}{
		{"events", "subscription { changes { revision } }", root{changes: telling(false, "r1", "r2")}, `:

event: next
data: {"data":{"changes":{"revision":"r1"}}}

event: next
data: {"data":{"changes":{"revision":"r2"}}}

event: complete
data: 

`},
		{"a query", "{ datasets { name } }", root{}, `event: next
data: {"data":{"datasets":[{"name":"tips"}]}}

event: complete
data: 

`},
		{"not valid", "{ datasts }", root{}, `event: next
data: {"errors":[{"message":"Cannot query field \"datasts\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED","requestId":"r17"}}]}

event: complete
data: 

`},
		{"refused", "subscription { changes { revision } }", root{changes: func(context.Context) (<-chan model.ChangeEvent, error) {
			return nil, graph.Errorf(graph.BadUserInput, "No token of yours.")
		}}, `:

event: next
data: {"errors":[{"message":"No token of yours.","path":["changes"],"locations":[{"line":1,"column":16}],"extensions":{"code":"BAD_USER_INPUT","requestId":"r17"}}]}

event: complete
data: 

`},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ask(newServer(c.root, server.Options{}), post(c.query), "Accept", eventsMedia)
			var got strings.Builder
			for line := range strings.Lines(w.Body.String()) {
				if strings.HasPrefix(line, "data: {") {
					line = withoutCost([]byte(line)) + "\n"
				}
				got.WriteString(line)
			}
			if got.String() != c.want || w.Code != 200 || w.Header().Get("Content-Type") != eventsMedia+"; charset=utf-8" {
				t.Errorf("got %d %v\n%s\nwant\n%s", w.Code, w.Header(), got.String(), c.want)
			}
		})
	}
}

func TestEventsOfMutationsNeedPost(t *testing.T) {
	w := send(newServer(root{}, server.Options{}), "GET", "/graphql?query=mutation{deleteRecords(input:{ids:[]}){deleted}}", nil, "Accept", eventsMedia)
	if w.Code != http.StatusMethodNotAllowed || code(t, w) != "BAD_USER_INPUT" {
		t.Errorf("got %d %s", w.Code, w.Body)
	}
}

// TestEventsComeAtOnce reads an event while its stream goes on, and then hangs up.
func TestEventsComeAtOnce(t *testing.T) {
	ended := make(chan struct{})
	url, stop := serve(t, newServer(root{changes: func(ctx context.Context) (<-chan model.ChangeEvent, error) {
		context.AfterFunc(ctx, func() { close(ended) })
		return telling(true, "r1")(ctx)
	}}, server.Options{}))
	response := listen(t, url)
	lines := bufio.NewReader(response.Body)
	for line := ""; !strings.Contains(line, `"revision":"r1"`); {
		var err error
		if line, err = lines.ReadString('\n'); err != nil {
			t.Fatal(err)
		}
	}
	if err := response.Body.Close(); err != nil {
		t.Error(err)
	}
	<-ended
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestEventsEndWithTheServer(t *testing.T) {
	url, stop := serve(t, newServer(root{changes: telling(true, "r1")}, server.Options{}))
	response := listen(t, url) //nolint:bodyclose // listen does
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	body, _ := io.ReadAll(response.Body)
	if strings.Contains(string(body), "complete") {
		t.Errorf("the subscription is not complete: %s", body)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

// listen asks for events of a running server.
func listen(t *testing.T, url string) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url+"/graphql", strings.NewReader(post("subscription { changes { revision } }")))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", eventsMedia)
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = response.Body.Close() })
	return response
}
