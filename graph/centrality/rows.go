package centrality

import (
	"context"
)

// lanes is how many searches go through a part side by side: a row holds one float32
// of each, 64 bytes for each node. searched is how many do while distances are found: one
// bit each.
const (
	lanes    = 16
	searched = 512
)

// steps are the passages from one level to the next, for all lanes of a row at once.
type steps struct {
	spread   func(*wave)
	list     func(*wave)
	forward  func(*step)
	backward func(*step)
}

// wave finds which nodes many searches reach on a level. A visit is a node, in the
// upper half, and a mask of the lanes that reach it.
type wave struct {
	off, arcs         []uint32              // as in wide
	front, next, seen []uint64              // a row of bits a node: on the last level, on this one, so far
	all               [searched / 64]uint64 // the bits in use
	found             uint32                // not 0 when a node was reached
	visits            []uint32              // list after list, stride apart
	stride            int
	lengths           []uint32 // of the lists
}

// step is the passage of a batch of lanes from one level to the next, or back.
type step struct {
	off, arcs []uint32
	visits    []uint32
	from, to  []float32 // rows of the level come from, of that gone to
	sums      []float32 // rows of dependencies on all members together, weighted by sends

	members, stands []float32
	sends           [lanes]float32
	most            float32 // the greatest number of paths to any class so far
}

// wide is a part as rows read it.
type wide struct {
	part *part
	arcs []uint32 // where the row of each neighbour begins, in bytes

	members, stands []float32

	order []uint32 // sources, breadth first: close ones reach most nodes on the same levels
	depth int      // no shortest path has more links
}

// rows runs Brandes' algorithm from many sources side by side, as Then et al. (2014) do
// with plain search, and holds the scratch of one goroutine.
type rows struct {
	*wide
	steps *steps
	wave  wave
	step  step
	// on holds a row of each lane's level: at first the number of shortest paths to all
	// members of a class, on the way back what one of them carries on; 0 for lanes
	// that reach the node on a level of another remainder by three. Neighbours lie on one
	// of three levels in turn, so these never mix.
	on     [3][]float32
	levels []visited
}

// visited are the visits of one level, a list a batch.
type visited struct {
	visits  []uint32
	lengths []uint32
}

func (l *visited) of(batch, stride int) []uint32 {
	return l.visits[batch*stride:][:l.lengths[batch]]
}

func newRows(w *wide, s *steps) *rows {
	n := w.part.size()
	padded := (n + 15) &^ 15 // list reads sixteen at a time
	row := func() []float32 { return make([]float32, n*lanes) }
	bits := func() []uint64 { return make([]uint64, padded*searched/64) }
	return &rows{
		wide: w, steps: s,
		wave: wave{off: w.part.off, arcs: w.arcs, front: bits(), next: bits(), seen: bits(), stride: n + 16},
		step: step{
			off: w.part.off, arcs: w.arcs, sums: row(),
			members: w.members, stands: w.stands,
		},
		on:     [3][]float32{row(), row(), row()},
		levels: make([]visited, w.depth+2),
	}
}

// add adds what walks from up to 512 sources pass on to sum.
func (r *rows) add(ctx context.Context, sources []uint32, sum []float64) error {
	depth := r.reach(sources)
	for i := 0; i*lanes < len(sources); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.batch(sources[i*lanes:min(len(sources), (i+1)*lanes)], i, depth)
	}
	if r.step.most >= 1<<24 { // not whole any more, perhaps
		return errNarrow
	}
	for v := range sum {
		row := r.step.sums[v*lanes:][:lanes]
		all := 0.0
		for _, x := range row {
			all += float64(x)
		}
		sum[v] += all / r.part.members[v]
		clear(row)
	}
	return nil
}

// reach finds the levels of some sources and returns how many there are, without the
// sources' own.
func (r *rows) reach(sources []uint32) (depth int) {
	s := &r.wave
	clear(s.front)
	clear(s.seen)
	clear(s.all[:])
	for i, v := range sources {
		word, bit := i/64, uint64(1)<<(i%64)
		s.front[int(v)*len(s.all)+word] |= bit
		s.seen[int(v)*len(s.all)+word] |= bit
		s.all[word] |= bit
	}
	lists := (len(sources) + 2*lanes - 1) / (2 * lanes) * 2
	for {
		r.steps.spread(s)
		if s.found == 0 {
			return depth
		}
		depth++
		l := &r.levels[depth]
		if len(l.visits) < lists*s.stride {
			l.visits, l.lengths = make([]uint32, lists*s.stride), make([]uint32, lists)
		}
		l.lengths = l.lengths[:lists]
		clear(l.lengths)
		s.visits, s.lengths = l.visits, l.lengths
		r.steps.list(s)
		s.front, s.next = s.next, s.front
	}
}

// batch counts paths from one batch of sources and carries dependencies back.
func (r *rows) batch(sources []uint32, number, depth int) {
	s := &r.step
	s.sends = [lanes]float32{}
	for lane, v := range sources {
		s.sends[lane] = float32(r.part.sends[v])
		r.on[0][int(v)*lanes+lane] = 1
	}
	for level := 1; level <= depth; level++ {
		s.visits = r.levels[level].of(number, r.wave.stride)
		s.from, s.to = r.on[(level-1)%3], r.on[level%3]
		r.steps.forward(s)
	}
	for level := depth; level > 0; level-- {
		s.visits = r.levels[level].of(number, r.wave.stride)
		s.from, s.to = r.on[(level+1)%3], r.on[level%3]
		r.steps.backward(s)
	}
	for _, on := range r.on {
		clear(on)
	}
}
