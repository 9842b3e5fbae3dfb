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
	// Factoring bounds the steps of the exact search, each about reading one arc; 0
	// means 2·10⁷, negative leaves it out.
	Factoring int64
	// Samples is how many networks are drawn where the exact search does not end; 0
	// means 10,000.
	Samples int
	// Sampling bounds the steps of drawing; 0 means 2·10⁸. Some networks are drawn
	// whatever it says.
	Sampling int64
	// Seed decides what is drawn.
	Seed uint64
}

const (
	defaultFactoring = 20_000_000
	defaultSampling  = 200_000_000
	defaultSamples   = 10_000
)

// Result is the probability that some node of one set is joined to one of another.
type Result struct {
	// Value is the probability if Exact, else the share of drawn networks.
	Value float64
	Exact bool
	// Low and High are Value if Exact, else the limits of Wilson (1927) for a
	// confidence of 95 %.
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
// The exact search factors on the first uncertain link of a path with the fewest of
// them (Dotson and Gobien 1979): exponential in the uncertain links between the sets,
// O(n + m) a step of it. Drawing takes O(n + m) a sample, less where only few nodes
// are in reach, on all processors. Memory O(n + m), and O(n) more a processor.
//
// Errors: BAD_USER_INPUT for a set that is empty or names a node that there is not,
// for a probability that is not from 0 to 1, and for a slice of the wrong length; the
// end of ctx.
func TwoTerminal(ctx context.Context, net *network.Network, from, to []network.NodeIndex, probability []float64, opt Options) (Result, error) {
	if err := check(net, from, to, probability, opt); err != nil {
		return Result{}, err
	}
	q := newQuestion(net, from, to, probability, opt.Group)
	if opt.Factoring >= 0 {
		value, done, err := q.factor(ctx, orDefault(opt.Factoring, defaultFactoring))
		if err != nil {
			return Result{}, err
		}
		if done {
			return Result{Value: value, Exact: true, Low: value, High: value}, nil
		}
	}
	samples, hits, err := q.draw(ctx, int(orDefault(int64(opt.Samples), defaultSamples)), orDefault(opt.Sampling, defaultSampling), opt.Seed)
	if err != nil {
		return Result{}, err
	}
	r := Result{Value: float64(hits) / float64(samples), Samples: samples, Hits: hits}
	r.Low, r.High = wilson(hits, samples)
	return r, nil
}

func orDefault(x, otherwise int64) int64 {
	if x <= 0 {
		return otherwise
	}
	return x
}

func check(net *network.Network, from, to []network.NodeIndex, probability []float64, opt Options) error {
	for name, set := range map[string][]network.NodeIndex{"from": from, "to": to} {
		if len(set) == 0 {
			return graph.Errorf(graph.BadUserInput, "%s: name at least one node", name)
		}
		for _, v := range set {
			if int(v) >= net.NumNodes() {
				return graph.Errorf(graph.BadUserInput, "%s: there is no node %d", name, v)
			}
		}
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

// z is the quantile of the normal distribution for 95 % between two limits.
const z = 1.959963984540054

// wilson returns the limits of a share, which are sound at 0 and 1 too.
func wilson(hits, samples int) (low, high float64) {
	n := float64(samples)
	p := float64(hits) / n
	middle := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return max(min(middle-half, p), 0), min(max(middle+half, p), 1)
}

// question is what both searches look at.
type question struct {
	net         *network.Network
	from        []network.NodeIndex
	goal        []bool
	probability []float64
	group       []uint32 // dense, in order of first appearance
	groups      int
}

func newQuestion(net *network.Network, from, to []network.NodeIndex, probability []float64, group []uint32) *question {
	q := &question{net: net, from: from, goal: make([]bool, net.NumNodes()), probability: probability, group: make([]uint32, net.NumLinks())}
	for _, v := range to {
		q.goal[v] = true
	}
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
