package pattern

import (
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// cycles finds the simple cycles whose transfers follow in time, each once, from its
// first transfer on. As in 2SCENT (Kumar and Calders 2018, PVLDB 11(11):1441) it goes
// only where the way back can still be made: by a search backwards in time from the
// start, one hop after another.
func (s *search) cycles() {
	n := len(s.hub)
	c := &cycle{search: s, onPath: make([]bool, n), latest: make([]int64, n), stamp: make([]uint32, n)}
	for root := range int32(len(s.list)) {
		t := s.list[root]
		if s.hub[t.From] || s.hub[t.To] {
			continue
		}
		if !s.step() {
			return
		}
		c.until = t.At + s.opt.Window
		if len(s.out.of(t.To)) > 0 && len(s.in.of(t.From)) > 0 && c.backwards(t) {
			c.from(root)
		}
		if s.done {
			return
		}
	}
}

type cycle struct {
	*search
	until  int64
	path   []int32
	onPath []bool
	tries  [][]int32 // at each account of the path but the first: the transfers to try
	// latest is when an account can last set out to come back, where stamp is turn.
	latest         []int64
	stamp          []uint32
	turn           uint32
	frontier, next []network.NodeIndex
}

// back says when an account can last set out to come back, if it can.
func (c *cycle) back(v network.NodeIndex) (latest int64, ok bool) {
	return c.latest[v], c.stamp[v] == c.turn
}

// backwards finds from when on each account can still come back to where the root
// started, within the hops and the time that are left; and whether its payee can.
func (c *cycle) backwards(root Transfer) bool {
	if c.turn++; c.turn == 0 { // after 2^32 roots
		clear(c.stamp)
		c.turn = 1
	}
	begin := c.after(root.At)
	if len(c.window(c.out.of(root.To), begin, c.until)) == 0 {
		return false
	}
	c.frontier = append(c.frontier[:0], root.From)
	for hops := 1; hops < c.opt.MaxLength && len(c.frontier) > 0; hops++ {
		c.next = c.next[:0]
		for _, v := range c.frontier {
			before := c.until
			if v != root.From {
				before = c.latest[v]
				if c.opt.Strict {
					before--
				}
			}
			if !c.payers(c.window(c.in.of(v), begin, before), root.From) {
				return false
			}
		}
		c.frontier, c.next = c.next, c.frontier
	}
	_, ok := c.back(root.To)
	return ok
}

// payers notes who can come back by one of some transfers, the last of them first.
func (c *cycle) payers(items []int32, start network.NodeIndex) bool {
	for _, i := range slices.Backward(items) {
		if !c.step() {
			return false
		}
		t := c.list[i]
		if t.From == start || c.hub[t.From] {
			continue
		}
		if old, known := c.back(t.From); !known || t.At > old {
			c.latest[t.From], c.stamp[t.From] = t.At, c.turn
			c.next = append(c.next, t.From)
		}
	}
	return true
}

// from walks depth first over the ways that begin with a transfer and can come back.
func (c *cycle) from(root int32) {
	start := c.list[root].From
	c.path, c.tries = c.path[:0], c.tries[:0]
	c.onPath[start] = true
	c.enter(root)
	for n := len(c.tries); n > 0; n = len(c.tries) {
		items := c.tries[n-1]
		if len(items) == 0 || !c.step() {
			c.onPath[c.list[c.path[n-1]].To] = false
			c.path, c.tries = c.path[:n-1], c.tries[:n-1]
			continue
		}
		c.tries[n-1] = items[1:]
		c.try(items[0], start)
	}
	c.onPath[start] = false
}

// enter goes on at the payee of a transfer.
func (c *cycle) enter(i int32) {
	t := c.list[i]
	c.onPath[t.To] = true
	c.path = append(c.path, i)
	c.tries = append(c.tries, c.window(c.out.of(t.To), c.after(t.At), min(c.until, c.latest[t.To])))
}

// try follows a transfer from the end of the path.
func (c *cycle) try(i int32, start network.NodeIndex) {
	t := c.list[i]
	switch {
	case !c.agrees(c.list[c.path[len(c.path)-1]].Amount, t.Amount):
	case t.To == start:
		c.close(i)
	case len(c.path)+2 <= c.opt.MaxLength && !c.onPath[t.To]:
		if latest, ok := c.back(t.To); ok && latest >= c.after(t.At) {
			c.enter(i)
		}
	}
}

// close keeps a cycle. One that happens within one instant could begin anywhere, and
// does at the first in the list.
func (c *cycle) close(i int32) {
	path := append(slices.Clone(c.path), i)
	if c.list[i].At == c.list[path[0]].At && path[0] != slices.Min(path) {
		return
	}
	accounts := make([]network.NodeIndex, len(path))
	for k, at := range path {
		accounts[k] = c.list[at].From
	}
	c.add([][]network.NodeIndex{accounts}, path)
}
