package centrality

import (
	"context"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Core returns the core number of each node: the greatest k such that it belongs to a
// part of the network in which every node has k neighbours (Seidman 1983), directions
// ignored. It takes no weights. O(n + m), by Batagelj and Zaveršnik (2003).
func Core(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.unweighted("core number"); err != nil {
		return nil, err
	}
	m := mutual(net, nil)
	p := newPeeling(m)
	scores := make([]float64, m.size())
	for i := range p.order { // the order changes beyond i alone
		if i%ctxStride == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		v := p.order[i]
		scores[v] = float64(p.degree[v])
		for _, w := range m.row(int(v)) {
			if p.degree[w] > p.degree[v] {
				p.lower(w)
			}
		}
	}
	return scores, nil
}

// peeling holds nodes by the number of neighbours they have left.
type peeling struct {
	degree []uint32
	order  []uint32 // nodes by degree
	place  []uint32 // of a node in order
	first  []uint32 // place of the first node of a degree or more
}

func newPeeling(m *matrix) *peeling {
	n := m.size()
	p := &peeling{degree: make([]uint32, n), order: make([]uint32, n), place: make([]uint32, n), first: make([]uint32, n+1)}
	for v := range n {
		p.degree[v] = uint32(len(m.row(v)))
		p.first[p.degree[v]+1]++
	}
	for d := range n {
		p.first[d+1] += p.first[d]
	}
	for v := range uint32(n) {
		p.place[v] = p.first[p.degree[v]]
		p.order[p.place[v]] = v
		p.first[p.degree[v]]++
	}
	copy(p.first[1:], p.first) // what was filled ends where the next degree starts
	if n > 0 {
		p.first[0] = 0
	}
	return p
}

// lower takes one neighbour from a node: it changes places with the first of its
// degree, which thereby ends one place later.
func (p *peeling) lower(v uint32) {
	d := p.degree[v]
	at := p.first[d]
	u := p.order[at]
	p.order[at], p.order[p.place[v]] = v, u
	p.place[u], p.place[v] = p.place[v], at
	p.first[d]++
	p.degree[v]--
}
