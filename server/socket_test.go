package server_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
)

// dial opens a WebSocket to a server that runs until the test ends.
func dial(t *testing.T, s *server.Server, protocols ...string) *websocket.Conn {
	t.Helper()
	url, stop := serve(t, s)
	t.Cleanup(func() { _ = stop() })
	return dialURL(t, url, protocols...)
}

func dialURL(t *testing.T, url string, protocols ...string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url+"/graphql", &websocket.DialOptions{Subprotocols: protocols}) //nolint:bodyclose // has none
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

// say sends messages.
func say(t *testing.T, conn *websocket.Conn, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if err := conn.Write(t.Context(), websocket.MessageText, []byte(m)); err != nil {
			t.Fatal(err)
		}
	}
}

// hear returns the next message; one that closes the connection as "code reason".
func hear(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	_, text, err := conn.Read(t.Context())
	var closed websocket.CloseError
	if errors.As(err, &closed) {
		return fmt.Sprintf("%d %s", closed.Code, closed.Reason)
	}
	if err != nil {
		t.Fatal(err)
	}
	var m struct {
		ID, Type string
		Payload  json.RawMessage
	}
	if err := json.Unmarshal(text, &m); err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(m.Type + " " + m.ID + " " + strings.TrimSuffix(withoutCost(m.Payload), "\n"))
}

const (
	hello     = `{"type":"connection_init"}`
	subscribe = `{"id":"s","type":"subscribe","payload":{"query":"subscription { changes { revision } }"}}`
	question  = `{"id":"q","type":"subscribe","payload":{"query":"{ datasets { name } }"}}`
)

func TestSocket(t *testing.T) {
	options := server.Options{Tokens: map[string]access.Viewer{"north": {Name: "north"}}}
	for _, c := range []struct {
		name string
		root root
		say  []string
		hear []string
	}{
		{"events", root{changes: telling(false, "r1", "r2")}, []string{hello, subscribe}, []string{"connection_ack", `next s {"data":{"changes":{"revision":"r1"}}}`, `next s {"data":{"changes":{"revision":"r2"}}}`, "complete s"}},
		{"a query", root{}, []string{hello, question}, []string{"connection_ack", `next q {"data":{"datasets":[{"name":"tips"}]}}`, "complete q"}},
		{"pings", root{}, []string{`{"type":"ping"}`, hello, `{"type":"pong"}`, `{"type":"ping"}`}, []string{"pong", "connection_ack", "pong"}},
		{"a token", root{}, []string{`{"type":"connection_init","payload":{"authorization":"Bearer north"}}`}, []string{"connection_ack"}},
		{"a bad token", root{}, []string{`{"type":"connection_init","payload":{"Authorization":"Bearer south"}}`}, []string{"4403 Forbidden"}},
		{"early", root{}, []string{question}, []string{"4401 Unauthorized"}},
		{"init twice", root{}, []string{hello, hello}, []string{"connection_ack", "4429 Too many initialisation requests"}},
		{"an id twice", root{changes: telling(true)}, []string{hello, subscribe, subscribe}, []string{"connection_ack", "4409 Subscriber already exists"}},
		{"no json", root{}, []string{hello, "hello"}, []string{"connection_ack", "4400 Invalid message"}},
		{"an unknown message", root{}, []string{hello, `{"type":"start"}`}, []string{"connection_ack", "4400 Invalid message"}},
		{"no id", root{}, []string{hello, `{"type":"subscribe","payload":{"query":"{ datasets { name } }"}}`}, []string{"connection_ack", "4400 Invalid message"}},
		{"completed", root{changes: telling(true, "r1")}, []string{hello, subscribe, `{"id":"s","type":"complete"}`, `{"id":"x","type":"complete"}`, subscribe}, []string{"connection_ack"}},
		{"not valid", root{}, []string{hello, `{"id":"q","type":"subscribe","payload":{"query":"{ datasts }"}}`}, []string{"connection_ack", `error q [{"message":"Cannot query field \"datasts\" on type \"Query\".","locations":[{"line":1,"column":3}],"extensions":{"code":"GRAPHQL_VALIDATION_FAILED","requestId":"r17"}}]`}},
		{"too expensive", root{}, []string{hello, `{"id":"s","type":"subscribe","payload":{"query":"subscription { changes { changes(first: 500000) { outcome } } }"}}`}, []string{"connection_ack", `error s [{"message":"The operation may cost 1000201, and at most 400000 is allowed. Ask for fewer rows (first), fewer lists within lists, or fewer analyses at once.","extensions":{"code":"COMPLEXITY_LIMIT_EXCEEDED","requestId":"r17"}}]`}},
		{"refused", root{changes: func(context.Context) (<-chan model.ChangeEvent, error) {
			return nil, graph.Errorf(graph.BadUserInput, "No token of yours.")
		}}, []string{hello, subscribe}, []string{"connection_ack", `error s [{"message":"No token of yours.","path":["changes"],"locations":[{"line":1,"column":16}],"extensions":{"code":"BAD_USER_INPUT","requestId":"r17"}}]`}},
		{"a panic", root{changes: func(context.Context) (<-chan model.ChangeEvent, error) { panic(canary) }}, []string{hello, subscribe, `{"type":"ping"}`}, []string{"connection_ack"}},
		{"broken off", root{changes: func(context.Context) (<-chan model.ChangeEvent, error) {
			events := make(chan model.ChangeEvent, 1)
			events <- model.ChangeEvent{Err: graph.Errorf(graph.Unavailable, "The store does not answer.")}
			close(events)
			return events, nil
		}}, []string{hello, subscribe}, []string{"connection_ack", `next s {"errors":[{"message":"The store does not answer.","path":["changes","revision"],"locations":[{"line":1,"column":26}],"extensions":{"code":"UNAVAILABLE","requestId":"r17"}}],"data":null}`, "complete s"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			conn := dial(t, newServer(c.root, options), "graphql-transport-ws")
			say(t, conn, c.say...)
			for _, want := range c.hear {
				if got := hear(t, conn); got != want {
					t.Fatalf("got %s\nwant %s", got, want)
				}
			}
		})
	}
}

func TestSocketSubprotocol(t *testing.T) {
	for _, protocols := range [][]string{nil, {"graphql-ws"}} {
		if got := hear(t, dial(t, newServer(root{}, server.Options{}), protocols...)); got != "4406 Subprotocol not acceptable" {
			t.Errorf("%v: got %s", protocols, got)
		}
	}
}

func TestSocketOfAnotherOrigin(t *testing.T) {
	url, stop := serve(t, newServer(root{}, server.Options{}))
	for _, header := range []http.Header{{"Origin": {"http://example.com"}}, {"Sec-Fetch-Site": {"cross-site"}}} {
		conn, response, err := websocket.Dial(t.Context(), url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}, HTTPHeader: header}) //nolint:bodyclose // Dial has read it
		if err == nil {
			_ = conn.CloseNow()
		}
		if response == nil || response.StatusCode != http.StatusForbidden {
			t.Errorf("%v: got %v", header, response)
		}
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// TestSocketsEndWithTheServer has clients be told, and nothing wait for them.
func TestSocketsEndWithTheServer(t *testing.T) {
	url, stop := serve(t, newServer(root{changes: telling(true, "r1")}, server.Options{}))
	conn := dialURL(t, url, "graphql-transport-ws")
	say(t, conn, hello, subscribe)
	hear(t, conn)
	hear(t, conn)
	stopped := make(chan error, 1)
	go func() { stopped <- stop() }()
	if got := hear(t, conn); got != "1001 The server stops" {
		t.Errorf("got %s", got)
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}

func TestHangingUpEndsSubscriptions(t *testing.T) {
	ended := make(chan struct{})
	conn := dial(t, newServer(root{changes: func(ctx context.Context) (<-chan model.ChangeEvent, error) {
		context.AfterFunc(ctx, func() { close(ended) })
		return telling(true, "r1")(ctx)
	}}, server.Options{}), "graphql-transport-ws")
	say(t, conn, hello, subscribe)
	hear(t, conn)
	hear(t, conn)
	_ = conn.CloseNow()
	<-ended
}

func TestManyOperationsOnOneSocket(t *testing.T) {
	conn := dial(t, newServer(root{changes: telling(true)}, server.Options{}), "graphql-transport-ws")
	say(t, conn, hello)
	hear(t, conn)
	for i := range 51 {
		say(t, conn, strings.Replace(subscribe, `"s"`, fmt.Sprintf(`"s%d"`, i), 1))
	}
	if got := hear(t, conn); !strings.HasPrefix(got, "error s50 ") || !strings.Contains(got, "RATE_LIMITED") {
		t.Errorf("got %s", got)
	}
}

func TestManySockets(t *testing.T) {
	url, stop := serve(t, newServer(root{}, server.Options{}))
	var open []*websocket.Conn
	for range 100 {
		conn := dialURL(t, url, "graphql-transport-ws")
		say(t, conn, hello)
		hear(t, conn)
		open = append(open, conn)
	}
	conn := dialURL(t, url, "graphql-transport-ws")
	say(t, conn, hello)
	if got := hear(t, conn); got != "1013 Too many open connections" {
		t.Errorf("got %s", got)
	}
	for _, conn := range open {
		_ = conn.CloseNow()
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestSocketTakesAnIDAgain(t *testing.T) {
	conn := dial(t, newServer(root{}, server.Options{}), "graphql-transport-ws")
	say(t, conn, hello)
	hear(t, conn)
	for range 3 {
		say(t, conn, question)
		if first, last := hear(t, conn), hear(t, conn); !strings.HasPrefix(first, "next q") || last != "complete q" {
			t.Errorf("got %s, %s", first, last)
		}
	}
}

func TestOperationsOfASocketAreLogged(t *testing.T) {
	var log bytes.Buffer
	failing := root{datasets: func(context.Context) ([]model.Dataset, error) { return nil, graph.Errorf(graph.Stale, "Not yet.") }}
	url, stop := serve(t, newServer(failing, server.Options{Log: slog.New(slog.NewTextHandler(&log, nil))}))
	conn := dialURL(t, url, "graphql-transport-ws")
	say(t, conn, hello, question)
	for range 3 { // the acknowledgement, the answer, its end
		hear(t, conn)
	}
	_ = conn.CloseNow()
	if err := stop(); err != nil {
		t.Error(err)
	}
	if !strings.Contains(log.String(), "operation=query code=STALE") {
		t.Errorf("log: %s", &log)
	}
}
