package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/resolvers"
	"github.com/chokepoint/chokepoint/server"
	"github.com/chokepoint/chokepoint/session"
)

// connections is how many keep-alive connections the clients hold.
const connections = 16

const (
	pathsQuery = `query Paths($from: [ID!]!, $to: [ID!]!, $atLeast: String) {
  shortestPaths(from: $from, to: $to, atLeast: $atLeast) { paths { hops entities { id name } links { id kind } } }
}`
	neighborsQuery = `query Around($id: ID!) {
  entity(id: $id) { name links(first: 10) { nodes { kind to { name } } } }
}`
)

// served is the service behind a loopback port.
type served struct {
	addr string
	stop func() error
}

// serve opens the store and answers on a free port of 127.0.0.1.
func (w *world) serve(ctx context.Context) (*served, error) {
	service, end, err := w.opened(ctx)
	if err != nil {
		return nil, err
	}
	return serving(ctx, service, end)
}

// serving answers for a service, which end closes.
func serving(ctx context.Context, service *session.Service, end func() error) (*served, error) {
	s := server.New(resolvers.Schema(), server.Options{Session: func(ctx context.Context, v access.Viewer) (context.Context, error) {
		opened, err := service.Session(ctx, v)
		if err != nil {
			return nil, err
		}
		return resolvers.NewContext(ctx, opened), nil
	}})
	listener, err := s.Listen(ctx, "127.0.0.1:0")
	if err != nil {
		return nil, errors.Join(err, end())
	}
	running, cancel := context.WithCancel(ctx)
	stopped := make(chan error, 1)
	go func() { stopped <- s.Serve(running, listener) }()
	return &served{addr: listener.Addr().String(), stop: func() error {
		cancel()
		if err := <-stopped; err != nil && !errors.Is(err, http.ErrServerClosed) && !errors.Is(err, net.ErrClosed) {
			return errors.Join(err, end())
		}
		return end()
	}}, nil
}

// request is the body of a GraphQL request.
func request(query string, variables map[string]any) string {
	text, err := json.Marshal(map[string]any{"query": query, "variables": variables})
	if err != nil {
		panic(err) // strings and lists of them
	}
	return string(text)
}

func idOf(node int) string { return graph.RecordID(dataset, key(node)).String() }

// randomPaths returns bodies that ask for the path between two random nodes.
func (w *world) randomPaths(r *rand.Rand, n int) []string {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = request(pathsQuery, map[string]any{"from": []string{idOf(r.IntN(nodesOf(w.links)))}, "to": []string{idOf(r.IntN(nodesOf(w.links)))}})
	}
	return bodies
}

// randomNeighbors returns bodies that ask for a random node and ten neighbours.
func (w *world) randomNeighbors(r *rand.Rand, n int) []string {
	bodies := make([]string, n)
	for i := range bodies {
		bodies[i] = request(neighborsQuery, map[string]any{"id": idOf(r.IntN(nodesOf(w.links)))})
	}
	return bodies
}

// measureHTTP loads the server: first as fast as it goes, then at a fixed rate
// whatever it answers.
func measureHTTP(ctx context.Context, w *world) (err error) {
	s, err := w.serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.stop()) }()
	for stream, load := range []struct {
		name   string
		bodies func(*rand.Rand, int) []string
	}{{"path of two random nodes", w.randomPaths}, {"entity with ten neighbours", w.randomNeighbors}} {
		bodies := load.bodies(source(uint64(100+stream)), 20_000)
		plan := loadPlan{Addr: s.addr, Connections: connections, Bodies: bodies}
		plan.Count, plan.Seconds = 4000, 5
		if _, err := runClient(ctx, plan); err != nil { // until caches are warm
			return err
		}
		plan.Count, plan.Seconds = 0, w.seconds
		closed, err := runClient(ctx, plan)
		if err != nil {
			return err
		}
		plan.Rate = w.rate
		open, err := runClient(ctx, plan)
		if err != nil {
			return err
		}
		show(w.out, load.name+", closed loop", closed)
		show(w.out, load.name+", open loop", open)
		at := fmt.Sprintf("%s, %d/s open loop: ", load.name, w.rate)
		w.add(
			result{what: at + "p50", value: open.P50, unit: "ms", target: 2, atMost: true},
			result{what: at + "p99", value: open.P99, unit: "ms", target: 20, atMost: true},
			result{what: load.name + ", closed loop", value: closed.Rate, unit: "requests/s"},
			result{what: load.name + ", closed loop: p50", value: closed.P50, unit: "ms"},
			result{what: load.name + ", closed loop: p99", value: closed.P99, unit: "ms"},
		)
	}
	return nil
}
