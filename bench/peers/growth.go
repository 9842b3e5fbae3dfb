package main

import (
	"context"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"

	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
)

// sizes is how many sizes growth is shown over, each twice the one before.
const sizes = 4

// growth prints how the time of our kernels grows with the links of R-MAT graphs,
// and what memory they take on the largest.
func (r *runner) growth(ctx context.Context) error {
	fmt.Printf("R-MAT of factor 8, %d sizes; load average %s.\n\n", sizes, load())
	fmt.Println("| operation | links | times | time grows as links to the power of | allocated, bytes a link | held after, bytes a node |\n|---|---|---|---|---|---|")
	for i := range operations {
		o := &operations[i]
		if kernels[o.name] == nil || r.ops != nil && !slices.Contains(r.ops, o.name) {
			continue
		}
		if err := r.grow(ctx, o); err != nil {
			return fmt.Errorf("%s: %w", o.name, err)
		}
	}
	return structure()
}

func (r *runner) grow(ctx context.Context, o *operation) error {
	scale := 14
	switch {
	case o.removals > 0:
		scale = 7
	case o.whole:
		scale = 10
	}
	var links, seconds []float64
	var labels, took []string
	var m memory
	for size := range sizes {
		g := &graph{name: "growth", directed: o.directed}
		g.clean(networktest.RMAT(scale+size, 8, seed))
		if err := r.ours.load(ctx, g); err != nil {
			return err
		}
		j := r.job(o, g, size)
		out, err := r.ours.run(ctx, j) // to warm up, too
		if err != nil {
			return err
		}
		if m, err = r.memory(ctx, j); err != nil {
			return err
		}
		each := out.Seconds / float64(max(1, len(j.Pairs), len(j.Sources)))
		links, seconds = append(links, float64(len(g.links))), append(seconds, each)
		labels, took = append(labels, thousands(len(g.links))), append(took, duration(each))
	}
	n, l := float64(r.ours.net.NumNodes()), links[sizes-1]
	fmt.Printf("| %s | %s | %s | %.2f | %.1f | %.1f |\n", o.title, strings.Join(labels, ", "), strings.Join(took, ", "), exponent(links, seconds), m.allocated/l, m.held/n)
	return ctx.Err()
}

func thousands(n int) string { return fmt.Sprintf("%d k", (n+500)/1000) }

// exponent is the slope of the line through the points, both axes logarithmic.
func exponent(x, y []float64) float64 {
	var sx, sy, sxx, sxy float64
	for i := range x {
		a, b := math.Log(x[i]), math.Log(y[i])
		sx, sy, sxx, sxy = sx+a, sy+b, sxx+a*a, sxy+a*b
	}
	n := float64(len(x))
	return (n*sxy - sx*sy) / (n*sxx - sx*sx)
}

// memory of one run of a kernel: all that it allocated, reused or not, and what its
// answer still holds.
type memory struct{ allocated, held float64 }

func (r *runner) memory(ctx context.Context, j job) (memory, error) {
	var before, after, end runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	answer, err := kernels[j.Op](ctx, r.ours, j)
	runtime.ReadMemStats(&after)
	runtime.GC()
	runtime.ReadMemStats(&end)
	runtime.KeepAlive(answer)
	units := float64(max(1, len(j.Pairs), len(j.Sources)))
	return memory{float64(after.TotalAlloc-before.TotalAlloc) / units, max(0, float64(end.HeapAlloc)-float64(before.HeapAlloc)) / units}, err
}

// structure prints what a network holds.
func structure() error {
	fmt.Println("\n| network | nodes | links | bytes a link, with link indices | of these adjacency alone | once the ends of links were asked for |\n|---|---|---|---|---|---|")
	for _, c := range []struct {
		name     string
		directed bool
		graph    networktest.Graph
	}{
		{"R-MAT 16", false, networktest.RMAT(16, 8, seed)},
		{"Barabási–Albert", false, networktest.BarabasiAlbert(100_000, 5, seed)},
		{"random, directed", true, networktest.Multigraph(1_000_000, 5_000_000, seed)},
	} {
		g := &graph{directed: c.directed}
		g.clean(c.graph)
		before := held()
		net, err := network.Build(g.nodes, g.links, g.directed)
		if err != nil {
			return err
		}
		built := held() - before
		net.Ends(0)
		tabulated := held() - before
		m := float64(len(g.links))
		indices := 8 * m // two of 4 bytes a link
		if !c.directed {
			indices += m / 8 // which end came first
		}
		fmt.Printf("| %s | %d | %d | %.1f | %.1f | %.1f |\n", c.name, g.nodes, len(g.links), built/m, (built-indices)/m, tabulated/m)
		runtime.KeepAlive(net)
	}
	return nil
}

// held is what the heap holds.
func held() float64 {
	var s runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&s)
	return float64(s.HeapAlloc)
}
