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
	c := &cycle{search: s, latest: map[network.NodeIndex]int64{}}
	for root := range int32(len(s.list)) {
		t := s.list[root]
		if s.hub[t.From] || s.hub[t.To] {
			continue
		}
		if !s.step() {
			return
		}
		c.until = t.At + s.opt.Window
		if len(s.window(s.in.of(t.From), s.after(t.At), c.until)) == 0 {
			continue
		}
		if c.backwards(root); len(c.latest) > 0 {
			c.path, c.nodes = append(c.path[:0], root), append(c.nodes[:0], t.From, t.To)
			c.extend()
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
	nodes  []network.NodeIndex
	latest map[network.NodeIndex]int64 // when an account can last set out to come back
}

// backwards finds from when on each account can still come back to where the root
// started, within the hops and the time that are left.
func (c *cycle) backwards(root int32) {
	clear(c.latest)
	t := c.list[root]
	frontier := map[network.NodeIndex]int64{t.From: c.until}
	if c.opt.Strict {
		frontier[t.From]++
	}
	for hops := 1; hops < c.opt.MaxLength && len(frontier) > 0; hops++ {
		next := map[network.NodeIndex]int64{}
		for v, before := range frontier {
			if c.opt.Strict {
				before--
			}
			for _, i := range c.window(c.in.of(v), c.after(t.At), min(before, c.until)) {
				if !c.step() {
					clear(c.latest)
					return
				}
				from := c.list[i].From
				if from == t.From || c.hub[from] {
					continue
				}
				if old, known := c.latest[from]; !known || c.list[i].At > old {
					c.latest[from], next[from] = c.list[i].At, c.list[i].At
				}
			}
		}
		frontier = next
	}
	if _, back := c.latest[t.To]; !back {
		clear(c.latest)
	}
}

// extend goes on from the end of the path.
func (c *cycle) extend() {
	start, v := c.nodes[0], c.nodes[len(c.nodes)-1]
	last := c.list[c.path[len(c.path)-1]]
	latest := c.latest[v]
	for _, i := range c.window(c.out.of(v), c.after(last.At), min(c.until, latest)) {
		if !c.step() {
			return
		}
		t := c.list[i]
		if !c.agrees(last.Amount, t.Amount) {
			continue
		}
		switch {
		case t.To == start:
			if c.first(i) {
				c.add([][]network.NodeIndex{slices.Clone(c.nodes)}, append(slices.Clone(c.path), i))
			}
		case len(c.path)+2 <= c.opt.MaxLength && !slices.Contains(c.nodes, t.To):
			if latest, back := c.latest[t.To]; back && latest >= c.after(t.At) {
				c.path, c.nodes = append(c.path, i), append(c.nodes, t.To)
				c.extend()
				c.path, c.nodes = c.path[:len(c.path)-1], c.nodes[:len(c.nodes)-1]
			}
		}
	}
}

// first says whether the cycle that a transfer closes begins here: one that happens
// within one instant could begin anywhere, and does at the first in the list.
func (c *cycle) first(closing int32) bool {
	root := c.path[0]
	return c.list[closing].At > c.list[root].At || root < closing && root == slices.Min(c.path)
}
