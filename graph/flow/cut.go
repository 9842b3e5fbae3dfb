package flow

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Cut is a cheapest set of links or nodes without which nothing passes. There may be
// many; it holds the two extreme ones, each ascending.
type Cut struct {
	// Finite is false when no cut exists: a path of links, or for nodes of links and
	// protected nodes, has no limit anywhere. Nothing else is then set but Value.
	Finite bool
	// Value is what the cut costs, which is the maximum flow; +Inf when not Finite.
	Value float64
	// Links and Nodes are the cut nearest the sources. A cut of nodes has no links.
	Links []network.EdgeIndex
	Nodes []network.NodeIndex
	// SinkLinks and SinkNodes are the cut nearest the sinks.
	SinkLinks []network.EdgeIndex
	SinkNodes []network.NodeIndex
	// Unique says that no other cut costs as little; the two are then the same.
	Unique bool
}

// MinLinkCut returns the links of least capacity together, and where nodes are
// limited the nodes, without which nothing gets from a node of from to a node of to
// (Ford and Fulkerson 1956). Any other cheapest cut lies between the two returned.
// Cost and errors are those of [Max].
func MinLinkCut(ctx context.Context, net *network.Network, from, to []network.NodeIndex, opt Options) (Cut, error) {
	p, err := NewProblem(net, from, to, opt)
	if err != nil {
		return Cut{}, err
	}
	return p.Cut(ctx)
}

// MinNodeCut returns the nodes of least weight together without which nothing gets
// from a node of from to a node of to (Menger 1927). Nodes of the two sets are never
// cut, nor are nodes of weight +Inf. A nil weight counts nodes. When a link, or a
// path of protected nodes, joins the two sets there is no such cut and Finite is
// false. Cost and errors are those of [Max].
func MinNodeCut(ctx context.Context, net *network.Network, from, to []network.NodeIndex, weight []float64) (Cut, error) {
	if weight == nil {
		weight = slices.Repeat([]float64{1}, net.NumNodes())
	}
	for _, x := range weight {
		if x == 0 {
			return Cut{}, graph.Errorf(graph.BadUserInput, "a node has the weight 0; a weight must be above 0")
		}
	}
	p, err := NewProblem(net, from, to, Options{
		Capacity: slices.Repeat([]float64{math.Inf(1)}, net.NumLinks()), NodeCapacity: weight,
	})
	if err != nil {
		return Cut{}, err
	}
	return p.Cut(ctx)
}

// Cut maximises the flow as [Problem.Solve] does and returns the two extreme cuts of what
// is not taken away.
func (p *Problem) Cut(ctx context.Context) (Cut, error) {
	value, err := p.Solve(ctx)
	if err != nil || math.IsInf(value, 1) {
		return Cut{Value: value}, err
	}
	near := p.reach(false)
	far := p.reach(true)
	for s := range far {
		far[s] = !far[s]
	}
	c := Cut{
		Finite: true, Value: value, Links: p.crossing(near), SinkLinks: p.crossing(far),
		Nodes: p.passing(near), SinkNodes: p.passing(far),
	}
	// A link or node of any cheapest cut carries flow across both of these; when they
	// are the same it is in them.
	c.Unique = slices.Equal(c.Links, c.SinkLinks) && slices.Equal(c.Nodes, c.SinkNodes)
	return c, nil
}

// passing returns the nodes, ascending, where flow comes in on side and leaves
// outside it.
func (p *Problem) passing(side []bool) []network.NodeIndex {
	nodes := []network.NodeIndex{}
	if !p.split {
		return nodes
	}
	for v, s := range p.state {
		if s > 1 && side[s] && !side[s+1] && p.nodes[v] > 0 {
			nodes = append(nodes, network.NodeIndex(v))
		}
	}
	return nodes
}
