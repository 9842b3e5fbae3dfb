package projection

import (
	"context"
	"math"
	"slices"
	"sync"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Graph is a scope of a view as an immutable network, for algorithms that read
// the whole of it and for searches in a derived layer. Nodes are the visible
// entities in ID order; links follow by ID, derived ones by the IDs of the links
// behind them, so that ties broken by index are broken by ID.
type Graph struct {
	Net *network.Network
	// Nodes holds the entity behind each node index.
	Nodes []graph.ID
	// Hubs are the identifiers with too many users to join them pair by pair, in
	// the layer COMMUNICATION. They stay in it as nodes, by ID.
	Hubs []graph.ID

	read    *Scoped   // what links were derived from, in a derived layer
	links   []uint32  // the snapshot's index of each link, in the layer ALL
	derived []derived // what each link stands for, in a derived layer; never nil there
	snap    *Snapshot
	edges   func() map[graph.ID]network.EdgeIndex // of a derived layer, made on demand
}

// Origin is what a network link stands for.
type Origin struct {
	// Links are the stored links behind it: itself, or those from which it was
	// derived, on the way from its start to its end.
	Links []graph.ID
	// Rule names the derivation, "" for a stored link.
	Rule string
	// Fact is the entity that a derived link passes over: the transfer, the
	// shipment, the shared identifier. Zero if there is none.
	Fact graph.ID
}

// Bytes estimates the memory that g holds, for cache budgets.
func (g *Graph) Bytes() int64 {
	n, m := int64(len(g.Nodes)), int64(g.Net.NumLinks())
	return n*(16+8) + m*(17+8) + int64(len(g.links))*4 + int64(len(g.derived))*(64+48)
}

// Index returns the node of an entity by its ID, false if it is not in the graph.
func (g *Graph) Index(id graph.ID) (network.NodeIndex, bool) {
	i, ok := slices.BinarySearchFunc(g.Nodes, id, graph.ID.Compare)
	return network.NodeIndex(i), ok
}

// Origin returns what a link stands for.
func (g *Graph) Origin(e network.EdgeIndex) Origin {
	if g.derived == nil {
		return Origin{Links: []graph.ID{g.snap.linkID(g.links[e])}}
	}
	d := &g.derived[e]
	o := Origin{Rule: d.rule}
	for _, i := range d.links[:d.parts] {
		o.Links = append(o.Links, g.snap.linkID(i))
	}
	if d.fact != noNode {
		o.Fact = g.snap.nodeID(d.fact)
	}
	return o
}

// Contents returns the stored links that tell what a derived link moved when
// neither of the links behind it does: what a shipment CONTAINS, by ID.
func (g *Graph) Contents(e network.EdgeIndex) []graph.ID {
	if g.derived == nil {
		return nil
	}
	d := &g.derived[e]
	for _, i := range d.speakers() {
		if !math.IsNaN(g.snap.number(i, Quantity)) {
			return nil
		}
	}
	if d.fact == noNode {
		return nil
	}
	var ids []graph.ID
	for _, l := range g.read.LinksOf(Entity{d.fact, true}, true, false) {
		if l.Kind == contains && !math.IsNaN(g.snap.number(l.link, Quantity)) {
			ids = append(ids, l.ID)
		}
	}
	return ids
}

// LinkID returns the ID of a link: the stored link's, or for a derived one a hash
// over its rule and the stored links behind it, the same as long as these stand.
func (g *Graph) LinkID(e network.EdgeIndex) graph.ID {
	if g.derived == nil {
		return g.snap.linkID(g.links[e])
	}
	return g.snap.derivedID(&g.derived[e])
}

// Edge returns the link with the ID that [Graph.LinkID] gives, false if there is
// none. O(log m); in a derived layer the first call reads all links.
func (g *Graph) Edge(id graph.ID) (network.EdgeIndex, bool) {
	if g.derived == nil {
		e, ok := slices.BinarySearchFunc(g.links, id, func(i uint32, id graph.ID) int { return g.snap.linkID(i).Compare(id) })
		return network.EdgeIndex(e), ok
	}
	e, ok := g.edges()[id]
	return e, ok
}

func (g *Graph) indexEdges() map[graph.ID]network.EdgeIndex {
	edges := make(map[graph.ID]network.EdgeIndex, len(g.derived))
	for e := range g.derived {
		edges[g.LinkID(network.EdgeIndex(e))] = network.EdgeIndex(e)
	}
	return edges
}

// Kind returns the kind of a link; a derived one is of the kind that its rule
// makes.
func (g *Graph) Kind(e network.EdgeIndex) graph.LinkKind {
	if g.derived == nil {
		return g.snap.linkKind(g.links[e])
	}
	return g.snap.derivedKind(&g.derived[e])
}

// Confidence returns the confidence of a link; of a derived one the least of those
// behind it.
func (g *Graph) Confidence(e network.EdgeIndex) float64 { return g.Value(e, Confidence, 1) }

// At returns when a link happened, NoInstant if that is not known. A derived link
// happened when the links behind it did, the last to say so first, or else when
// the fact between them did.
func (g *Graph) At(e network.EdgeIndex) graph.Instant {
	if g.derived == nil {
		return g.snap.linkAt(g.links[e])
	}
	return g.snap.derivedAt(&g.derived[e])
}

// Held returns the bounds of the time in which a link held, the end exclusive;
// NoInstant leaves a side open. A derived link held while all links behind it did.
func (g *Graph) Held(e network.EdgeIndex) (from, to graph.Instant) {
	if g.derived == nil {
		return g.snap.linkHeld(g.links[e])
	}
	from, to = graph.NoInstant, graph.NoInstant
	d := &g.derived[e]
	for _, i := range d.links[:d.parts] {
		begin, end := g.snap.linkHeld(i)
		from = max(from, begin) // NoInstant is the least
		if to == graph.NoInstant || (end != graph.NoInstant && end < to) {
			to = end
		}
	}
	return from, to
}

// Value returns what a column says of a link, absent where it says nothing. For a
// derived link the links behind it are asked, the last first, and then the fact
// between them: a transfer's amount, a shipment's quantity, which is that of all
// it CONTAINS or else its gross weight.
func (g *Graph) Value(e network.EdgeIndex, column Column, absent float64) float64 {
	if g.derived == nil {
		return orElse(g.snap.number(g.links[e], column), absent)
	}
	return orElse(g.snap.derivedNumber(&g.derived[e], column), absent)
}

// Values returns Value for each link. It reports false for a name that is no
// column.
func (g *Graph) Values(column Column, absent float64) ([]float64, bool) {
	if !column.known() {
		return nil, false
	}
	out := make([]float64, g.Net.NumLinks())
	for e := range out {
		out[e] = g.Value(network.EdgeIndex(e), column, absent)
	}
	return out, true
}

// stride is the number of items between two looks at a context.
const stride = 1 << 14

// Materialize builds the network of a scope in O(n + m) time. In the layer ALL
// every visible entity in scope is a node; in a derived layer only those that a
// link joins. Errors: the end of ctx, indices that do not fit.
func (c *Scoped) Materialize(ctx context.Context) (*Graph, error) {
	if rules, ok := layers[c.scope.Layer]; ok {
		return c.derive(ctx, rules)
	}
	s := c.snap
	g := &Graph{snap: s}
	dense := c.number(g)
	starts := s.base.starts()
	links := make([]network.Link, 0, s.numLinks())
	g.links = make([]uint32, 0, s.numLinks())
	count := 0
	s.eachLink(func(i uint32) bool {
		count++
		if !c.admitsLink(i) {
			return count%stride != 0 || ctx.Err() == nil
		}
		from, to := s.endsOf(i, starts)
		if a, b := dense[from], dense[to]; a != noNode && b != noNode {
			links = append(links, network.Link{From: network.NodeIndex(a), To: network.NodeIndex(b)})
			g.links = append(g.links, i)
		}
		return count%stride != 0 || ctx.Err() == nil
	})
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if len(g.links) < cap(g.links)/2 { // the scope is small: do not hold on to room for all
		g.links = slices.Clone(g.links)
	}
	return g, g.build(links, c.scope.Orientation)
}

const noNode = math.MaxUint32

// number lists the entities in scope and returns the node of each record.
func (c *Scoped) number(g *Graph) []uint32 {
	s := c.snap
	dense := make([]uint32, s.numNodes())
	s.eachNode(func(i uint32) bool {
		dense[i] = noNode
		if rep, ok := c.admits(i); ok && rep == i {
			dense[i] = uint32(len(g.Nodes))
			g.Nodes = append(g.Nodes, s.nodeID(i))
		}
		return true
	})
	if c.fused != nil {
		for member, rep := range c.fused.repOf {
			dense[member] = dense[rep]
		}
	}
	return dense
}

func (g *Graph) build(links []network.Link, o Orientation) error {
	if o == Reverse {
		for i, l := range links {
			links[i] = network.Link{From: l.To, To: l.From}
		}
	}
	g.edges = sync.OnceValue(g.indexEdges)
	net, err := network.Build(len(g.Nodes), links, o != Undirected)
	g.Net = net
	return err
}
