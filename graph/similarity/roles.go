package similarity

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Structural returns the class of each node under structural equivalence: nodes linked
// alike, by direction, to the same others, themselves left out (Lorrain and White 1971).
// Classes are numbered by their least node. O(Σ k²) at worst, in most networks
// O(m·log n); O(n + m) memory.
func Structural(ctx context.Context, net *network.Network) ([]uint32, error) {
	simple, _ := net.Simple()
	n := simple.NumNodes()
	class := make([]uint32, n)
	for v := range class {
		class[v] = uint32(v)
	}
	for _, closed := range []bool{false, true} {
		least := map[string]uint32{}
		var key []byte
		for v := range network.NodeIndex(n) {
			if v%ctxStride == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			key = appendRow(key[:0], simple.Out(v), v, closed)
			if simple.Directed() {
				key = appendRow(append(key, 0xff, 0xff, 0xff, 0xff), simple.In(v), v, closed)
			}
			if first, seen := least[string(key)]; seen {
				class[v] = class[first] // no node has twins of both sorts
			} else {
				least[string(key)] = uint32(v)
			}
		}
	}
	return numbered(class), ctx.Err()
}

// appendRow writes neighbours, and the node itself among them if closed.
func appendRow(key []byte, row []network.NodeIndex, v network.NodeIndex, closed bool) []byte {
	for _, w := range row {
		if closed && v < w {
			key = appendIndex(key, uint32(v))
			closed = false
		}
		key = appendIndex(key, uint32(w))
	}
	if closed {
		key = appendIndex(key, uint32(v))
	}
	return key
}

func appendIndex(key []byte, i uint32) []byte {
	return append(key, byte(i), byte(i>>8), byte(i>>16), byte(i>>24))
}

// Regular returns the class of each node under the coarsest regular equivalence: nodes of
// one class have, by direction, neighbours in the same classes, however many (White and
// Reitz 1983). Where all nodes have neighbours both ways, or links have no direction, that
// is one class but for isolated nodes; [Equitable] then says more. Classes are numbered by
// their least node. One class is split until nothing changes: O(m·log m) time a round,
// at worst n rounds, as of a long chain; O(n + m) memory. It gives up after 3·10^8 nodes
// and links looked at.
func Regular(ctx context.Context, net *network.Network) ([]uint32, error) {
	return refined(ctx, net, false)
}

// Equitable is [Regular] where nodes of one class have equally many neighbours in each
// class: the coarsest equitable partition (Everett and Borgatti's exact colouring).
func Equitable(ctx context.Context, net *network.Network) ([]uint32, error) {
	return refined(ctx, net, true)
}

// mostSteps bounds nodes and links looked at, some twenty seconds: long chains fall apart by one
// class a round.
const mostSteps = 300_000_000

func refined(ctx context.Context, net *network.Network, count bool) ([]uint32, error) {
	return refinedWithin(ctx, net, count, mostSteps)
}

func refinedWithin(ctx context.Context, net *network.Network, count bool, most int) ([]uint32, error) {
	simple, _ := net.Simple()
	n := simple.NumNodes()
	steps := 0
	class, next := make([]uint32, n), make([]uint32, n)
	var colours []uint32
	var key []byte
	for classes := min(n, 1); ; {
		if steps += n + 2*simple.NumLinks(); steps > most {
			return nil, graph.Errorf(graph.TooComplex, "the roles of %d nodes take more than %d steps to tell apart; narrow the scope, or ask for structural equivalence", n, most)
		}
		number := map[string]uint32{}
		for v := range network.NodeIndex(n) {
			if v%ctxStride == 0 && ctx.Err() != nil {
				return nil, ctx.Err()
			}
			key = appendIndex(key[:0], class[v])
			key, colours = appendColours(key, simple.Out(v), class, colours, count)
			if simple.Directed() {
				key, colours = appendColours(key, simple.In(v), class, colours, count)
			}
			c, seen := number[string(key)]
			if !seen {
				c = uint32(len(number))
				number[string(key)] = c
			}
			next[v] = c
		}
		class, next = next, class
		if len(number) == classes {
			return class, ctx.Err()
		}
		classes = len(number)
	}
}

// appendColours writes the classes of neighbours, ascending, each once unless counted.
func appendColours(key []byte, row []network.NodeIndex, class, colours []uint32, count bool) (written []byte, scratch []uint32) {
	colours = colours[:0]
	for _, w := range row {
		colours = append(colours, class[w])
	}
	slices.Sort(colours)
	if !count {
		colours = slices.Compact(colours)
	}
	key = appendIndex(key, uint32(len(colours)))
	for _, c := range colours {
		key = appendIndex(key, c)
	}
	return key, colours
}

// numbered numbers classes by their least node.
func numbered(class []uint32) []uint32 {
	number := map[uint32]uint32{}
	for v, c := range class {
		if _, seen := number[c]; !seen {
			number[c] = uint32(len(number))
		}
		class[v] = number[c]
	}
	return class
}
