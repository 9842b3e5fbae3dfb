package reliability

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
)

// The two exact searches know nothing of each other.
func TestSweepAndFactoringAgree(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 3))
	swept := 0
	for range 1500 {
		g := networktest.Multigraph(2+random.IntN(9), 3+random.IntN(16), random.Uint64())
		net := g.Build(t, random.IntN(2) == 0)
		p := make([]float64, len(g.Links))
		for e := range p {
			p[e] = float64(1+random.IntN(15)) / 16
		}
		q := newQuestion(net, []network.NodeIndex{0}, []network.NodeIndex{network.NodeIndex(g.Nodes - 1)}, p, nil)
		for _, question := range []*question{q, shrunk(t, q)} {
			if question == nil {
				continue
			}
			a, done, err := question.sweep(t.Context(), 1<<40)
			if err != nil || !done {
				t.Fatal(done, err)
			}
			b, done, err := question.factor(t.Context(), 1<<40)
			if err != nil || !done || math.Abs(a-b) > 1e-12 {
				t.Fatalf("%+v: swept %v, factored %v, %v, %v", g, a, b, done, err)
			}
			swept++
		}
	}
	if swept < 1500 {
		t.Errorf("only %d", swept)
	}
}

// shrunk is nil where the answer is known.
func shrunk(t *testing.T, q *question) *question {
	smaller, _, known, err := q.shrink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if known {
		return nil
	}
	return smaller
}

// A grid of 84 links, whose 2⁸⁴ outcomes nobody can try.
func TestGridsAreSwept(t *testing.T) {
	g := networktest.Grid(7, 7)
	p := make([]float64, len(g.Links))
	for e := range p {
		p[e] = 0.7
	}
	r, err := TwoTerminal(t.Context(), g.Build(t, false), []network.NodeIndex{0}, []network.NodeIndex{48}, p, Options{})
	drawn, _ := TwoTerminal(t.Context(), g.Build(t, false), []network.NodeIndex{0}, []network.NodeIndex{48}, p, Options{Exactly: -1, Confidence: 0.9999})
	if err != nil || !r.Exact || r.Value < drawn.Low || r.Value > drawn.High {
		t.Errorf("%+v, drawn %+v; %v", r, drawn, err)
	}
}
