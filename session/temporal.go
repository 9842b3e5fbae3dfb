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
	First            int
	Scope            projection.Scope
}

// TemporalRoute is a path in time. Depart and Arrive are NoInstant without links.
type TemporalRoute struct {
	Route
	Depart, Arrive graph.Instant
}

// TemporalPaths is the answer to a TemporalQuery: for each target its best path.
type TemporalPaths struct {
	Routes           []TemporalRoute
	Total            int
	WithoutTime      int // links in scope that nobody knows when they happened
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
	return checkScope(q.Scope)
}

// events are the links of a network that happened at a known instant.
type events struct {
	*temporal.Contacts
	untimed int
}

func (e *events) size() int64 { return int64(e.Len()) * 32 }

// events returns the links of a scope as contacts, both ways where links have no
// direction, in microseconds.
func (s *Session) events(ctx context.Context, q *TemporalQuery) (*events, *projection.Graph, error) {
	return computed(ctx, s, q.Scope, "events", []any{q.DurationProperty, q.Unit}, func(ctx context.Context, g *projection.Graph) (*events, error) {
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
			at := g.At(link)
			if at == graph.NoInstant {
				e.untimed++
				continue
			}
			from, to := g.Net.Ends(link)
			c := temporal.Contact{From: from, To: to, Depart: int64(at), Link: link}
			if durations != nil {
				var err error
				if c.Duration, err = micros(durations[link], q.Unit, "durationProperty"); err != nil {
					return nil, err
				}
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
	out := &TemporalPaths{Total: len(found), WithoutTime: e.untimed, ComputedOn: s.onNetwork(q.Scope, g)}
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
			r.Depart, r.Arrive = graph.Instant(p.Depart), graph.Instant(p.Arrive)
		}
		for _, at := range p.Contacts {
			r.Entities = append(r.Entities, g.Nodes[c.At(at).To])
		}
		r.Links, views = views[:len(p.Contacts):len(p.Contacts)], views[len(p.Contacts):]
		routes[i] = r
	}
	return routes, nil
}
