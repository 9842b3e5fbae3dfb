package projection

import (
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// Snapshot is one immutable state of the graph. It shows nothing by itself: see
// [Snapshot.View].
type Snapshot struct {
	revision   graph.Revision
	base       *base
	delta      *delta
	judgements map[graph.ID]linkRow // identity judgements; ends are node indices
	judgedAt   graph.Revision       // newest revision that changed judgements
	log        []logEntry           // every revision up to this one
	// The dictionary as of this snapshot.
	kinds      []graph.Kind
	linkKinds  []graph.LinkKind
	datasets   []string
	signatures []graph.Markings
	addedByID  []uint32 // delta nodes in ID order
}

type logEntry struct {
	revision   graph.Revision
	signatures []uint32
}

// Revision returns the store's revision that the snapshot shows. It is for
// wiring and never for a viewer: see [View.Version].
func (s *Snapshot) Revision() graph.Revision { return s.revision }

// Size returns how many records and links the snapshot holds, whoever may see
// them. It is for operators, never for a viewer.
func (s *Snapshot) Size() (records, links int) {
	for i := range s.numNodes() {
		if s.node(uint32(i)).sig != 0 {
			records++
		}
	}
	return records, s.numLinks() - s.delta.deadN
}

func (s *Snapshot) numNodes() int { return s.base.numNodes() + len(s.delta.nodes) }
func (s *Snapshot) numLinks() int { return s.base.numLinks() + len(s.delta.links) }

func (s *Snapshot) clean(i uint32) bool {
	return int(i) < s.base.numNodes() && !s.delta.dirty.has(i)
}

func (s *Snapshot) node(i uint32) nodeRow {
	if n := s.base.numNodes(); int(i) < n && !s.delta.dirty.has(i) {
		return s.base.nodes.row(int(i))
	}
	if row, ok := s.delta.changed[i]; ok {
		return row
	}
	if n := s.base.numNodes(); int(i) >= n {
		return s.delta.nodes[int(i)-n]
	}
	return s.base.nodes.row(int(i))
}

func (s *Snapshot) nodeID(i uint32) graph.ID {
	if n := s.base.numNodes(); int(i) >= n {
		return s.delta.nodes[int(i)-n].id
	}
	return s.base.nodes.id[i]
}

func (s *Snapshot) nodeSig(i uint32) uint32 {
	if s.clean(i) {
		return s.base.nodes.sig[i]
	}
	return s.node(i).sig
}

func (s *Snapshot) find(id graph.ID) (uint32, bool) {
	if i, ok := s.base.node(id); ok {
		return i, true
	}
	i, ok := s.delta.nodeByID[id]
	return i, ok
}

// compareNodes orders node indices by ID.
func (s *Snapshot) compareNodes(a, b uint32) int {
	if n := uint32(s.base.numNodes()); a < n && b < n {
		switch {
		case a < b:
			return -1
		case a > b:
			return 1
		}
		return 0
	}
	return s.nodeID(a).Compare(s.nodeID(b))
}

func (s *Snapshot) findLink(id graph.ID) (uint32, bool) {
	if i, ok := s.delta.linkByID[id]; ok {
		return i, true
	}
	i, ok := s.base.link(id)
	return i, ok && !s.delta.dead.has(i)
}

func (s *Snapshot) link(i uint32) linkRow {
	if m := s.base.numLinks(); int(i) >= m {
		return s.delta.links[int(i)-m]
	}
	return s.base.row(i)
}

func (s *Snapshot) linkID(i uint32) graph.ID {
	if m := s.base.numLinks(); int(i) >= m {
		return s.delta.links[int(i)-m].id
	}
	return s.base.links.id[i]
}

// eachNode hands every node index to visit in ID order, ghosts included.
func (s *Snapshot) eachNode(visit func(uint32)) {
	added := s.addedByID
	for i := range uint32(s.base.numNodes()) {
		for len(added) > 0 && s.nodeID(added[0]).Compare(s.base.nodes.id[i]) < 0 {
			visit(added[0])
			added = added[1:]
		}
		visit(i)
	}
	for _, i := range added {
		visit(i)
	}
}

// eachLink hands every live link to visit in ID order.
func (s *Snapshot) eachLink(visit func(uint32)) {
	m := uint32(s.base.numLinks())
	added := make([]uint32, 0, len(s.delta.links))
	for i := range s.delta.links {
		if !s.delta.dead.has(m + uint32(i)) {
			added = append(added, m+uint32(i))
		}
	}
	slices.SortFunc(added, func(a, b uint32) int { return s.linkID(a).Compare(s.linkID(b)) })
	for _, i := range s.base.byID {
		for len(added) > 0 && s.linkID(added[0]).Compare(s.base.links.id[i]) < 0 {
			visit(added[0])
			added = added[1:]
		}
		if !s.delta.dead.has(i) {
			visit(i)
		}
	}
	for _, i := range added {
		visit(i)
	}
}
