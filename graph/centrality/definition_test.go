package centrality_test

import (
	"math"
	"testing"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
	nt "github.com/chokepoint/chokepoint/graph/networktest"
)

// dense returns a[v][w], the weight from v to w, from the definition.
func dense(net *network.Network, weights []float64) [][]float64 {
	a := square(net.NumNodes())
	for e := range network.EdgeIndex(net.NumLinks()) {
		v, w := net.Ends(e)
		if v == w {
			continue
		}
		if weights == nil {
			a[v][w] = 1
		} else {
			a[v][w] += weights[e]
		}
		if !net.Directed() {
			if weights == nil {
				a[w][v] = 1
			} else {
				a[w][v] += weights[e]
			}
		}
	}
	return a
}

func square(n int) [][]float64 {
	a := make([][]float64, n)
	for v := range a {
		a[v] = make([]float64, n)
	}
	return a
}

// both returns the weights between pairs, directions added up.
func both(net *network.Network, a [][]float64) [][]float64 {
	if !net.Directed() {
		return a
	}
	sum := square(len(a))
	for v := range a {
		for w := range a {
			sum[v][w] = a[v][w] + a[w][v]
		}
	}
	return sum
}

func rowSum(row []float64) (sum float64) {
	for _, x := range row {
		sum += x
	}
	return sum
}

func transposed(a [][]float64) [][]float64 {
	b := square(len(a))
	for v := range a {
		for w := range a {
			b[w][v] = a[v][w]
		}
	}
	return b
}

func times(a [][]float64, x []float64) []float64 {
	y := make([]float64, len(x))
	for v := range a {
		for w := range a {
			y[v] += a[v][w] * x[w]
		}
	}
	return y
}

func TestDegreesCountNeighbours(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		a, w := dense(net, nil), dense(net, weights)
		var all, in, out, strength []float64
		for v := range a {
			count, into := 0.0, rowSum(transposed(a)[v])
			for u := range a {
				if a[v][u]+a[u][v] > 0 {
					count++
				}
			}
			all, in, out = append(all, count), append(in, into), append(out, rowSum(a[v]))
			strength = append(strength, rowSum(both(net, w)[v]))
		}
		requireClose(t, "degree", scores(t, centrality.Degree, net, centrality.Options{}), all, 0)
		requireClose(t, "in-degree", scores(t, centrality.InDegree, net, centrality.Options{}), in, 0)
		requireClose(t, "out-degree", scores(t, centrality.OutDegree, net, centrality.Options{}), out, 0)
		requireClose(t, "strength", scores(t, centrality.Strength, net, centrality.Options{Weights: weights}), strength, 1e-12)
	})
}

func TestClosenessAndHarmonicFollowDistances(t *testing.T) {
	check := func(t *testing.T, _ nt.Graph, net *network.Network, _ []float64) {
		dist, n := nt.Distances(net), float64(net.NumNodes())
		closeness, harmonic := make([]float64, len(dist)), make([]float64, len(dist))
		for v, row := range dist {
			reached, sum := 0.0, 0.0
			for w, d := range row {
				if v != w && d != nt.Unreachable {
					reached, sum = reached+1, sum+float64(d)
					harmonic[v] += 1 / float64(d)
				}
			}
			if reached > 0 {
				closeness[v] = reached / (n - 1) * reached / sum
			}
		}
		requireClose(t, "closeness", scores(t, centrality.Closeness, net, centrality.Options{}), closeness, 1e-12)
		requireClose(t, "harmonic", scores(t, centrality.Harmonic, net, centrality.Options{}), harmonic, 1e-12)
	}
	shapes(t, 300, check)
	// More nodes than searches walk together.
	for _, directed := range []bool{false, true} {
		check(t, nt.Graph{}, nt.Multigraph(600, 1000, 1).Build(t, directed), nil)
		check(t, nt.Graph{}, nt.Path(300).Build(t, directed), nil)
	}
}

func TestPageRankIsStationary(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		for _, weights := range [][]float64{nil, weights} {
			a, n := dense(net, weights), float64(g.Nodes)
			rank := scores(t, centrality.PageRank, net, centrality.Options{Weights: weights})
			next, jump := make([]float64, g.Nodes), 0.15
			for v, row := range a {
				total := rowSum(row)
				for w := range row {
					if total > 0 {
						next[w] += 0.85 * rank[v] * row[w] / total
					}
				}
				if total == 0 {
					jump += 0.85 * rank[v]
				}
			}
			for v := range next {
				next[v] += jump / n
			}
			requireClose(t, "pagerank", rank, next, 1e-12)
			if g.Nodes > 0 && math.Abs(rowSum(rank)-1) > 1e-12 {
				t.Errorf("ranks add up to %v", rowSum(rank))
			}
		}
	})
}

func TestKatzIsItsEquation(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		into := transposed(dense(net, weights))
		most := 0.0
		for _, row := range into {
			most = max(most, rowSum(row))
		}
		for _, alpha := range []float64{0, 0.5 / max(1, most)} {
			x := scores(t, centrality.Katz, net, centrality.Options{Weights: weights, Attenuation: alpha})
			if alpha == 0 && most > 0 {
				alpha = 0.85 / most
			}
			want := times(into, x)
			for v := range want {
				want[v] = 1 + alpha*want[v]
			}
			requireClose(t, "katz", x, want, 1e-11)
		}
	})
}

func TestKatzHasItsLimits(t *testing.T) {
	clique := nt.Clique(5).Build(t, false) // greatest eigenvalue 4
	for alpha, fits := range map[float64]bool{0.24: true, 0.25: false, 3: false, -1: false, math.NaN(): false, math.Inf(1): false} {
		_, err := centrality.Katz(t.Context(), clique, centrality.Options{Attenuation: alpha})
		if fits != (err == nil) || (err != nil && graph.CodeOf(err) != graph.BadUserInput) {
			t.Errorf("attenuation %v: %v", alpha, err)
		}
	}
	// No walk is longer than 4, whatever the attenuation.
	got := scores(t, centrality.Katz, nt.Path(5).Build(t, true), centrality.Options{Attenuation: 2})
	requireClose(t, "katz", got, []float64{1, 3, 7, 15, 31}, 0)
}

// requireEigenvector checks that x is an eigenvector of a, of length 1, not negative.
func requireEigenvector(t tester, name string, a [][]float64, x []float64) {
	t.Helper()
	y := times(a, x)
	length, lambda := 0.0, 0.0
	for v := range x {
		length, lambda = length+x[v]*x[v], lambda+x[v]*y[v]
		if x[v] < 0 {
			t.Errorf("%s of node %d is %v", name, v, x[v])
		}
	}
	for v := range x {
		y[v] /= lambda
	}
	if math.Abs(length-1) > 1e-9 {
		t.Errorf("%s has length² %v", name, length)
	}
	requireClose(t, name, x, y, 1e-9)
}

func TestEigenvectorIsOneOnTheLargestComponent(t *testing.T) {
	shapes(t, 400, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		for _, weights := range [][]float64{nil, weights} {
			a := dense(net, weights)
			inside, size := largest(a)
			x := scores(t, centrality.Eigenvector, net, centrality.Options{Weights: weights})
			for v := range x {
				if math.IsNaN(x[v]) != (!inside[v] || size < 2) {
					t.Errorf("score of node %d is %v", v, x[v])
				}
				if math.IsNaN(x[v]) {
					x[v] = 0
				}
				for w := range a {
					if !inside[v] || !inside[w] {
						a[v][w] = 0
					}
				}
			}
			if size > 1 {
				requireEigenvector(t, "eigenvector", transposed(a), x)
			}
		}
	})
}

// largest returns the largest set of nodes that all reach each other, of several the
// one with the least node.
func largest(a [][]float64) (inside []bool, size int) {
	n := len(a)
	reach := square(n)
	for v := range a {
		for w := range a {
			if v == w || a[v][w] > 0 {
				reach[v][w] = 1
			}
		}
	}
	for k := range n {
		for v := range n {
			for w := range n {
				reach[v][w] = max(reach[v][w], min(reach[v][k], reach[k][w]))
			}
		}
	}
	for v := range n {
		set, count := make([]bool, n), 0
		for w := range n {
			if set[w] = reach[v][w] > 0 && reach[w][v] > 0; set[w] {
				count++
			}
		}
		if count > size {
			inside, size = set, count
		}
	}
	return inside, size
}

// A vector that dies off along a chain, and one whose neighbours in the spectrum are
// near: x_v = sin(π(v+1)/(n+1)).
func TestEigenvectorOfALongPath(t *testing.T) {
	const n = 2000
	want := make([]float64, n)
	for v := range want {
		want[v] = math.Sqrt(2.0/(n+1)) * math.Sin(math.Pi*float64(v+1)/(n+1))
	}
	requireClose(t, "eigenvector", scores(t, centrality.Eigenvector, nt.Path(n).Build(t, false), centrality.Options{}), want, 1e-6)
}

func TestHubsAndAuthoritiesFeedEachOther(t *testing.T) {
	shapes(t, 400, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		for _, weights := range [][]float64{nil, weights} {
			opt := centrality.Options{Weights: weights}
			a := dense(net, weights)
			b, links := transposed(a), 0.0
			hub, authority := scores(t, centrality.Hub, net, opt), scores(t, centrality.Authority, net, opt)
			for v := range a {
				links += rowSum(a[v])
			}
			if links == 0 {
				for v := range hub {
					if !math.IsNaN(hub[v]) || !math.IsNaN(authority[v]) {
						t.Errorf("node %d of a network without links: %v, %v", v, hub[v], authority[v])
					}
				}
				continue
			}
			requireEigenvector(t, "hub", product(a, b), hub)
			requireEigenvector(t, "authority", product(b, a), authority)
			requireClose(t, "authority", authority, kleinberg(a, b), 1e-6)
			requireClose(t, "hub", hub, kleinberg(b, a), 1e-6)
		}
	})
}

func product(a, b [][]float64) [][]float64 {
	c := transposed(b)
	for i := range c {
		c[i] = times(a, c[i])
	}
	return transposed(c)
}

// kleinberg multiplies aᵀ1 by aᵀa some million times, by squaring; more would let
// rounding errors tell equal eigenvalues apart.
func kleinberg(a, b [][]float64) []float64 {
	x := make([]float64, len(a))
	for v := range x {
		x[v] = rowSum(b[v])
	}
	m := product(b, a)
	for range 20 {
		most := 0.0
		for _, row := range m {
			for _, value := range row {
				most = max(most, value)
			}
		}
		for _, row := range m {
			for w := range row {
				row[w] /= most
			}
		}
		m = product(m, m)
	}
	x = times(m, x)
	length := 0.0
	for _, value := range x {
		length += value * value
	}
	for v := range x {
		x[v] /= math.Sqrt(length)
	}
	return x
}

func TestCoreIsWhatPeelingLeaves(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, _ []float64) {
		a := both(net, dense(net, nil))
		core := make([]float64, len(a))
		left := make([]bool, len(a))
		for k := 0; k <= len(a); k++ { // what is left after peeling to k is the k-core
			for v := range left {
				left[v] = true
			}
			for changed := true; changed; {
				changed = false
				for v := range a {
					count := 0
					for w := range a {
						if left[w] && a[v][w] > 0 {
							count++
						}
					}
					if left[v] && count < k {
						left[v], changed = false, true
					}
				}
			}
			for v := range left {
				if left[v] {
					core[v] = float64(k)
				}
			}
		}
		requireClose(t, "core", scores(t, centrality.Core, net, centrality.Options{}), core, 0)
	})
}

func TestBrokerageIsBurts(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, weights []float64) {
		for _, weights := range [][]float64{nil, weights} {
			a := both(net, dense(net, weights))
			n := len(a)
			constraint, size := make([]float64, n), make([]float64, n)
			for i := range a {
				if rowSum(a[i]) == 0 {
					constraint[i], size[i] = math.NaN(), math.NaN()
				}
				for j := range a {
					if a[i][j] == 0 {
						continue
					}
					most, invested, redundant := 0.0, a[i][j]/rowSum(a[i]), 0.0
					for q := range a {
						most = max(most, a[j][q])
					}
					for q := range a {
						if rowSum(a[q]) > 0 {
							invested += a[i][q] / rowSum(a[i]) * a[q][j] / rowSum(a[q])
						}
						redundant += a[i][q] / rowSum(a[i]) * a[j][q] / most
					}
					constraint[i] += invested * invested
					size[i] += 1 - redundant
				}
			}
			opt := centrality.Options{Weights: weights}
			requireClose(t, "constraint", scores(t, centrality.Constraint, net, opt), constraint, 1e-12)
			requireClose(t, "effective size", scores(t, centrality.EffectiveSize, net, opt), size, 1e-12)
		}
	})
}

func TestCollectiveInfluenceSumsOverTheBorder(t *testing.T) {
	shapes(t, 300, func(t *testing.T, g nt.Graph, net *network.Network, _ []float64) {
		dist := nt.Distances(g.Build(t, false))
		degree := scores(t, centrality.Degree, net, centrality.Options{})
		for radius := range 4 {
			hops := radius
			if radius == 0 {
				hops = 2
			}
			want := make([]float64, len(dist))
			for v := range dist {
				for w, d := range dist[v] {
					if d == hops && degree[v] > 0 {
						want[v] += (degree[v] - 1) * (degree[w] - 1)
					}
				}
			}
			requireClose(t, "collective influence", scores(t, centrality.CollectiveInfluence, net, centrality.Options{Radius: radius}), want, 0)
		}
	})
	if _, err := centrality.CollectiveInfluence(t.Context(), nt.Path(2).Build(t, false), centrality.Options{Radius: -1}); graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("negative radius: %v", err)
	}
}
