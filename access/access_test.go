package access_test

import (
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/access"
	"github.com/chokepoint/chokepoint/graph"
	"pgregory.net/rapid"
)

func markings() *rapid.Generator[[]graph.Marking] {
	return rapid.SliceOfN(rapid.SampledFrom([]graph.Marking{"TLP:CLEAR", "TLP:AMBER", "AGENCY:NORTH", "A", "B", "AB", "A,B"}), 0, 5)
}

func TestSees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		held, item := markings().Draw(t, "held"), markings().Draw(t, "item")
		want := len(item) > 0
		for _, m := range item {
			want = want && slices.Contains(held, m)
		}
		if got := access.Grant(held...).Sees(graph.NewMarkings(item...)); got != want {
			t.Errorf("Grant(%v).Sees(%v) = %v", held, item, got)
		}
		if got := access.Everything().Sees(graph.NewMarkings(item...)); got != (len(item) > 0) {
			t.Errorf("Everything().Sees(%v) = %v", item, got)
		}
	})
}

func TestTheZeroClearanceSeesNothing(t *testing.T) {
	var none access.Clearance
	for _, m := range []graph.Markings{nil, {}, graph.NewMarkings(graph.Clear)} {
		if none.Sees(m) || access.Grant().Sees(m) {
			t.Errorf("an empty clearance sees an item marked %v", m)
		}
	}
	if none.IsEverything() || none.Class() != access.Grant().Class() {
		t.Error("the zero clearance is not that of no grant")
	}
	if !access.Everything().IsEverything() || access.Everything().Markings() != nil {
		t.Error("everything is a list of markings")
	}
}

// Two clearances are of one class exactly when they hold the same.
func TestClass(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := access.Grant(markings().Draw(t, "a")...), access.Grant(markings().Draw(t, "b")...)
		if same := slices.Equal(a.Markings(), b.Markings()); same != (a.Class() == b.Class()) {
			t.Errorf("%v and %v are of one class: %v", a.Markings(), b.Markings(), !same)
		}
		if a.Class() == access.Everything().Class() {
			t.Errorf("%v is of the class of everything", a.Markings())
		}
	})
}

// What a caller does with the markings of a clearance does not change it.
func TestMarkingsAreACopy(t *testing.T) {
	c := access.Grant("A", "B")
	c.Markings()[0] = "Z"
	if c.Sees(graph.NewMarkings("Z")) || !c.Sees(graph.NewMarkings("A")) {
		t.Error("a clearance was changed from outside")
	}
}
