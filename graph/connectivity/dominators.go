package connectivity

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// DominatorTree tells which nodes all paths from a set of sources pass. A node d
// dominates v if every path from a source to v passes d.
type DominatorTree struct {
	// Immediate is the dominator of each node that is nearest to it, other than
	// itself; [network.NoNode] where there is none, as for sources, for what separate
	// paths reach, and for what no path reaches.
	Immediate []network.NodeIndex
	// Reached says which nodes a path from a source reaches; sources are reached.
	Reached []bool
	// Dominated counts the other nodes that each node dominates.
	Dominated []int
}

// Dominators returns the dominators of what sources reach along the direction of
// links, or either way in an undirected network. Several sources count as one that
// cannot be cut: a source dominates what is reached from it alone. By semidominators
// and nearest common ancestors (Georgiadis, Tarjan and Werneck 2006, after Lengauer
// and Tarjan 1979). O(m·log n) time, some 50 bytes a node. Errors: a source out of
// range, the end of ctx.
func Dominators(ctx context.Context, net *network.Network, sources []network.NodeIndex) (*DominatorTree, error) {
	s := &domination{net: net, number: make([]uint32, net.NumNodes())}
	for _, v := range sources {
		if int(v) >= net.NumNodes() {
			return nil, graph.Errorf(graph.BadUserInput, "node %d of a network with %d nodes", v, net.NumNodes())
		}
	}
	s.add(network.NoNode, 0) // stands above all sources
	if err := s.search(ctx, sources); err != nil {
		return nil, err
	}
	if err := s.semidominate(ctx, sources); err != nil {
		return nil, err
	}
	return s.tree(), nil
}

// Chain returns the nodes that dominate all of the nodes to that are reached, the
// nearest to the sources first: what every path from a source to one of them passes.
// Nodes of to are among them if they dominate the others.
func (d *DominatorTree) Chain(to []network.NodeIndex) []network.NodeIndex {
	var common []network.NodeIndex
	first := true
	for _, v := range to {
		if !d.Reached[v] {
			continue
		}
		var chain []network.NodeIndex
		for ; v != network.NoNode; v = d.Immediate[v] {
			chain = append(chain, v)
		}
		for i, j := 0, len(chain)-1; i < j; i, j = i+1, j-1 {
			chain[i], chain[j] = chain[j], chain[i]
		}
		if first {
			common, first = chain, false
			continue
		}
		same := 0
		for same < min(len(common), len(chain)) && common[same] == chain[same] {
			same++
		}
		common = common[:same]
	}
	return common
}

// domination numbers nodes by depth-first search; all but number is indexed by that
// number, of which 0 is nobody and 1 stands above the sources.
type domination struct {
	net      *network.Network
	number   []uint32
	node     []network.NodeIndex
	parent   []uint32 // in the search; halved towards the root as labels are found
	dominant []uint32 // first the parent, at last the immediate dominator
	semi     []uint32
	label    []uint32 // of least semi between the node and its parent
	stack    []uint32
}

func (s *domination) add(v network.NodeIndex, parent uint32) {
	if len(s.node) == 0 { // number 0
		s.node, s.parent, s.dominant, s.semi, s.label = append(s.node, v), append(s.parent, 0), append(s.dominant, 0), append(s.semi, 0), append(s.label, 0)
	}
	i := uint32(len(s.node))
	s.node, s.parent, s.dominant = append(s.node, v), append(s.parent, parent), append(s.dominant, parent)
	s.semi, s.label = append(s.semi, i), append(s.label, i)
	if v != network.NoNode {
		s.number[v] = i
	}
}

func (s *domination) search(ctx context.Context, sources []network.NodeIndex) error {
	next := make([]uint32, s.net.NumNodes())
	for _, source := range sources {
		if s.number[source] != 0 {
			continue
		}
		s.add(source, 1)
		path := append(s.stack[:0], uint32(source))
		for len(path) > 0 {
			v := path[len(path)-1]
			out := s.net.Out(network.NodeIndex(v))
			at := next[v]
			for int(at) < len(out) && s.number[out[at]] != 0 {
				at++
			}
			next[v] = at
			if int(at) == len(out) {
				path = path[:len(path)-1]
				continue
			}
			s.add(out[at], s.number[v])
			path = append(path, uint32(out[at]))
			if err := poll(ctx, len(s.node)); err != nil {
				return err
			}
		}
		s.stack = path
	}
	return nil
}

// semidominate finds the semidominator of each node, the last found first.
func (s *domination) semidominate(ctx context.Context, sources []network.NodeIndex) error {
	start := newBits(len(s.node))
	for _, v := range sources {
		start.set(s.number[v])
	}
	for i := uint32(len(s.node) - 1); i >= 2; i-- {
		if err := poll(ctx, int(i)); err != nil {
			return err
		}
		least := s.dominant[i]
		if start.has(i) {
			least = 1
		}
		for _, w := range s.net.In(s.node[i]) {
			if n := s.number[w]; n != 0 {
				least = min(least, s.semi[s.best(n, i+1)])
			}
		}
		s.semi[i] = least
	}
	for i := 2; i < len(s.node); i++ {
		d := s.dominant[i]
		for d > s.semi[i] {
			d = s.dominant[d]
		}
		s.dominant[i] = d
	}
	return nil
}

// best returns the node of least semi from n up to, and not with, the first ancestor
// below linked, and shortens the way for the next who asks.
func (s *domination) best(n, linked uint32) uint32 {
	if s.parent[n] < linked {
		return s.label[n]
	}
	stack := s.stack[:0]
	for s.parent[n] >= linked {
		stack = append(stack, n)
		n = s.parent[n]
	}
	above := n
	for i := len(stack) - 1; i >= 0; i-- {
		n = stack[i]
		s.parent[n] = s.parent[above]
		if s.semi[s.label[above]] < s.semi[s.label[n]] {
			s.label[n] = s.label[above]
		}
		above = n
	}
	s.stack = stack
	return s.label[n]
}

func (s *domination) tree() *DominatorTree {
	n := s.net.NumNodes()
	d := &DominatorTree{Immediate: make([]network.NodeIndex, n), Reached: make([]bool, n), Dominated: make([]int, n)}
	for v := range d.Immediate {
		d.Immediate[v] = network.NoNode
	}
	for i := len(s.node) - 1; i >= 2; i-- {
		v, above := s.node[i], s.node[s.dominant[i]]
		d.Reached[v], d.Immediate[v] = true, above
		if above != network.NoNode {
			d.Dominated[above] += d.Dominated[v] + 1
		}
	}
	return d
}
