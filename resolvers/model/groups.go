package model

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// Community is a set of entities that an analysis put together.
type Community struct {
	Set  session.Community
	Door Door
}

// Rank is its place by size.
func (c Community) Rank() int { return c.Set.Rank }

// Size counts its members.
func (c Community) Size() int { return c.Set.Size }

// InternalLinks counts the links among its members.
func (c Community) InternalLinks() int { return c.Set.Internal }

// ExternalLinks counts the links to others.
func (c Community) ExternalLinks() int { return c.Set.External }

// Persistence is how much of it other runs found too.
func (c Community) Persistence() *float64 { return c.Set.Persistence }

// Members looks up a page of its members, all at once.
func (c Community) Members(ctx context.Context, first int, after *string) (EntityConnection, error) {
	page := session.Page{First: first}
	if after != nil {
		page.After = *after
	}
	ids, err := c.Set.Members(page)
	if err != nil {
		return EntityConnection{}, err
	}
	return Entities(ctx, ids, c.Door)
}

// Entities looks up a page of entities, all at once.
func Entities(ctx context.Context, ids session.Paged[graph.ID], door Door) (EntityConnection, error) {
	entities, err := door.Entities(ctx, ids.Items)
	if err != nil {
		return EntityConnection{}, err
	}
	wrapped := WrapAll(entities, door)
	next := 0
	return Page(ids, func(graph.ID) Entity {
		next++
		return wrapped[next-1]
	}), nil
}

// CommunityConnection is a page of communities.
type CommunityConnection struct {
	Connection[Community]
	session.Communities
	ComputedOn ComputedOn
}

// CohesiveGroupConnection is a page of cohesive groups.
type CohesiveGroupConnection struct {
	Connection[Community]
	session.Cohesive
	ComputedOn ComputedOn
}

// RoleConnection is a page of roles.
type RoleConnection struct {
	Connection[Community]
	session.Roles
	ComputedOn ComputedOn
}

// SimilarEntity is an entity with how alike it is to another.
type SimilarEntity struct {
	Ref
	Rank  int
	Score float64
}

// SimilarEntityConnection is a page of similar entities.
type SimilarEntityConnection struct {
	Connection[SimilarEntity]
	ComputedOn ComputedOn
}

// MissingLinkPredictions are links that might be there.
type MissingLinkPredictions struct {
	Predictions []PredictedLink
	// TruncatedBecause says what cut them off; nil when nothing did.
	TruncatedBecause *string
	ComputedOn       ComputedOn
}

// Truncated says whether there are others.
func (m MissingLinkPredictions) Truncated() bool { return m.TruncatedBecause != nil }

// PredictedLink is a link that might be there.
type PredictedLink struct {
	Ends  [2]Ref
	Rank  int
	Score float64
}

// One looks one end up.
func (p PredictedLink) One(ctx context.Context) (Entity, error) { return p.Ends[0].Entity(ctx) }

// Other looks the other end up.
func (p PredictedLink) Other(ctx context.Context) (Entity, error) { return p.Ends[1].Entity(ctx) }
