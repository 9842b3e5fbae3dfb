package flow

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// CutTree holds the minimum cuts between all pairs of nodes of an undirected network
// (Gomory and Hu 1961). The least link of the tree between two nodes costs what a
// minimum cut between them costs, and taking it out of the tree parts the nodes as
// such a cut does.
type CutTree struct {
	// Parent of each node in the tree, [network.NoNode] for node 0.
	Parent []network.NodeIndex
	// Cut is the cost of the minimum cut between each node and its parent; +Inf where
	// nothing limits the flow.
	Cut   []float64
	depth []int
}

// MinCutTree returns the tree of minimum link cuts of an undirected network by the
// method of Gusfield (1990), one maximum flow for each node but the first. Capacities
// are those of [Max]. O(n·(n + m)) time besides the flows. Errors: a directed
// network, those of [Max].
func MinCutTree(ctx context.Context, net *network.Network, capacity []float64) (*CutTree, error) {
	if net.Directed() {
		return nil, graph.Errorf(graph.BadUserInput, "a tree of minimum cuts needs an undirected network")
	}
	units, scale, err := counted(capacity, net.NumLinks())
	if err != nil {
		return nil, err
	}
	n := net.NumNodes()
	t := &CutTree{Parent: make([]network.NodeIndex, n), Cut: make([]float64, n), depth: make([]int, n)}
	d := newDirect(net, units)
	defer d.release()
	for v := 1; v < n; v++ {
		if err := t.part(ctx, d, network.NodeIndex(v)); err != nil {
			return nil, err
		}
	}
	if n > 0 {
		t.Parent[0], t.Cut[0] = network.NoNode, math.Inf(1)
	}
	for v := range t.Cut {
		t.Cut[v] /= scale
	}
	t.measure()
	return t, nil
}

// part cuts a node off its parent: what is on its side of the cut and hung on the
// parent hangs on the node from then on.
func (t *CutTree) part(ctx context.Context, d *direct, v network.NodeIndex) error {
	p := t.Parent[v]
	d.reset([]network.NodeIndex{v}, []network.NodeIndex{p})
	value, err := d.solve(ctx)
	if err != nil {
		return err
	}
	t.Cut[v] = value
	if math.IsInf(value, 1) {
		return nil // no cut parts the two
	}
	side, err := d.reach(ctx)
	if err != nil {
		return err
	}
	for _, w := range side {
		if w != v && t.Parent[w] == p && w != p {
			t.Parent[w] = v
		}
	}
	if above := t.Parent[p]; p != 0 && d.ahead.dist[above] != 0 {
		t.Parent[v], t.Parent[p] = above, v
		t.Cut[v], t.Cut[p] = t.Cut[p], value
	}
	return nil
}

// measure sets the depths: a walk up from each node, down again over what is new.
func (t *CutTree) measure() {
	var up []network.NodeIndex
	for v := range t.Parent {
		w := network.NodeIndex(v)
		for up = up[:0]; t.depth[w] == 0 && t.Parent[w] != network.NoNode; w = t.Parent[w] {
			up = append(up, w)
		}
		for i := len(up) - 1; i >= 0; i-- {
			t.depth[up[i]] = t.depth[t.Parent[up[i]]] + 1
		}
	}
}

// Between returns the cost of a minimum cut between two nodes, +Inf for a node and
// itself. O(n) time.
func (t *CutTree) Between(v, w network.NodeIndex) float64 {
	least := math.Inf(1)
	for v != w {
		if t.depth[v] < t.depth[w] {
			v, w = w, v
		}
		least = min(least, t.Cut[v])
		v = t.Parent[v]
	}
	return least
}
