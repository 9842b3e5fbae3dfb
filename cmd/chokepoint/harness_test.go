package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
)

// run runs a command line and returns what it prints and its exit code.
func run(t testing.TB, args ...string) (stdout, stderr string, code int) {
	t.Helper()
	var out, err bytes.Buffer
	p := &program{in: strings.NewReader(""), out: &out, err: &err}
	code = p.run(t.Context(), args)
	return out.String(), err.String(), code
}

// mustRun is run of what must work.
func mustRun(t testing.TB, args ...string) string {
	t.Helper()
	stdout, stderr, code := run(t, args...)
	if code != 0 {
		t.Fatalf("chokepoint %s: exit code %d\n%s%s", strings.Join(args, " "), code, stdout, stderr)
	}
	return stdout
}

// backend is where the stores of a test are: in files, or on a Neo4j server that is
// the test's alone.
type backend struct{ server *neo4jtest.Server }

// onStores runs a test on every kind of store. Every version of Neo4j counts as one.
func onStores(t *testing.T, test func(*testing.T, backend)) {
	t.Run("sqlite", func(t *testing.T) { test(t, backend{}) })
	neo4jtest.Each(t, func(t *testing.T, s *neo4jtest.Server) { test(t, backend{s}) })
}

// onServer says whether the stores are on a server, where every write takes longer.
func (b backend) onServer() bool { return b.server != nil }

// oldest says whether this is the first server of several, or none.
func (b backend) oldest() bool {
	return b.server == nil || len(neo4jtest.Versions()) == 0 || b.server.Version == neo4jtest.Versions()[0]
}

// fresh returns the URL of a store that is not there yet. On a server it is the same
// for all, and what was there is gone.
func (b backend) fresh(t testing.TB) string {
	t.Helper()
	if b.server == nil {
		url, _ := storeAt(t)
		return url
	}
	b.server.Wipe(t)
	return b.server.URL
}

// parallel lets a test run beside others where each has a store of its own.
func (b backend) parallel(t *testing.T) {
	if b.server == nil {
		t.Parallel()
	}
}

// storeAt returns the URL of an embedded store in a folder of the test.
func storeAt(t testing.TB) (url, path string) {
	path = filepath.Join(t.TempDir(), "test.db")
	return "sqlite:" + path, path
}

func opened(t testing.TB, url string) store.Driver {
	t.Helper()
	driver, err := location{place: place{Store: url}}.open(t.Context(), true, patient)
	if err != nil {
		t.Fatal(err)
	}
	return driver
}

// serving opens the service on a store.
func serving(t testing.TB, url string, o appOptions) *app {
	t.Helper()
	a, err := newApp(context.WithoutCancel(t.Context()), opened(t, url), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	})
	return a
}

// ask runs a document through the API and decodes its data.
func (a *app) ask(t testing.TB, document string, variables map[string]any, data any) {
	t.Helper()
	encoded, err := json.Marshal(variables)
	if err != nil {
		t.Fatal(err)
	}
	answer, ok := a.server.Execute(t.Context(), document, "", encoded)
	if !ok {
		t.Fatalf("%s\n%s", document, answer)
	}
	networktest.Decode(t, answer, &struct{ Data any }{data})
}

// data returns a file of a data set of the reference data.
func data(t testing.TB, parts ...string) string {
	t.Helper()
	return filepath.Join(append([]string{networktest.Reference(t), "data"}, parts...)...)
}

// existing returns those of files that are there.
func existing(files ...string) []string {
	var found []string
	for _, f := range files {
		if _, err := os.Stat(f); err == nil {
			found = append(found, f)
		}
	}
	return found
}

// ids returns the IDs of records by the keys of a dataset.
func ids(dataset string, keys ...string) []string {
	out := make([]string, len(keys))
	for i, key := range keys {
		out[i] = graph.RecordID(dataset, key).String()
	}
	return out
}

// dump lists everything that a store holds now, in ID order: equal stores give
// equal dumps.
func dump(t testing.TB, url string) string {
	t.Helper()
	driver := opened(t, url)
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	_, err := store.New(driver, nil).Feed().Scan(t.Context(), "", store.Latest,
		func(r *graph.Record) error { return encoder.Encode(r) },
		func(l *graph.Link) error { return encoder.Encode(l) })
	if err != nil {
		t.Fatal(err)
	}
	if err := driver.Close(); err != nil {
		t.Fatal(err)
	}
	return text.String()
}
