package centrality

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// errUnsettled is returned when an iterated measure does not come to rest.
var errUnsettled = graph.Errorf(graph.TooComplex,
	"the scores did not settle in %d rounds; choose a smaller scope", settleRounds)

const (
	settleRounds = 100_000
	// residue is the length of Ax − λx, by λ, at which an eigenvector x is found.
	residue = 1e-12
	// noise is the greatest score that may be rounding error, and counts as 0.
	noise = 1e-12
)

// Eigenvector returns the eigenvector of the greatest eigenvalue of the largest
// component, of length 1 and positive: a node scores in proportion to the nodes that
// link to it (Bonacich 1972). In a directed network components are strong, because
// elsewhere the vector is 0 or not unique. Of equally large components the one with
// the least node counts; NaN in the others, and everywhere if the largest has one
// node. It honours weights. Scores below 10^−12 are 0.
//
// O(m) a round, some tens of rounds in most networks, thousands in long chains;
// O(n + m) memory. An error tells when 100,000 do not settle it.
func Eigenvector(ctx context.Context, net *network.Network, opt Options) ([]float64, error) {
	if err := opt.checkWeights(net); err != nil {
		return nil, err
	}
	in := incoming(net, opt.Weights)
	out := in
	if net.Directed() {
		out = outgoing(net, opt.Weights)
	}
	label, largest, err := componentOf(ctx, net, opt.Weights, in, out)
	if err != nil {
		return nil, err
	}
	m := in.unit()
	if net.Directed() { // else nothing leads elsewhere
		m = in.within(label, largest).unit()
	}
	x := make([]float64, m.size())
	for v := range x {
		if label[v] == largest {
			x[v] = 1
		}
	}
	if len(m.nbr) == 0 {
		return undefined(x, func(int) bool { return true }), nil
	}
	settle := climb
	if net.Directed() {
		settle = power
	}
	x, err = settle(ctx, x, m.times)
	if err != nil {
		return nil, err
	}
	return undefined(x, func(v int) bool { return label[v] != largest }), nil
}

// undefined sets the scores of some nodes to NaN.
func undefined(scores []float64, which func(v int) bool) []float64 {
	for v := range scores {
		if which(v) {
			scores[v] = math.NaN()
		}
	}
	return scores
}

// product sets y to the product of a matrix and x.
type product func(ctx context.Context, x, y []float64) error

// power returns the eigenvector of the greatest eigenvalue of an irreducible matrix
// without negative entries, by repeated multiplication from x ≥ 0, which it changes.
// Adding what was there before, at its size, keeps cycles from swinging for ever.
func power(ctx context.Context, x []float64, times product) ([]float64, error) {
	next := make([]float64, len(x))
	normalize(x)
	for range settleRounds {
		if err := times(ctx, x, next); err != nil {
			return nil, err
		}
		normalize(next)
		add(next, 1, x)
		normalize(next)
		change := 0.0
		for v := range x {
			change += (next[v] - x[v]) * (next[v] - x[v])
		}
		x, next = next, x
		if change < residue*residue {
			return denoise(x), nil
		}
	}
	return nil, errUnsettled
}

// top returns the unit eigenvector of the greatest eigenvalue of a symmetric matrix,
// its first number not negative, by Jacobi's rotations (1846).
func top(a [3][3]float64) [3]float64 {
	v := [3][3]float64{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}} // columns are eigenvectors
	for range 30 {
		for _, pq := range [3][2]int{{0, 1}, {0, 2}, {1, 2}} {
			p, q := pq[0], pq[1]
			if a[p][q] == 0 {
				continue
			}
			angle := 0.5 * math.Atan2(2*a[p][q], a[q][q]-a[p][p])
			sin, cos := math.Sincos(angle)
			for k := range 3 {
				a[k][p], a[k][q] = cos*a[k][p]-sin*a[k][q], sin*a[k][p]+cos*a[k][q]
				v[k][p], v[k][q] = cos*v[k][p]-sin*v[k][q], sin*v[k][p]+cos*v[k][q]
			}
			for k := range 3 {
				a[p][k], a[q][k] = cos*a[p][k]-sin*a[q][k], sin*a[p][k]+cos*a[q][k]
			}
			a[p][q], a[q][p] = 0, 0
		}
	}
	best := 0
	for i := range 3 {
		if a[i][i] > a[best][best] {
			best = i
		}
	}
	c := [3]float64{v[0][best], v[1][best], v[2][best]}
	if c[0] < 0 {
		c[0], c[1], c[2] = -c[0], -c[1], -c[2]
	}
	return c
}

func dot(x, y []float64) float64 {
	sum := 0.0
	for i := range x {
		sum += x[i] * y[i]
	}
	return sum
}

// add adds a multiple of y to x.
func add(x []float64, factor float64, y []float64) {
	for i := range x {
		x[i] += factor * y[i]
	}
}

func multiply(x []float64, factor float64) {
	for i := range x {
		x[i] *= factor
	}
}

// normalize gives x length 1, unless it is 0.
func normalize(x []float64) {
	if size := math.Sqrt(dot(x, x)); size > 0 {
		multiply(x, 1/size)
	}
}

// denoise drops what rounding has left of scores that are 0.
func denoise(x []float64) []float64 {
	for v := range x {
		if x[v] < noise {
			x[v] = 0
		}
	}
	return x
}
