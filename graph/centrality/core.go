package centrality

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Core returns the core number of each node: the greatest k such that it belongs to a
// part of the network in which every node has k neighbours (Seidman 1983), directions
// ignored. It takes no weights. O(n + m) time: nodes of the least degree are taken off
// level by level (Matula and Beck 1983), and those left are looked through once a level,
// which is no more than they have links. 12 bytes a node and the scores, 4 a link unless
// the network is simple and undirected.
func Core(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.unweighted("core number"); err != nil {
		return nil, err
	}
	p := newPeeling(mutual(net, nil))
	for level := uint32(0); len(p.left) > 0; {
		least := p.split(level)
		if len(p.queue) == 0 {
			level = least
			continue
		}
		if err := p.peel(ctx, level); err != nil {
			return nil, err
		}
		level++
	}
	scores := make([]float64, len(p.degree))
	for v, d := range p.degree {
		scores[v] = float64(d)
	}
	return scores, ctx.Err()
}

// peeling takes nodes off whose degree is at most a level. Then their degree stays.
type peeling struct {
	m           *matrix
	degree      []uint32 // neighbours left
	left, queue []uint32 // nodes that stay, and those to take off
}

func newPeeling(m *matrix) *peeling {
	n := m.size()
	p := &peeling{m: m, degree: make([]uint32, n), left: make([]uint32, n), queue: make([]uint32, 0, n+1)}
	for v := range n {
		p.degree[v], p.left[v] = m.off[v+1]-m.off[v], uint32(v)
	}
	return p
}

// split fills the queue with the nodes whose degree is the level, forgets those that are
// gone, and returns the least degree of the others. It does not branch, since one cannot
// guess what is next.
func (p *peeling) split(level uint32) (least uint32) {
	least = math.MaxUint32
	stay, take, queue := 0, 0, p.queue[:cap(p.queue)]
	for _, v := range p.left {
		d := p.degree[v]
		p.left[stay], queue[take] = v, v
		stay += one(d > level)
		take += one(d == level)
		if d <= level {
			d = math.MaxUint32
		}
		least = min(least, d)
	}
	p.left, p.queue = p.left[:stay], queue[:take]
	return least
}

// peel takes the nodes of the queue off, and those that have no more neighbours left
// than the level for that.
func (p *peeling) peel(ctx context.Context, level uint32) error {
	queue, end := p.queue[:cap(p.queue)], len(p.queue)
	degree := p.degree
	for i := 0; i < end; i++ {
		if i%ctxStride == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		for _, w := range p.m.row(int(queue[i])) {
			d := degree[w]
			above := one(d > level)
			d -= uint32(above)
			degree[w] = d
			queue[end] = w // stays if it has just come down
			end += above & one(d == level)
		}
	}
	return nil
}

func one(is bool) int {
	if is {
		return 1
	}
	return 0
}
