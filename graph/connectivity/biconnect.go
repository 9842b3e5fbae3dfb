package connectivity

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// tree is a spanning forest of shortest paths, direction ignored, whose links are
// joined into sets as cycles show that they belong to one block. It names nodes by the
// order in which they are found, a parent before its children, which lets walks over
// the forest pass through memory in order. The link from a node to its parent goes by
// the node's name; roots have none.
type tree struct {
	net   *network.Network
	order []network.NodeIndex // by name; a component is a range
	name  []uint32            // 1 + the name, 0 before a node is found
	links []treeLink
	unmet int // arcs of nodes that are not found
}

// treeLink is the link of a node to its parent. A set is a subtree of the forest; its
// name is the least of its links.
type treeLink struct {
	parent, up uint32
}

// noParent stands for that of a root.
const noParent = ^uint32(0)

// newTree finds the forest, and its blocks: all links of the path between the ends of
// any other link belong to one of them. As Sutton, Ben-Nun and Bar (2018) do for
// components, it looks at one such link of each node first, as the forest grows where it
// reads the node's row anyway, finds the block that has become the largest, and then
// reads in full only the nodes outside it.
func newTree(ctx context.Context, net *network.Network) (*tree, error) {
	t := &tree{net: net, order: make([]network.NodeIndex, 0, net.NumNodes()), name: make([]uint32, net.NumNodes()), links: make([]treeLink, net.NumNodes())}
	if err := t.grow(ctx); err != nil {
		return nil, err
	}
	for v := range t.links {
		if t.alone(uint32(v)) {
			t.joinFirst(uint32(v))
		}
		if err := poll(ctx, v); err != nil {
			return nil, err
		}
	}
	most := t.frequent()
	for v := range t.links {
		if l := t.links[v]; l.up != most && l.parent != noParent && t.find(uint32(v)) != t.find(most) {
			t.joinRow(uint32(v), net.Out(t.order[v]))
			if net.Directed() {
				t.joinRow(uint32(v), net.In(t.order[v]))
			}
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
		if n > 0 && t.name[v] == 0 {
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
	t.meet(root, noParent)
	arcs, work := t.degree(root), 0
	for begin < len(t.order) {
		if work += arcs; work >= ctxStride {
			if work = 0; ctx.Err() != nil {
				return ctx.Err()
			}
		}
		t.unmet -= arcs
		end := len(t.order)
		if 2*arcs > t.unmet && 4*arcs > len(t.name) {
			arcs = t.pull(begin)
		} else {
			arcs = t.push(begin)
		}
		begin = end
	}
	return nil
}

func (t *tree) meet(v network.NodeIndex, parent uint32) {
	name := uint32(len(t.order))
	t.links[name] = treeLink{parent, name}
	t.order = append(t.order, v)
	t.name[v] = name + 1
}

// push finds the neighbours of the last level, which begins at a name, and returns how
// many arcs they have. The first neighbour that was found before and is no parent closes
// a cycle.
func (t *tree) push(begin int) int {
	end := len(t.order)
	for i, v := range t.order[begin:end] {
		t.pushRow(uint32(begin+i), t.net.Out(v))
		if t.net.Directed() {
			t.pushRow(uint32(begin+i), t.net.In(v))
		}
	}
	arcs := 0
	for _, v := range t.order[end:] {
		arcs += t.degree(v)
	}
	return arcs
}

func (t *tree) pushRow(v uint32, row []network.NodeIndex) {
	name, parent, alone := t.name, t.links[v].parent, t.alone(v)
	for _, w := range row {
		switch a := name[w]; {
		case a == 0:
			t.meet(w, v)
		case alone && a-1 != parent:
			t.join(v, a-1)
			alone = false
		}
	}
}

// pull does the same from the other side.
func (t *tree) pull(begin int) (arcs int) {
	name, directed := t.name, t.net.Directed()
	first, size := uint32(begin+1), uint32(len(t.order)-begin)
	last := func(w network.NodeIndex) bool { return name[w]-first < size }
	for v, a := range name {
		if a != 0 {
			continue
		}
		v := network.NodeIndex(v)
		row := t.net.Out(v)
		i := slices.IndexFunc(row, last)
		if i < 0 && directed {
			row = t.net.In(v)
			i = slices.IndexFunc(row, last)
		}
		if i < 0 {
			continue
		}
		arcs += t.degree(v)
		parent := name[row[i]]
		t.meet(v, parent-1)
		for _, w := range row[i+1:] {
			if a := name[w]; a != 0 && a != parent {
				t.join(name[v]-1, a-1)
				break
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

// alone says whether a link was not joined to one of a lesser name.
func (t *tree) alone(v uint32) bool { return t.links[v].up == v }

// joinFirst joins what the first link of a node makes one block that does not lead to
// its parent: links parallel to that join nothing.
func (t *tree) joinFirst(v uint32) {
	node, parent := t.order[v], t.links[v].parent
	other := func(w network.NodeIndex) bool { return t.name[w]-1 != parent }
	row := t.net.Out(node)
	i := slices.IndexFunc(row, other)
	if i < 0 && t.net.Directed() {
		row = t.net.In(node)
		i = slices.IndexFunc(row, other)
	}
	if i >= 0 {
		t.join(v, t.name[row[i]]-1)
	}
}

// joinRow does so for all links of a row of a node.
func (t *tree) joinRow(v uint32, row []network.NodeIndex) {
	parent := t.links[v].parent
	for _, w := range row {
		if w := t.name[w] - 1; w != parent {
			t.join(v, w)
		}
	}
}

// join makes the path between two nodes one set: the end that was found later climbs,
// a set at a time, until the ends meet.
func (t *tree) join(v, w uint32) {
	whole := noParent
	for v != w {
		if v < w {
			v, w = w, v
		}
		set := t.find(v)
		v = t.links[set].parent
		switch {
		case whole == noParent || whole == set:
			whole = set
		case set < whole:
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
