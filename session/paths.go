package session

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/analysis"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
	"github.com/chokepoint/chokepoint/projection"
)

// PathWeight says what makes a path short.
type PathWeight string

// The path weights, as the API names them.
const (
	Hops           PathWeight = "HOPS"
	PropertySum    PathWeight = "PROPERTY"
	MostConfidence PathWeight = "CONFIDENCE"
)

// PathQuery asks for the K best paths from one set of entities to another.
type PathQuery struct {
	From, To []graph.ID
	K        int
	Weight   PathWeight
	Property string // for PropertySum
	MaxHops  int
	Via      []graph.ID
	Avoid    []graph.ID
	Scope    projection.Scope
}

// Route is one path: its entities and the links between them.
type Route struct {
	Entities []graph.ID
	Links    []LinkView
	// Cost is the number of hops, the sum of the property, or the product of the
	// confidences.
	Cost float64
}

// Paths is the answer to a PathQuery.
type Paths struct {
	Routes           []Route
	TruncatedBecause string // "" when the search looked everywhere
	// ReachedFrom and ReachedTo count when called: the entities that can be reached
	// within the bounds from one side, and those that reach the other. nil when there
	// is a path.
	ReachedFrom, ReachedTo func(context.Context) (int, error)
	ComputedOn             ComputedOn
}

// Bounds of a path query.
const (
	maxPaths    = 50
	maxPathHops = 100
	maxEnds     = 1000 // entities on a side
)

var errNoProperty = graph.Errorf(graph.BadUserInput, "weightProperty: name the link property that PROPERTY sums up, such as \"weight\"")

func (q PathQuery) check() error {
	switch {
	case q.K < 1 || q.K > maxPaths:
		return graph.Errorf(graph.BadUserInput, "k: %d is not from 1 to %d", q.K, maxPaths)
	case q.MaxHops < 1 || q.MaxHops > maxPathHops:
		return graph.Errorf(graph.BadUserInput, "maxHops: %d is not from 1 to %d", q.MaxHops, maxPathHops)
	case len(q.From) == 0 || len(q.To) == 0:
		return graph.Errorf(graph.BadUserInput, "from and to: name at least one entity each")
	case len(q.From) > maxEnds || len(q.To) > maxEnds:
		return graph.Errorf(graph.BadUserInput, "from and to: more than %d entities on a side", maxEnds)
	case len(q.Via) > analysis.MaxVia:
		return graph.Errorf(graph.BadUserInput, "via: %d are more than %d", len(q.Via), analysis.MaxVia)
	case q.Weight == PropertySum && q.Property == "":
		return errNoProperty
	}
	return checkScope(q.Scope)
}

// ShortestPaths searches from both sides. By hops and by confidence it walks on the
// view itself, so neither a write nor `without` costs a rebuild; the sum of a
// property needs the property as a column of a network, which is cached.
func (s *Session) ShortestPaths(ctx context.Context, q PathQuery) (*Paths, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	g, cost, err := s.priced(ctx, q)
	if err != nil {
		return nil, err
	}
	found, err := s.search(ctx, g, q, cost)
	if err != nil {
		return nil, err
	}
	out := &Paths{ComputedOn: s.reading(s.on(q.Scope, g, q.From, q.To, q.Via, q.Avoid), q.Scope, q.Weight.reads(q.Property))}
	switch {
	case (found.Cut || found.Cheaper) && len(q.Via) > 0:
		out.TruncatedBecause = fmt.Sprintf("maxHops: %d, or the ways tried between the entities of via", q.MaxHops)
	case found.Cheaper:
		out.TruncatedBecause = fmt.Sprintf("maxHops: %d, and a path of more links is better", q.MaxHops)
	case found.Cut && len(found.Paths) < q.K:
		out.TruncatedBecause = fmt.Sprintf("maxHops: %d", q.MaxHops)
	}
	if len(found.Paths) == 0 {
		out.ReachedFrom = reaching(g, g.adjacency, q.From, q)
		out.ReachedTo = reaching(g, reversed{g.adjacency}, q.To, q)
	}
	out.Routes, err = s.routes(ctx, g, q.Weight, found.Paths)
	return out, err
}

// reads returns the property that a weight reads, "" if it reads none.
func (w PathWeight) reads(property string) string {
	if w == PropertySum {
		return property
	}
	return ""
}

// priced returns the ground and the cost of a link; nil counts hops.
func (s *Session) priced(ctx context.Context, q PathQuery) (*ground, path.Cost, error) {
	if q.Weight == PropertySum {
		values, err := s.numbers(ctx, q.Scope, q.Property)
		if err != nil {
			return nil, nil, err
		}
		costs, err := values.orElse(1, "weightProperty")
		if err != nil {
			return nil, nil, err
		}
		g, err := s.walkNetwork(ctx, q.Scope)
		return g, func(e network.EdgeIndex) float64 { return costs[e] }, err
	}
	g, err := s.walk(ctx, q.Scope)
	if err != nil || q.Weight == Hops {
		return g, nil, err
	}
	return g, path.Reliability(g.confidence), nil
}

func (s *Session) search(ctx context.Context, g *ground, q PathQuery, cost path.Cost) (path.Several, error) {
	opt := q.options(g)
	from, to := g.nodes(q.From), g.nodes(q.To)
	if len(q.Via) > 0 {
		via := g.nodes(q.Via)
		if len(via) < s.distinct(q.Via) { // one of them is not there: no path passes it
			return path.Several{}, nil
		}
		return analysis.Via(ctx, g.adjacency, from, to, via, q.K, cost, opt)
	}
	if q.K > 1 {
		return path.KShortest(ctx, g.adjacency, from, to, q.K, cost, opt)
	}
	var r path.Result
	var err error
	if cost == nil {
		r, err = path.Shortest(ctx, g.adjacency, from, to, opt)
	} else {
		r, err = path.ShortestWeighted(ctx, g.adjacency, from, to, cost, opt)
	}
	found := path.Several{Cut: r.Cut, Cheaper: r.Cheaper}
	if r.Found {
		found.Paths = []path.Path{r.Path}
	}
	return found, err
}

func (q PathQuery) options(g *ground) path.Options {
	opt := path.Options{MaxHops: q.MaxHops}
	if avoid := g.nodes(q.Avoid); len(avoid) > 0 {
		barred := make(map[network.NodeIndex]bool, len(avoid))
		for _, n := range avoid {
			barred[n] = true
		}
		opt.Avoid = func(n network.NodeIndex) bool { return barred[n] }
	}
	return opt
}

// reaching counts what is within the bounds of a query from a set. The search for a
// path itself ends once one side is exhausted, and knows only a part of the other.
func reaching(g *ground, a network.Adjacency, set []graph.ID, q PathQuery) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		reached, err := path.Reach(ctx, a, g.nodes(set), q.MaxHops, 0, q.options(g))
		return len(reached.Nodes), err
	}
}

// reversed is a graph walked against its links.
type reversed struct{ network.Adjacency }

// AppendOut appends the arcs that enter v.
func (r reversed) AppendOut(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return r.Adjacency.AppendIn(v, buf)
}

// AppendIn appends the arcs that leave v.
func (r reversed) AppendIn(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return r.Adjacency.AppendOut(v, buf)
}

// distinct counts the things that IDs name: entities once, unknown IDs each.
func (s *Session) distinct(ids []graph.ID) int {
	things := map[graph.ID]bool{}
	for _, id := range ids {
		if e, ok := s.view.Entity(id); ok {
			id = s.view.ID(e)
		}
		things[id] = true
	}
	return len(things)
}

// routes turns paths into entities and links, with one store call for all.
func (s *Session) routes(ctx context.Context, g *ground, weight PathWeight, paths []path.Path) ([]Route, error) {
	var edges []network.EdgeIndex
	for _, p := range paths {
		edges = append(edges, p.Edges...)
	}
	links, err := g.links(ctx, edges)
	if err != nil {
		return nil, err
	}
	routes := make([]Route, len(paths))
	for i, p := range paths {
		r := &routes[i]
		for _, n := range p.Nodes {
			r.Entities = append(r.Entities, g.id(n))
		}
		r.Links, links = slices.Clip(links[:p.Hops()]), links[p.Hops():]
		r.Cost = weight.length(p)
	}
	return routes, nil
}

// length is the cost of a path as the API tells it.
func (w PathWeight) length(p path.Path) float64 {
	if w == MostConfidence {
		return math.Exp(-p.Cost)
	}
	return p.Cost
}
