package centrality

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// part is a piece of a network on which Brandes' algorithm runs: a block whose twins
// are merged into classes, or a whole directed network. Nodes are dense local
// numbers. A class of several nodes has the same paths from each of them.
type part struct {
	directed bool
	off      []uint32
	nbr      []uint32
	// backOff and back are the rows against the links of a directed part, for sampling.
	backOff, back []uint32
	// members is the number of nodes in a class; through any of them paths pass
	// alike.
	members []float64
	// stands is how many nodes of the whole network a class stands for as an end of
	// paths: its own and those behind them outside the block.
	stands []float64
	// sends is the same of beginnings of paths: in a directed network other nodes
	// reach a node than it reaches.
	sends []float64
	// within is the betweenness that each member of a class has from pairs in one
	// other class of non-adjacent twins.
	within []float64
	nodes  []network.NodeIndex // the nodes of the classes, class by class
	starts []int               // where a class starts in nodes
	first  int                 // position of the first class among those of all parts
}

func (p *part) size() int { return len(p.members) }

func (p *part) degree(v uint32) uint32 { return p.off[v+1] - p.off[v] }

// shrinker turns blocks into parts; its slices are per node of the network or per
// local node, and serve one block after another.
type shrinker struct {
	net    *network.Network
	blocks *blocks
	degree []uint32 // within the present block
	local  []uint32
}

func newShrinker(net *network.Network, b *blocks) *shrinker {
	return &shrinker{net: net, blocks: b, degree: make([]uint32, net.NumNodes()), local: make([]uint32, net.NumNodes())}
}

// parts returns the blocks of a simple undirected network on which paths have a
// choice or an inside: blocks of one link and blocks in which all nodes are adjacent
// twins have neither. Together with blocks.across they determine betweenness, as in
// Sarıyüce, Saule, Kaya and Çatalyürek (2013).
func parts(ctx context.Context, net *network.Network, b *blocks) ([]part, error) {
	s := newShrinker(net, b)
	var all []part
	first := 0
	for i, block := range b.list {
		if block.end-block.start < 2 {
			continue
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		g := s.localize(int32(i))
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		p := s.merge(g)
		if p.size() > 1 {
			p.first = first
			first += p.size()
			all = append(all, p)
		}
	}
	return all, nil
}

// plain is a block with one local number a node.
type plain struct {
	directed bool
	nodes    []network.NodeIndex
	off      []uint32
	nbr      []uint32
	link     []network.EdgeIndex // of each arc
	top      uint32              // see blockOf.top
	ends     []float64           // see part.stands, of one node
	begins   []float64           // see part.sends
	arcs     []arc               // with what they cost; nil when each costs 1
	firstArc int                 // position of the first arc among those of all blocks
}

func (g *plain) size() int { return len(g.nodes) }

func (g *plain) row(v uint32) []uint32 { return g.nbr[g.off[v]:g.off[v+1]] }

// localize copies a block; ends and begins are those of an undirected one. Nodes are
// numbered by falling degree: those that are looked up most then lie close together.
// Only rows of nodes inside the block are read, so that all blocks together cost
// O(n + m) however many meet in one top.
func (s *shrinker) localize(b int32) plain {
	block := s.blocks.list[b]
	g := plain{directed: s.net.Directed(), nodes: append([]network.NodeIndex{block.top}, s.blocks.inside[block.start:block.end]...)}
	for _, v := range g.nodes {
		s.degree[v] = 0
	}
	s.eachArc(b, func(v, _ network.NodeIndex, _ network.EdgeIndex) { s.degree[v]++ })
	s.byDegree(g.nodes)
	g.off = make([]uint32, len(g.nodes)+1)
	g.ends = make([]float64, len(g.nodes))
	for i, v := range g.nodes {
		s.local[v] = uint32(i)
		g.off[i+1] = g.off[i] + s.degree[v]
		g.ends[i] = s.blocks.hang[v]
		if v == block.top {
			g.ends[i] = block.component - block.below
			g.top = uint32(i)
		}
	}
	g.begins = g.ends
	g.nbr, g.link = make([]uint32, g.off[len(g.nodes)]), make([]network.EdgeIndex, g.off[len(g.nodes)])
	next := slices.Clone(g.off)
	s.eachArc(b, func(v, w network.NodeIndex, e network.EdgeIndex) {
		k := next[s.local[v]]
		g.nbr[k], g.link[k] = s.local[w], e
		next[s.local[v]]++
	})
	return g
}

// byDegree sorts nodes by falling degree, then by number.
func (s *shrinker) byDegree(nodes []network.NodeIndex) {
	keys := make([]uint64, len(nodes))
	for i, v := range nodes {
		keys[i] = uint64(^s.degree[v])<<32 | uint64(v)
	}
	slices.Sort(keys) // a third of the time of sorting by a comparison of ours
	for i, key := range keys {
		nodes[i] = network.NodeIndex(key)
	}
}

// eachArc calls arc for each arc of a block. The row of the top, which may be the top
// of very many, is not read.
func (s *shrinker) eachArc(b int32, arc func(v, w network.NodeIndex, e network.EdgeIndex)) {
	block := s.blocks.list[b]
	for _, v := range s.blocks.inside[block.start:block.end] {
		edges := s.net.OutEdges(v)
		for i, w := range s.net.Out(v) {
			if s.blocks.home[w] != b && w != block.top {
				continue
			}
			arc(v, w, edges[i])
			if w == block.top && !s.net.Directed() {
				arc(w, v, edges[i])
			}
		}
		if s.net.Directed() {
			if i, found := slices.BinarySearch(s.net.In(v), block.top); found {
				arc(block.top, v, s.net.InEdges(v)[i])
			}
		}
	}
}
