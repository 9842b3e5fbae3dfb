package projection

import (
	"context"
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// CompareNodes orders node indices by the IDs of their entities; it implements
// path.Ordered. Indices themselves follow the arrival of records, hidden ones
// included, and must not break ties.
func (c *Scoped) CompareNodes(a, b network.NodeIndex) int {
	return c.snap.compareNodes(uint32(a), uint32(b))
}

// FindLink reports whether a stored link with this ID is visible, both its ends
// included, and returns the entities at its ends. Judgements are links too.
func (v *View) FindLink(id graph.ID) (from, to Entity, ok bool) {
	if i, found := v.snap.findLink(id); found {
		return v.endsOf(v.snap.link(i))
	}
	if row, found := v.snap.judgements[id]; found {
		return v.endsOf(row)
	}
	return Entity{}, Entity{}, false
}

// endsOf returns the entities at the ends of a link, if it and both are visible.
func (v *View) endsOf(row linkRow) (from, to Entity, ok bool) {
	if !v.linkSeen[row.class] || !v.seesNode(row.from) || !v.seesNode(row.to) {
		return Entity{}, Entity{}, false
	}
	return Entity{v.fused.rep(row.from), true}, Entity{v.fused.rep(row.to), true}, true
}

// Judgements returns the IDs of the visible judgements about the records of an
// entity, ascending. The first call on a view reads all judgements.
func (v *View) Judgements(e Entity) []graph.ID {
	v.judged.once.Do(v.indexJudgements)
	var ids []graph.ID
	for _, m := range v.fused.members(e.node, nil) {
		ids = append(ids, v.judged.byNode[m]...)
	}
	slices.SortFunc(ids, graph.ID.Compare)
	return slices.Compact(ids)
}

// judged lists the visible judgements about each record.
type judged struct {
	once   sync.Once
	byNode map[uint32][]graph.ID
}

func (v *View) indexJudgements() {
	v.judged.byNode = map[uint32][]graph.ID{}
	for id, row := range v.snap.judgements {
		if !v.seesJudgement(row) {
			continue
		}
		v.judged.byNode[row.from] = append(v.judged.byNode[row.from], id)
		if row.to != row.from {
			v.judged.byNode[row.to] = append(v.judged.byNode[row.to], id)
		}
	}
}

// Count returns how many entities and links Materialize would give the network of
// the layer ALL, without making it. O(n + m).
func (c *Scoped) Count(ctx context.Context) (nodes, links int, err error) {
	s := c.snap
	admitted := newBitset(s.numNodes())
	for i := range uint32(s.numNodes()) {
		if rep, ok := c.admits(i); ok {
			admitted.set(i)
			if rep == i {
				nodes++
			}
		}
	}
	if err := ctx.Err(); err != nil {
		return 0, 0, err
	}
	b := s.base
	for from := range uint32(b.numNodes()) {
		if !admitted.has(from) {
			continue
		}
		for p := b.outOff[from]; p < b.outOff[from+1]; p++ {
			if admitted.has(b.to[p]) && c.admitsLink(p) {
				links++
			}
		}
	}
	for i := uint32(b.numLinks()); int(i) < s.numLinks(); i++ {
		if row := s.added(i); admitted.has(row.from) && admitted.has(row.to) && c.admitsLink(i) {
			links++
		}
	}
	return nodes, links, ctx.Err()
}
