package community

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Runs is what [Leiden] found with several seeds.
type Runs struct {
	// Best is the partition of greatest quality, the first among equals; Seed found it.
	Best Partition
	Seed uint64
	// Agreement is the mean mutual information of two runs, 1 if all found the same; NaN
	// of one run.
	Agreement float64
	// Persistence holds for each group of Best how much of it the other runs found too:
	// the mean of the greatest |A∩B|/|A∪B| over their groups B (Hennig 2007); NaN of one
	// run.
	Persistence []float64
}

// Stable runs [Leiden] with the seeds from opt.Seed on and tells how far the runs agree
// (Lancichinetti and Fortunato 2012): groups that other seeds do not find say little.
// The time of the runs, and O(runs²·n); memory 4 bytes a node and run beside Leiden's.
func Stable(ctx context.Context, net *network.Network, opt LeidenOptions, runs int) (Runs, error) {
	if runs < 1 {
		return Runs{}, graph.Errorf(graph.BadUserInput, "%d runs; choose at least 1", runs)
	}
	found := make([]Partition, runs)
	best := 0
	for i := range found {
		var err error
		one := opt
		one.Seed += uint64(i)
		if found[i], err = Leiden(ctx, net, one); err != nil {
			return Runs{}, err
		}
		if found[i].Quality > found[best].Quality {
			best = i
		}
	}
	r := Runs{Best: found[best], Seed: opt.Seed + uint64(best), Persistence: make([]float64, len(found[best].Size))}
	pairs := 0.0
	for i := range found {
		for j := range i {
			if ctx.Err() != nil {
				return Runs{}, ctx.Err()
			}
			r.Agreement += mutualInformation(found[i], found[j])
			pairs++
		}
		if i != best {
			overlap(found[best], found[i], r.Persistence)
		}
	}
	r.Agreement /= pairs
	for c := range r.Persistence {
		r.Persistence[c] /= float64(runs - 1)
	}
	return r, nil
}

// MutualInformation returns how much two partitions of the same nodes say of each other,
// 2·I(a, b)/(H(a) + H(b)) (Danon et al. 2005): 1 of equal ones, 0 of independent ones.
// Groups may have any numbers. O(n) time and memory.
func MutualInformation(a, b []uint32) (float64, error) {
	if len(a) != len(b) {
		return 0, graph.Errorf(graph.BadUserInput, "partitions of %d and of %d nodes; compare those of the same", len(a), len(b))
	}
	return mutualInformation(numbered(a), numbered(b)), nil
}

func mutualInformation(a, b Partition) float64 {
	n := float64(len(a.Of))
	entropies := entropy(a, n) + entropy(b, n)
	if entropies == 0 { // both are of one group, or of none
		return 1
	}
	shared := 0.0
	eachOverlap(a, b, func(c, d, both int) {
		p := float64(both) / n
		shared += p * math.Log(float64(both)*n/(float64(a.Size[c])*float64(b.Size[d])))
	})
	return min(max(2*shared/entropies, 0), 1)
}

func entropy(p Partition, n float64) float64 {
	h := 0.0
	for _, size := range p.Size {
		share := float64(size) / n
		h -= share * math.Log(share)
	}
	return h
}

// overlap adds to each group of a how much of it the most like group of b is.
func overlap(a, b Partition, to []float64) {
	most := make([]float64, len(a.Size))
	eachOverlap(a, b, func(c, d, both int) {
		most[c] = max(most[c], float64(both)/float64(a.Size[c]+b.Size[d]-both))
	})
	for c, m := range most {
		to[c] += m
	}
}

// eachOverlap yields the groups that share nodes, by group of a, with their number.
func eachOverlap(a, b Partition, yield func(c, d, both int)) {
	first, nodes := members(a)
	count := make([]int, len(b.Size))
	var met []uint32
	for c := range a.Size {
		met = met[:0]
		for _, v := range nodes[first[c]:first[c+1]] {
			d := b.Of[v]
			if count[d] == 0 {
				met = append(met, d)
			}
			count[d]++
		}
		for _, d := range met {
			yield(c, int(d), count[d])
			count[d] = 0
		}
	}
}

// members lists the nodes by group, ascending, and where each group begins.
func members(p Partition) (first, nodes []uint32) {
	first, nodes = make([]uint32, len(p.Size)+1), make([]uint32, len(p.Of))
	for c, size := range p.Size {
		first[c+1] = first[c] + uint32(size)
	}
	next := make([]uint32, len(p.Size))
	copy(next, first)
	for v, c := range p.Of {
		nodes[next[c]] = uint32(v)
		next[c]++
	}
	return first, nodes
}

// ModularityOf returns the share of the weight of links that lies inside groups less what
// would by chance (Newman and Girvan 2004), with directions, loops, parallel links and
// weights as in [Leiden]; weights nil makes all links alike. 0 without links. O(n + m).
func ModularityOf(net *network.Network, of []uint32, weights []float64) (float64, error) {
	opt := LeidenOptions{Weights: weights}
	if err := opt.check(net); err != nil {
		return 0, err
	}
	if len(of) != net.NumNodes() {
		return 0, graph.Errorf(graph.BadUserInput, "%d groups for %d nodes: give one each", len(of), net.NumNodes())
	}
	return opt.quality(opt.level(net), numbered(of)), nil
}
