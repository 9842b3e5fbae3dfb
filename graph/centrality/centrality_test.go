package centrality_test

import (
	"context"
	"math"
)

// tester is what *testing.T and *rapid.T share.
type tester interface {
	Helper()
	Context() context.Context
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
}

// requireClose compares scores; the tolerance is relative where scores exceed 1. NaN
// equals NaN alone.
func requireClose(t tester, name string, got, want []float64, tolerance float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: %d scores, want %d", name, len(got), len(want))
		return
	}
	for v := range want {
		if math.IsNaN(want[v]) && math.IsNaN(got[v]) {
			continue
		}
		if !(math.Abs(got[v]-want[v]) <= tolerance*max(1, math.Abs(want[v]))) {
			t.Errorf("%s of node %d is %v, want %v", name, v, got[v], want[v])
		}
	}
}
