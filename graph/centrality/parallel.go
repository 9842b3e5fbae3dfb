package centrality

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
)

// ctxStride is the number of nodes between two looks at a context where a node is
// little work.
const ctxStride = 4096

// accumulate adds up size numbers over chunks of work. Each goroutine calls worker
// once for its own scratch and then work for one chunk after another, with a zeroed
// slice to add to. Chunks are summed in ascending order, whoever finishes first, so
// the sum does not depend on how many goroutines there are.
func accumulate(ctx context.Context, chunks, size int, worker func() (work func(chunk int, sum []float64) error)) ([]float64, error) {
	o := ordered{total: make([]float64, size), waiting: make([][]float64, chunks)}
	err := share(ctx, chunks, func() func(int) error {
		work := worker()
		return func(chunk int) error {
			sum := o.blank()
			if err := work(chunk, sum); err != nil {
				return err
			}
			o.add(chunk, sum)
			return nil
		}
	})
	return o.total, err
}

// ordered sums slices in the order of their number.
type ordered struct {
	sync.Mutex
	total   []float64
	waiting [][]float64 // sums whose turn has not come
	next    int
	spare   [][]float64
}

func (o *ordered) blank() []float64 {
	o.Lock()
	defer o.Unlock()
	if k := len(o.spare); k > 0 {
		s := o.spare[k-1]
		o.spare = o.spare[:k-1]
		return s
	}
	return make([]float64, len(o.total))
}

func (o *ordered) add(number int, sum []float64) {
	o.Lock()
	defer o.Unlock()
	o.waiting[number] = sum
	for ; o.next < len(o.waiting) && o.waiting[o.next] != nil; o.next++ {
		for i, x := range o.waiting[o.next] {
			o.total[i] += x
		}
		clear(o.waiting[o.next])
		o.spare = append(o.spare, o.waiting[o.next])
		o.waiting[o.next] = nil
	}
}

// share runs tasks 0 to count-1 on GOMAXPROCS goroutines. It looks at ctx before
// each task and stops at the first error, which it returns.
func share(ctx context.Context, count int, worker func() (task func(int) error)) error {
	var next atomic.Int64
	var failed atomic.Bool
	var once sync.Once
	var first error
	fail := func(err error) {
		once.Do(func() { first = err })
		failed.Store(true)
	}
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), count) {
		wg.Go(func() {
			task := worker()
			for i := int(next.Add(1)) - 1; i < count && !failed.Load(); i = int(next.Add(1)) - 1 {
				err := ctx.Err()
				if err == nil {
					err = task(i)
				}
				if err != nil {
					fail(err)
				}
			}
		})
	}
	wg.Wait()
	if first == nil {
		first = ctx.Err()
	}
	return first
}
