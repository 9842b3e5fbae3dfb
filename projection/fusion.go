package projection

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// fusion says which records make one entity. A nil fusion fuses nothing.
type fusion struct {
	fused     bitset              // the records of entities of several records
	repOf     map[uint32]uint32   // member → representative, for these
	membersOf map[uint32][]uint32 // representative → members by ID
}

// has says whether a record is fused with others.
func (f *fusion) has(i uint32) bool { return f != nil && f.fused.has(i) }

func (f *fusion) rep(i uint32) uint32 {
	if f.has(i) {
		return f.repOf[i]
	}
	return i
}

// members returns the records of an entity by ID. One alone is put into buf, if
// there is room.
func (f *fusion) members(rep uint32, buf []uint32) []uint32 {
	if f.has(rep) {
		return f.membersOf[rep]
	}
	return append(buf, rep)
}

func (v *View) seesJudgement(row linkRow) bool {
	return v.linkSeen[row.class] && v.seesNode(row.from) && v.seesNode(row.to)
}

// fuse joins records by the visible judgements: each SAME, the most confident
// first and then by ID, unites the entities of its ends, unless a visible
// NOT_SAME stands between any two of their records. So a contradiction never
// unites, and the result does not depend on the order of writing. UNSURE decides
// nothing. O(n/64 + j log j) for j judgements, of which each record
// has a few.
func (v *View) fuse() *fusion {
	var same, apart []linkRow
	for _, row := range v.snap.judgements {
		if row.from == row.to || !v.seesJudgement(row) {
			continue
		}
		switch v.snap.linkKinds[v.snap.linkClasses[row.class].kind] {
		case graph.Same:
			same = append(same, row)
		case graph.NotSame:
			apart = append(apart, row)
		}
	}
	if len(same) == 0 {
		return nil
	}
	slices.SortFunc(same, func(a, b linkRow) int {
		return cmp.Or(cmp.Compare(b.confidence, a.confidence), bytes.Compare(a.id[:], b.id[:]))
	})
	foes := map[uint32][]uint32{}
	for _, row := range apart {
		foes[row.from] = append(foes[row.from], row.to)
		foes[row.to] = append(foes[row.to], row.from)
	}
	clusters := map[uint32][]uint32{} // by root
	root := map[uint32]uint32{}
	find := func(i uint32) uint32 {
		if r, ok := root[i]; ok {
			return r
		}
		root[i], clusters[i] = i, []uint32{i}
		return i
	}
	for _, row := range same {
		a, b := find(row.from), find(row.to)
		if len(clusters[a]) < len(clusters[b]) {
			a, b = b, a
		}
		if a == b || contradicted(clusters[b], a, foes, find) {
			continue
		}
		for _, m := range clusters[b] {
			root[m] = a
		}
		clusters[a] = append(clusters[a], clusters[b]...)
		delete(clusters, b)
	}
	f := &fusion{fused: newBitset(v.snap.numNodes()), repOf: map[uint32]uint32{}, membersOf: map[uint32][]uint32{}}
	for _, members := range clusters {
		if len(members) < 2 {
			continue
		}
		slices.SortFunc(members, v.snap.compareNodes)
		f.membersOf[members[0]] = members
		for _, m := range members {
			f.fused.set(m)
			f.repOf[m] = members[0]
		}
	}
	return f
}

// contradicted says whether a judgement NOT_SAME stands between a member of one
// cluster and the cluster with the given root.
func contradicted(members []uint32, root uint32, foes map[uint32][]uint32, find func(uint32) uint32) bool {
	for _, m := range members {
		for _, foe := range foes[m] {
			if find(foe) == root {
				return true
			}
		}
	}
	return false
}
