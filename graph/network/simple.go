package network

// Simple returns the network without loops and with parallel links merged: of
// each group the link with the least index stays. Second result: for each link of
// the simple network its index in net, ascending. An undirected pair counts as
// parallel whichever end was written first. O(n + m) time. When nothing is to be
// dropped it returns net itself and nil at once.
func (net *Network) Simple() (*Network, []EdgeIndex) {
	if net.simple {
		return net, nil
	}
	rank := make([]EdgeIndex, net.links)
	for e := range rank {
		rank[e] = NoEdge
	}
	kept := 0
	for v := range NodeIndex(net.NumNodes()) {
		nbr, edge := net.Out(v), net.OutEdges(v)
		for i, w := range nbr {
			// Rows are sorted by neighbour, then link: the first of a run is the least.
			if w != v && (i == 0 || nbr[i-1] != w) && rank[edge[i]] == NoEdge {
				rank[edge[i]] = 0
				kept++
			}
		}
	}
	origin := make([]EdgeIndex, 0, kept)
	for e, r := range rank {
		if r != NoEdge {
			rank[e] = EdgeIndex(len(origin))
			origin = append(origin, EdgeIndex(e))
		}
	}
	simple := &Network{directed: net.directed, links: kept, out: net.out.filter(rank), simple: true}
	if net.directed {
		simple.in = net.in.filter(rank)
		return simple, origin
	}
	simple.in = simple.out
	simple.reversed = newBitset(kept)
	for r, e := range origin {
		if net.reversed.has(e) {
			simple.reversed.set(EdgeIndex(r))
		}
	}
	return simple, origin
}

// filter keeps the arcs whose link has a rank, under that rank. It keeps their
// order, so rows stay sorted.
func (s *side) filter(rank []EdgeIndex) side {
	n := len(s.off) - 1
	kept := side{off: make([]uint32, n+1)}
	for v := range n {
		kept.off[v+1] = kept.off[v]
		for _, e := range s.edge[s.off[v]:s.off[v+1]] {
			if rank[e] != NoEdge {
				kept.off[v+1]++
			}
		}
	}
	kept.nbr = make([]NodeIndex, 0, kept.off[n])
	kept.edge = make([]EdgeIndex, 0, kept.off[n])
	for i, e := range s.edge {
		if rank[e] != NoEdge {
			kept.nbr = append(kept.nbr, s.nbr[i])
			kept.edge = append(kept.edge, rank[e])
		}
	}
	return kept
}
