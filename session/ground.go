package session

import (
	"context"
	"math"
	"slices"
	"strconv"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// ComputedOn says what an answer was computed on: always the viewer's own view.
type ComputedOn struct {
	// Count counts the entities and links.
	Count      func(context.Context) (nodes, links int, err error)
	Projection projection.Layer
	Exact      bool
	Samples    *int
	Error      *float64
	Seed       *int64
	AsOf       string
}

// checkScope refuses a scope that cannot be meant.
func checkScope(scope projection.Scope) error {
	if !(scope.MinConfidence >= 0 && scope.MinConfidence <= 1) {
		return graph.Errorf(graph.BadUserInput, "scope.minConfidence: %v is not a number from 0 to 1", scope.MinConfidence)
	}
	if scope.From != graph.NoInstant && scope.To != graph.NoInstant && scope.From > scope.To {
		return graph.Errorf(graph.BadUserInput, "scope.during: `to` lies before `from`")
	}
	return nil
}

// key names a computation on a scope of this session's view.
func (s *Session) key(scope projection.Scope, what string, how any) resultKey {
	return resultKey{class: s.class, version: s.view.Version(), scope: digest(scope), what: what, how: digest(how)}
}

// network returns the scope as a materialised network, cached.
func (s *Session) network(ctx context.Context, scope projection.Scope) (*projection.Graph, error) {
	if err := checkScope(scope); err != nil {
		return nil, err
	}
	made, err := s.made.get(ctx, s.key(scope, "network", nil), func(ctx context.Context) (any, error) {
		return s.view.Scoped(scope).Materialize(ctx)
	})
	if err != nil {
		return nil, err
	}
	return made.(*projection.Graph), nil
}

// onNetwork describes the network of an exact answer.
func (s *Session) onNetwork(scope projection.Scope, g *projection.Graph) ComputedOn {
	count := func(context.Context) (int, int, error) { return g.Net.NumNodes(), g.Net.NumLinks(), nil }
	return ComputedOn{Count: count, Projection: scope.Layer, Exact: true, AsOf: s.Token()}
}

// computed computes a result once for all viewers of the class.
func computed[T any](ctx context.Context, s *Session, scope projection.Scope, what string, how any, compute func(context.Context, *projection.Graph) (T, error)) (T, *projection.Graph, error) {
	var none T
	g, err := s.network(ctx, scope)
	if err != nil {
		return none, nil, err
	}
	made, err := s.made.get(ctx, s.key(scope, what, how), func(ctx context.Context) (any, error) {
		return compute(ctx, g)
	})
	if err != nil {
		return none, nil, err
	}
	return made.(T), g, nil
}

// set returns the nodes of entities in a network, in order, each once. IDs that are
// missing, hidden or out of scope name nothing.
func (s *Session) set(g *projection.Graph, ids []graph.ID) []network.NodeIndex {
	var nodes []network.NodeIndex
	for _, id := range ids {
		if e, ok := s.view.Entity(id); ok {
			if n, ok := g.Index(s.view.ID(e)); ok {
				nodes = append(nodes, n)
			}
		}
	}
	slices.Sort(nodes)
	return slices.Compact(nodes)
}

// views returns the links of a network as the viewer sees them, position by
// position: stored ones as they are, derived ones made from what they derive from.
func (s *Session) views(ctx context.Context, g *projection.Graph, edges []network.EdgeIndex) ([]LinkView, error) {
	var ids []graph.ID
	for _, e := range edges {
		ids = append(ids, g.Origin(e).Links...)
	}
	stored, err := s.StoredLinks(ctx, ids)
	if err != nil {
		return nil, err
	}
	views := make([]LinkView, 0, len(edges))
	var facts []graph.ID
	for _, e := range edges {
		origin := g.Origin(e)
		parts := stored[:len(origin.Links)]
		stored = stored[len(origin.Links):]
		if slices.Contains(parts, nil) {
			return nil, graph.Errorf(graph.Internal, "a link of the network is not in the store").Because(errMissingLink)
		}
		if origin.Rule == "" {
			views = append(views, *parts[0])
			continue
		}
		v := s.derived(g, e, origin, parts)
		facts = append(facts, v.Support[len(origin.Links):]...)
		views = append(views, v)
	}
	return views, s.fillFromFacts(ctx, views, facts)
}

// derived makes a link from what it was derived from: the later part's instant and
// amounts where it has them, else the other's; the lesser confidence; the handling
// of all parts.
func (s *Session) derived(g *projection.Graph, e network.EdgeIndex, origin projection.Origin, parts []*LinkView) LinkView {
	from, to := g.Net.Ends(e)
	v := LinkView{DerivedBy: origin.Rule, Support: slices.Clone(origin.Links)}
	v.ID, v.Kind, v.From, v.To = g.LinkID(e), g.Kind(e), g.Nodes[from], g.Nodes[to]
	v.At, v.ValidFrom, v.ValidTo, v.Confidence = graph.NoInstant, graph.NoInstant, graph.NoInstant, 1
	for _, p := range slices.Backward(parts) {
		if v.At == graph.NoInstant {
			v.At = p.At
		}
		if v.Amount == "" {
			v.Amount, v.Currency = p.Amount, p.Currency
		}
		if v.Quantity == nil {
			v.Quantity, v.Unit = p.Quantity, p.Unit
		}
		if v.Weight == nil {
			v.Weight = p.Weight
		}
		v.Confidence = min(v.Confidence, p.Confidence)
		v.Markings = v.Markings.Union(p.Markings)
		v.Dataset = p.Dataset
	}
	if e, ok := s.view.Entity(origin.Fact); ok {
		v.Support = append(v.Support, s.view.Members(e)...)
	}
	return v
}

// fillFromFacts gives derived links what only the fact itself states.
func (s *Session) fillFromFacts(ctx context.Context, views []LinkView, facts []graph.ID) error {
	if len(facts) == 0 {
		return nil
	}
	records, err := s.records(ctx, facts)
	if err != nil {
		return err
	}
	for i := range views {
		v := &views[i]
		for _, id := range v.Support {
			r, ok := records[id]
			if !ok {
				continue
			}
			v.Markings = v.Markings.Union(r.Markings)
			if at, ok := graph.ParseInstant(r.Properties.First("at")); ok && v.At == graph.NoInstant {
				v.At = at
			}
			if amount, ok := graph.ParseDecimal(r.Properties.First("amount")); ok && v.Amount == "" {
				v.Amount, v.Currency = amount, r.Properties.First("currency")
			}
			if quantity, err := strconv.ParseFloat(r.Properties.First("quantity"), 64); err == nil && v.Quantity == nil {
				v.Quantity, v.Unit = &quantity, r.Properties.First("unit")
			}
		}
	}
	return nil
}

// numbers returns a number for each link of a network by the name of a link's
// field or property, NaN where a link has none. Properties are read from the store
// once and cached.
func (s *Session) numbers(ctx context.Context, scope projection.Scope, name string) (column, error) {
	values, _, err := computed(ctx, s, scope, "numbers", name, func(ctx context.Context, g *projection.Graph) (column, error) {
		if values, ok := g.Values(projection.Column(name), math.NaN()); ok {
			return values, nil
		}
		return s.property(ctx, g, name)
	})
	return values, err
}

// column is a number for each link of a network.
type column []float64

func (c column) size() int64 { return int64(len(c)) * 8 }

func (s *Session) property(ctx context.Context, g *projection.Graph, name string) (column, error) {
	values := make(column, g.Net.NumLinks())
	edges := make([]network.EdgeIndex, len(values))
	for e := range edges {
		edges[e] = network.EdgeIndex(e)
	}
	for chunk := range slices.Chunk(edges, 4*propertyChunk) {
		views, err := s.views(ctx, g, chunk)
		if err != nil {
			return nil, err
		}
		for i, v := range views {
			f, err := strconv.ParseFloat(v.Properties.First(name), 64)
			if err != nil || math.IsInf(f, 0) {
				f = math.NaN()
			}
			values[chunk[i]] = f
		}
	}
	return values, nil
}

// orElse returns the column with absent in the place of NaN. A number below 0 is
// no cost, capacity or weight.
func (c column) orElse(absent float64, what string) ([]float64, error) {
	out := make([]float64, len(c))
	for e, f := range c {
		switch {
		case math.IsNaN(f):
			out[e] = absent
		case f < 0:
			return nil, graph.Errorf(graph.BadUserInput, "%s: a link has %v, and negative numbers cannot be used here; narrow the scope", what, f)
		default:
			out[e] = f
		}
	}
	return out, nil
}
