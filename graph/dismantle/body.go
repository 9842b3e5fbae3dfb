package dismantle

import (
	"github.com/chokepoint/chokepoint/graph/network"
)

// body is a network without direction and loops, the form that component searches
// read. Rows are ascending.
type body struct {
	n     int
	m     int // links of the network
	first []uint32
	nbr   []uint32
	link  []uint32
	tree  *spanning // for bounds; nil until somebody needs it
}

// newBody reads a network; simple drops parallel links.
func newBody(net *network.Network, simple bool) *body {
	b := &body{n: net.NumNodes(), m: net.NumLinks(), first: make([]uint32, 1, net.NumNodes()+1)}
	for v := range network.NodeIndex(b.n) {
		out, outEdges := net.Out(v), net.OutEdges(v)
		var in []network.NodeIndex
		var inEdges []network.EdgeIndex
		if net.Directed() {
			in, inEdges = net.In(v), net.InEdges(v)
		}
		for len(out)+len(in) > 0 {
			var w network.NodeIndex
			var e network.EdgeIndex
			if len(in) == 0 || (len(out) > 0 && out[0] <= in[0]) {
				w, e, out, outEdges = out[0], outEdges[0], out[1:], outEdges[1:]
			} else {
				w, e, in, inEdges = in[0], inEdges[0], in[1:], inEdges[1:]
			}
			row := b.nbr[b.first[v]:]
			if w == v || (simple && len(row) > 0 && row[len(row)-1] == uint32(w)) {
				continue
			}
			b.nbr, b.link = append(b.nbr, uint32(w)), append(b.link, uint32(e))
		}
		b.first = append(b.first, uint32(len(b.nbr)))
	}
	return b
}

func (b *body) row(v int) []uint32 { return b.nbr[b.first[v]:b.first[v+1]] }

func (b *body) degree(v int) int { return int(b.first[v+1] - b.first[v]) }

// pairs returns the number of unordered pairs among s nodes.
func pairs(s int64) int64 { return s * (s - 1) / 2 }

// aim is what a removal is to make small.
type aim int

const (
	connectedPairs aim = iota
	largestComponent
)

// tally sums up components as they are found.
type tally struct {
	pairs           int64
	largest, second int64 // sizes; second may equal largest
}

func (t *tally) add(size int64) {
	t.pairs += pairs(size)
	switch {
	case size > t.largest:
		t.largest, t.second = size, t.largest
	case size > t.second:
		t.second = size
	}
}

func (t *tally) value(a aim) int64 {
	if a == largestComponent {
		return t.largest
	}
	return t.pairs
}

// without returns the value when a component of some size becomes parts, of which
// the largest and the pairs within are known.
func (t *tally) without(a aim, size, largest, within int64) int64 {
	if a == connectedPairs {
		return t.pairs - pairs(size) + within
	}
	if size == t.largest {
		return max(t.second, largest)
	}
	return t.largest
}

// prober tells what the removal of each further target would leave.
type prober interface {
	// probe returns the value without the targets gone and sets values[t] to the one
	// without t besides, for each t that is not gone.
	probe(gone []int, values []int64) int64
	// cost is the number of steps of a probe.
	cost() int64
	// copy returns a prober for another goroutine.
	copy() prober
}
