package neo4j_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/bolt"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/ingest"
	"github.com/chokepoint/chokepoint/ingest/neo4j"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j/neo4jtest"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

func TestMain(m *testing.M) { neo4jtest.Main(m) }

// words is the ontology of the schema, read once.
var words = func() *ontology.Ontology {
	o, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		panic(err)
	}
	return o
}()

// open connects to a server of a test, as the product does.
func open(t testing.TB, s *neo4jtest.Server) *bolt.Server {
	t.Helper()
	server, err := bolt.Open(t.Context(), s.URL, bolt.Credentials{User: s.User, Password: s.Password, Database: s.Database})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close(context.Background()) })
	return server
}

func mapping(t testing.TB, text string) *neo4j.Mapping {
	t.Helper()
	m, err := neo4j.ParseMapping("m.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// mappingFile returns the text of a mapping of the tests.
func mappingFile(t testing.TB, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "testdata", "mappings", name))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func options(m *neo4j.Mapping) neo4j.Options {
	return neo4j.Options{Ontology: words, Dataset: "d", Markings: graph.NewMarkings(graph.Clear), Mapping: m}
}

// everything is all that a reader yields.
type everything struct {
	records map[string]graph.Record // by key
	links   []graph.Link
	rejects []ingest.Reject
	rows    int
	implied int
	leftOut map[string]int
}

func read(t testing.TB, server *bolt.Server, m *neo4j.Mapping) everything {
	t.Helper()
	reader := neo4j.NewReader(server, options(m))
	all := everything{records: map[string]graph.Record{}, leftOut: map[string]int{}}
	err := reader.Read(t.Context(), func(b *ingest.Batch) error {
		for _, r := range b.Records {
			if earlier, twice := all.records[r.Key]; twice {
				t.Errorf("%s comes twice: %v, %v", r.Key, earlier, r)
			}
			all.records[r.Key] = r
		}
		all.links = append(all.links, b.Links...)
		all.rejects = append(all.rejects, b.Rejects...)
		all.rows += b.RowsIn()
		all.implied += b.Implied
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, left := range reader.LeftOut() {
		all.leftOut[left.What] = left.Count
	}
	return all
}

// kinds counts records and links by kind.
func (e everything) kinds() map[string]int {
	n := map[string]int{}
	for _, r := range e.records {
		n[string(r.Kind)]++
	}
	for _, l := range e.links {
		n[string(l.Kind)]++
	}
	return n
}

// target is an embedded store for an import.
func target(t testing.TB) *store.Store {
	t.Helper()
	driver, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "t.db"), sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { driver.Close() })
	return store.New(driver, words)
}

var viewer = access.Viewer{Name: "local", Clearance: access.Everything()}

func importInto(ctx context.Context, st *store.Store, reader ingest.Reader) (session.ImportReport, error) {
	return session.Import(ctx, st, viewer, reader, session.ImportOptions{Dataset: "d"})
}

// dump lists everything that a store holds: equal stores give equal dumps.
func dump(t testing.TB, st *store.Store) string {
	t.Helper()
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	_, err := st.Feed().Scan(t.Context(), "", store.Latest,
		func(r *graph.Record) error { return encoder.Encode(r) },
		func(l *graph.Link) error { return encoder.Encode(l) })
	if err != nil {
		t.Fatal(err)
	}
	return text.String()
}
