package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/storetest"
)

// answer is what a request gets.
type answer struct {
	Data   json.RawMessage
	Errors []struct {
		Message    string
		Path       []any
		Extensions struct{ Code string }
	}
}

// request asks over HTTP.
func (a *app) request(t testing.TB, document string) answer {
	t.Helper()
	body, err := json.Marshal(map[string]string{"query": document})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "http://localhost/graphql", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, r)
	var got answer
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%s: %s", document, w.Body)
	}
	return got
}

// state asks for a state of the server.
func (a *app) state(path string) (status int, body string) {
	w := httptest.NewRecorder()
	a.server.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://localhost"+path, nil))
	return w.Code, w.Body.String()
}

func (a *app) waitUntil(status int) {
	for {
		if got, _ := a.state("/readyz"); got == status {
			return
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// answeredAway are questions that memory answers: what they get while the store is
// away is what they get from the store.
var answeredAway = []string{
	`{ shortestPaths(from: ["A"], to: ["D"]) { paths { hops cost entities { id kind name confidence markings datasets linkCounts { kind count } } links { id kind at validFrom weight quantity confidence markings from { name } to { name } } } reachedFrom computedOn { asOf nodes links } } }`,
	`{ neighborhood(of: ["B"], depth: 2) { entities { __typename id name } links { id kind } totalEntities truncated computedOn { asOf } } }`,
	`{ centrality(measure: BETWEENNESS, first: 3) { nodes { rank score entity { name kind } } totalCount computedOn { asOf } } }`,
	`{ chokepoints(objective: FRAGMENTATION, budget: 1) { choices { rank entity { name } marginalEffect } before { connectedPairs efficiency } after { connectedPairs } optimal } }`,
	`{ articulationPoints { nodes { entity { name } pairsCut } } bridges { nodes { link { id kind from { name } } pairsCut } } }`,
	`{ entities(filter: {kinds: [Person], minDegree: 1}, orderBy: {by: NAME}) { totalCount nodes { name links(first: 2) { nodes { kind to { name } } totalCount } } } }`,
	`{ entity(id: "A") { name } node(id: "B") { id } nodes(ids: ["C", "D"]) { id ... on Person { name } } }`,
	`{ datasets { name title records links } }`,
	`{ shortestPaths(from: ["A"], to: ["D"], scope: {projection: PEOPLE}) { paths { entities { name } links { kind derivedBy weight markings } } } }`,
}

// refusedAway are questions that only the store answers, with the field that says so.
var refusedAway = map[string]string{
	`{ entity(id: "A") { name ... on Person { birthDate } } }`:                                             "entity.birthDate",
	`{ entity(id: "A") { name properties { name values } } }`:                                              "entity.properties",
	`{ entity(id: "A") { name aliases } }`:                                                                 "entity.aliases",
	`{ shortestPaths(from: ["A"], to: ["D"]) { paths { links { amount currency } } } }`:                    "shortestPaths.paths.0.links.0.amount",
	`{ search(text: "ann") { nodes { score } } }`:                                                          "search",
	`{ entities(filter: {names: ["Ann"]}) { nodes { name } } }`:                                            "entities",
	`{ entities(filter: {properties: [{name: "role", exists: true}]}) { totalCount } }`:                    "entities",
	`{ history(id: "A") { nodes { at } } }`:                                                                "history",
	`{ revisions { nodes { at } } }`:                                                                       "revisions",
	`mutation { deleteRecords(input: {ids: ["A"]}) { deleted } }`:                                          "deleteRecords",
	`mutation { upsertRecords(input: {records: [{dataset: "d", key: "x", kind: "Person"}]}) { created } }`: "upsertRecords",
}

func TestWhatWorksWhileTheStoreIsAway(t *testing.T) {
	onStores(t, func(t *testing.T, at backend) {
		url := at.fresh(t)
		dir := t.TempDir()
		writeCSV(t, filepath.Join(dir, "n.csv"), [][]string{{"id", "name", "kind", "birthDate"}, {"A", "Ann", "Person", "1971"}, {"B", "Bea", "Person", ""}, {"C", "Cas", "Person", ""}, {"D", "Dov", "Person", "1969-04"}})
		writeCSV(t, filepath.Join(dir, "l.csv"), [][]string{
			{"from", "to", "kind", "amount", "currency", "weight", "at"},
			{"A", "B", "FAMILY_OF", "", "", "2", ""},
			{"B", "C", "ASSOCIATE_OF", "", "", "0.5", "2024-02-01"},
			{"C", "D", "FAMILY_OF", "", "", "", ""},
		})
		mustRun(t, "import", "--store", url, "--dataset", "d", filepath.Join(dir, "n.csv"), filepath.Join(dir, "l.csv"))
		var faulty *storetest.Faulty
		a := serving(t, url, appOptions{driver: func(d store.Driver) store.Driver {
			faulty = &storetest.Faulty{Driver: d}
			return faulty
		}})
		defer a.follow(t.Context())()
		named := func(document string) string {
			for _, key := range []string{"A", "B", "C", "D"} {
				document = strings.ReplaceAll(document, `"`+key+`"`, `"`+ids("d", key)[0]+`"`)
			}
			return document
		}
		want := map[string]answer{}
		for _, document := range answeredAway {
			if want[document] = a.request(t, named(document)); len(want[document].Errors) > 0 {
				t.Fatalf("%s: %+v", document, want[document].Errors)
			}
		}
		for name, fault := range map[string]storetest.Fault{"refusing": storetest.Refuse, "hanging": storetest.Hang} {
			faulty.Set(fault)
			a.waitUntil(http.StatusServiceUnavailable)
			for _, document := range answeredAway {
				if diff := cmp.Diff(want[document], a.request(t, named(document))); diff != "" {
					t.Errorf("%s: %s (-store +memory):\n%s", name, document, diff)
				}
			}
			for document, path := range refusedAway {
				checkRefused(t, name, document, path, a.request(t, named(document)))
			}
			checkState(t, a)
			faulty.Set(nil)
			a.waitUntil(http.StatusOK)
		}
		if got := a.request(t, named(`{ entity(id: "A") { name ... on Person { birthDate } } }`)); !strings.Contains(string(got.Data), "1971") {
			t.Errorf("when the store is back: %s %+v", got.Data, got.Errors)
		}
	})
}

func checkRefused(t *testing.T, name, document, path string, got answer) {
	t.Helper()
	found := false
	for _, e := range got.Errors {
		var at []string
		for _, step := range e.Path {
			text, _ := json.Marshal(step)
			at = append(at, strings.Trim(string(text), `"`))
		}
		found = found || strings.Join(at, ".") == path
		if e.Extensions.Code != "UNAVAILABLE" {
			t.Errorf("%s: %s gets %s at %v", name, document, e.Extensions.Code, e.Path)
		}
		if strings.HasPrefix(document, "mutation") && !strings.Contains(e.Message, "nothing was written") {
			t.Errorf("%s: a write gets %q", name, e.Message)
		}
	}
	if !found {
		t.Errorf("%s: %s gets no error at %s: %s %+v", name, document, path, got.Data, got.Errors)
	}
	if path == "entity.birthDate" && !strings.Contains(string(got.Data), `"name":"Ann"`) {
		t.Errorf("%s: what memory knows is lost with what it does not: %s", name, got.Data)
	}
}

// checkState looks at what health checks see: which part waits, and not where it is.
func checkState(t *testing.T, a *app) {
	t.Helper()
	status, body := a.state("/readyz")
	if status != http.StatusServiceUnavailable || !strings.Contains(body, "from memory") || strings.Contains(body, "/") || strings.Contains(body, "127.0.0.1") {
		t.Errorf("readyz: %d %s", status, body)
	}
	if status, _ := a.state("/healthz"); status != http.StatusOK {
		t.Errorf("healthz: %d", status)
	}
}
