package neo4jtest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/tools/neo4j/neo4jserver"
)

// Proxy is a network to a server that fails when it is told to: Toxiproxy, and
// behind it a hop that knows what a COMMIT is. Drivers go to its URL; with bolt://
// they ask nobody for another address.
type Proxy struct {
	URL string
	api string // of the proxy in Toxiproxy
	hop *hop
}

// NewProxy returns a network to the server that works. It ends with the test.
func NewProxy(t testing.TB, s *Server) *Proxy {
	t.Helper()
	place, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	h := newHop(t, place.Host)
	api := startToxiproxy(t)
	port, err := neo4jserver.FreePort(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	listen := fmt.Sprintf("127.0.0.1:%d", port)
	post(t, api+"/proxies", map[string]any{"name": "neo4j", "listen": listen, "upstream": h.address(), "enabled": true})
	return &Proxy{URL: "bolt://" + listen, api: api + "/proxies/neo4j", hop: h}
}

// Latency delays each packet to the server and each back by d, of connections that
// are open and of new ones, until Restore.
func (p *Proxy) Latency(t testing.TB, d time.Duration) {
	t.Helper()
	p.both(t, "latency", map[string]any{"latency": d.Milliseconds()})
}

// Reset breaks every connection when something is sent over it, until Restore.
func (p *Proxy) Reset(t testing.TB) {
	t.Helper()
	p.both(t, "reset_peer", map[string]any{"timeout": 0})
}

// Blackhole swallows what is sent in both directions and keeps the connections
// open; new ones are accepted and hear nothing. Restore breaks them.
func (p *Proxy) Blackhole(t testing.TB) {
	t.Helper()
	p.both(t, "timeout", map[string]any{"timeout": 0})
}

// Down closes all connections and refuses new ones, until Restore.
func (p *Proxy) Down(t testing.TB) {
	t.Helper()
	post(t, p.api, map[string]any{"enabled": false})
}

// Restore makes the network work again.
func (p *Proxy) Restore(t testing.TB) {
	t.Helper()
	post(t, strings.TrimSuffix(p.api, "/proxies/neo4j")+"/reset", nil)
}

func (p *Proxy) both(t testing.TB, toxic string, attributes map[string]any) {
	t.Helper()
	for _, stream := range []string{"upstream", "downstream"} {
		post(t, p.api+"/toxics", map[string]any{"type": toxic, "stream": stream, "attributes": attributes})
	}
}

// startToxiproxy builds Toxiproxy from its own module, as `make lint` does with its
// linters, and starts it for the test. It returns the address of its API.
func startToxiproxy(t testing.TB) string {
	t.Helper()
	ctx := context.Background()
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		t.Fatalf("go list -m: %v", err)
	}
	module := filepath.Join(strings.TrimSpace(string(root)), "tools", "toxiproxy", "go.mod")
	program, err := exec.CommandContext(ctx, "go", "tool", "-modfile="+module, "-n", "github.com/Shopify/toxiproxy/v2/cmd/server").Output()
	if err != nil {
		t.Fatalf("building Toxiproxy from %s: %v", module, err)
	}
	port, err := neo4jserver.FreePort(ctx)
	if err != nil {
		t.Fatal(err)
	}
	process, err := neo4jserver.Launch(exec.CommandContext(ctx, strings.TrimSpace(string(program)), "-host", "127.0.0.1", "-port", fmt.Sprint(port))) //nolint:gosec // what go tool names
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { process.Kill() }) //nolint:errcheck // it may have ended
	for address := fmt.Sprintf("127.0.0.1:%d", port); ; time.Sleep(5 * time.Millisecond) {
		if c, err := new(net.Dialer).DialContext(ctx, "tcp", address); err == nil {
			c.Close() //nolint:errcheck // it was a look only
			return "http://" + address
		}
		if !process.Running() {
			t.Fatal("Toxiproxy ended while it started")
		}
	}
}

// post calls the API of Toxiproxy.
func post(t testing.TB, place string, body any) {
	t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(context.Background(), http.MethodPost, place, bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close() //nolint:errcheck // it has been read
	if answer.StatusCode >= 300 {
		said, err := io.ReadAll(answer.Body)
		t.Fatalf("toxiproxy: %s %s %v", answer.Status, said, err)
	}
}
