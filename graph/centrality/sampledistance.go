package centrality

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// SampledHarmonic estimates [Harmonic] from the distances to random nodes, as Eppstein
// and Wang (2004) do, until every score is known to the asked error. Neighbours are
// counted, not sampled. Intervals are those of the empirical Bernstein bound (Maurer
// and Pontil 2009, theorem 4), which are narrow where distances differ little, and hold
// together. A component in which that would take half of the nodes is computed exactly.
//
// About log(n/doubt)/error searches of O(m) each, 256 at a time; O(n + m) memory.
// Errors: weights, a [Sampling] out of range, the end of ctx.
func SampledHarmonic(ctx context.Context, net *network.Network, opt Options, s Sampling) (Estimate, error) {
	if err := opt.unweighted("harmonic centrality"); err != nil {
		return Estimate{}, err
	}
	others := float64(max(net.NumNodes()-1, 1))
	e, err := sampleDistances(ctx, net, s, func(a *arena) measured {
		return measured{
			value: func(hops int) float64 { return 1 / float64(hops) },
			width: func(int) float64 { return 0.5 }, // neighbours aside
			score: func(_ int, sum float64) float64 { return tied(sum) / others },
			limits: func(v, size int) (low, high float64) {
				near := float64(len(a.out.row(v)))
				return near, near + max(0, float64(size)-near)/2
			},
		}
	})
	if err != nil || opt.Normalized {
		return e, err
	}
	for _, scores := range [][]float64{e.Scores, e.Low, e.High} {
		multiply(scores, others)
	}
	return e, nil
}

// SampledCloseness estimates [Closeness] in an undirected network, as [SampledHarmonic]
// estimates its measure and at that cost. In a directed network nothing bounds the
// distances that no sample has shown: an error says so.
func SampledCloseness(ctx context.Context, net *network.Network, opt Options, s Sampling) (Estimate, error) {
	if err := opt.unweighted("closeness"); err != nil {
		return Estimate{}, err
	}
	if net.Directed() {
		return Estimate{}, graph.Errorf(graph.BadUserInput,
			"closeness cannot be estimated where links are one-way; ask for harmonic, or treat links as two-way")
	}
	others := float64(max(net.NumNodes()-1, 1))
	return sampleDistances(ctx, net, s, func(a *arena) measured {
		farthest, size := a.farthest()
		return measured{
			value: func(hops int) float64 { return float64(hops) },
			width: func(v int) float64 { return float64(farthest[v]) },
			score: func(v int, sum float64) float64 {
				reached := float64(size[v] - 1)
				if reached == 0 {
					return 0
				}
				return reached * reached / (others * sum)
			},
			limits: func(v, size int) (low, high float64) {
				near := float64(len(a.out.row(v)))
				far := max(0, float64(size-1)-near)
				return near + 2*far, near + float64(farthest[v])*far
			},
		}
	})
}

// measured says what is summed over distances. Nodes go by their number in the arena.
type measured struct {
	value func(hops int) float64
	// width bounds the value of distances of two hops and more.
	width func(v int) float64
	// score turns the sum of a node into its normalized score.
	score func(v int, sum float64) float64
	// limits bounds the sum of a node with so many targets.
	limits func(v, size int) (low, high float64)
}

// distanceSample is the state of a sampled sum over distances.
type distanceSample struct {
	*arena
	measured
	Sampling
	rows    Estimate // by number
	targets int      // how many were drawn
}

// exactSize is the number of nodes up to which a component is not worth sampling.
const exactSize = 8 * batch

func sampleDistances(ctx context.Context, net *network.Network, s Sampling, of func(*arena) measured) (Estimate, error) {
	if err := s.check(); err != nil {
		return Estimate{}, err
	}
	a, err := newArena(ctx, net)
	if err != nil {
		return Estimate{}, err
	}
	n := net.NumNodes()
	d := distanceSample{arena: a, measured: of(a), Sampling: s, rows: newEstimate(n)}
	r := rand.New(rand.NewPCG(s.Seed, 0))
	// What need not be sampled is done together; it is 0 where nothing is reached.
	var exact [][2]int
	for lo := 0; lo < a.targets; {
		hi := a.component(lo, net.Directed())
		looks := d.looks(lo, hi)
		if looks == nil {
			exact = append(exact, [2]int{lo, hi})
		} else if done, err := d.sample(ctx, lo, hi, looks, r); err != nil {
			return Estimate{}, err
		} else if !done {
			exact = append(exact, [2]int{lo, hi})
		}
		lo = hi
	}
	if err := d.exactly(ctx, exact); err != nil {
		return Estimate{}, err
	}
	e := newEstimate(n)
	e.Samples = d.targets
	for i, v := range a.order {
		e.Scores[v], e.Low[v], e.High[v] = d.rows.Scores[i], d.rows.Low[i], d.rows.High[i]
	}
	return e, nil
}

func newEstimate(n int) Estimate {
	return Estimate{Scores: make([]float64, n), Low: make([]float64, n), High: make([]float64, n)}
}

// component returns where the component of targets ends that starts with lo; one-way
// links make one of all.
func (a *arena) component(lo int, directed bool) int {
	if directed {
		return a.targets
	}
	hi := lo + 1
	for hi < a.targets && a.label[hi] == a.label[lo] {
		hi++
	}
	return hi
}

// members returns the numbers whose sums lead to targets from lo to hi−1: those of the
// component, or all where links are one-way.
func (d *distanceSample) members(lo, hi int) (int, int) {
	if d.in != d.out && hi == d.arena.targets && lo == 0 {
		return 0, len(d.order)
	}
	return lo, hi
}

// looks is when to look at the intervals; nil where that is not worth it.
func (d *distanceSample) looks(lo, hi int) []int {
	size := hi - lo
	if size <= exactSize {
		return nil
	}
	// Were all distances alike, values of a width of a half would need so many.
	share := float64(size) / float64(len(d.order))
	first := max(2, int(7*0.5*d.doubts(1)/3*share/d.Error)/batch)
	last := size / 2 / batch
	if first > last {
		return nil
	}
	looks := schedule(first, func(int) int { return last })
	for i := range looks {
		looks[i] *= batch // searches go by the batch
	}
	return looks
}

// doubts is the logarithm in the bound of one node at one of so many looks.
func (d *distanceSample) doubts(looks int) float64 {
	return math.Log(4 * float64(len(d.order)) * float64(looks) / d.doubt())
}

// sample draws targets from lo to hi−1 until all intervals are narrow enough, and says
// whether they are.
func (d *distanceSample) sample(ctx context.Context, lo, hi int, looks []int, r *rand.Rand) (bool, error) {
	from, to := d.members(lo, hi)
	sums := make([]float64, 2*len(d.order))
	drawn := 0
	for _, until := range looks {
		targets := make([]uint32, until-drawn)
		for i := range targets {
			targets[i] = uint32(lo + r.IntN(hi-lo))
		}
		slices.Sort(targets)
		more, err := d.flood(ctx, targets, 2, func(sum []float64, count, hops int) {
			if hops > 1 {
				x := d.value(hops)
				sum[0] += float64(count) * x
				sum[1] += float64(count) * x * x
			}
		})
		if err != nil {
			return false, err
		}
		add(sums, 1, more)
		drawn = until
		narrow := true
		for v := from; v < to; v++ {
			narrow = d.interval(v, sums[2*v], sums[2*v+1], hi-lo, drawn, d.doubts(len(looks))) && narrow
		}
		if narrow {
			d.targets += drawn
			return true, nil
		}
	}
	return false, nil
}

// interval sets the score of a node and its interval, and says whether that is narrow
// enough.
func (d *distanceSample) interval(v int, sum, squares float64, size, samples int, doubts float64) bool {
	k := float64(samples)
	mean := sum / k
	variance := max(0, squares-sum*mean) / (k - 1)
	half := math.Sqrt(2*variance*doubts/k) + 7*d.width(v)*doubts/(3*(k-1))
	near := float64(len(d.out.row(v))) * d.value(1)
	all := func(mean float64) float64 {
		low, high := d.limits(v, size)
		return min(max(near+float64(size)*mean, low), high)
	}
	score, low, high := d.score(v, all(mean)), d.score(v, all(mean-half)), d.score(v, all(mean+half))
	low, high = min(low, high), max(low, high)
	d.rows.Scores[v], d.rows.Low[v], d.rows.High[v] = score, low, high
	return high-score <= d.Error && score-low <= d.Error
}

// exactly computes the scores of those who reach the targets in some ranges.
func (d *distanceSample) exactly(ctx context.Context, ranges [][2]int) error {
	var targets []uint32
	for _, r := range ranges {
		targets = append(targets, d.all(r[0], r[1])...)
	}
	if len(targets) == 0 {
		return nil
	}
	sums, err := d.flood(ctx, targets, 1, func(sum []float64, count, hops int) {
		sum[0] += float64(count) * d.value(hops)
	})
	if err != nil {
		return err
	}
	for _, r := range ranges {
		from, to := d.members(r[0], r[1])
		for v := from; v < to; v++ {
			score := d.score(v, sums[v])
			d.rows.Scores[v], d.rows.Low[v], d.rows.High[v] = score, score, score
		}
	}
	return nil
}

// farthest bounds the distance of each number to any it reaches, by way of the first of
// its component, which has most links, and counts its component. Undirected.
func (a *arena) farthest() (bound []uint32, size []int) {
	n := len(a.order)
	bound, size = make([]uint32, n), make([]int, n)
	var queue []uint32
	for first := range n {
		if size[first] > 0 {
			continue
		}
		queue = append(queue[:0], uint32(first))
		size[first] = 1
		for i := 0; i < len(queue); i++ {
			for _, w := range a.out.row(int(queue[i])) {
				if size[w] == 0 {
					size[w], bound[w] = 1, bound[queue[i]]+1
					queue = append(queue, w)
				}
			}
		}
		most := bound[queue[len(queue)-1]]
		for _, v := range queue {
			bound[v] += most
			size[v] = len(queue)
		}
	}
	return bound, size
}
