package noninterference

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/resolvers"
	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
	"github.com/chokepoint/chokepoint/store/storetest"
)

const (
	amber graph.Marking = "TLP:AMBER"
	red   graph.Marking = "TLP:RED"
)

// viewers by their token: low asks, high sees what low does not, admin declares.
var viewers = map[string]access.Viewer{
	"low":   {Name: "low", Clearance: access.Grant(graph.Clear)},
	"high":  {Name: "high", Clearance: access.Grant(graph.Clear, amber, red)},
	"admin": {Name: "admin", Clearance: access.Everything()},
}

// world is a service with its API.
type world struct {
	t       testing.TB
	service *session.Service
	store   *store.Store
	faulty  *storetest.Faulty
	server  *server.Server
	now     time.Time
}

// embedded opens a throw-away store.
func embedded(t testing.TB) store.Driver {
	driver, err := sqlite.Open(context.Background(), sqlite.Throwaway, sqlite.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return driver
}

// newWorld makes a world on a driver, which it closes.
func newWorld(t testing.TB, o *ontology.Ontology, driver store.Driver) *world {
	faulty := &storetest.Faulty{Driver: driver}
	w := &world{t: t, faulty: faulty, store: store.New(faulty, o), now: time.Date(2024, 3, 1, 0, 0, 0, 0, time.UTC)}
	var err error
	w.service, err = session.Open(context.Background(), w.store, o, session.Options{
		Clock:  func() time.Time { return w.now },
		Secret: bytes.Repeat([]byte{7}, 32),
	})
	if err != nil {
		t.Fatal(err)
	}
	w.server = server.New(resolvers.Schema(), server.Options{
		Tokens: viewers,
		Session: func(ctx context.Context, v access.Viewer) (context.Context, error) {
			s, err := w.service.Session(ctx, v)
			if err != nil {
				return nil, err
			}
			return resolvers.NewContext(ctx, s), nil
		},
		RequestID: func() string { return "r" },
		CostLimit: 1 << 40,
		SDL:       chokepoint.Schema,
	})
	return w
}

func (w *world) close() {
	w.service.Close()
	if err := w.store.Close(); err != nil {
		w.t.Fatal(err)
	}
}

// answer is all that a client sees.
type answer struct {
	status int
	header string
	body   string
}

// ask sends a document as a viewer.
func (w *world) ask(token, document string) answer {
	body, err := json.Marshal(map[string]any{"query": document})
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/graphql", bytes.NewReader(body))
	r.Host = "localhost"
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/graphql-response+json")
	r.Header.Set("Authorization", "Bearer "+token)
	recorder := httptest.NewRecorder()
	w.server.ServeHTTP(recorder, r)
	var header bytes.Buffer
	if err := recorder.Header().WriteSubset(&header, map[string]bool{"Date": true}); err != nil {
		w.t.Fatal(err)
	}
	return answer{recorder.Code, header.String(), recorder.Body.String()}
}

// data returns the answer's data, which must have no errors.
func (w *world) data(token, document string) map[string]any {
	a := w.ask(token, document)
	var out struct {
		Data   map[string]any
		Errors []any
	}
	if err := json.Unmarshal([]byte(a.body), &out); err != nil || len(out.Errors) > 0 || out.Data == nil {
		w.t.Fatalf("%s: %d %s", document, a.status, a.body)
	}
	return out.Data
}
