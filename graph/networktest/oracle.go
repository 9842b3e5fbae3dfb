package networktest

import (
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// Unreachable is the distance in [Distances] of a pair that no path joins.
const Unreachable = math.MaxInt32

// Distances returns the number of hops between each pair, by Floyd and Warshall
// (1962); [Unreachable] where there is no path. O(n³).
func Distances(net *network.Network) [][]int {
	n := net.NumNodes()
	dist := make([][]int, n)
	for v := range dist {
		dist[v] = slices.Repeat([]int{Unreachable}, n)
		for _, w := range net.Out(network.NodeIndex(v)) {
			dist[v][w] = 1
		}
		dist[v][v] = 0
	}
	for k := range n {
		for i := range n {
			for j := range n {
				dist[i][j] = min(dist[i][j], dist[i][k]+dist[k][j])
			}
		}
	}
	return dist
}

// PathCounts returns the number of shortest paths between each pair given its
// distances; parallel links count once. O(n³).
func PathCounts(net *network.Network, dist [][]int) [][]float64 {
	n := net.NumNodes()
	count := make([][]float64, n)
	for s := range count {
		count[s] = make([]float64, n)
		byDistance := make([]int, n)
		for v := range byDistance {
			byDistance[v] = v
		}
		slices.SortStableFunc(byDistance, func(a, b int) int { return dist[s][a] - dist[s][b] })
		count[s][s] = 1
		for _, v := range byDistance {
			if dist[s][v] == Unreachable {
				break
			}
			for _, w := range slices.Compact(slices.Clone(net.Out(network.NodeIndex(v)))) {
				if dist[s][w] == dist[s][v]+1 {
					count[s][w] += count[s][v]
				}
			}
		}
	}
	return count
}

// Betweenness returns raw betweenness by its definition (Freeman 1977): for each
// pair of other nodes the share of shortest paths that pass v. Undirected pairs
// count once. O(n³).
func Betweenness(net *network.Network) []float64 {
	n, dist := net.NumNodes(), Distances(net)
	count := PathCounts(net, dist)
	score := make([]float64, n)
	for v := range n {
		for s := range n {
			for t := range n {
				if s == t || s == v || t == v || dist[s][t] == Unreachable {
					continue
				}
				if dist[s][v]+dist[v][t] == dist[s][t] {
					score[v] += count[s][v] * count[v][t] / count[s][t]
				}
			}
		}
		if !net.Directed() {
			score[v] /= 2
		}
	}
	return score
}

// Components returns for each node the least node that a walk joins it to when
// direction is ignored and the nodes that without marks are removed (a removed node
// gets [network.NoNode]). A nil without removes nothing. O(n·m).
func Components(net *network.Network, without []bool) []network.NodeIndex {
	label := make([]network.NodeIndex, net.NumNodes())
	for v := range label {
		label[v] = network.NodeIndex(v)
		if without != nil && without[v] {
			label[v] = network.NoNode
		}
	}
	for changed := true; changed; {
		changed = false
		for v := range label {
			for _, w := range net.Out(network.NodeIndex(v)) {
				if label[v] == network.NoNode || label[w] == network.NoNode || label[v] == label[w] {
					continue
				}
				least := min(label[v], label[w])
				label[v], label[w], changed = least, least, true
			}
		}
	}
	return label
}

func countComponents(net *network.Network, without []bool) int {
	count := 0
	for v, l := range Components(net, without) {
		if int(l) == v {
			count++
		}
	}
	return count
}

// ArticulationPoints returns the nodes whose removal leaves more components,
// ascending, by removing each. O(n²·m).
func ArticulationPoints(net *network.Network) []network.NodeIndex {
	var found []network.NodeIndex
	before := countComponents(net, nil)
	for v := range net.NumNodes() {
		without := make([]bool, net.NumNodes())
		without[v] = true
		if countComponents(net, without) > before {
			found = append(found, network.NodeIndex(v))
		}
	}
	return found
}

// Bridges returns the links of an undirected graph whose removal leaves more
// components, ascending, by removing each. O(n·m²).
func Bridges(t TB, g Graph) []network.EdgeIndex {
	t.Helper()
	var found []network.EdgeIndex
	before := countComponents(g.Build(t, false), nil)
	for e := range g.Links {
		rest := Graph{g.Nodes, slices.Delete(slices.Clone(g.Links), e, e+1)}
		if countComponents(rest.Build(t, false), nil) > before {
			found = append(found, network.EdgeIndex(e))
		}
	}
	return found
}

// Route is one simple path and what its links cost.
type Route struct {
	Nodes []network.NodeIndex
	Cost  float64
}

// SimplePaths returns every path without repeated nodes from a node of from to a
// node of to that meets both sets only at its ends, one for each sequence of nodes
// with the least cost of parallel links, cheapest first, then fewest hops, then by
// nodes. A nil cost counts hops. Exponential.
func SimplePaths(g network.Adjacency, from, to []network.NodeIndex, cost func(network.EdgeIndex) float64) []Route {
	var found []Route
	on := make([]bool, g.NumNodes())
	for _, s := range from {
		on[s] = true
	}
	var walk func(route Route)
	walk = func(route Route) {
		last := route.Nodes[len(route.Nodes)-1]
		if slices.Contains(to, last) {
			found = append(found, Route{slices.Clone(route.Nodes), route.Cost})
			return
		}
		for w, c := range leastArcs(g, last, cost) {
			if !on[w] && c < math.Inf(1) {
				on[w] = true
				walk(Route{append(route.Nodes, w), route.Cost + c})
				on[w] = false
			}
		}
	}
	for _, s := range slices.Compact(slices.Sorted(slices.Values(from))) {
		walk(Route{Nodes: []network.NodeIndex{s}})
	}
	slices.SortFunc(found, func(a, b Route) int {
		switch {
		case a.Cost != b.Cost && a.Cost < b.Cost:
			return -1
		case a.Cost != b.Cost:
			return 1
		case len(a.Nodes) != len(b.Nodes):
			return len(a.Nodes) - len(b.Nodes)
		}
		return slices.Compare(a.Nodes, b.Nodes)
	})
	return found
}

func leastArcs(g network.Adjacency, v network.NodeIndex, cost func(network.EdgeIndex) float64) map[network.NodeIndex]float64 {
	least := make(map[network.NodeIndex]float64)
	for _, a := range g.AppendOut(v, nil) {
		c := 1.0
		if cost != nil {
			c = cost(a.Edge)
		}
		if old, ok := least[a.To]; !ok || c < old {
			least[a.To] = c
		}
	}
	return least
}
