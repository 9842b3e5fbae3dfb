package model

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// MinimumCut is what parts two sets of entities at the least cost.
type MinimumCut struct {
	Value                      *float64
	NearFrom, NearTo           []CutElement
	NearFromTotal, NearToTotal int
	Unique                     bool
	OpenPath                   *Path
	// TruncatedBecause says what cut something off; nil when nothing did.
	TruncatedBecause *string
	ComputedOn       ComputedOn
}

// Truncated says whether something was cut off.
func (m MinimumCut) Truncated() bool { return m.TruncatedBecause != nil }

// CutElement is the entity of Ref, or the link if it is not nil.
type CutElement struct {
	Ref
	Link *Link
}

// MaximumFlow is how much can pass, and how.
type MaximumFlow struct {
	Value                  float64
	Links                  []LinkFlow
	Paths                  []FlowPath
	TotalLinks, TotalPaths int
	TruncatedBecause       *string
	ComputedOn             ComputedOn
}

// Truncated says whether something was cut off.
func (m MaximumFlow) Truncated() bool { return m.TruncatedBecause != nil }

// LinkFlow is what passes a link.
type LinkFlow struct {
	Link   Link
	Ends   [2]Ref // as it flows
	Amount float64
}

// From looks up the end from which it flows.
func (f LinkFlow) From(ctx context.Context) (Entity, error) { return f.Ends[0].Entity(ctx) }

// To looks up the end to which it flows.
func (f LinkFlow) To(ctx context.Context) (Entity, error) { return f.Ends[1].Entity(ctx) }

// FlowPath is a path that flow takes.
type FlowPath struct {
	Chain
	Amount float64
}

// Hops counts the links.
func (p FlowPath) Hops() int { return len(p.LinkViews) }

// Connectivity tells in how many separate ways two sets are joined.
type Connectivity struct {
	Links, Entities                        int
	LinkDisjointPaths, EntityDisjointPaths []Path
	TruncatedBecause                       *string
	ComputedOn                             ComputedOn
}

// Truncated says whether something was cut off.
func (c Connectivity) Truncated() bool { return c.TruncatedBecause != nil }

// Dominator is an entity that every path to others passes.
type Dominator struct {
	Ref
	Rank      int
	Before    Ref
	Dominated int
}

// Above looks up the dominator before it; nil when there is none.
func (d Dominator) Above(ctx context.Context) (Entity, error) { return d.Before.Entity(ctx) }

// Component is what paths join.
type Component struct {
	Part session.Part
	Door Door
}

// Rank is its place by size.
func (c Component) Rank() int { return c.Part.Rank }

// Size counts its members.
func (c Component) Size() int { return c.Part.Size }

// Members looks the first members up.
func (c Component) Members(ctx context.Context, first int) ([]Entity, error) {
	return some(ctx, c.Door, c.Part.Members, first)
}

// Block is what no single entity takes apart.
type Block struct{ Component }

// ArticulationPoints looks up the first members that other blocks share.
func (b Block) ArticulationPoints(ctx context.Context, first int) ([]Entity, error) {
	return some(ctx, b.Door, b.Part.Shared, first)
}

// TotalArticulationPoints counts the members that other blocks share.
func (b Block) TotalArticulationPoints() int { return b.Part.SharedTotal }

func some(ctx context.Context, door Door, ids []graph.ID, first int) ([]Entity, error) {
	if first < 0 || first > session.MaxPage {
		return nil, graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", first, session.MaxPage)
	}
	return Chain{EntityIDs: ids[:min(first, len(ids))], Door: door}.Entities(ctx)
}

// CutTreeLink is a link of a tree of minimum cuts.
type CutTreeLink struct {
	Ref
	Other Ref
	Cost  float64
}

// Parent looks the other end up.
func (c CutTreeLink) Parent(ctx context.Context) (Entity, error) { return c.Other.Entity(ctx) }

// DominatorConnection is a page of dominators.
type DominatorConnection struct {
	Connection[Dominator]
	ComputedOn ComputedOn
}

// ComponentConnection is a page of components.
type ComponentConnection struct {
	Connection[Component]
	ComputedOn ComputedOn
}

// BlockConnection is a page of blocks.
type BlockConnection struct {
	Connection[Block]
	ComputedOn ComputedOn
}

// CutTreeConnection is a page of a tree of minimum cuts.
type CutTreeConnection struct {
	Connection[CutTreeLink]
	ComputedOn ComputedOn
}

// PathReliability is how likely it is that something gets through.
type PathReliability struct {
	Probability, Low, High float64
	ComputedOn             ComputedOn
}
