package projection

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
)

// fusion says which records make one entity. A nil fusion fuses nothing.
type fusion struct {
	repOf     map[uint32]uint32   // member → representative, for entities of several records
	membersOf map[uint32][]uint32 // representative → members by ID
}

func (f *fusion) rep(i uint32) uint32 {
	if f == nil {
		return i
	}
	if r, ok := f.repOf[i]; ok {
		return r
	}
	return i
}

func (f *fusion) members(rep uint32) []uint32 {
	if f != nil {
		if m, ok := f.membersOf[rep]; ok {
			return m
		}
	}
	return []uint32{rep}
}

func (f *fusion) isFused(rep uint32) bool {
	if f == nil {
		return false
	}
	_, ok := f.membersOf[rep]
	return ok
}

func (v *View) seesJudgement(row linkRow) bool {
	return v.sees[row.sig] && v.seesNode(row.from) && v.seesNode(row.to)
}

// fuse joins records by the visible judgements: each SAME, the most confident
// first and then by ID, unites the entities of its ends, unless a visible
// NOT_SAME stands between any two of their records. So a contradiction never
// unites, and the result does not depend on the order of writing. UNSURE decides
// nothing. O(j log j + j·s) for j judgements and entities of at most s records.
func (v *View) fuse() *fusion {
	var same, apart []linkRow
	for _, row := range v.snap.judgements {
		if row.from == row.to || !v.seesJudgement(row) {
			continue
		}
		switch v.snap.linkKinds[row.kind] {
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
		if a == b || contradicted(clusters[a], b, foes, find) {
			continue
		}
		if len(clusters[a]) < len(clusters[b]) {
			a, b = b, a
		}
		for _, m := range clusters[b] {
			root[m] = a
		}
		clusters[a] = append(clusters[a], clusters[b]...)
		delete(clusters, b)
	}
	f := &fusion{repOf: map[uint32]uint32{}, membersOf: map[uint32][]uint32{}}
	for _, members := range clusters {
		if len(members) < 2 {
			continue
		}
		slices.SortFunc(members, v.snap.compareNodes)
		f.membersOf[members[0]] = members
		for _, m := range members {
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
