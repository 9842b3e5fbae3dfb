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
// one costs O(classes + revisions + judgements), see dictionary for classes.
type View struct {
	snap     *Snapshot
	nodeSeen []bool // by class
	linkSeen []bool // by class
	all      bool   // every record and link of the base is visible, in its newest state too
	fused    *fusion
	versions []graph.Revision // the revisions that touched what is visible
	judged   judged           // made on demand
}

// View returns what a clearance may see of the snapshot.
func (s *Snapshot) View(c access.Clearance) *View {
	v := &View{snap: s, nodeSeen: make([]bool, len(s.nodeClasses)), linkSeen: make([]bool, len(s.linkClasses)), all: s.base.unseen == 0 && s.delta.unseen == 0}
	sees := make([]bool, len(s.markings))
	for i, m := range s.markings {
		sees[i] = c.Sees(m)
	}
	for i, class := range s.nodeClasses {
		v.nodeSeen[i] = sees[class.signature]
		v.all = v.all && (v.nodeSeen[i] || class.signature == 0)
	}
	for i, class := range s.linkClasses {
		v.linkSeen[i] = sees[class.signature]
		v.all = v.all && (v.linkSeen[i] || class.signature == 0)
	}
	v.versions = s.versions(sees)
	v.fused = v.fuse()
	return v
}

// versions lists the revisions that touched one of the signatures seen.
func (s *Snapshot) versions(sees []bool) []graph.Revision {
	touched := make([]bool, len(s.sets))
	for i, set := range s.sets {
		touched[i] = slices.ContainsFunc(set, func(signature uint32) bool { return sees[signature] })
	}
	n := 0
	for _, e := range s.log {
		if touched[e.set] {
			n++
		}
	}
	versions := make([]graph.Revision, 0, n)
	for _, e := range s.log {
		if touched[e.set] {
			versions = append(versions, e.revision)
		}
	}
	return versions
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
		return v.nodeSeen[v.snap.base.nodes.class[i]]
	}
	return v.nodeSeen[v.snap.nodeClass(i)]
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
	members := v.fused.members(e.node, nil)
	ids := make([]graph.ID, len(members))
	for i, m := range members {
		ids[i] = v.snap.nodeID(m)
	}
	return ids
}

// Kind returns the kind that the fused entity shows; see graph.Fuse.
func (v *View) Kind(e Entity) graph.Kind { return v.snap.kinds[v.kindOf(e.node)] }

// kindOf returns the number of an entity's kind.
func (v *View) kindOf(rep uint32) uint32 {
	if !v.fused.has(rep) {
		return v.snap.nodeClasses[v.snap.nodeClass(rep)].kind
	}
	return v.snap.nodeClasses[v.snap.nodeClass(v.best(rep))].kind
}

// Name returns the name that the fused entity shows.
func (v *View) Name(e Entity) string { return v.snap.node(v.best(e.node)).name }

// best returns the member that stands for the entity, by the order of graph.Fuse.
func (v *View) best(rep uint32) uint32 {
	if !v.fused.has(rep) {
		return rep
	}
	members := v.fused.members(rep, nil)
	best, row := members[0], v.snap.node(members[0])
	for _, m := range members[1:] {
		if other := v.snap.node(m); v.compareStanding(other, row) < 0 {
			best, row = m, other
		}
	}
	return best
}

func (v *View) compareStanding(a, b nodeRow) int {
	ca, cb := v.snap.nodeClasses[a.class], v.snap.nodeClasses[b.class]
	unknown := func(c nodeClass) int {
		if v.snap.kinds[c.kind] == graph.UnknownKind {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(unknown(ca), unknown(cb)), cmp.Compare(b.confidence, a.confidence), cmp.Compare(ca.standing, cb.standing))
}

// Entities hands every visible entity to visit in ID order until it returns
// false. O(n).
func (v *View) Entities(visit func(Entity) bool) {
	v.snap.eachNode(func(i uint32) bool {
		return !v.seesNode(i) || v.fused.rep(i) != i || visit(Entity{i, true})
	})
}

// DatasetCount tells how much of a dataset a view shows.
type DatasetCount struct{ Records, Links int }

// Datasets counts the visible records and links, judgements among them, of each
// dataset that has any.
// O(n + m).
func (v *View) Datasets() map[string]DatasetCount {
	s := v.snap
	counts := make([]DatasetCount, len(s.datasets))
	for i := range uint32(s.numNodes()) {
		if v.seesNode(i) {
			counts[s.nodeClasses[s.nodeClass(i)].dataset].Records++
		}
	}
	starts := s.base.starts()
	for i := range uint32(s.numLinks()) {
		class := s.linkClass(i)
		if !v.linkSeen[class] || s.delta.dead.has(i) {
			continue
		}
		if from, to := s.endsOf(i, starts); v.seesNode(from) && v.seesNode(to) {
			counts[s.linkClasses[class].dataset].Links++
		}
	}
	for _, row := range s.judgements {
		if v.seesJudgement(row) {
			counts[s.linkClasses[row.class].dataset].Links++
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
