package session

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/analysis"
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// ChokepointQuery asks which few entities or links to take away.
type ChokepointQuery struct {
	Objective analysis.Objective
	Budget    int
	From, To  []graph.ID
	// AmongLinks chooses among links instead of entities.
	AmongLinks       bool
	CapacityProperty string // "" gives every link 1
	LengthProperty   string // for PathLength; "" counts hops
	Steps            int
	// Protect names entities, or links, that are never chosen.
	Protect []graph.ID
	Costs   CostQuery
	Scope   projection.Scope
}

// Choice is one thing to take away: an entity, or the link if it is not nil.
type Choice struct {
	Entity   graph.ID
	Link     *LinkView
	Marginal *float64
}

// Figures tell how well a network holds together.
type Figures struct {
	analysis.Figures
	// Efficiency is computed when called.
	Efficiency func(context.Context) (*float64, error)
}

// Plan is the answer to a ChokepointQuery.
type Plan struct {
	Choices           []Choice
	Cost              float64
	Before, After     Figures
	Optimal           bool
	Bound, Gap        *float64 // nil when infinite
	Alternatives      [][]Choice
	AlternativesTotal *int // nil when not counted
	ComputedOn        ComputedOn
}

// Bounds of a plan.
const (
	maxBudget       = 50
	maxSteps        = 10
	maxAlternatives = 20
)

func (q ChokepointQuery) check() error {
	aimed := q.Objective == analysis.Flow || q.Objective == analysis.PathLength
	switch {
	case q.Budget < 1 || q.Budget > maxBudget:
		return graph.Errorf(graph.BadUserInput, "budget: %d is not from 1 to %d", q.Budget, maxBudget)
	case q.Steps < 1 || q.Steps > maxSteps:
		return graph.Errorf(graph.BadUserInput, "steps: %d is not from 1 to %d", q.Steps, maxSteps)
	case aimed && (len(q.From) == 0 || len(q.To) == 0):
		return graph.Errorf(graph.BadUserInput, "from and to: %s needs at least one entity each", q.Objective)
	case !aimed && len(q.From)+len(q.To) > 0:
		return graph.Errorf(graph.BadUserInput, "from and to: only FLOW and PATH_LENGTH have ends; leave them out for %s, and `protect` what must stay", q.Objective)
	case q.Objective == analysis.Reach && q.AmongLinks:
		return graph.Errorf(graph.BadUserInput, "targets: REACH chooses entities")
	case q.CapacityProperty != "" && q.Objective != analysis.Flow:
		return graph.Errorf(graph.BadUserInput, "capacityProperty: only FLOW has capacities; leave it out for %s", q.Objective)
	case q.LengthProperty != "" && q.Objective != analysis.PathLength:
		return graph.Errorf(graph.BadUserInput, "weightProperty: only PATH_LENGTH has lengths; leave it out for %s", q.Objective)
	}
	if err := q.Costs.check(q.AmongLinks); err != nil {
		return err
	}
	return checkScope(q.Scope)
}

// Chokepoints finds the few entities or links whose removal harms the network of a
// scope most. At most two store calls.
func (s *Session) Chokepoints(ctx context.Context, q ChokepointQuery) (*Plan, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	answer, g, err := computed(ctx, s, q.Scope, "chokepoints", q, func(ctx context.Context, g *projection.Graph) (*analysis.Answer, error) {
		question, err := s.question(ctx, g, q)
		if err != nil {
			return nil, err
		}
		costs, err := s.prices(ctx, g, q)
		if err != nil {
			return nil, err
		}
		answer, err := analysis.Chokepoints(ctx, g.Net, question, dismantle.Limits{Alternatives: maxAlternatives, Costs: costs})
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return answer, nil
	})
	if err != nil {
		return nil, err
	}
	plan := &Plan{
		Cost: answer.Cost, Optimal: answer.Optimal, Bound: finite(answer.Bound), Gap: finite(answer.Gap()),
		ComputedOn: s.reading(s.onNetwork(q.Scope, g, q.From, q.To, q.Protect, costed(q.Costs.Of)), q.Scope, q.CapacityProperty, q.LengthProperty, q.Costs.Property),
	}
	if answer.AlternativesTotal >= 0 {
		plan.AlternativesTotal = &answer.AlternativesTotal
	}
	plan.Before = Figures{answer.Before, efficiency(g, connectivity.Removal{})}
	plan.After = Figures{answer.After, efficiency(g, answer.Removed)}
	if err := s.choose(ctx, g, q, answer, plan); err != nil {
		return nil, err
	}
	return plan, nil
}

func (s *Session) question(ctx context.Context, g *projection.Graph, q ChokepointQuery) (analysis.Question, error) {
	question := analysis.Question{Objective: q.Objective, Budget: q.Budget, From: s.set(g, q.From), To: s.set(g, q.To), Steps: q.Steps}
	if q.AmongLinks {
		question.Targets = dismantle.Links
	}
	if q.CapacityProperty != "" {
		values, err := s.numbers(ctx, q.Scope, q.CapacityProperty)
		if err != nil {
			return question, err
		}
		if question.Capacity, err = values.orElse(1, "capacityProperty"); err != nil {
			return question, err
		}
	}
	if q.LengthProperty != "" {
		values, err := s.numbers(ctx, q.Scope, q.LengthProperty)
		if err != nil {
			return question, err
		}
		if question.Length, err = values.orElse(1, "weightProperty"); err != nil {
			return question, err
		}
	}
	return question, nil
}

func efficiency(g *projection.Graph, removal connectivity.Removal) func(context.Context) (*float64, error) {
	return func(ctx context.Context) (*float64, error) {
		value, err := connectivity.Efficiency(ctx, g.Net, removal)
		return finite(value), err
	}
}

// choose names what the plan and its alternatives take away.
func (s *Session) choose(ctx context.Context, g *projection.Graph, q ChokepointQuery, answer *analysis.Answer, plan *Plan) error {
	var links []LinkView
	if q.AmongLinks {
		var edges []network.EdgeIndex
		for _, set := range append([][]int{answer.Choice}, answer.Alternatives...) {
			for _, c := range set {
				edges = append(edges, network.EdgeIndex(c))
			}
		}
		var err error
		if links, err = s.views(ctx, g, edges); err != nil {
			return err
		}
	}
	name := func(set []int) []Choice {
		choices := make([]Choice, len(set))
		for i, c := range set {
			if q.AmongLinks {
				choices[i].Link, links = &links[0], links[1:]
			} else {
				choices[i].Entity = g.Nodes[c]
			}
		}
		return choices
	}
	plan.Choices = name(answer.Choice)
	for i := range plan.Choices {
		plan.Choices[i].Marginal = finite(answer.Marginal[i])
	}
	for _, set := range answer.Alternatives {
		plan.Alternatives = append(plan.Alternatives, name(set))
	}
	return nil
}

// finite returns nil for what JSON cannot write.
func finite(f float64) *float64 {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return nil
	}
	return &f
}
