package flow

import (
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Problem is a flow to be maximised, as often as wanted with other nodes and links
// taken away. It is not safe for concurrent use.
type Problem struct {
	net  *network.Network
	side []side
	// A state is a place where flow is: 0 the sources, 1 the sinks, 2 and up the nodes
	// between, each twice (in, out) if nodes are limited.
	states int
	split  bool
	state  []uint32 // of a node: where flow comes in
	scale  float64
	links  []float64 // capacities, in the unit of the rooms
	nodes  []float64 // likewise, nil when nodes are not limited
	arcs
	base    []float64 // rooms before any flow
	ahead   []uint32  // arc of a link from its first end to its second, noArc if none
	back    []uint32  // likewise the other way, where that is not the twin
	total   float64   // above every finite flow
	blocked []bool    // states taken away
	gone    []network.EdgeIndex
	level   []int32
	next    []uint32
	queue   []uint32
	work    int64
}

// arcs is a residual network in CSR form: how much more can go along each arc.
type arcs struct {
	first []uint32
	head  []uint32
	twin  []uint32
	room  []float64
}

const noArc = math.MaxUint32

// draft is a pair of opposite arcs before they are sorted.
type draft struct {
	from, to uint32
	ahead    float64
	back     float64
}

// NewProblem prepares a flow; arguments and errors are those of [Max].
func NewProblem(net *network.Network, from, to []network.NodeIndex, opt Options) (*Problem, error) {
	p := &Problem{net: net, split: opt.NodeCapacity != nil}
	var err error
	if p.side, err = checkSets(net.NumNodes(), from, to); err != nil {
		return nil, err
	}
	if p.links, err = checked(opt.Capacity, net.NumLinks(), "link"); err != nil {
		return nil, err
	}
	if p.split {
		if p.nodes, err = checked(opt.NodeCapacity, net.NumNodes(), "node"); err != nil {
			return nil, err
		}
	}
	p.scale = toWhole(p.links, p.nodes)
	p.number()
	drafts := p.draft()
	if len(drafts) > math.MaxInt32 {
		return nil, graph.Errorf(graph.TooComplex, "too many links for a flow; narrow the scope")
	}
	p.sort(drafts)
	return p, nil
}

// number gives each node its state.
func (p *Problem) number() {
	p.states = 2
	p.state = make([]uint32, p.net.NumNodes())
	for v, s := range p.side {
		switch s {
		case source:
			p.state[v] = 0
		case sink:
			p.state[v] = 1
		default:
			p.state[v] = uint32(p.states)
			p.states++
			if p.split {
				p.states++
			}
		}
	}
	p.blocked = make([]bool, p.states)
}

// leaves returns the state where flow leaves a node.
func (p *Problem) leaves(v network.NodeIndex) uint32 {
	if p.split && p.state[v] > 1 {
		return p.state[v] + 1
	}
	return p.state[v]
}

// draft lists the arcs, those of links before those within nodes, and tells which
// belong to each link.
func (p *Problem) draft() []draft {
	drafts := make([]draft, 0, p.net.NumLinks())
	p.ahead = slices.Repeat([]uint32{noArc}, p.net.NumLinks())
	if p.split && !p.net.Directed() {
		p.back = slices.Clone(p.ahead)
	}
	for e, c := range p.links {
		v, w := p.net.Ends(network.EdgeIndex(e))
		if v == w || c == 0 || p.state[v] == p.state[w] {
			continue
		}
		p.ahead[e] = uint32(len(drafts))
		d := draft{p.leaves(v), p.state[w], c, 0}
		if !p.net.Directed() && !p.split {
			d.back = c
		}
		drafts = append(drafts, d)
		if p.back != nil { // the two ways meet in no state, so they are two arcs
			p.back[e] = uint32(len(drafts))
			drafts = append(drafts, draft{p.leaves(w), p.state[v], c, 0})
		}
	}
	for v, c := range p.nodes {
		if s := p.state[v]; s > 1 && c > 0 {
			drafts = append(drafts, draft{s, s + 1, c, 0})
		}
	}
	return drafts
}

// sort puts the arcs into CSR order and replaces infinite room by more than all
// finite capacities together, so that sums stay finite.
func (p *Problem) sort(drafts []draft) {
	p.total = 1
	p.first = make([]uint32, p.states+1)
	for _, d := range drafts {
		p.first[d.from+1]++
		p.first[d.to+1]++
		if !math.IsInf(d.ahead, 1) {
			p.total += d.ahead + d.back
		}
	}
	for s := range p.states {
		p.first[s+1] += p.first[s]
	}
	next := append([]uint32(nil), p.first[:p.states]...)
	n := 2 * len(drafts)
	p.head, p.twin, p.base = make([]uint32, n), make([]uint32, n), make([]float64, n)
	place := make([]uint32, len(drafts))
	for i, d := range drafts {
		a, b := next[d.from], next[d.to]
		next[d.from]++
		next[d.to]++
		p.head[a], p.twin[a], p.base[a] = d.to, b, min(d.ahead, 2*p.total)
		p.head[b], p.twin[b], p.base[b] = d.from, a, min(d.back, 2*p.total)
		place[i] = a
	}
	for e, d := range p.ahead {
		if d == noArc {
			continue
		}
		p.ahead[e] = place[d]
		if p.back != nil {
			p.back[e] = place[p.back[e]]
		}
	}
	p.room = append([]float64(nil), p.base...)
	p.level, p.next = make([]int32, p.states), make([]uint32, p.states)
}

// Take takes a node away with its links, or gives it back. Nodes of the two sets
// stay. It counts from the next call of [Problem.Solve].
func (p *Problem) Take(v network.NodeIndex, away bool) {
	if p.state[v] > 1 {
		p.blocked[p.state[v]] = away
	}
}

// TakeLink takes a link away, or gives it back, from the next call of
// [Problem.Solve].
func (p *Problem) TakeLink(e network.EdgeIndex, away bool) {
	if i := slices.Index(p.gone, e); i >= 0 {
		p.gone = slices.Delete(p.gone, i, i+1)
	}
	if away {
		p.gone = append(p.gone, e)
	}
}

// On returns the flow on a link after [Problem.Solve], negative against its
// direction.
func (p *Problem) On(e network.EdgeIndex) float64 {
	a := p.ahead[e]
	if a == noArc || slices.Contains(p.gone, e) {
		return 0
	}
	x := p.base[a] - p.room[a]
	if p.back != nil {
		x -= p.base[p.back[e]] - p.room[p.back[e]]
	}
	return x / p.scale
}

// Through returns the flow that passes a node after [Problem.Solve]; in a node of the
// two sets that is 0.
func (p *Problem) Through(v network.NodeIndex) float64 {
	s := p.leaves(v)
	if s < 2 || p.blocked[p.state[v]] {
		return 0
	}
	x := 0.0
	for a := p.first[s]; a < p.first[s+1]; a++ {
		if p.split && p.head[a] == p.state[v] {
			continue
		}
		x += max(0, p.base[a]-p.room[a])
	}
	return x / p.scale
}

// Work returns the number of arcs read so far.
func (p *Problem) Work() int64 { return p.work }
