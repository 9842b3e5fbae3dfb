package session

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/projection"
)

// CommunityQuality is what communities are judged by, as the API names it.
type CommunityQuality string

// The qualities.
const (
	ByModularity CommunityQuality = "MODULARITY"
	ByPotts      CommunityQuality = "CPM"
)

// CommunityQuery asks which entities hang together more than with others.
type CommunityQuery struct {
	Quality CommunityQuality
	// Resolution is nil for 1, or for the density of the network with ByPotts.
	Resolution *float64
	Weight     LinkWeight
	Seed       int64
	Runs       int
	// Of are the entities whose communities are asked for; nil means all.
	Of    []graph.ID
	Scope projection.Scope
}

// Communities tells of a partition as a whole.
type Communities struct {
	Quality, Modularity, Resolution float64
	// Stability is the mean mutual information of two runs; nil of one run.
	Stability *float64
	Settled   bool
	Seed      int64 // that of the best run
}

const maxRuns = 50

func (q CommunityQuery) check() error {
	switch {
	case q.Runs < 1 || q.Runs > maxRuns:
		return graph.Errorf(graph.BadUserInput, "runs: %d is not from 1 to %d", q.Runs, maxRuns)
	case q.Resolution != nil && !(*q.Resolution > 0 && *q.Resolution <= math.MaxFloat64):
		return graph.Errorf(graph.BadUserInput, "resolution: %v is not a finite number above 0", *q.Resolution)
	case q.Quality != ByModularity && q.Quality != ByPotts:
		return graph.Errorf(graph.BadUserInput, "quality: there is no %q", q.Quality)
	}
	return checkScope(q.Scope)
}

// Communities returns a page of the communities of a scope, the largest first, ties by
// the least ID of a member.
func (s *Session) Communities(ctx context.Context, q CommunityQuery, page Page) (PagedCommunities[Communities], error) {
	if err := q.check(); err != nil {
		return PagedCommunities[Communities]{}, err
	}
	how := []any{q.Quality, q.Resolution, q.Weight, q.Seed, q.Runs}
	out, err := grouped(ctx, s, listing{operation: "communities"}, how, q.Of, 1, q.Scope, page, func(ctx context.Context, g *projection.Graph) (*groups, Communities, error) {
		weights, err := s.weights(ctx, q.Scope, g, q.Weight)
		if err != nil {
			return nil, Communities{}, err
		}
		return q.find(ctx, g.Net, weights)
	})
	seed := out.All.Seed
	out.ComputedOn = s.reading(out.ComputedOn, q.Scope, q.Weight.reads())
	out.ComputedOn.Exact, out.ComputedOn.Seed = false, &seed
	return out, err
}

func (q CommunityQuery) find(ctx context.Context, net *network.Network, weights []float64) (*groups, Communities, error) {
	opt := community.LeidenOptions{Weights: weights, Resolution: 1, Seed: uint64(q.Seed)}
	if q.Quality == ByPotts {
		density, err := density(ctx, net, weights)
		if err != nil {
			return nil, Communities{}, err
		}
		opt.Quality, opt.Resolution = community.Potts, density
	}
	if q.Resolution != nil {
		opt.Resolution = *q.Resolution
	}
	runs, err := community.Stable(ctx, net, opt, q.Runs)
	if err != nil {
		return nil, Communities{}, err
	}
	modularity, err := community.ModularityOf(net, runs.Best.Of, weights)
	if err != nil {
		return nil, Communities{}, err
	}
	p := newGroups(net, runs.Best.Of, runs.Best.Size)
	p.persistence = runs.Persistence
	return p, Communities{
		Quality: runs.Best.Quality, Modularity: modularity, Resolution: opt.Resolution,
		Stability: finite(runs.Agreement), Settled: runs.Best.Settled, Seed: int64(runs.Seed),
	}, nil
}

// density returns the mean strength of the pairs of nodes, 1 where there is none.
func density(ctx context.Context, net *network.Network, weights []float64) (float64, error) {
	total := 0.0
	if weights == nil {
		degrees, err := community.Degrees(ctx, net)
		if err != nil {
			return 0, err
		}
		for _, d := range degrees {
			total += d / 2
		}
	}
	for e, w := range weights {
		if from, to := net.Ends(network.EdgeIndex(e)); from != to {
			total += w
		}
	}
	n := float64(net.NumNodes())
	if total == 0 || math.IsInf(total, 1) {
		return 1, nil
	}
	return total / (n * (n - 1) / 2), nil
}

// Cohesion is what holds cohesive groups together, as the API names it.
type Cohesion string

// The kinds of cohesion.
const (
	KCore  Cohesion = "K_CORE"
	KTruss Cohesion = "K_TRUSS"
)

// Cohesive tells of which number holds groups together, and of the greatest that
// would leave any.
type Cohesive struct{ K, Greatest int }

// CohesiveGroups returns a page of the pieces of the k-core or k-truss of a scope, the
// largest first; k nil is the greatest that leaves any.
func (s *Session) CohesiveGroups(ctx context.Context, kind Cohesion, k *int, of []graph.ID, scope projection.Scope, page Page) (PagedCommunities[Cohesive], error) {
	find, least := community.Cores, 1
	if kind == KTruss {
		find, least = community.Trusses, 2
	}
	most := 0
	if k != nil {
		if most = *k; most < least {
			return PagedCommunities[Cohesive]{}, graph.Errorf(graph.BadUserInput, "k: %d is less than %d", most, least)
		}
	}
	return grouped(ctx, s, listing{operation: "cohesiveGroups"}, []any{kind, most}, of, 1, scope, page, func(ctx context.Context, g *projection.Graph) (*groups, Cohesive, error) {
		c, err := find(ctx, g.Net, most)
		if err != nil {
			return nil, Cohesive{}, err
		}
		return newGroups(g.Net, c.Of, c.Size), Cohesive{K: c.K, Greatest: c.Greatest}, nil
	})
}
