package temporal

// zone is when a chain of contacts can be walked: the pairs of s, when the first
// departs, and t, when the last is over, with s1 ≤ s ≤ s2, t1 ≤ t ≤ t2 and
// c1 ≤ t − s ≤ c2 (Dill 1990). All bounds are met. Where waiting has no limit, t is any
// time from there on, so t2 and c2 are unbounded.
type zone struct{ s1, s2, t1, t2, c1, c2 int64 }

// unbounded is beyond all times and durations.
const unbounded = 3 * limit

// plus adds a time that is not negative, up to unbounded.
func plus(t, more int64) int64 {
	if more > unbounded-t {
		return unbounded
	}
	return t + more
}

// departures returns the first and the last instant at which c can depart in the window.
func (o Options) departures(c *Contact) (first, last int64) {
	return max(c.Depart, o.Start), min(c.Depart+c.Window, o.End-c.Duration)
}

// born is the zone of a chain of one contact; false if it cannot be walked.
func (o Options) born(c *Contact) (zone, bool) {
	first, last := o.departures(c)
	z := zone{first, last, first + c.Duration, last + c.Duration, c.Duration, c.Duration}
	return o.staying(z), first <= last
}

// onward is the zone of a chain that c makes longer; false if it cannot be walked.
func (o Options) onward(z zone, c *Contact) (zone, bool) {
	least := o.MinWait
	if o.Strict {
		least = max(least, 1)
	}
	if least > o.MaxWait {
		return z, false
	}
	first, last := o.departures(c)
	t1, t2 := max(z.t1+least, first), min(plus(z.t2, o.MaxWait), last)
	c1, c2 := z.c1+least, plus(z.c2, o.MaxWait)
	next := zone{
		s1: max(z.s1, t1-c2), s2: min(z.s2, t2-c1), t1: t1, t2: t2,
		c1: max(c1, t1-z.s2), c2: min(c2, t2-z.s1),
	}
	if next.s1 > next.s2 || t1 > t2 || next.c1 > next.c2 {
		return z, false
	}
	next.t1, next.t2 = t1+c.Duration, t2+c.Duration
	next.c1, next.c2 = next.c1+c.Duration, next.c2+c.Duration
	return o.staying(next), true
}

// staying lets the end of a chain wait, if it may for any time.
func (o Options) staying(z zone) zone {
	if o.MaxWait >= 2*limit {
		z.t2, z.c2 = unbounded, unbounded
	}
	return z
}

// covers says whether whatever follows a chain of zone y at a time can follow one of z
// then, which sets out no earlier; early if it does not matter when that sets out.
func (z *zone) covers(y *zone, early bool) bool {
	return z.t1 <= y.t1 && z.t2 >= y.t2 && (early || (z.s2 >= y.s2 && z.c1 <= y.c1))
}

// times returns when the best of a zone sets out and arrives.
func (z *zone) times(by Criterion) (depart, arrive int64) {
	switch by {
	case LatestDeparture:
		return z.s2, max(z.t1, z.s2+z.c1)
	case Fastest:
		arrive = max(z.t1, z.s1+z.c1)
		return arrive - z.c1, arrive
	}
	return min(z.s2, z.t1-z.c1), z.t1
}

// schedule says when each of a chain of contacts departs, the first and the last as
// given: each as early as what is before and after it allows.
func (o Options) schedule(chain []*Contact, depart, arrive int64) []int64 {
	n := len(chain)
	first, last := make([]int64, n), make([]int64, n)
	for i, c := range chain {
		first[i], last[i] = o.departures(c)
	}
	first[0], last[0] = depart, depart
	end := arrive - chain[n-1].Duration
	first[n-1], last[n-1] = max(first[n-1], end), min(last[n-1], end)
	least := o.MinWait
	if o.Strict {
		least = max(least, 1)
	}
	for i := n - 2; i >= 0; i-- {
		d := chain[i].Duration
		first[i] = max(first[i], first[i+1]-d-min(o.MaxWait, 2*limit))
		last[i] = min(last[i], last[i+1]-d-least)
	}
	for i := 1; i < n; i++ {
		first[i] = max(first[i], first[i-1]+chain[i-1].Duration+least)
	}
	return first
}
