package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
	"github.com/chokepoint/chokepoint/projection"
)

var errMissingLink = errors.New("session: projection and store differ")

// ground is what searches walk on: the view itself where that is possible, so that
// nothing is copied and a write costs no rebuild, or a materialised network.
type ground struct {
	adjacency network.Adjacency
	nodes     func(ids []graph.ID) []network.NodeIndex // missing, hidden and excluded ones left out
	id        func(network.NodeIndex) graph.ID
	linkID    func(network.EdgeIndex) graph.ID
	links     func(context.Context, []network.EdgeIndex) ([]LinkView, error)
	count     func(context.Context) (nodes, links int, err error)
	// confidence of a link, 0 to 1.
	confidence func(network.EdgeIndex) float64
}

// walk returns the ground of a scope; the layer ALL needs no network.
func (s *Session) walk(ctx context.Context, scope projection.Scope) (*ground, error) {
	if scope.Layer != projection.All {
		return s.walkNetwork(ctx, scope)
	}
	c := s.view.Scoped(scope)
	return &ground{
		adjacency: c,
		nodes: func(ids []graph.ID) []network.NodeIndex {
			var nodes []network.NodeIndex
			for _, id := range ids {
				if e, ok := s.view.Entity(id); ok {
					if n, ok := c.Node(e); ok {
						nodes = append(nodes, n)
					}
				}
			}
			slices.SortFunc(nodes, c.CompareNodes)
			return slices.Compact(nodes)
		},
		id:     func(n network.NodeIndex) graph.ID { return s.view.ID(c.At(n)) },
		linkID: c.LinkID,
		links: func(ctx context.Context, edges []network.EdgeIndex) ([]LinkView, error) {
			ids := make([]graph.ID, len(edges))
			for i, e := range edges {
				ids[i] = c.LinkID(e)
			}
			return s.present(s.StoredLinks(ctx, ids))
		},
		count:      func(ctx context.Context) (int, int, error) { return s.count(ctx, scope) },
		confidence: c.Confidence,
	}, nil
}

func (s *Session) walkNetwork(ctx context.Context, scope projection.Scope) (*ground, error) {
	g, err := s.network(ctx, scope)
	if err != nil {
		return nil, err
	}
	return &ground{
		adjacency: g.Net,
		nodes:     func(ids []graph.ID) []network.NodeIndex { return s.set(g, ids) },
		id:        func(n network.NodeIndex) graph.ID { return g.Nodes[n] },
		linkID:    g.LinkID,
		links: func(ctx context.Context, edges []network.EdgeIndex) ([]LinkView, error) {
			return s.views(ctx, g, edges)
		},
		count:      func(context.Context) (int, int, error) { return g.Net.NumNodes(), g.Net.NumLinks(), nil },
		confidence: g.Confidence,
	}, nil
}

// present turns links that must be there into values.
func (s *Session) present(found []*LinkView, err error) ([]LinkView, error) {
	if err != nil {
		return nil, err
	}
	views := make([]LinkView, len(found))
	for i, v := range found {
		if v == nil {
			return nil, graph.Errorf(graph.Internal, "a link of the graph is not in the store").Because(errMissingLink)
		}
		views[i] = *v
	}
	return views, nil
}

// tally is a pair of counts in the cache.
type tally struct{ nodes, links int }

// count counts the entities and links of a scope of the layer ALL, cached.
func (s *Session) count(ctx context.Context, scope projection.Scope) (nodes, links int, err error) {
	made, err := s.made.get(ctx, s.key(scope, "count", nil), func(ctx context.Context) (any, error) {
		nodes, links, err := s.view.Scoped(scope).Count(ctx)
		return tally{nodes, links}, err
	})
	if err != nil {
		return 0, 0, err
	}
	t := made.(tally)
	return t.nodes, t.links, nil
}

// on describes the ground of an exact answer to a question that names entities.
func (s *Session) on(scope projection.Scope, g *ground, named ...[]graph.ID) ComputedOn {
	absent := without(named, func(id graph.ID) bool { return len(g.nodes([]graph.ID{id})) > 0 })
	return ComputedOn{Count: g.count, Projection: scope.Layer, Exact: true, AsOf: s.Token(), Absent: absent}
}

// Subgraph is a part of the graph.
type Subgraph struct {
	Entities                  []graph.ID // nearest first, then by ID
	Links                     []LinkView // among these, by ID
	TotalEntities, TotalLinks int        // without the limit
	TruncatedBecause          string     // "" when nothing was cut off
	ComputedOn                ComputedOn
}

// Bounds of a neighbourhood: what a chart can still show.
const (
	maxDepth        = 10
	maxNeighborhood = 2000
	maxAmong        = 10_000 // links: two accounts alone may have more
)

// Neighborhood returns the entities within depth hops of others, at most first of
// them, and the links among these, the first 10,000 by ID. One store call. O(what
// the hops reach).
func (s *Session) Neighborhood(ctx context.Context, of []graph.ID, depth int, scope projection.Scope, first int) (*Subgraph, error) {
	switch {
	case len(of) == 0:
		return nil, graph.Errorf(graph.BadUserInput, "of: name at least one entity")
	case depth < 0 || depth > maxDepth:
		return nil, graph.Errorf(graph.BadUserInput, "depth: %d is not from 0 to %d", depth, maxDepth)
	case first < 0 || first > maxNeighborhood:
		return nil, graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", first, maxNeighborhood)
	}
	if err := checkScope(scope); err != nil {
		return nil, err
	}
	g, err := s.walk(ctx, scope)
	if err != nil {
		return nil, err
	}
	reached, err := path.Reach(ctx, g.adjacency, g.nodes(of), depth, 0, path.Options{})
	if err != nil {
		return nil, err
	}
	order := nodeOrder(g.adjacency)
	start := 0
	for _, end := range reached.Rounds {
		slices.SortFunc(reached.Nodes[start:end], order)
		start = end
	}
	kept := reached.Nodes[:min(first, len(reached.Nodes))]
	edges, total, err := among(ctx, g.adjacency, reached.Nodes, len(kept))
	if err != nil {
		return nil, err
	}
	out := &Subgraph{TotalEntities: len(reached.Nodes), TotalLinks: total, ComputedOn: s.on(scope, g, of)}
	for _, n := range kept {
		out.Entities = append(out.Entities, g.id(n))
	}
	var cuts []string
	if len(kept) < len(reached.Nodes) {
		cuts = append(cuts, fmt.Sprintf("first: %d of %d entities", len(kept), len(reached.Nodes)))
	}
	if len(edges) > maxAmong {
		cuts = append(cuts, fmt.Sprintf("%d of %d links among them", maxAmong, len(edges)))
		slices.SortFunc(edges, func(a, b network.EdgeIndex) int { return g.linkID(a).Compare(g.linkID(b)) })
		edges = edges[:maxAmong]
	}
	out.TruncatedBecause = strings.Join(cuts, ", ")
	if out.Links, err = g.links(ctx, edges); err != nil {
		return nil, err
	}
	slices.SortFunc(out.Links, func(a, b LinkView) int { return a.ID.Compare(b.ID) })
	return out, nil
}

// nodeOrder is the order of entities by ID on an adjacency.
func nodeOrder(g network.Adjacency) func(a, b network.NodeIndex) int {
	if o, ok := g.(path.Ordered); ok {
		return o.CompareNodes
	}
	return func(a, b network.NodeIndex) int { return int(a) - int(b) }
}

// among returns the links that join two of the first kept nodes, and how many join
// any two of them all.
func among(ctx context.Context, g network.Adjacency, nodes []network.NodeIndex, kept int) ([]network.EdgeIndex, int, error) {
	place := make(map[network.NodeIndex]int, len(nodes))
	for i, n := range nodes {
		place[n] = i
	}
	seen := map[network.EdgeIndex]bool{}
	var edges []network.EdgeIndex
	var arcs []network.Arc
	for i, n := range nodes {
		if i%1024 == 0 {
			if err := ctx.Err(); err != nil {
				return nil, 0, err
			}
		}
		arcs = g.AppendOut(n, arcs[:0])
		for _, a := range arcs {
			j, ok := place[a.To]
			if !ok || seen[a.Edge] {
				continue
			}
			seen[a.Edge] = true
			if i < kept && j < kept {
				edges = append(edges, a.Edge)
			}
		}
	}
	return edges, len(seen), nil
}
