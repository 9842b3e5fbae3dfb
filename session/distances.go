package session

import (
	"cmp"
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
	"github.com/chokepoint/chokepoint/projection"
)

// DistanceQuery asks how far everything lies from some entities.
type DistanceQuery struct {
	From     []graph.ID
	Weight   PathWeight
	Property string // for PropertySum
	Scope    projection.Scope
}

// Distance says how far an entity lies.
type Distance struct {
	ID       graph.ID
	Rank     int     // from 1, nearest first
	Distance float64 // as the cost of a Route
	Hops     int     // of a path with the fewest
}

// Distances is a page of what can be reached.
type Distances struct {
	Paged[Distance]
	// Unreachable counts what cannot, Histogram what lies 0, 1, 2 … hops away.
	Unreachable int
	Histogram   []int
	ComputedOn  ComputedOn
}

// distances holds the nodes that can be reached, nearest first, then by ID.
type distances struct {
	costs, hops []float64 // by node; costs are the hops if they count
	order       []network.NodeIndex
	histogram   []int
}

func (d *distances) size() int64 {
	return int64(len(d.order))*4 + int64(len(d.costs)+len(d.hops)+len(d.histogram))*8
}

// Distances returns a page of the entities of a scope by how far they lie from the
// nearest of some. They are computed once for a class, version and scope.
func (s *Session) Distances(ctx context.Context, q DistanceQuery, page Page) (*Distances, error) {
	switch {
	case len(q.From) == 0:
		return nil, graph.Errorf(graph.BadUserInput, "from: name at least one entity")
	case len(q.From) > maxEnds:
		return nil, graph.Errorf(graph.BadUserInput, "from: more than %d entities", maxEnds)
	case q.Weight == PropertySum && q.Property == "":
		return nil, errNoProperty
	}
	l := listing{operation: "distances", arguments: digested(q)}
	if _, _, err := s.after(l, page); err != nil {
		return nil, err
	}
	how := []any{q.From, q.Weight, q.Property}
	d, g, err := computed(ctx, s, q.Scope, "distances", how, func(ctx context.Context, g *projection.Graph) (*distances, error) {
		return s.measure(ctx, g, q)
	})
	if err != nil {
		return nil, err
	}
	at := func(n network.NodeIndex) position { return position{byNumber(d.costs[n]), g.Nodes[n]} }
	nodes, err := pageOf(s, l, d.order, at, page)
	out := &Distances{Unreachable: len(g.Nodes) - len(d.order), Histogram: d.histogram, ComputedOn: s.reading(s.onNetwork(q.Scope, g, q.From), q.Scope, q.Weight.reads(q.Property))}
	out.Cursor, out.HasNextPage, out.HasPreviousPage, out.Total = nodes.Cursor, nodes.HasNextPage, nodes.HasPreviousPage, nodes.Total
	for _, n := range nodes.Items {
		first := 1
		if len(out.Items) > 0 {
			first = out.Items[0].Rank
		} else {
			first += slices.Index(d.order, n)
		}
		p := path.Path{Cost: d.costs[n]}
		out.Items = append(out.Items, Distance{g.Nodes[n], first + len(out.Items), q.Weight.length(p), int(d.hops[n])})
	}
	return out, err
}

// measure finds the distances by hops and, if that is another thing, by cost.
func (s *Session) measure(ctx context.Context, g *projection.Graph, q DistanceQuery) (*distances, error) {
	from := s.set(g, q.From)
	hops, err := path.Distances(ctx, g.Net, from, nil)
	if err != nil {
		return nil, kernelError(ctx, err)
	}
	d := &distances{costs: hops, hops: hops}
	if costs, err := s.lengths(ctx, q.Scope, q.Weight, q.Property); err != nil {
		return nil, err
	} else if costs != nil {
		if d.costs, err = path.Distances(ctx, g.Net, from, costs); err != nil {
			return nil, kernelError(ctx, err)
		}
	}
	for n := range network.NodeIndex(len(hops)) {
		if !math.IsInf(d.costs[n], 1) {
			d.order = append(d.order, n)
			for len(d.histogram) <= int(hops[n]) {
				d.histogram = append(d.histogram, 0)
			}
			d.histogram[int(hops[n])]++
		}
	}
	slices.SortFunc(d.order, func(a, b network.NodeIndex) int {
		return cmp.Or(cmp.Compare(d.costs[a], d.costs[b]), cmp.Compare(a, b))
	})
	return d, nil
}

// lengths returns what links add to the cost of a path, nil by hops; see priced.
func (s *Session) lengths(ctx context.Context, scope projection.Scope, weight PathWeight, property string) ([]float64, error) {
	switch weight {
	case Hops:
		return nil, nil
	case PropertySum:
		values, err := s.numbers(ctx, scope, property)
		if err != nil {
			return nil, err
		}
		return values.orElse(1, "weightProperty")
	case MostConfidence:
		values, err := s.numbers(ctx, scope, string(projection.Confidence))
		if err != nil {
			return nil, err
		}
		costs, err := values.orElse(1, "weight")
		for e, p := range costs {
			costs[e] = -math.Log(min(p, 1)) // +Inf: of no use
		}
		return costs, err
	}
	return nil, graph.Errorf(graph.BadUserInput, "weight: there is no %q", weight)
}
