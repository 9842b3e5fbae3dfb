package pattern

import (
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// leg is a way over one account between: what it got, and what it paid on.
type leg struct{ first, second int32 }

// scatterGathers finds for each pair of accounts the window in which most accounts
// between them pass money on. Each passes on what one transfer brought it, in one; of
// several such pairs of transfers the first counts.
func (s *search) scatterGathers() {
	for v := range network.NodeIndex(len(s.hub)) {
		if s.hub[v] || len(s.out.of(v)) < s.opt.MinFan {
			continue
		}
		legs := s.legs(v)
		if s.done {
			return
		}
		ends := make([]network.NodeIndex, 0, len(legs))
		for w := range legs {
			ends = append(ends, w)
		}
		slices.Sort(ends)
		for _, w := range ends {
			s.gather(v, w, legs[w])
		}
	}
}

// legs returns the ways from an account over one other, by where they end.
func (s *search) legs(v network.NodeIndex) map[network.NodeIndex][]leg {
	legs := map[network.NodeIndex][]leg{}
	for _, first := range s.out.of(v) {
		t := s.list[first]
		if s.hub[t.To] {
			continue
		}
		for _, second := range s.window(s.out.of(t.To), s.after(t.At), t.At+s.opt.Window) {
			if !s.step() {
				return nil
			}
			u := s.list[second]
			if u.To != v && !s.hub[u.To] && s.agrees(t.Amount, u.Amount) {
				legs[u.To] = append(legs[u.To], leg{first, second})
			}
		}
	}
	return legs
}

// scattering is a window of legs over different accounts.
type scattering struct {
	span
	legs []leg
}

// gather adds the windows of one pair that do not overlap and have enough legs.
func (s *search) gather(v, w network.NodeIndex, legs []leg) {
	if len(legs) < s.opt.MinFan {
		return
	}
	var list []scattering
	for begin, l := range legs { // by their first transfers
		if begin > 0 && l.first == legs[begin-1].first {
			continue
		}
		if over := s.over(legs[begin:]); len(over) >= s.opt.MinFan {
			end := over[0].second
			for _, k := range over {
				end = max(end, k.second)
			}
			list = append(list, scattering{span{int(l.first), int(end) + 1, len(over)}, over})
		}
		if s.done {
			return
		}
	}
	slices.SortStableFunc(list, func(a, b scattering) int { return cmp.Compare(b.fan, a.fan) })
	var chosen []scattering
	for _, c := range list {
		if slices.ContainsFunc(chosen, func(o scattering) bool { return c.begin < o.end && o.begin < c.end }) {
			continue
		}
		chosen = append(chosen, c)
		var transfers []int32
		var between []network.NodeIndex
		for _, k := range c.legs {
			transfers, between = append(transfers, k.first, k.second), append(between, s.payee(k.first))
		}
		slices.Sort(between)
		s.add([][]network.NodeIndex{{v}, between, {w}}, transfers)
	}
}

// over returns the legs in the window that begins with the first of them, one for
// each account between.
func (s *search) over(legs []leg) (over []leg) {
	until := s.list[legs[0].first].At + s.opt.Window
	s.mark()
	for _, l := range legs {
		if s.list[l.first].At > until || !s.step() {
			break
		}
		if s.list[l.second].At <= until && s.put(s.payee(l.first)) {
			over = append(over, l)
		}
	}
	return over
}
