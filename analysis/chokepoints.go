package analysis

import (
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/flow"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/path"
)

// Objective says what a disruption aims at.
type Objective string

// The objectives, as the API names them.
const (
	Fragmentation    Objective = "FRAGMENTATION"
	LargestComponent Objective = "LARGEST_COMPONENT"
	Reach            Objective = "REACH"
	Flow             Objective = "FLOW"
	PathLength       Objective = "PATH_LENGTH"
)

// Question asks which few nodes or links to take away.
type Question struct {
	Objective Objective
	Budget    int
	// From and To for Flow and PathLength; nodes in them are never chosen.
	From, To []network.NodeIndex
	Targets  dismantle.Targets
	// Capacity of each link, for Flow; nil is 1 each.
	Capacity []float64
	// Length of each link, for PathLength; nil counts hops.
	Length []float64
	// Steps within which Reach counts a node as reached.
	Steps int
}

// Answer is a plan and what it does.
type Answer struct {
	dismantle.Plan
	// Removed is what After goes without: the choice, or nothing for Reach.
	Removed       connectivity.Removal
	Before, After Figures
}

// Figures tell how well a network holds together; the pointers are nil where a
// figure belongs to another objective.
type Figures struct {
	connectivity.Figures
	Flow         *float64
	ShortestPath *float64 // nil too when there is no path
	Reached      *int
}

// planning bounds the search for a plan; what is best by then is answered, with its
// bound. The work limit of the kernels ends almost every search long before: this is
// for networks so large that even their first steps are slow. It leaves room for the
// figures in the time of a request.
const planning = 20 * time.Second

// Chokepoints finds the few nodes or links whose removal harms a network most, or,
// for Reach, from which most of it is in reach. See package dismantle for when the
// answer is proven. Errors: those of the kernels, and the end of ctx.
func Chokepoints(ctx context.Context, net *network.Network, q Question, limits dismantle.Limits) (*Answer, error) {
	bounded, cancel := context.WithTimeout(ctx, planning)
	defer cancel()
	plan, err := q.plan(bounded, net, limits)
	if err != nil {
		return nil, err
	}
	a := &Answer{Plan: plan}
	if a.Before, err = q.figures(ctx, net, connectivity.Removal{}); err != nil {
		return nil, err
	}
	if q.Objective != Reach {
		a.Removed = q.removal(plan.Choice)
	}
	if a.After, err = q.figures(ctx, net, a.Removed); err != nil {
		return nil, err
	}
	if q.Objective == Reach {
		reached := int(plan.Value)
		a.After.Reached = &reached
	}
	return a, nil
}

func (q Question) plan(ctx context.Context, net *network.Network, limits dismantle.Limits) (dismantle.Plan, error) {
	switch q.Objective {
	case Fragmentation:
		return dismantle.Fragmentation(ctx, net, q.Budget, q.Targets, limits)
	case LargestComponent:
		return dismantle.LargestComponent(ctx, net, q.Budget, q.Targets, limits)
	case Reach:
		return dismantle.Reach(ctx, net, q.Budget, q.Steps, limits)
	case Flow:
		return dismantle.Flow(ctx, net, q.From, q.To, q.Capacity, q.Budget, q.Targets, limits)
	case PathLength:
		return dismantle.PathLength(ctx, net, q.From, q.To, q.Length, q.Budget, q.Targets, limits)
	default:
		return dismantle.Plan{}, fmt.Errorf("analysis: there is no objective %q", q.Objective)
	}
}

// removal returns what a choice takes away.
func (q Question) removal(choice []int) connectivity.Removal {
	var r connectivity.Removal
	for _, c := range choice {
		if q.Targets == dismantle.Links {
			r.Links = append(r.Links, network.EdgeIndex(c))
		} else {
			r.Nodes = append(r.Nodes, network.NodeIndex(c))
		}
	}
	return r
}

func (q Question) figures(ctx context.Context, net *network.Network, removal connectivity.Removal) (Figures, error) {
	general, err := connectivity.FiguresOf(ctx, net, removal)
	if err != nil {
		return Figures{}, err
	}
	f := Figures{Figures: general}
	switch q.Objective {
	case Flow:
		value, err := q.flow(ctx, net, removal)
		if err != nil {
			return Figures{}, err
		}
		f.Flow = &value
	case PathLength:
		r, err := q.shortest(ctx, net, removal)
		if err != nil {
			return Figures{}, err
		}
		if r.Found {
			f.ShortestPath = &r.Cost
		}
	}
	return f, nil
}

// flow is the maximum flow left: what is removed carries nothing.
func (q Question) flow(ctx context.Context, net *network.Network, removal connectivity.Removal) (float64, error) {
	opt := flow.Options{Capacity: q.Capacity}
	if len(removal.Links) > 0 {
		if opt.Capacity = slices.Clone(q.Capacity); opt.Capacity == nil {
			opt.Capacity = slices.Repeat([]float64{1}, net.NumLinks())
		}
		for _, e := range removal.Links {
			opt.Capacity[e] = 0
		}
	}
	if len(removal.Nodes) > 0 {
		opt.NodeCapacity = slices.Repeat([]float64{math.Inf(1)}, net.NumNodes())
		for _, v := range removal.Nodes {
			opt.NodeCapacity[v] = 0
		}
	}
	r, err := flow.Max(ctx, net, q.From, q.To, opt)
	return r.Value, err
}

func (q Question) shortest(ctx context.Context, net *network.Network, removal connectivity.Removal) (path.Result, error) {
	opt := path.Options{Avoid: func(v network.NodeIndex) bool { return slices.Contains(removal.Nodes, v) }}
	if len(removal.Links) == 0 && q.Length == nil {
		return path.Shortest(ctx, net, q.From, q.To, opt)
	}
	length := func(e network.EdgeIndex) float64 {
		switch {
		case slices.Contains(removal.Links, e):
			return math.Inf(1)
		case q.Length != nil:
			return q.Length[e]
		}
		return 1
	}
	return path.ShortestWeighted(ctx, net, q.From, q.To, length, opt)
}
