package projection

import (
	"math"
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
	ghosts int      // nodes with signature 0
}

func (b *base) numNodes() int { return len(b.nodes.id) }
func (b *base) numLinks() int { return len(b.links.id) }

func (b *base) node(id graph.ID) (uint32, bool) {
	i, ok := search(len(b.nodes.id), func(i int) graph.ID { return b.nodes.id[i] }, id)
	return uint32(i), ok
}

func (b *base) link(id graph.ID) (uint32, bool) {
	i, ok := search(len(b.byID), func(i int) graph.ID { return b.links.id[b.byID[i]] }, id)
	if !ok {
		return 0, false
	}
	return b.byID[i], true
}

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
	c, i := &b.links, int(link)
	return linkRow{id: c.id[i], from: b.from(link), to: b.to[i], kind: c.kind[i], dataset: c.dataset[i], sig: c.sig[i],
		confidence: c.confidence[i], at: c.at.get(i), validFrom: c.validFrom.get(i), validTo: c.validTo.get(i),
		weight: c.weight.get(i), amount: c.amount.get(i), quantity: c.quantity.get(i)}
}

// builder collects nodes in ID order and then links in ID order.
type builder struct {
	nodes  nodeColumns
	links  []linkRow // from and to: node positions, or numNodes+i for ghosts[i]
	ghosts []graph.ID
	ghost  map[graph.ID]uint32
}

func newBuilder() *builder {
	return &builder{nodes: newNodeColumns(), ghost: map[graph.ID]uint32{}}
}

func newNodeColumns() nodeColumns {
	return nodeColumns{validFrom: sparse[graph.Instant]{absent: graph.NoInstant}, validTo: sparse[graph.Instant]{absent: graph.NoInstant}}
}

// end returns the position of a link's end. An ID without a record becomes a
// ghost: a node that nobody sees until its record arrives.
func (b *builder) end(id graph.ID) uint32 {
	n := len(b.nodes.id)
	if i, ok := search(n, func(i int) graph.ID { return b.nodes.id[i] }, id); ok {
		return uint32(i)
	}
	i, ok := b.ghost[id]
	if !ok {
		i = uint32(n + len(b.ghosts))
		b.ghost[id] = i
		b.ghosts = append(b.ghosts, id)
	}
	return i
}

// build makes the base. O(n + m) beyond sorting ghosts.
func (b *builder) build() *base {
	if len(b.ghosts) > 0 {
		b.settleGhosts()
	}
	b.nodes.settle()
	n, m := len(b.nodes.id), len(b.links)
	out := &base{nodes: b.nodes, outOff: make([]uint32, n+1), inOff: make([]uint32, n+1),
		to: make([]uint32, m), inFrom: make([]uint32, m), inLink: make([]uint32, m), byID: make([]uint32, m)}
	for _, sig := range b.nodes.sig {
		if sig == 0 {
			out.ghosts++
		}
	}
	// Counting sort by to, then by from, both stable: the links came in ID order.
	for i := range b.links {
		out.inOff[b.links[i].to+1]++
		out.outOff[b.links[i].from+1]++
	}
	for v := range n {
		out.inOff[v+1] += out.inOff[v]
		out.outOff[v+1] += out.outOff[v]
	}
	byTo := make([]uint32, m)
	next := slices.Clone(out.inOff[:n])
	for i := range b.links {
		t := b.links[i].to
		byTo[next[t]] = uint32(i)
		next[t]++
	}
	copy(next, out.outOff[:n])
	for _, i := range byTo {
		f := b.links[i].from
		out.byID[i] = next[f]
		next[f]++
	}
	out.fill(b.links)
	return out
}

// fill writes the link columns and the reverse adjacency, once byID says where
// each link goes.
func (b *base) fill(rows []linkRow) {
	m := len(rows)
	c := &b.links
	c.id, c.kind, c.dataset = make([]graph.ID, m), make([]uint16, m), make([]uint16, m)
	c.sig, c.confidence = make([]uint32, m), make([]float32, m)
	none, nan := sparse[graph.Instant]{absent: graph.NoInstant}, sparse[float64]{absent: math.NaN()}
	c.at, c.validFrom, c.validTo, c.weight, c.amount, c.quantity = none, none, none, nan, nan, nan
	for i := range rows {
		r, p := &rows[i], int(b.byID[i])
		c.id[p], c.kind[p], c.dataset[p], c.sig[p], c.confidence[p] = r.id, r.kind, r.dataset, r.sig, r.confidence
		b.to[p] = r.to
		c.at.set(p, m, r.at)
		c.validFrom.set(p, m, r.validFrom)
		c.validTo.set(p, m, r.validTo)
		c.weight.set(p, m, r.weight)
		c.amount.set(p, m, r.amount)
		c.quantity.set(p, m, r.quantity)
	}
	next := slices.Clone(b.inOff[:len(b.inOff)-1])
	for v := range b.numNodes() { // ascending from, so each reverse row ends up sorted
		for p := b.outOff[v]; p < b.outOff[v+1]; p++ {
			t := b.to[p]
			b.inFrom[next[t]], b.inLink[next[t]] = uint32(v), p
			next[t]++
		}
	}
}

// settleGhosts merges the ghosts into the node order and renumbers all ends.
func (b *builder) settleGhosts() {
	slices.SortFunc(b.ghosts, graph.ID.Compare)
	n := len(b.nodes.id)
	renumber := make([]uint32, n+len(b.ghosts))
	merged := newNodeColumns()
	g := 0
	ghostsBefore := func(stop func(graph.ID) bool) {
		for g < len(b.ghosts) && stop(b.ghosts[g]) {
			renumber[b.ghost[b.ghosts[g]]] = uint32(len(merged.id))
			merged.append(nodeRow{id: b.ghosts[g], validFrom: graph.NoInstant, validTo: graph.NoInstant})
			g++
		}
	}
	for i := range n {
		ghostsBefore(func(id graph.ID) bool { return id.Compare(b.nodes.id[i]) < 0 })
		renumber[i] = uint32(len(merged.id))
		merged.append(b.nodes.row(i))
	}
	ghostsBefore(func(graph.ID) bool { return true })
	for i := range b.links {
		b.links[i].from, b.links[i].to = renumber[b.links[i].from], renumber[b.links[i].to]
	}
	b.nodes, b.ghosts, b.ghost = merged, nil, nil
}
