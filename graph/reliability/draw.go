package reliability

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph/network"
)

// batch is how many networks are drawn between two looks at the work done: whether to
// go on must not depend on who was faster.
const batch = 64

// draw counts in how many random networks there is a way, batch by batch until there
// are enough or the work is used up.
func (q *question) draw(ctx context.Context, samples int, work int64, seed uint64) (drawn, hits int, err error) {
	goal := make([]bool, q.net.NumNodes())
	for _, v := range q.to {
		goal[v] = true
	}
	drawers := make([]*drawer, min(runtime.GOMAXPROCS(0), batch, samples))
	for i := range drawers {
		drawers[i] = &drawer{question: q, goal: goal, seed: mix(seed), seen: make([]uint32, q.net.NumNodes())}
	}
	steps := int64(0)
	for drawn < samples && (drawn == 0 || steps < work) {
		end := min(drawn+batch, samples)
		found, cost, err := shared(ctx, drawers, drawn, end)
		if err != nil {
			return 0, 0, err
		}
		drawn, hits, steps = end, hits+found, steps+cost
	}
	return drawn, hits, nil
}

// shared draws the networks from begin to end.
func shared(ctx context.Context, drawers []*drawer, begin, end int) (hits int, steps int64, err error) {
	var next, found, cost atomic.Int64
	errs := make([]error, len(drawers))
	next.Store(int64(begin))
	var wg sync.WaitGroup
	for i, d := range drawers {
		wg.Go(func() {
			for errs[i] == nil {
				number := next.Add(1) - 1
				if number >= int64(end) {
					return
				}
				before := d.steps
				var hit bool
				if hit, errs[i] = d.one(ctx, uint64(number)); hit {
					found.Add(1)
				}
				cost.Add(d.steps - before)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return 0, 0, err
		}
	}
	return int(found.Load()), cost.Load(), nil
}

// drawer is what one goroutine needs.
type drawer struct {
	*question
	goal  []bool
	seed  uint64
	steps int64
	round uint32
	seen  []uint32
	queue []network.NodeIndex
}

// one searches a random network. The number of a group is a hash of seed, sample and
// group, so that a link turns out the same from both its ends, and only links that
// are come upon are drawn.
func (d *drawer) one(ctx context.Context, sample uint64) (bool, error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	key := mix(d.seed + sample)
	d.round++
	d.queue = d.queue[:0]
	for _, v := range d.from {
		if d.visit(v) {
			return true, nil
		}
	}
	for i := 0; i < len(d.queue); i++ { //nolint:intrange // it grows meanwhile
		if i%checkEvery == checkEvery-1 {
			if err := ctx.Err(); err != nil {
				return false, err
			}
		}
		v := d.queue[i]
		edges := d.net.OutEdges(v)
		d.steps += int64(len(edges)) + 1
		for j, w := range d.net.Out(v) {
			if d.seen[w] == d.round || uniform(key, d.group[edges[j]]) >= d.probability[edges[j]] {
				continue
			}
			if d.visit(w) {
				return true, nil
			}
		}
	}
	return false, nil
}

// visit queues a node once, and says whether it is a goal.
func (d *drawer) visit(v network.NodeIndex) bool {
	if d.seen[v] != d.round {
		d.seen[v] = d.round
		d.queue = append(d.queue, v)
	}
	return d.goal[v]
}

// uniform is from 0 to below 1.
func uniform(key uint64, group uint32) float64 {
	return float64(mix(key+uint64(group))>>11) / (1 << 53)
}

// mix is the step of SplitMix64 (Steele, Lea and Flood 2014).
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
