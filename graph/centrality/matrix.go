package centrality

import (
	"context"
	"slices"
	"sort"
	"unsafe"

	"github.com/chokepoint/chokepoint/graph/network"
)

// matrix holds for each node its row: other nodes, ascending, once each, and in a
// weighted matrix the sum of the weights of the links to each. Loops and links of
// weight 0 are left out. 4 bytes an entry, 12 when weighted, none in the unweighted matrix
// of a simple network. It must not be changed.
type matrix struct {
	off    []uint32
	nbr    []uint32
	weight []float64 // nil when every entry is 1
	cuts   []int     // rows where pieces of even work end; see pieces
}

// pieceWork is the number of rows and entries that are worth a goroutine's attention.
const pieceWork = 1 << 13

func (m *matrix) size() int { return len(m.off) - 1 }

func (m *matrix) row(v int) []uint32 { return m.nbr[m.off[v]:m.off[v+1]] }

func (m *matrix) weights(v int) []float64 { return m.weight[m.off[v]:m.off[v+1]] }

// incoming has in the row of a node the nodes with a link to it.
func incoming(net *network.Network, weights []float64) *matrix {
	return newMatrix(net, weights, net.InRows, net.In, net.InEdges)
}

// outgoing has in the row of a node the nodes to which it has a link.
func outgoing(net *network.Network, weights []float64) *matrix {
	return newMatrix(net, weights, net.OutRows, net.Out, net.OutEdges)
}

// mutual is the matrix of an undirected network, and the sum of incoming and outgoing
// of a directed one.
func mutual(net *network.Network, weights []float64) *matrix {
	m := incoming(net, weights)
	if net.Directed() {
		m = m.plus(outgoing(net, weights))
	}
	return m
}

func newMatrix(net *network.Network, weights []float64, rows func() ([]uint32, []network.NodeIndex), row func(network.NodeIndex) []network.NodeIndex,
	edges func(network.NodeIndex) []network.EdgeIndex,
) *matrix {
	if weights == nil && net.IsSimple() {
		m := alike(rows())
		m.cut()
		return m
	}
	n, entries := net.NumNodes(), net.NumLinks()
	if !net.Directed() {
		entries *= 2
	}
	m := &matrix{off: make([]uint32, 1, n+1), nbr: make([]uint32, 0, entries)}
	if weights != nil {
		m.weight = make([]float64, 0, entries)
	}
	for v := range network.NodeIndex(n) {
		if weights == nil {
			m.append(v, row(v))
		} else {
			m.appendWeighted(v, row(v), edges(v), weights)
		}
		m.off = append(m.off, uint32(len(m.nbr)))
	}
	m.cut()
	return m
}

// alike returns the matrix with the rows of a simple network, which it shares.
func alike(off []uint32, nbr []network.NodeIndex) *matrix {
	return &matrix{off: off, nbr: unsafe.Slice((*uint32)(unsafe.SliceData(nbr)), len(nbr))}
}

func (m *matrix) append(v network.NodeIndex, row []network.NodeIndex) {
	last := v
	for _, w := range row { // sorted: parallel links stand together
		if w != v && w != last {
			m.nbr = append(m.nbr, uint32(w))
		}
		last = w
	}
}

func (m *matrix) appendWeighted(v network.NodeIndex, row []network.NodeIndex, edges []network.EdgeIndex, weights []float64) {
	for i := 0; i < len(row); {
		w, sum := row[i], 0.0
		for ; i < len(row) && row[i] == w; i++ {
			sum += weights[edges[i]]
		}
		if w != v && sum > 0 {
			m.nbr, m.weight = append(m.nbr, uint32(w)), append(m.weight, sum)
		}
	}
}

// plus returns the weighted sum of two matrices.
func (m *matrix) plus(b *matrix) *matrix {
	m, b = m.weighted(), b.weighted()
	sum := &matrix{off: make([]uint32, 1, len(m.off)), nbr: make([]uint32, 0, len(m.nbr)), weight: make([]float64, 0, len(m.nbr))}
	for v := range m.size() {
		x, y, wx, wy := m.row(v), b.row(v), m.weights(v), b.weights(v)
		for len(x)+len(y) > 0 {
			least, weight := uint32(0), 0.0
			fromX := len(x) > 0 && (len(y) == 0 || x[0] <= y[0])
			fromY := len(y) > 0 && (len(x) == 0 || y[0] <= x[0])
			if fromX {
				least, weight = x[0], wx[0]
				x, wx = x[1:], wx[1:]
			}
			if fromY {
				least, weight = y[0], weight+wy[0]
				y, wy = y[1:], wy[1:]
			}
			sum.nbr, sum.weight = append(sum.nbr, least), append(sum.weight, weight)
		}
		sum.off = append(sum.off, uint32(len(sum.nbr)))
	}
	sum.cut()
	return sum
}

// weighted returns the matrix with its weights written out.
func (m *matrix) weighted() *matrix {
	if m.weight != nil {
		return m
	}
	return &matrix{off: m.off, nbr: m.nbr, weight: slices.Repeat([]float64{1}, len(m.nbr)), cuts: m.cuts}
}

// within returns the matrix with the entries among the nodes of one label alone.
func (m *matrix) within(label []int32, one int32) *matrix {
	kept := &matrix{off: make([]uint32, 1, len(m.off))}
	for v := range m.size() {
		for i := m.off[v]; label[v] == one && i < m.off[v+1]; i++ {
			if label[m.nbr[i]] != one {
				continue
			}
			kept.nbr = append(kept.nbr, m.nbr[i])
			if m.weight != nil {
				kept.weight = append(kept.weight, m.weight[i])
			}
		}
		kept.off = append(kept.off, uint32(len(kept.nbr)))
	}
	kept.cut()
	return kept
}

// renamed returns the unweighted matrix with node order[i] named i; back is its
// transpose. Rows stay sorted, since they are filled by ascending neighbour.
func (m *matrix) renamed(order []uint32, back *matrix) *matrix {
	name := make([]uint32, len(order))
	for i, v := range order {
		name[v] = uint32(i)
	}
	r := &matrix{off: make([]uint32, len(m.off)), nbr: make([]uint32, len(m.nbr))}
	for i, v := range order {
		r.off[i+1] = r.off[i] + uint32(len(m.row(int(v))))
	}
	next := slices.Clone(r.off)
	for i, w := range order {
		for _, v := range back.row(int(w)) {
			r.nbr[next[name[v]]] = uint32(i)
			next[name[v]]++
		}
	}
	return r
}

// unit scales the weights so that the greatest is 1: products then stay in range.
func (m *matrix) unit() *matrix {
	if len(m.weight) == 0 {
		return m
	}
	most, scaled := slices.Max(m.weight), *m
	scaled.weight = slices.Clone(m.weight)
	for i := range scaled.weight {
		scaled.weight[i] /= most
	}
	return &scaled
}

func (m *matrix) cut() {
	m.cuts = []int{0}
	for v := 0; v < m.size(); {
		start := int(m.off[v]) + v
		more := sort.Search(m.size()-v-1, func(i int) bool { return int(m.off[v+1+i])+v+1+i-start >= pieceWork })
		v += 1 + more
		m.cuts = append(m.cuts, min(v, m.size()))
	}
}

// pieces calls work for the rows lo to hi−1 of each piece of the matrix, on as many
// goroutines as are useful. Each of them asks worker once.
func (m *matrix) pieces(ctx context.Context, worker func() (work func(piece, lo, hi int) error)) error {
	count := len(m.cuts) - 1
	if count == 1 {
		if err := ctx.Err(); err != nil {
			return err
		}
		return worker()(0, 0, m.size())
	}
	return share(ctx, count, func() func(int) error {
		work := worker()
		return func(i int) error { return work(i, m.cuts[i], m.cuts[i+1]) }
	})
}

// eachPiece is [matrix.pieces] with work that cannot fail and shares nothing.
func (m *matrix) eachPiece(ctx context.Context, work func(piece, lo, hi int)) error {
	return m.pieces(ctx, func() func(int, int, int) error {
		return func(piece, lo, hi int) error {
			work(piece, lo, hi)
			return nil
		}
	})
}

// times sets y to the product of the matrix and x.
func (m *matrix) times(ctx context.Context, x, y []float64) error {
	return m.eachPiece(ctx, func(_, lo, hi int) { m.rowsTimes(lo, hi, x, y) })
}

// dot returns the product of one row and x.
func (m *matrix) dot(v int, x []float64) float64 { return oneRow(m, m.off[v], m.off[v+1], x) }

// rowsTimes sets y to the product of the rows lo to hi−1 and x. A call of oneRow for each
// row would take 3 % longer.
func (m *matrix) rowsTimes(lo, hi int, x, y []float64) {
	begin := m.off[lo]
	for v := lo; v < hi; v++ {
		end, sum := m.off[v+1], 0.0
		if m.weight == nil {
			for _, w := range m.nbr[begin:end] {
				sum += x[w]
			}
		} else {
			weight := m.weight[begin:end]
			for i, w := range m.nbr[begin:end] {
				sum += weight[i] * x[w]
			}
		}
		y[v], begin = sum, end
	}
}

// value returns one entry.
func (m *matrix) value(i int) float64 {
	if m.weight == nil {
		return 1
	}
	return m.weight[i]
}

// sum returns the sum of one row.
func (m *matrix) sum(v int) float64 {
	if m.weight == nil {
		return float64(len(m.row(v)))
	}
	sum := 0.0
	for _, w := range m.weights(v) {
		sum += w
	}
	return sum
}

// sums returns the sum of each row.
func (m *matrix) sums() []float64 {
	sums := make([]float64, m.size())
	for v := range sums {
		sums[v] = m.sum(v)
	}
	return sums
}
