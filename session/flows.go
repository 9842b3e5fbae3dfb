package session

import (
	"context"
	"fmt"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// FlowQuery asks how much can pass from one set of entities to another, or what
// stops it.
type FlowQuery struct {
	From, To []graph.ID
	// Capacity is the link property that limits flow; "" gives every link 1.
	Capacity string
	First    int
	Scope    projection.Scope
}

// maxRouteLinks bounds the links of all paths of one answer.
const maxRouteLinks = 5000

func (q FlowQuery) check() error {
	switch {
	case len(q.From) == 0 || len(q.To) == 0:
		return graph.Errorf(graph.BadUserInput, "from and to: name at least one entity each")
	case len(q.From) > maxEnds || len(q.To) > maxEnds:
		return graph.Errorf(graph.BadUserInput, "from and to: more than %d entities on a side", maxEnds)
	case q.First < 0 || q.First > MaxPage:
		return graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", q.First, MaxPage)
	}
	return checkScope(q.Scope)
}

// how is what a computation depends on: all but how much of it is shown.
func (q FlowQuery) how() any { return []any{q.From, q.To, q.Capacity} }

// capacities returns the capacity of each link of the network, nil for 1 each.
func (s *Session) capacities(ctx context.Context, scope projection.Scope, property string) ([]float64, error) {
	if property == "" {
		return nil, nil
	}
	values, err := s.numbers(ctx, scope, property)
	if err != nil {
		return nil, err
	}
	return values.orElse(1, "capacityProperty")
}

// CutQuery asks for the cheapest entities or links without which nothing passes.
type CutQuery struct {
	FlowQuery
	AmongLinks bool
	Protect    []graph.ID // entities and links that stay
	Costs      []Cost     // of single ones; others cost Capacity, or 1
}

func (q CutQuery) check() error {
	if q.Capacity != "" && !q.AmongLinks {
		return graph.Errorf(graph.BadUserInput, "capacityProperty: it is what links cost; choose the targets LINKS")
	}
	if err := (CostQuery{Of: q.Costs}).check(q.AmongLinks); err != nil {
		return err
	}
	for _, one := range q.Costs {
		if one.Cost == 0 && !q.AmongLinks {
			return graph.Errorf(graph.BadUserInput, "costs: to cut an entity costs more than 0; leave it out by `scope.without`")
		}
	}
	return q.FlowQuery.check()
}

// MinimumCut is the answer to a CutQuery.
type MinimumCut struct {
	// Value is the cost of the cut; nil when there is none.
	Value *float64
	// NearFrom and NearTo are the cuts nearest to either side.
	NearFrom, NearTo           []Choice
	NearFromTotal, NearToTotal int
	Unique                     bool
	OpenPath                   *Route // why there is no cut
	TruncatedBecause           string
	ComputedOn                 ComputedOn
}

// cutting is what the kernels say of a cut.
type cutting struct {
	flow.Cut
	open flow.Route
}

func (c *cutting) size() int64 {
	return 128 + 4*int64(len(c.Links)+len(c.Nodes)+len(c.SinkLinks)+len(c.SinkNodes)+2*len(c.open.Links))
}

// MinimumCut finds the cheapest entities or links of a scope without which nothing
// gets from one set to another. Store calls: what a property needs once, and one for
// the links shown.
func (s *Session) MinimumCut(ctx context.Context, q CutQuery) (*MinimumCut, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	how := []any{q.how(), q.AmongLinks, q.Protect, q.Costs}
	c, g, err := computed(ctx, s, q.Scope, "minimumCut", how, func(ctx context.Context, g *projection.Graph) (*cutting, error) {
		c, err := s.cut(ctx, g, q)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return s.minimumCut(ctx, g, q, c)
}

func (s *Session) cut(ctx context.Context, g *projection.Graph, q CutQuery) (c *cutting, err error) {
	from, to := s.set(g, q.From), s.set(g, q.To)
	cost, err := s.capacities(ctx, q.Scope, q.Capacity)
	if err != nil {
		return nil, err
	}
	switch {
	case !q.AmongLinks:
		cost = slices.Repeat([]float64{1}, g.Net.NumNodes())
	case cost == nil:
		cost = slices.Repeat([]float64{1}, g.Net.NumLinks())
	}
	s.price(g, cost, q.Costs, q.Protect, q.AmongLinks)
	c = &cutting{}
	if !q.AmongLinks {
		if c.Cut, err = flow.MinNodeCut(ctx, g.Net, from, to, cost); err == nil && !c.Finite {
			c.open, err = flow.OpenPath(ctx, g.Net, from, to, nil, cost)
		}
		return c, err
	}
	if c.Cut, err = flow.MinLinkCut(ctx, g.Net, from, to, flow.Options{Capacity: cost}); err == nil && !c.Finite {
		c.open, err = flow.OpenPath(ctx, g.Net, from, to, cost, nil)
	}
	return c, err
}

func (s *Session) minimumCut(ctx context.Context, g *projection.Graph, q CutQuery, c *cutting) (*MinimumCut, error) {
	out := &MinimumCut{Value: finite(c.Value), Unique: c.Unique, ComputedOn: s.reading(s.onNetwork(q.Scope, g, q.From, q.To, q.Protect, costed(q.Costs)), q.Scope, q.Capacity)}
	if !c.Finite {
		routes, err := s.flowRoutes(ctx, g, []flow.Route{c.open})
		if err == nil {
			out.OpenPath = &routes[0]
		}
		return out, err
	}
	near, far := len(c.Nodes)+len(c.Links), len(c.SinkNodes)+len(c.SinkLinks)
	out.NearFromTotal, out.NearToTotal = near, far
	if q.First < max(near, far) {
		out.TruncatedBecause = fmt.Sprintf("first: %d of %d near `from`, %d of %d near `to`", min(q.First, near), near, min(q.First, far), far)
	}
	for _, v := range c.Nodes[:min(q.First, len(c.Nodes))] {
		out.NearFrom = append(out.NearFrom, Choice{Entity: g.Nodes[v]})
	}
	for _, v := range c.SinkNodes[:min(q.First, len(c.SinkNodes))] {
		out.NearTo = append(out.NearTo, Choice{Entity: g.Nodes[v]})
	}
	links, sinkLinks := c.Links[:min(q.First, len(c.Links))], c.SinkLinks[:min(q.First, len(c.SinkLinks))]
	views, err := s.views(ctx, g, slices.Concat(links, sinkLinks))
	if err != nil {
		return nil, err
	}
	for i := range views {
		if i < len(links) {
			out.NearFrom = append(out.NearFrom, Choice{Link: &views[i]})
		} else {
			out.NearTo = append(out.NearTo, Choice{Link: &views[i]})
		}
	}
	return out, nil
}

// flowRoutes names what paths of a network pass.
func (s *Session) flowRoutes(ctx context.Context, g *projection.Graph, routes []flow.Route) ([]Route, error) {
	var edges []network.EdgeIndex
	for _, r := range routes {
		edges = append(edges, r.Links...)
	}
	views, err := s.views(ctx, g, edges)
	if err != nil {
		return nil, err
	}
	out := make([]Route, len(routes))
	for i, r := range routes {
		out[i] = Route{Links: views[:len(r.Links)], Cost: r.Amount}
		views = views[len(r.Links):]
		for _, v := range r.Nodes {
			out[i].Entities = append(out[i].Entities, g.Nodes[v])
		}
	}
	return out, nil
}

// shown returns how many paths an answer shows: the first, as long as their links
// are not too many together.
func shown(routes []flow.Route, first int) int {
	count, links := 0, 0
	for count < min(first, len(routes)) {
		if links += len(routes[count].Links); links > maxRouteLinks {
			break
		}
		count++
	}
	return count
}

// routing is a list of paths.
type routing []flow.Route

func (r routing) size() int64 {
	size := int64(0)
	for _, route := range r {
		size += 64 + 8*int64(len(route.Links))
	}
	return size
}

// MaximumFlow is how much can pass, and how.
type MaximumFlow struct {
	Value                  float64
	Links                  []LinkFlow
	Paths                  []Route // Cost is what passes
	TotalLinks, TotalPaths int
	TruncatedBecause       string
	ComputedOn             ComputedOn
}

// LinkFlow is what passes a link, from one of its ends to the other.
type LinkFlow struct {
	Link     LinkView
	From, To graph.ID
	Amount   float64
}

// flowing is what the kernels say of a flow.
type flowing struct {
	value  float64
	edges  []network.EdgeIndex // with flow
	on     []float64           // of edges; below 0 against the link
	routes routing
}

func (f *flowing) size() int64 { return 16*int64(len(f.edges)) + f.routes.size() }

// MaximumFlow finds how much can pass from one set to another through the links of a
// scope. Store calls: what a property needs once, and one for the links shown.
func (s *Session) MaximumFlow(ctx context.Context, q FlowQuery) (*MaximumFlow, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	f, g, err := computed(ctx, s, q.Scope, "maximumFlow", q.how(), func(ctx context.Context, g *projection.Graph) (*flowing, error) {
		f, err := s.flow(ctx, g, q)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return f, nil
	})
	if err != nil {
		return nil, err
	}
	return s.maximumFlow(ctx, g, q, f)
}

func (s *Session) flow(ctx context.Context, g *projection.Graph, q FlowQuery) (*flowing, error) {
	capacity, err := s.capacities(ctx, q.Scope, q.Capacity)
	if err != nil {
		return nil, err
	}
	from, to := s.set(g, q.From), s.set(g, q.To)
	r, err := flow.Max(ctx, g.Net, from, to, flow.Options{Capacity: capacity})
	if err != nil {
		return nil, err
	}
	f := &flowing{value: r.Value}
	if f.routes, err = flow.Routes(ctx, g.Net, from, to, r); err != nil {
		return nil, err
	}
	for _, on := range r.On {
		f.edges, f.on = append(f.edges, on.Link), append(f.on, on.Amount)
	}
	return f, nil
}

func (s *Session) maximumFlow(ctx context.Context, g *projection.Graph, q FlowQuery, f *flowing) (*MaximumFlow, error) {
	out := &MaximumFlow{Value: f.value, TotalLinks: len(f.edges), TotalPaths: len(f.routes), ComputedOn: s.reading(s.onNetwork(q.Scope, g, q.From, q.To), q.Scope, q.Capacity)}
	links, paths := min(q.First, len(f.edges)), shown(f.routes, q.First)
	if links < len(f.edges) || paths < len(f.routes) {
		out.TruncatedBecause = fmt.Sprintf("first: %d of %d links, %d of %d paths", links, len(f.edges), paths, len(f.routes))
	}
	views, err := s.views(ctx, g, f.edges[:links])
	if err != nil {
		return nil, err
	}
	for i, view := range views {
		from, to := g.Net.Ends(f.edges[i])
		if f.on[i] < 0 {
			from, to = to, from
		}
		out.Links = append(out.Links, LinkFlow{Link: view, From: g.Nodes[from], To: g.Nodes[to], Amount: math.Abs(f.on[i])})
	}
	out.Paths, err = s.flowRoutes(ctx, g, f.routes[:paths])
	return out, err
}

// Connectivity tells in how many separate ways one set is joined to another.
type Connectivity struct {
	Links, Entities              int
	LinkDisjoint, EntityDisjoint []Route
	TruncatedBecause             string
	ComputedOn                   ComputedOn
}

// disjoint is what the kernels say of separate paths.
type disjoint struct{ links, nodes routing }

func (d *disjoint) size() int64 { return d.links.size() + d.nodes.size() }

// Connectivity finds paths that share no link, and paths that share no entity.
// One store call.
func (s *Session) Connectivity(ctx context.Context, q FlowQuery) (*Connectivity, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	d, g, err := computed(ctx, s, q.Scope, "connectivity", q.how(), func(ctx context.Context, g *projection.Graph) (*disjoint, error) {
		from, to := s.set(g, q.From), s.set(g, q.To)
		links, err := flow.LinkDisjoint(ctx, g.Net, from, to)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		nodes, err := flow.NodeDisjoint(ctx, g.Net, from, to)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return &disjoint{links, nodes}, nil
	})
	if err != nil {
		return nil, err
	}
	out := &Connectivity{Links: len(d.links), Entities: len(d.nodes), ComputedOn: s.onNetwork(q.Scope, g, q.From, q.To)}
	links, nodes := shown(d.links, q.First), shown(d.nodes, q.First)
	if links < out.Links || nodes < out.Entities {
		out.TruncatedBecause = fmt.Sprintf("first: %d of %d paths without a common link, %d of %d without a common entity", links, out.Links, nodes, out.Entities)
	}
	all, err := s.flowRoutes(ctx, g, slices.Concat(d.links[:links], d.nodes[:nodes]))
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Cost = float64(len(all[i].Links))
	}
	out.LinkDisjoint, out.EntityDisjoint = all[:links], all[links:]
	return out, nil
}
