package graph

import (
	"slices"
	"strings"
)

// Marking is one handling restriction, such as "TLP:AMBER", "AGENCY:NORTH" or
// "CASE:2024-17". Whoever holds it may see what carries it; markings have no
// rank and no inner structure here.
type Marking string

// Clear is TLP 2.0 CLEAR: no limit on disclosure. It still must be held, as any
// other marking.
const Clear Marking = "TLP:CLEAR"

// MaxMarking is the longest marking accepted, in bytes.
const MaxMarking = 128

// Markings is a set of markings in ascending order. An item may be seen only by
// who holds all of them; an item without any may be seen by nobody.
type Markings []Marking

// NewMarkings returns the set of the given markings, trimmed, "" left out.
func NewMarkings(markings ...Marking) Markings {
	set := make(Markings, 0, len(markings))
	for _, m := range markings {
		if t := Marking(strings.TrimSpace(string(m))); t != "" {
			set = append(set, t)
		}
	}
	slices.Sort(set)
	return slices.Compact(set)
}

// Union returns the set of markings in m or other: the handling of what derives
// from both. Where one holds the other, it is that one itself.
func (m Markings) Union(other Markings) Markings {
	switch {
	case other.SubsetOf(m):
		return m
	case m.SubsetOf(other):
		return other
	}
	return NewMarkings(append(slices.Clone(m), other...)...)
}

// SubsetOf says whether other holds every marking of m.
func (m Markings) SubsetOf(other Markings) bool {
	i := 0
	for _, want := range m {
		for i < len(other) && other[i] < want {
			i++
		}
		if i == len(other) || other[i] != want {
			return false
		}
	}
	return true
}
