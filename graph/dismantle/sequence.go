package dismantle

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strconv"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// SequenceOptions say how far a network is taken apart, and how.
type SequenceOptions struct {
	Strategy Strategy
	// Radius is that of [Influence], 1 to 3.
	Radius int
	// Block is how many nodes go at once before scores are computed anew; 0 means 1.
	Block int
	// Removals bounds the nodes to remove; 0 means all.
	Removals int
	// Target ends the sequence once the largest component has no more nodes; below 1
	// means 1.
	Target int
	// Reinsert puts nodes back that were not needed to reach the target, as long as
	// there are any: each time the one that joins the smallest component (Braunstein,
	// Dall'Asta, Semerjian and Zdeborová 2016). The order of the others stays.
	Reinsert bool
	// Work bounds the steps, each about reading one arc; 0 means 2·10⁸, which take a
	// few seconds. What was removed by then is the answer.
	Work int64
}

// Sequence is a network taken apart node by node.
type Sequence struct {
	Strategy Strategy
	Radius   int // of Influence
	Removed  []network.NodeIndex
	// Largest is the size of the largest component after 0, 1, 2 … removals, and
	// Pairs counts the pairs that are still connected then.
	Largest []int
	Pairs   []int64
	// Reached says that the largest component has come down to the target, Cut that
	// the work ended before.
	Reached, Cut bool
	// Reinserted counts the nodes put back.
	Reinserted int
}

// Robustness is R = 1/n · Σ S(q) over q = 1 … n removals, with S the share of the n
// nodes that the largest component has: 0 to ½ (Schneider, Moreira, Andrade, Havlin
// and Herrmann 2011). It is NaN unless the sequence goes on until no link is left.
func (s *Sequence) Robustness(n int) float64 {
	if n == 0 || s.Largest[len(s.Removed)] > 1 {
		return math.NaN()
	}
	sum := max(n-1-len(s.Removed), 0) // single nodes are left to remove
	for _, l := range s.Largest[1:] {
		sum += l
	}
	return float64(sum) / float64(n) / float64(n)
}

func (o *SequenceOptions) check(net *network.Network) error {
	o.Block, o.Target = max(o.Block, 1), max(o.Target, 1)
	if o.Removals <= 0 {
		o.Removals = net.NumNodes()
	}
	o.Work = Limits{Work: o.Work}.work()
	switch {
	case !slices.Contains(Strategies(), o.Strategy):
		return graph.Errorf(graph.BadUserInput, "strategy: there is no %q", o.Strategy)
	case o.Strategy == Influence && (o.Radius < 1 || o.Radius > 3):
		return graph.Errorf(graph.BadUserInput, "radius: %d is not from 1 to 3", o.Radius)
	case o.Strategy != Influence:
		o.Radius = 0
	}
	return nil
}

// Dismantle removes nodes by a strategy, ties by index, until the largest component
// is as small as the target or as many are gone as allowed. Direction, loops and
// parallel links do not count. Time: O((n + m)·log n) for [AdaptiveDegree] and
// [CoreHD], for [Influence] times the size of a ball of Radius+1, a few hundred
// passes over a component for each cut of [Generalized], O(n·m) a removal for
// [AdaptiveBetweenness]. Memory O(n + m).
//
// Errors: BAD_USER_INPUT for an option that there is not; the end of ctx.
func Dismantle(ctx context.Context, net *network.Network, opt SequenceOptions) (*Sequence, error) {
	if err := opt.check(net); err != nil {
		return nil, err
	}
	d := &dismantling{residual: newResidual(newBody(net, true), opt.Work), opt: opt}
	err := d.start(ctx)
	if err == nil {
		err = d.run(ctx)
	}
	if err != nil && !errors.Is(err, errWork) {
		return nil, err
	}
	d.cut = err != nil
	return d.sequence(), nil
}

type dismantling struct {
	*residual
	opt   SequenceOptions
	by    chooser
	order []uint32
	cut   bool
}

func (d *dismantling) start(ctx context.Context) (err error) {
	switch d.opt.Strategy {
	case AdaptiveDegree:
		d.by = newDegreeChooser(d.residual)
	case CoreHD:
		d.by = newCoreChooser(d.residual)
	case Generalized:
		d.by = &spectrumChooser{residual: d.residual, target: d.opt.Target, pieces: newPieces(d.residual)}
	case Influence:
		d.by, err = newInfluenceChooser(ctx, d.residual, d.opt.Radius)
	case AdaptiveBetweenness:
		d.by, err = newBetweennessChooser(ctx, d.residual)
	}
	return err
}

// run removes nodes. Whether the target is reached is looked at from time to time, and
// seen exactly from the curve afterwards: a look reads the whole network.
func (d *dismantling) run(ctx context.Context) error {
	look := 1
	for len(d.order) < d.opt.Removals {
		if len(d.order) >= look || d.opt.Strategy == AdaptiveBetweenness {
			if largest, _ := d.curve(d.order); largest[len(d.order)] <= d.opt.Target {
				return nil
			}
			look = len(d.order) + len(d.order)/4 + 1
		}
		if err := d.going(ctx); err != nil {
			return err
		}
		nodes, err := d.by.next(ctx, min(d.opt.Block, d.opt.Removals-len(d.order)))
		if err != nil || len(nodes) == 0 {
			return err
		}
		for _, v := range nodes {
			d.remove(v)
		}
		if d.order = append(d.order, nodes...); len(d.order) == d.opt.Removals {
			return nil // nobody asks for scores again
		}
		if err := d.by.removed(ctx, nodes); err != nil {
			return err
		}
	}
	return nil
}

// sequence ends the order where the target is reached.
func (d *dismantling) sequence() *Sequence {
	s := &Sequence{Strategy: d.opt.Strategy, Radius: d.opt.Radius, Cut: d.cut}
	largest, _ := d.curve(d.order)
	if at := slices.IndexFunc(largest, func(l int) bool { return l <= d.opt.Target }); at >= 0 {
		s.Reached, s.Cut = true, false
		d.order = d.order[:at]
	}
	if s.Reached && d.opt.Reinsert {
		before := len(d.order)
		d.order = d.reinsert(d.order, d.opt.Target)
		s.Reinserted = before - len(d.order)
	}
	s.Largest, s.Pairs = d.curve(d.order)
	for _, v := range d.order {
		s.Removed = append(s.Removed, network.NodeIndex(v))
	}
	return s
}

// reinsert puts back what the target does not need, ties by index. What a node would
// join only grows, so an entry of the heap that is out of date is put back in.
func (b *body) reinsert(order []uint32, target int) (left []uint32) {
	f := newForest(b.n)
	out := make([]bool, b.n)
	for _, v := range order {
		out[v] = true
	}
	for v := range uint32(b.n) {
		for _, w := range b.row(int(v)) {
			if !out[v] && !out[w] {
				f.join(v, w)
			}
		}
	}
	r := &ranked{score: make([]int64, b.n)}
	size := func(v uint32) int64 { // of what it would belong to, negative: least first
		joined, total := []uint32{}, int64(1)
		for _, w := range b.row(int(v)) {
			if root := f.root(w); !out[w] && !slices.Contains(joined, root) {
				joined = append(joined, root)
				total += f.size[root]
			}
		}
		return -total
	}
	for _, v := range order {
		r.score[v] = 1
		r.set(v, size(v))
	}
	back := make([]bool, b.n)
	for {
		best := r.best(1, back)
		if len(best) == 0 {
			break
		}
		v := best[0]
		if now := size(v); now != r.score[v] {
			r.set(v, now)
			continue
		} else if -now > int64(target) {
			break
		}
		back[v], out[v] = true, false
		for _, w := range b.row(int(v)) {
			if !out[w] {
				f.join(v, w)
			}
		}
	}
	for _, v := range order {
		if !back[v] {
			left = append(left, v)
		}
	}
	return left
}

// round10 rounds to ten significant digits.
func round10(f float64) float64 {
	r, err := strconv.ParseFloat(strconv.FormatFloat(f, 'e', 9, 64), 64)
	if err != nil {
		return f
	}
	return r
}

// Ensemble dismantles by several strategies and returns their sequences, the best
// first: one that reaches the target in the fewest removals; else the one whose largest
// component is smallest at the end; then the one with the smaller sum over the curve;
// then in the order given. Errors are those of [Dismantle].
func Ensemble(ctx context.Context, net *network.Network, options []SequenceOptions) ([]*Sequence, error) {
	var list []*Sequence
	for _, opt := range options {
		s, err := Dismantle(ctx, net, opt)
		if err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	slices.SortStableFunc(list, func(a, b *Sequence) int {
		if a.Reached != b.Reached {
			if a.Reached {
				return -1
			}
			return 1
		}
		if a.Reached {
			return cmp.Or(cmp.Compare(len(a.Removed), len(b.Removed)), cmp.Compare(a.area(), b.area()))
		}
		return cmp.Or(cmp.Compare(a.Largest[len(a.Largest)-1], b.Largest[len(b.Largest)-1]), cmp.Compare(a.area(), b.area()))
	})
	return list, nil
}

func (s *Sequence) area() (sum int) {
	for _, l := range s.Largest {
		sum += l
	}
	return sum
}
