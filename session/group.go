package session

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/projection"
)

// Group says how central some entities are together.
type Group struct {
	Members []graph.ID // those in the scope, in order
	// Betweenness is the sum, over pairs of other entities, of the share of their
	// shortest paths through any member; Share is it by the number of these pairs.
	Betweenness, Low, High, Share float64
	// Distances holds how many others lie 1, 2, 3 … links from the nearest member.
	Distances  []int
	ComputedOn ComputedOn
	samples    int
}

// sizeOf counts what a cached group holds.
func (g *Group) size() int64 { return int64(len(g.Members)*16+len(g.Distances)*8) + 128 }

// GroupCentrality returns how central entities of a scope are together. Those that are
// missing, hidden or out of scope are not counted among them.
func (s *Session) GroupCentrality(ctx context.Context, of []graph.ID, approximation Approximation, scope projection.Scope) (Group, error) {
	if len(of) == 0 || len(of) > maxTop {
		return Group{}, graph.Errorf(graph.BadUserInput, "of: name 1 to %d entities", maxTop)
	}
	made, g, err := computed(ctx, s, scope, "groupCentrality", []any{of, approximation}, func(ctx context.Context, g *projection.Graph) (*Group, error) {
		made, err := s.group(ctx, g, of, approximation)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return made, nil
	})
	if err != nil {
		return Group{}, err
	}
	out := *made
	out.ComputedOn = approximation.on(s.onNetwork(scope, g, of), made.samples)
	return out, nil
}

func (s *Session) group(ctx context.Context, g *projection.Graph, of []graph.ID, approximation Approximation) (*Group, error) {
	nodes := s.set(g, of)
	made := &Group{}
	for _, n := range nodes {
		made.Members = append(made.Members, g.Nodes[n])
	}
	var err error
	if made.Distances, err = centrality.GroupDistances(ctx, g.Net, nodes); err != nil {
		return nil, err
	}
	whole := float64(len(g.Nodes) - len(nodes))
	if whole *= whole - 1; !g.Net.Directed() {
		whole /= 2
	}
	if approximation.samples("BETWEENNESS", false, g.Net) {
		e, err := centrality.SampledGroupBetweenness(ctx, g.Net, nodes, centrality.Options{Normalized: true}, approximation.sampling())
		if err != nil {
			return nil, err
		}
		made.samples, made.Share = e.Samples, e.Scores[0]
		made.Betweenness, made.Low, made.High = e.Scores[0]*whole, e.Low[0]*whole, e.High[0]*whole
		return made, nil
	}
	made.Betweenness, err = centrality.GroupBetweenness(ctx, g.Net, nodes, centrality.Options{})
	made.Low, made.High = made.Betweenness, made.Betweenness
	if whole > 0 {
		made.Share = made.Betweenness / whole
	}
	return made, err
}
