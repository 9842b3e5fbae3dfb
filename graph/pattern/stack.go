package pattern

import (
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// stacks finds three layers of which everyone pays everyone in the next, within a
// window that begins with the first such transfer. From two accounts in the middle it
// takes all who pay both and all whom both then pay, and then all who belong between
// these. A stack within another in time and accounts is not told.
func (s *search) stacks() {
	for first := range int32(len(s.list)) {
		t := s.list[first]
		if s.hub[t.From] || s.hub[t.To] {
			continue
		}
		k := &stack{search: s, start: t.At, until: t.At + s.opt.Window}
		middle := k.payees(s.window(s.out.of(t.From), t.At, k.until))
		if _, among := middle[t.To]; !among || len(middle) < 2 {
			continue
		}
		for _, other := range sorted(middle) {
			if other != t.To && !s.hub[other] {
				k.between(t.To, other, middle)
			}
			if s.done {
				return
			}
		}
	}
}

type stack struct {
	*search
	start, until int64
}

// payees returns whom transfers pay, with the first transfer to each.
func (k *stack) payees(items []int32) map[network.NodeIndex]int32 { return k.ends(items, k.payee) }

func (k *stack) ends(items []int32, end func(int32) network.NodeIndex) map[network.NodeIndex]int32 {
	first := map[network.NodeIndex]int32{}
	for _, i := range items {
		if !k.step() {
			return first
		}
		if _, known := first[end(i)]; !known {
			first[end(i)] = i
		}
	}
	return first
}

func sorted(set map[network.NodeIndex]int32) []network.NodeIndex {
	list := make([]network.NodeIndex, 0, len(set))
	for v := range set {
		list = append(list, v)
	}
	slices.Sort(list)
	return list
}

func common(a, b map[network.NodeIndex]int32, not ...network.NodeIndex) (list []network.NodeIndex) {
	for _, v := range sorted(a) {
		if _, both := b[v]; both && !slices.Contains(not, v) {
			list = append(list, v)
		}
	}
	return list
}

// between looks for a stack with two accounts in its middle.
func (k *stack) between(a, b network.NodeIndex, candidates map[network.NodeIndex]int32) {
	payers := func(v network.NodeIndex) map[network.NodeIndex]int32 {
		return k.ends(k.window(k.in.of(v), k.start, k.until), k.payer)
	}
	sources, targets := k.around(a, b, payers(a), payers(b))
	if len(sources) < 2 {
		return
	}
	var middle []network.NodeIndex
	var transfers []int32
	for _, v := range sorted(candidates) {
		if k.hub[v] || slices.Contains(sources, v) || slices.Contains(targets, v) {
			continue
		}
		in, out := payers(v), k.onwards(v, sources)
		if parts, ok := k.joins(in, sources, out, targets); ok {
			middle, transfers = append(middle, v), append(transfers, parts...)
		}
	}
	if slices.Contains(middle, a) && slices.Contains(middle, b) {
		k.keep([][]network.NodeIndex{sources, middle, targets}, transfers)
	}
}

// around returns the layers around two accounts: who has paid both by some instant,
// and whom both pay after it, such that there are most of them. Who pays later than
// others are paid belongs to no stack with these.
func (k *stack) around(a, b network.NodeIndex, toA, toB map[network.NodeIndex]int32) (sources, targets []network.NodeIndex) {
	payers := slices.DeleteFunc(common(toA, toB, a, b), func(v network.NodeIndex) bool { return k.hub[v] })
	through := func(v network.NodeIndex) int64 { return max(k.list[toA[v]].At, k.list[toB[v]].At) }
	slices.SortStableFunc(payers, func(v, w network.NodeIndex) int { return cmp.Compare(through(v), through(w)) })
	for n := 2; n <= len(payers); n++ {
		if !k.step() {
			return nil, nil
		}
		first := payers[:n]
		paid := common(k.onwards(a, first), k.onwards(b, first), append([]network.NodeIndex{a, b}, first...)...)
		paid = slices.DeleteFunc(paid, func(v network.NodeIndex) bool { return k.hub[v] })
		if len(paid) >= 2 && n+len(paid) > len(sources)+len(targets) {
			sources, targets = slices.Sorted(slices.Values(first)), paid
		}
	}
	return sources, targets
}

// onwards returns whom an account pays after all sources have paid it.
func (k *stack) onwards(v network.NodeIndex, sources []network.NodeIndex) map[network.NodeIndex]int32 {
	in := k.ends(k.window(k.in.of(v), k.start, k.until), k.payer)
	last := k.start
	for _, s := range sources {
		i, pays := in[s]
		if !pays {
			return nil
		}
		last = max(last, k.list[i].At)
	}
	return k.payees(k.window(k.out.of(v), k.after(last), k.until))
}

// joins returns the transfers by which an account joins two layers.
func (k *stack) joins(in map[network.NodeIndex]int32, sources []network.NodeIndex, out map[network.NodeIndex]int32, targets []network.NodeIndex) (transfers []int32, ok bool) {
	var arrived, paid int64
	for _, v := range sources {
		i, there := in[v]
		if !there {
			return nil, false
		}
		arrived += k.list[i].Amount
		transfers = append(transfers, i)
	}
	for _, v := range targets {
		i, there := out[v]
		if !there {
			return nil, false
		}
		paid += k.list[i].Amount
		transfers = append(transfers, i)
	}
	return transfers, k.agrees(arrived, paid)
}

// keep adds a stack that is not within one that is known, in time and accounts.
func (k *stack) keep(layers [][]network.NodeIndex, transfers []int32) {
	for _, p := range slices.Backward(k.patterns) {
		within := true
		for i, layer := range layers {
			for _, v := range layer {
				within = within && slices.Contains(p.Layers[i], v)
			}
		}
		if within && k.start <= p.End {
			return
		}
	}
	k.add(layers, transfers)
}
