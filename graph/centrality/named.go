package centrality

import (
	"context"
	"maps"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Measure scores the nodes of a network.
type Measure func(context.Context, *network.Network, Options) ([]float64, error)

// measures holds the measures of nodes by the names that the API gives them.
var measures = map[string]Measure{
	"DEGREE":               Degree,
	"IN_DEGREE":            InDegree,
	"OUT_DEGREE":           OutDegree,
	"STRENGTH":             Strength,
	"BETWEENNESS":          Betweenness,
	"CLOSENESS":            Closeness,
	"HARMONIC":             Harmonic,
	"EIGENVECTOR":          Eigenvector,
	"KATZ":                 Katz,
	"PAGERANK":             PageRank,
	"HUB":                  Hub,
	"AUTHORITY":            Authority,
	"CORE":                 Core,
	"CONSTRAINT":           Constraint,
	"EFFECTIVE_SIZE":       EffectiveSize,
	"COLLECTIVE_INFLUENCE": CollectiveInfluence,
}

// Named returns the measure of nodes with this name, such as "BETWEENNESS"; nil if
// there is none.
func Named(name string) Measure { return measures[name] }

// Names returns the names of all measures of nodes, in order.
func Names() []string { return slices.Sorted(maps.Keys(measures)) }
