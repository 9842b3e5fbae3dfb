package connectivity

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Weak returns the components that remain without a removal, direction ignored, on all
// processors. First the component of the node with most links is found, often the
// largest by far ([Strong] goes the same way). The others, or all if there is a removal,
// are found by joining each node with its first neighbours, finding the component that
// has become the largest, and reading in full only the nodes outside it (Sutton, Ben-Nun
// and Bar 2018). Time about O(n) where one component holds most nodes, O((n + m)·α(n)) at
// worst; memory 8 bytes a node and 8 a component. Errors: a removal out of range, the end
// of ctx.
func Weak(ctx context.Context, net *network.Network, r Removal) (*Components, error) {
	gone, err := newWithout(net, r)
	if err != nil {
		return nil, err
	}
	return weak(ctx, net, gone)
}

func weak(ctx context.Context, net *network.Network, gone *without) (*Components, error) {
	n := net.NumNodes()
	f, rest := make(forest, n), make([]uint32, 0)
	if gone.nodes == nil && gone.links == nil && n > 0 {
		first, err := hub(ctx, net)
		if err != nil {
			return nil, err
		}
		met, err := reachable(ctx, first, bothRows(net), bothRows(net), nil)
		if err != nil {
			return nil, err
		}
		if err := inChunks(ctx, n, chunk, func(lo, hi int) {
			for v := range f[lo:hi] {
				f[lo+v] = uint32(first)
			}
		}); err != nil {
			return nil, err
		}
		rest = slices.AppendSeq(rest, met.absent(n))
	} else {
		for v := range uint32(n) {
			rest = append(rest, v)
		}
	}
	if err := f.joinAll(ctx, net, gone, rest); err != nil {
		return nil, err
	}
	for _, v := range rest {
		if gone.gone(v) {
			f[v] = None
		}
	}
	return numbered(f), nil
}

// hub returns a node with most arcs.
func hub(ctx context.Context, net *network.Network) (network.NodeIndex, error) {
	out, in := outRows(net), inRows(net)
	var best atomic.Uint64 // its arcs, then its index
	err := inChunks(ctx, net.NumNodes(), chunk, func(lo, hi int) {
		mine := uint64(0)
		for v := uint32(lo); v < uint32(hi); v++ {
			mine = max(mine, uint64(out.degree(v)+in.degree(v))<<32|uint64(v))
		}
		for old := best.Load(); mine > old && !best.CompareAndSwap(old, mine); old = best.Load() {
		}
	})
	return network.NodeIndex(best.Load()), err
}

// forest is a union-find structure that many may change at once. A parent is never
// greater than its child, so the root of a tree is its least node, whoever made it.
type forest []uint32

// joinAll makes a tree of each component among some nodes that no other is linked to.
func (f forest) joinAll(ctx context.Context, net *network.Network, gone *without, nodes []uint32) error {
	const first = 2
	for _, v := range nodes {
		f[v] = v
	}
	for i := range first {
		err := inChunks(ctx, len(nodes), chunk, func(lo, hi int) {
			for _, v := range nodes[lo:hi] {
				f.joinRow(gone, v, net.Out(network.NodeIndex(v)), net.OutEdges(network.NodeIndex(v)), i, i+1)
			}
		})
		if err == nil {
			err = f.flatten(ctx, nodes)
		}
		if err != nil {
			return err
		}
	}
	skip := f.frequent(nodes)
	if err := inChunks(ctx, len(nodes), chunk, func(lo, hi int) {
		for _, v := range nodes[lo:hi] {
			if f.parent(v) != skip { // who joins later is read in vain, no more
				f.joinRest(net, gone, network.NodeIndex(v), first)
			}
		}
	}); err != nil {
		return err
	}
	return f.flatten(ctx, nodes)
}

func (f forest) parent(v uint32) uint32 { return atomic.LoadUint32(&f[v]) }

// join makes two trees one: the greater root, once found, becomes a child of what lies
// on the way of the other node, unless somebody was quicker.
func (f forest) join(v, w uint32) {
	p, q := f.parent(v), f.parent(w)
	for p != q {
		high, low := max(p, q), min(p, q)
		above := f.parent(high)
		if above == low || above == high && atomic.CompareAndSwapUint32(&f[high], high, low) {
			return
		}
		p, q = f.parent(f.parent(high)), f.parent(low)
	}
}

// joinRow joins v with its neighbours at positions from to end of a row.
func (f forest) joinRow(gone *without, v uint32, to []network.NodeIndex, edges []network.EdgeIndex, from, end int) {
	if gone.gone(v) {
		return
	}
	for i := from; i < min(end, len(to)); i++ {
		if w := uint32(to[i]); !gone.gone(w) && !gone.cut(uint32(edges[i])) {
			f.join(v, w)
		}
	}
}

// joinRest joins v with the neighbours that were left out before.
func (f forest) joinRest(net *network.Network, gone *without, v network.NodeIndex, from int) {
	f.joinRow(gone, uint32(v), net.Out(v), net.OutEdges(v), from, math.MaxInt)
	if net.Directed() {
		f.joinRow(gone, uint32(v), net.In(v), net.InEdges(v), 0, math.MaxInt)
	}
}

// flatten makes nodes children of their root.
func (f forest) flatten(ctx context.Context, nodes []uint32) error {
	return inChunks(ctx, len(nodes), chunk, func(lo, hi int) {
		for _, v := range nodes[lo:hi] {
			r := f.parent(v)
			for above := f.parent(r); above != r; above = f.parent(r) {
				r = above
			}
			atomic.StoreUint32(&f[v], r)
		}
	})
}

// frequent returns the root that most of a thousand evenly spaced nodes have.
func (f forest) frequent(nodes []uint32) uint32 {
	count := make(map[uint32]int)
	best := None
	for i := 0; i < len(nodes); i += 1 + len(nodes)/1000 {
		r := f[nodes[i]]
		count[r]++
		if best == None || count[r] > count[best] {
			best = r
		}
	}
	return best
}

// chunk is how many nodes a processor takes at a time where each is little work.
const chunk = 4096

// share is how many nodes a processor takes where each is so little work that for fewer
// no other would come in time.
const share = 1 << 16

// inChunks runs work on ranges of 0 to n−1, size of them each, on all processors if there
// are several ranges, until the end of ctx, which it returns.
func inChunks(ctx context.Context, n, size int, work func(lo, hi int)) error {
	var next atomic.Int64
	run := func() {
		for ctx.Err() == nil {
			hi := int(next.Add(int64(size)))
			if hi-size >= n {
				return
			}
			work(hi-size, min(hi, n))
		}
	}
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+size-1)/size) - 1 {
		wait.Go(run)
	}
	run()
	wait.Wait()
	return ctx.Err()
}
