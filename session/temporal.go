package session

import (
	"context"
	"fmt"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/temporal"
	"github.com/chokepoint/chokepoint/projection"
)

// TemporalQuery asks for paths on which each link happens after the one before.
type TemporalQuery struct {
	From []graph.ID
	// To are the targets; nil are all that can be reached.
	To        []graph.ID
	Criterion temporal.Criterion
	// Unit is what waits and durations are given in, in microseconds.
	Unit             int64
	MinWait          float64
	MaxWait          *float64
	DurationProperty string // "" takes no time
	Strict           bool
	// Undated has links of which nobody knows when they happened or held hold always.
	Undated bool
	First   int
	Scope   projection.Scope
}

// TemporalRoute is a path in time. Departs says when each link departs. Instants that
// nothing bounds, and Depart and Arrive without links, are NoInstant.
type TemporalRoute struct {
	Route
	Departs        []graph.Instant
	Depart, Arrive graph.Instant
}

// TemporalPaths is the answer to a TemporalQuery: for each target its best path.
type TemporalPaths struct {
	Routes           []TemporalRoute
	Total            int
	WithoutTime      int // links left out: nobody knows when they happened or held
	TruncatedBecause string
	ComputedOn       ComputedOn
}

func (q *TemporalQuery) check() error {
	switch {
	case len(q.From) == 0:
		return graph.Errorf(graph.BadUserInput, "from: name at least one entity")
	case len(q.From) > maxEnds || len(q.To) > maxEnds:
		return graph.Errorf(graph.BadUserInput, "from and to: more than %d entities on a side", maxEnds)
	case q.First < 0 || q.First > MaxPage:
		return graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", q.First, MaxPage)
	}
	if err := notEmpty("to", q.To); err != nil {
		return err
	}
	return checkScope(q.Scope)
}

// events are the links of a network that happened or held at a known time.
type events struct {
	*temporal.Contacts
	untimed int
}

func (e *events) size() int64 { return int64(e.Len()) * 44 }

// events returns the links of a scope as contacts, both ways where links have no
// direction, in microseconds.
func (s *Session) events(ctx context.Context, q *TemporalQuery) (*events, *projection.Graph, error) {
	return computed(ctx, s, q.Scope, "events", []any{q.DurationProperty, q.Unit, q.Undated}, func(ctx context.Context, g *projection.Graph) (*events, error) {
		var durations []float64
		if q.DurationProperty != "" {
			values, err := s.numbers(ctx, q.Scope, q.DurationProperty)
			if err != nil {
				return nil, err
			}
			if durations, err = values.orElse(0, "durationProperty"); err != nil {
				return nil, err
			}
		}
		e := &events{}
		list := make([]temporal.Contact, 0, g.Net.NumLinks())
		for link := range network.EdgeIndex(g.Net.NumLinks()) {
			from, to := g.Net.Ends(link)
			c := temporal.Contact{From: from, To: to, Link: link}
			if durations != nil {
				var err error
				if c.Duration, err = micros(durations[link], q.Unit, "durationProperty"); err != nil {
					return nil, err
				}
			}
			if dated := timed(g, link, &c); !dated && !q.Undated {
				e.untimed++
				continue
			}
			if c.Window < 0 { // it does not hold for as long as it takes
				continue
			}
			list = append(list, c)
			if !g.Net.Directed() && from != to {
				c.From, c.To = to, from
				list = append(list, c)
			}
		}
		var err error
		if e.Contacts, err = temporal.NewContacts(g.Net.NumNodes(), list); err != nil {
			return nil, kernelError(ctx, err)
		}
		return e, nil
	})
}

// timed sets when a link can depart: when it happened, or else as long as it holds, so
// that it is over by then. It returns false if nobody knows either.
func timed(g *projection.Graph, link network.EdgeIndex, c *temporal.Contact) bool {
	if at := g.At(link); at != graph.NoInstant {
		c.Depart = int64(at)
		return true
	}
	begin, end := g.Held(link)
	last := -temporal.Forever
	if c.Depart = temporal.Forever; begin != graph.NoInstant {
		c.Depart = int64(begin)
	}
	if end != graph.NoInstant {
		last = int64(end) - 1 - c.Duration
	}
	c.Window = last - c.Depart
	return begin != graph.NoInstant || end != graph.NoInstant
}

// bound returns an instant, NoInstant where nothing bounds it: no one lived so early or late.
func bound(at int64) graph.Instant {
	if at < temporal.Forever/2 || at > -temporal.Forever/2 {
		return graph.NoInstant
	}
	return graph.Instant(at)
}

// micros returns a number of units in microseconds.
func micros(value float64, unit int64, what string) (int64, error) {
	m := math.Round(value * float64(unit))
	if !(m >= 0 && m <= 1<<60) {
		return 0, graph.Errorf(graph.BadUserInput, "%s: %v is not a length of time that can be counted", what, value)
	}
	return int64(m), nil
}

func (q *TemporalQuery) options() (opt temporal.Options, err error) {
	opt = temporal.Unbounded()
	opt.Strict = q.Strict
	if q.Scope.From != graph.NoInstant {
		opt.Start = int64(q.Scope.From)
	}
	if q.Scope.To != graph.NoInstant {
		opt.End = int64(q.Scope.To) - 1
	}
	if opt.MinWait, err = micros(q.MinWait, q.Unit, "minWait"); err != nil || q.MaxWait == nil {
		return opt, err
	}
	opt.MaxWait, err = micros(*q.MaxWait, q.Unit, "maxWait")
	return opt, err
}

// TemporalPaths finds for each target the best path on which every link happens
// after the one before it.
func (s *Session) TemporalPaths(ctx context.Context, q TemporalQuery) (*TemporalPaths, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	opt, err := q.options()
	if err != nil {
		return nil, err
	}
	e, g, err := s.events(ctx, &q)
	if err != nil {
		return nil, err
	}
	var to []network.NodeIndex
	if q.To != nil {
		to = append([]network.NodeIndex{}, s.set(g, q.To)...)
	}
	found, err := temporal.Best(ctx, e.Contacts, s.set(g, q.From), to, q.Criterion, opt)
	if err != nil {
		return nil, kernelError(ctx, err)
	}
	out := &TemporalPaths{Total: len(found), WithoutTime: e.untimed, ComputedOn: s.reading(s.onNetwork(q.Scope, g, q.From, q.To), q.Scope, q.DurationProperty)}
	if q.First < len(found) {
		out.TruncatedBecause = fmt.Sprintf("first: %d of %d targets", q.First, len(found))
		found = found[:q.First]
	}
	out.Routes, err = s.inTime(ctx, g, e.Contacts, found)
	return out, err
}

// inTime names the entities and links of paths. One store call.
func (s *Session) inTime(ctx context.Context, g *projection.Graph, c *temporal.Contacts, found []temporal.Path) ([]TemporalRoute, error) {
	var edges []network.EdgeIndex
	for _, p := range found {
		for _, at := range p.Contacts {
			edges = append(edges, c.At(at).Link)
		}
	}
	views, err := s.views(ctx, g, edges)
	if err != nil {
		return nil, err
	}
	routes := make([]TemporalRoute, len(found))
	for i, p := range found {
		r := TemporalRoute{Depart: graph.NoInstant, Arrive: graph.NoInstant}
		if len(p.Contacts) == 0 {
			r.Entities = []graph.ID{g.Nodes[p.To]}
		} else {
			r.Entities = []graph.ID{g.Nodes[c.At(p.Contacts[0]).From]}
			r.Depart, r.Arrive = bound(p.Depart), bound(p.Arrive)
		}
		for _, at := range p.Departs {
			r.Departs = append(r.Departs, bound(at))
		}
		for _, at := range p.Contacts {
			r.Entities = append(r.Entities, g.Nodes[c.At(at).To])
		}
		r.Links, views = views[:len(p.Contacts):len(p.Contacts)], views[len(p.Contacts):]
		routes[i] = r
	}
	return routes, nil
}
