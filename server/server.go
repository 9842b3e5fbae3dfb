package server

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"github.com/99designs/gqlgen/graphql/executor"
	"github.com/vektah/gqlparser/v2/ast"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/web"
)

// DefaultTimeout ends an operation. An analysis has time budgets of its own well
// below it; what is left is room for a slow disk.
const DefaultTimeout = 60 * time.Second

// Options say who may ask, what an operation finds in its context, and what is
// bounded. The zero value serves one local viewer who sees everything.
type Options struct {
	// Log receives one line per request and the causes of masked errors; nil
	// discards them. Queries, variables and tokens are never logged.
	Log *slog.Logger
	// Local is who asks without a token; nil is a viewer cleared for everything.
	Local *access.Viewer
	// Tokens are the development tokens. A token that is not here gets 401.
	Tokens map[string]access.Viewer
	// Session is called once for each operation that passed all limits. The
	// context that it returns is the operation's, and ends with the request or
	// its timeout. Its errors are presented as those of resolvers are.
	Session func(context.Context, access.Viewer) (context.Context, error)
	// Ready says at /readyz why requests would fail; nil is always ready. Of its error
	// the public words of a *graph.Error are shown.
	Ready func(context.Context) error
	// Welcome is what the pages show beside answers of the API. Its context went
	// through Session, so that they show no more than the viewer may see. nil is nothing.
	Welcome func(context.Context) (Welcome, error)
	// SDL is served at /schema.graphqls; nil serves nothing there.
	SDL []byte
	// RequestID names requests; nil draws random names.
	RequestID func() string
	// Timeout ends an operation; 0 is DefaultTimeout.
	Timeout time.Duration
	// CostLimit bounds the cost of an operation; 0 is DefaultCostLimit.
	CostLimit int
	// Rate bounds what each viewer who has a token may spend in a second, in units of
	// cost; 0 does not. They may save up for ten seconds, or one operation of the
	// greatest cost.
	Rate int
	// StoreAway says that look-ups wait for a store on a server, so that more run at once.
	StoreAway bool
	// Tracer traces operations; nil does not.
	Tracer trace.Tracer
	// Persisted are the only operations that are answered, by their ids, besides those
	// of the start page; nil answers every valid one.
	Persisted map[string]string
}

// Server answers GraphQL over HTTP and health checks, and serves pages for people. It is
// safe for concurrent use.
type Server struct {
	options Options
	local   access.Viewer
	tokens  map[[sha256.Size]byte]access.Viewer
	schema  *ast.Schema
	exec    *executor.Executor
	shelf   *shelf
	handler http.Handler

	arrivals, lookups, analyses, events *lane
	lanes                               lanes
	meters                              *meters
	streams                             *streams
	metrics                             *metrics
	takeTimeout, pingEvery              time.Duration
	closeTimeout                        time.Duration
	closing                             context.Context // ends when streams must
	close                               context.CancelFunc
}

// New returns a Server of an executable schema.
func New(schema graphql.ExecutableSchema, o Options) *Server {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.RequestID == nil {
		o.RequestID = rand.Text
	}
	if o.Timeout == 0 {
		o.Timeout = DefaultTimeout
	}
	if o.CostLimit == 0 {
		o.CostLimit = DefaultCostLimit
	}
	if o.Tracer == nil {
		o.Tracer = noop.Tracer{}
	}
	s := &Server{options: o, local: access.Viewer{Name: "local", Clearance: access.Everything()}}
	if o.Local != nil {
		s.local = *o.Local
	}
	s.tokens = make(map[[sha256.Size]byte]access.Viewer, len(o.Tokens))
	for token, viewer := range o.Tokens {
		s.tokens[sha256.Sum256([]byte(token))] = viewer
	}
	s.schema = schema.Schema()
	withoutDefer(s.schema)
	s.exec = newExecutor(schema, o)
	s.shelf = newShelf(o.Persisted)
	s.openLanes()
	s.meters = newMeters(o.Rate, o.CostLimit)
	s.streams, s.takeTimeout, s.pingEvery = newStreams(), takeTimeout, pingEvery
	s.closeTimeout = closeTimeout
	s.metrics = newMetrics(s)
	s.closing, s.close = context.WithCancel(context.Background())
	s.handler = s.observe(loopbackOnly(s.routes()))
	return s
}

// preparing guards schemas, which are shared by servers, while these are made.
var preparing sync.Mutex

// withoutDefer takes @defer out of a schema, so that introspection offers to nobody
// what the gate refuses.
func withoutDefer(schema *ast.Schema) {
	preparing.Lock()
	defer preparing.Unlock()
	if schema.Directives["defer"] != nil {
		delete(schema.Directives, "defer")
	}
}

func newExecutor(schema graphql.ExecutableSchema, o Options) *executor.Executor {
	exec := executor.New(schema)
	documents := newDocuments()
	exec.SetQueryCache(documents)
	exec.SetErrorPresenter(presenter{schema.Schema()}.present)
	exec.SetRecoverFunc(func(_ context.Context, value any) error { return newPanicked(value) })
	exec.SetDisableSuggestion(true)
	exec.SetDefaultRulesFn(rulesWithoutSuggestions)
	serial, _ := schema.(serialWriter)
	exec.Use(gate{schema: schema.Schema(), serial: serial, documents: documents, costLimit: o.CostLimit, tracer: o.Tracer})
	return exec
}

const graphQLPath = "/graphql"

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.Handle(graphQLPath, ownOriginOnly(s.authenticated(s.serveGraphQL)))
	mux.Handle("GET /{$}", web.Start())
	mux.Handle("GET /graphiql", web.Console())
	mux.Handle("GET /graphiql/{$}", http.RedirectHandler("/graphiql", http.StatusPermanentRedirect))
	mux.Handle("GET /assets/", web.Assets())
	mux.Handle("GET /welcome.json", ownOriginOnly(s.authenticated(s.serveWelcome)))
	mux.HandleFunc("GET /healthz", serveHealth)
	mux.HandleFunc("GET /readyz", s.serveReady)
	if s.options.SDL != nil {
		mux.HandleFunc("GET /schema.graphqls", s.serveSDL)
	}
	return mux
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) }

func (s *Server) serveSDL(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	_, _ = w.Write(s.options.SDL)
}
