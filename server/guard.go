package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// call is what is known about a request on all its way.
type call struct {
	id     string
	log    *slog.Logger
	viewer string
	// metered says whether the viewer is one whose spending is bounded.
	metered bool
	// operation is its type, and code what became of it, once that is known.
	operation, code string
}

type callKey struct{}

// RequestID returns the id of the request that ctx belongs to, "" outside of one.
func RequestID(ctx context.Context) string { return callOf(ctx).id }

func callOf(ctx context.Context) *call {
	if c, ok := ctx.Value(callKey{}).(*call); ok {
		return c
	}
	return &call{log: slog.New(slog.DiscardHandler)}
}

// begin gives ctx the call that its log lines and errors name.
func (s *Server) begin(ctx context.Context) (context.Context, *call) {
	id := s.options.RequestID()
	c := &call{id: id, log: s.options.Log.With("requestId", id)}
	return context.WithValue(ctx, callKey{}, c), c
}

// observe names a request, logs one line about it, and turns a panic into a
// masked error.
func (s *Server) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ctx, c := s.begin(traced(r))
		c.head(w.Header())
		out := &recorder{ResponseWriter: w}
		defer func() {
			if value := recover(); value == http.ErrAbortHandler { //nolint:errorlint // the very value is the sign
				panic(value)
			} else if value != nil {
				refuse(out, present(ctx, newPanicked(value)))
			}
			c.answered(ctx, r, out.status, out.bytes, start)
		}()
		next.ServeHTTP(out, r.WithContext(ctx))
	})
}

// head writes the headers that every answer has.
func (c *call) head(h http.Header) {
	h.Set("X-Request-Id", c.id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
}

// answered logs the line of a request.
func (c *call) answered(ctx context.Context, r *http.Request, status, bytes int, start time.Time) {
	c.log.InfoContext(ctx, "request", c.became("method", r.Method, "path", r.URL.Path, "status", status,
		"bytes", bytes, "ms", time.Since(start).Milliseconds(), "viewer", c.viewer, "gone", r.Context().Err() != nil)...)
}

// became adds to a line of the log what became of the operation, if there was one.
func (c *call) became(line ...any) []any {
	if c.operation == "" {
		return line
	}
	return append(line, "operation", c.operation, "code", c.code)
}

// recorder remembers what was answered, for the log.
type recorder struct {
	http.ResponseWriter
	status, bytes int
}

// WriteHeader remembers the first status.
func (r *recorder) WriteHeader(status int) {
	if r.status == 0 {
		r.status = status
		r.ResponseWriter.WriteHeader(status)
	}
}

// Write counts the bytes of the answer.
func (r *recorder) Write(p []byte) (int, error) {
	r.WriteHeader(http.StatusOK)
	n, err := r.ResponseWriter.Write(p)
	r.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// loopbackOnly refuses requests that name another host: a foreign page whose
// name was rebound to this machine would otherwise be of our own origin.
func loopbackOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			refuse(w, newError(r.Context(), graph.Forbidden, "This server answers to localhost alone."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLoopback says whether a host, with or without a port, names this machine.
func isLoopback(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(host, "["), "]"), "."))
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return host == "localhost" || strings.HasSuffix(host, ".localhost")
	}
	return addr.Unmap().IsLoopback()
}

// ownOriginOnly refuses what a browser sends on behalf of another site. GET is
// held to the same rule as POST: its answers cannot be read across origins, but
// its work would be done.
func ownOriginOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if isForeign(r) {
			refuse(w, newError(r.Context(), graph.Forbidden, "Pages of other origins may not ask here."))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isForeign says whether a browser sends a request on behalf of another site.
func isForeign(r *http.Request) bool {
	unsafe := *r
	unsafe.Method = http.MethodPost
	return origins.Check(&unsafe) != nil
}

var origins = http.NewCrossOriginProtection()
