package networktest

import "github.com/chokepoint/chokepoint/graph/network"

// ErdosRenyi returns G(n, m): m distinct links between distinct nodes, each set
// equally likely. A pair is one link, whichever its direction. It stops short of m
// when there are not so many pairs.
func ErdosRenyi(n, m int, seed uint64) Graph {
	r, g := random(seed), Graph{Nodes: n}
	m = min(m, n*(n-1)/2)
	seen := make(map[network.Link]bool, m)
	for len(g.Links) < m {
		l := network.Link{From: network.NodeIndex(r.IntN(n)), To: network.NodeIndex(r.IntN(n))}
		pair := network.Link{From: min(l.From, l.To), To: max(l.From, l.To)}
		if l.From != l.To && !seen[pair] {
			seen[pair] = true
			g.Links = append(g.Links, l)
		}
	}
	return g
}

// Multigraph returns m links between nodes drawn one by one: loops and parallel
// links may appear.
func Multigraph(n, m int, seed uint64) Graph {
	r, g := random(seed), Graph{Nodes: n}
	for range m {
		g.link(r.IntN(n), r.IntN(n))
	}
	return g
}

// BarabasiAlbert grows a graph by preferential attachment (Barabási and Albert
// 1999): each new node joins k distinct earlier ones, chosen in proportion to their
// degree. The first k+1 nodes form a star.
func BarabasiAlbert(n, k int, seed uint64) Graph {
	r, g := random(seed), Star(min(n, k+1))
	g.Nodes = n
	var ends []network.NodeIndex // each node as often as its degree
	for _, l := range g.Links {
		ends = append(ends, l.From, l.To)
	}
	for v := k + 1; v < n; v++ {
		start := len(g.Links)
		for len(g.Links) < start+k {
			w := ends[r.IntN(len(ends))]
			fresh := true
			for _, l := range g.Links[start:] {
				fresh = fresh && l.To != w
			}
			if fresh {
				g.link(v, int(w))
			}
		}
		for _, l := range g.Links[start:] {
			ends = append(ends, l.From, l.To)
		}
	}
	return g
}

// RMAT returns a recursive-matrix graph (Chakrabarti, Zhan and Faloutsos 2004) of
// 2^scale nodes and factor·2^scale links with the parameters of Graph500
// (0.57, 0.19, 0.19, 0.05). Loops, parallel links and isolates appear.
func RMAT(scale, factor int, seed uint64) Graph {
	r, g := random(seed), Graph{Nodes: 1 << scale}
	for range factor << scale {
		from, to := 0, 0
		for range scale {
			from, to = from<<1, to<<1
			switch p := r.Float64(); {
			case p < 0.57:
			case p < 0.76:
				to++
			case p < 0.95:
				from++
			default:
				from++
				to++
			}
		}
		g.link(from, to)
	}
	return g
}

// Path returns 0 – 1 – … – n−1.
func Path(n int) Graph {
	g := Graph{Nodes: n}
	for v := 1; v < n; v++ {
		g.link(v-1, v)
	}
	return g
}

// Cycle returns a path of n ≥ 3 nodes that is closed.
func Cycle(n int) Graph {
	g := Path(n)
	g.link(n-1, 0)
	return g
}

// Star returns node 0 joined to each of the n−1 others.
func Star(n int) Graph {
	g := Graph{Nodes: n}
	for v := 1; v < n; v++ {
		g.link(0, v)
	}
	return g
}

// Clique returns n nodes, each pair joined.
func Clique(n int) Graph {
	g := Graph{Nodes: n}
	for v := range n {
		for w := v + 1; w < n; w++ {
			g.link(v, w)
		}
	}
	return g
}

// Tree returns a random recursive tree: each node joins one earlier node.
func Tree(n int, seed uint64) Graph {
	r, g := random(seed), Graph{Nodes: n}
	for v := 1; v < n; v++ {
		g.link(r.IntN(v), v)
	}
	return g
}

// Grid returns rows·columns nodes in reading order, each joined to the next in its
// row and in its column.
func Grid(rows, columns int) Graph {
	g := Graph{Nodes: rows * columns}
	for r := range rows {
		for c := range columns {
			v := r*columns + c
			if c+1 < columns {
				g.link(v, v+1)
			}
			if r+1 < rows {
				g.link(v, v+columns)
			}
		}
	}
	return g
}

// Drawn returns a graph of at most maxNodes nodes and maxLinks links, loops and
// parallel links among them, made of numbers that draw chooses between lo and hi.
// With draw backed by a property-testing library its cases shrink.
func Drawn(maxNodes, maxLinks int, draw func(lo, hi int) int) Graph {
	g := Graph{Nodes: draw(1, maxNodes)}
	for range draw(0, maxLinks) {
		g.link(draw(0, g.Nodes-1), draw(0, g.Nodes-1))
	}
	return g
}

// Bytes draws for [Drawn] and the like from the input of a fuzz test, a byte a number,
// and the least once there is no more.
func Bytes(data []byte) (draw func(lo, hi int) int) {
	return func(lo, hi int) int {
		if len(data) == 0 {
			return lo
		}
		next := int(data[0])
		data = data[1:]
		return lo + next%(hi-lo+1)
	}
}
