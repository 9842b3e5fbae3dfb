package server

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/chokepoint/chokepoint/access"
)

// serveEvents answers an operation with server-sent events: GraphQL over SSE in
// distinct connections mode, one request for one operation.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request, viewer access.Viewer) {
	ctx, cancel := s.whileOpen(r.Context())
	defer cancel()
	done, ok := s.streams.open(viewer.Name)
	if !ok {
		writeAnswer(w, mediaJSON, s.overCap(ctx))
		return
	}
	defer done()
	p, leave, fail := s.read(w, r)
	if fail != nil {
		write(w, mediaJSON, answer{status: fail.status, errors: errorList(ctx, fail)})
		return
	}
	leave() // streams have bounds of their own
	out := &events{w: w, controller: http.NewResponseController(w), patience: s.takeTimeout}
	defer out.ping(ctx, s.pingEvery)()
	refusal, err := s.stream(ctx, viewer, p, out)
	switch {
	case err != nil:
		s.logEnd(ctx, err)
		return
	case refusal != nil && refusal.limits.retryAfter > 0 || refusal != nil && refusal.status == http.StatusMethodNotAllowed:
		writeAnswer(w, mediaJSON, *refusal)
		return
	case refusal != nil:
		err = out.send(*refusal)
	}
	if err == nil {
		err = out.write("event: complete\ndata: \n\n")
	}
	s.logEnd(ctx, err)
}

// logEnd tells why a stream ended early.
func (s *Server) logEnd(ctx context.Context, err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	reason := "the connection broke"
	if errors.Is(err, os.ErrDeadlineExceeded) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, errTooSlow) {
		reason = tooSlow
	}
	s.metrics.cut.WithLabelValues(reason).Inc()
	callOf(ctx).log.WarnContext(ctx, "stream cut", "reason", reason)
}

// tooSlow is why a client is cut off that does not take what it asked for.
const tooSlow = "slow consumer: resume after the last revision"

var errTooSlow = errors.New(tooSlow)

// events is a sink that writes server-sent events.
type events struct {
	w          http.ResponseWriter
	controller *http.ResponseController
	patience   time.Duration // with a client that does not take a piece

	mu     sync.Mutex
	opened bool
}

func (e *events) open() error { return e.write(":\n\n") }

func (e *events) send(a answer) error {
	var b bytes.Buffer
	b.WriteString("event: next\ndata: ")
	b.Write(bytes.TrimSpace(encode(a)))
	b.WriteString("\n\n")
	return e.write(b.String())
}

// write writes a piece at once, and fails when the client does not take it in time.
func (e *events) write(text string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.writeLocked(text)
}

func (e *events) writeLocked(text string) error {
	if !e.opened {
		e.opened = true
		h := e.w.Header()
		h.Set("Content-Type", mediaEvents+"; charset=utf-8")
		h.Set("X-Accel-Buffering", "no") // a proxy must not gather events
		e.w.WriteHeader(http.StatusOK)
	}
	_ = e.controller.SetWriteDeadline(time.Now().Add(e.patience)) // not supported is as good
	if _, err := io.WriteString(e.w, text); err != nil {
		return err
	}
	return e.controller.Flush()
}

// ping writes a comment every so often once the stream is open, so that neither side
// and no proxy takes it for dead, until the function that it returns is called.
func (e *events) ping(ctx context.Context, every time.Duration) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var pinging sync.WaitGroup
	pinging.Go(func() {
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		for {
			select {
			case <-ctx.Done():
				return
			case <-ticker.C:
			}
			e.mu.Lock()
			if e.opened {
				_ = e.writeLocked(":\n\n") // the next event fails too
			}
			e.mu.Unlock()
		}
	})
	return func() { cancel(); pinging.Wait() }
}
