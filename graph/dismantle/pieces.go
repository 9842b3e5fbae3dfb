package dismantle

import (
	"cmp"
	"container/heap"
	"slices"
)

// pieces holds what a network has fallen into, the largest first, of equal ones that
// of the least node.
type pieces struct {
	*residual
	mark   []uint32
	number uint32
	list   [][]uint32 // breadth first from the least node
}

func newPieces(r *residual) *pieces {
	p := &pieces{residual: r, mark: make([]uint32, r.n)}
	all := make([]uint32, r.n)
	for v := range all {
		all[v] = uint32(v)
	}
	p.add(all)
	return p
}

// add adds the pieces that nodes belong to.
func (p *pieces) add(nodes []uint32) {
	before := p.number
	slices.Sort(nodes)
	for _, v := range nodes {
		if !p.gone[v] && p.mark[v] <= before {
			p.number++
			heap.Push(p, p.component(v, p.mark, p.number))
		}
	}
}

// next takes the largest piece out, nil if nothing is left.
func (p *pieces) next() []uint32 {
	if len(p.list) == 0 {
		return nil
	}
	return heap.Pop(p).([]uint32)
}

func (p *pieces) Len() int { return len(p.list) }
func (p *pieces) Less(i, j int) bool {
	return cmp.Or(cmp.Compare(len(p.list[j]), len(p.list[i])), cmp.Compare(p.list[i][0], p.list[j][0])) < 0
}
func (p *pieces) Swap(i, j int) { p.list[i], p.list[j] = p.list[j], p.list[i] }
func (p *pieces) Push(x any)    { p.list = append(p.list, x.([]uint32)) }
func (p *pieces) Pop() any {
	last := p.list[len(p.list)-1]
	p.list = p.list[:len(p.list)-1]
	return last
}
