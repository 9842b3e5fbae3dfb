package server

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// protocol is the one that is spoken over WebSockets:
// https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md.
const protocol = "graphql-transport-ws"

// initTimeout is how long a client may take to say connection_init.
const initTimeout = 5 * time.Second

// closing is why a connection is closed, in the words that the client gets.
type closing struct {
	code   websocket.StatusCode
	reason string
}

// Error returns the reason.
func (c *closing) Error() string { return c.reason }

var (
	errCloseProtocol  = &closing{4406, "Subprotocol not acceptable"}
	errCloseInit      = &closing{4408, "Connection initialisation timeout"}
	errCloseEarly     = &closing{4401, "Unauthorized"}
	errCloseToken     = &closing{4403, "Forbidden"}
	errCloseInitTwice = &closing{4429, "Too many initialisation requests"}
	errCloseTwice     = &closing{4409, "Subscriber already exists"}
	errCloseMalformed = &closing{4400, "Invalid message"}
	errCloseCap       = &closing{websocket.StatusTryAgainLater, "Too many open connections"}
	errCloseSlow      = &closing{websocket.StatusTryAgainLater, tooSlow}
	errCloseStuck     = &closing{websocket.StatusTryAgainLater, tooSlow}
	errCloseGoing     = &closing{websocket.StatusGoingAway, "The server stops"}
	errHandshake      = &failure{http.StatusBadRequest, graph.BadUserInput, "The handshake is none of a WebSocket of version 13 over HTTP/1.1."}
	errManyAtOnce     = &failure{http.StatusTooManyRequests, rateLimited, "Too many operations run on this connection. Complete some."}
)

func isUpgrade(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// serveSocket speaks graphql-transport-ws. A browser's handshake cannot carry a
// bearer token, so connection_init may: {"authorization": "Bearer …"}.
func (s *Server) serveSocket(w http.ResponseWriter, r *http.Request, viewer access.Viewer) {
	liftReadDeadline(w)
	quiet := &handshake{ResponseWriter: w}
	conn, err := websocket.Accept(quiet, r, &websocket.AcceptOptions{Subprotocols: []string{protocol}}) // of our own origin alone
	if err != nil {
		callOf(r.Context()).log.InfoContext(r.Context(), "no WebSocket", "cause", err.Error())
		if quiet.refused != 0 {
			write(w, mediaJSON, answer{status: quiet.refused, errors: errorList(r.Context(), errHandshake)})
		}
		return
	}
	conn.SetReadLimit(maxBody)
	ctx, cancel := s.whileOpen(context.WithoutCancel(r.Context())) // the connection is no longer HTTP's
	defer cancel()
	c := &socket{server: s, conn: conn, viewer: viewer, operations: map[string]context.CancelFunc{}}
	c.serve(ctx)
}

// handshake keeps back the words in which the library refuses one.
type handshake struct {
	http.ResponseWriter
	refused int // the status
}

func (h *handshake) WriteHeader(status int) {
	if status == http.StatusSwitchingProtocols {
		h.ResponseWriter.WriteHeader(status)
		return
	}
	h.refused = status
}

func (h *handshake) Write(p []byte) (int, error) { return len(p), nil }

// Unwrap lets the library take over the connection.
func (h *handshake) Unwrap() http.ResponseWriter { return h.ResponseWriter }

// socket is one connection.
type socket struct {
	server *Server
	conn   *websocket.Conn
	viewer access.Viewer
	end    context.CancelCauseFunc // closes the connection
	done   func()                  // gives back its place among the streams

	mu         sync.Mutex
	operations map[string]context.CancelFunc // that run, by the client's ids
	running    sync.WaitGroup
}

// message is what goes over a connection.
type message struct {
	ID      string          `json:"id,omitempty"`
	Type    string          `json:"type"`
	Payload json.RawMessage `json:"payload,omitempty"`
}

// serve speaks with the client until one of them ends it. Reads and writes know no
// end of ctx, which would break the connection off: it is closed with a reason, and
// they end by that.
func (c *socket) serve(ctx context.Context) {
	ctx, end := context.WithCancelCause(ctx)
	shut := make(chan struct{})
	context.AfterFunc(ctx, func() { c.shut(ctx); close(shut) })
	c.end = end
	end(c.talk(ctx))
	<-shut
	c.running.Wait()
	if c.done != nil {
		c.done()
	}
}

// shut closes the connection, with the reason if it is one for the client.
func (c *socket) shut(ctx context.Context) {
	var why *closing
	switch {
	case errors.As(context.Cause(ctx), &why):
	case c.server.closing.Err() != nil:
		why = errCloseGoing
	default:
		_ = c.conn.CloseNow()
		return
	}
	c.server.metrics.cut.WithLabelValues(why.reason).Inc()
	callOf(ctx).log.InfoContext(ctx, "WebSocket closed", "code", int(why.code), "reason", why.reason)
	if why == errCloseStuck {
		_ = c.conn.CloseNow()
		return
	}
	_ = c.conn.Close(why.code, why.reason)
}

// talk reads what the client says until it ends.
func (c *socket) talk(ctx context.Context) error {
	if c.conn.Subprotocol() != protocol {
		return errCloseProtocol
	}
	if err := c.init(ctx); err != nil {
		return err
	}
	done, ok := c.server.streams.open(c.viewer.Name)
	if !ok {
		return errCloseCap
	}
	c.done = done
	if err := c.write(message{Type: "connection_ack"}); err != nil {
		return err
	}
	c.running.Go(func() { c.ping(ctx) })
	for {
		m, err := c.read()
		if err == nil {
			err = c.handle(ctx, m)
		}
		if err != nil {
			return err
		}
	}
}

// init waits for connection_init, and finds out who asks.
func (c *socket) init(ctx context.Context) error {
	defer time.AfterFunc(initTimeout, func() { c.end(errCloseInit) }).Stop()
	m, err := c.read()
	for ; err == nil && m.Type == "ping"; m, err = c.read() {
		if err := c.write(message{Type: "pong"}); err != nil {
			return err
		}
	}
	switch {
	case err != nil:
		return err
	case m.Type != "connection_init":
		return errCloseEarly
	}
	var credentials struct{ Authorization string } // authorization too
	if len(m.Payload) > 0 && json.Unmarshal(m.Payload, &credentials) != nil {
		return errCloseMalformed
	}
	if credentials.Authorization == "" {
		return nil
	}
	viewer, ok := c.server.viewer([]string{credentials.Authorization})
	if !ok {
		return errCloseToken
	}
	call := callOf(ctx)
	c.viewer, call.viewer, call.metered = viewer, viewer.Name, true
	return nil
}

// handle does what a message asks for.
func (c *socket) handle(ctx context.Context, m message) error {
	switch m.Type {
	case "connection_init":
		return errCloseInitTwice
	case "ping":
		return c.write(message{Type: "pong"})
	case "pong":
		return nil
	case "subscribe":
		return c.subscribe(ctx, m)
	case "complete":
		c.mu.Lock()
		defer c.mu.Unlock()
		if cancel, ok := c.operations[m.ID]; ok {
			cancel()
			delete(c.operations, m.ID)
		}
		return nil
	}
	return errCloseMalformed
}

// subscribe begins an operation.
func (c *socket) subscribe(ctx context.Context, m message) error {
	value, err := readJSON(m.Payload)
	members, isObject := value.(map[string]any)
	if err != nil || !isObject || m.ID == "" {
		return errCloseMalformed
	}
	parent := callOf(ctx)
	ctx, call := c.server.begin(ctx)
	call.viewer, call.metered = parent.viewer, parent.metered
	p, fail := parameters(members)
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, twice := c.operations[m.ID]; twice {
		return errCloseTwice
	}
	if len(c.operations) >= maxOperations {
		fail = errManyAtOnce
	}
	if fail != nil {
		return c.writeErrors(m.ID, errorList(ctx, fail))
	}
	ctx, cancel := context.WithCancel(ctx)
	c.operations[m.ID] = cancel
	c.running.Go(func() {
		defer cancel()
		if err := c.operate(ctx, m.ID, p); err != nil && ctx.Err() == nil {
			c.end(err)
		}
	})
	return nil
}

// operate runs an operation to its end, or until the client completes it. A panic
// ends it alone.
func (c *socket) operate(ctx context.Context, id string, p *asked) (err error) {
	start := time.Now()
	defer func() {
		if value := recover(); value != nil {
			err = c.writeErrors(id, gqlerror.List{present(ctx, newPanicked(value))})
		}
		call := callOf(ctx)
		call.log.InfoContext(ctx, "operation", call.became("ms", time.Since(start).Milliseconds(), "viewer", call.viewer)...)
	}()
	refusal, err := c.server.stream(ctx, c.viewer, p, answers{c, id})
	switch {
	case err != nil:
		return err
	case refusal != nil:
		if !c.forget(ctx, id) {
			return nil
		}
		return c.writeErrors(id, refusal.errors)
	}
	if !c.forget(ctx, id) {
		return nil
	}
	return c.write(message{ID: id, Type: "complete"})
}

// forget frees the id of an operation that has ended, and says whether the client
// still waits for its end.
func (c *socket) forget(ctx context.Context, id string) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if ctx.Err() != nil { // the id may be another operation's by now
		return false
	}
	delete(c.operations, id)
	return true
}

// answers is the sink of an operation.
type answers struct {
	socket *socket
	id     string
}

func (a answers) open() error { return nil }

func (a answers) send(answer answer) error {
	return a.socket.write(message{ID: a.id, Type: "next", Payload: encode(answer)})
}

func (c *socket) writeErrors(id string, errs gqlerror.List) error {
	payload, err := json.Marshal(errs)
	if err != nil {
		return err
	}
	return c.write(message{ID: id, Type: "error", Payload: payload})
}

func (c *socket) read() (message, error) {
	var m message
	kind, text, err := c.conn.Read(context.Background())
	if err != nil {
		return m, err
	}
	if kind != websocket.MessageText || json.Unmarshal(text, &m) != nil {
		return m, errCloseMalformed
	}
	return m, nil
}

// write sends a message. Who does not take it in time is cut off: half of it is on its
// way, so that nothing more can be said.
func (c *socket) write(m message) error {
	text, err := json.Marshal(m)
	if err != nil {
		return err
	}
	defer time.AfterFunc(c.server.takeTimeout, func() { c.end(errCloseStuck) }).Stop()
	return c.conn.Write(context.Background(), websocket.MessageText, text)
}

// ping asks for a sign of life every so often. A client that takes nothing answers
// none: while there is room on its way it is told why it is closed.
func (c *socket) ping(ctx context.Context) {
	ticker := time.NewTicker(c.server.pingEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		bounded, cancel := context.WithTimeout(ctx, c.server.takeTimeout)
		err := c.conn.Ping(bounded)
		cancel()
		if err != nil && ctx.Err() == nil {
			c.end(errCloseSlow)
			return
		}
	}
}
