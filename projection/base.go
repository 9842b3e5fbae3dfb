package projection

import (
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// base is an immutable graph in CSR form: nodes in ID order, links in the order
// (from, to, ID), so that the forward adjacency of a node is a range of links.
type base struct {
	nodes  nodeColumns
	links  linkColumns
	outOff []uint32
	to     []uint32
	inOff  []uint32
	inFrom []uint32
	inLink []uint32
	byID   []uint32 // link positions in ID order
	byNode directory
	byLink directory
	unseen int // nodes and links that nobody sees
}

func (b *base) numNodes() int { return len(b.nodes.id) }
func (b *base) numLinks() int { return len(b.links.id) }

func (b *base) node(id graph.ID) (uint32, bool) { return b.byNode.find(b.nodes.id, id) }

func (b *base) link(id graph.ID) (uint32, bool) { return b.byLink.findBy(b.byID, b.links.id, id) }

// from returns the start of a link: the row of the forward adjacency it lies in.
func (b *base) from(link uint32) uint32 {
	row, found := slices.BinarySearch(b.outOff, link)
	if !found {
		return uint32(row - 1)
	}
	for b.outOff[row+1] == link { // skip nodes without links
		row++
	}
	return uint32(row)
}

func (b *base) row(link uint32) linkRow {
	row := b.links.row(int(link))
	row.from, row.to = b.from(link), b.to[link]
	return row
}

// degree returns how many links a node has here, loops twice; 0 for one that came later.
func (b *base) degree(node uint32) int {
	if int(node) >= b.numNodes() {
		return 0
	}
	return int(b.outOff[node+1] - b.outOff[node] + b.inOff[node+1] - b.inOff[node])
}

// starts lists the start of every link, which the columns do not hold.
func (b *base) starts() []uint32 {
	out := make([]uint32, b.numLinks())
	for v := range b.numNodes() {
		for p := b.outOff[v]; p < b.outOff[v+1]; p++ {
			out[p] = uint32(v)
		}
	}
	return out
}

// builder collects nodes in ID order and then links in ID order.
type builder struct {
	nodes    nodeColumns
	links    linkColumns
	from, to []uint32  // node positions, or numNodes+i for ghosts[i]
	byNode   directory // made when the nodes are complete
	ghosts   []graph.ID
	ghost    map[graph.ID]uint32
}

func newBuilder() *builder { return &builder{ghost: map[graph.ID]uint32{}} }

// end returns the position of a link's end. An ID without a record becomes a
// ghost: a node that nobody sees until its record arrives.
func (b *builder) end(id graph.ID) uint32 {
	n := len(b.nodes.id)
	if b.byNode.starts == nil {
		b.byNode = newDirectory(n, func(i int) *graph.ID { return &b.nodes.id[i] })
	}
	if i, ok := b.byNode.find(b.nodes.id, id); ok {
		return i
	}
	i, ok := b.ghost[id]
	if !ok {
		i = uint32(n + len(b.ghosts))
		b.ghost[id] = i
		b.ghosts = append(b.ghosts, id)
	}
	return i
}

// endID returns the ID behind a position that end returned.
func (b *builder) endID(i uint32) graph.ID {
	if n := len(b.nodes.id); int(i) >= n {
		return b.ghosts[int(i)-n]
	}
	return b.nodes.id[i]
}

// link appends a link whose ends are positions.
func (b *builder) link(r *linkRow) {
	b.links.append(r)
	b.from = append(b.from, r.from)
	b.to = append(b.to, r.to)
}

// build makes the base and leaves the builder empty. O(n + m) beyond sorting
// ghosts.
func (b *builder) build(nodeClasses []nodeClass, linkClasses []linkClass) *base {
	if len(b.ghosts) > 0 {
		b.settleGhosts()
	}
	b.nodes.settle()
	n, m := len(b.nodes.id), len(b.from)
	out := &base{nodes: b.nodes, outOff: offsets(n, b.from), inOff: offsets(n, b.to)}
	out.byID = b.places(out)
	out.to = permute(b.to, out.byID)
	out.links = b.links.moved(out.byID)
	*b = builder{}
	out.byNode = newDirectory(n, func(i int) *graph.ID { return &out.nodes.id[i] })
	out.byLink = newDirectory(m, func(i int) *graph.ID { return &out.links.id[out.byID[i]] })
	out.inFrom, out.inLink = make([]uint32, m), make([]uint32, m)
	next := slices.Clone(out.inOff[:n])
	for v := range n { // ascending from, so each reverse row ends up sorted
		for p := out.outOff[v]; p < out.outOff[v+1]; p++ {
			at := &next[out.to[p]]
			out.inFrom[*at], out.inLink[*at] = uint32(v), p
			*at++
		}
	}
	for _, class := range out.nodes.class {
		if nodeClasses[class].signature == 0 {
			out.unseen++
		}
	}
	for _, class := range out.links.class {
		if linkClasses[class].signature == 0 {
			out.unseen++
		}
	}
	return out
}

// offsets counts how often each of n nodes stands in ends and adds the counts up.
func offsets(n int, ends []uint32) []uint32 {
	off := make([]uint32, n+1)
	for _, v := range ends {
		off[v+1]++
	}
	for v := range n {
		off[v+1] += off[v]
	}
	return off
}

// places returns the position of each link in the order (from, to, ID): a
// counting sort by to, then by from, both stable, as the links came in ID order.
func (b *builder) places(out *base) []uint32 {
	n, m := out.numNodes(), len(b.from)
	byTo, place := make([]uint32, m), make([]uint32, m)
	next := slices.Clone(out.inOff[:n])
	for i, t := range b.to {
		byTo[next[t]] = uint32(i)
		next[t]++
	}
	copy(next, out.outOff[:n])
	for _, i := range byTo {
		f := b.from[i]
		place[i] = next[f]
		next[f]++
	}
	return place
}

// settleGhosts merges the ghosts into the node order and renumbers all ends.
func (b *builder) settleGhosts() {
	slices.SortFunc(b.ghosts, graph.ID.Compare)
	renumber := make([]uint32, len(b.nodes.id)+len(b.ghosts))
	var merged nodeColumns
	rest := b.ghosts
	take := func(until func(graph.ID) bool) {
		for len(rest) > 0 && until(rest[0]) {
			renumber[b.ghost[rest[0]]] = uint32(len(merged.id))
			merged.append(ghost(rest[0]))
			rest = rest[1:]
		}
	}
	for i, id := range b.nodes.id {
		take(func(g graph.ID) bool { return g.Compare(id) < 0 })
		renumber[i] = uint32(len(merged.id))
		merged.append(b.nodes.row(i))
	}
	take(func(graph.ID) bool { return true })
	for i := range b.from {
		b.from[i], b.to[i] = renumber[b.from[i]], renumber[b.to[i]]
	}
	b.nodes = merged
}
