package centrality

import (
	"context"
	"errors"
	"math"
	"slices"
	"unsafe"
)

// lanes is how many searches go through a part side by side: a row holds one number
// of each. searched is how many do while distances are found: one bit each.
const (
	lanes    = 16
	searched = 512
)

// number is what rows hold: float32 where scores need not be exact.
type number interface{ float32 | float64 }

// steps are the passages from one level to the next, for all lanes of a row at once.
type steps[F number] struct {
	spread   func(*wave)
	list     func(*wave)
	forward  func(*step[F])
	backward func(*step[F])
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
type step[F number] struct {
	off, arcs []uint32
	visits    []uint32
	from, to  []F // rows of the level come from, of that gone to
	sums      []F // rows of dependencies on all members together, weighted by sends

	members, stands []F
	sends           [lanes]F
	most            F // the greatest number of paths to any class so far
}

// Where a step's fields lie, for the assembly: up to sends alike for both numbers.
const (
	stepOff     = unsafe.Offsetof(step[float64]{}.off)
	stepArcs    = unsafe.Offsetof(step[float64]{}.arcs)
	stepVisits  = unsafe.Offsetof(step[float64]{}.visits)
	stepFrom    = unsafe.Offsetof(step[float64]{}.from)
	stepTo      = unsafe.Offsetof(step[float64]{}.to)
	stepSums    = unsafe.Offsetof(step[float64]{}.sums)
	stepMembers = unsafe.Offsetof(step[float64]{}.members)
	stepStands  = unsafe.Offsetof(step[float64]{}.stands)
	stepSends   = unsafe.Offsetof(step[float64]{}.sends)
	stepMost32  = unsafe.Offsetof(step[float32]{}.most)
	stepMost64  = unsafe.Offsetof(step[float64]{}.most)
)

// wide is a part as rows read it.
type wide struct {
	part *part
	arcs []uint32 // where the row of each neighbour begins, in bytes of a row of bits

	order []uint32 // sources, breadth first: close ones reach most nodes on the same levels
	depth int      // no shortest path has more links
}

// The parts that rows pay for and can hold: those with enough classes to fill the
// lanes, few enough for the half of a visit, and no more levels than this.
const (
	leastWide, mostWide = 256, 1 << 16
	mostLevels          = 24
)

// errNarrow says that a part is none for rows.
var errNarrow = errors.New("centrality: not for rows")

// score adds the paths inside parts that are for rows to the scores of nodes, and returns
// the other parts.
func (s *steps[F]) score(ctx context.Context, all []part, scores []float64, least int, walked func(*wide)) (others []part, err error) {
	first := 0
	for _, p := range all {
		found, w, err := s.sums(ctx, &p, least)
		switch {
		case errors.Is(err, errNarrow):
			p.first = first
			first += p.size()
			others = append(others, p)
			continue
		case err != nil:
			return nil, err
		}
		p.score(found, scores)
		walked(w)
	}
	return others, nil
}

// sums returns what brandes does of one part, by rows.
func (s *steps[F]) sums(ctx context.Context, p *part, least int) ([]float64, *wide, error) {
	n := p.size()
	if n < least || n > mostWide {
		return nil, nil, errNarrow
	}
	w := p.widen()
	if w.depth > mostLevels {
		return nil, nil, errNarrow
	}
	// An eighth of the sources each, so that eight processors have their share.
	size := min(searched, ((n+7)/8+lanes-1)/lanes*lanes)
	chunks := slices.Collect(slices.Chunk(w.order, size))
	found, err := accumulate(ctx, len(chunks), n, func() func(int, []float64) error {
		r := newRows(w, s)
		return func(chunk int, sum []float64) error { return r.add(ctx, chunks[chunk], sum) }
	})
	return found, w, err
}

// widen prepares a part for rows.
func (p *part) widen() *wide {
	n := p.size()
	w := &wide{part: p, arcs: make([]uint32, len(p.nbr))}
	for i, v := range p.nbr {
		w.arcs[i] = v * searched / 8
	}
	level := slices.Repeat([]int{-1}, n)
	w.order, level[0] = append(make([]uint32, 0, n), 0), 0
	for i := 0; i < len(w.order); i++ {
		v := w.order[i]
		for _, u := range p.nbr[p.off[v]:p.off[v+1]] {
			if level[u] < 0 {
				level[u] = level[v] + 1
				w.order = append(w.order, u)
			}
		}
	}
	w.depth = 2 * level[w.order[n-1]]
	return w
}

// rows runs Brandes' algorithm from many sources side by side, as Then et al. (2014) do
// with plain search, and holds the scratch of one goroutine.
type rows[F number] struct {
	*wide
	steps *steps[F]
	wave  wave
	step  step[F]
	// on holds a row of each lane's level: at first the number of shortest paths to all
	// members of a class, on the way back what one of them carries on; 0 for lanes
	// that reach the node on a level of another remainder by three. Neighbours lie on one
	// of three levels in turn, so these never mix.
	on     [3][]F
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

func newRows[F number](w *wide, s *steps[F]) *rows[F] {
	n := w.part.size()
	padded := (n + 15) &^ 15 // list reads sixteen at a time
	row := func() []F { return make([]F, n*lanes) }
	bits := func() []uint64 { return make([]uint64, padded*searched/64) }
	r := &rows[F]{
		wide: w, steps: s,
		wave:   wave{off: w.part.off, arcs: w.arcs, front: bits(), next: bits(), seen: bits(), stride: n + 16},
		step:   step[F]{off: w.part.off, arcs: w.arcs, sums: row(), members: make([]F, n), stands: make([]F, n)},
		on:     [3][]F{row(), row(), row()},
		levels: make([]visited, w.depth+2),
	}
	for v := range n {
		r.step.members[v], r.step.stands[v] = F(w.part.members[v]), F(w.part.stands[v])
	}
	return r
}

// limit is from where numbers of paths are none any more: not whole, in a float32.
func (r *rows[F]) limit() F {
	if unsafe.Sizeof(F(0)) == 4 {
		return 1 << 24
	}
	most := math.MaxFloat64
	return F(most)
}

// add adds what walks from up to 512 sources pass on to sum.
func (r *rows[F]) add(ctx context.Context, sources []uint32, sum []float64) error {
	depth := r.reach(sources)
	for i := 0; i*lanes < len(sources); i++ {
		if err := ctx.Err(); err != nil {
			return err
		}
		r.batch(sources[i*lanes:min(len(sources), (i+1)*lanes)], i, depth)
	}
	if r.step.most >= r.limit() {
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
func (r *rows[F]) reach(sources []uint32) (depth int) {
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
func (r *rows[F]) batch(sources []uint32, number, depth int) {
	s := &r.step
	s.sends = [lanes]F{}
	for lane, v := range sources {
		s.sends[lane] = F(r.part.sends[v])
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
