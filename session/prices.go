package session

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// CostQuery says what choices cost. The zero value gives each 1 and no limit.
type CostQuery struct {
	// ByDegree lets an entity cost as many as it has links.
	ByDegree bool
	// Property is the link property that a link costs, 1 where it is absent.
	Property string
	// Of names the cost of single entities or links; the others cost what the rest says.
	Of []Cost
	// Most is what a plan may cost together; nil is any sum.
	Most *float64
}

// Cost is what an entity or a link costs.
type Cost struct {
	ID   graph.ID
	Cost float64
}

// maxCosts bounds the costs that are named one by one.
const maxCosts = 1000

func (c CostQuery) check(links bool) error {
	switch {
	case c.ByDegree && links:
		return graph.Errorf(graph.BadUserInput, "costBy: links have no degree; leave it out for LINKS")
	case c.Property != "" && !links:
		return graph.Errorf(graph.BadUserInput, "costProperty: it is what links cost; choose the targets LINKS")
	case len(c.Of) > maxCosts:
		return graph.Errorf(graph.BadUserInput, "costs: %d are more than %d", len(c.Of), maxCosts)
	case c.Most != nil && !(*c.Most > 0):
		return graph.Errorf(graph.BadUserInput, "maxCost: %v is not above 0", *c.Most)
	}
	for _, one := range c.Of {
		if !(one.Cost >= 0) {
			return graph.Errorf(graph.BadUserInput, "costs: %v is below 0", one.Cost)
		}
	}
	return nil
}

// prices are what the targets of a network cost; those that are protected are not to be
// had. What is missing, hidden or out of scope has no price.
func (s *Session) prices(ctx context.Context, g *projection.Graph, q ChokepointQuery) (c dismantle.Costs, err error) {
	if q.Costs.Most != nil {
		c.Most = *q.Costs.Most
	}
	if !q.Costs.ByDegree && q.Costs.Property == "" && len(q.Costs.Of)+len(q.Protect) == 0 {
		return c, nil
	}
	if c.Of, err = s.usual(ctx, g, q); err != nil {
		return c, err
	}
	s.price(g, c.Of, q.Costs.Of, q.Protect, q.AmongLinks)
	return c, nil
}

// price sets what the named targets cost; those that are protected are not to be had.
func (s *Session) price(g *projection.Graph, costs []float64, named []Cost, protect []graph.ID, links bool) {
	for _, one := range named {
		if t, ok := s.target(g, one.ID, links); ok {
			costs[t] = one.Cost
		}
	}
	for _, id := range protect {
		if t, ok := s.target(g, id, links); ok {
			costs[t] = math.Inf(1)
		}
	}
}

// usual is what targets cost that are not named.
func (s *Session) usual(ctx context.Context, g *projection.Graph, q ChokepointQuery) ([]float64, error) {
	if q.Costs.Property != "" {
		values, err := s.numbers(ctx, q.Scope, q.Costs.Property)
		if err != nil {
			return nil, err
		}
		return values.orElse(1, "costProperty")
	}
	if q.AmongLinks {
		return slices.Repeat([]float64{1}, g.Net.NumLinks()), nil
	}
	costs := slices.Repeat([]float64{1}, g.Net.NumNodes())
	for v := range costs {
		if q.Costs.ByDegree {
			costs[v] = float64(degree(g.Net, network.NodeIndex(v)))
		}
	}
	return costs, nil
}

// costed returns what has a cost of its own.
func costed(costs []Cost) []graph.ID {
	ids := make([]graph.ID, len(costs))
	for i, c := range costs {
		ids[i] = c.ID
	}
	return ids
}

// target finds the entity or the link with an ID.
func (s *Session) target(g *projection.Graph, id graph.ID, links bool) (int, bool) {
	if links {
		e, ok := g.Edge(id)
		return int(e), ok
	}
	nodes := s.set(g, []graph.ID{id})
	if len(nodes) == 0 {
		return 0, false
	}
	return int(nodes[0]), true
}

// degree counts the links at a node, whichever way they point.
func degree(net *network.Network, v network.NodeIndex) int {
	if net.Directed() {
		return net.OutDegree(v) + net.InDegree(v)
	}
	return net.OutDegree(v)
}
