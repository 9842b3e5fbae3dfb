package server_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/server"
)

func TestListensOnLoopbackOnly(t *testing.T) {
	s := newServer(root{}, server.Options{})
	for addr, want := range map[string]graph.Code{
		":0": graph.Forbidden, "0.0.0.0:0": graph.Forbidden, "[::]:0": graph.Forbidden, "192.0.2.1:0": graph.Forbidden, "example.com:0": graph.Forbidden,
		"8080": graph.BadUserInput, "127.0.0.1:0": "", "localhost:0": "",
	} {
		l, err := s.Listen(t.Context(), addr)
		switch {
		case want == "" && err != nil:
			t.Errorf("%s: %v", addr, err)
		case want == "":
			if err := l.Close(); err != nil {
				t.Error(err)
			}
		case graph.CodeOf(err) != want:
			t.Errorf("%s: got %v, want %s", addr, err, want)
		case want == graph.Forbidden && !strings.Contains(err.Error(), "not authenticated"):
			t.Errorf("%s: %v does not say why", addr, err)
		}
	}
}

// everywhere is a listener that claims to be on all addresses.
type everywhere struct {
	net.Listener
	closed bool
}

func (e *everywhere) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4zero, Port: 80} }
func (e *everywhere) Close() error   { e.closed = true; return nil }

func TestServesOnLoopbackOnly(t *testing.T) {
	l := &everywhere{}
	if err := newServer(root{}, server.Options{}).Serve(t.Context(), l); graph.CodeOf(err) != graph.Forbidden || !l.closed {
		t.Errorf("got %v", err)
	}
}

// serve runs s until the test ends and returns its address.
func serve(t testing.TB, s *server.Server) (url string, stop func() error) {
	t.Helper()
	l, err := s.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	return "http://" + l.Addr().String(), func() error { cancel(); return <-ended }
}

func request(t *testing.T, ctx context.Context, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", strings.NewReader(post("{ datasets { name } }")))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	return r
}

func TestHangingUpCancels(t *testing.T) {
	began, ended := make(chan struct{}), make(chan error)
	var log bytes.Buffer
	s := newServer(root{datasets: func(ctx context.Context) ([]model.Dataset, error) {
		close(began)
		<-ctx.Done()
		ended <- ctx.Err()
		return nil, ctx.Err()
	}}, server.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	url, stop := serve(t, s)
	ctx, hangUp := context.WithCancel(t.Context())
	go func() { <-began; hangUp() }()
	response, err := http.DefaultClient.Do(request(t, ctx, url))
	if err == nil {
		t.Errorf("got %d after hanging up", response.StatusCode)
		_ = response.Body.Close()
	}
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the operation ended with %v", err)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	if strings.Contains(log.String(), "level=ERROR") {
		t.Errorf("hanging up is no failure of the server: %s", &log)
	}
	if w := send(s.Operations(), "GET", "/metrics", nil); !strings.Contains(w.Body.String(), `chokepoint_operations_total{code="CANCELLED",type="query"} 1`) {
		t.Errorf("metrics: %s", w.Body)
	}
}

func TestStopLetsOperationsFinish(t *testing.T) {
	began, finish := make(chan struct{}), make(chan struct{})
	url, stop := serve(t, newServer(root{datasets: func(ctx context.Context) ([]model.Dataset, error) {
		close(began)
		<-finish
		return []model.Dataset{{Name: "tips"}}, ctx.Err()
	}}, server.Options{}))
	stopped := make(chan error, 1)
	go func() {
		<-began
		go func() { stopped <- stop() }()
		close(finish)
	}()
	body := askedUntilStopped(t, url, stopped)
	if withoutCost(body) != `{"data":{"datasets":[{"name":"tips"}]}}` {
		t.Errorf("got %s", body)
	}
}

// askedUntilStopped returns what a server answers that stops meanwhile.
func askedUntilStopped(t *testing.T, url string, stopped <-chan error) []byte {
	t.Helper()
	response, err := http.DefaultClient.Do(request(t, t.Context(), url))
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close(), <-stopped); err != nil {
		t.Error(err)
	}
	return body
}

// TestStopAnswersWhatDoesNotFinish has an operation that would never end answered when
// the server stops.
func TestStopAnswersWhatDoesNotFinish(t *testing.T) {
	began := make(chan struct{})
	s := newServer(root{datasets: func(ctx context.Context) ([]model.Dataset, error) {
		close(began)
		<-ctx.Done()
		return nil, ctx.Err()
	}}, server.Options{})
	s.CloseWithin(time.Millisecond)
	url, stop := serve(t, s)
	stopped := make(chan error, 1)
	go func() { <-began; stopped <- stop() }()
	body := askedUntilStopped(t, url, stopped)
	if !strings.Contains(string(body), `"code":"UNAVAILABLE"`) {
		t.Errorf("got %s", body)
	}
}
