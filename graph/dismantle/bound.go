package dismantle

import (
	"context"
	"math/bits"
	"slices"
)

// holding is what no removal of a given size can undo. Two nodes hold together when
// they are adjacent or share more neighbours that hold to both than may be removed:
// whatever goes, they stay connected as long as both stay. A removal therefore
// leaves at least the pairs that hold together, less those in which a node removed
// takes part.
type holding struct {
	aim    aim
	total  int64   // pairs that hold together
	weight []int64 // of a target: how many of them it takes part in
	top    []int64 // sums of the greatest weights
	nodes  int64   // that are left
	pieces int64   // that they can be in
	floor  int64   // the least value, whatever is chosen
}

// closureNodes is the greatest number of nodes for which pairs are compared; beyond
// it only adjacent pairs and dense clusters hold together.
const closureNodes = 1500

// nodeBound returns what removing k nodes cannot undo.
func nodeBound(b *body, a aim, k int) *holding {
	h := &holding{aim: a, weight: make([]int64, b.n), nodes: int64(max(0, b.n-k))}
	if b.n <= closureNodes {
		h.closure(b, k)
	} else {
		h.clusters(b, k)
	}
	h.rank(k)
	tree := b.tree
	if tree == nil {
		tree = newSpanning(context.Background(), b)
	}
	h.pieces = min(piecesAtMost(b, k), tree.pieces(k))
	h.floor = h.least(0, k)
	if h.nodes == 0 {
		return h
	}
	largest := max((h.nodes+h.pieces-1)/h.pieces, tree.largest(k))
	if a == connectedPairs {
		h.floor = max(h.floor, pairs(largest)+evenPairs(h.nodes-largest, h.pieces-1))
		return h
	}
	h.floor = max(h.floor, largest, h.widest(k))
	return h
}

// linkBound returns what removing k links cannot undo: each makes at most one more
// piece, and no class of nodes is torn.
func linkBound(b *body, a aim, k int, classes *forest) *holding {
	h := &holding{aim: a, weight: make([]int64, b.m), nodes: int64(b.n), pieces: int64(componentsOf(b) + k)}
	h.rank(k)
	if h.nodes == 0 {
		return h
	}
	largest := int64(0)
	for v := range b.n {
		if classes.up[v] == uint32(v) {
			h.total += pairs(classes.size[v])
			largest = max(largest, classes.size[v])
		}
	}
	h.floor = max(h.total, evenPairs(h.nodes, min(h.nodes, h.pieces)))
	if a == largestComponent {
		h.floor = max(largest, (h.nodes+h.pieces-1)/h.pieces)
	}
	return h
}

// least returns a lower bound on the value after targets of weight lost and left
// more have gone.
func (h *holding) least(lost int64, left int) int64 {
	if h.aim != connectedPairs {
		return 0
	}
	return h.total - lost - h.top[left]
}

// widest bounds the largest component: of the k+1 nodes that hold most others one
// stays, with all but k of them.
func (h *holding) widest(k int) int64 {
	sorted := slices.Sorted(slices.Values(h.weight))
	if k >= len(sorted) {
		return 0
	}
	return sorted[len(sorted)-1-k] + 1 - int64(k)
}

func (h *holding) rank(k int) {
	sorted := slices.Sorted(slices.Values(h.weight))
	slices.Reverse(sorted)
	h.top = make([]int64, k+1)
	for i := range k {
		h.top[i+1] = h.top[i]
		if i < len(sorted) {
			h.top[i+1] += sorted[i]
		}
	}
}

// closure adds pairs with more than k common neighbours until there are none.
func (h *holding) closure(b *body, k int) {
	words := (b.n + 63) / 64
	near := make([]uint64, b.n*words)
	row := func(v int) []uint64 { return near[v*words : (v+1)*words] }
	for v := range b.n {
		for _, w := range b.row(v) {
			row(v)[w/64] |= 1 << (w % 64)
		}
	}
	for changed := true; changed; {
		changed = false
		for v := range b.n {
			for w := range v {
				if row(v)[w/64]>>(w%64)&1 == 0 && common(row(v), row(w)) > k {
					row(v)[w/64] |= 1 << (w % 64)
					row(w)[v/64] |= 1 << (v % 64)
					changed = true
				}
			}
		}
	}
	for v := range b.n {
		for _, word := range row(v) {
			h.weight[v] += int64(bits.OnesCount64(word))
		}
		h.total += h.weight[v]
	}
	h.total /= 2
}

func common(a, b []uint64) int {
	count := 0
	for i, word := range a {
		count += bits.OnesCount64(word & b[i])
	}
	return count
}

// clusters grows sets of nodes that hold together from the nodes of highest degree:
// a node joins a set when it is adjacent to more than k of its members, or to all
// while there are no more. All pairs in a set hold together, and so do adjacent ones.
func (h *holding) clusters(b *body, k int) {
	of := make([]int, b.n) // 0: none yet
	links := make([]int, b.n)
	byDegree := make([]int, b.n)
	for v := range byDegree {
		byDegree[v] = v
	}
	slices.SortStableFunc(byDegree, func(u, v int) int { return b.degree(v) - b.degree(u) })
	sizes := []int64{0}
	for _, seed := range byDegree {
		if of[seed] == 0 && b.degree(seed) > k {
			sizes = append(sizes, h.grow(b, k, seed, len(sizes), of, links))
		}
	}
	for v := range b.n {
		if of[v] > 0 {
			h.weight[v] = sizes[of[v]] - 1
		}
		for _, w := range b.row(v) {
			if of[v] == 0 || of[v] != of[w] {
				h.weight[v]++
			}
		}
		h.total += h.weight[v]
	}
	h.total /= 2
}

// grow makes one cluster and returns its size; links counts the members next to each
// node and is left cleared.
func (h *holding) grow(b *body, k, seed, number int, of, links []int) int64 {
	queue, touched, size := []int{seed}, []uint32{}, 0
	for len(queue) > 0 {
		v := queue[0]
		queue = queue[1:]
		if of[v] != 0 || links[v] < min(k+1, size) {
			continue
		}
		of[v] = number
		size++
		for _, w := range b.row(v) {
			links[w]++
			touched = append(touched, w)
			if of[w] == 0 && links[w] >= min(k+1, size) {
				queue = append(queue, int(w))
			}
		}
	}
	for _, w := range touched {
		links[w] = 0
	}
	return int64(size)
}

// piecesAtMost bounds the components after the removal of k nodes: a node leaves at
// most one piece for each neighbour.
func piecesAtMost(b *body, k int) int64 {
	more := make([]int, 0, b.n)
	for v := range b.n {
		if d := b.degree(v); d > 1 {
			more = append(more, d-1)
		}
	}
	slices.Sort(more)
	pieces := componentsOf(b)
	for i := range min(k, len(more)) {
		pieces += more[len(more)-1-i]
	}
	return int64(max(1, min(pieces, b.n-k)))
}

// evenPairs returns the fewest pairs within parts when nodes are in so many parts.
func evenPairs(nodes, parts int64) int64 {
	if nodes == 0 {
		return 0
	}
	small, over := nodes/parts, nodes%parts
	return over*pairs(small+1) + (parts-over)*pairs(small)
}

func componentsOf(b *body) int {
	f := newForest(b.n)
	count := b.n
	for v := range b.n {
		for _, w := range b.row(v) {
			if f.join(uint32(v), w) {
				count--
			}
		}
	}
	return count
}
