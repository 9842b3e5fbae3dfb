package main

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"runtime"
	"sync"

	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/errgroup"

	"github.com/chokepoint/chokepoint"
	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/resolvers"
	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/session"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/neo4j"
)

// local is who asks on the command line and, without a token, over HTTP.
func local() access.Viewer {
	return access.Viewer{Name: "local", Clearance: access.Everything()}
}

// app is the service on one store: everything from the driver to the handler.
type app struct {
	store   *store.Store
	service *session.Service
	server  *server.Server
	log     *slog.Logger
	welcome func(context.Context, *session.Session) (server.Welcome, error)
}

// appOptions say who may ask; the zero value lets the local viewer see everything.
type appOptions struct {
	viewer *access.Viewer
	tokens map[string]access.Viewer
	log    *slog.Logger
	doors  doors
	tracer trace.Tracer
	// driver, for tests, wraps the driver.
	driver func(store.Driver) store.Driver
}

// newApp reads the graph of a driver into memory and puts the service on it. Close
// closes the driver too, also when newApp fails.
func newApp(ctx context.Context, driver store.Driver, o appOptions) (*app, error) {
	_, away := driver.(*neo4j.Driver)
	if o.driver != nil {
		driver = o.driver(driver)
	}
	words, err := ontology.Load(chokepoint.Schema)
	if err != nil {
		return nil, errors.Join(err, driver.Close())
	}
	operations, err := o.doors.operations()
	if err != nil {
		return nil, errors.Join(err, driver.Close())
	}
	a := &app{store: store.New(driver, words), log: o.log}
	if a.log == nil {
		a.log = slog.New(slog.DiscardHandler)
	}
	options := session.Options{}
	if len(o.tokens) == 0 {
		options.Unmarked = graph.NewMarkings(graph.Clear)
	}
	if a.service, err = session.Open(ctx, a.store, words, options); err != nil {
		return nil, errors.Join(err, driver.Close())
	}
	a.server = server.New(resolvers.Schema(), server.Options{
		Log: a.log, Local: o.viewer, Tokens: o.tokens, Session: a.open, SDL: chokepoint.Schema,
		Ready:   func(context.Context) error { return a.service.Ready() },
		Welcome: a.page,
		Rate:    o.doors.Rate, CostLimit: o.doors.CostLimit, Timeout: o.doors.Timeout, Persisted: operations, Tracer: o.tracer, StoreAway: away,
	})
	if err := allValid(a.server, operations); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// open gives an operation its session.
func (a *app) open(ctx context.Context, viewer access.Viewer) (context.Context, error) {
	s, err := a.service.Session(ctx, viewer)
	if err != nil {
		return nil, err
	}
	return resolvers.NewContext(ctx, s), nil
}

// page is what the start page shows of the data.
func (a *app) page(ctx context.Context) (server.Welcome, error) {
	s := resolvers.Session(ctx)
	if s == nil || a.welcome == nil {
		return server.Welcome{}, nil
	}
	return a.welcome(ctx, s)
}

// spare is the processor that the scheduler of Go gets beyond those that there are. When
// all are busy, it looks at the network every 10 ms, and at who came from there once in
// 61 turns: who is to be refused would wait for a second. A processor that no operation
// keeps busy looks at once, and the system gives its thread a turn.
var spare sync.Once

// Run serves, and follows what other processes write, until ctx ends. operations is
// where operators ask; nil is nowhere.
func (a *app) Run(ctx context.Context, l, operations net.Listener) error {
	defer a.follow(ctx)()
	spare.Do(func() { runtime.GOMAXPROCS(runtime.GOMAXPROCS(0) + 1) })
	if operations == nil {
		return a.server.Serve(ctx, l)
	}
	both, ctx := errgroup.WithContext(ctx)
	both.Go(func() error { return a.server.Serve(ctx, l) })
	both.Go(func() error { return a.server.ServeOperations(ctx, operations) })
	return both.Wait()
}

// follow begins to follow the store; the function that it returns ends that.
func (a *app) follow(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	var following sync.WaitGroup
	following.Go(func() { a.service.Follow(ctx, session.FollowInterval, a.log) })
	return func() {
		cancel()
		following.Wait()
	}
}

// Close ends the service and closes the store.
func (a *app) Close() error {
	a.service.Close()
	return a.store.Close()
}
