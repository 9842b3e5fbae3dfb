package connectivity

import (
	"context"
	"iter"
	"math/bits"
	"sync"
	"sync/atomic"

	"github.com/chokepoint/chokepoint/graph/network"
)

// rows are those of one direction of a network.
type rows struct {
	off []uint32
	nbr []network.NodeIndex
}

func outRows(net *network.Network) rows {
	off, nbr := net.OutRows()
	return rows{off, nbr}
}

func inRows(net *network.Network) rows {
	off, nbr := net.InRows()
	return rows{off, nbr}
}

// bothRows are the rows of a network when direction is ignored.
func bothRows(net *network.Network) []rows {
	if !net.Directed() {
		return []rows{outRows(net)}
	}
	return []rows{outRows(net), inRows(net)}
}

func (r rows) of(v uint32) []network.NodeIndex { return r.nbr[r.off[v]:r.off[v+1]] }
func (r rows) degree(v uint32) int             { return int(r.off[v+1] - r.off[v]) }

func (b bitset) word(i int) uint64  { return atomic.LoadUint64(&b[i]) }
func (b bitset) seen(v uint32) bool { return b.word(int(v/64))>>(v%64)&1 != 0 }

// add makes v a member and says whether it was none.
func (b bitset) add(v uint32) bool {
	bit := uint64(1) << (v % 64)
	return atomic.OrUint64(&b[v/64], bit)&bit == 0
}

// each calls yield for the members, ascending.
func (b bitset) each(yield func(v uint32)) { b.eachBeside(nil, yield) }

// eachBeside calls yield for the members that are not in less.
func (b bitset) eachBeside(less bitset, yield func(v uint32)) {
	for i, word := range b {
		if less != nil {
			word &^= less[i]
		}
		for ; word != 0; word &= word - 1 {
			yield(uint32(64*i + bits.TrailingZeros64(word)))
		}
	}
}

// absent yields what is below n and no member. What becomes one meanwhile, of the same
// word as what was yielded last, is yielded all the same.
func (b bitset) absent(n int) iter.Seq[uint32] {
	return func(yield func(v uint32) bool) {
		for i, word := range b {
			for word = ^word; word != 0; word &= word - 1 {
				if v := 64*i + bits.TrailingZeros64(word); v >= n || !yield(uint32(v)) {
					return
				}
			}
		}
	}
}

// reach is a search for all that one node reaches. Which step of it finds a node does
// not matter, so a node may be found from any that was found before.
type reach struct {
	ahead, back []rows // arcs out of a node and into it
	within      bitset // no other nodes count; nil for all
	met         bitset
	nodes       int
	unmet       int // arcs into nodes that are not met, or more
}

// reachable returns the nodes that from reaches within some. Steps go from the nodes
// found last or, where these have many arcs, from those not found, which look for any
// that is (Beamer, Asanović and Patterson 2012), on all processors. O(n + m) time.
func reachable(ctx context.Context, from network.NodeIndex, ahead, back []rows, within bitset) (bitset, error) {
	n := len(ahead[0].off) - 1
	r := &reach{ahead: ahead, back: back, within: within, met: newBits(n), nodes: n}
	for _, b := range back {
		r.unmet += len(b.nbr)
	}
	r.met.set(uint32(from))
	last := []uint32{uint32(from)}
	arcs := r.arcs(last)
	for arcs > 0 {
		var err error
		if !r.many(arcs) {
			if last, arcs, err = r.push(ctx, last); err != nil {
				return nil, err
			}
			continue
		}
		before := append(bitset(nil), r.met...)
		if arcs, err = r.pull(ctx); err != nil {
			return nil, err
		}
		if last = last[:0]; !r.many(arcs) {
			r.met.eachBeside(before, func(v uint32) { last = append(last, v) })
		}
	}
	return r.met, ctx.Err()
}

// many says that reading so many arcs takes longer than having all nodes not met look
// for one that is, of whose arcs few need be read then, and those in order.
func (r *reach) many(arcs int) bool { return 32*arcs > r.unmet+r.nodes/16 }

func (r *reach) arcs(nodes []uint32) (sum int) {
	for _, side := range r.ahead {
		for _, v := range nodes {
			sum += side.degree(v)
		}
	}
	return sum
}

func degree(sides []rows, v uint32) (sum int) {
	for _, s := range sides {
		sum += s.degree(v)
	}
	return sum
}

// pushed is how many nodes a processor takes at a time to push from.
const pushed = 256

// push finds what the last nodes lead to, and returns its number of arcs.
func (r *reach) push(ctx context.Context, last []uint32) (found []uint32, arcs int, err error) {
	var all sync.Mutex
	err = inChunks(ctx, len(last), pushed, func(lo, hi int) {
		mine := r.pushFrom(last[lo:hi])
		sum := r.arcs(mine)
		all.Lock()
		defer all.Unlock()
		found = append(found, mine...)
		arcs += sum
	})
	return found, arcs, err
}

// pushFrom finds what some nodes lead to.
func (r *reach) pushFrom(nodes []uint32) (found []uint32) {
	for _, side := range r.ahead {
		for _, v := range nodes {
			for _, w := range side.of(v) {
				if w := uint32(w); !r.met.seen(w) && (r.within == nil || r.within.has(w)) && r.met.add(w) {
					found = append(found, w)
				}
			}
		}
	}
	return found
}

// pull finds nodes that some met node leads to, and returns their number of arcs. Words
// of the set are written by one processor each.
func (r *reach) pull(ctx context.Context) (int, error) {
	var arcs, into atomic.Int64
	err := inChunks(ctx, r.nodes, chunk, func(lo, hi int) {
		a, b := 0, 0
		for i := lo / 64; i < (hi+63)/64; i++ {
			todo := ^r.met[i]
			if r.within != nil {
				todo &= r.within[i]
			} else if rest := r.nodes - 64*i; rest < 64 {
				todo &= 1<<rest - 1
			}
			found := r.pullWord(64*i, todo)
			if found == 0 {
				continue
			}
			atomic.StoreUint64(&r.met[i], r.met[i]|found)
			for ; found != 0; found &= found - 1 {
				v := uint32(64*i + bits.TrailingZeros64(found))
				a += degree(r.ahead, v)
				b += degree(r.back, v)
			}
		}
		arcs.Add(int64(a))
		into.Add(int64(b))
	})
	r.unmet -= int(into.Load())
	return int(arcs.Load()), err
}

// pullWord returns which of 64 nodes some met node leads to.
func (r *reach) pullWord(base int, todo uint64) (found uint64) {
	met := r.met
	for ; todo != 0; todo &= todo - 1 {
		v := uint32(base + bits.TrailingZeros64(todo))
		for _, side := range r.back {
			if anyMet(met, side.of(v)) {
				found |= todo & -todo
				break
			}
		}
	}
	return found
}

func anyMet(met bitset, row []network.NodeIndex) bool {
	for _, w := range row {
		if met.seen(uint32(w)) {
			return true
		}
	}
	return false
}
