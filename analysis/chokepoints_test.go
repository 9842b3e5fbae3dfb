package analysis_test

import (
	"context"
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/analysis"
	"github.com/chokepoint/chokepoint/graph/dismantle"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// The figures after a plan are what the kernels promised, computed another way.
func TestFiguresBearThePlanOut(t *testing.T) {
	grid := nt.Grid(4, 5).Build(t, false)
	ends := analysis.Question{From: []network.NodeIndex{0}, To: []network.NodeIndex{19}, Budget: 2, Steps: 1}
	for _, objective := range []analysis.Objective{analysis.Fragmentation, analysis.LargestComponent, analysis.Reach, analysis.Flow, analysis.PathLength} {
		for _, targets := range []dismantle.Targets{dismantle.Nodes, dismantle.Links} {
			if objective == analysis.Reach && targets == dismantle.Links {
				continue
			}
			q := ends
			q.Objective, q.Targets = objective, targets
			a, err := analysis.Chokepoints(context.Background(), grid, q, dismantle.Limits{})
			if err != nil {
				t.Fatalf("%s: %v", objective, err)
			}
			if got := figure(objective, a.After); got != a.Value {
				t.Errorf("%s of %v: after it %v, promised %v", objective, targets, got, a.Value)
			}
			if objective != analysis.Reach && figure(objective, a.Before) != a.Plan.Before {
				t.Errorf("%s: before it %v, said %v", objective, figure(objective, a.Before), a.Plan.Before)
			}
			if len(a.Choice) > q.Budget || len(a.Marginal) != len(a.Choice) {
				t.Errorf("%s: %d choices, %d effects", objective, len(a.Choice), len(a.Marginal))
			}
		}
	}
}

func figure(o analysis.Objective, f analysis.Figures) float64 {
	switch o {
	case analysis.Fragmentation:
		return float64(f.ConnectedPairs)
	case analysis.LargestComponent:
		return float64(f.Largest)
	case analysis.Reach:
		return float64(*f.Reached)
	case analysis.Flow:
		return *f.Flow
	default:
		if f.ShortestPath == nil {
			return math.Inf(1)
		}
		return *f.ShortestPath
	}
}

func TestUnknownObjectiveIsRefused(t *testing.T) {
	if _, err := analysis.Chokepoints(context.Background(), nt.Path(3).Build(t, false), analysis.Question{Objective: "PANIC", Budget: 1}, dismantle.Limits{}); err == nil {
		t.Error("it was accepted")
	}
}
