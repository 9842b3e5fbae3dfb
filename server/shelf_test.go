package server_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/web"
)

func hash(document string) string {
	sum := sha256.Sum256([]byte(document))
	return hex.EncodeToString(sum[:])
}

// persisted returns a body that names a document by its hash, and holds it unless it
// is "".
func persisted(hash, document string) string {
	query := ""
	if document != "" {
		query = `"query":` + quote(document) + `,`
	}
	return `{` + query + `"extensions":{"persistedQuery":{"version":1,"sha256Hash":"` + hash + `"}}}`
}

func TestDocumentsAreKept(t *testing.T) {
	s := newServer(root{}, server.Options{Tokens: map[string]access.Viewer{
		"north": {Name: "north", Clearance: access.Grant("TLP:GREEN")}, "south": {Name: "south", Clearance: access.Grant("TLP:CLEAR")},
	}})
	const document = "{ datasets { name } }"
	north, south := []string{"Authorization", "Bearer north"}, []string{"Authorization", "Bearer south"}
	for _, c := range []struct {
		name, body string
		who        []string
		code       string
	}{
		{"before it was sent", persisted(hash(document), ""), north, "PERSISTED_QUERY_NOT_FOUND"},
		{"under another hash", persisted(hash("{ ontology { kinds { name } } }"), document), north, "BAD_USER_INPUT"},
		{"after a wrong hash", persisted(hash(document), ""), north, "PERSISTED_QUERY_NOT_FOUND"},
		{"without a hash", post(document), north, ""},
		{"after it came without a hash", persisted(hash(document), ""), north, "PERSISTED_QUERY_NOT_FOUND"},
		{"with its hash", persisted(hash(document), document), north, ""},
		{"by its hash", persisted(hash(document), ""), north, ""},
		{"by its id", `{"documentId":"sha256:` + hash(document) + `"}`, north, ""},
		{"of another class", persisted(hash(document), ""), south, "PERSISTED_QUERY_NOT_FOUND"},
		{"not valid", persisted(hash("{ datasts }"), "{ datasts }"), north, "GRAPHQL_VALIDATION_FAILED"},
		{"never kept since it is not valid", persisted(hash("{ datasts }"), ""), north, "PERSISTED_QUERY_NOT_FOUND"},
	} {
		if w := ask(s, c.body, c.who...); code(t, w) != c.code {
			t.Errorf("%s: got %s", c.name, w.Body)
		}
	}
	get := "/graphql?extensions=" + url.QueryEscape(`{"persistedQuery":{"version":1,"sha256Hash":"`+hash(document)+`"}}`)
	if w := send(s, "GET", get, nil, north...); code(t, w) != "" {
		t.Errorf("by GET: %s", w.Body)
	}
}

// TestKeptDocumentsPassTheGate has variables make a kept document too expensive.
func TestKeptDocumentsPassTheGate(t *testing.T) {
	s := newServer(root{}, server.Options{})
	const document = `query($n: Int!) { search(text: "x", first: $n) { nodes { entity { name } } } }`
	body := func(n int, document string) string {
		return strings.TrimSuffix(persisted(hash(`query($n: Int!) { search(text: "x", first: $n) { nodes { entity { name } } } }`), document), "}") + fmt.Sprintf(`,"variables":{"n":%d}}`, n)
	}
	for i, c := range []struct{ body, code string }{
		{body(5, document), ""},
		{body(6, ""), ""},
		{body(1_000_000, ""), "COMPLEXITY_LIMIT_EXCEEDED"},
		{strings.Replace(body(7, ""), "7}", `"7"}`, 1), "BAD_USER_INPUT"},
	} {
		if w := ask(s, c.body); code(t, w) != c.code {
			t.Errorf("%d: %s", i, w.Body)
		}
	}
}

func TestKeptDocumentsAreBounded(t *testing.T) {
	s := newServer(root{}, server.Options{})
	document := func(i int) string { return fmt.Sprintf("{ a%d: datasets { name } }", i) }
	for i := range 300 {
		ask(s, persisted(hash(document(i)), document(i)))
	}
	if w := ask(s, persisted(hash(document(299)), "")); code(t, w) != "" {
		t.Errorf("the last one: %s", w.Body)
	}
	if w := ask(s, persisted(hash(document(0)), "")); code(t, w) != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("the first of 300: %s", w.Body)
	}
	long := "{ datasets { name } } #" + strings.Repeat("x", 10_000)
	ask(s, persisted(hash(long), long))
	if w := ask(s, persisted(hash(long), "")); code(t, w) != "PERSISTED_QUERY_NOT_FOUND" {
		t.Errorf("a long one: %s", w.Body)
	}
}

func TestAllowedOperations(t *testing.T) {
	const document = "{ datasets { name } }"
	s := newServer(root{}, server.Options{Persisted: map[string]string{"datasets-1": document}})
	for _, c := range []struct{ name, body, code string }{
		{"by id", `{"documentId":"datasets-1"}`, ""},
		{"by hash", persisted(hash(document), ""), ""},
		{"by its text", post(document), ""},
		{"another", post("{ ontology { kinds { name } } }"), "FORBIDDEN"},
		{"another with its hash", persisted(hash("{ ontology { kinds { name } } }"), "{ ontology { kinds { name } } }"), "FORBIDDEN"},
		{"the same with a blank more", post(document + " "), "FORBIDDEN"},
		{"unknown id", `{"documentId":"datasets-2"}`, "PERSISTED_QUERY_NOT_FOUND"},
		{"introspection", post("{ __schema { types { name } } }"), "FORBIDDEN"},
	} {
		if w := ask(s, c.body); code(t, w) != c.code {
			t.Errorf("%s: got %s", c.name, w.Body)
		}
	}
}

func TestManifest(t *testing.T) {
	for text, want := range map[string]string{
		`{"a":"{ datasets { name } }"}`: "{ datasets { name } }",
		`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","name":"A","type":"query","body":"{ datasets { name } }"}]}`: "{ datasets { name } }",
		`{"format":"apollo-persisted-query-manifest","version":1,"operations":[{"id":"a","body":""}]}`:                                                "",
		`["{ datasets { name } }"]`: "", `{"a":7}`: "", `null`: "", `{`: "",
	} {
		got, err := server.ReadManifest([]byte(text))
		if got["a"] != want || (err != nil) != (want == "") || err != nil && graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
	}
	s := newServer(root{}, server.Options{})
	for document, good := range map[string]bool{
		"query($n: Int!) { search(text: \"\", first: $n) { totalCount } }": true, "{": false, "{ datasts }": false, "{ ...A } fragment A on Query { ...A }": false,
		" ": false, "fragment A on Query { datasets { name } }": false, "subscription { a: changes { revision } b: changes { revision } }": false,
	} {
		if err := s.Validate(document); (err == nil) != good {
			t.Errorf("%s: %v", document, err)
		}
	}
}

// TestTheStartPageWorksWithAList has a server that is held to a list answer what its
// start page asks, offer the list in the console, and nothing beyond.
func TestTheStartPageWorksWithAList(t *testing.T) {
	s := newServer(root{}, server.Options{Persisted: map[string]string{"b": "{ datasets { name } }", "a": "query All { datasets { name } }"}})
	for _, document := range web.Operations() {
		if err := s.Validate(document); err != nil {
			t.Errorf("%v: %s", err, document)
		}
		for _, body := range []string{post(document), persisted(hash(document), "")} {
			if c := code(t, ask(s, body)); c == "FORBIDDEN" || c == "PERSISTED_QUERY_NOT_FOUND" {
				t.Errorf("%s: %s", c, document)
			}
		}
		if c := code(t, ask(s, post(document+" "))); c != "FORBIDDEN" {
			t.Errorf("%q after a change: %s", c, document)
		}
	}
	const want = `"listed":true,"queries":[{"name":"All","title":"a","query":"query All { datasets { name } }","variables":{}},{"name":"b","title":"b","query":"{ datasets { name } }","variables":{}}]}`
	if w := send(s, "GET", "/welcome.json", nil, "Host", "127.0.0.1:9"); !strings.HasSuffix(w.Body.String(), want) {
		t.Errorf("got %s", w.Body)
	}
}
