package server

import (
	"context"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/chokepoint/chokepoint/graph"
)

// Times that a client may take. They bound what a slow or silent one can hold.
const (
	headerTimeout = 5 * time.Second  // a header is one packet or a few
	bodyTimeout   = 15 * time.Second // 1 MiB at 70 kB/s
	idleTimeout   = 60 * time.Second // between requests on one connection
	writeTimeout  = 30 * time.Second // to take an answer, once it is ready
	closeTimeout  = 10 * time.Second // to finish what runs when the server stops
	cancelTimeout = 2 * time.Second  // to say that it was cancelled, if it did not
	maxHeader     = 32 << 10         // bytes; a GET query must fit
)

// Listen binds host:port. It refuses every address but loopback ones.
func (s *Server) Listen(ctx context.Context, addr string) (net.Listener, error) {
	if err := CheckAddress(addr); err != nil {
		return nil, err
	}
	var config net.ListenConfig
	l, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		return nil, graph.Errorf(graph.Unavailable, "cannot listen on %s: another program may use this port", addr).Because(err)
	}
	if !isLoopback(l.Addr().String()) { // localhost is what the resolver says it is
		return nil, errors.Join(notLoopback(addr), l.Close())
	}
	return l, nil
}

// CheckAddress refuses what [Server.Listen] would never listen on: what is no HOST:PORT,
// with BAD_USER_INPUT, and hosts that are not of this machine alone, with FORBIDDEN.
func CheckAddress(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return graph.Errorf(graph.BadUserInput, "%q is not an address: write HOST:PORT, such as 127.0.0.1:8080", addr).Because(err)
	}
	if !isLoopback(host) {
		return notLoopback(addr)
	}
	return nil
}

func notLoopback(addr string) error {
	return graph.Errorf(graph.Forbidden, "will not listen on %s: requests are not authenticated yet, so whoever reaches the port would see "+
		"everything. Listen on 127.0.0.1 and reach it from elsewhere through a tunnel, such as ssh -L", addr)
}

// Serve answers on l until ctx ends, then ends streams, lets running operations
// finish for ten seconds and cancels the rest, which answers that they were. It refuses
// a listener that is not on loopback.
func (s *Server) Serve(ctx context.Context, l net.Listener) error {
	context.AfterFunc(ctx, s.close)
	return s.serve(ctx, shedding{l, s}, s, bodyTimeout+s.options.Timeout+writeTimeout)
}

// ServeOperations answers operators on l until ctx ends: metrics and health. It
// refuses a listener that is not on loopback.
func (s *Server) ServeOperations(ctx context.Context, l net.Listener) error {
	return s.serve(ctx, l, s.Operations(), writeTimeout)
}

func (s *Server) serve(ctx context.Context, l net.Listener, handler http.Handler, patience time.Duration) error {
	if !isLoopback(l.Addr().String()) {
		return errors.Join(notLoopback(l.Addr().String()), l.Close())
	}
	base, cancelAll := context.WithCancel(context.WithoutCancel(ctx))
	defer cancelAll()
	h := &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: headerTimeout,
		ReadTimeout:       bodyTimeout, // serveGraphQL lifts it once the body is read
		WriteTimeout:      patience,
		IdleTimeout:       idleTimeout,
		MaxHeaderBytes:    maxHeader,
		ConnState:         watchIdle,
		BaseContext:       func(net.Listener) context.Context { return base },
	}
	stopped := make(chan error, 1)
	go func() { stopped <- h.Serve(l) }()
	select {
	case err := <-stopped:
		return err
	case <-ctx.Done():
	}
	defer time.AfterFunc(s.closeTimeout, cancelAll).Stop()
	grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.closeTimeout+cancelTimeout)
	defer cancel()
	defer s.streams.wait(grace)
	if err := h.Shutdown(grace); err != nil {
		s.options.Log.WarnContext(grace, "cut operations that did not end in time")
		return h.Close()
	}
	return nil
}
