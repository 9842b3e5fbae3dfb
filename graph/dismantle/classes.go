package dismantle

// linkClasses joins nodes that no removal of k links separates. In a maximum
// adjacency order, which always goes on to a node with the most links to those
// before it, the link that brings a node's count to j joins ends with j paths that
// share no link (Nagamochi and Ibaraki 1992). Such ends are drawn together for
// j > k, and the order is made anew until nothing is drawn together. Nodes may stay
// apart that belong together; the classes are never too large. O(m log n) a round.
func linkClasses(b *body, k int) *forest {
	f := newForest(b.n)
	for joined := true; joined; {
		joined = false
		o := newAdjacencyOrder(b, f)
		for v, ok := o.next(); ok; v, ok = o.next() {
			for _, node := range o.members[v] {
				for _, u := range b.row(int(node)) {
					w := f.root(u)
					if w == v || o.done[w] {
						continue
					}
					if o.raise(w); o.count[w] > k {
						o.pending = append(o.pending, [2]uint32{v, w})
					}
				}
			}
		}
		for _, p := range o.pending {
			joined = f.join(p[0], p[1]) || joined
		}
	}
	return f
}

// adjacencyOrder hands out classes, each time one with the most links to those
// handed out, by buckets.
type adjacencyOrder struct {
	members [][]uint32 // of a class, by its root
	count   []int      // links of a class to those done
	done    []bool
	buckets [][]uint32
	highest int
	pending [][2]uint32
}

func newAdjacencyOrder(b *body, f *forest) *adjacencyOrder {
	o := &adjacencyOrder{members: make([][]uint32, b.n), count: make([]int, b.n), done: make([]bool, b.n), buckets: make([][]uint32, 1)}
	for v := range uint32(b.n) {
		r := f.root(v)
		o.members[r] = append(o.members[r], v)
		if r == v {
			o.buckets[0] = append(o.buckets[0], v)
		}
	}
	return o
}

func (o *adjacencyOrder) raise(v uint32) {
	o.count[v]++
	if o.count[v] == len(o.buckets) {
		o.buckets = append(o.buckets, nil)
	}
	o.buckets[o.count[v]] = append(o.buckets[o.count[v]], v)
	o.highest = max(o.highest, o.count[v])
}

// next skips what a bucket held before its count rose.
func (o *adjacencyOrder) next() (uint32, bool) {
	for ; o.highest >= 0; o.highest-- {
		for bucket := o.buckets[o.highest]; len(bucket) > 0; bucket = o.buckets[o.highest] {
			v := bucket[len(bucket)-1]
			o.buckets[o.highest] = bucket[:len(bucket)-1]
			if !o.done[v] && o.count[v] == o.highest {
				o.done[v] = true
				return v, true
			}
		}
	}
	return 0, false
}
