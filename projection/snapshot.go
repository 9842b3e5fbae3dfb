package projection

import (
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
)

// Snapshot is one immutable state of the graph. It shows nothing by itself: see
// [Snapshot.View].
type Snapshot struct {
	revision   graph.Revision
	base       *base
	delta      delta
	judgements map[graph.ID]linkRow // identity judgements; ends are node indices
	log        []logEntry           // every revision up to this one
	// The dictionary as of this snapshot.
	kinds       []graph.Kind
	linkKinds   []graph.LinkKind
	datasets    []string
	nodeClasses []nodeClass
	linkClasses []linkClass
	markings    []graph.Markings
	sets        [][]uint32

	addedByID func() []uint32 // delta nodes in ID order, made on demand
}

// logEntry is one revision and the number of the set of signatures it touched.
type logEntry struct {
	revision graph.Revision
	set      uint32
}

// read gives the snapshot the dictionary of its time.
func (s *Snapshot) read(d *dictionary) {
	s.kinds, s.linkKinds, s.datasets = d.kinds.words, d.linkKinds.words, d.datasets.words
	s.nodeClasses, s.linkClasses, s.markings, s.sets = d.nodeClasses, d.linkClasses, d.markings, d.sets
	s.addedByID = sync.OnceValue(s.sortAdded)
}

func (s *Snapshot) sortAdded() []uint32 {
	added := make([]uint32, s.delta.nodes)
	for i := range added {
		added[i] = uint32(s.base.numNodes() + i)
	}
	slices.SortFunc(added, func(a, b uint32) int { return s.nodeID(a).Compare(s.nodeID(b)) })
	return added
}

// Revision returns the store's revision that the snapshot shows. It is for
// wiring and never for a viewer: see [View.Version].
func (s *Snapshot) Revision() graph.Revision { return s.revision }

// Size returns how many records and links the snapshot holds, judgements left
// out, whoever may see them. It is for operators, never for a viewer. O(n).
func (s *Snapshot) Size() (records, links int) {
	for i := range uint32(s.numNodes()) {
		if s.nodeClass(i) != 0 {
			records++
		}
	}
	return records, s.numLinks() - s.delta.deadN
}

func (s *Snapshot) numNodes() int { return s.base.numNodes() + int(s.delta.nodes) }
func (s *Snapshot) numLinks() int { return s.base.numLinks() + int(s.delta.links) }

// clean says whether the base alone tells all about a node.
func (s *Snapshot) clean(i uint32) bool {
	return int(i) < s.base.numNodes() && !s.delta.dirty.has(i)
}

func (s *Snapshot) node(i uint32) nodeRow {
	if !s.clean(i) {
		if row := s.delta.stateOf(i); row != nil {
			return *row
		}
		if int(i) >= s.base.numNodes() {
			return ghost(s.nodeID(i))
		}
	}
	return s.base.nodes.row(int(i))
}

func (s *Snapshot) nodeClass(i uint32) uint32 {
	if !s.clean(i) {
		if row := s.delta.stateOf(i); row != nil {
			return row.class
		}
		if int(i) >= s.base.numNodes() {
			return 0
		}
	}
	return s.base.nodes.class[i]
}

func (s *Snapshot) nodeID(i uint32) graph.ID {
	if n := s.base.numNodes(); int(i) >= n {
		return s.delta.journal.nodes.at(i - uint32(n)).id
	}
	return s.base.nodes.id[i]
}

func (s *Snapshot) find(id graph.ID) (uint32, bool) {
	if i, ok := s.base.node(id); ok {
		return i, true
	}
	i, ok := s.delta.findNode(id)
	return uint32(s.base.numNodes()) + i, ok
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

func (s *Snapshot) compareLinks(a, b uint32) int { return s.linkID(a).Compare(s.linkID(b)) }

func (s *Snapshot) findLink(id graph.ID) (uint32, bool) {
	if i, ok := s.delta.findLink(id); ok {
		i += uint32(s.base.numLinks())
		return i, !s.delta.dead.has(i)
	}
	i, ok := s.base.link(id)
	return i, ok && !s.delta.dead.has(i)
}

// added returns the row of a link of the delta, nil for one of the base.
func (s *Snapshot) added(i uint32) *linkRow {
	if m := s.base.numLinks(); int(i) >= m {
		return &s.delta.journal.links.at(i - uint32(m)).linkRow
	}
	return nil
}

func (s *Snapshot) link(i uint32) linkRow {
	if row := s.added(i); row != nil {
		return *row
	}
	return s.base.row(i)
}

func (s *Snapshot) linkID(i uint32) graph.ID {
	if row := s.added(i); row != nil {
		return row.id
	}
	return s.base.links.id[i]
}

func (s *Snapshot) linkClass(i uint32) uint32 {
	if row := s.added(i); row != nil {
		return row.class
	}
	return s.base.links.class[i]
}

func (s *Snapshot) linkKind(i uint32) graph.LinkKind {
	return s.linkKinds[s.linkClasses[s.linkClass(i)].kind]
}

func (s *Snapshot) linkConfidence(i uint32) float64 {
	if row := s.added(i); row != nil {
		return row.confidence
	}
	return s.base.links.confidence.get(int(i))
}

func (s *Snapshot) linkAt(i uint32) graph.Instant {
	if row := s.added(i); row != nil {
		return row.at
	}
	return s.base.links.at.get(int(i))
}

// linkHeld returns when a link held, the end exclusive; NoInstant is open.
func (s *Snapshot) linkHeld(i uint32) (from, to graph.Instant) {
	if row := s.added(i); row != nil {
		return row.validFrom, row.validTo
	}
	l := &s.base.links
	return l.validFrom.get(int(i)), l.validTo.get(int(i))
}

// endsOf returns the ends of a link; starts is base.starts().
func (s *Snapshot) endsOf(i uint32, starts []uint32) (from, to uint32) {
	if row := s.added(i); row != nil {
		return row.from, row.to
	}
	return starts[i], s.base.to[i]
}

// eachNode hands every node index to visit in ID order, ghosts included, until it
// returns false.
func (s *Snapshot) eachNode(visit func(uint32) bool) {
	added := s.addedByID()
	for i := range uint32(s.base.numNodes()) {
		for len(added) > 0 && s.nodeID(added[0]).Compare(s.base.nodes.id[i]) < 0 {
			if !visit(added[0]) {
				return
			}
			added = added[1:]
		}
		if !visit(i) {
			return
		}
	}
	for _, i := range added {
		if !visit(i) {
			return
		}
	}
}

// eachLink hands every live link to visit in ID order, until it returns false.
func (s *Snapshot) eachLink(visit func(uint32) bool) {
	m := uint32(s.base.numLinks())
	added := make([]uint32, 0, s.delta.links)
	for i := range s.delta.links {
		if !s.delta.dead.has(m + i) {
			added = append(added, m+i)
		}
	}
	slices.SortFunc(added, s.compareLinks)
	for _, i := range s.base.byID {
		for len(added) > 0 && s.compareLinks(added[0], i) < 0 {
			if !visit(added[0]) {
				return
			}
			added = added[1:]
		}
		if !s.delta.dead.has(i) && !visit(i) {
			return
		}
	}
	for _, i := range added {
		if !visit(i) {
			return
		}
	}
}
