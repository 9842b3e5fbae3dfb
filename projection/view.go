package projection

import (
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
)

// View is the part of a snapshot that one clearance may see: records and links
// whose markings are all held, links only with both ends, records fused into
// entities. Two snapshots that differ only in what the clearance may not see give
// views that answer alike. It is immutable and safe for concurrent use; making
// one costs O(signatures + revisions + judgements).
type View struct {
	snap     *Snapshot
	sees     []bool // by signature
	all      bool   // everything in the base is visible, so need not be looked up
	fused    *fusion
	versions []graph.Revision // the revisions that touched what is visible
	judged   judged           // made on demand
}

// View returns what a clearance may see of the snapshot.
func (s *Snapshot) View(c access.Clearance) *View {
	v := &View{snap: s, sees: make([]bool, len(s.signatures)), all: s.base.ghosts == 0}
	for i, m := range s.signatures {
		v.sees[i] = c.Sees(m)
		v.all = v.all && (v.sees[i] || i == 0)
	}
	for _, e := range s.log {
		if slices.ContainsFunc(e.signatures, func(sig uint32) bool { return v.sees[sig] }) {
			v.versions = append(v.versions, e.revision)
		}
	}
	v.fused = v.fuse()
	return v
}

// Version counts the revisions that touched what the view shows. Unlike the
// store's revision it does not tell how much other work goes on.
func (v *View) Version() uint64 { return uint64(len(v.versions)) }

// RevisionOf returns the store's revision behind a version of this view, 0 for
// version 0. It reports false for a version that is still to come.
func (v *View) RevisionOf(version uint64) (graph.Revision, bool) {
	switch {
	case version == 0:
		return 0, true
	case version > uint64(len(v.versions)):
		return 0, false
	}
	return v.versions[version-1], true
}

// VersionAt returns the version that a revision of the store brought: the number
// of visible revisions up to it.
func (v *View) VersionAt(r graph.Revision) uint64 {
	n, found := slices.BinarySearch(v.versions, r)
	if found {
		n++
	}
	return uint64(n)
}

// seesNode says whether the record at an index is visible.
func (v *View) seesNode(i uint32) bool {
	if v.snap.clean(i) {
		return v.all || v.sees[v.snap.base.nodes.sig[i]]
	}
	return v.sees[v.snap.node(i).sig]
}

// Entity identifies an entity within its view. The zero value is none.
type Entity struct {
	node uint32 // the visible member with the least ID
	ok   bool
}

// Entity returns the entity that a record belongs to: any member's ID finds it.
// It reports false for an ID that is missing or hidden.
func (v *View) Entity(id graph.ID) (Entity, bool) {
	i, ok := v.snap.find(id)
	if !ok || !v.seesNode(i) {
		return Entity{}, false
	}
	return Entity{v.fused.rep(i), true}, true
}

// ID returns the entity's ID: the least of its visible members'.
func (v *View) ID(e Entity) graph.ID { return v.snap.nodeID(e.node) }

// Members returns the IDs of the visible records of an entity, ascending.
func (v *View) Members(e Entity) []graph.ID {
	members := v.fused.members(e.node)
	ids := make([]graph.ID, len(members))
	for i, m := range members {
		ids[i] = v.snap.nodeID(m)
	}
	return ids
}

// Kind returns the kind that the fused entity shows; see graph.Fuse.
func (v *View) Kind(e Entity) graph.Kind { return v.snap.kinds[v.kindOf(e.node)] }

func (v *View) kindOf(rep uint32) uint16 {
	if v.snap.clean(rep) && !v.fused.isFused(rep) {
		return v.snap.base.nodes.kind[rep]
	}
	return v.best(rep).kind
}

// Name returns the name that the fused entity shows.
func (v *View) Name(e Entity) string { return v.best(e.node).name }

// best returns the member that stands for the entity, by the order of graph.Fuse.
func (v *View) best(rep uint32) nodeRow {
	members := v.fused.members(rep)
	best := v.snap.node(members[0])
	for _, m := range members[1:] {
		if row := v.snap.node(m); v.compareStanding(row, best) < 0 {
			best = row
		}
	}
	return best
}

func (v *View) compareStanding(a, b nodeRow) int {
	unknown := func(r nodeRow) int {
		if v.snap.kinds[r.kind] == graph.UnknownKind {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(unknown(a), unknown(b)), cmp.Compare(b.confidence, a.confidence), cmp.Compare(a.standing, b.standing))
}

// Entities hands every visible entity to visit in ID order until it returns
// false. O(n).
func (v *View) Entities(visit func(Entity) bool) {
	stopped := false
	v.snap.eachNode(func(i uint32) {
		if !stopped && v.seesNode(i) && v.fused.rep(i) == i {
			stopped = !visit(Entity{i, true})
		}
	})
}

// DatasetCount tells how much of a dataset a view shows.
type DatasetCount struct{ Records, Links int }

// Datasets counts the visible records and links of each dataset that has any.
// O(n + m).
func (v *View) Datasets() map[string]DatasetCount {
	s := v.snap
	counts := make([]DatasetCount, len(s.datasets))
	for i := range uint32(s.numNodes()) {
		if v.seesNode(i) {
			counts[s.node(i).dataset].Records++
		}
	}
	all := v.unscoped()
	s.eachLink(func(i uint32) {
		if row := s.link(i); all.admitsRow(&row, i) && v.seesNode(row.from) && v.seesNode(row.to) {
			counts[row.dataset].Links++
		}
	})
	for _, row := range s.judgements {
		if v.seesJudgement(row) {
			counts[row.dataset].Links++
		}
	}
	out := map[string]DatasetCount{}
	for i, c := range counts {
		if c != (DatasetCount{}) {
			out[s.datasets[i]] = c
		}
	}
	return out
}
