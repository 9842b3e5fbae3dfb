package connectivity_test

import (
	"cmp"
	"runtime"
	"slices"
	"testing"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

func TestCutsComeInOrder(t *testing.T) {
	net := rmat16().Build(t, false)
	points, bridges := cuts(t, net)
	if len(points) == 0 || !slices.IsSortedFunc(points, func(a, b connectivity.CutPoint) int {
		return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), cmp.Compare(a.Node, b.Node))
	}) {
		t.Errorf("%d cut points out of order", len(points))
	}
	if len(bridges) == 0 || !slices.IsSortedFunc(bridges, func(a, b connectivity.Bridge) int {
		return cmp.Or(cmp.Compare(b.PairsCut, a.PairsCut), cmp.Compare(a.Link, b.Link))
	}) {
		t.Errorf("%d bridges out of order", len(bridges))
	}
}

func cuts(t *testing.T, net *network.Network) ([]connectivity.CutPoint, []connectivity.Bridge) {
	t.Helper()
	points, err := connectivity.ArticulationPoints(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	bridges, err := connectivity.Bridges(t.Context(), net)
	if err != nil {
		t.Fatal(err)
	}
	return points, bridges
}

// A depth-first search (Hopcroft and Tarjan 1973) finds the same, however many processors
// sweep.
func TestCutsOfLargeNetworks(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	numbers := []int{1, 2, 8}
	if testing.Short() {
		numbers = []int{2}
	}
	for name, g := range map[string]nt.Graph{
		"sparse":  nt.Multigraph(150_000, 170_000, 1),
		"dense":   nt.ErdosRenyi(140_000, 400_000, 2),
		"skewed":  nt.RMAT(17, 2, 3),
		"several": nt.Union(nt.RMAT(16, 1, 4), nt.BarabasiAlbert(70_000, 2, 5), nt.Grid(100, 100)),
		"tree":    nt.Tree(140_000, 6),
	} {
		for _, directed := range []bool{false, true} {
			net := g.Build(t, directed)
			wantPoints, wantBridges := depthFirst(net)
			for _, processors := range numbers {
				runtime.GOMAXPROCS(processors)
				points, bridges := cuts(t, net)
				byNode := func(a, b connectivity.CutPoint) int { return cmp.Compare(a.Node, b.Node) }
				slices.SortFunc(points, byNode)
				slices.SortFunc(wantPoints, byNode)
				if !slices.Equal(points, wantPoints) {
					t.Errorf("%s, directed %v, %d processors: %d cut points, want %d, or others", name, directed, processors, len(points), len(wantPoints))
				}
				byLink := func(a, b connectivity.Bridge) int { return cmp.Compare(a.Link, b.Link) }
				slices.SortFunc(bridges, byLink)
				slices.SortFunc(wantBridges, byLink)
				if !slices.Equal(bridges, wantBridges) {
					t.Errorf("%s, directed %v, %d processors: %d bridges, want %d, or others", name, directed, processors, len(bridges), len(wantBridges))
				}
			}
		}
	}
}

// depthFirst finds cut points and bridges by low points.
func depthFirst(net *network.Network) (points []connectivity.CutPoint, bridges []connectivity.Bridge) {
	type frame struct {
		node  network.NodeIndex
		link  network.EdgeIndex // from the parent
		place int               // of the next arc
	}
	type cut struct {
		pieces       int
		nodes, pairs int64
	}
	n := net.NumNodes()
	found, low, size := make([]int, n), make([]int, n), make([]int64, n)
	clock := 0
	var stack []frame
	arc := func(f frame) (network.NodeIndex, network.EdgeIndex, bool) {
		i, v := f.place, f.node
		if i < net.OutDegree(v) {
			return net.Out(v)[i], net.OutEdges(v)[i], true
		}
		if i -= net.OutDegree(v); net.Directed() && i < net.InDegree(v) {
			return net.In(v)[i], net.InEdges(v)[i], true
		}
		return 0, 0, false
	}
	for root := range network.NodeIndex(n) {
		if found[root] != 0 {
			continue
		}
		cuts := map[network.NodeIndex]*cut{}
		var sizes []connectivity.Bridge // with the size below
		clock++
		found[root], low[root], size[root] = clock, clock, 1
		stack = append(stack, frame{root, network.NoEdge, 0})
		for len(stack) > 0 {
			f := &stack[len(stack)-1]
			w, e, ok := arc(*f)
			f.place++
			switch v := f.node; {
			case ok && e == f.link:
			case ok && found[w] == 0:
				clock++
				found[w], low[w], size[w] = clock, clock, 1
				stack = append(stack, frame{w, e, 0})
			case ok:
				low[v] = min(low[v], found[w])
			default:
				link := f.link
				if stack = stack[:len(stack)-1]; len(stack) == 0 {
					break
				}
				above := stack[len(stack)-1].node
				low[above] = min(low[above], low[v])
				size[above] += size[v]
				if low[v] > found[above] {
					sizes = append(sizes, connectivity.Bridge{Link: link, PairsCut: size[v]})
				}
				if low[v] >= found[above] {
					if cuts[above] == nil {
						cuts[above] = &cut{}
					}
					c := cuts[above]
					c.pieces++
					c.nodes += size[v]
					c.pairs += size[v] * (size[v] - 1) / 2
				}
			}
		}
		all := size[root]
		for _, b := range sizes {
			bridges = append(bridges, connectivity.Bridge{Link: b.Link, PairsCut: b.PairsCut * (all - b.PairsCut)})
		}
		for v, c := range cuts {
			rest := all - 1 - c.nodes
			if v != root {
				c.pieces++
			}
			if c.pieces > 1 {
				points = append(points, connectivity.CutPoint{Node: v, Pieces: c.pieces, PairsCut: (all-1)*(all-2)/2 - c.pairs - rest*(rest-1)/2})
			}
		}
	}
	return points, bridges
}
