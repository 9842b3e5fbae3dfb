package centrality

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// shrunk is a simple network taken apart at its articulation points, direction
// ignored.
type shrunk struct {
	net *network.Network
	*blocks
	// local holds the blocks of more than one link by number; the others are empty.
	local []plain
	// carried is the number of pairs, in a directed network ordered, that need the
	// link of a block of one link: towards its top, and in a directed network away.
	carried [][2]float64
}

// shrink takes a network apart. In a directed one a node of a block stands as an end
// of paths for what it reaches behind it, and as a beginning for what reaches it
// there. O(n + m), and in a directed network up to that for each articulation point
// outside the greatest strong component of its block.
func shrink(ctx context.Context, net *network.Network) (*shrunk, error) {
	both, err := net.Undirected()
	if err != nil {
		return nil, err
	}
	plan, _ := both.Simple()
	b, err := decompose(ctx, plan)
	if err != nil {
		return nil, err
	}
	h := &shrunk{net: net, blocks: b, local: make([]plain, len(b.list)), carried: make([][2]float64, len(b.list))}
	s := newShrinker(net, b)
	for i, block := range b.list {
		if block.end-block.start == 1 {
			h.carried[i][0] = block.below * (block.component - block.below)
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		h.local[i] = s.localize(int32(i))
	}
	if net.Directed() {
		err = h.count(ctx)
	}
	return h, err
}

// count fills in what nodes of blocks stand for in a directed network, what carries
// how many pairs, and how many only a node connects.
func (h *shrunk) count(ctx context.Context) error {
	tops := make([]bool, h.net.NumNodes())
	for _, block := range h.list {
		tops[block.top] = true
	}
	out, err := h.reach(ctx, tops, false)
	if err != nil {
		return err
	}
	in, err := h.reach(ctx, tops, true)
	if err != nil {
		return err
	}
	for v := range h.across {
		h.across[v] = (out.home[v]+out.below[v])*(in.home[v]+in.below[v]) - out.home[v]*in.home[v]
	}
	for i, block := range h.list {
		h.across[block.top] -= out.top[i] * in.top[i]
		if block.end-block.start == 1 {
			v := h.inside[block.start]
			h.carried[i] = [2]float64{(1 + in.below[v]) * out.ofTop(i), in.ofTop(i) * (1 + out.below[v])}
			continue
		}
		h.local[i].ends, h.local[i].begins = out.weights(i), in.weights(i)
	}
	return nil
}

// behind says how many nodes each node reaches, or in the reverse is reached from.
type behind struct {
	*shrunk
	reverse bool
	below   []float64 // in the blocks that the node is the top of
	home    []float64 // in the block that it lies inside, if it is the top of any
	top     []float64 // for each block, of its top in it
}

func (h *shrunk) reach(ctx context.Context, tops []bool, reverse bool) (*behind, error) {
	n := h.net.NumNodes()
	r := &behind{h, reverse, make([]float64, n), make([]float64, n), make([]float64, len(h.list))}
	for i, block := range h.list { // each block comes after those below it
		if g := &h.local[i]; g.size() > 0 {
			r.top[i] = newReacher(g.rows(reverse), r.weights(i)).from(g.top)
		} else if v := h.inside[block.start]; r.linked(block.top, v) {
			r.top[i] = 1 + r.below[v]
		}
		r.below[block.top] += r.top[i]
		if i%ctxStride == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	for i, block := range slices.Backward(h.list) {
		if err := r.down(ctx, i, block, tops); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// down counts what nodes inside a block reach in it, when that of its top is known.
func (r *behind) down(ctx context.Context, i int, block blockOf, tops []bool) error {
	inside := r.inside[block.start:block.end]
	if !slices.ContainsFunc(inside, func(v network.NodeIndex) bool { return tops[v] }) {
		return nil
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	g := &r.local[i]
	if g.size() == 0 {
		if r.linked(inside[0], block.top) {
			r.home[inside[0]] = r.ofTop(i)
		}
		return nil
	}
	in := newReacher(g.rows(r.reverse), r.weights(i))
	if err := in.findCore(ctx, g.rows(!r.reverse)); err != nil {
		return err
	}
	for c, v := range g.nodes {
		if tops[v] && uint32(c) != g.top {
			if err := ctx.Err(); err != nil {
				return err
			}
			r.home[v] = in.from(uint32(c))
		}
	}
	return nil
}

// ofTop is what the top of a block stands for in it: itself and what is behind it.
func (r *behind) ofTop(i int) float64 {
	top := r.list[i].top
	return 1 + r.home[top] + r.below[top] - r.top[i]
}

// weights returns what the nodes of a block stand for in it.
func (r *behind) weights(i int) []float64 {
	g := &r.local[i]
	weight := make([]float64, g.size())
	for c, v := range g.nodes {
		weight[c] = 1 + r.below[v]
	}
	weight[g.top] = r.ofTop(i)
	return weight
}

// linked says whether one step leads from v to w.
func (r *behind) linked(v, w network.NodeIndex) bool {
	row := r.net.Out(v)
	if r.reverse {
		row = r.net.In(v)
	}
	_, found := slices.BinarySearch(row, w)
	return found
}

// rows returns the arcs of a block, or their reverse.
func (g *plain) rows(reverse bool) *matrix {
	m := &matrix{off: g.off, nbr: g.nbr}
	if !reverse {
		return m
	}
	t := &matrix{off: make([]uint32, len(g.off)), nbr: make([]uint32, len(g.nbr))}
	for _, w := range g.nbr {
		t.off[w+1]++
	}
	for v := range g.size() {
		t.off[v+1] += t.off[v]
	}
	next := slices.Clone(t.off)
	for v := range g.size() {
		for _, w := range m.row(v) {
			t.nbr[next[w]] = uint32(v)
			next[w]++
		}
	}
	return t
}

// reacher adds up the weights of what nodes of a block reach.
type reacher struct {
	m      *matrix
	weight []float64
	seen   []bool
	queue  []uint32
	// core marks a strong component and beyond what it reaches, whose weights add up
	// to sum: searches end there.
	core, beyond []bool
	sum          float64
}

func newReacher(m *matrix, weight []float64) *reacher {
	return &reacher{m: m, weight: weight, seen: make([]bool, m.size()), core: make([]bool, m.size()), beyond: make([]bool, m.size())}
}

// findCore takes the greatest strong component for the core; transposed is m the
// other way.
func (r *reacher) findCore(ctx context.Context, transposed *matrix) error {
	label, largest, err := largestComponent(ctx, transposed, r.m)
	if err != nil {
		return err
	}
	first := slices.Index(label, largest)
	r.sum = r.weight[first] + r.from(uint32(first))
	for _, v := range r.queue {
		r.beyond[v] = true
	}
	for v, l := range label {
		r.core[v] = l == largest
	}
	return nil
}

// from returns the weight of what a node reaches, itself left out.
func (r *reacher) from(v uint32) float64 {
	if r.core[v] {
		return r.sum - r.weight[v]
	}
	r.queue = append(r.queue[:0], v)
	r.seen[v] = true
	sum, met := 0.0, false
	for i := 0; i < len(r.queue); i++ {
		for _, w := range r.m.row(int(r.queue[i])) {
			met = met || r.core[w]
			if !r.seen[w] && !r.core[w] {
				r.seen[w] = true
				r.queue = append(r.queue, w)
			}
		}
	}
	for _, w := range r.queue {
		r.seen[w] = false
		if w == v || met && r.beyond[w] {
			continue
		}
		sum += r.weight[w]
	}
	if met {
		sum += r.sum
	}
	return sum
}
