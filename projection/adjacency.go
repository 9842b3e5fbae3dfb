package projection

import (
	"cmp"
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

// Confidence returns the confidence of a link, 0 to 1.
func (c *Scoped) Confidence(e network.EdgeIndex) float64 {
	return float64(c.snap.link(uint32(e)).confidence)
}

// NumNodes implements network.Adjacency: a bound on indices, not a count of what
// is visible.
func (c *Scoped) NumNodes() int { return c.snap.numNodes() }

// AppendOut implements network.Adjacency under the scope's orientation. Links
// between records of one entity lead nowhere and are left out.
func (c *Scoped) AppendOut(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return c.appendArcs(v, buf, c.scope.Orientation != Reverse, c.scope.Orientation != Natural)
}

// AppendIn implements network.Adjacency; see [Scoped.AppendOut].
func (c *Scoped) AppendIn(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return c.appendArcs(v, buf, c.scope.Orientation != Natural, c.scope.Orientation != Reverse)
}

func (c *Scoped) appendArcs(v network.NodeIndex, buf []network.Arc, forward, backward bool) []network.Arc {
	start := len(buf)
	i := uint32(v)
	if c.fused == nil && c.snap.clean(i) {
		switch {
		case forward && backward:
			return c.appendBoth(i, buf)
		case forward:
			return c.appendForward(i, buf)
		default:
			return c.appendBackward(i, buf)
		}
	}
	for _, m := range c.fused.members(i) {
		if forward {
			buf = c.appendForward(m, buf)
			buf = c.appendAdded(c.snap.delta.out[m], i, true, buf)
		}
		if backward {
			buf = c.appendBackward(m, buf)
			buf = c.appendAdded(c.snap.delta.in[m], i, false, buf)
		}
	}
	arcs := buf[start:]
	slices.SortFunc(arcs, c.compareArcs)
	kept := arcs[:0]
	for j, a := range arcs { // both ends in one entity, or a loop walked both ways
		if uint32(a.To) != i && (j == 0 || a != arcs[j-1]) {
			kept = append(kept, a)
		}
	}
	return buf[:start+len(kept)]
}

// compareArcs is the canonical order of arcs: far entity's ID, then link ID.
func (c *Scoped) compareArcs(a, b network.Arc) int {
	if a.To == b.To {
		return c.compareLinks(uint32(a.Edge), uint32(b.Edge))
	}
	return c.snap.compareNodes(uint32(a.To), uint32(b.To))
}

func (c *Scoped) compareLinks(a, b uint32) int {
	return c.snap.linkID(a).Compare(c.snap.linkID(b))
}

// appendForward appends the base links that leave record i.
func (c *Scoped) appendForward(i uint32, buf []network.Arc) []network.Arc {
	b := c.snap.base
	if int(i) >= b.numNodes() {
		return buf
	}
	for p := b.outOff[i]; p < b.outOff[i+1]; p++ {
		buf = c.appendArc(p, b.to[p], i, buf)
	}
	return buf
}

// appendBackward appends the base links that enter record i.
func (c *Scoped) appendBackward(i uint32, buf []network.Arc) []network.Arc {
	b := c.snap.base
	if int(i) >= b.numNodes() {
		return buf
	}
	for q := b.inOff[i]; q < b.inOff[i+1]; q++ {
		buf = c.appendArc(b.inLink[q], b.inFrom[q], i, buf)
	}
	return buf
}

// appendBoth merges the two rows of a base record, each sorted already.
func (c *Scoped) appendBoth(i uint32, buf []network.Arc) []network.Arc {
	b := c.snap.base
	p, endP := b.outOff[i], b.outOff[i+1]
	q, endQ := b.inOff[i], b.inOff[i+1]
	for p < endP && q < endQ {
		order := cmp.Compare(b.to[p], b.inFrom[q])
		if order == 0 {
			order = c.compareLinks(p, b.inLink[q])
		}
		if order <= 0 {
			buf = c.appendArc(p, b.to[p], i, buf)
			p++
		} else {
			buf = c.appendArc(b.inLink[q], b.inFrom[q], i, buf)
			q++
		}
	}
	for ; p < endP; p++ {
		buf = c.appendArc(p, b.to[p], i, buf)
	}
	for ; q < endQ; q++ {
		buf = c.appendArc(b.inLink[q], b.inFrom[q], i, buf)
	}
	return buf
}

// appendArc appends the arc over link to the entity of record far, unless either
// is out of sight or it is a loop on record near.
func (c *Scoped) appendArc(link, far, near uint32, buf []network.Arc) []network.Arc {
	if far == near || !c.admitsLink(link) {
		return buf
	}
	rep, ok := c.admits(far)
	if !ok {
		return buf
	}
	return append(buf, network.Arc{To: network.NodeIndex(rep), Edge: network.EdgeIndex(link)})
}

// appendAdded appends the arcs over links of the delta, given as positions in it.
func (c *Scoped) appendAdded(added []uint32, near uint32, forward bool, buf []network.Arc) []network.Arc {
	m := uint32(c.snap.base.numLinks())
	for _, i := range added {
		row := &c.snap.delta.links[i-m]
		far := row.from
		if forward {
			far = row.to
		}
		buf = c.appendArc(i, far, near, buf)
	}
	return buf
}

// LinkAt is one link of an entity as an expansion lists it.
type LinkAt struct {
	ID  graph.ID
	Far Entity
	// Out says that the link leaves the entity. A link between two records of one
	// entity stands once, as leaving.
	Out  bool
	Kind graph.LinkKind
}

// LinksOf returns the visible links of an entity in scope, by link ID, loops
// included. The scope's orientation does not matter; forward and backward choose
// the direction. O(d log d) for d links.
func (c *Scoped) LinksOf(e Entity, forward, backward bool) []LinkAt {
	s := c.snap
	var out []LinkAt
	add := func(link, far uint32, leaves bool) {
		if !c.admitsLink(link) {
			return
		}
		rep, ok := c.admits(far)
		if !ok || (!leaves && forward && rep == e.node) { // then its other side lists it
			return
		}
		out = append(out, LinkAt{ID: s.linkID(link), Far: Entity{rep, true}, Out: leaves, Kind: s.linkKinds[s.link(link).kind]})
	}
	for _, m := range c.fused.members(e.node) {
		if b := s.base; int(m) < b.numNodes() {
			for p := b.outOff[m]; forward && p < b.outOff[m+1]; p++ {
				add(p, b.to[p], true)
			}
			for q := b.inOff[m]; backward && q < b.inOff[m+1]; q++ {
				add(b.inLink[q], b.inFrom[q], false)
			}
		}
		first := uint32(s.base.numLinks())
		for _, i := range s.delta.out[m] {
			if forward {
				add(i, s.delta.links[i-first].to, true)
			}
		}
		for _, i := range s.delta.in[m] {
			if backward {
				add(i, s.delta.links[i-first].from, false)
			}
		}
	}
	slices.SortFunc(out, func(a, b LinkAt) int { return a.ID.Compare(b.ID) })
	return out
}

// Degree returns the number of distinct entities joined to an entity by a link in
// scope, in either direction.
func (c *Scoped) Degree(e Entity, buf []network.Arc) (int, []network.Arc) {
	buf = c.appendArcs(network.NodeIndex(e.node), buf[:0], true, true)
	degree := 0
	for i, a := range buf {
		if i == 0 || a.To != buf[i-1].To {
			degree++
		}
	}
	return degree, buf
}
