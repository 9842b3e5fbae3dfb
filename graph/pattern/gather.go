package pattern

import (
	"cmp"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// gatherScatters finds for each account the windows in which many pay it and it then
// pays many. In each window the instant between is the one with the larger smaller
// side; of windows that overlap, the one with most accounts counts.
func (s *search) gatherScatters() {
	g := &gatherer{search: s}
	for v := range network.NodeIndex(len(s.hub)) {
		in, out := s.in.of(v), s.out.of(v)
		if s.hub[v] || len(in) < s.opt.MinFan || len(out) < s.opt.MinFan {
			continue
		}
		g.turns = g.turns[:0]
		for k, first := range in {
			at := s.list[first].At
			if k == 0 || at > s.list[in[k-1]].At {
				g.turn(s.window(in, at, at+s.opt.Window), s.window(out, s.after(at), at+s.opt.Window))
			}
			if s.done {
				return
			}
		}
		g.choose(v)
	}
}

type gatherer struct {
	*search
	turns  []turn
	payees []int // how many there are from each payment of a window on
}

// turn is what gathers and scatters within a window.
type turn struct {
	in, out []int32
	fan     int // all accounts
}

// turn divides a window of receipts and payments such that the smaller side has most
// accounts, the earliest such division. O(in + out).
func (g *gatherer) turn(in, out []int32) {
	if len(in) < g.opt.MinFan || len(out) < g.opt.MinFan {
		return
	}
	paid := g.scattered(out)
	var arrived int64
	best, payers, later := turn{}, 0, 0
	lesser := g.opt.MinFan - 1
	g.mark()
	for n, i := range in {
		if !g.step() {
			return
		}
		t := g.list[i]
		arrived += t.Amount
		if g.put(t.From) {
			payers++
		}
		if n+1 < len(in) && g.list[in[n+1]].At == t.At {
			continue
		}
		for ; later < len(out) && g.list[out[later]].At < g.after(t.At); later++ {
			paid -= g.list[out[later]].Amount
		}
		if later == len(out) {
			break
		}
		if fan := min(payers, g.payees[later]); fan > lesser && g.agrees(arrived, paid) {
			lesser, best = fan, turn{in[:n+1], out[later:], payers + g.payees[later]}
		}
	}
	if best.fan > 0 {
		g.turns = append(g.turns, best)
	}
}

// scattered counts the payees from each payment on, and sums up all.
func (g *gatherer) scattered(out []int32) (paid int64) {
	g.payees = slices.Grow(g.payees[:0], len(out))[:len(out)]
	g.mark()
	payees := 0
	for k, i := range slices.Backward(out) {
		if !g.step() {
			return 0
		}
		if g.put(g.payee(i)) {
			payees++
		}
		g.payees[k] = payees
		paid += g.list[i].Amount
	}
	return paid
}

// choose adds the turns of an account that do not overlap, those with most accounts
// first.
func (g *gatherer) choose(v network.NodeIndex) {
	slices.SortStableFunc(g.turns, func(a, b turn) int { return cmp.Compare(b.fan, a.fan) })
	var chosen []turn
	for _, t := range g.turns {
		if slices.ContainsFunc(chosen, func(c turn) bool { return t.in[0] <= c.out[len(c.out)-1] && c.in[0] <= t.out[len(t.out)-1] }) {
			continue
		}
		chosen = append(chosen, t)
		g.add([][]network.NodeIndex{distinct(t.in, g.payer), {v}, distinct(t.out, g.payee)}, slices.Concat(t.in, t.out))
	}
}
