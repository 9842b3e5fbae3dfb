package reliability

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Options say how links depend on each other and how much work may be done. The
// zero value means independent links and the defaults.
type Options struct {
	// Group numbers, for each link, what it stands or falls with, for instance the
	// document that tells of it. One number is drawn for a group, and a link holds if
	// that number is below its probability: of links of one group the less likely
	// never holds without the more likely. Nil: every link by itself.
	Group []uint32
	// Exactly bounds the steps of each exact search, each about reading one arc; 0
	// means 5·10⁷, negative leaves them out.
	Exactly int64
	// Error is how far the limits of what is drawn may lie from it, at most, with the
	// probability Confidence; 0 means 0.01 and 0.95. It decides how many networks are
	// drawn where the exact search does not end: some 10,000 with these.
	Error, Confidence float64
	// Sampling bounds the steps of drawing; 0 means 10⁸. Where it ends the drawing
	// the limits are wider. Some networks are drawn whatever it says.
	Sampling int64
	// Seed decides what is drawn.
	Seed uint64
}

const (
	defaultExactly    = 50_000_000
	defaultSampling   = 100_000_000
	defaultError      = 0.01
	defaultConfidence = 0.95
	leastError        = 0.0001
)

// Result is the probability that some node of one set is joined to one of another.
type Result struct {
	// Value is the probability if Exact, else the share of drawn networks.
	Value float64
	Exact bool
	// Low and High are Value if Exact, else the limits of Wilson (1927) for the
	// confidence asked for.
	Low, High float64
	// Samples is how many networks were drawn, Hits in how many of them there was a
	// way. Both are 0 if Exact.
	Samples, Hits int
}

// TwoTerminal returns the probability that a path of links that hold leads from some
// node of from to some of to, along the direction of links. probability is by link;
// parallel links are links of their own, loops do not matter. It is 1 where the sets
// overlap and 0 where there is no path at all.
//
// The question is made smaller first: what does not lie between the sets goes, what
// certain links join becomes one node, and independent links in series and in
// parallel become one. There are two exact searches. Where links are independent and
// the network can be swept by a narrow frontier, of up to 16 nodes, one decides link
// after link (Hardy, Lucet and Limnios 2007): exponential in the width alone, at most
// 2¹⁸ relations of the frontier at a time. The other multiplies over the nodes that
// every path passes, and factors on the first uncertain link of a path with the fewest
// of them (Dotson and Gobien 1979): exponential in the uncertain links of a stretch,
// O(n + m) a step of it. Drawing takes O(n + m) a sample, less where only few nodes are in
// reach, on all processors. Memory O(n + m), and O(n) more a processor.
//
// Errors: BAD_USER_INPUT for a set that is empty or names a node that there is not,
// for a probability that is not from 0 to 1, and for a slice of the wrong length; the
// end of ctx.
func TwoTerminal(ctx context.Context, net *network.Network, from, to []network.NodeIndex, probability []float64, opt Options) (Result, error) {
	if err := check(net, from, to, probability, opt); err != nil {
		return Result{}, err
	}
	q, value, known, err := newQuestion(net, from, to, probability, opt.Group).shrink(ctx)
	if err == nil && !known && opt.Exactly >= 0 {
		value, known, err = q.exact(ctx, orDefault(opt.Exactly, defaultExactly))
	}
	if err != nil {
		return Result{}, err
	}
	if known {
		return Result{Value: value, Exact: true, Low: value, High: value}, nil
	}
	z := quantile(orDefault(opt.Confidence, defaultConfidence))
	samples, hits, err := q.draw(ctx, wanted(z, orDefault(opt.Error, defaultError)), orDefault(opt.Sampling, defaultSampling), opt.Seed)
	if err != nil {
		return Result{}, err
	}
	r := Result{Value: float64(hits) / float64(samples), Samples: samples, Hits: hits}
	r.Low, r.High = wilson(hits, samples, z)
	return r, nil
}

func (q *question) exact(ctx context.Context, work int64) (value float64, done bool, err error) {
	if value, done, err = q.sweep(ctx, work); done || err != nil {
		return value, done, err
	}
	return q.factor(ctx, work)
}

func orDefault[T int64 | float64](x, otherwise T) T {
	if x <= 0 {
		return otherwise
	}
	return x
}

func check(net *network.Network, from, to []network.NodeIndex, probability []float64, opt Options) error {
	for i, set := range [2][]network.NodeIndex{from, to} {
		name := [2]string{"from", "to"}[i]
		if len(set) == 0 {
			return graph.Errorf(graph.BadUserInput, "%s: name at least one node", name)
		}
		for _, v := range set {
			if int(v) >= net.NumNodes() {
				return graph.Errorf(graph.BadUserInput, "%s: there is no node %d", name, v)
			}
		}
	}
	if e, c := opt.Error, opt.Confidence; e != 0 && !(e >= leastError && e < 1) || !(c >= 0 && c < 1) {
		return graph.Errorf(graph.BadUserInput, "an error of %v with a confidence of %v; it must be from %v to below 1, and the confidence below 1", e, c, leastError)
	}
	if len(probability) != net.NumLinks() {
		return graph.Errorf(graph.BadUserInput, "%d probabilities for %d links", len(probability), net.NumLinks())
	}
	if opt.Group != nil && len(opt.Group) != net.NumLinks() {
		return graph.Errorf(graph.BadUserInput, "%d groups for %d links", len(opt.Group), net.NumLinks())
	}
	for e, p := range probability {
		if !(p >= 0 && p <= 1) {
			return graph.Errorf(graph.BadUserInput, "link %d: a probability of %v is not from 0 to 1", e, p)
		}
	}
	return nil
}

// quantile is that of the normal distribution, between two limits.
func quantile(confidence float64) float64 { return math.Sqrt2 * math.Erfinv(confidence) }

// wanted is how many samples make the limits lie no farther away than that, whatever
// the share.
func wanted(z, away float64) int { return max(int(math.Ceil(z*z/(4*away*away))), 1) }

// wilson returns the limits of a share, which are sound at 0 and 1 too.
func wilson(hits, samples int, z float64) (low, high float64) {
	n := float64(samples)
	p := float64(hits) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(min(middle-half, p), 0), min(max(middle+half, p), 1)
}

// question is what both searches look at.
type question struct {
	net         *network.Network
	from, to    []network.NodeIndex
	probability []float64
	grouped     bool     // whether links may stand or fall together
	group       []uint32 // dense
	groups      int
}

func newQuestion(net *network.Network, from, to []network.NodeIndex, probability []float64, group []uint32) *question {
	q := &question{net: net, from: from, to: to, probability: probability, grouped: group != nil, group: make([]uint32, net.NumLinks())}
	if group == nil {
		for e := range q.group {
			q.group[e] = uint32(e)
		}
		q.groups = len(q.group)
		return q
	}
	number := map[uint32]uint32{}
	for e, g := range group {
		n, known := number[g]
		if !known {
			n = uint32(len(number))
			number[g] = n
		}
		q.group[e] = n
	}
	q.groups = len(number)
	return q
}
