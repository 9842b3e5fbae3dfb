package centrality

import "slices"

// reach bounds, by number, what a search from a node would find.
type reach struct {
	least, most []uint32 // how many others there are
	farthest    []uint32 // no other is farther
	tie         *bowTie  // nil where bounds meet
}

// open returns how many bounds do not meet.
func (r *reach) open() (count int) {
	for v, least := range r.least {
		if least < r.most[v] {
			count++
		}
	}
	return count
}

// reach bounds what each number reaches, in O(n + m). It is exact where links are
// two-way. Else it goes by the strong components (Bergamini et al. 2019, section 5): who
// reaches the largest reaches all that it does, and what else is counted aside of that.
// The bounds meet where those ways do not part to meet again.
func (a *arena) reach() *reach {
	n := len(a.order)
	if a.in == a.out || n == 0 {
		farthest, size := a.farthest()
		r := &reach{least: make([]uint32, n), farthest: farthest}
		for v, s := range size {
			r.least[v] = uint32(s - 1)
		}
		r.most = r.least
		return r
	}
	return a.bowTie().reach()
}

// bowTie is a condensation seen from its largest component.
type bowTie struct {
	*condensation
	from, to   []int32 // hops from its hub and to it, −1 where there is no way
	past, span uint32  // how many its hub reaches, itself included, and how far these are
}

func (a *arena) bowTie() *bowTie {
	c := a.condense()
	hub := c.hubs[c.largest()]
	b := &bowTie{condensation: c, from: a.hops(a.out, []uint32{hub}, anywhere), to: a.hops(a.in, []uint32{hub}, anywhere)}
	for _, d := range b.from {
		if d >= 0 {
			b.past, b.span = b.past+1, max(b.span, uint32(d))
		}
	}
	return b
}

func (b *bowTie) reach() *reach {
	n := len(b.order)
	all, aside := b.below(func(uint32) bool { return true }), b.below(func(v uint32) bool { return b.from[v] < 0 })
	for v, d := range b.to {
		if d >= 0 {
			all.least[v], all.most[v] = b.past+aside.least[v], b.past+aside.most[v]
			all.farthest[v] = max(uint32(d)+b.span, aside.farthest[v])
		}
		all.least[v], all.most[v] = all.least[v]-1, min(all.most[v], uint32(n))-1 // not itself
		all.farthest[v] = min(all.farthest[v], all.most[v])
	}
	all.tie = b
	return all
}

// hops returns how far each number is from the nearest start, −1 where none leads to it,
// by entries of the matrix that may be passed.
func (a *arena) hops(m *matrix, starts []uint32, pass func(v, w uint32) bool) []int32 {
	dist := slices.Repeat([]int32{-1}, len(a.order))
	for _, v := range starts {
		dist[v] = 0
	}
	queue := slices.Clone(starts)
	for i := 0; i < len(queue); i++ {
		v := queue[i]
		for _, w := range m.row(int(v)) {
			if dist[w] < 0 && pass(v, w) {
				dist[w] = dist[v] + 1
				queue = append(queue, w)
			}
		}
	}
	return dist
}

func anywhere(_, _ uint32) bool { return true }

// condensation is an arena by its strong components. Links lead to those of higher labels
// alone (Sharir 1981), and the numbers of one stand together. Its hub is its first.
type condensation struct {
	*arena
	hubs, sizes []uint32 // by label
	there, back []int32  // from the hub of its component, and to it
}

func (a *arena) condense() *condensation {
	c := &condensation{arena: a}
	for v, l := range a.label {
		if more := int(l) + 1 - len(c.sizes); more > 0 {
			c.hubs, c.sizes = append(c.hubs, make([]uint32, more)...), append(c.sizes, make([]uint32, more)...)
		}
		if c.sizes[l] == 0 {
			c.hubs[l] = uint32(v)
		}
		c.sizes[l]++
	}
	within := func(v, w uint32) bool { return a.label[v] == a.label[w] }
	c.there, c.back = a.hops(a.out, c.hubs, within), a.hops(a.in, c.hubs, within)
	return c
}

// largest returns the label of the largest component.
func (c *condensation) largest() int { return slices.Index(c.sizes, slices.Max(c.sizes)) }

// below bounds what each number reaches, itself included, among the components whose
// hubs are in; of others it says nothing.
func (c *condensation) below(in func(hub uint32) bool) *reach {
	n := len(c.order)
	r := &reach{least: make([]uint32, n), most: make([]uint32, n), farthest: make([]uint32, n)}
	met := make([]int32, len(c.hubs)) // the label, from 1, that met one of a higher label
	for l := int32(len(c.hubs)) - 1; l >= 0; l-- {
		hub := c.hubs[l]
		if !in(hub) {
			continue
		}
		least, most, farthest := uint32(0), uint32(0), uint32(0)
		for v := hub; v < hub+c.sizes[l]; v++ {
			farthest = max(farthest, uint32(c.there[v]))
			for _, w := range c.out.row(int(v)) {
				k := c.label[w]
				if k == l || !in(c.hubs[k]) {
					continue
				}
				farthest = max(farthest, uint32(c.there[v])+1+r.farthest[w])
				if met[k] != l+1 {
					met[k] = l + 1
					least, most = max(least, r.least[w]), min(most+r.most[w], uint32(n))
				}
			}
		}
		for v := hub; v < hub+c.sizes[l]; v++ {
			r.least[v], r.most[v] = c.sizes[l]+least, c.sizes[l]+most
			r.farthest[v] = uint32(c.back[v]) + farthest
		}
	}
	return r
}
