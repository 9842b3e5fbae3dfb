package server_test

import (
	"context"
	"strings"
	"testing"
	"time"

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
