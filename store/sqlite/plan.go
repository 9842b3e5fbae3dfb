package sqlite

import (
	"cmp"
	"context"
	"runtime"
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/store"
)

// planChunk is how many items are encoded, looked up and written at a time.
const planChunk = 256

// plan is what a batch asks of one class: the items that count, in ID order, so
// that the writes into the index go from left to right.
type plan[T any] struct {
	class    *class[T]
	items    []T
	order    []int32         // positions in items that count, in ID order
	bodies   [][]byte        // by position in order
	ready    []chan struct{} // closed when the bodies of a chunk are there
	outcomes []store.Outcome // by position in items
}

// newPlan sorts the items. Of several with one ID the last counts, and none of
// those that the batch deletes.
func newPlan[T any](c *class[T], items []T, deleted map[graph.ID]struct{}) *plan[T] {
	p := &plan[T]{class: c, items: items, order: make([]int32, 0, len(items)), outcomes: make([]store.Outcome, len(items))}
	for i := range items {
		p.outcomes[i] = store.Unchanged
		if _, gone := deleted[p.id(int32(i))]; !gone {
			p.order = append(p.order, int32(i))
		}
	}
	slices.SortFunc(p.order, func(a, b int32) int {
		return cmp.Or(p.id(a).Compare(p.id(b)), cmp.Compare(a, b))
	})
	kept := p.order[:0]
	for i, position := range p.order {
		if i+1 == len(p.order) || p.id(position) != p.id(p.order[i+1]) {
			kept = append(kept, position)
		}
	}
	p.order = kept
	p.bodies = make([][]byte, len(p.order))
	for range (len(p.order) + planChunk - 1) / planChunk {
		p.ready = append(p.ready, make(chan struct{}))
	}
	return p
}

func (p *plan[T]) id(position int32) graph.ID { return p.class.header(&p.items[position]).ID }

// encode fills bodies, chunk after chunk, while the writer takes them.
func (p *plan[T]) encode(ctx context.Context, wait *sync.WaitGroup) {
	workers := max(1, runtime.GOMAXPROCS(0)-1)
	for w := range workers {
		wait.Go(func() {
			for chunk := w; chunk < len(p.ready) && ctx.Err() == nil; chunk += workers {
				var arena []byte
				start, end := p.bounds(chunk)
				ends := make([]int, 0, planChunk)
				for i := start; i < end; i++ {
					arena = p.class.encode(arena, &p.items[p.order[i]])
					ends = append(ends, len(arena))
				}
				from := 0
				for i, to := range ends {
					p.bodies[start+i] = arena[from:to:to]
					from = to
				}
				close(p.ready[chunk])
			}
		})
	}
}

func (p *plan[T]) bounds(chunk int) (start, end int) {
	return chunk * planChunk, min((chunk+1)*planChunk, len(p.order))
}
