package connectivity

import (
	"context"
	"math/bits"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// tree is a spanning forest, direction ignored, whose links are joined into sets as
// cycles show that they belong to one block. It names nodes by the order in which they
// are found, a parent before its children, which lets walks over the forest pass through
// memory in order. The link from a node to its parent goes by the node's name; roots
// have none.
type tree struct {
	net    *network.Network
	order  []network.NodeIndex // by name; a component is a range
	name   []uint32
	parent []uint32 // noParent for a root
	up     []uint32 // towards the name of a link's set, the least of its links; a set is a subtree
	// most is the set of most links, as far as samples tell, noParent if there are none,
	// and core has nearly all of its other links.
	most uint32
	core bitset
}

const noParent = ^uint32(0)

// newTree finds the forest, and its blocks: all links of the path between the ends of
// any other link belong to one of them. As Sutton, Ben-Nun and Bar (2018) do for
// components, it looks at one such link of each node first, which the search of the
// forest came across, finds the block that has become the largest, and then reads in
// full only the nodes outside it.
func newTree(ctx context.Context, net *network.Network) (*tree, error) {
	s, err := span(ctx, net)
	if err != nil {
		return nil, err
	}
	n := net.NumNodes()
	t := &tree{
		net: net, order: s.order, name: s.name, most: noParent, core: newBits(n),
		parent: make([]uint32, n), up: make([]uint32, n),
	}
	// In place of the set of a link stands, at first, the other neighbour via which its
	// node was found, if that has a lesser name.
	err = inChunks(ctx, n, share, func(lo, hi int) {
		for i, v := range t.order[lo:hi] {
			v, via := uint32(lo+i), s.via[v]
			t.up[v] = min(v, t.name[via[1]])
			if t.parent[v] = t.name[via[0]]; t.parent[v] == v {
				t.parent[v] = noParent
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for v := range uint32(n) {
		other := t.up[v]
		t.up[v] = v
		if other != v && other != t.parent[v] {
			t.join(v, other)
		}
		if err := poll(ctx, int(v)); err != nil {
			return nil, err
		}
	}
	return t, t.joinRest(ctx, t.largest())
}

// largest returns the nodes of the set of most links, and takes it for the core.
func (t *tree) largest() bitset {
	nodes := newBits(len(t.order))
	if t.most = t.frequent(); t.most == noParent {
		return nodes
	}
	for v, node := range t.order {
		set := t.up[t.up[v]] // those before v have come to their sets
		t.up[v] = set
		var in uint64
		if set == t.most {
			in = 1
		}
		t.core[v/64] |= in << (v % 64)
		nodes[node/64] |= in << (node % 64)
	}
	nodes.set(uint32(t.order[t.parent[t.most]]))
	return nodes
}

// joinRest joins what all links make one block, but for those between two nodes of a
// block that is given. A node with two neighbours in it is one of it, too (an ear,
// Whitney 1932).
func (t *tree) joinRest(ctx context.Context, block bitset) error {
	rows, count := bothRows(t.net), 0
	for node := range block.absent(len(t.order)) {
		if err := poll(ctx, count); err != nil {
			return err
		}
		count++
		v := t.name[node]
		a, b := twoIn(t.net, network.NodeIndex(node), block)
		if a == b {
			for _, r := range rows {
				t.joinRow(v, r.of(node))
			}
			continue
		}
		block.set(node)
		inside := v > t.most // or else its link may lead out of the block
		if inside && t.up[v] == v && t.core.has(t.parent[v]) {
			t.up[v] = t.most
		} else {
			t.join(v, t.name[a])
			t.join(v, t.name[b])
		}
		if inside {
			t.core.set(v)
		}
	}
	if t.most != noParent {
		t.most = t.find(t.most)
		t.core[t.most/64] &^= 1 << (t.most % 64)
	}
	return nil
}

// backwards yields the links outside the core and the roots, children before their
// parents.
func (t *tree) backwards(yield func(v uint32) bool) {
	for i := len(t.core) - 1; i >= 0; i-- {
		for left := ^t.core[i]; left != 0; {
			b := bits.Len64(left) - 1
			left &^= 1 << b
			if v := 64*i + b; v < len(t.up) && !yield(uint32(v)) {
				return
			}
		}
	}
}

// find returns the name of the set of a link.
func (t *tree) find(v uint32) uint32 {
	for {
		u := t.up[v]
		if u == v {
			return v
		}
		above := t.up[u]
		t.up[v] = above
		v = above
	}
}

// joinRow joins what the links of a row of a node make one block, but for those to its
// parent, of which parallel ones join nothing either.
func (t *tree) joinRow(v uint32, row []network.NodeIndex) {
	parent := t.parent[v]
	for _, w := range row {
		if w := t.name[w]; w != parent {
			t.join(v, w)
		}
	}
}

// join makes the path between two nodes one set: the end that was found later climbs,
// a set at a time, until the ends meet. Often that is the link of v and a set that has
// both w and the parent of v.
func (t *tree) join(v, w uint32) {
	if p := t.parent[v]; t.up[v] == v && w < v && w != p && p != noParent && t.up[w] == t.up[p] {
		t.up[v] = t.up[p]
		return
	}
	whole := noParent
	for v != w {
		if v < w {
			v, w = w, v
		}
		set := t.find(v)
		v = t.parent[set]
		switch {
		case whole == noParent || whole == set:
			whole = set
		case set < whole:
			t.up[whole] = set
			whole = set
		default:
			t.up[set] = whole
		}
	}
}

// frequent returns the set that most of some hundred evenly spaced links are in, noParent
// if there are no links.
func (t *tree) frequent() uint32 {
	var sets []uint32
	for v := 0; v < len(t.up); v += 1 + len(t.up)/256 {
		if t.parent[v] != noParent {
			sets = append(sets, t.find(uint32(v)))
		}
	}
	slices.Sort(sets)
	best, run := noParent, 0
	for i, begin := 0, 0; i < len(sets); i++ {
		if sets[i] != sets[begin] {
			begin = i
		}
		if i-begin >= run {
			best, run = sets[i], i-begin+1
		}
	}
	return best
}
