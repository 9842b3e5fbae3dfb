package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"runtime/pprof"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// longQuery takes minutes on the network of servingLong: a search from every entity.
// Each has a scope of its own, so that none finds what another began.
func longQuery(scope int) string {
	return fmt.Sprintf(`{ centrality(measure: BETWEENNESS, approximation: {mode: EXACT}, scope: {minConfidence: 0.%d}) { totalCount } }`, scope)
}

// servingLong runs a server on a network of 40,000 entities with 120,000 links.
func servingLong(t *testing.T) (a *app, url string) {
	t.Helper()
	const entities, links = 40_000, 120_000
	store, _ := storeAt(t)
	file := filepath.Join(t.TempDir(), "l.csv")
	draw := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // a network, no secret
	rows := [][]string{{"from", "to"}}
	for range links {
		rows = append(rows, []string{strconv.Itoa(draw.IntN(entities)), strconv.Itoa(draw.IntN(entities))})
	}
	writeCSV(t, file, rows)
	mustRun(t, "import", "--store", store, "--dataset", "d", file)
	a = serving(t, store, appOptions{doors: doors{Timeout: time.Hour, CostLimit: 400_000}})
	return a, answering(t, a)
}

// answering has an app answer at a port of its own until the test ends.
func answering(t *testing.T, a *app) (url string) {
	t.Helper()
	l, err := a.server.Listen(t.Context(), "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.Run(ctx, l, nil) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// kernels counts goroutines that are in a kernel.
func kernels(t *testing.T) int {
	t.Helper()
	var stacks bytes.Buffer
	if err := pprof.Lookup("goroutine").WriteTo(&stacks, 2); err != nil {
		t.Fatal(err)
	}
	n := 0
	for stack := range strings.SplitSeq(stacks.String(), "\n\n") {
		if strings.Contains(stack, "chokepoint/graph/centrality.") {
			n++
		}
	}
	return n
}

// awaitKernels waits until there are kernels at work, or none, and the lane of
// analyses says so too.
func awaitKernels(t *testing.T, a *app, running bool) {
	t.Helper()
	for {
		slots := `chokepoint_running{lane="analyses"} 0`
		w := metricsOf(t, a)
		if (kernels(t) > 0) == running && strings.Contains(w, slots) != running {
			return
		}
		time.Sleep(time.Millisecond)
	}
}

// TestHangingUpEndsTheWork has clients ask for what takes minutes and go away when it
// has begun: the work ends, and its place in the lane is free.
func TestHangingUpEndsTheWork(t *testing.T) {
	if testing.Short() {
		t.Skip("analyses a large network; run without -short")
	}
	a, url := servingLong(t)
	for i, c := range []struct {
		name string
		ask  func(ctx context.Context, t *testing.T, query string) (hangUp func())
	}{
		{"HTTP", func(ctx context.Context, t *testing.T, query string) func() {
			return asking(ctx, t, url, query, "application/json")
		}},
		{"events", func(ctx context.Context, t *testing.T, query string) func() {
			return asking(ctx, t, url, query, "text/event-stream")
		}},
		{"complete on a WebSocket", func(ctx context.Context, t *testing.T, query string) func() {
			conn := asked(ctx, t, url, query)
			return func() { send(ctx, t, conn, map[string]any{"id": "q", "type": "complete"}) }
		}},
		{"a closed WebSocket", func(ctx context.Context, t *testing.T, query string) func() {
			conn := asked(ctx, t, url, query)
			return func() { _ = conn.CloseNow() }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			hangUp := c.ask(t.Context(), t, longQuery(i+1))
			awaitKernels(t, a, true)
			start := time.Now()
			hangUp()
			awaitKernels(t, a, false)
			t.Logf("the work ended %v after the client", time.Since(start).Round(time.Millisecond))
		})
	}
}

func metricsOf(t *testing.T, a *app) string {
	t.Helper()
	w := httptest.NewRecorder()
	a.server.Operations().ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://127.0.0.1/metrics", nil))
	return w.Body.String()
}

// asking posts a query; hanging up breaks the connection off.
func asking(ctx context.Context, t *testing.T, url, query, accept string) (hangUp func()) {
	t.Helper()
	ctx, hangUp = context.WithCancel(ctx)
	body, err := json.Marshal(map[string]string{"query": query})
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/graphql", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", accept)
	go func() {
		if response, err := http.DefaultClient.Do(r); err == nil {
			text, err := io.ReadAll(response.Body)
			_ = response.Body.Close()
			if err == nil {
				t.Errorf("answered: %s", text)
			}
		}
	}()
	return hangUp
}

// asked opens a WebSocket and asks a query over it.
func asked(ctx context.Context, t *testing.T, url, query string) *websocket.Conn {
	t.Helper()
	conn, _, err := websocket.Dial(ctx, url+"/graphql", &websocket.DialOptions{Subprotocols: []string{"graphql-transport-ws"}}) //nolint:bodyclose // has none
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.CloseNow() })
	send(ctx, t, conn, map[string]any{"type": "connection_init"})
	if _, _, err := conn.Read(ctx); err != nil { // connection_ack
		t.Fatal(err)
	}
	send(ctx, t, conn, map[string]any{"id": "q", "type": "subscribe", "payload": map[string]string{"query": query}})
	return conn
}

func send(ctx context.Context, t *testing.T, conn *websocket.Conn, message any) {
	t.Helper()
	text, err := json.Marshal(message)
	if err == nil {
		err = conn.Write(ctx, websocket.MessageText, text)
	}
	if err != nil {
		t.Fatal(err)
	}
}
