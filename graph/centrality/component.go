package centrality

import (
	"context"

	"github.com/chokepoint/chokepoint/graph/connectivity"
	"github.com/chokepoint/chokepoint/graph/network"
)

// componentOf does as largestComponent does, faster where no link weighs 0.
func componentOf(ctx context.Context, net *network.Network, weights []float64, in, out *matrix) (label []int32, largest int32, err error) {
	if weights != nil {
		return largestComponent(ctx, in, out)
	}
	c, err := connectivity.Strong(ctx, net)
	if err != nil || c.Count() == 0 {
		return nil, -1, err
	}
	label = make([]int32, len(c.Of))
	for v, number := range c.Of {
		label[v] = int32(number)
	}
	return label, 0, nil
}

// largestComponent labels the strongly connected components (in an undirected network
// the components) and returns the label of the largest; of several the one with the
// least node. There is none, −1, without nodes. O(n + m), by Kosaraju and Sharir (1981).
func largestComponent(ctx context.Context, in, out *matrix) (label []int32, largest int32, err error) {
	n := in.size()
	label = make([]int32, n)
	for v := range label {
		label[v] = -1
	}
	var sizes []int
	var least []uint32
	var reached []uint32
	last, err := finished(ctx, out)
	if err != nil {
		return nil, -1, err
	}
	for i := len(last) - 1; i >= 0; i-- {
		if label[last[i]] >= 0 {
			continue
		}
		number := int32(len(sizes))
		label[last[i]] = number
		reached = append(reached[:0], last[i])
		first := last[i]
		for k := 0; k < len(reached); k++ {
			first = min(first, reached[k])
			for _, w := range in.row(int(reached[k])) {
				if label[w] < 0 {
					label[w] = number
					reached = append(reached, w)
				}
			}
		}
		sizes, least = append(sizes, len(reached)), append(least, first)
	}
	largest = -1
	for c, size := range sizes {
		if largest < 0 || size > sizes[largest] || (size == sizes[largest] && least[c] < least[largest]) {
			largest = int32(c)
		}
	}
	return label, largest, ctx.Err()
}

// finished returns the nodes in the order in which a depth-first search leaves them.
func finished(ctx context.Context, m *matrix) ([]uint32, error) {
	order := make([]uint32, 0, m.size())
	next := append([]uint32(nil), m.off[:m.size()]...) // the next entry of each row
	found := make([]bool, m.size())
	var path []uint32
	for root := range uint32(m.size()) {
		if found[root] {
			continue
		}
		found[root] = true
		path = append(path, root)
		for len(path) > 0 {
			v := path[len(path)-1]
			if next[v] == m.off[v+1] {
				order, path = append(order, v), path[:len(path)-1]
				if len(order)%ctxStride == 0 && ctx.Err() != nil {
					return nil, ctx.Err()
				}
				continue
			}
			w := m.nbr[next[v]]
			next[v]++
			if !found[w] {
				found[w] = true
				path = append(path, w)
			}
		}
	}
	return order, nil
}
