package pattern

import (
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

func (s *search) payer(i int32) network.NodeIndex { return s.list[i].From }
func (s *search) payee(i int32) network.NodeIndex { return s.list[i].To }

// fansIn finds for each account the windows in which most accounts pay it. Of windows
// that overlap the one with the most counts, of equal ones the first.
func (s *search) fansIn() {
	s.fans(s.in, s.payer, func(v network.NodeIndex, others []network.NodeIndex) [][]network.NodeIndex {
		return [][]network.NodeIndex{others, {v}}
	})
}

// fansOut is fansIn for payees.
func (s *search) fansOut() {
	s.fans(s.out, s.payee, func(v network.NodeIndex, others []network.NodeIndex) [][]network.NodeIndex {
		return [][]network.NodeIndex{{v}, others}
	})
}

// span is a part of an account's transfers.
type span struct{ begin, end, fan int }

func (s *search) fans(a adjacency, other func(int32) network.NodeIndex, layers func(network.NodeIndex, []network.NodeIndex) [][]network.NodeIndex) {
	for v := range network.NodeIndex(len(s.hub)) {
		items := a.of(v)
		if s.hub[v] || len(items) < s.opt.MinFan {
			continue
		}
		for _, w := range apart(s.windows(items, other)) {
			members := items[w.begin:w.end]
			s.add(layers(v, distinct(members, other)), slices.Clone(members))
		}
		if s.done {
			return
		}
	}
}

// windows returns the windows of an account's transfers that no larger one holds and
// that have enough accounts.
func (s *search) windows(items []int32, other func(int32) network.NodeIndex) (list []span) {
	counts := map[network.NodeIndex]int{}
	end := 0
	for begin := range items {
		before := end
		for end < len(items) && s.list[items[end]].At <= s.list[items[begin]].At+s.opt.Window {
			if !s.step() {
				return list
			}
			counts[other(items[end])]++
			end++
		}
		if end > before && len(counts) >= s.opt.MinFan {
			list = append(list, span{begin, end, len(counts)})
		}
		if v := other(items[begin]); counts[v] == 1 {
			delete(counts, v)
		} else {
			counts[v]--
		}
	}
	return list
}

// apart chooses spans that do not overlap, those with most accounts first.
func apart(list []span) (chosen []span) {
	slices.SortStableFunc(list, func(a, b span) int { return cmp.Compare(b.fan, a.fan) })
	for _, w := range list {
		if !slices.ContainsFunc(chosen, func(c span) bool { return w.begin < c.end && c.begin < w.end }) {
			chosen = append(chosen, w)
		}
	}
	return chosen
}

// distinct returns the other ends of transfers, each once, by number.
func distinct(items []int32, other func(int32) network.NodeIndex) []network.NodeIndex {
	list := make([]network.NodeIndex, len(items))
	for i, item := range items {
		list[i] = other(item)
	}
	slices.Sort(list)
	return slices.Compact(list)
}
