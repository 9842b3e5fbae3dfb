package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/chokepoint/chokepoint/graph"
)

const (
	// maxBody bounds a request in bytes: some 5,000 records as variables.
	maxBody = 1 << 20
	// smallBody is what gets its room before it has come.
	smallBody = 8 << 10
	// maxNesting bounds how deep its JSON is: inputs of the schema nest 6 deep.
	maxNesting = 64
	// maxValues bounds how many values its JSON has: a record of 100 bytes, as
	// small as they get, has 10, and 10,000 of those fill a body.
	maxValues = 100_000
)

// failure is a request that is no GraphQL operation. Its message never quotes
// the request.
type failure struct {
	status  int
	code    graph.Code
	message string
}

// Error returns the message.
func (f *failure) Error() string { return f.message }

func malformed(message string) *failure {
	return &failure{http.StatusBadRequest, graph.BadUserInput, message}
}

var (
	errQueriesOnly = &failure{http.StatusMethodNotAllowed, graph.BadUserInput, "GET is for queries only: use POST."}
	errMethod      = &failure{http.StatusMethodNotAllowed, graph.BadUserInput, "Ask with POST, or with GET for queries."}
	errMedia       = &failure{http.StatusUnsupportedMediaType, graph.BadUserInput, "Send JSON in UTF-8, not compressed: Content-Type: application/json."}
	errTooLarge    = &failure{http.StatusRequestEntityTooLarge, graph.BadUserInput, fmt.Sprintf("A request may have %d bytes at most.", maxBody)}
	errSlow        = &failure{http.StatusRequestTimeout, graph.BadUserInput, "The request took too long to arrive."}
	errJSON        = malformed(fmt.Sprintf("The request is not one valid JSON object in UTF-8, without double members, %d levels and %d values at most.", maxNesting, maxValues))
	errMember      = malformed("The parameters variables and extensions in the address are JSON objects in UTF-8. Leave them out if there are none.")
	errBatch       = malformed("Batches are not supported: send one operation per request.")
	errTwice       = malformed("A parameter stands in the address twice.")
	errURL         = malformed("The parameters in the address are not well formed.")
	errNoQuery     = malformed("The request has no query, or one that is not a string.")
	errName        = malformed("operationName is not a string.")
	errObject      = malformed("variables and extensions are objects or null.")
	errHash        = malformed("The query does not have the hash that the request states.")
	errVersion     = malformed("extensions.persistedQuery has version 1 and a sha256Hash, which is a string.")
	errID          = malformed("documentId is not a string.")
)

// asked is what a request asks for: a document, or the id of one that is kept.
type asked struct {
	*graphql.RawParams
	// id is the hash of the document or its name in the list of allowed ones; "" for
	// a document that nobody wants to be kept.
	id string
	// queriesOnly refuses mutations: GET has no effects.
	queriesOnly bool
}

// receive takes in the operation of a request, as GraphQL over HTTP has it, and
// returns what reads it: nothing is parsed yet.
func receive(w http.ResponseWriter, r *http.Request) (func() (*asked, *failure), *failure) {
	switch r.Method {
	case http.MethodGet:
		liftReadDeadline(w)
		return func() (*asked, *failure) { return readAddress(r.URL.RawQuery) }, nil
	case http.MethodPost:
		return receivePost(w, r)
	}
	w.Header().Set("Allow", "GET, POST")
	return nil, errMethod
}

// readAddress reads the parameters of GET.
func readAddress(rawQuery string) (*asked, *failure) {
	values, err := url.ParseQuery(rawQuery)
	if err != nil {
		return nil, errURL
	}
	members := map[string]any{}
	for _, name := range []string{"query", "operationName", "variables", "extensions", "documentId"} {
		text := values[name]
		switch {
		case len(text) > 1:
			return nil, errTwice
		case len(text) == 0:
		case name == "variables" || name == "extensions":
			if members[name], err = readJSON([]byte(text[0])); err != nil {
				return nil, errMember
			}
		default:
			members[name] = text[0]
		}
	}
	p, fail := parameters(members)
	if fail == nil {
		p.queriesOnly = true
	}
	return p, fail
}

func receivePost(w http.ResponseWriter, r *http.Request) (func() (*asked, *failure), *failure) {
	if !isJSON(r.Header) {
		return nil, errMedia
	}
	body, fail := readBody(w, r)
	if fail != nil {
		return nil, fail
	}
	return func() (*asked, *failure) { return readPost(body) }, nil
}

// isJSON says whether a body is what a request may send.
func isJSON(h http.Header) bool {
	media, attributes, err := mime.ParseMediaType(h.Get("Content-Type"))
	return err == nil && media == mediaJSON && isUTF8(attributes["charset"]) && h.Get("Content-Encoding") == ""
}

func readPost(body []byte) (*asked, *failure) {
	value, err := readJSON(body)
	if err != nil {
		return nil, errJSON
	}
	switch value := value.(type) {
	case map[string]any:
		return parameters(value)
	case []any:
		return nil, errBatch
	}
	return nil, errJSON
}

// readBody reads the whole body, then lifts the deadline that bounded that: the
// operation has its own.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, *failure) {
	if r.ContentLength > maxBody {
		return nil, errTooLarge
	}
	var body []byte
	var err error
	if 0 <= r.ContentLength && r.ContentLength <= smallBody {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, errTooLarge
	case errors.Is(err, os.ErrDeadlineExceeded):
		return nil, errSlow
	case err != nil:
		return nil, errJSON
	}
	liftReadDeadline(w)
	return body, nil
}

// liftReadDeadline lets the connection stay open without a word from the client: when
// the time to send the request is over, it would count as gone.
func liftReadDeadline(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetReadDeadline(time.Time{}) // not supported is as good
}

// parameters reads the members of a request. Members that the specification does
// not name are ignored.
func parameters(members map[string]any) (*asked, *failure) {
	p := &asked{RawParams: &graphql.RawParams{}}
	var ok bool
	if p.OperationName, ok = members["operationName"].(string); !ok && members["operationName"] != nil {
		return nil, errName
	}
	if p.Variables, ok = members["variables"].(map[string]any); !ok && members["variables"] != nil {
		return nil, errObject
	}
	if p.Extensions, ok = members["extensions"].(map[string]any); !ok && members["extensions"] != nil {
		return nil, errObject
	}
	if p.Query, ok = members["query"].(string); !ok && members["query"] != nil {
		return nil, errNoQuery
	}
	var fail *failure
	if p.id, fail = documentID(members, p.Extensions); fail != nil {
		return nil, fail
	}
	switch {
	case p.Query == "" && (p.id == "" || members["query"] != nil):
		return nil, errNoQuery
	case p.Query != "" && p.id != "" && p.id != hashOf(p.Query):
		return nil, errHash
	}
	return p, nil
}

// documentID returns how a request names its document: by extensions.persistedQuery
// as clients of Apollo's do, or by documentId as the specification's draft has it; ""
// if it does not.
func documentID(members, extensions map[string]any) (string, *failure) {
	if id, named := members["documentId"]; named && id != nil {
		text, ok := id.(string)
		if !ok || text == "" {
			return "", errID
		}
		return strings.TrimPrefix(text, "sha256:"), nil
	}
	persisted, named := extensions["persistedQuery"]
	if !named || persisted == nil {
		return "", nil
	}
	object, _ := persisted.(map[string]any)
	hash, _ := object["sha256Hash"].(string)
	if version, ok := object["version"].(json.Number); !ok || version != "1" || hash == "" {
		return "", errVersion
	}
	return hash, nil
}

// readJSON reads one JSON value strictly: valid UTF-8, no member of an object
// twice, nothing after it. Numbers keep their digits.
func readJSON(text []byte) (any, error) {
	r := jsonReader{Decoder: decoders.Get().(*jsontext.Decoder)}
	r.Reset(bytes.NewBuffer(text)) // which it reads in place
	defer decoders.Put(r.Decoder)
	value, err := r.value(0)
	if err != nil {
		return nil, errJSON
	}
	if _, err := r.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errJSON
	}
	return value, nil
}

// decoders keep their stacks from one request to the next.
var decoders = sync.Pool{New: func() any { return new(jsontext.Decoder) }}

// jsonReader counts the values that it reads.
type jsonReader struct {
	*jsontext.Decoder
	values int
}

func (r *jsonReader) value(depth int) (any, error) {
	r.values++
	token, err := r.ReadToken()
	if err != nil || depth > maxNesting || r.values > maxValues {
		return nil, errJSON
	}
	switch token.Kind() {
	case '[':
		list := []any{}
		for r.PeekKind() != ']' {
			item, err := r.value(depth + 1)
			if err != nil {
				return nil, err
			}
			list = append(list, item)
		}
		_, err = r.ReadToken()
		return list, err
	case '{':
		object := map[string]any{}
		for r.PeekKind() != '}' {
			if err := r.member(depth, object); err != nil {
				return nil, err
			}
		}
		_, err = r.ReadToken()
		return object, err
	case '"':
		return token.String(), nil
	case '0':
		return json.Number(token.String()), nil
	case 't', 'f':
		return token.Bool(), nil
	}
	return nil, nil
}

func (r *jsonReader) member(depth int, object map[string]any) error {
	name, err := r.ReadToken()
	if err != nil {
		return err
	}
	key := name.String()
	object[key], err = r.value(depth + 1)
	return err
}

func isUTF8(charset string) bool {
	return charset == "" || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}
