package model

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// Connection is one page of a list with what Relay's specification asks for. The
// total is counted only when it is selected.
type Connection[T any] struct{ session.Paged[T] }

// Page makes a connection of a page, its items converted.
func Page[S, T any](page session.Paged[S], convert func(S) T) Connection[T] {
	items := make([]T, len(page.Items))
	for i, item := range page.Items {
		items[i] = convert(item)
	}
	return Connection[T]{session.Paged[T]{
		Items: items, Cursor: page.Cursor,
		HasNextPage: page.HasNextPage, HasPreviousPage: page.HasPreviousPage, Total: page.Total,
	}}
}

// Edge is an item of a page with its cursor.
type Edge[T any] struct {
	Cursor string
	Node   T
}

// Edges returns the page with cursors.
func (c Connection[T]) Edges() []Edge[T] {
	edges := make([]Edge[T], len(c.Items))
	for i, item := range c.Items {
		edges[i] = Edge[T]{Cursor: c.Cursor(i), Node: item}
	}
	return edges
}

// Nodes returns the page without cursors.
func (c Connection[T]) Nodes() []T { return c.Items }

// PageInfo says where the page begins and ends.
func (c Connection[T]) PageInfo() PageInfo {
	info := PageInfo{HasNextPage: c.HasNextPage, HasPreviousPage: c.HasPreviousPage}
	if n := len(c.Items); n > 0 {
		first, last := c.Cursor(0), c.Cursor(n-1)
		info.StartCursor, info.EndCursor = &first, &last
	}
	return info
}

// TotalCount counts all pages.
func (c Connection[T]) TotalCount(ctx context.Context) (*int, error) {
	return counted(ctx, c.Total)
}

// The pages of the schema.
type (
	// EntityConnection is a page of entities.
	EntityConnection = Connection[Entity]
	// EntityEdge is an entity in a page.
	EntityEdge = Edge[Entity]
	// LinkConnection is a page of links.
	LinkConnection = Connection[Link]
	// LinkEdge is a link in a page.
	LinkEdge = Edge[Link]
	// SearchConnection is a page of search results.
	SearchConnection = Connection[SearchHit]
	// SearchEdge is a search result in a page.
	SearchEdge = Edge[SearchHit]
	// RankingEdge is a ranked entity in a page.
	RankingEdge = Edge[RankedEntity]
	// LinkRankingEdge is a ranked link in a page.
	LinkRankingEdge = Edge[RankedLink]
	// ShortestPathEdge is a path in a page.
	ShortestPathEdge = Edge[Path]
	// DistanceEdge is a distance in a page.
	DistanceEdge = Edge[Distance]
	// ArticulationPointEdge is an articulation point in a page.
	ArticulationPointEdge = Edge[ArticulationPoint]
	// BridgeEdge is a bridge in a page.
	BridgeEdge = Edge[Bridge]
	// DominatorEdge is a dominator in a page.
	DominatorEdge = Edge[Dominator]
	// ComponentEdge is a component in a page.
	ComponentEdge = Edge[Component]
	// BlockEdge is a block in a page.
	BlockEdge = Edge[Block]
	// CommunityEdge is a community in a page.
	CommunityEdge = Edge[Community]
	// SimilarEntityEdge is a similar entity in a page.
	SimilarEntityEdge = Edge[SimilarEntity]
	// CutTreeEdge is a link of a cut tree in a page.
	CutTreeEdge = Edge[CutTreeLink]
	// HistoryConnection is a page of a history.
	HistoryConnection = Connection[HistoryEntry]
	// HistoryEdge is a change in a page.
	HistoryEdge = Edge[HistoryEntry]
	// RevisionConnection is a page of revisions.
	RevisionConnection = Connection[Revision]
	// RevisionEdge is a revision in a page.
	RevisionEdge = Edge[Revision]
)

// RankingConnection is a page of a ranking.
type RankingConnection struct {
	Connection[RankedEntity]
	TruncatedBecause *string
	ComputedOn       ComputedOn
}

// LinkRankingConnection is a page of ranked links.
type LinkRankingConnection struct {
	Connection[RankedLink]
	ComputedOn ComputedOn
}

// ShortestPathConnection is a page of all shortest paths.
type ShortestPathConnection struct {
	Connection[Path]
	PathCount graph.Decimal // of any size
	Cost      *float64
	// From and To are those of [PathResult].
	From, To   func(context.Context) (int, error)
	ComputedOn ComputedOn
}

// ReachedFrom counts what can be reached from the start.
func (c ShortestPathConnection) ReachedFrom(ctx context.Context) (*int, error) {
	return counted(ctx, c.From)
}

// ReachedTo counts what reaches the end.
func (c ShortestPathConnection) ReachedTo(ctx context.Context) (*int, error) {
	return counted(ctx, c.To)
}

// DistanceConnection is a page of distances.
type DistanceConnection struct {
	Connection[Distance]
	Unreachable int
	Histogram   []int
	ComputedOn  ComputedOn
}

// ArticulationPointConnection is a page of articulation points.
type ArticulationPointConnection struct {
	Connection[ArticulationPoint]
	ComputedOn ComputedOn
}

// BridgeConnection is a page of bridges.
type BridgeConnection struct {
	Connection[Bridge]
	ComputedOn ComputedOn
}
