package community

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Assortativity returns the correlation of a value at the two ends of links, each link
// taken both ways (Newman 2003): 1 where like is joined to like, −1 where unlike is. With
// the degrees as values it is degree assortativity. Direction and loops are ignored, and
// parallel links count as one. NaN where it is not defined: no links, or equal values at
// all ends. O(n + m) time.
func Assortativity(ctx context.Context, net *network.Network, values []float64) (float64, error) {
	if len(values) != net.NumNodes() {
		return 0, graph.Errorf(graph.BadUserInput, "%d values for %d nodes: give one each", len(values), net.NumNodes())
	}
	ends, sum := 0.0, 0.0
	err := eachNode(ctx, net, func(v network.NodeIndex, near []network.NodeIndex) {
		ends += float64(len(near))
		sum += float64(len(near)) * values[v]
	})
	mean := sum / ends
	together, alone := 0.0, 0.0 // of what is above the mean
	if err == nil {
		err = eachNode(ctx, net, func(v network.NodeIndex, near []network.NodeIndex) {
			x := values[v] - mean
			alone += float64(len(near)) * x * x
			for _, w := range near {
				together += x * (values[w] - mean)
			}
		})
	}
	if alone <= 1e-12*ends*max(1, mean*mean) {
		return math.NaN(), err
	}
	return together / alone, err
}

// Degrees returns the number of distinct neighbours of each node, direction ignored.
func Degrees(ctx context.Context, net *network.Network) ([]float64, error) {
	degrees := make([]float64, net.NumNodes())
	err := eachNode(ctx, net, func(v network.NodeIndex, near []network.NodeIndex) { degrees[v] = float64(len(near)) })
	return degrees, err
}

// Mixing returns the assortativity of groups (Newman 2003): (Σ eᵢᵢ − Σ aᵢ²)/(1 − Σ aᵢ²)
// with e the share of link ends that join two groups and a that of one; 1 where links stay
// within groups. NaN without links or with all of them in one group. Directions, loops
// and parallel links as in [Assortativity]. O(n + m) time.
func Mixing(ctx context.Context, net *network.Network, groups []uint32) (float64, error) {
	if len(groups) != net.NumNodes() {
		return 0, graph.Errorf(graph.BadUserInput, "%d groups for %d nodes: give one each", len(groups), net.NumNodes())
	}
	of := map[uint32]int64{}
	ends, inside := int64(0), int64(0)
	err := eachNode(ctx, net, func(v network.NodeIndex, near []network.NodeIndex) {
		of[groups[v]] += int64(len(near))
		ends += int64(len(near))
		for _, w := range near {
			if groups[w] == groups[v] {
				inside++
			}
		}
	})
	squares := 0.0
	for _, g := range groups { // in a fixed order
		share := float64(of[g]) / float64(ends)
		squares += share * share
		of[g] = 0
	}
	if ends == 0 || squares > 1-1e-12 {
		return math.NaN(), err
	}
	return (float64(inside)/float64(ends) - squares) / (1 - squares), err
}

// MixingPairs counts the pairs of neighbours by their groups, the smaller number first:
// the mixing matrix of [Mixing]. Directions, loops and parallel links as there. O(n + m).
func MixingPairs(ctx context.Context, net *network.Network, groups []uint32) (map[[2]uint32]int, error) {
	if len(groups) != net.NumNodes() {
		return nil, graph.Errorf(graph.BadUserInput, "%d groups for %d nodes: give one each", len(groups), net.NumNodes())
	}
	pairs := map[[2]uint32]int{}
	err := eachNode(ctx, net, func(v network.NodeIndex, near []network.NodeIndex) {
		for _, w := range near {
			if v < w {
				a, b := groups[v], groups[w]
				pairs[[2]uint32{min(a, b), max(a, b)}]++
			}
		}
	})
	return pairs, err
}

// Reciprocity returns the share of directed links, parallel ones and loops apart, that
// another link answers (Newman, Forrest and Balthrop 2002); 1 in an undirected network
// and NaN without links. O(n + m) time.
func Reciprocity(ctx context.Context, net *network.Network) (float64, error) {
	simple, _ := net.Simple()
	switch {
	case simple.NumLinks() == 0:
		return math.NaN(), ctx.Err()
	case !simple.Directed():
		return 1, ctx.Err()
	}
	distinct := 0
	err := eachNode(ctx, simple, func(_ network.NodeIndex, near []network.NodeIndex) { distinct += len(near) })
	answered := 2 * (simple.NumLinks() - distinct/2)
	return float64(answered) / float64(simple.NumLinks()), err
}

// eachNode yields the distinct neighbours of each node, direction ignored.
func eachNode(ctx context.Context, net *network.Network, yield func(v network.NodeIndex, near []network.NodeIndex)) error {
	simple, _ := net.Simple()
	var near []network.NodeIndex
	for v := range network.NodeIndex(simple.NumNodes()) {
		if v%ctxStride == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		near = neighbours(simple, v, near[:0])
		yield(v, near)
	}
	return nil
}
