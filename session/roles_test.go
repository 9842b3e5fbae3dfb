package session_test

import (
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/similarity"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/session"
)

func TestRolesAreThoseOfTheKernel(t *testing.T) {
	w := newWorld(t)
	ids, net := w.criminals()
	want, err := similarity.Structural(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	got, err := w.as(low).Roles(t.Context(), session.ByStructure, 1, nil, projection.AnyTime(), session.Page{First: 500})
	if err != nil || len(got.Items) != got.All.Classes {
		t.Fatalf("%d classes of %d, %v", len(got.Items), got.All.Classes, err)
	}
	met := 0
	for i, role := range got.Items {
		members := allMembers(t, role)
		met += len(members)
		if i > 0 && role.Size > got.Items[i-1].Size {
			t.Errorf("role %d is larger than the one before", i)
		}
		first, _ := slices.BinarySearchFunc(ids, members[0], graph.ID.Compare)
		for _, id := range members {
			if v, _ := slices.BinarySearchFunc(ids, id, graph.ID.Compare); want[v] != want[first] {
				t.Errorf("%s and %s are not equivalent", id, members[0])
			}
		}
	}
	if met != net.NumNodes() {
		t.Errorf("%d entities have a role", met)
	}
	_, err = w.as(low).Roles(t.Context(), "SISTERS", 1, nil, projection.AnyTime(), session.Page{First: 1})
	requireCode(t, err, graph.BadUserInput)
}

func TestSimilarNodesAndMissingLinksAreThoseOfTheKernel(t *testing.T) {
	w := newWorld(t)
	ids, net := w.criminals()
	for _, measure := range []similarity.Measure{similarity.Jaccard, similarity.ResourceAllocation, similarity.ThreeSteps, similarity.PreferentialAttachment} {
		of, _ := slices.BinarySearchFunc(ids, id("12"), graph.ID.Compare)
		scores, err := similarity.Of(t.Context(), net, network.NodeIndex(of), measure)
		if err != nil {
			t.Fatal(err)
		}
		alike, _, err := w.as(low).SimilarNodes(t.Context(), id("12"), measure, projection.AnyTime(), session.Page{First: 500})
		if err != nil || len(alike.Items) == 0 {
			t.Fatal(len(alike.Items), err)
		}
		for i, a := range alike.Items {
			v, _ := slices.BinarySearchFunc(ids, a.ID, graph.ID.Compare)
			if a.Score != scores[v] || a.Rank != i+1 || i > 0 && a.Score > alike.Items[i-1].Score {
				t.Errorf("%s: %+v in place %d, want %v", measure, a, i, scores[v])
			}
		}
		want, err := similarity.Missing(t.Context(), net, measure, 20)
		if err != nil {
			t.Fatal(err)
		}
		got, err := w.as(low).MissingLinks(t.Context(), measure, 20, projection.AnyTime())
		if err != nil || len(got.List) != 20 || !got.More {
			t.Fatalf("%s: %d predictions, %v", measure, len(got.List), err)
		}
		for i, p := range got.List {
			if p.A != ids[want[i].From] || p.B != ids[want[i].To] || p.Score != want[i].Score || p.Rank != i+1 {
				t.Errorf("%s: %+v, want %+v", measure, p, want[i])
			}
		}
	}
}

// A prediction is in no answer but its own.
func TestPredictionsAreNotWritten(t *testing.T) {
	w := newWorld(t)
	w.chain()
	s := w.as(low)
	before := s.Token()
	found, err := s.MissingLinks(t.Context(), similarity.CommonNeighbours, 10, projection.AnyTime())
	if err != nil || len(found.List) != 3 || found.More {
		t.Fatalf("%+v %v", found, err)
	}
	sum, err := s.Summary(t.Context(), session.Automatic, 0, projection.AnyTime())
	if err != nil || sum.Links != 4 || s.Token() != before || w.as(low).Token() != before {
		t.Errorf("%+v %v", sum, err)
	}
}

// Who cannot be seen has no role and resembles nobody.
func TestRolesOfNobody(t *testing.T) {
	w := newWorld(t)
	w.chain()
	w.write(session.Writing{Records: []graph.Record{record("hidden", "Person", red)}, Links: []graph.Link{link("ASSOCIATE_OF", "hidden", "a", red)}})
	for _, key := range []string{"hidden", "nobody"} {
		roles, err := w.as(low).Roles(t.Context(), "", 1, []graph.ID{id(key)}, projection.AnyTime(), session.Page{First: 5})
		if err != nil || len(roles.Items) != 0 || roles.All.Equivalence != session.ByEquity {
			t.Errorf("%s: %+v %v", key, roles, err)
		}
		alike, _, err := w.as(low).SimilarNodes(t.Context(), id(key), similarity.Jaccard, projection.AnyTime(), session.Page{First: 5})
		if err != nil || len(alike.Items) != 0 {
			t.Errorf("%s: %+v %v", key, alike, err)
		}
	}
}
