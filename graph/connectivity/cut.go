package connectivity

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// CutPoint is a node without which its component falls apart.
type CutPoint struct {
	Node network.NodeIndex
	// Pieces is the number of components its own leaves without it, at least 2.
	Pieces int
	// PairsCut counts the unordered pairs of other nodes that can reach each other
	// no longer.
	PairsCut int64
}

// Bridge is a link without which its component falls in two.
type Bridge struct {
	Link network.EdgeIndex
	// PairsCut counts the unordered pairs of nodes that can reach each other no
	// longer: the product of the sizes of the two parts.
	PairsCut int64
}

// ArticulationPoints returns the cut points, the most pairs cut first, ties by node:
// where two blocks meet ([Biconnected] says how they are found). About O(n) time where
// one block holds most nodes, O((n + m)·log n) at worst; 40 bytes a node. Errors: the
// end of ctx.
func ArticulationPoints(ctx context.Context, net *network.Network) ([]CutPoint, error) {
	h, err := newHanging(ctx, net)
	if err != nil {
		return nil, err
	}
	points := h.points()
	slices.SortFunc(points, func(a, b CutPoint) int {
		return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), cmp.Compare(a.Node, b.Node))
	})
	return points, nil
}

// Bridges returns the links without which a component falls in two, the most pairs
// cut first, ties by link: blocks of one link. A link with a parallel is none, whichever
// way the two point. Cost and errors are those of [ArticulationPoints].
func Bridges(ctx context.Context, net *network.Network) ([]Bridge, error) {
	h, err := newHanging(ctx, net)
	if err != nil {
		return nil, err
	}
	bridges := h.bridges()
	slices.SortFunc(bridges, func(a, b Bridge) int {
		return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), cmp.Compare(a.Link, b.Link))
	})
	return bridges, nil
}

// hanging counts, in a forest with its blocks, the nodes that hang below each.
type hanging struct {
	*tree
	size  []uint32 // nodes of the subtree below a link
	block []below  // of a set, by its name
}

// below is what hangs on the node of a block that is nearest to the root.
type below struct{ links, nodes uint32 }

func newHanging(ctx context.Context, net *network.Network) (*hanging, error) {
	t, err := newTree(ctx, net)
	if err != nil {
		return nil, err
	}
	h := &hanging{tree: t, size: make([]uint32, len(t.links)), block: make([]below, len(t.links))}
	for _, v := range slices.Backward(t.order) {
		h.size[v]++
		l := t.links[v]
		if l.parent == noParent {
			continue
		}
		h.size[l.parent] += h.size[v]
		set := t.find(uint32(v))
		h.block[set].links++
		if t.links[set].parent == l.parent {
			h.block[set].nodes += h.size[v]
		}
	}
	return h, ctx.Err()
}

// top says that a node gives its name to a block.
func (h *hanging) top(v network.NodeIndex) bool {
	return h.links[v].up == uint32(v) && h.links[v].parent != noParent
}

// points lists the nodes on which more than one part hangs, all that is nearer to the
// root being one.
func (h *hanging) points() []CutPoint {
	parts := make([]struct {
		count, nodes uint32
		kept         int64 // pairs within the parts
	}, len(h.links))
	for v := range h.links {
		if h.top(network.NodeIndex(v)) {
			p, nodes := &parts[h.links[v].parent], h.block[v].nodes
			p.count++
			p.nodes += nodes
			p.kept += pairs(int(nodes))
		}
	}
	var points []CutPoint
	total := 0
	for _, v := range h.order { // a component begins with its root
		p := parts[v]
		pieces := int(p.count)
		if h.links[v].parent == noParent {
			total = int(h.size[v])
		} else {
			pieces++
		}
		if pieces > 1 {
			rest := total - 1 - int(p.nodes)
			points = append(points, CutPoint{v, pieces, pairs(total-1) - p.kept - pairs(rest)})
		}
	}
	return points
}

func (h *hanging) bridges() []Bridge {
	var bridges []Bridge
	total := int64(0)
	for _, v := range h.order {
		if h.links[v].parent == noParent {
			total = int64(h.size[v])
		} else if h.top(v) && h.block[v].links == 1 {
			if e := h.only(v, network.NodeIndex(h.links[v].parent)); e != network.NoEdge {
				bridges = append(bridges, Bridge{e, int64(h.size[v]) * (total - int64(h.size[v]))})
			}
		}
	}
	return bridges
}

// only returns the link between two nodes, none if there are several.
func (h *hanging) only(v, w network.NodeIndex) network.EdgeIndex {
	only := network.NoEdge
	nbr, edges := row(h.net, v)
	for side, part := range nbr {
		i, _ := slices.BinarySearch(part, w)
		for ; i < len(part) && part[i] == w; i++ {
			if only != network.NoEdge {
				return network.NoEdge
			}
			only = edges[side][i]
		}
	}
	return only
}
