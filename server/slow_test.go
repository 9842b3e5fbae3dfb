package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
)

// flooding tells without end of tokens of 64 kB, and closes ended when nobody listens
// any more.
func flooding(ended chan struct{}) func(context.Context) (<-chan model.ChangeEvent, error) {
	return func(ctx context.Context) (<-chan model.ChangeEvent, error) {
		events, event := make(chan model.ChangeEvent), told(strings.Repeat("x", 1<<16))
		go func() {
			defer close(ended)
			for {
				select {
				case events <- event:
				case <-ctx.Done():
					return
				}
			}
		}()
		return events, nil
	}
}

// TestSlowConsumersAreCutOff has clients ask and then take nothing: their streams end,
// and nothing is gathered for them.
func TestSlowConsumersAreCutOff(t *testing.T) {
	for name, ask := range map[string]func(t *testing.T, url string){
		"a WebSocket": func(t *testing.T, url string) {
			t.Helper()
			say(t, dialURL(t, url, "graphql-transport-ws"), hello, subscribe)
		},
		"events": func(t *testing.T, url string) {
			t.Helper()
			listen(t, url) //nolint:bodyclose // listen does
		},
	} {
		t.Run(name, func(t *testing.T) {
			ended := make(chan struct{})
			s := newServer(root{changes: flooding(ended)}, server.Options{})
			s.TakeWithin(50 * time.Millisecond)
			url, stop := serve(t, s)
			ask(t, url)
			<-ended
			for counted := false; !counted; time.Sleep(time.Millisecond) {
				counted = strings.Contains(send(s.Operations(), "GET", "/metrics", nil).Body.String(), `chokepoint_streams_cut_total{reason="slow consumer: resume after the last revision"} 1`)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestSilentClientsAreClosed has a client read what comes and answer no ping: it is told
// why it is closed.
func TestSilentClientsAreClosed(t *testing.T) {
	s := newServer(root{changes: telling(true, "r1")}, server.Options{})
	s.TakeWithin(50 * time.Millisecond)
	s.PingEvery(time.Millisecond)
	url, stop := serve(t, s)
	pinged := 0
	conn, _, err := websocket.Dial(t.Context(), url+"/graphql", &websocket.DialOptions{ //nolint:bodyclose // has none
		Subprotocols:   []string{"graphql-transport-ws"},
		OnPingReceived: func(context.Context, []byte) bool { pinged++; return pinged < 3 },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer conn.CloseNow()
	say(t, conn, hello, subscribe)
	for _, want := range []string{"connection_ack", `next s {"data":{"changes":{"revision":"r1"}}}`, "1013 slow consumer: resume after the last revision"} {
		if got := hear(t, conn); got != want {
			t.Fatalf("got %s, want %s", got, want)
		}
	}
	if pinged != 3 {
		t.Errorf("closed after %d pings, of which two were answered", pinged)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if metrics := send(s.Operations(), "GET", "/metrics", nil).Body.String(); !strings.Contains(metrics, `chokepoint_streams_cut_total{reason="slow consumer: resume after the last revision"} 1`) {
		t.Error("it is not counted")
	}
}
