package centrality

import "math"

// oneWay estimates closeness where links are one-way, so that nothing tells how many of
// the others a node reaches.
type oneWay struct {
	*reach
	out     *matrix
	others  float64
	guesses []float64 // of how far those are that a node reaches
}

func (o *oneWay) guess(v int, d drawn) {
	if d.reached > 0 {
		o.guesses[v] = d.sum / d.reached
	}
}

// estimate bounds r²/((n−1)·Σd) for all r and Σ(d−g) within their intervals, where r
// counts the others that v reaches and g is the guess. Neighbours are known.
func (o *oneWay) estimate(v int, d drawn) (score, low, high float64) {
	near, far := float64(len(o.out.row(v))), float64(o.farthest[v])
	if far < 2 { // none but neighbours, if any
		score = near / o.others
		return score, score, score
	}
	least := max(near, float64(o.least[v]))
	most := max(least, float64(o.most[v]))
	share, half := d.mean(d.reached, d.reached, 1)
	number := func(share float64) float64 { return min(max(near+d.size*share, least), most) }
	r, from, to := number(share), number(share-half), number(share+half)

	g := min(max(o.guesses[v], 2), far)
	off, half := d.mean(d.sum-g*d.reached, d.squares-2*g*d.sum+g*g*d.reached, far-2)
	by := func(off float64) ratio { return ratio{near - g*near + d.size*off, g} }
	nearest, farthest := ratio{-near, 2}, ratio{near - far*near, far} // all others at 2 hops, or at the most
	low = max(by(off+half).least(from, to), farthest.least(from, to)) / o.others
	high = max(low, min(by(off-half).most(from, to), nearest.most(from, to))/o.others)
	return min(max(by(off).of(r)/o.others, low), high), low, high
}

// ratio is r²/(a + b·r), b > 0, which has one minimum where it is positive and no maximum.
type ratio struct{ a, b float64 }

func (f ratio) of(r float64) float64 {
	if f.a+f.b*r <= 0 {
		return math.Inf(1)
	}
	return r * r / (f.a + f.b*r)
}

// least returns the least value from low to high.
func (f ratio) least(low, high float64) float64 {
	if math.IsInf(f.of(low), 1) {
		return 0
	}
	return f.of(min(max(low, -2*f.a/f.b), high))
}

// most returns the greatest value from low to high.
func (f ratio) most(low, high float64) float64 { return max(f.of(low), f.of(high)) }
