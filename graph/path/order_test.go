package path_test

import (
	"context"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
)

// shuffled shows a network under other node indices, in the order of the network:
// what a view of a graph that grows looks like.
type shuffled struct {
	net           *network.Network
	index, origin []network.NodeIndex // network → shown, and back
}

func (s shuffled) NumNodes() int { return s.net.NumNodes() }

func (s shuffled) AppendOut(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return s.show(s.net.AppendOut(s.origin[v], buf), len(buf))
}

func (s shuffled) AppendIn(v network.NodeIndex, buf []network.Arc) []network.Arc {
	return s.show(s.net.AppendIn(s.origin[v], buf), len(buf))
}

func (s shuffled) show(arcs []network.Arc, from int) []network.Arc {
	for i := range arcs[from:] {
		arcs[from+i].To = s.index[arcs[from+i].To]
	}
	return arcs
}

func (s shuffled) CompareNodes(a, b network.NodeIndex) int {
	return int(s.origin[a]) - int(s.origin[b])
}

func (s shuffled) all(nodes, table []network.NodeIndex) []network.NodeIndex {
	shown := slices.Clone(nodes)
	for i, v := range nodes {
		shown[i] = table[v]
	}
	return shown
}

// plain hides how many arcs a node has: both sides of a comparison must then
// choose the side to expand alike.
type plain struct{ network.Adjacency }

func TestIndicesHaveNoSayInTies(t *testing.T) {
	check(t, func(t *rapid.T) {
		q := ask(t, 9, 20)
		q.opt.Avoid = nil
		index := nt.Permutation(q.net.NumNodes(), rapid.Uint64().Draw(t, "order"))
		s := shuffled{net: q.net, index: index, origin: make([]network.NodeIndex, len(index))}
		for v, i := range index {
			s.origin[i] = network.NodeIndex(v)
		}
		for _, cost := range []path.Cost{nil, q.cost} {
			want, err := path.AllShortest(t.Context(), q.net, q.from, q.to, cost, path.TieOptions{})
			if err != nil {
				t.Fatal(err)
			}
			got, err := path.AllShortest(t.Context(), s, s.all(q.from, index), s.all(q.to, index), cost, path.TieOptions{})
			if err != nil || got.Count.Cmp(want.Count) != 0 {
				t.Fatalf("got %+v, want %+v; %v", got, want, err)
			}
			for i, p := range got.Paths(0, 20) {
				if w := want.Paths(uint64(i), 1)[0]; !slices.Equal(s.all(p.Nodes, s.origin), w.Nodes) {
					t.Fatalf("path %d: %v, want %v", i, p, w)
				}
			}
		}
		k := rapid.IntRange(1, 4).Draw(t, "k")
		for _, cost := range []path.Cost{nil, q.cost} {
			want, err := path.KShortest(context.Background(), plain{q.net}, q.from, q.to, k, cost, q.opt)
			if err != nil {
				t.Fatal(err)
			}
			got, err := path.KShortest(context.Background(), s, s.all(q.from, index), s.all(q.to, index), k, cost, q.opt)
			if err != nil {
				t.Fatal(err)
			}
			if len(got.Paths) != len(want.Paths) || got.ReachedFrom != want.ReachedFrom || got.ReachedTo != want.ReachedTo {
				t.Fatalf("got %+v, want %+v", got, want)
			}
			for i, p := range got.Paths {
				if !slices.Equal(s.all(p.Nodes, s.origin), want.Paths[i].Nodes) || !slices.Equal(p.Edges, want.Paths[i].Edges) {
					t.Fatalf("path %d: %v, want %v", i, p, want.Paths[i])
				}
			}
		}
	})
}
