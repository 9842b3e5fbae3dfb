package centrality

import (
	"context"
	"math"
)

// climb returns the eigenvector of the greatest eigenvalue of a symmetric matrix
// without negative entries that is nearest to x ≥ 0, which it changes. It is Knyazev's
// (2001) conjugate gradient method (LOBPCG, one vector, no preconditioner): each round
// takes the best vector in the span of the last one, its residue and the last step,
// and so needs about the square root of the rounds of repeated multiplication. The
// three are made orthogonal in their products alone, so that a round passes over them
// twice.
func climb(ctx context.Context, x []float64, times product) ([]float64, error) {
	n := len(x)
	vectors := make([]float64, 5*n)
	c := &climber{
		ctx: ctx, times: times, partial: make([]sums, (n+passWidth-1)/passWidth), x: x,
		ax: vectors[:n], r: vectors[n : 2*n], ar: vectors[2*n : 3*n], p: vectors[3*n : 4*n], ap: vectors[4*n:],
	}
	for round := range settleRounds {
		if round%climbRefresh == 0 { // rounding errors pile up
			if err := c.refresh(); err != nil {
				return nil, err
			}
		}
		if math.Sqrt(c.rest()) <= residue*c.lambda {
			normalize(x)
			return denoise(x), nil
		}
		if err := times(ctx, c.r, c.ar); err != nil {
			return nil, err
		}
		c.step(c.orthogonal(c.pass(c.products)))
	}
	return nil, errUnsettled
}

const (
	// climbRefresh is the number of rounds in which rounding errors stay harmless.
	climbRefresh = 16
	// passWidth is the number of entries that are worth a goroutine's attention.
	passWidth = 1 << 13
	// independent is the part of the square of its length that a step must have across
	// the other two vectors: less is mostly rounding error.
	independent = 1e-8
)

// climber is the state of climb: the vector x of length 1, its residue r = Ax − λx, the
// last step p, and the products of the matrix with each.
type climber struct {
	ctx                 context.Context
	times               product
	x, ax, r, ar, p, ap []float64
	lambda              float64 // x·Ax, but for rounding errors
	rr, rx              float64 // r·r and r·x
	partial             []sums
}

// sums are what a pass over vectors adds up.
type sums [8]float64

// pass calls work for ranges of the vectors, on all processors, and adds up in order.
// It goes on when the context ends, which the next product tells.
func (c *climber) pass(work func(lo, hi int) sums) (total sums) {
	task := func(i int) { c.partial[i] = work(i*passWidth, min((i+1)*passWidth, len(c.x))) }
	if len(c.partial) == 1 {
		task(0)
	} else {
		_ = share(context.WithoutCancel(c.ctx), len(c.partial), func() func(int) error {
			return func(i int) error {
				task(i)
				return nil
			}
		})
	}
	for _, p := range c.partial {
		for k, v := range p {
			total[k] += v
		}
	}
	return total
}

// refresh makes x of length 1, and its product and residue what they are.
func (c *climber) refresh() error {
	normalize(c.x)
	if err := c.times(c.ctx, c.x, c.ax); err != nil {
		return err
	}
	c.lambda = c.pass(func(lo, hi int) sums { return sums{dot(c.x[lo:hi], c.ax[lo:hi])} })[0]
	s := c.pass(func(lo, hi int) (s sums) {
		x, ax, r := c.x[lo:hi], c.ax[lo:hi], c.r[lo:hi]
		for i, v := range x {
			d := ax[i] - c.lambda*v
			r[i] = d
			s[0] += d * d
			s[1] += d * v
		}
		return s
	})
	c.rr, c.rx = s[0], s[1]
	return nil
}

// rest returns the square of the length of the residue across x.
func (c *climber) rest() float64 { return max(c.rr-c.rx*c.rx, 0) }

// products returns x·p, r·p, p·p, x·Ar, r·Ar, x·Ap, r·Ap and p·Ap.
func (c *climber) products(lo, hi int) (s sums) {
	x, r, ar, p, ap := c.x[lo:hi], c.r[lo:hi], c.ar[lo:hi], c.p[lo:hi], c.ap[lo:hi]
	for i, v := range x {
		s[0] += v * p[i]
		s[1] += r[i] * p[i]
		s[2] += p[i] * p[i]
		s[3] += v * ar[i]
		s[4] += r[i] * ar[i]
		s[5] += v * ap[i]
		s[6] += r[i] * ap[i]
		s[7] += p[i] * ap[i]
	}
	return s
}

// orthogonal returns an orthonormal basis of the span of x, r and p, as multiples of
// these, and the matrix in it. The third vector is 0 if p is in the span of the others.
func (c *climber) orthogonal(s sums) (basis, matrix [3][3]float64) {
	xp, rp, pp := s[0], s[1], s[2]
	length := 1 / math.Sqrt(max(c.rest(), math.SmallestNonzeroFloat64))
	across := length * (rp - c.rx*xp)
	basis = [3][3]float64{{1, 0, 0}, {-length * c.rx, length, 0}}
	if left := pp - xp*xp - across*across; left > independent*pp {
		scale := 1 / math.Sqrt(left)
		basis[2] = [3]float64{scale * (across*length*c.rx - xp), -scale * across * length, scale}
	}
	raw := [3][3]float64{{c.lambda + c.rx, s[3], s[5]}, {s[3], s[4], s[6]}, {s[5], s[6], s[7]}}
	for i := range 3 {
		for j := range 3 {
			for k := range 3 {
				for l := range 3 {
					matrix[i][j] += basis[i][k] * raw[k][l] * basis[j][l]
				}
			}
		}
	}
	return basis, matrix
}

// step moves x to the best vector in the span, and finds its residue.
func (c *climber) step(basis, matrix [3][3]float64) {
	best := top(matrix)
	c.lambda = 0
	var p [3]float64 // the step, as multiples of x, r and p
	for i, b := range best {
		for j := range 3 {
			c.lambda += b * matrix[i][j] * best[j]
			if i > 0 {
				p[j] += b * basis[i][j]
			}
		}
	}
	s := c.pass(func(lo, hi int) (s sums) {
		xs, axs, rs, ars, ps, aps := c.x[lo:hi], c.ax[lo:hi], c.r[lo:hi], c.ar[lo:hi], c.p[lo:hi], c.ap[lo:hi]
		for i, x := range xs {
			ax := axs[i]
			step := p[0]*x + p[1]*rs[i] + p[2]*ps[i]
			along := p[0]*ax + p[1]*ars[i] + p[2]*aps[i]
			x, ax = best[0]*x+step, best[0]*ax+along
			r := ax - c.lambda*x
			xs[i], axs[i], rs[i], ps[i], aps[i] = x, ax, r, step, along
			s[0] += r * r
			s[1] += r * x
		}
		return s
	})
	c.rr, c.rx = s[0], s[1]
}
