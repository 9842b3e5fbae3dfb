package community

import (
	"context"
	"sync"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Triangles counts the sets of three nodes that are joined each to each.
type Triangles struct {
	Total int64
	// Of counts those that a node belongs to.
	Of []int64
	// Pairs counts the pairs of neighbours of a node: the triangles that it could
	// belong to.
	Pairs []int64
}

// Clustering returns for each node the share of pairs of its neighbours that are
// joined (Watts and Strogatz 1998), 0 with fewer than two neighbours.
func (t Triangles) Clustering() []float64 {
	shares := make([]float64, len(t.Of))
	for v, n := range t.Of {
		if t.Pairs[v] > 0 {
			shares[v] = float64(n) / float64(t.Pairs[v])
		}
	}
	return shares
}

// Transitivity returns the share of paths of two links whose ends are joined (Newman,
// Watts and Strogatz 2002), 0 without such paths.
func (t Triangles) Transitivity() float64 {
	paths := int64(0)
	for _, p := range t.Pairs {
		paths += p
	}
	if paths == 0 {
		return 0
	}
	return 3 * float64(t.Total) / float64(paths)
}

// CountTriangles counts triangles, direction and parallel links ignored. Links are
// turned from the end of less degree to that of greater, so that no node has more than
// √(2m) of them, and a triangle is found once, at its first node (Schank and Wagner
// 2005). O(m·√m) time at worst on all processors; memory 8 bytes a link and, for each
// processor, 12 a node.
func CountTriangles(ctx context.Context, net *network.Network) (Triangles, error) {
	g, err := upward(ctx, net)
	if err != nil {
		return Triangles{}, err
	}
	n := net.NumNodes()
	t := Triangles{Of: make([]int64, n), Pairs: make([]int64, n)}
	var each sync.Mutex
	err = inChunks(ctx, n, func(next func() (lo, hi int, ok bool)) {
		marks, of := make([]uint32, n), make([]int64, n)
		for lo, hi, ok := next(); ok; lo, hi, ok = next() {
			for u := lo; u < hi; u++ {
				g.trianglesAt(uint32(u), marks, of)
			}
		}
		each.Lock()
		defer each.Unlock()
		for r, k := range of {
			t.Of[g.node[r]] += k
		}
	})
	for v := range t.Of {
		t.Total += t.Of[v]
		d := int64(g.degree[v])
		t.Pairs[v] = d * (d - 1) / 2
	}
	t.Total /= 3
	return t, err
}

// ranked is a simple undirected graph whose nodes are numbered by degree and whose
// links lead upward.
type ranked struct {
	node   []network.NodeIndex // by rank
	degree []uint32            // by node
	off    []uint32
	to     []uint32
}

// upward ranks a network.
func upward(ctx context.Context, net *network.Network) (*ranked, error) {
	simple, _ := net.Simple()
	n := simple.NumNodes()
	g := &ranked{degree: make([]uint32, n), off: make([]uint32, n+1)}
	buf := make([]network.NodeIndex, 0, 64)
	for v := range n {
		if v%ctxStride == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		buf = neighbours(simple, network.NodeIndex(v), buf[:0])
		g.degree[v] = uint32(len(buf))
	}
	rank := g.order()
	total := uint32(0)
	for r, v := range g.node {
		g.off[r] = total
		buf = neighbours(simple, v, buf[:0])
		for _, w := range buf {
			if rank[w] > uint32(r) {
				total++
			}
		}
	}
	g.off[n] = total
	g.to = make([]uint32, total)
	i := 0
	for r, v := range g.node {
		if r%ctxStride == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		buf = neighbours(simple, v, buf[:0])
		for _, w := range buf {
			if rank[w] > uint32(r) {
				g.to[i] = rank[w]
				i++
			}
		}
	}
	return g, nil
}

// order sorts nodes by degree, ties by index, by counting, and returns their ranks.
func (g *ranked) order() []uint32 {
	n := len(g.degree)
	most := uint32(0)
	for _, d := range g.degree {
		most = max(most, d)
	}
	next := make([]uint32, most+2)
	for _, d := range g.degree {
		next[d+1]++
	}
	for d := range most + 1 {
		next[d+1] += next[d]
	}
	rank := make([]uint32, n)
	g.node = make([]network.NodeIndex, n)
	for v, d := range g.degree {
		rank[v] = next[d]
		g.node[next[d]] = network.NodeIndex(v)
		next[d]++
	}
	return rank
}

// neighbours appends the distinct neighbours of a node of a simple network, whichever
// way links go.
func neighbours(net *network.Network, v network.NodeIndex, buf []network.NodeIndex) []network.NodeIndex {
	out := net.Out(v)
	if !net.Directed() {
		return append(buf, out...)
	}
	in := net.In(v) // both ascending
	for len(out) > 0 && len(in) > 0 {
		least := min(out[0], in[0])
		buf = append(buf, least)
		if out[0] == least {
			out = out[1:]
		}
		if in[0] == least {
			in = in[1:]
		}
	}
	return append(append(buf, out...), in...)
}

// trianglesAt counts the triangles whose node of least rank is u. marks holds u+1
// beside each node above u.
func (g *ranked) trianglesAt(u uint32, marks []uint32, of []int64) {
	above := g.to[g.off[u]:g.off[u+1]]
	if len(above) < 2 {
		return
	}
	for _, v := range above {
		marks[v] = u + 1
	}
	all := int64(0)
	for _, v := range above {
		found := int64(0)
		for _, w := range g.to[g.off[v]:g.off[v+1]] {
			if marks[w] == u+1 {
				of[w]++
				found++
			}
		}
		of[v] += found
		all += found
	}
	of[u] += all
}
