package dismantle

import (
	"context"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// optima are the sets of one size that reach the least value.
type optima struct {
	value int64
	total int
	sets  [][]int // the first few, lexicographic
}

// enumeration looks at every set of a fixed size. It chooses all members but the
// last; one probe then judges every choice of the last at once. Sets whose
// completions the ceiling of the bound rules out are skipped.
type enumeration struct {
	probe      prober
	targets    int
	candidates []int // ascending
	size       int
	limit      int64 // no set above this value is wanted
	keep       int
	bound      *holding
	purse      *purse
}

// steps estimates the work of an enumeration without a bound.
func (e *enumeration) steps() int64 {
	total := float64(e.probe.cost())
	for i := range e.size - 1 {
		total *= float64(len(e.candidates)-i) / float64(i+1)
	}
	if total > math.MaxInt64/2 {
		return math.MaxInt64
	}
	return int64(max(total, 0))
}

// run returns the optima; their total is 0 when no set is within the limit. The
// sets that share a first member are one task. Tasks run in parallel and know
// nothing of each other, so the result does not depend on their timing.
func (e *enumeration) run(ctx context.Context) (optima, error) {
	tasks := len(e.candidates) - e.size + 1
	if e.size == 1 {
		tasks = 1
	}
	found := make([]optima, max(tasks, 0))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(found)) {
		wg.Go(func() {
			h := hunt{enumeration: e, probe: e.probe.copy(), values: make([]int64, e.targets), ctx: ctx}
			for i := int(next.Add(1)) - 1; i < len(found) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				h.best = optima{value: e.limit}
				if e.size == 1 {
					h.last(nil, 0, 0)
				} else {
					first := e.candidates[i]
					h.extend(append(make([]int, 0, e.size), first), i+1, e.bound.weight[first], e.purse.cost(first))
				}
				found[i] = h.best
			}
		})
	}
	wg.Wait()
	return merged(found, e.limit, e.keep), ctx.Err()
}

func merged(found []optima, limit int64, keep int) optima {
	all := optima{value: limit}
	for _, o := range found {
		switch {
		case o.total == 0 || o.value > all.value:
		case o.value < all.value || all.total == 0:
			all = o
		default:
			all.total += o.total
			all.sets = append(all.sets, o.sets[:min(len(o.sets), keep-len(all.sets))]...)
		}
	}
	return all
}

// hunt is one goroutine's part of an enumeration.
type hunt struct {
	*enumeration
	probe  prober
	values []int64
	best   optima
	ctx    context.Context
	calls  int
}

// extend adds candidates from position from on to prefix; lost is the weight in the
// bound of what prefix takes away, spent what it costs.
func (h *hunt) extend(prefix []int, from int, lost int64, spent float64) {
	left := h.size - len(prefix)
	if left == 1 {
		h.last(prefix, from, spent)
		return
	}
	for i := from; i <= len(h.candidates)-left; i++ {
		t := h.candidates[i]
		after := lost + h.bound.weight[t]
		if h.bound.least(after, left-1) > h.best.value || !h.purse.fits(spent, t) {
			continue
		}
		h.extend(append(prefix, t), i+1, after, spent+h.purse.cost(t))
	}
}

func (h *hunt) last(prefix []int, from int, spent float64) {
	if h.calls++; h.calls%256 == 0 && h.ctx.Err() != nil {
		return
	}
	h.probe.probe(prefix, h.values)
	for _, t := range h.candidates[from:] {
		x := h.values[t]
		if x > h.best.value || !h.purse.fits(spent, t) {
			continue
		}
		if x < h.best.value {
			h.best = optima{value: x}
		}
		h.best.total++
		if len(h.best.sets) < h.keep {
			h.best.sets = append(h.best.sets, append(slices.Clone(prefix), t))
		}
	}
}
