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

func (s *search) sum(items []int32) (total int64) {
	for _, i := range items {
		total += s.list[i].Amount
	}
	return total
}

// gatherScatters finds for each account the windows in which many pay it and it then
// pays many. In each window the instant between is the one with the larger smaller
// side; of windows that overlap, the one with most accounts counts.
func (s *search) gatherScatters() {
	for v := range network.NodeIndex(len(s.hub)) {
		in, out := s.in.of(v), s.out.of(v)
		if s.hub[v] || len(in) < s.opt.MinFan || len(out) < s.opt.MinFan {
			continue
		}
		var list []span
		var parts [][2][]int32
		for _, first := range in {
			if gathered, scattered, ok := s.turn(in, out, s.list[first].At); ok {
				fan := len(distinct(gathered, s.payer)) + len(distinct(scattered, s.payee))
				// On the line of time: [start, end], by instants that are ranks of places.
				list = append(list, span{int(gathered[0]), int(scattered[len(scattered)-1]) + 1, fan<<32 | len(parts)})
				parts = append(parts, [2][]int32{gathered, scattered})
			}
			if s.done {
				return
			}
		}
		s.chooseTurns(v, list, parts)
	}
}

// chooseTurns adds the turns of an account that do not overlap. The fan of a span
// carries the place of its parts.
func (s *search) chooseTurns(v network.NodeIndex, list []span, parts [][2][]int32) {
	slices.SortStableFunc(list, func(a, b span) int {
		return cmp.Or(cmp.Compare(b.fan>>32, a.fan>>32), cmp.Compare(a.fan, b.fan))
	})
	var chosen []span
	for _, w := range list {
		if slices.ContainsFunc(chosen, func(c span) bool { return w.begin < c.end && c.begin < w.end }) {
			continue
		}
		chosen = append(chosen, w)
		p := parts[w.fan&(1<<32-1)]
		s.add([][]network.NodeIndex{distinct(p[0], s.payer), {v}, distinct(p[1], s.payee)}, slices.Concat(p[0], p[1]))
	}
}

// turn divides the window that begins at an instant into what gathers and what
// scatters, such that the smaller side has most accounts.
func (s *search) turn(in, out []int32, start int64) (gathered, scattered []int32, ok bool) {
	in, out = s.window(in, start, start+s.opt.Window), s.window(out, start, start+s.opt.Window)
	best := 0
	payers := map[network.NodeIndex]bool{}
	for n, i := range in {
		if !s.step() {
			return nil, nil, false
		}
		payers[s.payer(i)] = true
		if n+1 < len(in) && s.list[in[n+1]].At == s.list[i].At || len(payers) < s.opt.MinFan {
			continue
		}
		later := s.window(out, s.after(s.list[i].At), start+s.opt.Window)
		fan := min(len(payers), len(distinct(later, s.payee)))
		if fan >= s.opt.MinFan && fan > best && s.agrees(s.sum(in[:n+1]), s.sum(later)) {
			best, gathered, scattered, ok = fan, in[:n+1], later, true
		}
	}
	return gathered, scattered, ok
}
