package connectivity

import (
	"context"
	"math"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Weak returns the components that remain without a removal, direction ignored, by
// joining each node with its first neighbours, finding the component that has become
// the largest, and reading in full only the nodes outside it (Sutton, Ben-Nun and
// Bar 2018), on all processors. Time about O(n) where one component holds most nodes,
// O((n + m)·α(n)) at worst; memory 4 bytes a node and 8 a component. Errors: a removal
// out of range, the end of ctx.
func Weak(ctx context.Context, net *network.Network, r Removal) (*Components, error) {
	gone, err := newWithout(net, r)
	if err != nil {
		return nil, err
	}
	return weak(ctx, net, gone)
}

func weak(ctx context.Context, net *network.Network, gone *without) (*Components, error) {
	const first = 2
	n := net.NumNodes()
	f := newForest(n)
	for i := range first {
		err := inChunks(ctx, n, func(lo, hi int) {
			for v := lo; v < hi; v++ {
				f.joinRow(gone, uint32(v), net.Out(network.NodeIndex(v)), net.OutEdges(network.NodeIndex(v)), i, i+1)
			}
		})
		if err == nil {
			err = f.flatten(ctx)
		}
		if err != nil {
			return nil, err
		}
	}
	skip := f.frequent()
	if err := inChunks(ctx, n, func(lo, hi int) {
		for v := lo; v < hi; v++ {
			if f.parent(uint32(v)) != skip { // who joins later is read in vain, no more
				f.joinRest(net, gone, network.NodeIndex(v), first)
			}
		}
	}); err != nil {
		return nil, err
	}
	if err := f.flatten(ctx); err != nil {
		return nil, err
	}
	for v := range f {
		if gone.gone(uint32(v)) {
			f[v] = None
		}
	}
	return numbered(f), nil
}

// forest is a union-find structure that many may change at once. A parent is never
// greater than its child, so the root of a tree is its least node, whoever made it.
type forest []uint32

func newForest(n int) forest {
	f := make(forest, n)
	for v := range f {
		f[v] = uint32(v)
	}
	return f
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

// flatten makes every node a child of its root.
func (f forest) flatten(ctx context.Context) error {
	return inChunks(ctx, len(f), func(lo, hi int) {
		for v := lo; v < hi; v++ {
			r := f.parent(uint32(v))
			for above := f.parent(r); above != r; above = f.parent(r) {
				r = above
			}
			atomic.StoreUint32(&f[v], r)
		}
	})
}

// frequent returns the root that most of a thousand evenly spaced nodes have.
func (f forest) frequent() uint32 {
	count := make(map[uint32]int)
	best := None
	for v := 0; v < len(f); v += 1 + len(f)/1000 {
		r := f[v]
		count[r]++
		if best == None || count[r] > count[best] {
			best = r
		}
	}
	return best
}

// inChunks runs work on ranges of 0 to n−1, on all processors if there are several
// ranges, until the end of ctx, which it returns.
func inChunks(ctx context.Context, n int, work func(lo, hi int)) error {
	const chunk = 4096
	var next atomic.Int64
	run := func() {
		for ctx.Err() == nil {
			hi := int(next.Add(chunk))
			if hi-chunk >= n {
				return
			}
			work(hi-chunk, min(hi, n))
		}
	}
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk) - 1 {
		wait.Go(run)
	}
	run()
	wait.Wait()
	return ctx.Err()
}
