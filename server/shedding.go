package server

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/vektah/gqlparser/v2/gqlerror"
)

// shedding is a listener whose connections refuse what the server has no room for. Of
// net/http's work for a small request most is done around its handler: deadlines, a
// goroutine that watches for the client to hang up, buffers. Asked four times what it
// can answer, a server would spend a third of its time there.
type shedding struct {
	net.Listener
	server *Server
}

// Accept waits for the next connection.
func (l shedding) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &sheddingConn{Conn: c, server: l.server}, nil
}

// sheddingConn looks at requests before net/http does, from the second on: the time that
// the first may take has begun with the connection.
type sheddingConn struct {
	net.Conn
	server *Server
	idle   bool // a request was answered, and none has begun since
	head   head // of the last request that was refused
}

// head is that of a request which is refused for want of room and for nothing else. Most
// clients send the same again and again.
type head struct {
	text    []byte
	request *http.Request
	media   string // of the answer
	viewer  string
}

// watchIdle is told by net/http what its connections are at.
func watchIdle(c net.Conn, state http.ConnState) {
	if c, ok := c.(*sheddingConn); ok && state == http.StateIdle {
		c.idle = true
	}
}

// Read reads from the connection, past the requests that it refuses.
func (c *sheddingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	for c.idle && err == nil {
		refusal := c.server.shed(p[:n], &c.head)
		if c.idle = refusal != nil; !c.idle {
			break
		}
		now := time.Now()
		_ = c.SetWriteDeadline(now.Add(writeTimeout)) // it is set anew for each request
		if _, err = c.Write(refusal); err != nil {
			return 0, err
		}
		_ = c.SetReadDeadline(now.Add(idleTimeout))
		n, err = c.Conn.Read(p)
	}
	return n, err
}

// shed returns the answer to a request that there is no room for, nil to leave it to the
// handler: it refuses only what is there whole, with nothing after it, and would be
// refused for no other reason.
func (s *Server) shed(text []byte, last *head) []byte {
	if !s.lookups.isFull() && !s.analyses.isFull() {
		return nil
	}
	begun := time.Now()
	top, body, whole := bytes.Cut(text, []byte("\r\n\r\n"))
	if !whole || !s.hasNoRoomFor(body) {
		return nil
	}
	if !bytes.Equal(top, last.text) {
		h, ok := s.headOf(text)
		if !ok {
			return nil
		}
		h.text = bytes.Clone(top)
		*last = h
	}
	if last.request.ContentLength != int64(len(body)) {
		return nil
	}
	s.metrics.refused()
	id := s.options.RequestID()
	length := len(overloadBody) - len("%s") + len(id)
	if log := s.options.Log; log.Enabled(context.Background(), slog.LevelInfo) {
		c := call{log: log.With("requestId", id), viewer: last.viewer}
		c.answered(context.Background(), last.request, errOverload.status, length, begun)
	}
	return fmt.Appendf(make([]byte, 0, 1024), overloadHead+overloadBody, last.media, length, id, id)
}

// headOf reads the head of a request; ok says that the handler would have something to
// read in its body.
func (s *Server) headOf(text []byte) (h head, ok bool) {
	r, err := http.ReadRequest(bufio.NewReaderSize(bytes.NewReader(text), len(text)))
	if err != nil || r.Method != http.MethodPost || r.RequestURI != graphQLPath || !r.ProtoAtLeast(1, 1) || r.Close ||
		r.Header.Get("Expect") != "" || !isLoopback(r.Host) || isForeign(r) || !isJSON(r.Header) {
		return head{}, false
	}
	r.Body = nil // it lies in what is read into next
	media := acceptable(r.Header["Accept"])
	viewer, known := s.viewer(r.Header["Authorization"])
	return head{request: r, media: media, viewer: viewer.Name}, known && media != "" && media != mediaEvents
}

// overloadHead and overloadBody are what the handler answers to what it has no room for:
// it takes longer to put that together.
var (
	overloadHead = fmt.Sprintf("HTTP/1.1 %d %s\r\nContent-Type: %%s; charset=utf-8\r\nContent-Length: %%d\r\nRetry-After: %d\r\nX-Request-Id: %%s\r\n"+
		"Cache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n\r\n",
		errOverload.status, http.StatusText(errOverload.status), retryAfter)
	overloadBody = string(encode(answer{errors: gqlerror.List{{Message: errOverload.message, Extensions: map[string]any{"code": errOverload.code, "requestId": "%s"}}}}))
)

// hasNoRoomFor says whether the operation in a body would be refused for want of room.
func (s *Server) hasNoRoomFor(body []byte) bool {
	if s.arrivals.isFull() {
		return true
	}
	document, ok := documentIn(body)
	return ok && s.lanes.areFull(document)
}

// documentIn finds the document in a body by the look of it: the string after "query"
// and a colon. A variable of that name may be taken for it, which is no known document.
func documentIn(body []byte) (document string, ok bool) {
	for {
		_, after, found := bytes.Cut(body, []byte(`"query"`))
		if !found {
			return "", false
		}
		body = after
		if text, isMember := bytes.CutPrefix(bytes.TrimLeft(after, " \t\r\n"), []byte(":")); isMember {
			text = quoted(bytes.TrimLeft(text, " \t\r\n"))
			return document, json.Unmarshal(text, &document) == nil
		}
	}
}

// quoted returns the JSON string that text begins with, nothing if it begins with none.
func quoted(text []byte) []byte {
	for i := 1; i < len(text) && text[0] == '"'; i++ {
		switch text[i] {
		case '"':
			return text[:i+1]
		case '\\':
			i++
		}
	}
	return nil
}
