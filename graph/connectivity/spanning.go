package connectivity

import (
	"context"
	"math/bits"
	"runtime"

	"github.com/chokepoint/chokepoint/graph/network"
)

// spanning is a spanning forest as it grows, direction ignored. It names nodes by the
// order in which they are found, a parent before its children.
type spanning struct {
	net   *network.Network
	rows  []rows
	found bitset              // with all bits beyond those of the nodes
	order []network.NodeIndex // by name; a component is a range
	name  []uint32
	// via has the parent of each node found and another neighbour that was found, or the
	// parent twice if none was met. The parent of a root is itself.
	via   [][2]network.NodeIndex
	sight []bitset // what each processor knows to be found
}

// span finds a spanning forest, first from a node with many links. It looks from the
// nodes found last, or, where these have many arcs, from those not found, which then
// look for any that is (Beamer, Asanović and Patterson 2012 let them look for those found
// last alone). So it is no search in breadth, but few sweeps find all, and most nodes
// meet two that are found. Errors: the end of ctx.
func span(ctx context.Context, net *network.Network) (*spanning, error) {
	n := net.NumNodes()
	s := &spanning{
		net: net, rows: bothRows(net), found: newBits(n),
		order: make([]network.NodeIndex, 0, n), name: make([]uint32, n), via: make([][2]network.NodeIndex, n),
	}
	if n%64 != 0 {
		s.found[n/64] = ^uint64(0) << (n % 64)
	}
	if n > 0 {
		if err := s.grow(ctx, s.start()); err != nil {
			return nil, err
		}
	}
	for i := range s.found {
		for s.found[i] != ^uint64(0) {
			v := network.NodeIndex(64*i + bits.TrailingZeros64(^s.found[i]))
			if err := s.grow(ctx, v); err != nil {
				return nil, err
			}
		}
	}
	return s, ctx.Err()
}

// start returns the node with most arcs among the heads of some hundred evenly spaced
// ones, which those with many are among.
func (s *spanning) start() network.NodeIndex {
	best, most := network.NodeIndex(0), 0
	heads := s.rows[0].nbr
	for i := 0; i < len(heads); i += 1 + len(heads)/256 {
		if d := degree(s.rows, uint32(heads[i])); d > most {
			best, most = heads[i], d
		}
	}
	return best
}

// grow finds the component of a node.
func (s *spanning) grow(ctx context.Context, root network.NodeIndex) error {
	begin := len(s.order)
	s.meet(root, root)
	for work := 0; begin < len(s.order); {
		if work >= ctxStride {
			if work = 0; ctx.Err() != nil {
				return ctx.Err()
			}
		}
		arcs, end := 0, len(s.order)
		for i := begin; i < end && !s.many(arcs); i++ {
			arcs += degree(s.rows, uint32(s.order[i]))
		}
		if work += arcs; s.many(arcs) {
			s.sweep()
		} else {
			for _, v := range s.order[begin:end] {
				s.push(v)
			}
		}
		begin = end
	}
	return nil
}

// many says whether the nodes found last have so many arcs that a sweep, which reads
// those of all others at most, reads few for each of them.
func (s *spanning) many(arcs int) bool {
	n := len(s.via)
	others := 2 * s.net.NumLinks() / n * (n - len(s.order)) // about
	return 4*arcs > n && 8*arcs > others
}

func (s *spanning) meet(v, parent network.NodeIndex) {
	s.found.set(uint32(v))
	s.name[v] = uint32(len(s.order))
	s.order = append(s.order, v)
	s.via[v] = [2]network.NodeIndex{parent, parent}
}

// push finds the neighbours of a node.
func (s *spanning) push(v network.NodeIndex) {
	parent := s.via[v][0]
	alone := s.via[v][1] == parent
	for _, r := range s.rows {
		for _, w := range r.of(uint32(v)) {
			switch {
			case !s.found.has(uint32(w)):
				s.meet(w, v)
			case alone && w != parent:
				s.via[v][1] = w
				alone = false
			}
		}
	}
}

// sweep finds the nodes that have a neighbour among those found. Each processor looks at
// its share of them, in their order, and lets what it finds itself count at once, so via
// which neighbours depends on how many take part.
func (s *spanning) sweep() {
	n := len(s.via)
	sights := min(runtime.GOMAXPROCS(0), 8, 1+n/share)
	for len(s.sight) < sights {
		s.sight = append(s.sight, newBits(n))
	}
	words := func(i int, work func(begin, end int)) {
		for v := i * chunk; v < n; v += sights * chunk {
			work(v/64, min((v+chunk)/64, len(s.found)))
		}
	}
	count := make([]int, sights)
	_ = inChunks(context.Background(), sights, 1, func(i, _ int) {
		copy(s.sight[i], s.found)
		words(i, func(begin, end int) {
			count[i] += s.look(s.sight[i], begin, end)
		})
	})
	first := make([]int, sights) // of the names that each gives
	total := len(s.order)
	for i, c := range count {
		first[i] = total
		total += c
	}
	s.order = s.order[:total]
	_ = inChunks(context.Background(), sights, 1, func(i, _ int) {
		name := first[i]
		words(i, func(begin, end int) {
			for j := begin; j < end; j++ {
				for fresh := s.sight[i][j] &^ s.found[j]; fresh != 0; fresh &= fresh - 1 {
					v := network.NodeIndex(64*j + bits.TrailingZeros64(fresh))
					s.order[name], s.name[v] = v, uint32(name)
					name++
				}
				s.found[j] = s.sight[i][j]
			}
		})
	})
}

// look finds those among the nodes of some words, and returns how many.
func (s *spanning) look(found bitset, begin, end int) (count int) {
	for j := begin; j < end; j++ {
		for left := ^found[j]; left != 0; left &= left - 1 {
			v := network.NodeIndex(64*j + bits.TrailingZeros64(left))
			if a, b := twoIn(s.net, v, found); a != network.NoNode {
				s.via[v] = [2]network.NodeIndex{a, b}
				found[j] |= left & -left
				count++
			}
		}
	}
	return count
}

// twoIn returns two neighbours of a node that are in a set, one twice if there is no
// other, NoNode if there is none.
func twoIn(net *network.Network, v network.NodeIndex, set bitset) (a, b network.NodeIndex) {
	a = network.NoNode
	row, last := net.Out(v), !net.Directed()
	for {
		for _, w := range row {
			if set.has(uint32(w)) {
				if a == network.NoNode {
					a = w
				} else if w != a {
					return a, w
				}
			}
		}
		if last {
			return a, a
		}
		row, last = net.In(v), true
	}
}
