package session

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// ArticulationPoint is an entity whose removal splits its component.
type ArticulationPoint struct {
	ID       graph.ID
	Rank     int
	Pieces   int
	PairsCut int64
}

// Bridge is a link whose removal splits its component.
type Bridge struct {
	Link     LinkView
	Rank     int
	PairsCut int64
}

type (
	articulationPoints []connectivity.CutPoint
	bridges            []connectivity.Bridge
)

func (a articulationPoints) size() int64 { return int64(len(a)) * 24 }
func (b bridges) size() int64            { return int64(len(b)) * 16 }

// ArticulationPoints returns a page of the entities without which the network of a
// scope falls into more pieces, the most pairs cut first, ties by ID.
func (s *Session) ArticulationPoints(ctx context.Context, scope projection.Scope, page Page) (Paged[ArticulationPoint], ComputedOn, error) {
	points, g, err := computed(ctx, s, scope, "articulationPoints", nil, func(ctx context.Context, g *projection.Graph) (articulationPoints, error) {
		points, err := connectivity.ArticulationPoints(ctx, g.Net)
		slices.SortStableFunc(points, func(a, b connectivity.CutPoint) int { return cmp.Compare(b.PairsCut, a.PairsCut) })
		return points, err
	})
	if err != nil {
		return Paged[ArticulationPoint]{}, ComputedOn{}, err
	}
	places := make([]ArticulationPoint, len(points))
	for i, p := range points {
		places[i] = ArticulationPoint{ID: g.Nodes[p.Node], Rank: i + 1, Pieces: p.Pieces, PairsCut: p.PairsCut}
	}
	l := listing{operation: "articulationPoints", arguments: digested(scope), descending: true}
	out, err := pageOf(s, l, places, func(p ArticulationPoint) position { return position{byNumber(float64(p.PairsCut)), p.ID} }, page)
	return out, s.onNetwork(scope, g), err
}

// Bridges returns a page of the links without which the network of a scope falls
// into more pieces, the most pairs cut first, ties by link ID. One store call.
func (s *Session) Bridges(ctx context.Context, scope projection.Scope, page Page) (Paged[Bridge], ComputedOn, error) {
	none := Paged[Bridge]{}
	found, g, err := computed(ctx, s, scope, "bridges", nil, func(ctx context.Context, g *projection.Graph) (bridges, error) {
		found, err := connectivity.Bridges(ctx, g.Net)
		slices.SortFunc(found, func(a, b connectivity.Bridge) int {
			return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), g.LinkID(a.Link).Compare(g.LinkID(b.Link)))
		})
		return found, err
	})
	if err != nil {
		return none, ComputedOn{}, err
	}
	at := func(b connectivity.Bridge) position { return position{byNumber(float64(b.PairsCut)), g.LinkID(b.Link)} }
	l := listing{operation: "bridges", arguments: digested(scope), descending: true}
	part, err := pageOf(s, l, found, at, page)
	if err != nil {
		return none, ComputedOn{}, err
	}
	edges := make([]network.EdgeIndex, len(part.Items))
	for i, b := range part.Items {
		edges[i] = b.Link
	}
	views, err := s.views(ctx, g, edges)
	if err != nil {
		return none, ComputedOn{}, err
	}
	out := Paged[Bridge]{Cursor: part.Cursor, HasNextPage: part.HasNextPage, HasPreviousPage: part.HasPreviousPage, Total: part.Total}
	first := 0
	if len(edges) > 0 {
		first = slices.IndexFunc(found, func(f connectivity.Bridge) bool { return f.Link == edges[0] })
	}
	for i, b := range part.Items {
		out.Items = append(out.Items, Bridge{Link: views[i], Rank: first + i + 1, PairsCut: b.PairsCut})
	}
	return out, s.onNetwork(scope, g), nil
}
