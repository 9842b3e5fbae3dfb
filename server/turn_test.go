package server_test

import (
	"context"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
)

// await waits until a gauge of a lane has a value.
func await(t *testing.T, s *server.Server, gauge, lane string, value int) {
	t.Helper()
	want := fmt.Sprintf("%s{lane=%q} %d\n", gauge, lane, value)
	for !strings.Contains(send(s.Operations(), "GET", "/metrics", nil).Body.String(), want) {
		if t.Context().Err() != nil {
			t.Fatalf("never came to %s", want)
		}
		time.Sleep(time.Millisecond)
	}
}

// TestEventsTakeTurns has events computed by more subscribers than there are slots for:
// they wait for each other, and nobody else waits for them.
func TestEventsTakeTurns(t *testing.T) {
	finish, computed := make(chan struct{}), make(chan struct{}, 100)
	event := model.ChangeEvent{
		Changed: session.Changed{Revision: session.Revision{Token: "r1"}, Changes: []session.Change{{Outcome: store.Created, Link: &graph.Link{}}}},
		LinksNow: func(context.Context, []graph.ID) ([]*model.LinkView, error) {
			computed <- struct{}{}
			<-finish
			return []*model.LinkView{nil}, nil
		},
	}
	s := newServer(root{changes: func(ctx context.Context) (<-chan model.ChangeEvent, error) {
		events := make(chan model.ChangeEvent, 1)
		events <- event
		context.AfterFunc(ctx, func() { close(events) })
		return events, nil
	}}, server.Options{})
	const query = `{"id":"s","type":"subscribe","payload":{"query":"subscription { changes { revision changes { link { id } } } }"}}`
	slots := max(1, runtime.GOMAXPROCS(0)-1)
	url, stop := serve(t, s)
	t.Cleanup(func() { _ = stop() })
	conn, leaving := dialURL(t, url, "graphql-transport-ws"), dialURL(t, url, "graphql-transport-ws")
	for _, c := range []*websocket.Conn{conn, leaving} {
		say(t, c, hello)
		hear(t, c)
	}
	for i := range slots + 2 {
		say(t, conn, strings.Replace(query, `"s"`, fmt.Sprintf("%q", fmt.Sprint(i)), 1))
	}
	for range slots {
		<-computed
	}
	await(t, s, "chokepoint_admitted", "events", slots+2)
	await(t, s, "chokepoint_running", "events", slots)
	if w := ask(s, post(lookup)); w.Code != 200 {
		t.Errorf("a look-up beside them: %d %s", w.Code, w.Body)
	}
	say(t, leaving, query)
	await(t, s, "chokepoint_admitted", "events", slots+3)
	say(t, leaving, `{"id":"s","type":"complete"}`)
	await(t, s, "chokepoint_admitted", "events", slots+2)
	close(finish)
	told := map[string]bool{}
	for range slots + 2 {
		told[hear(t, conn)] = true
	}
	for i := range slots + 2 {
		if want := fmt.Sprintf(`next %d {"data":{"changes":{"revision":"r1","changes":[{"link":null}]}}}`, i); !told[want] {
			t.Errorf("no %s among %v", want, told)
		}
	}
	say(t, leaving, question) // nothing comes of what was completed
	if got := hear(t, leaving); got != `next q {"data":{"datasets":[{"name":"tips"}]}}` {
		t.Errorf("after completing heard %s", got)
	}
}

// TestWhoTakesNoEventHoldsNoTurn has clients take nothing while another follows.
func TestWhoTakesNoEventHoldsNoTurn(t *testing.T) {
	s := newServer(root{changes: func(ctx context.Context) (<-chan model.ChangeEvent, error) {
		return flooding(make(chan struct{}))(ctx)
	}}, server.Options{})
	s.TakeWithin(time.Hour)
	url, stop := serve(t, s)
	conns := make([]*websocket.Conn, runtime.GOMAXPROCS(0)+2)
	for i := range conns {
		conns[i] = dialURL(t, url, "graphql-transport-ws")
		say(t, conns[i], hello, subscribe)
	}
	follower := conns[len(conns)-1]
	follower.SetReadLimit(1 << 20)
	hear(t, follower)
	for range 400 { // 25 MB: more than there is room for on the way to the others
		if got := hear(t, follower); !strings.HasPrefix(got, "next s ") {
			t.Fatalf("heard %.100s", got)
		}
	}
	for _, conn := range conns {
		_ = conn.CloseNow()
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}
