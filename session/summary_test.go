package session_test

import (
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/community"
	"github.com/chokepoint/chokepoint/graph/connectivity"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/session"
)

// The figures of caviar are those of the kernels, and of igraph where it was asked.
func TestFiguresAreThoseOfTheKernels(t *testing.T) {
	w := newWorld(t)
	_, net := w.criminals()
	sum, err := w.as(low).Summary(t.Context(), session.Automatic, 0, projection.AnyTime())
	if err != nil {
		t.Fatal(err)
	}
	if sum.Nodes != 110 || sum.Links != 205 || sum.Components != 1 || *sum.Fragmentation != 0 || *sum.Density != 205.0/5995 {
		t.Errorf("%+v", sum)
	}
	want, err := connectivity.DistancesOf(t.Context(), net, connectivity.Removal{})
	if err != nil {
		t.Fatal(err)
	}
	got, err := sum.Distances(t.Context())
	if err != nil || !got.Exact || *got.Diameter != want.Diameter() || *got.Mean != *want.Mean() || got.Efficiency != want.Efficiency() {
		t.Errorf("%+v %v", got, err)
	}
	mixed, err := sum.Mixing(t.Context())
	if err != nil || len(mixed.Kinds) != 1 || mixed.Kinds[0].Pairs != 205 || mixed.KindAssortativity != nil {
		t.Errorf("%+v %v", mixed, err)
	}
	clustered, err := sum.Clustering(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := nt.Dataset(t, "caviar")
	var assortativity, transitivity float64
	nt.Decode(t, d.Expected["degree_assortativity"], &assortativity)
	nt.Decode(t, d.Expected["transitivity"], &transitivity)
	triangles, err := community.CountTriangles(t.Context(), net)
	if err != nil || clustered.Triangles != triangles.Total || math.Abs(clustered.Transitivity-transitivity) > 1e-9 || math.Abs(*mixed.DegreeAssortativity-assortativity) > 1e-9 {
		t.Errorf("%+v %v, want %v %v", clustered, *mixed.DegreeAssortativity, transitivity, assortativity)
	}
	scores, err := centrality.Betweenness(t.Context(), net, centrality.Options{})
	if err != nil {
		t.Fatal(err)
	}
	central, err := sum.Centralization(t.Context(), "BETWEENNESS")
	if want := centrality.BetweennessCentralization(scores, false); err != nil || *central != (session.Centralization{Value: want, Low: want, High: want}) {
		t.Errorf("%v %v, want %v", central, err, want)
	}
	if sum.WithoutCentralization != "" || sum.CentralizationHolds != nil {
		t.Errorf("%q %v", sum.WithoutCentralization, sum.CentralizationHolds)
	}
}

// Samples of a network that is smaller than they are tell the same, and say so.
func TestSampledFigures(t *testing.T) {
	w := newWorld(t)
	w.criminals()
	exact, err := w.as(low).Summary(t.Context(), session.Exact, 0, projection.AnyTime())
	if err != nil {
		t.Fatal(err)
	}
	some, err := w.as(low).Summary(t.Context(), session.Sampled, 4, projection.AnyTime())
	if err != nil {
		t.Fatal(err)
	}
	a, err1 := exact.Distances(t.Context())
	b, err2 := some.Distances(t.Context())
	if err1 != nil || err2 != nil || b.Exact || b.Confidence == nil || b.DiameterAtMost != a.DiameterAtMost || *b.Diameter != *a.Diameter || math.Abs(*b.Mean-*a.Mean) > 1e-12 || *b.Radius != *a.Radius || *b.RadiusAtLeast != *a.Radius || *b.RadiusAtMost != *a.Radius {
		t.Errorf("%+v, exactly %+v, %v %v", b, a, err1, err2)
	}
	along := projection.AnyTime()
	along.Orientation = projection.Natural
	checkDiameterAlongLinks(t, w.as(low), along)
	for _, measure := range []string{"DEGREE", "BETWEENNESS", "CLOSENESS"} {
		estimated, err1 := some.Centralization(t.Context(), measure)
		central, err2 := exact.Centralization(t.Context(), measure)
		if err1 != nil || err2 != nil || estimated.Low > central.Value || estimated.High < central.Value || estimated.High-estimated.Low > 0.04 {
			t.Errorf("%s: %+v, exactly %+v, %v %v", measure, estimated, central, err1, err2)
		}
	}
	if some.WithoutCentralization != "" || some.CentralizationHolds == nil || *some.CentralizationHolds != 0.95 {
		t.Errorf("%q %v", some.WithoutCentralization, some.CentralizationHolds)
	}
}

// checkDiameterAlongLinks compares what samples know with all distances: the diameter is
// exact, and where not all reach each other there is no radius.
func checkDiameterAlongLinks(t *testing.T, s *session.Session, scope projection.Scope) {
	t.Helper()
	var found [2]session.DistanceFigures
	for i, mode := range []session.ApproximationMode{session.Exact, session.Sampled} {
		sum, err := s.Summary(t.Context(), mode, 4, scope)
		if err != nil {
			t.Fatal(err)
		}
		if found[i], err = sum.Distances(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	a, b := found[0], found[1]
	if b.Diameter == nil || *a.Diameter < 2 || *b.Diameter != *a.Diameter || b.DiameterAtMost != *a.Diameter || a.Radius != nil || b.Radius != nil || b.RadiusAtMost != nil {
		t.Errorf("%+v, exactly %+v", b, a)
	}
}
