package centrality

import (
	"cmp"
	"context"
	"math/bits"
	"slices"
)

// settle makes bounds meet: where they do not, it counts what is reached, for a batch of
// components at a time, from which the way back is followed. O(n·m/256) time at worst;
// O(n + m) memory and O(n) for each goroutine.
func (r *reach) settle(ctx context.Context) error {
	b := r.tie
	if b == nil {
		return nil
	}
	up, open := b.above(r)
	batches := b.alike(open)
	chunks := min(64, len(batches))
	counts, err := accumulate(ctx, chunks, len(b.hubs), func() func(int, []float64) error {
		t := tally{bowTie: b, up: up, sets: make([]searches, len(b.hubs)), marked: make([]uint64, len(b.hubs)/64+1)}
		return func(chunk int, sum []float64) error {
			for i := chunk; i < len(batches); i += chunks {
				if err := ctx.Err(); err != nil {
					return err
				}
				t.add(batches[i], sum)
			}
			return nil
		}
	})
	if err != nil {
		return err
	}
	for v, l := range b.label {
		if open[l] {
			count := uint32(counts[l]) - 1 // not itself
			if b.to[v] >= 0 {
				count += b.past
			}
			r.least[v], r.most[v] = count, count
		}
	}
	r.tie = nil
	return nil
}

// above returns for each component those with a link to it, as far as they are open: the
// bounds of it do not meet, or of one that reaches it.
func (b *bowTie) above(r *reach) (up *matrix, open []bool) {
	count := len(b.hubs)
	up, open = &matrix{off: make([]uint32, 1, count+1)}, make([]bool, count)
	met := make([]int, count) // the label, from 1, that met one of a lower label
	for l, hub := range b.hubs {
		for v := hub; v < hub+b.sizes[l]; v++ {
			for _, u := range b.in.row(int(v)) {
				k := int(b.label[u])
				if k == l || !open[k] || met[k] > l || (b.counted(k) && b.beyond(l)) {
					continue
				}
				met[k] = l + 1
				up.nbr = append(up.nbr, uint32(k))
			}
		}
		open[l] = len(up.nbr) > int(up.off[l]) || r.least[hub] < r.most[hub]
		up.off = append(up.off, uint32(len(up.nbr)))
	}
	return up, open
}

// beyond says whether the largest component reaches this one, or is it.
func (b *bowTie) beyond(l int) bool { return b.from[b.hubs[l]] >= 0 }

// counted says whether this component reaches the largest, or is it: all that lies beyond
// counts for it already.
func (b *bowTie) counted(l int) bool { return b.to[b.hubs[l]] >= 0 }

// alike returns batches of open components, those of one batch of the same size and on the
// same side.
func (b *bowTie) alike(open []bool) (batches [][]uint32) {
	var labels []uint32
	for l := range b.hubs {
		if open[l] {
			labels = append(labels, uint32(l))
		}
	}
	differ := func(k, l uint32) int {
		return cmp.Or(cmp.Compare(b.sizes[k], b.sizes[l]), cmp.Compare(min(b.from[b.hubs[k]], 0), min(b.from[b.hubs[l]], 0)))
	}
	slices.SortStableFunc(labels, differ)
	for len(labels) > 0 {
		end := 1
		for end < min(batch, len(labels)) && differ(labels[0], labels[end]) == 0 {
			end++
		}
		batches, labels = append(batches, labels[:end]), labels[end:]
	}
	return batches
}

// tally is the scratch of one goroutine.
type tally struct {
	*bowTie
	up     *matrix
	sets   []searches // which of a batch each component reaches
	marked []uint64   // a bit for each that reaches any
}

// add adds to sum, for each component that reaches any of a batch, how many nodes these
// are. Those of higher labels come first, and hand on what they reach.
func (t *tally) add(batch []uint32, sum []float64) {
	size, beyond := float64(t.sizes[batch[0]]), t.beyond(int(batch[0]))
	low := len(t.marked)
	mark := func(l uint32) {
		t.marked[l/64] |= 1 << (l % 64)
		low = min(low, int(l/64))
	}
	for i, l := range batch {
		t.sets[l][i/64] |= 1 << (i % 64)
		mark(l)
	}
	for word := int(batch[len(batch)-1] / 64); word >= low; word-- {
		for t.marked[word] != 0 {
			last := 63 - bits.LeadingZeros64(t.marked[word])
			t.marked[word] &^= 1 << last
			l := 64*word + last
			set := t.sets[l]
			t.sets[l] = searches{}
			if beyond && t.counted(l) {
				continue
			}
			sum[l] += size * float64(set.count())
			for _, k := range t.up.row(l) {
				t.sets[k].add(&set)
				mark(k)
			}
		}
	}
}
