package path_test

import (
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/path"
)

// Graphs of the benchmarks, made once each when first asked for.
var (
	million = sync.OnceValue(func() nt.Graph { return nt.Multigraph(1_000_000, 5_000_000, 1) })
	rmat16  = sync.OnceValue(func() nt.Graph { return nt.RMAT(16, 8, 1) })
)

var sink int

// pairs calls search with random pairs of nodes that have links, for as long as the
// benchmark runs.
func pairs(b *testing.B, net *network.Network, search func(s, t network.NodeIndex) (path.Result, error)) {
	r := rand.New(rand.NewPCG(1, 2))
	pick := func() network.NodeIndex {
		for {
			if v := network.NodeIndex(r.IntN(net.NumNodes())); len(net.Out(v)) > 0 && len(net.In(v)) > 0 {
				return v
			}
		}
	}
	b.ReportAllocs()
	for b.Loop() {
		result, err := search(pick(), pick())
		if err != nil {
			b.Fatal(err)
		}
		sink += result.Hops()
	}
}

func BenchmarkShortest(b *testing.B) {
	for _, c := range []struct {
		name     string
		graph    func() nt.Graph
		directed bool
	}{{"million directed", million, true}, {"rmat16 undirected", rmat16, false}} {
		b.Run(c.name, func(b *testing.B) {
			net := c.graph().Build(b, c.directed)
			net, _ = net.Simple()
			b.Run("adjacency", func(b *testing.B) {
				pairs(b, net, func(s, t network.NodeIndex) (path.Result, error) {
					return path.Shortest(b.Context(), net, []network.NodeIndex{s}, []network.NodeIndex{t}, path.Options{})
				})
			})
			b.Run("by hand", func(b *testing.B) {
				h := byHand{net: net, seen: [2][]uint32{make([]uint32, net.NumNodes()), make([]uint32, net.NumNodes())}}
				pairs(b, net, func(s, t network.NodeIndex) (path.Result, error) {
					h.distance(s, t)
					return path.Result{}, nil
				})
			})
		})
	}
}

// byHand is the same search written for a Network alone, giving the distance and no
// path: what the interface costs.
type byHand struct {
	net   *network.Network
	epoch uint32
	seen  [2][]uint32
	queue [2][]network.NodeIndex
}

func (h *byHand) distance(s, t network.NodeIndex) int {
	if s == t {
		return 0
	}
	h.epoch++
	h.seen[0][s], h.seen[1][t] = h.epoch, h.epoch
	h.queue[0], h.queue[1] = append(h.queue[0][:0], s), append(h.queue[1][:0], t)
	level, work := [2]int{}, [2]int{len(h.net.Out(s)), len(h.net.In(t))}
	for hops := 1; level[0] < len(h.queue[0]) && level[1] < len(h.queue[1]); hops++ {
		side := 0
		row := h.net.Out
		if work[1] < work[0] {
			side, row = 1, h.net.In
		}
		found, mine, theirs := h.queue[side], h.seen[side], h.seen[1-side]
		end := len(found)
		work[side] = 0
		for _, v := range found[level[side]:end] {
			for _, w := range row(v) {
				if theirs[w] == h.epoch {
					return hops
				}
				if mine[w] != h.epoch {
					mine[w] = h.epoch
					found = append(found, w)
					work[side] += len(row(w))
				}
			}
		}
		h.queue[side], level[side] = found, end
	}
	return -1
}

func BenchmarkShortestWeighted(b *testing.B) {
	net, _ := rmat16().Build(b, false).Simple()
	cost := func(e network.EdgeIndex) float64 { return float64(1 + e*2654435761%1000) }
	pairs(b, net, func(s, t network.NodeIndex) (path.Result, error) {
		return path.ShortestWeighted(b.Context(), net, []network.NodeIndex{s}, []network.NodeIndex{t}, cost, path.Options{})
	})
}

func BenchmarkKShortest(b *testing.B) {
	net, _ := rmat16().Build(b, false).Simple()
	for name, cost := range map[string]path.Cost{
		"hops": nil,
		"cost": func(e network.EdgeIndex) float64 { return float64(1 + e*2654435761%1000) },
	} {
		b.Run(name, func(b *testing.B) {
			pairs(b, net, func(s, t network.NodeIndex) (path.Result, error) {
				r, err := path.KShortest(b.Context(), net, []network.NodeIndex{s}, []network.NodeIndex{t}, 10, cost, path.Options{})
				return path.Result{Found: len(r.Paths) > 0}, err
			})
		})
	}
}
