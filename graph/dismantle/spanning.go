package dismantle

import (
	"context"
	"slices"
)

// spanning is a forest of as many trees as the network has components, by depth-first
// search, which makes paths rather than stars. What is removed from the network leaves
// no more pieces than in the forest, and none of its largest is smaller than there: a
// forest bounds what a network that has hubs on many ways round does not show.
type spanning struct {
	parent []int // -1 for roots
	order  []int // parents before children
	degree []int
	trees  int
}

// newSpanning searches until the end of ctx; what is not reached by then is left as
// trees of one node, which bounds less but nothing wrong.
func newSpanning(ctx context.Context, b *body) *spanning {
	s := &spanning{parent: slices.Repeat([]int{-2}, b.n), degree: make([]int, b.n)}
	at := make([]int, b.n) // the next neighbour to look at
	var path []int
	steps, late := 0, false
	for root := range b.n {
		if s.parent[root] != -2 {
			continue
		}
		s.trees++
		s.parent[root], s.order, path = -1, append(s.order, root), append(path[:0], root)
		for len(path) > 0 && !late {
			if steps++; steps%(1<<14) == 0 {
				late = ctx.Err() != nil
			}
			v := path[len(path)-1]
			row := b.row(v)
			if at[v] == len(row) {
				path = path[:len(path)-1]
				continue
			}
			w := int(row[at[v]])
			if at[v]++; s.parent[w] == -2 {
				s.parent[w], s.order, path = v, append(s.order, w), append(path, w)
				s.degree[v]++
				s.degree[w]++
			}
		}
	}
	return s
}

// pieces bounds the components after the removal of k nodes: a node leaves at most one
// piece for each neighbour in its tree.
func (s *spanning) pieces(k int) int64 {
	degrees := slices.Sorted(slices.Values(s.degree))
	pieces := s.trees
	for _, d := range degrees[max(0, len(degrees)-k):] {
		pieces += max(0, d-1)
	}
	return int64(max(1, min(pieces, len(degrees)-k)))
}

// largest bounds the largest component after the removal of k nodes, as the least that
// k nodes can make of the forest.
func (s *spanning) largest(k int) int64 {
	low, high := 0, len(s.parent)
	for low < high {
		middle := (low + high) / 2
		if len(s.removals(middle)) <= k {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return int64(low)
}

// removals returns the fewest nodes to remove so that no component is larger: from the leaves
// on, each where what hangs on it becomes too large, since one of it has to go and no
// other parts more.
func (s *spanning) removals(size int) []int {
	rest := make([]int, len(s.parent))
	var gone []int
	for _, v := range slices.Backward(s.order) {
		if rest[v]++; rest[v] > size {
			rest[v] = 0
			gone = append(gone, v)
		}
		if p := s.parent[v]; p >= 0 {
			rest[p] += rest[v]
		}
	}
	return gone
}
