package centrality

import (
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// costSlack is the part of a cost by which another may exceed it and still count as
// equal: sums of the same numbers in another order differ by rounding.
const costSlack = 1e-10

// ways is a network without loops, with the cheapest of parallel links alone.
type ways struct {
	links  int                 // of the network given
	usable []network.EdgeIndex // those that do not cost +Inf; nil when all are
	whole  *network.Network    // with these alone
	costs  []float64           // of the links of whole; nil when each costs 1
	net    *network.Network
	cost   []float64           // of the links of net
	number []network.EdgeIndex // of the first of parallel links of whole in net; nil when net is whole
}

func newWays(net *network.Network, costs []float64) (*ways, error) {
	w := &ways{links: net.NumLinks(), whole: net, costs: costs}
	if err := w.open(); err != nil {
		return nil, err
	}
	var origin []network.EdgeIndex
	w.cost = w.costs
	w.net, origin = w.whole.Simple()
	if origin == nil {
		return w, nil
	}
	w.number = make([]network.EdgeIndex, w.whole.NumLinks())
	for i, e := range origin {
		w.number[e] = network.EdgeIndex(i)
	}
	if costs != nil {
		w.cost = make([]float64, len(origin))
		w.parallel(func(first network.EdgeIndex, all []network.EdgeIndex) {
			least := math.Inf(1)
			for _, e := range all {
				least = min(least, w.costs[e])
			}
			w.cost[w.number[first]] = least
		})
	}
	return w, nil
}

// open leaves out the links that cost +Inf.
func (w *ways) open() error {
	if !slices.ContainsFunc(w.costs, func(c float64) bool { return math.IsInf(c, 1) }) {
		return nil
	}
	var links []network.Link
	var costs []float64
	w.usable = []network.EdgeIndex{}
	for e, c := range w.costs {
		if !math.IsInf(c, 1) {
			from, to := w.whole.Ends(network.EdgeIndex(e))
			links, costs, w.usable = append(links, network.Link{From: from, To: to}), append(costs, c), append(w.usable, network.EdgeIndex(e))
		}
	}
	var err error
	w.costs = costs
	w.whole, err = network.Build(w.whole.NumNodes(), links, w.whole.Directed())
	return err
}

// parallel calls visit with the links of whole between each two nodes, in an
// undirected network twice.
func (w *ways) parallel(visit func(first network.EdgeIndex, all []network.EdgeIndex)) {
	for v := range network.NodeIndex(w.whole.NumNodes()) {
		row, edges := w.whole.Out(v), w.whole.OutEdges(v)
		start := 0
		for i, u := range row {
			if i+1 < len(row) && row[i+1] == u {
				continue
			}
			if u != v {
				visit(edges[start], edges[start:i+1])
			}
			start = i + 1
		}
	}
}

// spread returns the scores of the links given, from those of net: links that no path
// takes, as a parallel one is cheaper, score 0.
func (w *ways) spread(scores []float64) []float64 {
	if w.number != nil {
		all := make([]float64, w.whole.NumLinks())
		w.parallel(func(first network.EdgeIndex, links []network.EdgeIndex) {
			i := w.number[first]
			for _, e := range links {
				if w.costs == nil || w.costs[e] <= w.cost[i]*(1+costSlack) {
					all[e] = scores[i]
				}
			}
		})
		scores = all
	}
	if w.usable != nil {
		all := make([]float64, w.links)
		for i, e := range w.usable {
			all[e] = scores[i]
		}
		scores = all
	}
	return scores
}

// pieces returns the blocks of more than one link, in which paths have a choice.
func (w *ways) pieces(h *shrunk) []plain {
	var all []plain
	first := 0
	for _, g := range h.local {
		if g.size() == 0 {
			continue
		}
		g.firstArc = first
		first += len(g.nbr)
		if w.cost != nil {
			g.arcs = make([]arc, len(g.link))
			for k, e := range g.link {
				g.arcs[k] = arc{w.cost[e], g.nbr[k]}
			}
		}
		all = append(all, g)
	}
	return all
}

// checkCosts checks the costs against the network.
func (o Options) checkCosts(net *network.Network) error {
	if o.Costs != nil && len(o.Costs) != net.NumLinks() {
		return graph.Errorf(graph.BadUserInput, "%d costs for %d links; give one a link", len(o.Costs), net.NumLinks())
	}
	sum := 0.0
	for e, c := range o.Costs {
		if !(c > 0) { // NaN too
			return graph.Errorf(graph.BadUserInput, "link %d costs %v; a cost must be above 0", e, c)
		}
		if !math.IsInf(c, 1) {
			sum += c
		}
	}
	if math.IsInf(sum, 1) {
		return graph.Errorf(graph.BadUserInput, "the costs add up to more than 10^308")
	}
	return nil
}
