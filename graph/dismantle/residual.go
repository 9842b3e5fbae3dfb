package dismantle

import (
	"context"
	"errors"
)

// residual is a simple network from which nodes go one by one.
type residual struct {
	*body
	gone        []bool
	left        []int32 // degrees
	steps, work int64   // arcs read so far, and how many may be
}

func newResidual(b *body, work int64) *residual {
	r := &residual{body: b, work: work, gone: make([]bool, b.n), left: make([]int32, b.n)}
	for v := range r.left {
		r.left[v] = int32(b.degree(v))
	}
	return r
}

// errWork ends a sequence whose work is used up.
var errWork = errors.New("dismantle: the work is used up")

// going returns why to stop: the end of ctx, or of the work.
func (r *residual) going(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if r.steps > r.work {
		return errWork
	}
	return nil
}

// remove takes v out.
func (r *residual) remove(v uint32) {
	r.gone[v] = true
	for _, w := range r.row(int(v)) {
		r.left[w]--
	}
	r.left[v] = 0
	r.steps += int64(r.degree(int(v)))
}

// component returns the nodes of v's piece in the order of a breadth-first search. It
// marks them with a number of their own.
func (r *residual) component(v uint32, mark []uint32, number uint32) []uint32 {
	nodes := []uint32{v}
	mark[v] = number
	for i := 0; i < len(nodes); i++ {
		row := r.row(int(nodes[i]))
		r.steps += int64(len(row))
		for _, w := range row {
			if !r.gone[w] && mark[w] != number {
				mark[w] = number
				nodes = append(nodes, w)
			}
		}
	}
	return nodes
}

// curve returns the size of the largest piece and the connected pairs after each
// removal of an order, before any first. From the end: nodes come back one by one.
func (b *body) curve(order []uint32) (largest []int, connected []int64) {
	f := newForest(b.n)
	last, there := make([]bool, b.n), make([]bool, b.n)
	var top, total int64
	enter := func(v uint32) {
		there[v] = true
		top = max(top, 1)
		for _, w := range b.row(int(v)) {
			if !there[w] {
				continue
			}
			x, y := f.size[f.root(v)], f.size[f.root(w)]
			if f.join(v, w) {
				total += x * y
				top = max(top, x+y)
			}
		}
	}
	for _, v := range order {
		last[v] = true
	}
	for v := range uint32(b.n) {
		if !last[v] {
			enter(v)
		}
	}
	largest, connected = make([]int, len(order)+1), make([]int64, len(order)+1)
	largest[len(order)], connected[len(order)] = int(top), total
	for i := len(order) - 1; i >= 0; i-- {
		enter(order[i])
		largest[i], connected[i] = int(top), total
	}
	return largest, connected
}
