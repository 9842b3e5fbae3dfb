package connectivity

import (
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
// one block holds most nodes, O((n + m)·log n) at worst; 37 bytes a node, and 24 for
// each of those on which parts hang. Errors: the end of ctx.
func ArticulationPoints(ctx context.Context, net *network.Network) ([]CutPoint, error) {
	t, err := newTree(ctx, net)
	if err != nil {
		return nil, err
	}
	points := t.points()
	sortBy(points, func(p CutPoint) uint64 { return uint64(p.Node) })
	sortBy(points, func(p CutPoint) uint64 { return ^uint64(p.PairsCut) })
	return points, ctx.Err()
}

// Bridges returns the links without which a component falls in two, the most pairs
// cut first, ties by link: blocks of one link. A link with a parallel is none, whichever
// way the two point. Cost and errors are those of [ArticulationPoints].
func Bridges(ctx context.Context, net *network.Network) ([]Bridge, error) {
	t, err := newTree(ctx, net)
	if err != nil {
		return nil, err
	}
	bridges := t.bridges()
	sortBy(bridges, func(b Bridge) uint64 { return uint64(b.Link) })
	sortBy(bridges, func(b Bridge) uint64 { return ^uint64(b.PairsCut) })
	return bridges, ctx.Err()
}

// below yields the links outside the core and the roots, children before their parents,
// each with the number of nodes below it, its own included. The core and what hangs on it
// count where its block ends.
func (t *tree) below(yield func(v, nodes uint32) bool) {
	size := make([]uint32, len(t.up)) // of the children so far
	core := uint32(t.core.count())
	for v := range t.backwards {
		nodes := size[v] + 1
		if v == t.most {
			nodes += core
		}
		if !yield(v, nodes) {
			return
		}
		switch above := t.parent[v]; {
		case above == noParent:
		case t.core.has(above):
			core += nodes
		default:
			size[above] += nodes
		}
	}
}

// hanging is what hangs in a forest at a node.
type hanging struct {
	block uint32 // nodes that hang on the parent in the set that has its name
	parts uint32 // the place of its parts, 0 if none hang on it alone
}

// parts are what hangs on one node alone, without its children's ones.
type parts struct {
	node         uint32 // by name
	count, nodes uint32
	kept         int64 // pairs within them
}

// points lists the nodes on which more than one part hangs, all that is nearer to the
// root being one.
func (t *tree) points() []CutPoint {
	at := make([]hanging, len(t.up))
	all := []parts{{}} // the first of those who have none
	var points []CutPoint
	begin := 1 // of the component in all
	for v, size := range t.below {
		parent := t.parent[v]
		if parent == noParent {
			for _, p := range all[begin:] {
				pieces := int(p.count)
				if t.parent[p.node] != noParent {
					pieces++
				}
				if pieces > 1 {
					cut := pairs(int(size)-1) - p.kept - pairs(int(size-1-p.nodes))
					points = append(points, CutPoint{t.order[p.node], pieces, cut})
				}
			}
			begin = len(all)
			continue
		}
		set := t.find(v)
		if t.parent[set] == parent {
			at[set].block += size
		}
		if set == v { // the last of its block
			above := &at[parent]
			if above.parts == 0 {
				above.parts = uint32(len(all))
				all = append(all, parts{node: parent})
			}
			p := &all[above.parts]
			p.count++
			p.nodes += at[v].block
			p.kept += pairs(int(at[v].block))
		}
	}
	return points
}

// bridges lists the links that are sets of their own.
func (t *tree) bridges() []Bridge {
	links := make([]uint32, len(t.up)) // of the set that has the name
	if t.most != noParent {
		links[t.most] = uint32(t.core.count())
	}
	var bridges []Bridge
	begin := 0
	for v, size := range t.below {
		parent := t.parent[v]
		if parent == noParent {
			for i := range bridges[begin:] {
				below := &bridges[begin+i].PairsCut
				*below *= int64(size) - *below
			}
			begin = len(bridges)
			continue
		}
		set := t.find(v)
		links[set]++
		if set == v && links[v] == 1 {
			if e := t.only(t.order[v], t.order[parent]); e != network.NoEdge {
				bridges = append(bridges, Bridge{e, int64(size)})
			}
		}
	}
	return bridges
}

// only returns the link between two nodes, none if there are several.
func (t *tree) only(v, w network.NodeIndex) network.EdgeIndex {
	only := network.NoEdge
	if edges := t.net.OutEdges(v); len(edges) == 1 && !t.net.Directed() {
		return edges[0] // as of most bridges, which lead to a node without others
	}
	nbr, edges := row(t.net, v)
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

// sortBy sorts by a key, and leaves those with the same key in their order: a digit at
// a time, the last first, leaving out what all keys have in common.
func sortBy[T any](list []T, key func(T) uint64) {
	const digit = 11
	differ := uint64(0)
	for i := range list {
		differ |= key(list[i]) ^ key(list[0])
	}
	from, to := list, make([]T, len(list))
	for shift := 0; differ>>shift != 0; shift += digit {
		var next [1 << digit]uint32
		for i := range from {
			next[key(from[i])>>shift%(1<<digit)]++
		}
		sum := uint32(0)
		for d, count := range next {
			next[d] = sum
			sum += count
		}
		for i := range from {
			d := key(from[i]) >> shift % (1 << digit)
			to[next[d]] = from[i]
			next[d]++
		}
		from, to = to, from
	}
	copy(list, from)
}
