package centrality

import (
	"context"
	"math"
	"math/rand/v2"
	"sync"

	"github.com/chokepoint/chokepoint/graph/network"
)

// SampledBetweenness estimates [Betweenness] from shortest paths between random nodes
// until every score is known to the asked error. As with KADABRA (Borassi and Natale
// 2019) a search goes out from both ends of a path, and a first few paths tell which
// scores need how much certainty. As in SaPHyRa (Pham and Thai 2022) only that is
// sampled which is not known: in an undirected network what a node scores for
// connecting blocks is exact, and paths are drawn inside blocks, with twins merged.
// Intervals are those of Chernoff and Hoeffding, and hold together. With Costs paths are
// drawn among the cheapest, by Dijkstra's algorithm from one end to the other, inside
// blocks in a directed network too.
//
// About v·log(n/doubt)/error² paths, where v is the greatest share of all paths
// through one node, each about the square root of m where a network has many short
// ways, by cost O(m·log n) at worst; O(n + m) memory for each goroutine. Errors: weights,
// costs that are not above 0, a [Sampling] out of range, the end of ctx, or more than
// 10^308 shortest paths between two nodes.
func SampledBetweenness(ctx context.Context, net *network.Network, opt Options, s Sampling) (Estimate, error) {
	if err := opt.noWeights("betweenness"); err != nil {
		return Estimate{}, err
	}
	if err := opt.checkCosts(net); err != nil {
		return Estimate{}, err
	}
	if err := s.check(); err != nil {
		return Estimate{}, err
	}
	b, err := newBetweennessSample(ctx, net, opt.Costs)
	if err != nil {
		return Estimate{}, err
	}
	n := float64(net.NumNodes())
	greatest := (n - 1) * (n - 2)
	if !net.Directed() {
		greatest /= 2
	}
	samples := 0
	if b.pairs.weight() > 0 && greatest > 0 {
		b.share = b.pairs.weight() / b.ordered / greatest
		if samples, err = b.run(ctx, s); err != nil {
			return Estimate{}, err
		}
	}
	return b.estimate(opt, samples, greatest), nil
}

// betweennessSample is the state of a sampled betweenness between two looks.
type betweennessSample struct {
	pairs   *pairs
	ordered float64   // how often a pair is counted in pairs.weight
	known   []float64 // the exact part of each score
	share   float64   // a score, normalized, is known plus share·mean
	seed    uint64
	// places are the positions of a node's classes, node by node from start[v]; per is
	// what a hit counts there: 1 by the members of the class.
	start []uint32
	place []uint32
	per   []float64
	doubt []float64 // see plan
	hits  []uint64
	draws func() sampler // returns one for a goroutine
	last  int            // the node whose interval was too wide at the last look

	mu   sync.Mutex
	free []*counter
}

// counter is the scratch of one goroutine: hits counts the paths through each class.
type counter struct {
	sampler
	hits []uint32
}

// sampler draws paths between two classes of a part.
type sampler interface {
	sample(p *part, s, t uint32, r *rand.Rand) error
	// inside returns the classes on the last path between its ends; none if there was
	// no path.
	inside() []uint32
}

func newBetweennessSample(ctx context.Context, net *network.Network, costs []float64) (*betweennessSample, error) {
	b := &betweennessSample{ordered: 1}
	if !net.Directed() {
		b.ordered = 2
	}
	choose := b.byHops
	if costs != nil {
		choose = func(ctx context.Context, net *network.Network) ([]part, error) { return b.byCost(ctx, net, costs) }
	}
	all, err := choose(ctx, net)
	if err != nil {
		return nil, err
	}
	b.index(all)
	b.pairs = newPairs(all)
	b.hits = make([]uint64, len(b.pairs.of))
	return b, nil
}

// byHops returns the parts in which paths of few hops are drawn.
func (b *betweennessSample) byHops(ctx context.Context, net *network.Network) (all []part, err error) {
	net, _ = net.Simple()
	if net.Directed() {
		p := whole(net)
		p.turn(net)
		p.starts, p.nodes = make([]int, net.NumNodes()+1), make([]network.NodeIndex, net.NumNodes())
		for v := range p.nodes {
			p.starts[v+1], p.nodes[v] = v+1, network.NodeIndex(v)
		}
		all, b.known = []part{p}, make([]float64, net.NumNodes())
	} else {
		blocks, err := decompose(ctx, net)
		if err != nil {
			return nil, err
		}
		if all, err = parts(ctx, net, blocks); err != nil {
			return nil, err
		}
		b.known = blocks.across
	}
	largest := 0
	for i := range all {
		largest = max(largest, all[i].size())
	}
	b.draws = func() sampler { return newPathSampler(largest) }
	return all, nil
}

// byCost returns those in which cheap paths are drawn.
func (b *betweennessSample) byCost(ctx context.Context, net *network.Network, costs []float64) ([]part, error) {
	w, err := newWays(net, costs)
	if err != nil {
		return nil, err
	}
	h, err := shrink(ctx, w.net)
	if err != nil {
		return nil, err
	}
	b.known = h.across
	blocks := w.pieces(h)
	_, largest, arcs, _ := measure(blocks)
	all, at := make([]part, len(blocks)), make(map[int]*plain, len(blocks))
	first := 0
	for i := range blocks {
		all[i], at[first] = blocks[i].part(first), &blocks[i]
		first += blocks[i].size()
	}
	b.draws = func() sampler { return &costSampler{costWalker: newCostWalker(ctx, largest, arcs), blocks: at} }
	return all, nil
}

// index lists the places of each node and adds what is known inside the parts.
func (b *betweennessSample) index(all []part) {
	b.start = make([]uint32, len(b.known)+1)
	each := func(do func(p *part, c int, v network.NodeIndex)) {
		for i := range all {
			p := &all[i]
			for c := range p.size() {
				for _, v := range p.nodes[p.starts[c]:p.starts[c+1]] {
					do(p, c, v)
				}
			}
		}
	}
	each(func(_ *part, _ int, v network.NodeIndex) { b.start[v+1]++ })
	for v := range b.known {
		b.start[v+1] += b.start[v]
	}
	next := append([]uint32(nil), b.start...)
	b.place, b.per = make([]uint32, next[len(b.known)]), make([]float64, next[len(b.known)])
	each(func(p *part, c int, v network.NodeIndex) {
		b.place[next[v]], b.per[next[v]] = uint32(p.first+c), 1/p.members[c]
		next[v]++
		if p.within != nil {
			b.known[v] += p.within[c]
		}
	})
}

// mean returns how many samples a node has on average on a path and the greatest that
// a sample can count for it; 0 where nothing is sampled.
func (b *betweennessSample) mean(v, samples int) (mean, width float64) {
	sum := 0.0
	for i := b.start[v]; i < b.start[v+1]; i++ {
		sum += float64(b.hits[b.place[i]]) * b.per[i]
		width = max(width, b.per[i])
	}
	return sum / float64(samples), width
}

// interval returns the mean with its interval.
func (b *betweennessSample) interval(v, samples int) (mean, low, high float64) {
	mean, width := b.mean(v, samples)
	if width == 0 {
		return 0, 0, 0
	}
	low, high = chernoff(min(1, mean/width), samples, b.doubt[v])
	return mean, low * width, high * width
}

// run draws until all intervals are narrow enough, and returns the number of samples.
func (b *betweennessSample) run(ctx context.Context, s Sampling) (int, error) {
	b.seed = s.Seed
	tolerance := s.Error / b.share
	if tolerance >= 1 {
		tolerance = 1
	}
	// The first samples are drawn apart, so that what is planned by them does not
	// lean on what they say.
	pilot := int(math.Ceil(2/tolerance)) + 256
	if err := b.draw(ctx, 0, pilot, pilotStream); err != nil {
		return 0, err
	}
	looks := b.plan(s.doubt(), tolerance, pilot)
	clear(b.hits)
	drawn := 0
	for _, until := range looks {
		if err := b.draw(ctx, drawn, until, mainStream); err != nil {
			return 0, err
		}
		if drawn = until; b.narrow(drawn, tolerance) {
			break
		}
	}
	return drawn, nil
}

// Streams keep the random numbers of the pilot and of the samples apart.
const (
	mainStream  = 0
	pilotStream = 1 << 63
)

// plan splits the doubt among nodes and looks: half evenly, half so that the nodes for
// which the pilot expects the widest intervals may be the least sure, by Bernstein's
// bound (Borassi and Natale 2019, section 4). At the last look every interval is
// narrow enough by Hoeffding's bound.
func (b *betweennessSample) plan(doubt, tolerance float64, pilot int) []int {
	need := make([]float64, 0, len(b.known))
	for v := range b.known {
		if mean, width := b.mean(v, pilot); width > 0 {
			spread := mean*(width-min(mean, width)) + width/float64(pilot)
			need = append(need, tolerance*tolerance/(2*(spread+width*tolerance/3)))
		}
	}
	nodes := float64(len(need))
	expected := bernstein(need, doubt/4)
	total := 0.0
	for _, x := range need {
		total += math.Exp(-x * expected)
	}
	// Half of the doubt in even parts makes each interval narrow in the end.
	looks := schedule(int(expected/2), func(looks int) int {
		return int(math.Ceil(math.Log(4*float64(looks)*nodes/doubt) / (2 * tolerance * tolerance)))
	})
	b.doubt = make([]float64, len(b.known))
	i := 0
	for v := range b.known {
		if b.start[v] < b.start[v+1] {
			part := 0.5/nodes + 0.5*math.Exp(-need[i]*expected)/total
			b.doubt[v] = math.Log(2 * float64(len(looks)) / (doubt * part))
			i++
		}
	}
	return looks
}

// bernstein returns the number of samples at which Σ exp(−need·samples) is the doubt.
func bernstein(need []float64, doubt float64) float64 {
	least := need[0]
	for _, x := range need {
		least = min(least, x)
	}
	low, high := 0.0, math.Log(float64(len(need))/doubt)/least
	for range 30 {
		middle, sum := (low+high)/2, 0.0
		for _, x := range need {
			sum += math.Exp(-x * middle)
		}
		if sum > doubt {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}

// narrow says whether every interval keeps within the tolerance of its estimate.
func (b *betweennessSample) narrow(samples int, tolerance float64) bool {
	wide := func(v int) bool {
		mean, low, high := b.interval(v, samples)
		return max(high-mean, mean-low) > tolerance
	}
	if wide(b.last) {
		return false
	}
	for v := range b.known {
		if wide(v) {
			b.last = v
			return false
		}
	}
	return true
}

// sampleChunk is the number of samples that a goroutine draws between two looks at ctx.
const sampleChunk = 256

// draw adds the samples lo to hi−1. Each has random numbers of its own, so that it does
// not matter who draws it.
func (b *betweennessSample) draw(ctx context.Context, lo, hi int, stream uint64) error {
	var busy []*counter
	err := share(ctx, (hi-lo+sampleChunk-1)/sampleChunk, func() func(int) error {
		w := b.counter()
		b.mu.Lock()
		busy = append(busy, w)
		b.mu.Unlock()
		source := rand.NewPCG(0, 0)
		r := rand.New(source)
		return func(chunk int) error {
			from := lo + chunk*sampleChunk
			for i := from; i < min(from+sampleChunk, hi); i++ {
				source.Seed(b.seed, stream|uint64(i))
				p, s, t := b.pairs.draw(r)
				if err := w.sample(p, s, t, r); err != nil {
					return err
				}
				for _, c := range w.inside() {
					w.hits[p.first+int(c)]++
				}
			}
			return nil
		}
	})
	for _, w := range busy {
		for i, x := range w.hits {
			b.hits[i] += uint64(x)
		}
		clear(w.hits)
	}
	b.free = append(b.free, busy...)
	return err
}

// counter returns one that nobody uses.
func (b *betweennessSample) counter() *counter {
	b.mu.Lock()
	defer b.mu.Unlock()
	if k := len(b.free); k > 0 {
		w := b.free[k-1]
		b.free = b.free[:k-1]
		return w
	}
	return &counter{b.draws(), make([]uint32, len(b.hits))}
}

// estimate turns means into scores.
func (b *betweennessSample) estimate(opt Options, samples int, greatest float64) Estimate {
	n := len(b.known)
	e := Estimate{Scores: make([]float64, n), Low: make([]float64, n), High: make([]float64, n), Samples: samples}
	scale := b.share * greatest
	for v, known := range b.known {
		var mean, low, high float64
		if samples > 0 {
			mean, low, high = b.interval(v, samples)
		}
		e.Scores[v], e.Low[v], e.High[v] = known+scale*mean, known+scale*low, known+scale*high
	}
	for _, scores := range [][]float64{e.Scores, e.Low, e.High} {
		opt.scale(scores, greatest)
	}
	return e
}
