package session

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/projection"
)

// DismantlingQuery asks how a network comes apart when entities are taken away one
// after another.
type DismantlingQuery struct {
	Strategies []dismantle.Strategy
	// Radii are those tried for collective influence.
	Radii []int
	// Target is the share of entities that the largest piece may keep, 0 to 1.
	Target float64
	// Removals bounds the entities to remove; nil is as many as the target needs.
	Removals *int
	Block    int
	Reinsert bool
	First    int
	Scope    projection.Scope
}

// Dismantling is the answer to a DismantlingQuery: the best sequence, and how the
// others fared.
type Dismantling struct {
	Initial          DismantlingStep // before any removal, without entity
	Steps            []DismantlingStep
	TotalSteps       int
	TargetSize       int
	Compared         []StrategyResult // the best first
	TruncatedBecause string
	ComputedOn       ComputedOn
}

// DismantlingStep is an entity that is removed, and what is then left.
type DismantlingStep struct {
	ID               graph.ID
	Rank             int
	LargestComponent int
	ConnectedPairs   int64
}

// StrategyResult is how far a strategy came.
type StrategyResult struct {
	Strategy         dismantle.Strategy
	Radius           *int
	Removals         int
	LargestComponent int
	Reached          bool
	// Complete is false if the search ended at its bound of work.
	Complete   bool
	Reinserted int
	Robustness *float64
}

const maxBlock = 1000

func (q DismantlingQuery) check() error {
	switch {
	case len(q.Strategies) == 0 || repeats(q.Strategies):
		return graph.Errorf(graph.BadUserInput, "strategies: name each at most once, and at least one")
	case len(q.Radii) == 0 || repeats(q.Radii) || slices.Min(q.Radii) < 1 || slices.Max(q.Radii) > 3:
		return graph.Errorf(graph.BadUserInput, "radii: they are from 1 to 3, each at most once")
	case !(q.Target >= 0 && q.Target <= 1):
		return graph.Errorf(graph.BadUserInput, "target: %v is not a share from 0 to 1", q.Target)
	case q.Removals != nil && *q.Removals < 1:
		return graph.Errorf(graph.BadUserInput, "removals: %d is less than 1", *q.Removals)
	case q.Block < 1 || q.Block > maxBlock:
		return graph.Errorf(graph.BadUserInput, "block: %d is not from 1 to %d", q.Block, maxBlock)
	case q.First < 0 || q.First > MaxPage:
		return graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", q.First, MaxPage)
	}
	return checkScope(q.Scope)
}

// options are the sequences to try on a network of n nodes.
func (q DismantlingQuery) options(n int) (list []dismantle.SequenceOptions) {
	base := dismantle.SequenceOptions{Block: q.Block, Target: int(q.Target * float64(n)), Reinsert: q.Reinsert}
	if q.Removals != nil {
		base.Removals = *q.Removals
	}
	for _, strategy := range q.Strategies {
		base.Strategy, base.Radius = strategy, 0
		if strategy != dismantle.Influence {
			list = append(list, base)
			continue
		}
		for _, base.Radius = range q.Radii {
			list = append(list, base)
		}
	}
	return list
}

type sequences []*dismantle.Sequence

func (s sequences) size() int64 {
	n := int64(0)
	for _, one := range s {
		n += 100 + 20*int64(len(one.Largest))
	}
	return n
}

// Dismantling takes the network of a scope apart by several strategies.
func (s *Session) Dismantling(ctx context.Context, q DismantlingQuery) (*Dismantling, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	how := q
	how.Scope, how.First = projection.Scope{}, 0
	all, g, err := computed(ctx, s, q.Scope, "dismantling", how, func(ctx context.Context, g *projection.Graph) (sequences, error) {
		all, err := dismantle.Ensemble(ctx, g.Net, q.options(g.Net.NumNodes()))
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return all, nil
	})
	if err != nil {
		return nil, err
	}
	out := &Dismantling{TargetSize: max(int(q.Target*float64(g.Net.NumNodes())), 1), ComputedOn: s.onNetwork(q.Scope, g)}
	best := all[0]
	out.TotalSteps = len(best.Removed)
	for i, largest := range best.Largest[:min(q.First, len(best.Removed))+1] {
		step := DismantlingStep{Rank: i, LargestComponent: largest, ConnectedPairs: best.Pairs[i]}
		if i == 0 {
			out.Initial = step
			continue
		}
		step.ID = g.Nodes[best.Removed[i-1]]
		out.Steps = append(out.Steps, step)
	}
	if q.First < out.TotalSteps {
		out.TruncatedBecause = fmt.Sprintf("first: %d of %d removals", q.First, out.TotalSteps)
	}
	out.compare(all, g)
	return out, nil
}

// compare tells of all sequences; one that was cut short may have been the best.
func (d *Dismantling) compare(all sequences, g *projection.Graph) {
	var cut []string
	for _, one := range all {
		r := StrategyResult{
			Strategy: one.Strategy, Removals: len(one.Removed), LargestComponent: one.Largest[len(one.Removed)],
			Reached: one.Reached, Complete: !one.Cut, Reinserted: one.Reinserted, Robustness: finite(one.Robustness(g.Net.NumNodes())),
		}
		if one.Radius > 0 {
			r.Radius = &one.Radius
		}
		if one.Cut {
			cut = append(cut, string(one.Strategy))
		}
		d.Compared = append(d.Compared, r)
	}
	if len(cut) > 0 {
		if d.TruncatedBecause != "" {
			d.TruncatedBecause += "; "
		}
		d.TruncatedBecause += "the work of a search was used up: " + strings.Join(cut, ", ")
	}
}
