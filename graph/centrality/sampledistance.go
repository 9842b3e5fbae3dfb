package centrality

import (
	"context"
	"math"
	"math/rand/v2"
	"slices"

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
		m := measured{
			value: func(hops int) float64 { return 1 / float64(hops) },
			score: func(_, sum float64) float64 { return tied(sum) / others },
		}
		m.estimate = func(v int, d drawn) (score, low, high float64) {
			near := float64(len(a.out.row(v)))
			mean, half := d.mean(d.sum, d.squares, 0.5) // neighbours aside
			all := func(mean float64) float64 {
				return m.score(0, min(max(near+d.size*mean, near), near+max(0, d.size-near)/2))
			}
			return all(mean), all(mean - half), all(mean + half)
		}
		return m
	})
	if err != nil || opt.Normalized {
		return e, err
	}
	for _, scores := range [][]float64{e.Scores, e.Low, e.High} {
		multiply(scores, others)
	}
	return e, nil
}

// SampledCloseness estimates [Closeness] as [SampledHarmonic] estimates its measure, and
// at that cost. In a directed network how many others a node reaches is estimated as well,
// within what strong components tell, and the sum of their distances by how far these are
// from a guess, which a batch of targets makes that counts for nothing else: whether a
// target is reached then hardly widens the interval. Number and sum are estimated without
// bias but for these limits.
func SampledCloseness(ctx context.Context, net *network.Network, opt Options, s Sampling) (Estimate, error) {
	if err := opt.unweighted("closeness"); err != nil {
		return Estimate{}, err
	}
	return sampleDistances(ctx, net, s, (*arena).closeness)
}

// closeness is what [SampledCloseness] measures.
func (a *arena) closeness() measured {
	others, reach := float64(max(len(a.order)-1, 1)), a.reach()
	m := measured{
		value: func(hops int) float64 { return float64(hops) },
		score: func(reached, sum float64) float64 {
			if reached == 0 {
				return 0
			}
			return reached * reached / (others * sum)
		},
	}
	if a.in != a.out {
		o := &oneWay{reach: reach, out: a.out, others: others, guesses: make([]float64, len(a.order))}
		m.guess, m.estimate, m.more = o.guess, o.estimate, 4 // the number may be missed too
		return m
	}
	m.estimate = func(v int, d drawn) (score, low, high float64) {
		reached, near, width := float64(reach.most[v]), float64(len(a.out.row(v))), float64(reach.farthest[v])
		far := max(0, reached-near)
		mean, half := d.mean(d.sum, d.squares, width)
		all := func(mean float64) float64 {
			return m.score(reached, min(max(near+d.size*mean, near+2*far), near+width*far))
		}
		return all(mean), all(mean + half), all(mean - half)
	}
	return m
}

// measured says what is summed over distances. Nodes go by their number in the arena.
type measured struct {
	value func(hops int) float64
	// score is the normalized score of who reaches so many others and has that sum.
	score func(reached, sum float64) float64
	// guess takes what a first batch of targets shows of a node; nil where none is drawn.
	guess func(v int, d drawn)
	// estimate returns the score of a node and an interval around it, which misses it with
	// a probability of at most (4 + more)·e^−doubts.
	estimate func(v int, d drawn) (score, low, high float64)
	more     int
}

// drawn is what targets show of a node: how many it reaches by two hops or more, and the
// sums of their values and of the squares of these.
type drawn struct {
	reached, sum, squares float64
	samples, size         float64 // how many were drawn out of how many
	doubts                float64
}

// mean returns the mean of values in a range of a width, by their sum and the sum of
// their squares, and half the width of an interval around it that misses the true one
// with a probability of at most 4·e^−doubts.
func (d drawn) mean(sum, squares, width float64) (mean, half float64) {
	mean = sum / d.samples
	variance := max(0, squares-sum*mean) / (d.samples - 1)
	return mean, math.Sqrt(2*variance*d.doubts/d.samples) + 7*width*d.doubts/(3*(d.samples-1))
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
	return math.Log(float64(4+d.more) * float64(len(d.order)) * float64(looks) / d.doubt())
}

// sample draws targets from lo to hi−1 until all intervals are narrow enough, and says
// whether they are.
func (d *distanceSample) sample(ctx context.Context, lo, hi int, looks []int, r *rand.Rand) (bool, error) {
	from, to := d.members(lo, hi)
	of := func(sums []float64, v, samples int) drawn {
		return drawn{sums[3*v], sums[3*v+1], sums[3*v+2], float64(samples), float64(hi - lo), d.doubts(len(looks))}
	}
	guessed := 0
	if d.guess != nil {
		sums, err := d.draw(ctx, lo, hi, batch, r)
		if err != nil {
			return false, err
		}
		for v := from; v < to; v++ {
			d.guess(v, of(sums, v, batch))
		}
		guessed = batch
	}
	sums := make([]float64, 3*len(d.order))
	samples := 0
	for _, until := range looks {
		more, err := d.draw(ctx, lo, hi, until-samples, r)
		if err != nil {
			return false, err
		}
		add(sums, 1, more)
		samples = until
		if d.narrow(from, to, func(v int) drawn { return of(sums, v, samples) }) {
			d.targets += guessed + samples
			return true, nil
		}
	}
	return false, nil
}

// draw returns the sums over so many targets, from lo to hi−1, three for each node.
func (d *distanceSample) draw(ctx context.Context, lo, hi, count int, r *rand.Rand) ([]float64, error) {
	targets := make([]uint32, count)
	for i := range targets {
		targets[i] = uint32(lo + r.IntN(hi-lo))
	}
	slices.Sort(targets)
	return d.flood(ctx, targets, 3, func(sum []float64, count, hops int) {
		if hops > 1 {
			x := d.value(hops)
			sum[0] += float64(count)
			sum[1] += float64(count) * x
			sum[2] += float64(count) * x * x
		}
	})
}

// narrow sets the scores of some nodes and their intervals, up to the first that is not
// narrow enough, and says whether there is none.
func (d *distanceSample) narrow(from, to int, of func(v int) drawn) bool {
	for v := from; v < to; v++ {
		score, low, high := d.estimate(v, of(v))
		d.rows.Scores[v], d.rows.Low[v], d.rows.High[v] = score, low, high
		if high-score > d.Error || score-low > d.Error {
			return false
		}
	}
	return true
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
	sums, err := d.flood(ctx, targets, 2, func(sum []float64, count, hops int) {
		sum[0] += float64(count)
		sum[1] += float64(count) * d.value(hops)
	})
	if err != nil {
		return err
	}
	for _, r := range ranges {
		from, to := d.members(r[0], r[1])
		for v := from; v < to; v++ {
			score := d.score(sums[2*v], sums[2*v+1])
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
