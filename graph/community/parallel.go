package community

import (
	"context"
	"runtime"
	"sort"
	"sync"
	"sync/atomic"
)

// ctxStride is the number of nodes between two looks at a context where a node is
// little work.
const ctxStride = 4096

// inChunks runs work on all processors; each takes ranges of 0 to n−1 until there are
// none, or the context ends.
func inChunks(ctx context.Context, n int, work func(next func() (lo, hi int, ok bool))) error {
	const chunk = 256
	var taken atomic.Int64
	next := func() (lo, hi int, ok bool) {
		lo = int(taken.Add(chunk)) - chunk
		return lo, min(lo+chunk, n), lo < n && ctx.Err() == nil
	}
	var wait sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), (n+chunk-1)/chunk) {
		wait.Go(func() { work(next) })
	}
	wait.Wait()
	return ctx.Err()
}

// share is how many nodes the sets of a chunk hold, about.
const share = 512

// pieces returns the number of chunks of sets; starts counts the nodes before each.
func pieces(starts []uint32) int { return int(starts[len(starts)-1])/share + 1 }

// cuts returns the first set of a chunk.
func cuts(starts []uint32, chunk int) int {
	sets := len(starts) - 1
	if chunk == pieces(starts) {
		return sets
	}
	return sort.Search(sets, func(c int) bool { return int(starts[c]) >= chunk*share })
}

// chunks runs work for all chunks of sets, each processor with its own sums.
func (s *search) chunks(starts []uint32, work func(near *nearby, chunk, lo, hi int)) error {
	return s.share(pieces(starts), func(near *nearby, chunk int) {
		work(near, chunk, cuts(starts, chunk), cuts(starts, chunk+1))
	})
}

// share runs work for 0 to count−1 on all processors; each takes the next that is left,
// until there are none or the context ends.
func (s *search) share(count int, work func(near *nearby, i int)) error {
	var taken atomic.Int64
	run := func(near *nearby) {
		for i := int(taken.Add(1)) - 1; i < count && s.ctx.Err() == nil; i = int(taken.Add(1)) - 1 {
			work(near, i)
		}
	}
	var wait sync.WaitGroup
	for p := 1; p < min(len(s.near), count); p++ {
		wait.Go(func() { run(&s.near[p]) })
	}
	run(&s.near[0])
	wait.Wait()
	return s.ctx.Err()
}
