package server_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/server"
)

const health = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"

// connection is a client that keeps its connection, which is not its first request's.
type connection struct {
	net.Conn
	in *bufio.Reader
}

func connect(t testing.TB, url string) connection {
	t.Helper()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	client := connection{c, bufio.NewReader(c)}
	client.send(t, health)
	client.receive(t)
	return client
}

func (c connection) send(t testing.TB, text string) {
	t.Helper()
	if _, err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
}

// receive reads an answer: its status, its headers, its body.
func (c connection) receive(t testing.TB) (status int, h http.Header, body string) {
	t.Helper()
	r, err := http.ReadResponse(c.in, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header, string(text)
}

// raw is a request that posts a body.
func raw(body string, header ...string) string {
	text := fmt.Sprintf("POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: %d\r\n", len(body))
	for i := 0; i < len(header); i += 2 {
		text += header[i] + ": " + header[i+1] + "\r\n"
	}
	return text + "\r\n" + body
}

// journal is a log that is read while it is written.
type journal struct {
	sync.Mutex
	text bytes.Buffer
}

func (j *journal) Write(p []byte) (int, error) {
	j.Lock()
	defer j.Unlock()
	return j.text.Write(p)
}

func (j *journal) String() string {
	j.Lock()
	defer j.Unlock()
	return j.text.String()
}

// TestShedding has a connection refuse what finds no room, as the handler does.
func TestShedding(t *testing.T) {
	log := &journal{}
	c := newCrowd(server.Options{Log: slog.New(slog.NewTextHandler(log, nil))})
	url, stop := serve(t, c.server)
	client := connect(t, url)
	exchange := func(request string) (int, http.Header, string) {
		t.Helper()
		client.send(t, request)
		return client.receive(t)
	}
	// refused asks until a connection refuses: a client may be so quick that net/http has
	// begun to read before it counts the connection as idle.
	refused := func(request string) (int, http.Header, string) {
		t.Helper()
		for range 1000 {
			if status, h, body := exchange(request); h.Get("Date") == "" {
				return status, h, body
			}
		}
		t.Fatal("the handler refused a thousand times")
		return 0, nil, ""
	}
	c.fill(t, lookup)
	for _, media := range []string{jsonMedia, graphqlMedia} {
		want := ask(c.server, post(lookup), "Accept", media)
		status, h, body := refused(raw(post(lookup), "Accept", media))
		if status != want.Code || body != want.Body.String() {
			t.Errorf("got %d %s, and %d %s from the handler", status, body, want.Code, want.Body)
		}
		for name, value := range want.Header() {
			if h.Get(name) != value[0] {
				t.Errorf("%s is %q, and %q from the handler", name, h.Get(name), value[0])
			}
		}
		if len(h) != len(want.Header()) {
			t.Errorf("headers %v, and %v from the handler", h, want.Header())
		}
		if line := log.String(); !strings.Contains(line, fmt.Sprintf("requestId=r17 method=POST path=/graphql status=503 bytes=%d", len(body))) {
			t.Errorf("logged %s", line)
		}
	}
	if status, _, body := exchange(raw(post("{ datasets { name } __typename }"))); status != 503 {
		t.Errorf("an unknown document: %d %s", status, body)
	}
	if status, _, body := exchange(raw(post("{ datasets { "))); status != 200 || !strings.Contains(body, "GRAPHQL_PARSE_FAILED") {
		t.Errorf("a document that does not parse: %d %s", status, body)
	}
	c.fill(t, analysis)
	whole := raw(post(lookup))
	for name, request := range map[string]struct {
		text   string
		status int
		shed   bool
	}{
		"known":             {whole, 503, true},
		"unknown":           {raw(post("{ datasets { records } }")), 503, true},
		"unacceptable":      {raw(post(lookup), "Accept", "text/html"), 406, false},
		"from another site": {raw(post(lookup), "Sec-Fetch-Site", "cross-site"), 403, false},
		"a wrong token":     {raw(post(lookup), "Authorization", "Bearer wrong"), 401, false},
		"another host":      {strings.Replace(whole, "localhost", "example.org", 1), 403, false},
		"no JSON":           {strings.Replace(whole, "application/json", "text/plain", 1), 415, false},
		"compressed":        {raw(post(lookup), "Content-Encoding", "gzip"), 415, false},
		"another path":      {strings.Replace(whole, "/graphql", "/nothing", 1), 404, false},
		"address":           {"GET /graphql?query=%7Bdatasets%7Bname%7D%7D HTTP/1.1\r\nHost: localhost\r\n\r\n", 503, false},
		"chunks": {"POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" +
			fmt.Sprintf("%x\r\n%s\r\n0\r\n\r\n", len(post(lookup)), post(lookup)), 503, false},
		"a page": {health, 200, false},
		"large":  {raw(post(lookup + strings.Repeat(" ", 10_000))), 503, false},
	} {
		ask := exchange
		if request.shed {
			ask = refused
		}
		status, h, body := ask(request.text)
		if shed := h.Get("Date") == ""; status != request.status || shed != request.shed {
			t.Errorf("%s: %d, shed %v: %s", name, status, shed, body)
		}
	}
	client.send(t, whole[:20]) // in pieces
	client.send(t, whole[20:100])
	client.send(t, whole[100:])
	if status, _, body := client.receive(t); status != 503 {
		t.Errorf("in pieces: %d %s", status, body)
	}
	client.send(t, whole+whole+whole) // one behind the other
	for range 3 {
		if status, _, body := client.receive(t); status != 503 {
			t.Errorf("one of three: %d %s", status, body)
		}
	}
	if n := strings.Count(send(c.server.Operations(), "GET", "/metrics", nil).Body.String(), `chokepoint_operations_total{code="UNAVAILABLE",type="unknown"}`); n != 1 {
		t.Errorf("refusals are counted under %d names", n)
	}
	c.end()
	if status, _, body := exchange(whole); status != 200 {
		t.Errorf("afterwards: %d %s", status, body)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
}

func TestDocumentIn(t *testing.T) {
	for body, want := range map[string]string{
		post(lookup): lookup,
		`{"operationName":"query", "query" : "\u007b \"\\\" }"}`: `{ "\" }`,
		`{"variables":{"a":"\"query\":\"{b}\""},"query":"{a}"}`:  "{a}",
		`{"query":"`:  "",
		`{"query":1}`: "",
		`"query"`:     "",
		"":            "",
	} {
		if got, ok := server.DocumentIn([]byte(body)); got != want || ok != (want != "") {
			t.Errorf("%s: got %q, %v", body, got, ok)
		}
	}
}

func FuzzDocumentIn(f *testing.F) {
	for _, body := range []string{post(lookup), `{"query" : "\\\"\n"}`, `{"query":"`, `{"query":"a","a":"query"}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, ok := server.DocumentIn([]byte(body))
		var members map[string]any
		if json.Unmarshal([]byte(body), &members) != nil || strings.Count(body, `"query"`) != 1 || strings.Contains(body, `\u`) {
			return // not what a client sends, or a name that may stand in two ways
		}
		if want, isText := members["query"].(string); isText && (got != want || !ok) {
			t.Errorf("in %q found %q, %v", body, got, ok)
		}
	})
}

// BenchmarkRefusal times what a request costs that finds no room, its client included.
func BenchmarkRefusal(b *testing.B) {
	c := newCrowd(server.Options{})
	url, stop := serve(b, c.server)
	c.fill(b, lookup)
	client, request := connect(b, url), raw(post(lookup))
	for b.Loop() {
		client.send(b, request)
		if status, _, body := client.receive(b); status != 503 {
			b.Fatal(status, body)
		}
	}
	c.end()
	if err := stop(); err != nil {
		b.Error(err)
	}
}
