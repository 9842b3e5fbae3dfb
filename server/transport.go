package server

import (
	"context"
	"encoding/json"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// Media types of answers. Under mediaGraphQL the status tells whether the
// operation was executed; under mediaJSON it tells only whether the request was
// well formed, for the sake of older clients and of proxies.
const (
	mediaGraphQL = "application/graphql-response+json"
	mediaJSON    = "application/json"
	mediaEvents  = "text/event-stream"
)

// answer is what an operation came to.
type answer struct {
	status     int
	errors     gqlerror.List
	data       json.RawMessage // nil when execution did not begin
	extensions json.RawMessage
	limits     limits
}

// serveGraphQL answers GraphQL over HTTP.
func (s *Server) serveGraphQL(w http.ResponseWriter, r *http.Request, viewer access.Viewer) {
	ctx := r.Context()
	if isUpgrade(r) {
		s.serveSocket(w, r, viewer)
		return
	}
	media := acceptable(r.Header["Accept"])
	if media == mediaEvents {
		s.serveEvents(w, r, viewer)
		return
	}
	if media == "" {
		write(w, mediaJSON, answer{status: http.StatusNotAcceptable, errors: gqlerror.List{newError(ctx, graph.BadUserInput,
			"Answers are "+mediaGraphQL+", "+mediaJSON+" or "+mediaEvents+".")}})
		return
	}
	p, leave, fail := s.read(w, r)
	if fail != nil {
		write(w, media, answer{status: fail.status, errors: errorList(ctx, fail)})
		return
	}
	defer leave()
	a := s.execute(ctx, viewer, p)
	if a.status == http.StatusBadRequest && media == mediaJSON {
		a.status = http.StatusOK
	}
	writeAnswer(w, media, a)
}

// writeAnswer writes an answer with what its headers tell.
func writeAnswer(w http.ResponseWriter, media string, a answer) {
	if a.status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodPost)
	}
	a.limits.write(w.Header())
	write(w, media, a)
}

// read takes in a request, and reads it unless too many are under way: to refuse
// costs next to nothing then. What it returns must be called when it is answered.
func (s *Server) read(w http.ResponseWriter, r *http.Request) (*asked, func(), *failure) {
	decode, fail := receive(w, r)
	if fail != nil {
		return nil, nil, fail
	}
	leave, ok := s.arrivals.arrive()
	if !ok {
		s.metrics.refused()
		s.overloaded().write(w.Header())
		return nil, nil, errOverload
	}
	p, fail := decode()
	if fail != nil {
		leave()
		return nil, nil, fail
	}
	return p, leave, nil
}

// refused is the answer to an operation that was not executed.
func refused(errs gqlerror.List) answer {
	status := http.StatusBadRequest
	if len(errs) > 0 {
		status = statuses[codeOf(errs[0])]
	}
	return answer{status: status, errors: errs}
}

func errorList(ctx context.Context, f *failure) gqlerror.List {
	return gqlerror.List{newError(ctx, f.code, f.message)}
}

// refuse answers a request that did not get as far as an operation.
func refuse(w http.ResponseWriter, err *gqlerror.Error) {
	write(w, mediaJSON, answer{status: statuses[codeOf(err)], errors: gqlerror.List{err}})
}

func write(w http.ResponseWriter, media string, a answer) {
	body := encode(a)
	w.Header().Set("Content-Type", media+"; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(a.status)
	_, _ = w.Write(body)
}

// encode writes an answer as JSON: errors first, and data only if execution began.
func encode(a answer) []byte {
	b := append(make([]byte, 0, len(a.data)+len(a.extensions)+64), '{')
	member := func(name string, text json.RawMessage) {
		if text == nil {
			return
		}
		if len(b) > 1 {
			b = append(b, ',')
		}
		b = append(b, `"`+name+`":`...)
		b = append(b, text...)
	}
	if len(a.errors) > 0 {
		text, err := json.Marshal(a.errors)
		if err != nil { // strings, numbers and maps of them
			text = []byte("null")
		}
		member("errors", text)
	}
	member("data", a.data)
	member("extensions", a.extensions)
	return append(b, '}', '\n')
}

// acceptable chooses the media type of the answer: the one with the highest
// quality, mediaGraphQL where both have the same and it is named; "" for none. A
// client that states nothing gets mediaJSON.
func acceptable(accept []string) string {
	if len(accept) == 0 {
		return mediaJSON
	}
	best, quality := "", 0.0
	for part := range strings.SplitSeq(strings.Join(accept, ","), ",") {
		media, attributes, err := mime.ParseMediaType(part)
		if err != nil || !isUTF8(attributes["charset"]) {
			continue
		}
		q := 1.0
		if text, ok := attributes["q"]; ok {
			if q, err = strconv.ParseFloat(text, 64); err != nil {
				continue
			}
		}
		switch media {
		case "*/*", "application/*":
			media = mediaJSON
		case mediaGraphQL, mediaJSON, mediaEvents:
		default:
			continue
		}
		if q > quality || q == quality && q > 0 && media == mediaGraphQL {
			best, quality = media, q
		}
	}
	return best
}
