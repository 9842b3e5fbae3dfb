package model

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// Ref names an entity that is looked up when it is selected.
type Ref struct {
	ID   graph.ID
	Door Door
}

// Entity looks the entity up; nil for the zero ID.
func (r Ref) Entity(ctx context.Context) (Entity, error) {
	if r.ID.IsZero() {
		return nil, nil
	}
	e, err := r.Door.Entity(ctx, r.ID)
	if err != nil {
		return nil, err
	}
	return Wrap(e, r.Door), nil
}

// SearchHit is an entity that resembles a text.
type SearchHit struct {
	Ref
	Score   float64
	Matched []string
}

// RankedEntity is an entity's place in a ranking.
type RankedEntity struct {
	Ref
	Rank             int
	Score, Low, High *float64
}

// GroupCentrality says how central some entities are together.
type GroupCentrality struct {
	session.Group
	Door       Door
	ComputedOn ComputedOn
}

// Members looks the members up, all at once.
func (g GroupCentrality) Members(ctx context.Context) ([]Entity, error) {
	return Chain{EntityIDs: g.Group.Members, Door: g.Door}.Entities(ctx)
}

// BetweennessShare resolves GroupCentrality.betweennessShare.
func (g GroupCentrality) BetweennessShare() float64 { return g.Share }

// BetweennessLow resolves GroupCentrality.betweennessLow.
func (g GroupCentrality) BetweennessLow() float64 { return g.Low }

// BetweennessHigh resolves GroupCentrality.betweennessHigh.
func (g GroupCentrality) BetweennessHigh() float64 { return g.High }

// Degree resolves GroupCentrality.degree.
func (g GroupCentrality) Degree() int {
	if len(g.Distances) == 0 {
		return 0
	}
	return g.Distances[0]
}

// Reached resolves GroupCentrality.reached.
func (g GroupCentrality) Reached() int {
	sum := 0
	for _, count := range g.Distances {
		sum += count
	}
	return sum
}

// Harmonic resolves GroupCentrality.harmonic.
func (g GroupCentrality) Harmonic() float64 {
	sum := 0.0
	for i, count := range g.Distances {
		sum += float64(count) / float64(i+1)
	}
	return sum
}

// ArticulationPoint is an entity whose removal splits its component.
type ArticulationPoint struct {
	Ref
	Rank     int
	Pieces   int
	PairsCut int64
}

// ChokepointChoice is one thing to remove: the entity of Ref, or the link.
type ChokepointChoice struct {
	Ref
	Rank           int
	Link           *Link
	MarginalEffect *float64
}

// Dismantling is a network taken apart.
type Dismantling struct {
	InitialLargestComponent int
	InitialConnectedPairs   int64
	Steps                   []DismantlingStep
	TotalSteps, TargetSize  int
	Compared                []session.StrategyResult
	// TruncatedBecause says what was cut off or ended early; nil when nothing was.
	TruncatedBecause *string
	ComputedOn       ComputedOn
}

// Truncated says whether something was cut off.
func (d Dismantling) Truncated() bool { return d.TruncatedBecause != nil }

// DismantlingStep is an entity that is removed, and what is then left.
type DismantlingStep struct {
	Ref
	Rank             int
	LargestComponent int
	ConnectedPairs   int64
}

// Chain is a list of entities with links among them.
type Chain struct {
	EntityIDs []graph.ID
	LinkViews []LinkView
	Door      Door
}

// Entities looks the entities up, all at once.
func (c Chain) Entities(ctx context.Context) ([]Entity, error) {
	entities, err := c.Door.Entities(ctx, c.EntityIDs)
	return WrapAll(entities, c.Door), err
}

// Links returns the links.
func (c Chain) Links() []Link { return Links(c.LinkViews, c.Door) }

// Path is one path: its entities in order, and the links between them.
type Path struct {
	Chain
	Cost float64
}

// Hops counts the links.
func (p Path) Hops() int { return len(p.LinkViews) }

// PathResult holds the paths found, the best first.
type PathResult struct {
	Paths []Path
	// TruncatedBecause says what ended the search early; nil when nothing did.
	TruncatedBecause *string
	ComputedOn       ComputedOn
	// From and To count what the two sides reach. They run only when selected; nil,
	// when there is a path, gives null.
	From, To func(context.Context) (int, error)
}

// Truncated says whether the search ended early.
func (r PathResult) Truncated() bool { return r.TruncatedBecause != nil }

// ReachedFrom counts what can be reached from the start.
func (r PathResult) ReachedFrom(ctx context.Context) (*int, error) { return counted(ctx, r.From) }

// ReachedTo counts what reaches the end.
func (r PathResult) ReachedTo(ctx context.Context) (*int, error) { return counted(ctx, r.To) }

func counted(ctx context.Context, count func(context.Context) (int, error)) (*int, error) {
	if count == nil {
		return nil, nil
	}
	n, err := count(ctx)
	return &n, err
}

// Distance says how far an entity lies.
type Distance struct {
	Ref
	Rank     int
	Distance float64
	Hops     int
}

// TemporalPath is a path in time.
type TemporalPath struct {
	Chain
	Departs, Arrives graph.Instant
	LinkDepartures   []graph.Instant
}

// Hops counts the links.
func (p TemporalPath) Hops() int { return len(p.LinkViews) }

// TemporalPathResult holds the best path in time to each target.
type TemporalPathResult struct {
	Paths                   []TemporalPath
	TotalCount, WithoutTime int
	// TruncatedBecause says what cut something off; nil when nothing did.
	TruncatedBecause *string
	ComputedOn       ComputedOn
}

// Truncated says whether something was cut off.
func (r TemporalPathResult) Truncated() bool { return r.TruncatedBecause != nil }

// Subgraph is a part of the graph.
type Subgraph struct {
	Chain
	TotalEntities, TotalLinks int
	// TruncatedBecause says what cut something off; nil when nothing did.
	TruncatedBecause *string
	ComputedOn       ComputedOn
}

// Truncated says whether something was cut off.
func (s Subgraph) Truncated() bool { return s.TruncatedBecause != nil }

// NetworkFigures says how well a network holds together. Pointers are nil where
// a figure is not defined or belongs to another objective.
type NetworkFigures struct {
	Nodes, Links                 int
	Components, LargestComponent int
	ConnectedPairs               int64
	Fragmentation                *float64
	Flow, ShortestPath           *float64
	Reached                      *int
	// GlobalEfficiency computes the efficiency. It runs only when that is selected;
	// nil gives null.
	GlobalEfficiency func(context.Context) (*float64, error)
}

// Efficiency computes the mean of 1/distance.
func (f NetworkFigures) Efficiency(ctx context.Context) (*float64, error) {
	if f.GlobalEfficiency == nil {
		return nil, nil
	}
	return f.GlobalEfficiency(ctx)
}

// Revision is one write, as far as the viewer sees what it touched.
type Revision struct {
	Token          string
	At             graph.Instant
	Who            string
	Reason, Import *string
	// Count counts the visible records and links that it changed. It runs only when
	// one of them is selected.
	Count func(context.Context) (records, links int, err error)
}

// Records counts the visible records that it changed.
func (r Revision) Records(ctx context.Context) (int, error) {
	records, _, err := r.Count(ctx)
	return records, err
}

// Links counts the visible links that it changed.
func (r Revision) Links(ctx context.Context) (int, error) {
	_, links, err := r.Count(ctx)
	return links, err
}

// WritePayload says what became of a write; each mutation shows its part.
type WritePayload struct {
	Items    []WriteItem
	Revision string
	Created, Updated, Unchanged, Deleted,
	NotFound, Rejected int
}

// ComputedOn says what an answer was computed on.
type ComputedOn struct {
	Projection Projection
	Exact      bool
	Samples    *int
	Error      *float64
	Confidence *float64
	Seed       *int64
	AsOf       string
	// Count counts entities and links. It runs only when one of them is selected.
	Count func(context.Context) (nodes, links int, err error)
	// Lacking counts links that lack a number that was asked for; nil where none was. It
	// runs only when it is selected.
	Lacking func(context.Context) (int, error)
	// Missing lists what the question names and the network has not.
	Missing func() []graph.ID
}

// Absent lists what the question names and the network has not.
func (c ComputedOn) Absent() []graph.ID {
	if absent := c.Missing(); absent != nil {
		return absent
	}
	return []graph.ID{}
}

// WithoutValue counts the links that lack a number that was asked for, nil where none was.
func (c ComputedOn) WithoutValue(ctx context.Context) (*int, error) {
	if c.Lacking == nil {
		return nil, nil //nolint:nilnil // nothing was asked for
	}
	count, err := c.Lacking(ctx)
	if err != nil {
		return nil, err
	}
	return &count, nil
}

// Nodes counts the entities.
func (c ComputedOn) Nodes(ctx context.Context) (int, error) {
	nodes, _, err := c.Count(ctx)
	return nodes, err
}

// Links counts the links.
func (c ComputedOn) Links(ctx context.Context) (int, error) {
	_, links, err := c.Count(ctx)
	return links, err
}
