package server_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/server"
)

func TestHosts(t *testing.T) {
	s := newServer(root{}, server.Options{})
	for host, want := range map[string]int{
		"localhost": 200, "LOCALHOST:80": 200, "localhost.": 200, "app.localhost:1": 200, "127.0.0.1:8080": 200, "127.8.8.8": 200, "[::1]:8080": 200, "[::1]": 200,
		"evil.example": 403, "evil.example:8080": 403, "localhost.evil.example": 403, "192.168.0.4": 403, "0.0.0.0": 403, "": 403, "127.0.0.1.evil.example": 403,
	} {
		for _, path := range []string{"/graphql?query={__typename}", "/", "/healthz"} {
			if w := send(s, "GET", path, nil, "Host", host); w.Code != want {
				t.Errorf("host %q, %s: got %d, want %d", host, path, w.Code, want)
			}
		}
	}
}

func TestOrigins(t *testing.T) {
	written := 0
	s := newServer(root{written: &written}, server.Options{})
	for _, c := range []struct {
		header []string
		want   int
	}{
		{[]string{"Origin", "http://localhost:8080"}, 200},
		{[]string{"Sec-Fetch-Site", "same-origin"}, 200},
		{[]string{"Sec-Fetch-Site", "none"}, 200},
		{[]string{"Origin", "https://evil.example"}, 403},
		{[]string{"Origin", "http://localhost:3000"}, 403},
		{[]string{"Origin", "null"}, 403},
		{[]string{"Sec-Fetch-Site", "cross-site"}, 403},
		{[]string{"Sec-Fetch-Site", "same-site"}, 403},
	} {
		if w := ask(s, post(`{datasets{name}}`), c.header...); w.Code != c.want {
			t.Errorf("POST with %v: got %d, want %d", c.header, w.Code, c.want)
		}
		if w := send(s, "GET", "/graphql?query={__typename}", nil, c.header...); w.Code != c.want {
			t.Errorf("GET with %v: got %d, want %d", c.header, w.Code, c.want)
		}
	}
	ask(s, post(`mutation { upsertLinks(input: {links: []}) { revision } }`), "Origin", "https://evil.example")
	if written != 0 {
		t.Error("a foreign page wrote")
	}
}

// unread fails the test that reads it.
type unread struct{ t *testing.T }

func (u unread) Read([]byte) (int, error) {
	u.t.Error("the body was read before it was known who asks")
	return 0, http.ErrBodyReadAfterClose
}

func TestUnknownTokens(t *testing.T) {
	s := newServer(root{}, server.Options{Tokens: map[string]access.Viewer{"north": {Name: "analyst"}}})
	first := ""
	for _, credential := range []string{"Bearer south", "Bearer", "Bearer ", "Basic bm9ydGg6", "north", "Bearer north south", "Bearer " + strings.Repeat("x", 10_000)} {
		w := send(s, "POST", "/graphql", unread{t}, "Content-Type", "application/json", "Authorization", credential)
		if first == "" {
			first = w.Body.String()
		}
		if w.Code != http.StatusUnauthorized || w.Body.String() != first || w.Header().Get("WWW-Authenticate") != "Bearer" {
			t.Errorf("%.20q: got %d %s", credential, w.Code, w.Body)
		}
	}
	if !strings.Contains(first, `"UNAUTHENTICATED"`) {
		t.Errorf("got %s", first)
	}
	if w := send(s, "GET", "/welcome.json", nil, "Authorization", "Bearer south"); w.Code != http.StatusUnauthorized {
		t.Errorf("welcome: got %d", w.Code)
	}
}
