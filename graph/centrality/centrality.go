// Package centrality scores the nodes of a network by their position.
//
// Every measure takes a [network.Network] and returns one score per node ([EdgeBetweenness]
// one per link), NaN where the score is undefined. Loops never count. Without weights
// parallel links count once, with weights theirs add up, and a link of weight 0 is no
// link. Isolated nodes count as nodes. In a directed network distances run along the
// links, out of the node; reverse the network for the opposite. Measures of prestige
// ([PageRank], [Eigenvector], [Katz], [Authority]) are fed by incoming links.
//
// [Strength], [PageRank], [Eigenvector], [Katz], [Hub], [Authority], [Constraint] and
// [EffectiveSize] honour weights. The others return an error of code
// [graph.BadUserInput] when weights are given, rather than ignore them. [Betweenness]
// and [EdgeBetweenness] take costs, which no other measure does.
//
// Work is shared among GOMAXPROCS goroutines and summed in a fixed order: the
// result is the same to the last bit whatever their number. When ctx ends a measure
// returns its error and no scores.
package centrality

import (
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Options of a measure. The zero value is the plain measure.
type Options struct {
	// Normalized divides by the greatest value possible among n nodes: degrees and
	// harmonic by n−1, betweenness by (n−1)(n−2), halved if undirected. Other
	// measures do not change.
	Normalized bool
	// Weights holds the strength of each link by its index, finite and at least 0;
	// nil makes all links alike.
	Weights []float64
	// Costs holds what each link costs by its index, above 0: the paths of
	// [Betweenness] and [EdgeBetweenness] are then the cheapest instead of the
	// shortest. +Inf is for links that cannot be used. A strong link is a cheap one: weights are no costs.
	Costs []float64
	// Radius is that of [CollectiveInfluence]; 0 means 2.
	Radius int
	// Attenuation is the factor per step of [Katz]; 0 means 0.85/Δ, where Δ is the
	// greatest number (or sum of weights) of links into a node.
	Attenuation float64
	// From, when not empty, is where the walker of [PageRank] jumps to and starts.
	From []network.NodeIndex
	// Rounds, when above 0, ends [PageRank] after that many rounds at the latest.
	Rounds int
}

// unweighted returns an error when weights or costs are given.
func (o Options) unweighted(measure string) error {
	if o.Costs != nil {
		return errNoCosts
	}
	return o.noWeights(measure)
}

// errNoCosts is returned by measures that would otherwise ignore them.
var errNoCosts = graph.Errorf(graph.BadUserInput, "links cost something to betweenness alone; ask for another measure without costs")

// noWeights returns an error when weights are given.
func (o Options) noWeights(measure string) error {
	if o.Weights != nil {
		return graph.Errorf(graph.BadUserInput, "%s has no weighted form; ask for it without weights", measure)
	}
	return nil
}

// checkWeights checks the weights, if any, against the network.
func (o Options) checkWeights(net *network.Network) error {
	if o.Costs != nil {
		return errNoCosts
	}
	if o.Weights != nil && len(o.Weights) != net.NumLinks() {
		return graph.Errorf(graph.BadUserInput, "%d weights for %d links", len(o.Weights), net.NumLinks())
	}
	sum := 0.0
	for e, w := range o.Weights {
		if !(w >= 0) || math.IsInf(w, 1) { // NaN too
			return graph.Errorf(graph.BadUserInput, "link %d weighs %v; a weight must be finite and at least 0", e, w)
		}
		sum += w
	}
	if math.IsInf(sum, 1) {
		return graph.Errorf(graph.BadUserInput, "the weights add up to more than 10^308")
	}
	return nil
}

// scale divides scores by the greatest value possible, if that is asked for. Where
// no node can score, scores stay 0.
func (o Options) scale(scores []float64, greatest float64) []float64 {
	if o.Normalized && greatest > 0 {
		for v := range scores {
			scores[v] /= greatest
		}
	}
	return scores
}
