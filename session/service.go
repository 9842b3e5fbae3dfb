// Package session is the door between a viewer and everything below: store,
// projection and algorithms. A [Session] belongs to one viewer and shows one
// snapshot; whatever it returns is computed from what that viewer may see and from
// nothing else. Resolvers hold a Session and never what lies behind it.
package session

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/ontology"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/store"
)

// Options of a Service. The zero value works.
type Options struct {
	// Clock tells the time that the change log records; nil is the system's.
	Clock func() time.Time
	// Secret is the key of tokens and cursors; nil is the store's own.
	Secret []byte
	// Unmarked is what items get that are written without markings; nil refuses
	// them. Set it only where no authentication is on.
	Unmarked graph.Markings
	// CacheBytes bounds what is kept of materialised networks and rankings; 0 means
	// 1 GiB.
	CacheBytes int64
}

// Service makes sessions on one store and shares what viewers of one
// authorization class share. It is safe for concurrent use.
type Service struct {
	store      source
	projection *projection.Projection
	ontology   *ontology.Ontology
	sealer     *access.Sealer
	clock      func() time.Time
	unmarked   graph.Markings

	views *cache[viewKey, *projection.View] // of the present
	made  *cache[resultKey, any]            // networks of the present and what was computed on them
	past  *cache[graph.Revision, *past]
	// loading holds a token while a past snapshot is read: two at once would need
	// the memory of two more graphs.
	loading chan struct{}

	// writing holds a token while nobody writes: what a writer looks at first stays
	// so as far as this service can tell.
	writing chan struct{}
	titles  atomic.Pointer[map[string]string] // of datasets, as last read
}

type viewKey struct {
	class    access.Class
	revision graph.Revision
}

// resultKey names something computed: by whom, on which version of which scope,
// what, and how. Versions and not revisions: a write that the class does not see
// leaves its results valid.
type resultKey struct {
	class   access.Class
	version uint64
	scope   [32]byte
	what    string
	how     [32]byte
}

// past is a state of the graph that is no more. What is computed on it lies here and
// goes with it: views and networks hold on to their snapshot.
type past struct {
	snapshot *projection.Snapshot
	made     *cache[resultKey, any]
}

// pastShare is the part of the cache's budget that each past state may use.
const pastShare = 8

// Bounds of what a Service keeps. A view costs some bytes a revision and marking
// set, so many may live; a past snapshot costs as much as the present one.
const (
	maxViews          = 64
	maxPast           = 2
	defaultCacheBytes = 1 << 30
)

// Open reads the store's graph into memory and returns a Service on it. The
// caller closes both.
func Open(ctx context.Context, st *store.Store, o *ontology.Ontology, opt Options) (*Service, error) {
	if opt.Secret == nil {
		secret, err := st.Secret(ctx)
		if err != nil {
			return nil, err
		}
		opt.Secret = secret
	}
	if opt.Clock == nil {
		opt.Clock = time.Now
	}
	if opt.CacheBytes == 0 {
		opt.CacheBytes = defaultCacheBytes
	}
	p, err := projection.Open(ctx, st.Feed())
	if err != nil {
		return nil, err
	}
	one := func(*projection.View) int64 { return 1 }
	s := &Service{
		store: source{st, newPresence()}, projection: p, ontology: o, sealer: access.NewSealer(opt.Secret), clock: opt.Clock, unmarked: opt.Unmarked,
		views: newCache[viewKey](maxViews, one),
		made:  newCache[resultKey](opt.CacheBytes, sizeOf),
		past:  newCache[graph.Revision](maxPast, func(*past) int64 { return 1 }),

		loading: make(chan struct{}, 1), writing: make(chan struct{}, 1),
	}
	s.writing <- struct{}{}
	_, err = s.titlesOf(ctx)
	return s, err
}

// Size returns how many records and links there are in all. It is for operators,
// never for a viewer.
func (s *Service) Size() (records, links int) { return s.projection.Current().Size() }

// Sync brings the projection up to the newest revision that anybody was told of.
func (s *Service) Sync(ctx context.Context) error { return s.store.reach(ctx, s.projection.Sync) }

// Close ends background work. The store stays open.
func (s *Service) Close() { s.projection.Close() }

// Session returns a session for a viewer on the newest snapshot.
func (s *Service) Session(ctx context.Context, viewer access.Viewer) (*Session, error) {
	snapshot := s.projection.Current()
	key := viewKey{viewer.Clearance.Class(), snapshot.Revision()}
	view, err := s.views.get(ctx, key, func(context.Context) (*projection.View, error) {
		return snapshot.View(viewer.Clearance), nil
	})
	if err != nil {
		return nil, err
	}
	return &Session{service: s, viewer: viewer, class: key.class, view: view, at: key.revision, made: s.made}, nil
}

// remember reads a past state.
func (s *Service) remember(ctx context.Context, r graph.Revision) (*past, error) {
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case s.loading <- struct{}{}:
	}
	defer func() { <-s.loading }()
	var snapshot *projection.Snapshot
	err := s.store.reach(ctx, func(ctx context.Context) (err error) {
		snapshot, err = s.projection.At(ctx, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &past{snapshot, newCache[resultKey](s.made.budget/pastShare, sizeOf)}, nil
}

// sizeOf estimates the memory of a cached result.
func sizeOf(result any) int64 {
	switch r := result.(type) {
	case *projection.Graph:
		return r.Bytes()
	case interface{ size() int64 }:
		return r.size()
	}
	return 1 << 10
}
