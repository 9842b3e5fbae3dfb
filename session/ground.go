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
	Confidence *float64
	Seed       *int64
	AsOf       string
	// WithoutValue counts the links that lack a number that was asked for; nil where none
	// was.
	WithoutValue func(context.Context) (int, error)
	// Absent returns what the question names and the network has not, in the order of the
	// question: IDs that are unknown, hidden or out of scope.
	Absent func() []graph.ID
}

// reading returns c of an answer that read numbers of links by these names, "" for none.
func (s *Session) reading(c ComputedOn, scope projection.Scope, names ...string) ComputedOn {
	names = slices.DeleteFunc(names, func(name string) bool { return name == "" })
	if len(names) == 0 {
		return c
	}
	c.WithoutValue = func(ctx context.Context) (int, error) {
		columns := make([]column, len(names))
		for i, name := range names {
			values, err := s.numbers(ctx, scope, name)
			if err != nil {
				return 0, err
			}
			columns[i] = values.of
		}
		count := 0
		for e := range columns[0] {
			if slices.ContainsFunc(columns, func(c column) bool { return math.IsNaN(c[e]) }) {
				count++
			}
		}
		return count, nil
	}
	return c
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

// repeats tells whether a short list names anything twice.
func repeats[T comparable](list []T) bool {
	for i, item := range list {
		if slices.Contains(list[:i], item) {
			return true
		}
	}
	return false
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

// onNetwork describes the network of an exact answer to a question that names entities
// or links.
func (s *Session) onNetwork(scope projection.Scope, g *projection.Graph, named ...[]graph.ID) ComputedOn {
	count := func(context.Context) (int, int, error) { return g.Net.NumNodes(), g.Net.NumLinks(), nil }
	absent := without(named, func(id graph.ID) bool {
		_, entity := s.target(g, id, false)
		_, link := s.target(g, id, true)
		return entity || link
	})
	return ComputedOn{Count: count, Projection: scope.Layer, Exact: true, AsOf: s.Token(), Absent: absent}
}

// without returns a function that lists what is not in a network, each once.
func without(named [][]graph.ID, in func(graph.ID) bool) func() []graph.ID {
	return func() []graph.ID {
		var absent []graph.ID
		for _, id := range slices.Concat(named...) {
			if !in(id) && !slices.Contains(absent, id) {
				absent = append(absent, id)
			}
		}
		return absent
	}
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
	loaded := make([][]graph.ID, len(edges))
	for i, e := range edges {
		loaded[i] = g.Contents(e)
		ids = append(append(ids, g.Origin(e).Links...), loaded[i]...)
	}
	stored, err := s.StoredLinks(ctx, ids)
	if err != nil {
		return nil, err
	}
	if slices.Contains(stored, nil) {
		return nil, graph.Errorf(graph.Internal, "a link of the network is not in the store").Because(errMissingLink)
	}
	take := func(n int) []*LinkView {
		taken := stored[:n]
		stored = stored[n:]
		return taken
	}
	views := make([]LinkView, len(edges))
	facts := make([][]graph.ID, len(edges))
	for i, e := range edges {
		origin := g.Origin(e)
		parts, contents := take(len(origin.Links)), take(len(loaded[i]))
		if origin.Rule == "" {
			views[i] = *parts[0]
			continue
		}
		views[i] = derived(g, e, origin.Rule, parts, contents)
		if fact, ok := s.view.Entity(origin.Fact); ok {
			facts[i] = s.view.Members(fact)
			views[i].Support = append(views[i].Support, facts[i]...)
		}
	}
	return views, s.fillFromFacts(ctx, g, edges, views, facts)
}

// derived makes a link from what it was derived from, with the figures that the
// network counts; the lesser confidence; the handling of all parts.
func derived(g *projection.Graph, e network.EdgeIndex, rule string, parts, contents []*LinkView) LinkView {
	number := func(c projection.Column) *float64 { return finite(g.Value(e, c, math.NaN())) }
	from, to := g.Net.Ends(e)
	v := LinkView{DerivedBy: rule}
	v.ID, v.Kind, v.From, v.To = g.LinkID(e), g.Kind(e), g.Nodes[from], g.Nodes[to]
	v.At, v.ValidFrom, v.ValidTo = g.At(e), graph.NoInstant, graph.NoInstant
	v.Weight, v.Quantity, v.Confidence = number(projection.Weight), number(projection.Quantity), 1
	amount := number(projection.Amount)
	for _, p := range slices.Backward(parts) { // who received knows best what arrived
		if amount != nil && v.Amount == "" {
			v.Amount, v.Currency = p.Amount, p.Currency
		}
		if v.Quantity != nil && v.Unit == "" && p.Quantity != nil {
			v.Unit = p.Unit
		}
		v.Confidence = min(v.Confidence, p.Confidence)
		v.Dataset = p.Dataset
	}
	for i, c := range contents {
		switch {
		case i == 0:
			v.Unit = c.Unit
		case v.Unit != c.Unit: // a sum of unlike things
			v.Unit = ""
		}
	}
	for _, p := range slices.Concat(parts, contents) {
		v.Sketch = v.Sketch || p.Sketch
		v.Support = append(v.Support, p.ID)
		v.Markings = v.Markings.Union(p.Markings)
	}
	return v
}

// fillFromFacts gives derived links what only the fact itself states: the amount
// in full, as the network counts it, and units. One store call.
func (s *Session) fillFromFacts(ctx context.Context, g *projection.Graph, edges []network.EdgeIndex, views []LinkView, facts [][]graph.ID) error {
	if s.memory {
		s.sketchFacts(views, facts)
		return nil
	}
	records, err := s.records(ctx, slices.Concat(facts...))
	if isAway(err) && ctx.Err() == nil {
		s.sketchFacts(views, facts)
		return nil
	}
	if err != nil {
		return err
	}
	for i := range views {
		for _, id := range facts[i] {
			if r, ok := records[id]; ok {
				s.fillFrom(&r, &views[i], g.Value(edges[i], projection.Amount, math.NaN()))
			}
		}
	}
	return nil
}

// sketchFacts is fillFromFacts while the store is away.
func (s *Session) sketchFacts(views []LinkView, facts [][]graph.ID) {
	for i := range views {
		if len(facts[i]) == 0 {
			continue
		}
		views[i].Sketch = true
		if e, ok := s.view.Entity(facts[i][0]); ok {
			views[i].Markings = views[i].Markings.Union(s.view.Sketch(e).Markings)
		}
	}
}

func (s *Session) fillFrom(r *graph.Record, v *LinkView, amount float64) {
	v.Markings = v.Markings.Union(r.Markings)
	paid, moved := projection.FigureNames(r.Kind)
	if d, ok := graph.ParseDecimal(r.Properties.First(paid)); ok && v.Amount == "" && d.Float64() == amount {
		v.Amount, v.Currency = d, r.Properties.First("currency")
	}
	told, err := strconv.ParseFloat(r.Properties.First(moved), 64)
	if err != nil || v.Quantity == nil || v.Unit != "" || *v.Quantity != told {
		return
	}
	if p := s.service.ontology.Kind(string(r.Kind)).Property(moved); p != nil {
		v.Unit = p.Unit
	}
}

// numbers returns a number for each link of a network by the name of a link's
// field or property, NaN where a link has none. Properties are read from the store
// once and cached.
func (s *Session) numbers(ctx context.Context, scope projection.Scope, name string) (numbers, error) {
	values, g, err := computed(ctx, s, scope, "numbers", name, func(ctx context.Context, g *projection.Graph) (column, error) {
		if values, ok := g.Values(projection.Column(name), math.NaN()); ok {
			return values, nil
		}
		return s.property(ctx, g, name)
	})
	return numbers{values, g}, err
}

// numbers are a column and the network that it belongs to.
type numbers struct {
	of column
	on *projection.Graph
}

// column is a number for each link of a network.
type column []float64

func (c column) size() int64 { return int64(len(c)) * 8 }

func (s *Session) property(ctx context.Context, g *projection.Graph, name string) (column, error) {
	s = s.remembering(false)
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
			if v.Sketch {
				return nil, ErrAway
			}
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
// no cost, capacity or weight; an error names the link, of several that of the least ID.
func (c numbers) orElse(absent float64, what string) ([]float64, error) {
	out := make([]float64, len(c.of))
	for e, f := range c.of {
		switch {
		case math.IsNaN(f):
			out[e] = absent
		case f < 0:
			first := c.first(func(f float64) bool { return f < 0 })
			return nil, graph.Errorf(graph.BadUserInput, "%s: the link %s has %v, and negative numbers cannot be used here; narrow the scope",
				what, c.on.LinkID(first), c.of[first])
		default:
			out[e] = f
		}
	}
	return out, nil
}

// first returns, of the links with such a number, the one of the least ID; there must be
// one.
func (c numbers) first(such func(float64) bool) network.EdgeIndex {
	first := network.NoEdge
	for e, f := range c.of {
		if e := network.EdgeIndex(e); such(f) && (first == network.NoEdge || c.on.LinkID(e).Compare(c.on.LinkID(first)) < 0) {
			first = e
		}
	}
	return first
}
