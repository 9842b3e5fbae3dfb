package server

import (
	"context"
	"math"
	"net/http"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/99designs/gqlgen/graphql"
	lru "github.com/hashicorp/golang-lru/v2"
	"github.com/vektah/gqlparser/v2/gqlerror"
	"golang.org/x/time/rate"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// What runs at once, for each processor, and what waits for it. Who would wait longer
// is refused at once, which costs the server next to nothing: a queue that grows
// makes all late and none of them served.
const (
	// lookupsRunning: a look-up in memory or in a file keeps a processor busy. More than
	// one would not end sooner, and who comes would wait behind them to be refused.
	lookupsRunning = 1
	// lookupsAway: one that asks a store on a server mostly waits for that.
	lookupsAway = 4
	// lookupsWaiting is what runs within some 10 ms.
	lookupsWaiting = 32
	// analysesRunning: kernels use all processors by themselves.
	analysesRunning = 1
	// analysesWaiting: with 64 clients on two processors everybody is served in turn.
	analysesWaiting = 32
	// analysisCost is from where an operation is an analysis and no look-up: the
	// least weight of a kernel that runs over the whole view.
	analysisCost = 2_000
	// retryAfter is when to try again, in seconds: queues are worked off by then.
	retryAfter = 1
)

var errOverload = &failure{http.StatusServiceUnavailable, graph.Unavailable, "Too much is asked at once. Try again in a second."}

// lane bounds what runs at once and what waits for that.
type lane struct {
	slots chan struct{} // holds a token for each that runs
	room  int64         // for all that run and wait
	under atomic.Int64  // how many do
}

func newLane(running, waiting int) *lane {
	return &lane{slots: make(chan struct{}, running), room: int64(running + waiting)}
}

// openLanes sizes the lanes by the processors; 64 clients may wait even for one. Arrivals
// are all that are read, so that neither lane is ever short of them. Events leave one
// processor to look-ups, since a write is told to all who follow it at once; none of them
// is refused.
func (s *Server) openLanes() {
	n := runtime.GOMAXPROCS(0)
	running, queues := lookupsRunning, max(2, n)
	if s.options.StoreAway {
		running = lookupsAway
	}
	s.lookups = newLane(n*running, queues*lookupsWaiting)
	s.analyses = newLane(max(2, n*analysesRunning), queues*analysesWaiting)
	s.events = newLane(max(1, n-1)*running, maxStreams*maxOperations)
	s.lanes = newLanes()
	s.arrivals = newLane(0, int(s.lookups.room+s.analyses.room))
}

// isFull says whether who comes now would be refused.
func (l *lane) isFull() bool { return l.under.Load() >= l.room }

// remembered is of how many documents the lane is remembered.
const remembered = 1024

// lanes remembers which lane documents took: that of most does not depend on their
// variables. What its lane has no room for is refused before it is parsed, since that
// costs as much as many look-ups.
type lanes struct{ by *lru.Cache[string, *lane] }

func newLanes() lanes {
	by, _ := lru.New[string, *lane](remembered) // fails for no size
	return lanes{by}
}

func (l lanes) remember(document string, lane *lane) {
	if len(document) <= shelfDocument {
		l.by.Add(document, lane)
	}
}

// areFull says whether a document is known to take a lane that has no room.
func (l lanes) areFull(document string) bool {
	lane, known := l.by.Get(document)
	return known && lane.isFull()
}

// arrive counts one in, if there is room; leave counts it out.
func (l *lane) arrive() (leave func(), ok bool) {
	if l.under.Add(1) > l.room {
		l.under.Add(-1)
		return nil, false
	}
	return func() { l.under.Add(-1) }, true
}

// enter waits for a slot; ok is false at once if there is no room to wait.
func (l *lane) enter(ctx context.Context) (leave func(), ok bool, err error) {
	out, ok := l.arrive()
	if !ok {
		return nil, false, nil
	}
	select {
	case l.slots <- struct{}{}:
		return func() { <-l.slots; out() }, true, nil
	case <-ctx.Done():
		out()
		return nil, true, ctx.Err()
	}
}

// turn is the slot that a stream has while it computes an event.
type turn struct {
	lane *lane

	mu    sync.Mutex
	leave func() // nil without a slot
}

// take waits for a slot, unless the stream has one.
func (t *turn) take(ctx context.Context) (err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.leave == nil {
		t.leave, _, err = t.lane.enter(ctx)
	}
	return err
}

// end frees the slot: who takes the event may be slow.
func (t *turn) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.leave != nil {
		t.leave()
		t.leave = nil
	}
}

// admit waits until an operation may run: within the rate of its viewer, and when
// its lane has a slot. Look-ups do not wait for analyses.
func (s *Server) admit(ctx context.Context, viewer access.Viewer, op *graphql.OperationContext) (leave func(), within limits, fail *answer) {
	cost := spendingOf(op).estimated
	within = s.meters.charge(ctx, viewer, cost)
	if within.retryAfter > 0 {
		a := refused(gqlerror.List{newError(ctx, rateLimited, "You have asked for much in a short time. Try again after the time that Retry-After names, or ask for less.")})
		a.limits, a.extensions = within, spendingOf(op).extension()
		return nil, within, &a
	}
	lane := s.laneOf(cost)
	s.lanes.remember(op.RawQuery, lane)
	leave, ok, err := lane.enter(ctx)
	switch {
	case err != nil:
		a := refused(gqlerror.List{present(ctx, err)})
		return nil, within, &a
	case !ok:
		a := refused(errorList(ctx, errOverload))
		a.limits = s.overloaded()
		return nil, within, &a
	}
	return leave, within, nil
}

func (s *Server) laneOf(cost int) *lane {
	if cost >= analysisCost {
		return s.analyses
	}
	return s.lookups
}

func (s *Server) overloaded() limits { return limits{retryAfter: retryAfter} }

// limits is what the header of an answer says of limits; zero says nothing.
type limits struct {
	retryAfter       int // seconds
	quota, remaining int // of units of cost, while there is a rate
}

// write states the limits as RFC 9110 and the draft of the RateLimit header fields
// have them.
func (l limits) write(h http.Header) {
	if l.retryAfter > 0 {
		h.Set("Retry-After", strconv.Itoa(l.retryAfter))
	}
	if l.quota > 0 {
		h.Set("RateLimit-Policy", `"cost";q=`+strconv.Itoa(l.quota)+`;w=`+strconv.Itoa(saving))
		h.Set("RateLimit", `"cost";r=`+strconv.Itoa(l.remaining)+`;t=`+strconv.Itoa(saving))
	}
}

const (
	// saving is for how many seconds viewers may save up: people ask in bursts.
	saving = 10
	// metered is of how many viewers spending is remembered; who is forgotten has
	// saved up anew.
	metered = 4096
)

// meters bound what viewers spend.
type meters struct {
	perSecond, burst int
	by               *lru.Cache[string, *rate.Limiter]
}

func newMeters(perSecond, costLimit int) *meters {
	m := &meters{perSecond: perSecond, burst: max(perSecond*saving, costLimit)}
	m.by, _ = lru.New[string, *rate.Limiter](metered) // fails for no size
	return m
}

// charge takes a cost from what a viewer may spend. Who asks without a token is at
// this machine, and not limited.
func (m *meters) charge(ctx context.Context, viewer access.Viewer, cost int) limits {
	if m.perSecond == 0 || !callOf(ctx).metered {
		return limits{}
	}
	limiter, known := m.by.Get(viewer.Name)
	if !known {
		fresh := rate.NewLimiter(rate.Limit(m.perSecond), m.burst)
		if earlier, ok, _ := m.by.PeekOrAdd(viewer.Name, fresh); ok {
			fresh = earlier
		}
		limiter = fresh
	}
	now := time.Now()
	out := limits{quota: m.burst}
	if !limiter.AllowN(now, cost) {
		missing := float64(cost) - limiter.TokensAt(now)
		out.retryAfter = max(1, int(math.Ceil(missing/float64(m.perSecond))))
	}
	out.remaining = max(0, int(limiter.TokensAt(now)))
	return out
}
