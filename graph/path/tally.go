package path

import (
	"context"
	"math/big"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Ties are the paths of least cost between two sets, kept as the network of their
// steps: each way along it from a start to an end is one of them.
type Ties struct {
	// Found is false when no path joins the sets.
	Found bool
	// Count is how many there are, exactly: 0 also when none passes Via.
	Count *big.Int
	// Best is a path of least cost, whatever it passes.
	Best Path

	price  Cost
	order  func(a, b network.NodeIndex) int
	nodes  []network.NodeIndex // each before those to which its steps lead
	starts []int32             // places of nodes where paths begin, in the order of nodes
	ends   []bool              // by place
	steps  [][]onward          // by place, in the order of nodes
	ways   []tally             // to an end, by place
}

// onward is a step to a place.
type onward struct {
	to   int32
	edge network.EdgeIndex
}

// through leaves the paths that pass all of some nodes: those of which no step goes from
// before one to behind it, since steps lead onward alone.
func (t *Ties) through(via []network.NodeIndex) {
	for _, v := range via {
		x := int32(slices.Index(t.nodes, v))
		if x < 0 {
			t.starts = nil
			return
		}
		t.starts = slices.DeleteFunc(t.starts, func(at int32) bool { return at > x })
		for at := range t.nodes[:x] {
			t.ends[at] = false
			t.steps[at] = slices.DeleteFunc(t.steps[at], func(s onward) bool { return s.to > x })
		}
	}
}

// count adds up the ways from each place to an end.
func (t *Ties) count(ctx context.Context) error {
	t.ways = make([]tally, len(t.nodes))
	for at := len(t.nodes) - 1; at >= 0; at-- {
		if err := poll(ctx, at); err != nil {
			return err
		}
		if t.ends[at] {
			t.ways[at].low = 1
		}
		for _, s := range t.steps[at] {
			t.ways[at].add(t.ways[s.to])
		}
	}
	var all tally
	for _, at := range t.starts {
		all.add(t.ways[at])
	}
	t.Count = all.value()
	return nil
}

// Paths lists at most so many of the paths after the first skip of them. They are in
// the order of their nodes, one after another along the path: of two, the one that goes
// to the lesser node where they part comes first. O(L·d) a path for its L links and the
// d steps from a node.
func (t *Ties) Paths(skip uint64, most int) []Path {
	var list []Path
	for len(list) < most {
		p, ok := t.path(skip)
		if !ok {
			return list
		}
		list = append(list, p)
		if skip++; skip == 0 { // no number is left
			return list
		}
	}
	return list
}

// path returns the path before which there are so many others; false if there is none.
func (t *Ties) path(others uint64) (Path, bool) {
	var p Path
	at, more := int32(-1), others
	for _, start := range t.starts {
		if t.ways[start].above(more) {
			at = start
			break
		}
		more -= t.ways[start].low
	}
	if at < 0 {
		return p, false
	}
	p.Nodes = []network.NodeIndex{t.nodes[at]}
	for !t.ends[at] { // paths stop at the first end
		for _, s := range t.steps[at] {
			if t.ways[s.to].above(more) {
				p.Nodes, p.Edges = append(p.Nodes, t.nodes[s.to]), append(p.Edges, s.edge)
				at = s.to
				break
			}
			more -= t.ways[s.to].low
		}
	}
	p.Cost = float64(p.Hops())
	if t.price != nil {
		p.Cost = t.price.sum(p.Edges)
	}
	return p, true
}

// tally is a number of any size; most fit in a word.
type tally struct {
	low  uint64
	high *big.Int // the whole number, once it does not fit
}

func (t *tally) add(u tally) {
	if sum := t.low + u.low; t.high == nil && u.high == nil && sum >= t.low {
		t.low = sum
		return
	}
	t.high = new(big.Int).Add(t.value(), u.value())
}

func (t *tally) value() *big.Int {
	if t.high != nil {
		return t.high
	}
	return new(big.Int).SetUint64(t.low)
}

// above says whether the number is greater than n.
func (t *tally) above(n uint64) bool { return t.high != nil || t.low > n }
