package projection

import (
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Graph is a scope of a view as an immutable network, for algorithms that read
// the whole of it. Nodes are the visible entities in ID order, links follow by ID,
// so that ties broken by index are broken by ID.
type Graph struct {
	Net *network.Network
	// Nodes holds the entity behind each node index.
	Nodes []graph.ID

	links   []uint32  // the snapshot's index of each link, in the layer ALL
	derived []derived // what each link stands for, in a derived layer
	snap    *Snapshot
}

// Origin is what a network link stands for.
type Origin struct {
	// Links are the stored links behind it: itself, or the two ends of the fact
	// that it was derived from.
	Links []graph.ID
	// Rule names the derivation, "" for a stored link.
	Rule string
}

// Bytes estimates the memory that g holds, for cache budgets.
func (g *Graph) Bytes() int64 {
	return int64(len(g.Nodes))*(16+8) + int64(g.Net.NumLinks())*(8+16+4+4) + int64(len(g.derived))*32
}

// Index returns the node of an entity by its ID, false if it is not in the graph.
func (g *Graph) Index(id graph.ID) (network.NodeIndex, bool) {
	i, ok := slices.BinarySearchFunc(g.Nodes, id, graph.ID.Compare)
	return network.NodeIndex(i), ok
}

// Origin returns what a link stands for.
func (g *Graph) Origin(e network.EdgeIndex) Origin {
	if g.derived != nil {
		if d := g.derived[e]; d.rule != "" {
			return Origin{Links: []graph.ID{g.snap.linkID(d.first), g.snap.linkID(d.second)}, Rule: d.rule}
		}
		return Origin{Links: []graph.ID{g.snap.linkID(g.derived[e].first)}}
	}
	return Origin{Links: []graph.ID{g.snap.linkID(g.links[e])}}
}

// Confidence returns the confidence of a link; of a derived one the lesser of its
// two.
func (g *Graph) Confidence(e network.EdgeIndex) float64 {
	if g.derived != nil {
		d := g.derived[e]
		return float64(min(g.snap.link(d.first).confidence, g.snap.link(d.second).confidence))
	}
	return float64(g.snap.link(g.links[e]).confidence)
}

// Column names a number that every link of a projection may carry.
type Column string

// The columns.
const (
	Weight     Column = "weight"
	Amount     Column = "amount"
	Quantity   Column = "quantity"
	Confidence Column = "confidence"
)

// Values returns a number for each link: the column's value, or 1 where the link
// has none. It reports false for a name that is no column.
func (g *Graph) Values(c Column) ([]float64, bool) {
	var pick func(linkRow) float64
	switch c {
	case Weight:
		pick = func(r linkRow) float64 { return r.weight }
	case Amount:
		pick = func(r linkRow) float64 { return r.amount }
	case Quantity:
		pick = func(r linkRow) float64 { return r.quantity }
	case Confidence:
		pick = func(r linkRow) float64 { return float64(r.confidence) }
	default:
		return nil, false
	}
	out := make([]float64, g.Net.NumLinks())
	for e := range out {
		value := math.NaN()
		if g.derived != nil {
			d := g.derived[e]
			if value = pick(g.snap.link(d.second)); math.IsNaN(value) {
				value = pick(g.snap.link(d.first))
			}
		} else {
			value = pick(g.snap.link(g.links[e]))
		}
		if math.IsNaN(value) {
			value = 1
		}
		out[e] = value
	}
	return out, true
}

// Materialize builds the network of a scope. O(n + m) time; ctx is checked now
// and then. In the layer ALL every visible entity in scope is a node; in a derived
// layer only those that a link joins.
func (c *Scoped) Materialize(ctx context.Context) (*Graph, error) {
	if rules, ok := layers[c.scope.Layer]; ok {
		return c.derive(ctx, rules)
	}
	s := c.snap
	g := &Graph{snap: s}
	dense := make([]uint32, s.numNodes())
	s.eachNode(func(i uint32) {
		dense[i] = uint32(network.NoNode)
		if rep, ok := c.admits(i); ok && rep == i {
			dense[i] = uint32(len(g.Nodes))
			g.Nodes = append(g.Nodes, s.nodeID(i))
		}
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	starts := s.base.starts()
	links := make([]network.Link, 0, s.numLinks())
	s.eachLink(func(i uint32) {
		if !c.admitsLink(i) {
			return
		}
		from, to := s.endsOf(i, starts)
		a, b := dense[c.fused.rep(from)], dense[c.fused.rep(to)]
		if a == uint32(network.NoNode) || b == uint32(network.NoNode) || !c.seesNode(from) || !c.seesNode(to) {
			return
		}
		links = append(links, network.Link{From: network.NodeIndex(a), To: network.NodeIndex(b)})
		g.links = append(g.links, i)
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return g, g.build(links, c.scope.Orientation)
}

func (g *Graph) build(links []network.Link, o Orientation) error {
	if o == Reverse {
		for i, l := range links {
			links[i] = network.Link{From: l.To, To: l.From}
		}
	}
	net, err := network.Build(len(g.Nodes), links, o != Undirected)
	g.Net = net
	return err
}

// starts lists the start of every base link, which the columns do not hold.
func (b *base) starts() []uint32 {
	out := make([]uint32, b.numLinks())
	for v := range b.numNodes() {
		for p := b.outOff[v]; p < b.outOff[v+1]; p++ {
			out[p] = uint32(v)
		}
	}
	return out
}

func (s *Snapshot) endsOf(i uint32, starts []uint32) (from, to uint32) {
	if m := s.base.numLinks(); int(i) >= m {
		row := &s.delta.links[int(i)-m]
		return row.from, row.to
	}
	return starts[i], s.base.to[i]
}

// sortNodes orders the nodes that a derived layer uses by ID and numbers them.
func (s *Snapshot) sortNodes(used map[uint32]uint32) []uint32 {
	nodes := make([]uint32, 0, len(used))
	for i := range used {
		nodes = append(nodes, i)
	}
	slices.SortFunc(nodes, s.compareNodes)
	for i, n := range nodes {
		used[n] = uint32(i)
	}
	return nodes
}
