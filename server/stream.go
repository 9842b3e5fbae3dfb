package server

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/vektah/gqlparser/v2/ast"
	"github.com/vektah/gqlparser/v2/gqlerror"

	"github.com/chokepoint/chokepoint/access"
)

// Bounds of streams: connections that stay open, over a WebSocket or as events.
const (
	// maxStreams is how many there are at once: each holds two goroutines and some
	// 50 kB while nothing happens.
	maxStreams = 1_000
	// maxStreamsOf is how many of them one viewer has: tabs of a browser, and scripts.
	maxStreamsOf = 100
	// maxOperations is how many operations run at once on one WebSocket.
	maxOperations = 50
	// takeTimeout is how long a client may take to take a message, or to answer a
	// ping: who is slower is cut off, and resumes from its last token.
	takeTimeout = 5 * time.Second
	// pingEvery is how often a silent connection is looked at.
	pingEvery = 5 * time.Second
)

// streams counts those that are open.
type streams struct {
	mu  sync.Mutex
	by  map[string]int
	n   int
	all sync.WaitGroup
}

func newStreams() *streams { return &streams{by: map[string]int{}} }

// open counts a stream of a viewer in, if there is room for it; done counts it out.
func (s *streams) open(viewer string) (done func(), ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.n >= maxStreams || s.by[viewer] >= maxStreamsOf {
		return nil, false
	}
	s.n++
	s.by[viewer]++
	s.all.Add(1)
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.n--
		if s.by[viewer]--; s.by[viewer] == 0 {
			delete(s.by, viewer)
		}
		s.all.Done()
	}, true
}

func (s *streams) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// wait waits until all have ended, or ctx has.
func (s *streams) wait(ctx context.Context) {
	ended := make(chan struct{})
	go func() { s.all.Wait(); close(ended) }()
	select {
	case <-ended:
	case <-ctx.Done():
	}
}

// whileOpen returns a context that ends with ctx and when the server stops.
func (s *Server) whileOpen(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.closing, cancel)
	return ctx, func() { stop(); cancel() }
}

// sink takes the answers of an operation.
type sink interface {
	// open says that the operation has begun; answers may be long in coming.
	open() error
	// send takes an answer. The next one is computed when it returns.
	send(answer) error
}

// stream runs an operation of any type until it has ended, ctx has, or the client
// does not take its answers. It returns why an operation was refused, of which
// nothing was sent.
func (s *Server) stream(ctx context.Context, viewer access.Viewer, p *asked, out sink) (refusal *answer, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx, w := s.watch(ctx)
	var a answer
	defer func() {
		if refusal != nil {
			a = *refusal
		}
		w.done(ctx, a)
	}()
	op, fail := s.prepare(ctx, viewer, p)
	if fail != nil {
		return fail, nil
	}
	w.known(op)
	if op.Operation.Operation != ast.Subscription {
		a = s.run(ctx, viewer, op)
		if a.data == nil {
			return &a, nil
		}
		return nil, out.send(a)
	}
	respond, ctx, fail := s.subscribe(ctx, viewer, op)
	if fail != nil {
		return fail, nil
	}
	if err := out.open(); err != nil {
		return nil, err
	}
	return s.follow(ctx, op, respond, out)
}

// subscribe begins a subscription.
func (s *Server) subscribe(ctx context.Context, viewer access.Viewer, op *graphql.OperationContext) (graphql.ResponseHandler, context.Context, *answer) {
	bounded, cancel := context.WithTimeout(ctx, s.options.Timeout)
	defer cancel()
	leave, _, fail := s.admit(bounded, viewer, op)
	if fail != nil {
		return nil, ctx, fail
	}
	defer leave()
	return s.dispatch(ctx, viewer, op)
}

// follow hands on the events of a subscription.
func (s *Server) follow(ctx context.Context, op *graphql.OperationContext, respond graphql.ResponseHandler, out sink) (*answer, error) {
	spent := spendingOf(op)
	each := spent.used.Load() // what every event costs besides its fields
	spent.turn = &turn{lane: s.events}
	defer spent.turn.end()
	for begun := false; ; begun = true {
		spent.used.Store(each)
		response := respond(ctx)
		spent.turn.end()
		switch {
		case ctx.Err() != nil:
			return nil, context.Cause(ctx)
		case response == nil:
			return nil, nil
		case response.Data == nil && !begun:
			a := answerOf(ctx, op, response)
			return &a, nil
		}
		settle(response)
		s.metrics.events.Inc()
		if err := out.send(answerOf(ctx, op, response)); err != nil {
			return nil, err
		}
	}
}

// settle mends what gqlgen leaves undone in the answer to an event: its errors have
// paths from the root, and an event is never null without all being so.
func settle(response *graphql.Response) {
	root, rest, _ := bytes.Cut(bytes.TrimPrefix(response.Data, []byte(`{"`)), []byte(`":`))
	for _, err := range response.Errors {
		err.Path = append(ast.Path{ast.PathName(root)}, err.Path...)
	}
	if string(rest) == "null}" {
		response.Data = []byte("null")
	}
}

// overCap is the answer to a stream for which there is no room.
func (s *Server) overCap(ctx context.Context) answer {
	a := refused(gqlerror.List{newError(ctx, rateLimited, fmt.Sprintf("There are too many open connections: %d of a viewer and %d in all at most. Close some.", maxStreamsOf, maxStreams))})
	a.limits = s.overloaded()
	return a
}
