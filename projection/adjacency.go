package projection

import (
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Node returns the index under which searches on the scope know an entity. It
// reports false when the scope excludes the entity.
func (c *Scoped) Node(e Entity) (network.NodeIndex, bool) {
	_, ok := c.admits(e.node)
	return network.NodeIndex(e.node), ok && e.ok
}

// At returns the entity of a node index that a search on the scope returned.
func (c *Scoped) At(n network.NodeIndex) Entity { return Entity{uint32(n), true} }

// LinkID returns the ID of a link index that a search on the scope returned.
func (c *Scoped) LinkID(e network.EdgeIndex) graph.ID { return c.snap.linkID(uint32(e)) }

// NumNodes implements network.Adjacency: a bound on indices, not a count of what
// is visible.
func (c *Scoped) NumNodes() int { return c.snap.numNodes() }

// AppendOut implements network.Adjacency under the scope's orientation. Links
// between records of one entity lead nowhere and are left out.
func (c *Scoped) AppendOut(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return c.appendArcs(uint32(v), buf, c.scope.Orientation != Reverse, c.scope.Orientation != Natural)
}

// AppendIn implements network.Adjacency; see [Scoped.AppendOut].
func (c *Scoped) AppendIn(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return c.appendArcs(uint32(v), buf, c.scope.Orientation != Natural, c.scope.Orientation != Reverse)
}

// eachEnd hands the stored links of one record to visit, with the record at the
// other end and whether the link leaves this one; a loop comes both ways. Links
// that are gone, hidden or out of scope are among them.
func (c *Scoped) eachEnd(i uint32, forward, backward bool, visit func(link, far uint32, leaves bool)) {
	s, b := c.snap, c.snap.base
	if int(i) < b.numNodes() {
		for p := b.outOff[i]; forward && p < b.outOff[i+1]; p++ {
			visit(p, b.to[p], true)
		}
		for q := b.inOff[i]; backward && q < b.inOff[i+1]; q++ {
			visit(b.inLink[q], b.inFrom[q], false)
		}
	}
	if s.clean(i) {
		return
	}
	m := uint32(b.numLinks())
	if forward {
		s.delta.eachOut(i, func(k uint32, row *linkRow) { visit(m+k, row.to, true) })
	}
	if backward {
		s.delta.eachIn(i, func(k uint32, row *linkRow) { visit(m+k, row.from, false) })
	}
}

func (c *Scoped) appendArcs(v uint32, buf []network.Arc, forward, backward bool) []network.Arc {
	start := len(buf)
	if c.snap.clean(v) && !c.fused.has(v) {
		buf = c.appendRow(v, buf, forward, backward)
		if c.fused != nil && !slices.IsSortedFunc(buf[start:], c.compareArcs) {
			slices.SortFunc(buf[start:], c.compareArcs)
		}
		return buf
	}
	var one [1]uint32
	for _, m := range c.fused.members(v, one[:0]) {
		c.eachEnd(m, forward, backward, func(link, far uint32, _ bool) {
			if c.fused.rep(far) != v { // else it leads nowhere
				buf = c.appendArc(link, far, buf)
			}
		})
	}
	slices.SortFunc(buf[start:], c.compareArcs)
	return buf
}

// compareArcs is the canonical order of arcs: far entity's ID, then link ID.
func (c *Scoped) compareArcs(a, b network.Arc) int {
	if a.To == b.To {
		return c.snap.compareLinks(uint32(a.Edge), uint32(b.Edge))
	}
	return c.snap.compareNodes(uint32(a.To), uint32(b.To))
}

// appendArc appends the arc over link to the entity of record far, unless either
// is out of sight.
func (c *Scoped) appendArc(link, far uint32, buf []network.Arc) []network.Arc {
	if !c.admitsLink(link) {
		return buf
	}
	rep, ok := c.admits(far)
	if !ok {
		return buf
	}
	return append(buf, network.Arc{To: network.NodeIndex(rep), Edge: network.EdgeIndex(link)})
}

// appendRow appends the arcs of a record that the base alone tells about, in the
// order of the base: the far records' IDs, then link IDs.
func (c *Scoped) appendRow(v uint32, buf []network.Arc, forward, backward bool) []network.Arc {
	b := c.snap.base
	p, endP, q, endQ := b.outOff[v], b.outOff[v+1], b.inOff[v], b.inOff[v+1]
	if !forward {
		p = endP
	}
	if !backward {
		q = endQ
	}
	buf = slices.Grow(buf, int(endP-p+endQ-q))
	for p < endP && q < endQ {
		out := b.to[p] < b.inFrom[q]
		if b.to[p] == b.inFrom[q] {
			out = c.snap.compareLinks(p, b.inLink[q]) <= 0
		}
		if out {
			buf = c.appendStep(v, p, b.to[p], buf)
			p++
		} else {
			buf = c.appendStep(v, b.inLink[q], b.inFrom[q], buf)
			q++
		}
	}
	for ; p < endP; p++ {
		buf = c.appendStep(v, p, b.to[p], buf)
	}
	for ; q < endQ; q++ {
		buf = c.appendStep(v, b.inLink[q], b.inFrom[q], buf)
	}
	return buf
}

// appendStep appends one arc of a row, unless it is a loop or out of sight. What a
// class alone decides is decided here, because searches spend their time on it.
func (c *Scoped) appendStep(v, link, far uint32, buf []network.Arc) []network.Arc {
	switch {
	case far == v:
		return buf
	case c.every:
	case c.byClass && !c.snap.delta.dirty.has(far) && !c.fused.has(far):
		b := c.snap.base
		if !c.linkOK[b.links.class[link]] || !c.nodeOK[b.nodes.class[far]] {
			return buf
		}
	default:
		return c.appendArc(link, far, buf)
	}
	return append(buf, network.Arc{To: network.NodeIndex(far), Edge: network.EdgeIndex(link)})
}
