package dismantle

import (
	"cmp"
	"container/heap"
	"context"
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Strategy says which node goes next from what is left.
type Strategy string

// The strategies.
const (
	// AdaptiveDegree takes the node of the greatest degree.
	AdaptiveDegree Strategy = "ADAPTIVE_DEGREE"
	// AdaptiveBetweenness takes the node of the greatest betweenness (Holme, Kim, Yoon
	// and Han 2002). After each removal the betweenness of what the node held together
	// is computed anew: O(n·m) each.
	AdaptiveBetweenness Strategy = "ADAPTIVE_BETWEENNESS"
	// CoreHD takes the node of the greatest degree within the 2-core, and, once that is
	// empty, the one that breaks the largest tree most evenly (Zdeborová, Zhang and Zhou
	// 2016).
	CoreHD Strategy = "CORE_HD"
	// Influence takes the node of the greatest collective influence, (k−1)·Σ(k−1) over
	// the nodes at a distance of Radius (Morone and Makse 2015).
	Influence Strategy = "COLLECTIVE_INFLUENCE"
	// Generalized cuts the largest piece in two along the sign of the second
	// eigenvector of its Laplacian, and takes nodes that cover the links between (Ren,
	// Gleinig, Helbing and Antulov-Fantulin 2019, all nodes at one price).
	Generalized Strategy = "GENERALIZED"
)

// Strategies lists all strategies.
func Strategies() []Strategy {
	return []Strategy{AdaptiveDegree, AdaptiveBetweenness, CoreHD, Influence, Generalized}
}

// chooser applies a strategy to a residual.
type chooser interface {
	// next returns up to k nodes to remove, best first, none when nothing is left.
	next(ctx context.Context, k int) ([]uint32, error)
	// removed is told that nodes are gone.
	removed(ctx context.Context, nodes []uint32) error
}

// ranked is a heap of nodes by a whole score that may be out of date, the greatest
// first, of equal ones the least node.
type ranked struct {
	score   []int64 // as of now
	entries []entry
}

type entry struct {
	score int64
	node  uint32
}

func (r *ranked) Len() int { return len(r.entries) }
func (r *ranked) Less(i, j int) bool {
	a, b := r.entries[i], r.entries[j]
	return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(a.node, b.node)) < 0
}
func (r *ranked) Swap(i, j int) { r.entries[i], r.entries[j] = r.entries[j], r.entries[i] }
func (r *ranked) Push(x any)    { r.entries = append(r.entries, x.(entry)) }
func (r *ranked) Pop() any {
	last := r.entries[len(r.entries)-1]
	r.entries = r.entries[:len(r.entries)-1]
	return last
}

func newRanked(scores []int64) *ranked {
	r := &ranked{score: scores, entries: make([]entry, len(scores))}
	for v, s := range scores {
		r.entries[v] = entry{s, uint32(v)}
	}
	heap.Init(r)
	return r
}

func (r *ranked) set(v uint32, score int64) {
	if r.score[v] != score {
		r.score[v] = score
		heap.Push(r, entry{score, v})
	}
}

// best takes the best k nodes that are not gone off the heap.
func (r *ranked) best(k int, gone []bool) (nodes []uint32) {
	for len(nodes) < k && len(r.entries) > 0 {
		e := heap.Pop(r).(entry)
		if !gone[e.node] && e.score == r.score[e.node] && !slices.Contains(nodes, e.node) {
			nodes = append(nodes, e.node)
		}
	}
	return nodes
}

// degreeChooser is AdaptiveDegree.
type degreeChooser struct {
	*residual
	ranked *ranked
}

func newDegreeChooser(r *residual) *degreeChooser {
	scores := make([]int64, r.n)
	for v := range scores {
		scores[v] = int64(r.left[v])
	}
	return &degreeChooser{r, newRanked(scores)}
}

func (d *degreeChooser) next(_ context.Context, k int) ([]uint32, error) {
	return d.ranked.best(k, d.gone), nil
}

func (d *degreeChooser) removed(_ context.Context, nodes []uint32) error {
	for _, v := range nodes {
		for _, w := range d.row(int(v)) {
			if !d.gone[w] {
				d.ranked.set(w, int64(d.left[w]))
			}
		}
	}
	return nil
}

// influenceChooser is Influence.
type influenceChooser struct {
	*residual
	radius int
	ranked *ranked
	seen   []uint32
	number uint32
}

func newInfluenceChooser(ctx context.Context, r *residual, radius int) (*influenceChooser, error) {
	f := &influenceChooser{residual: r, radius: radius, seen: make([]uint32, r.n)}
	scores := make([]int64, r.n)
	for v := range scores {
		if v%checkEvery == 0 {
			if err := r.going(ctx); err != nil {
				return nil, err
			}
		}
		scores[v] = f.influence(uint32(v))
	}
	f.ranked = newRanked(scores)
	return f, nil
}

// checkEvery is how many nodes pass between two looks at the context.
const checkEvery = 1 << 10

// ball returns the nodes within a distance, and where those at that distance begin.
func (f *influenceChooser) ball(v uint32, radius int) (nodes []uint32, rim int) {
	f.number++
	f.seen[v] = f.number
	nodes = []uint32{v}
	for range radius {
		end := len(nodes)
		for _, u := range nodes[rim:end] {
			row := f.row(int(u))
			f.steps += int64(len(row))
			for _, w := range row {
				if !f.gone[w] && f.seen[w] != f.number {
					f.seen[w] = f.number
					nodes = append(nodes, w)
				}
			}
		}
		rim = end
	}
	return nodes, rim
}

func (f *influenceChooser) influence(v uint32) (sum int64) {
	if f.left[v] < 2 {
		return 0
	}
	nodes, rim := f.ball(v, f.radius)
	for _, w := range nodes[rim:] {
		sum += int64(f.left[w]) - 1
	}
	return sum * (int64(f.left[v]) - 1)
}

func (f *influenceChooser) next(_ context.Context, k int) ([]uint32, error) {
	return f.ranked.best(k, f.gone), nil
}

// removed computes anew what lay within reach of a node: its influence counts the
// degrees of nodes next to the removed one.
func (f *influenceChooser) removed(ctx context.Context, nodes []uint32) error {
	changed := map[uint32]bool{}
	for _, v := range nodes {
		near, _ := f.ball(v, f.radius+1) // over the nodes that are left: v itself is walked through
		for _, w := range near[1:] {
			changed[w] = true
		}
	}
	list := make([]uint32, 0, len(changed))
	for w := range changed {
		if !f.gone[w] {
			list = append(list, w)
		}
	}
	slices.Sort(list)
	for i, w := range list {
		if i%checkEvery == 0 {
			if err := f.going(ctx); err != nil {
				return err
			}
		}
		f.ranked.set(w, f.influence(w))
	}
	return nil
}

// betweennessChooser is AdaptiveBetweenness.
type betweennessChooser struct {
	*residual
	score []float64
	off   []float64 // the share by which a score may be off, 0 when it is exact
	mark  []uint32
	count uint32
	index []network.NodeIndex
}

func newBetweennessChooser(ctx context.Context, r *residual) (*betweennessChooser, error) {
	b := &betweennessChooser{residual: r, score: make([]float64, r.n), off: make([]float64, r.n), mark: make([]uint32, r.n), index: make([]network.NodeIndex, r.n)}
	all := make([]uint32, r.n)
	for v := range all {
		all[v] = uint32(v)
	}
	return b, b.anew(ctx, all, centrality.NearBetweenness)
}

// betweennessArcs is how many arcs the exact search for betweenness reads in a step.
const betweennessArcs = 8

// scoring returns scores and the share by which they may be off.
type scoring func(context.Context, *network.Network) (scores []float64, off float64, err error)

func exactly(ctx context.Context, net *network.Network) (scores []float64, off float64, err error) {
	scores, err = centrality.Betweenness(ctx, net, centrality.Options{})
	return scores, 0, err
}

// anew computes the scores of all pieces that some nodes belong to.
func (b *betweennessChooser) anew(ctx context.Context, nodes []uint32, by scoring) error {
	before := b.count
	for _, v := range nodes {
		if b.gone[v] || b.mark[v] > before {
			continue
		}
		b.count++
		if err := b.piece(ctx, b.component(v, b.mark, b.count), by); err != nil {
			return err
		}
	}
	return nil
}

func (b *betweennessChooser) piece(ctx context.Context, nodes []uint32, by scoring) error {
	for i, v := range nodes {
		b.index[v] = network.NodeIndex(i)
		b.score[v], b.off[v] = 0, 0
	}
	if len(nodes) < 3 {
		return nil
	}
	var links []network.Link
	for _, v := range nodes {
		for _, w := range b.row(int(v)) {
			if !b.gone[w] && v < w {
				links = append(links, network.Link{From: b.index[v], To: b.index[w]})
			}
		}
	}
	b.steps += int64(len(nodes)) * int64(len(links)) / betweennessArcs
	if err := b.going(ctx); err != nil { // before the work, not after
		return err
	}
	net, err := network.Build(len(nodes), links, false)
	if err != nil {
		return err
	}
	scores, off, err := by(ctx, net)
	for i, s := range scores {
		b.score[nodes[i]], b.off[nodes[i]] = s, off
	}
	return err
}

// next takes near scores where they tell the order, and exact ones where they do not.
func (b *betweennessChooser) next(ctx context.Context, k int) ([]uint32, error) {
	var left, doubtful []uint32
	off := 0.0
	for v := range uint32(b.n) {
		if b.gone[v] {
			continue
		}
		left = append(left, v)
		if b.off[v] > 0 {
			doubtful, off = append(doubtful, v), max(off, b.off[v])
		}
	}
	b.rank(left, k)
	if off > 0 && !b.apart(left, k, off) {
		steps := b.steps
		b.steps = 0
		if err := b.anew(ctx, doubtful, exactly); err != nil {
			return nil, err
		}
		b.steps = steps // counted once: answers do not depend on what a processor finds near
		b.rank(left, k)
	}
	return left[:min(k, len(left))], nil
}

// rank puts the best k nodes and the one after them in front, in order.
func (b *betweennessChooser) rank(nodes []uint32, k int) {
	if k > 1 {
		slices.SortFunc(nodes, b.order)
		return
	}
	for i := range nodes[:min(2, len(nodes))] {
		best := slices.Index(nodes, slices.MinFunc(nodes[i:], b.order))
		nodes[i], nodes[best] = nodes[best], nodes[i]
	}
}

// order compares scores as if they had ten digits: equal ones differ in the last of
// sixteen, by the order of addition.
func (b *betweennessChooser) order(x, y uint32) int {
	s, t := b.score[x], b.score[y]
	if s != t && math.Abs(s-t) < 1e-8*max(s, t) {
		s, t = round10(s), round10(t)
	}
	return cmp.Or(cmp.Compare(t, s), cmp.Compare(x, y))
}

// apart says whether each of the best k nodes leads the next, though scores may be off.
func (b *betweennessChooser) apart(ranked []uint32, k int, off float64) bool {
	for i := range min(k, len(ranked)-1) {
		if b.score[ranked[i]]*(1-off) <= b.score[ranked[i+1]]*(1+off) {
			return false
		}
	}
	return true
}

func (b *betweennessChooser) removed(ctx context.Context, nodes []uint32) error {
	var next []uint32
	for _, v := range nodes {
		next = append(next, b.row(int(v))...)
	}
	slices.Sort(next)
	return b.anew(ctx, slices.Compact(next), centrality.NearBetweenness)
}
