package main

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// A server whose Neo4j goes away answers from memory, quickly and as of the same
// revision, says so, refuses writes, and goes on by itself when it is back.
func TestServingOutlivesTheStore(t *testing.T) {
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) {
		dir := t.TempDir()
		writeCSV(t, filepath.Join(dir, "e.csv"), [][]string{{"from", "to", "kind"}, {"Ann", "Bea", "OWNS"}, {"Bea", "Cas", "OWNS"}})
		mustRun(t, "import", "--store", s.URL, "--dataset", "d", filepath.Join(dir, "e.csv"))
		network := neo4jtest.NewProxy(t, s)
		a := serving(t, network.URL, appOptions{})
		defer a.follow(t.Context())()
		path := strings.NewReplacer("A", ids("d", "Ann")[0], "C", ids("d", "Cas")[0]).Replace(
			`{ shortestPaths(from: ["A"], to: ["C"]) { paths { entities { name } links { kind } } computedOn { asOf } } }`)
		want := a.request(t, path)
		for name, fault := range map[string]func(testing.TB){"down": network.Down, "black hole": network.Blackhole} {
			fault(t)
			a.waitUntil(http.StatusServiceUnavailable)
			begun := time.Now()
			got := a.request(t, path)
			if string(got.Data) != string(want.Data) || len(got.Errors) > 0 || !strings.Contains(string(got.Data), "Bea") {
				t.Errorf("%s: %s %+v, want %s", name, got.Data, got.Errors, want.Data)
			}
			refused := a.request(t, writeLate)
			if len(refused.Errors) != 1 || refused.Errors[0].Extensions.Code != "UNAVAILABLE" || !strings.Contains(refused.Errors[0].Message, "nothing was written") {
				t.Errorf("%s: a write gets %+v", name, refused)
			}
			t.Logf("%s: a path and a refusal in %s", name, time.Since(begun))
			network.Restore(t)
			a.waitUntil(http.StatusOK)
			if again := a.request(t, path); string(again.Data) != string(want.Data) || len(again.Errors) > 0 {
				t.Errorf("%s: when it is back: %s %+v", name, again.Data, again.Errors)
			}
		}
		if written := a.request(t, writeLate); len(written.Errors) > 0 {
			t.Errorf("a write when it is back: %+v", written.Errors)
		}
	})
}
