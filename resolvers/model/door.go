package model

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// Door is the part of a session that what it handed out still needs: one viewer,
// one snapshot. Fields of an answer are computed concurrently, so a Door is safe
// for that; it joins look-ups of one level into few store calls. It lives as long
// as its request.
type Door interface {
	// Entity returns the entity that any of its member ids names, nil if it is
	// missing or hidden.
	Entity(ctx context.Context, id graph.ID) (*graph.Entity, error)
	// Entities is Entity for many, in the order of ids.
	Entities(ctx context.Context, ids []graph.ID) ([]*graph.Entity, error)
	// DatasetsOf returns the datasets of an entity's records, in order.
	DatasetsOf(id graph.ID) []string
	// Links returns a page of the entity's links, by id, judgements left out.
	Links(ctx context.Context, id graph.ID, q LinkQuery) (LinkPage, error)
	// LinkCounts counts the same links by kind and direction, in that order.
	LinkCounts(ctx context.Context, id graph.ID) ([]LinkCount, error)
	// Judgements returns the identity judgements about the entity's records, by id.
	Judgements(ctx context.Context, id graph.ID) ([]graph.Link, error)
	// Support returns the records and links with these ids, each by id.
	Support(ctx context.Context, ids []graph.ID) ([]graph.Record, []graph.Link, error)
}

// LinkQuery asks for a page of an entity's links.
type LinkQuery struct {
	Kinds     []graph.LinkKind // none means all
	Direction Direction        // seen from the entity
	First     int
	After     string // a cursor, "" for the first page
}

// LinkPage is a page of an entity's links.
type LinkPage = session.Paged[*LinkView]

// LinkView is a link as the viewer sees it.
type LinkView = session.LinkView

// LinkCount says how many links of a kind leave (OUT) or reach (IN) an entity.
type LinkCount struct {
	Kind      graph.LinkKind
	Direction Direction
	Count     int
}
