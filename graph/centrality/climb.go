package centrality

import (
	"context"
	"math"
)

// climb returns the eigenvector of the greatest eigenvalue of a symmetric matrix
// without negative entries that is nearest to x ≥ 0, which it changes. It is Knyazev's
// (2001) conjugate gradient method (LOBPCG, one vector, no preconditioner): each round
// takes the best vector in the span of the last one, its residue and the last step,
// and so needs about the square root of the rounds of repeated multiplication.
func climb(ctx context.Context, x []float64, times product) ([]float64, error) {
	n := len(x)
	vectors := make([]float64, 5*n)
	c := &climber{
		ctx: ctx, times: times, partial: make([]sums, (n+passWidth-1)/passWidth), x: x,
		ax: vectors[:n], r: vectors[n : 2*n], ar: vectors[2*n : 3*n], p: vectors[3*n : 4*n], ap: vectors[4*n:],
	}
	normalize(x)
	for round := range settleRounds {
		if round%climbRefresh == 0 { // rounding errors of ax pile up
			if err := times(ctx, x, c.ax); err != nil {
				return nil, err
			}
			c.lambda = c.pass(c.height)[0]
		}
		found, err := c.residue()
		if err != nil {
			return nil, err
		}
		if found {
			return denoise(x), nil
		}
		c.step(c.straighten())
	}
	return nil, errUnsettled
}

const (
	// climbRefresh is the number of rounds in which rounding errors stay harmless.
	climbRefresh = 16
	// passWidth is the number of entries that are worth a goroutine's attention.
	passWidth = 1 << 13
)

// climber is the state of climb: the vector x, its residue r, the last step p, and the
// products of the matrix with each.
type climber struct {
	ctx                 context.Context
	times               product
	x, ax, r, ar, p, ap []float64
	lambda              float64
	partial             []sums
}

// sums are what a pass over vectors adds up.
type sums [5]float64

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

// height returns x·Ax.
func (c *climber) height(lo, hi int) sums { return sums{dot(c.x[lo:hi], c.ax[lo:hi])} }

// residue makes r the unit vector of Ax − λx and multiplies it, unless it is so short
// that x is found.
func (c *climber) residue() (found bool, err error) {
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
	if math.Sqrt(s[0]) <= residue*c.lambda {
		return true, nil
	}
	size := 1 / math.Sqrt(max(s[0]-s[1]*s[1], math.SmallestNonzeroFloat64))
	c.pass(func(lo, hi int) sums {
		x, r := c.x[lo:hi], c.r[lo:hi]
		for i, v := range x {
			r[i] = (r[i] - s[1]*v) * size
		}
		return sums{}
	})
	return false, c.times(c.ctx, c.r, c.ar)
}

// straighten makes p orthogonal to x and r and of length 1, or 0 where it is in their
// span, does to its product what it does to p, and returns what the three vectors make
// of the matrix. It goes over p twice: the first time leaves rounding errors.
func (c *climber) straighten() [3][3]float64 {
	along := c.pass(func(lo, hi int) (s sums) {
		x, r := c.x[lo:hi], c.r[lo:hi]
		for i, v := range c.p[lo:hi] {
			s[0] += v * x[i]
			s[1] += v * r[i]
			s[2] += v * v
		}
		return s
	})
	left := c.pass(func(lo, hi int) sums { return c.part(lo, hi, along, 1) })
	scale := 0.0
	if left[2] > 1e-16*along[2] {
		scale = 1 / math.Sqrt(left[2])
	}
	c.pass(func(lo, hi int) sums { return c.part(lo, hi, left, scale) })
	s := c.pass(func(lo, hi int) (s sums) {
		x, r, ar, p, ap := c.x[lo:hi], c.r[lo:hi], c.ar[lo:hi], c.p[lo:hi], c.ap[lo:hi]
		for i, v := range x {
			s[0] += v * ar[i]
			s[1] += v * ap[i]
			s[2] += r[i] * ar[i]
			s[3] += r[i] * ap[i]
			s[4] += p[i] * ap[i]
		}
		return s
	})
	return [3][3]float64{{c.lambda, s[0], s[1]}, {s[0], s[2], s[3]}, {s[1], s[3], s[4]}}
}

// part takes from p what lies along x and r, scales it, and returns what is left along
// these, and the square of its length.
func (c *climber) part(lo, hi int, along sums, scale float64) (s sums) {
	x, ax, r, ar, p, ap := c.x[lo:hi], c.ax[lo:hi], c.r[lo:hi], c.ar[lo:hi], c.p[lo:hi], c.ap[lo:hi]
	for i, v := range p {
		v = (v - along[0]*x[i] - along[1]*r[i]) * scale
		ap[i] = (ap[i] - along[0]*ax[i] - along[1]*ar[i]) * scale
		p[i] = v
		s[0] += v * x[i]
		s[1] += v * r[i]
		s[2] += v * v
	}
	return s
}

// step moves x to the best vector in the span of x, r and p.
func (c *climber) step(of [3][3]float64) {
	k := top(of)
	s := c.pass(func(lo, hi int) (s sums) {
		x, ax, r, ar, p, ap := c.x[lo:hi], c.ax[lo:hi], c.r[lo:hi], c.ar[lo:hi], c.p[lo:hi], c.ap[lo:hi]
		for i := range x {
			p[i] = k[1]*r[i] + k[2]*p[i]
			ap[i] = k[1]*ar[i] + k[2]*ap[i]
			x[i] = k[0]*x[i] + p[i]
			ax[i] = k[0]*ax[i] + ap[i]
			s[0] += x[i] * x[i]
		}
		return s
	})
	size := 1 / math.Sqrt(s[0])
	c.lambda = c.pass(func(lo, hi int) (s sums) {
		x, ax := c.x[lo:hi], c.ax[lo:hi]
		for i := range x {
			x[i] *= size
			ax[i] *= size
			s[0] += x[i] * ax[i]
		}
		return s
	})[0]
}
