package main

import (
	"context"
	"errors"
	"runtime"
	"time"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/store"
	"github.com/chokepoint/chokepoint/store/sqlite"
)

// measureProjection opens services on the store: how long, and how much memory.
func measureProjection(ctx context.Context, w *world) error {
	_, closeFirst, err := w.opened(ctx) // makes the store if there is none
	if err != nil {
		return err
	}
	if err := closeFirst(); err != nil {
		return err
	}
	var times []float64
	var bytes float64
	for range w.rounds {
		before := heap()
		begun := time.Now()
		service, end, err := w.opened(ctx)
		if err != nil {
			return err
		}
		times = append(times, time.Since(begun).Seconds())
		bytes = (heap() - before) / float64(w.links)
		runtime.KeepAlive(service)
		if err := end(); err != nil {
			return err
		}
	}
	nodes, err := w.nodeBytes(ctx)
	if err != nil {
		return err
	}
	say(w.out, "  open, seconds: %.2f\n", times)
	w.add(
		result{what: "projection: a store opened and ready", value: median(times), unit: "s", target: 3, atMost: true},
		result{what: "projection: memory, all of it, for each link", value: bytes, unit: "bytes", target: 64, atMost: true},
		result{what: "projection: the same without the nodes' columns", value: bytes - nodes, unit: "bytes"},
	)
	return nil
}

// nodeBytes returns the memory of a projection of the nodes alone, for each link
// of the graph.
func (w *world) nodeBytes(ctx context.Context) (bytes float64, err error) {
	driver, err := sqlite.Open(ctx, w.stored, sqlite.Options{MustExist: true})
	if err != nil {
		return 0, err
	}
	st := store.New(driver, w.ontology)
	defer func() { err = errors.Join(err, st.Close()) }()
	before := heap()
	p, err := projection.Open(ctx, nodesOnly{st.Feed()})
	if err != nil {
		return 0, err
	}
	bytes = (heap() - before) / float64(w.links)
	p.Close()
	return bytes, nil
}

// nodesOnly is a feed without links.
type nodesOnly struct{ store.Feed }

// Scan leaves the links out.
func (f nodesOnly) Scan(ctx context.Context, dataset string, at graph.Revision, record func(*graph.Record) error, _ func(*graph.Link) error) (graph.Revision, error) {
	return f.Feed.Scan(ctx, dataset, at, record, nil)
}
