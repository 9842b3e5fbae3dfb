package dismantle

import (
	"context"
	"slices"
)

// coreChooser is CoreHD.
type coreChooser struct {
	*residual
	core   []int32 // degrees within the 2-core, −1 outside
	ranked *ranked
	trees  *pieces // once the core is empty
	whole  []uint32
}

func newCoreChooser(r *residual) *coreChooser {
	c := &coreChooser{residual: r, core: make([]int32, r.n)}
	copy(c.core, r.left)
	scores := make([]int64, r.n)
	c.ranked = &ranked{score: scores}
	var out []uint32
	for v := range uint32(r.n) {
		if c.core[v] < 2 {
			out = append(out, v)
		}
	}
	c.peel(out)
	for v := range scores {
		scores[v] = int64(c.core[v])
	}
	c.ranked = newRanked(scores)
	return c
}

// peel takes nodes out of the core, and whatever cannot stay without them.
func (c *coreChooser) peel(out []uint32) {
	for len(out) > 0 {
		v := out[len(out)-1]
		out = out[:len(out)-1]
		if c.core[v] < 0 {
			continue
		}
		c.core[v] = -1
		c.ranked.set(v, -1)
		row := c.row(int(v))
		c.steps += int64(len(row))
		for _, w := range row {
			if c.core[w] < 0 || c.gone[w] {
				continue
			}
			c.core[w]--
			c.ranked.set(w, int64(c.core[w]))
			if c.core[w] < 2 {
				out = append(out, w)
			}
		}
	}
}

func (c *coreChooser) next(_ context.Context, k int) ([]uint32, error) {
	var nodes []uint32
	for _, v := range c.ranked.best(k, c.gone) {
		if c.core[v] >= 2 {
			nodes = append(nodes, v)
		}
	}
	if len(nodes) == 0 {
		return c.splitTree(), nil
	}
	return nodes, nil
}

func (c *coreChooser) removed(_ context.Context, nodes []uint32) error {
	if c.trees != nil {
		c.trees.add(c.whole)
		return nil
	}
	c.peel(nodes)
	return nil
}

// splitTree returns the node of the largest tree without which the largest part left
// of it is least: its centroid, of two the lesser.
func (c *coreChooser) splitTree() []uint32 {
	if c.trees == nil {
		c.trees = newPieces(c.residual)
	}
	order := c.trees.next()
	if order == nil {
		return nil
	}
	c.whole = slices.Clone(order)
	below, up := make(map[uint32]int, len(order)), make(map[uint32]uint32, len(order))
	for _, v := range order {
		below[v] = 1
		for _, w := range c.row(int(v)) {
			if _, known := up[v]; !c.gone[w] && (!known || up[v] != w) {
				up[w] = v
			}
		}
	}
	widest := make(map[uint32]int, len(order))
	best, least := order[0], len(order)+1
	for i := len(order) - 1; i >= 0; i-- { // the order is breadth first: from the leaves
		v := order[i]
		part := max(widest[v], len(order)-below[v])
		if part < least || part == least && v < best {
			best, least = v, part
		}
		if i > 0 {
			below[up[v]] += below[v]
			widest[up[v]] = max(widest[up[v]], below[v])
		}
	}
	return []uint32{best}
}
