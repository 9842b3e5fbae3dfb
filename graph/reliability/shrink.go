package reliability

import (
	"context"

	"github.com/chokepoint/chokepoint/graph/network"
)

// maxShrunk is the number of links that matter up to which a question is rewritten
// into a smaller one; beyond that its network is searched as it is.
const maxShrunk = 1 << 20

// checkEvery is how many nodes pass between two looks at the context.
const checkEvery = 1 << 12

// Nodes of a smaller network: all that is joined to the sources for certain is one,
// and likewise for the goals.
const (
	source network.NodeIndex = iota
	sink
	inner // the first of the others
)

// shrink returns a question with the same answer on the links that lie on a way from
// the sources to the goals, or the answer itself where it is 0 or 1: what is joined
// for certain becomes one node, dead ends go, and where links are independent those
// in series and in parallel become one.
func (q *question) shrink(ctx context.Context) (smaller *question, value float64, done bool, err error) {
	s := &shrinking{question: q, ctx: ctx}
	ahead, err := s.spread(q.from, q.net.Out, q.net.OutEdges, func(p float64) bool { return p > 0 })
	if err != nil {
		return nil, 0, false, err
	}
	behind, err := s.spread(q.to, q.net.In, q.net.InEdges, func(p float64) bool { return p > 0 })
	if err != nil {
		return nil, 0, false, err
	}
	if !q.meets(ahead) {
		return nil, 0, true, nil
	}
	certain := func(p float64) bool { return p >= 1 }
	near, err := s.spread(q.from, q.net.Out, q.net.OutEdges, certain)
	if err != nil {
		return nil, 0, false, err
	}
	if q.meets(near) {
		return nil, 1, true, nil
	}
	far, err := s.spread(q.to, q.net.In, q.net.InEdges, certain)
	if err != nil {
		return nil, 0, false, err
	}
	if s.arcs(ahead, behind) > maxShrunk {
		return q, 0, false, nil
	}
	if err := s.place(ahead, behind, near, far); err != nil {
		return nil, 0, false, err
	}
	smaller, err = s.rewrite(ahead)
	return smaller, 0, false, err
}

// meets says whether some goal was reached.
func (q *question) meets(r *region) bool {
	for _, v := range q.to {
		if r.in[v] {
			return true
		}
	}
	return false
}

// shrinking gives the nodes that matter their place in a smaller network.
type shrinking struct {
	*question
	ctx    context.Context
	placed []network.NodeIndex // NoNode for what does not matter
	count  network.NodeIndex
}

// region is a set of nodes in the order in which they were reached.
type region struct {
	in    []bool
	nodes []network.NodeIndex
}

// spread collects what links of some probability join to a set.
func (s *shrinking) spread(set []network.NodeIndex, next func(network.NodeIndex) []network.NodeIndex, links func(network.NodeIndex) []network.EdgeIndex, holds func(float64) bool) (*region, error) {
	r := &region{in: make([]bool, s.net.NumNodes())}
	for _, v := range set {
		r.add(v)
	}
	for i := 0; i < len(r.nodes); i++ { //nolint:intrange // it grows meanwhile
		if i%checkEvery == 0 && s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		v := r.nodes[i]
		edges := links(v)
		for j, w := range next(v) {
			if !r.in[w] && holds(s.probability[edges[j]]) {
				r.add(w)
			}
		}
	}
	return r, nil
}

func (r *region) add(v network.NodeIndex) {
	if !r.in[v] {
		r.in[v] = true
		r.nodes = append(r.nodes, v)
	}
}

// arcs counts those between nodes that matter, roughly.
func (s *shrinking) arcs(ahead, behind *region) int {
	total := 0
	for _, v := range ahead.nodes {
		if behind.in[v] {
			total += s.net.OutDegree(v)
		}
	}
	return total
}

// place numbers the nodes of a smaller network. In an undirected one what certain
// links join is one node wherever it lies; in a directed one that holds of the ends
// alone.
func (s *shrinking) place(ahead, behind, near, far *region) error {
	s.placed, s.count = make([]network.NodeIndex, s.net.NumNodes()), inner
	for v := range s.placed {
		s.placed[v] = network.NoNode
	}
	for _, v := range near.nodes {
		s.placed[v] = source
	}
	for _, v := range far.nodes {
		s.placed[v] = sink
	}
	var queue []network.NodeIndex
	for i, v := range ahead.nodes {
		if i%checkEvery == 0 && s.ctx.Err() != nil {
			return s.ctx.Err()
		}
		if !behind.in[v] || s.placed[v] != network.NoNode {
			continue
		}
		s.placed[v] = s.count
		queue = append(queue[:0], v)
		for len(queue) > 0 && !s.net.Directed() {
			v := queue[len(queue)-1]
			queue = queue[:len(queue)-1]
			edges := s.net.OutEdges(v)
			for j, w := range s.net.Out(v) {
				if s.probability[edges[j]] >= 1 && s.placed[w] == network.NoNode {
					s.placed[w] = s.count
					queue = append(queue, w)
				}
			}
		}
		s.count++
	}
	return nil
}

// rewrite builds the smaller network from the links that leave a region.
func (s *shrinking) rewrite(ahead *region) (*question, error) {
	r := newRewriting(int(s.count), s.net.Directed(), s.grouped)
	for i, v := range ahead.nodes {
		if i%checkEvery == 0 && s.ctx.Err() != nil {
			return nil, s.ctx.Err()
		}
		edges := s.net.OutEdges(v)
		for j, w := range s.net.Out(v) {
			e := edges[j]
			if start, _ := s.net.Ends(e); start != v { // the other end of an undirected link
				continue
			}
			if a, b := s.placed[v], s.placed[w]; a != network.NoNode && b != network.NoNode && s.probability[e] > 0 {
				r.add(a, b, s.probability[e], s.group[e])
			}
		}
	}
	if err := r.reduce(s.ctx); err != nil {
		return nil, err
	}
	return r.question(s.groups)
}
