package connectivity

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// tree is a spanning forest of shortest paths, direction ignored, whose links are
// joined into sets as cycles show that they belong to one block. The link from a node
// to its parent goes by the node's name; roots have none.
type tree struct {
	net   *network.Network
	order []network.NodeIndex // as found; a component is a range
	level []uint32            // 1 + steps from the root, 0 before a node is found
	links []treeLink
	unmet int // arcs of nodes that are not found
}

// treeLink is the link of a node to its parent. A set is a subtree of the forest; its
// name is the link in it that is nearest to the root, or one of these.
type treeLink struct {
	parent, up uint32
}

// noParent stands for that of a root.
const noParent = ^uint32(0)

// newTree finds the forest, and its blocks: all links of the path between the ends of
// any other link belong to one of them. As Sutton, Ben-Nun and Bar (2018) do for
// components, it looks at one such link of each node first, finds the block that has
// become the largest, and then reads in full only the nodes outside it.
func newTree(ctx context.Context, net *network.Network) (*tree, error) {
	t := &tree{net: net, order: make([]network.NodeIndex, 0, net.NumNodes()), level: make([]uint32, net.NumNodes()), links: make([]treeLink, net.NumNodes())}
	if err := t.grow(ctx); err != nil {
		return nil, err
	}
	for i, v := range t.order {
		t.joinFirst(uint32(v))
		if err := poll(ctx, i); err != nil {
			return nil, err
		}
	}
	most := t.frequent()
	for v := range t.links {
		if l := t.links[v]; l.up != most && l.parent != noParent && t.find(uint32(v)) != t.find(most) {
			t.joinRow(uint32(v))
		}
		if err := poll(ctx, v); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func (t *tree) degree(v network.NodeIndex) int {
	if t.net.Directed() {
		return t.net.OutDegree(v) + t.net.InDegree(v)
	}
	return t.net.OutDegree(v)
}

// grow finds the forest, first from the node with most links.
func (t *tree) grow(ctx context.Context) error {
	n, best, most := t.net.NumNodes(), 0, -1
	for v := range n {
		d := t.degree(network.NodeIndex(v))
		t.unmet += d
		if d > most {
			best, most = v, d
		}
	}
	for i := -1; i < n; i++ {
		v := max(i, 0)
		if i < 0 {
			v = best
		}
		if n > 0 && t.level[v] == 0 {
			if err := t.growFrom(ctx, network.NodeIndex(v)); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// growFrom finds the component of a node, level by level: from the nodes of the last
// level, or, where these have many arcs, from the nodes not yet found, which then look
// for any of the last level (Beamer, Asanović and Patterson 2012). Either costs at most
// some arcs for each arc of the last level.
func (t *tree) growFrom(ctx context.Context, root network.NodeIndex) error {
	begin := len(t.order)
	t.meet(root, noParent, 1)
	arcs, work := t.degree(root), 0
	for at := uint32(1); begin < len(t.order); at++ {
		if work += arcs; work >= ctxStride {
			if work = 0; ctx.Err() != nil {
				return ctx.Err()
			}
		}
		t.unmet -= arcs
		end := len(t.order)
		if 16*arcs > t.unmet && 4*arcs > len(t.level) {
			arcs = t.pull(at)
		} else {
			arcs = t.push(t.order[begin:end], at)
		}
		begin = end
	}
	return nil
}

func (t *tree) meet(v network.NodeIndex, parent, level uint32) {
	t.level[v] = level
	t.links[v] = treeLink{parent, uint32(v)}
	t.order = append(t.order, v)
}

// push finds the neighbours of a level, and returns how many arcs they have.
func (t *tree) push(last []network.NodeIndex, at uint32) int {
	begin := len(t.order)
	for _, v := range last {
		t.pushRow(v, t.net.Out(v), at)
		if t.net.Directed() {
			t.pushRow(v, t.net.In(v), at)
		}
	}
	arcs := 0
	for _, v := range t.order[begin:] {
		arcs += t.degree(v)
	}
	return arcs
}

func (t *tree) pushRow(v network.NodeIndex, row []network.NodeIndex, at uint32) {
	level := t.level
	for _, w := range row {
		if level[w] == 0 {
			t.meet(w, uint32(v), at+1)
		}
	}
}

// pull does the same from the other side.
func (t *tree) pull(at uint32) (arcs int) {
	level, directed := t.level, t.net.Directed()
	for v, l := range level {
		if l != 0 {
			continue
		}
		v := network.NodeIndex(v)
		out := t.net.Out(v)
		i := slices.IndexFunc(out, func(w network.NodeIndex) bool { return level[w] == at })
		if i >= 0 {
			arcs += t.degree(v)
			t.meet(v, uint32(out[i]), at+1)
		} else if directed {
			in := t.net.In(v)
			if i := slices.IndexFunc(in, func(w network.NodeIndex) bool { return level[w] == at }); i >= 0 {
				arcs += t.degree(v)
				t.meet(v, uint32(in[i]), at+1)
			}
		}
	}
	return arcs
}

// find returns the name of the set of a link.
func (t *tree) find(v uint32) uint32 {
	for {
		u := t.links[v].up
		if u == v {
			return v
		}
		above := t.links[u].up
		t.links[v].up = above
		v = above
	}
}

// joinFirst joins what the first link of a node makes one block that does not lead to
// its parent: links parallel to that join nothing.
func (t *tree) joinFirst(v uint32) {
	parent := t.links[v].parent
	other := func(w network.NodeIndex) bool { return uint32(w) != parent }
	out := t.net.Out(network.NodeIndex(v))
	if i := slices.IndexFunc(out, other); i >= 0 {
		t.join(v, uint32(out[i]))
	} else if t.net.Directed() {
		in := t.net.In(network.NodeIndex(v))
		if i := slices.IndexFunc(in, other); i >= 0 {
			t.join(v, uint32(in[i]))
		}
	}
}

// joinRow does so for all links of a node.
func (t *tree) joinRow(v uint32) {
	parent := t.links[v].parent
	for _, w := range t.net.Out(network.NodeIndex(v)) {
		if uint32(w) != parent {
			t.join(v, uint32(w))
		}
	}
	if !t.net.Directed() {
		return
	}
	for _, w := range t.net.In(network.NodeIndex(v)) {
		if uint32(w) != parent {
			t.join(v, uint32(w))
		}
	}
}

// join makes the path between two nodes one set: the lower end climbs, a set at a
// time, until the ends meet.
func (t *tree) join(v, w uint32) {
	whole := noParent
	for v != w {
		if t.level[v] < t.level[w] {
			v, w = w, v
		}
		set := t.find(v)
		v = t.links[set].parent
		switch {
		case whole == noParent || whole == set:
			whole = set
		case t.level[set] < t.level[whole]:
			t.links[whole].up = set
			whole = set
		default:
			t.links[set].up = whole
		}
	}
}

// frequent returns the set that most of some hundred evenly spaced links are in.
func (t *tree) frequent() uint32 {
	var sets []uint32
	for v := 0; v < len(t.links); v += 1 + len(t.links)/256 {
		sets = append(sets, t.find(uint32(v)))
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
