package centrality

import (
	"context"
	"math/bits"
	"sync/atomic"
)

// batch is the number of searches that walk together, a bit each.
const batch = 256

type searches [batch / 64]uint64

func (s *searches) none() bool { return s[0]|s[1]|s[2]|s[3] == 0 }

func (s *searches) count() int {
	return bits.OnesCount64(s[0]) + bits.OnesCount64(s[1]) + bits.OnesCount64(s[2]) + bits.OnesCount64(s[3])
}

func (s *searches) add(t *searches) {
	s[0] |= t[0]
	s[1] |= t[1]
	s[2] |= t[2]
	s[3] |= t[3]
}

// without returns the searches that are not among others.
func (s *searches) without(t *searches) searches {
	return searches{s[0] &^ t[0], s[1] &^ t[1], s[2] &^ t[2], s[3] &^ t[3]}
}

// flood is a batch of breadth-first searches on their way, against the links.
type flood struct {
	in, out   *matrix
	all       searches
	seen      []searches // which have been at a node
	now, next []searches // which are there for the first time; which arrive
	front     []uint32   // nodes where any are for the first time
	touched   []uint32   // nodes where any arrive
	visited   []uint32   // nodes where any have been
	arcs      int64      // that steps read, at most
}

func newFlood(in, out *matrix) *flood {
	n := in.size()
	return &flood{in: in, out: out, seen: make([]searches, n), now: make([]searches, n), next: make([]searches, n)}
}

// start sets off a search from each of the targets, at most a batch of them.
func (f *flood) start(targets []uint32) {
	for _, v := range f.visited {
		f.seen[v] = searches{}
	}
	f.visited, f.front, f.all = f.visited[:0], f.front[:0], searches{}
	for i, v := range targets {
		if f.seen[v].none() {
			f.front, f.visited = append(f.front, v), append(f.visited, v)
		}
		f.seen[v][i/64] |= 1 << (i % 64)
		f.now[v] = f.seen[v]
		f.all[i/64] |= 1 << (i % 64)
	}
}

// step takes all searches one hop further.
func (f *flood) step() {
	work := 0
	for _, v := range f.front {
		work += len(f.in.row(int(v)))
	}
	f.arcs += int64(len(f.front) + min(work, len(f.in.nbr)))
	if work > len(f.in.nbr)/4 {
		f.pull()
	} else {
		f.push()
	}
	for _, v := range f.front {
		f.now[v] = searches{}
	}
	f.front = f.front[:0]
	for _, w := range f.touched {
		f.arrive(w)
	}
	f.touched = f.touched[:0]
}

// push goes on from the nodes of the front.
func (f *flood) push() {
	for _, v := range f.front {
		here := f.now[v]
		for _, w := range f.in.row(int(v)) {
			there := &f.next[w]
			if there.none() {
				f.touched = append(f.touched, w)
			}
			there.add(&here)
		}
	}
}

// pull looks from every node that misses a search for one at its neighbours, until it
// has found all: neighbours with many links come first, and have most of them.
func (f *flood) pull() {
	for v := range f.seen {
		missing := f.all.without(&f.seen[v])
		if missing.none() {
			continue
		}
		found := searches{}
		for _, w := range f.out.row(v) {
			found.add(&f.now[w])
			if left := missing.without(&found); left.none() {
				break
			}
		}
		if !found.none() {
			f.next[v] = found
			f.touched = append(f.touched, uint32(v))
		}
	}
}

func (f *flood) arrive(w uint32) {
	fresh, seen := f.next[w].without(&f.seen[w]), &f.seen[w]
	f.next[w] = searches{}
	if seen.none() {
		f.visited = append(f.visited, w)
	}
	if !fresh.none() {
		seen.add(&fresh)
		f.now[w] = fresh
		f.front = append(f.front, w)
	}
}

// floodWork returns about how many arcs a flood from all targets reads, by one of so many
// batches.
func (a *arena) floodWork(ctx context.Context) (float64, error) {
	const each = 128
	batches := (a.targets + batch - 1) / batch
	drawn := max(1, (batches+each-1)/each)
	var arcs atomic.Int64
	err := share(ctx, drawn, func() func(int) error {
		f := newFlood(a.in, a.out)
		return func(i int) error {
			lo, before := batch*((2*i+1)*batches/(2*drawn)), f.arcs
			f.start(a.all(lo, min(lo+batch, a.targets)))
			for len(f.front) > 0 {
				if err := ctx.Err(); err != nil {
					return err
				}
				f.step()
			}
			arcs.Add(f.arcs - before)
			return nil
		}
	})
	return float64(arcs.Load()) * float64(batches) / float64(drawn), err
}
