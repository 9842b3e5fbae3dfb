package temporal

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/heap"
	"github.com/chokepoint/chokepoint/graph/network"
)

// chain is a way to a node: the contact that it ends with, the chain before that, −1
// for none, and when it can be walked.
type chain struct {
	zone
	contact, before int32
	hops            int32
	worse           bool // than another to the node
}

// roaming is a search over contacts that can depart in a time, not at an instant alone.
// A chain is kept unless another to the same node can stand in for it whatever follows.
type roaming struct {
	*Contacts
	by     Criterion
	opt    Options
	source []bool
	off    []int32 // contacts from a node are out[off[v]:off[v+1]], in order
	out    []int32
	chains []chain
	at     [][]int32 // the chains to each node
	open   heap.Min
	steps  int
	check  int // at how many steps to look at the context
}

func newRoaming(c *Contacts, by Criterion, opt Options, source []bool) *roaming {
	s := &roaming{Contacts: c, by: by, opt: opt, source: source, off: make([]int32, c.nodes+1), out: make([]int32, len(c.list)), at: make([][]int32, c.nodes)}
	for i := range c.list {
		s.off[c.list[i].From+1]++
	}
	for v := range c.nodes {
		s.off[v+1] += s.off[v]
	}
	next := slices.Clone(s.off)
	for i := range c.list {
		at := &next[c.list[i].From]
		s.out[*at] = int32(i)
		*at++
	}
	return s
}

// mostSteps and mostChains bound the time and the memory of a search that cannot settle
// nodes one by one, beside 64 steps a contact and 4 chains a node. Comparing two chains
// is a step.
const (
	mostSteps  = 1 << 27
	mostChains = 1 << 21
)

// run finds the chains, those that arrive first before the others.
func (s *roaming) run(ctx context.Context) error {
	for v, is := range s.source {
		for _, i := range s.out[s.off[v]:s.off[v+1]] {
			if z, ok := s.opt.born(&s.list[i]); is && ok {
				s.add(chain{zone: z, contact: i, before: -1, hops: 1})
			}
		}
	}
	for len(s.open) > 0 {
		at := int32(s.open.Pop().ID)
		if s.chains[at].worse {
			continue
		}
		if err := s.expand(ctx, at); err != nil {
			return err
		}
		if len(s.chains) > mostChains+4*s.nodes || s.steps > mostSteps+64*len(s.list) {
			return graph.Errorf(graph.BadUserInput, "too many ways through links that hold for a time; ask for EARLIEST_ARRIVAL, leave out maxWait, or narrow the scope")
		}
	}
	return nil
}

// expand makes a chain longer. Whoever could come by a source does better to begin there.
func (s *roaming) expand(ctx context.Context, at int32) error {
	this := s.chains[at]
	v := s.list[this.contact].To
	latest := plus(this.t2, s.opt.MaxWait)
	for _, i := range s.out[s.off[v]:s.off[v+1]] {
		if s.steps++; s.steps >= s.check {
			if s.check = s.steps + checkEvery; ctx.Err() != nil {
				return ctx.Err()
			}
		}
		c := &s.list[i]
		if c.Depart > latest {
			break
		}
		if s.source[c.To] {
			continue
		}
		if z, ok := s.opt.onward(this.zone, c); ok {
			s.add(chain{zone: z, contact: i, before: at, hops: this.hops + 1})
		}
	}
	return nil
}

// add keeps a chain unless there is one as good, and lets go of those that it betters.
func (s *roaming) add(x chain) {
	v := s.list[x.contact].To
	if s.source[v] {
		return
	}
	s.steps += len(s.at[v])
	early := s.by == EarliestArrival || s.by == FewestHops
	for _, i := range s.at[v] {
		if y := &s.chains[i]; y.hops <= x.hops && y.covers(&x.zone, early) {
			return
		}
	}
	s.at[v] = slices.DeleteFunc(s.at[v], func(i int32) bool {
		y := &s.chains[i]
		y.worse = x.hops <= y.hops && x.covers(&y.zone, early)
		return y.worse
	})
	id := int32(len(s.chains))
	s.chains, s.at[v] = append(s.chains, x), append(s.at[v], id)
	s.open.Push(heap.Item{Cost: float64(x.t1), Hops: uint32(x.hops), ID: uint32(id)})
}

// compare orders chains by how good it is to arrive with them.
func (s *roaming) compare(a, b int32) int {
	x, y := &s.chains[a], &s.chains[b]
	xs, xt := x.times(s.by)
	ys, yt := y.times(s.by)
	first, arrive, hops := 0, cmp.Compare(xt, yt), cmp.Compare(x.hops, y.hops)
	switch s.by {
	case LatestDeparture:
		first = cmp.Compare(ys, xs)
	case Fastest:
		first = cmp.Compare(xt-xs, yt-ys)
	case FewestHops:
		first = hops
	}
	return cmp.Or(first, arrive, hops)
}

// paths returns the paths to the targets, the best first.
func (s *roaming) paths(to []network.NodeIndex) []Path {
	if to == nil {
		for v, list := range s.at {
			if len(list) > 0 {
				to = append(to, network.NodeIndex(v))
			}
		}
	}
	to = slices.Clone(to)
	slices.Sort(to)
	list, best := []Path{}, map[network.NodeIndex]int32{}
	for _, v := range slices.Compact(to) {
		if s.source[v] {
			list = append(list, Path{To: v, Contacts: []int{}})
		} else if len(s.at[v]) > 0 {
			best[v] = slices.MinFunc(s.at[v], s.compare)
			list = append(list, s.path(v, best[v]))
		}
	}
	slices.SortStableFunc(list, func(a, b Path) int {
		if len(a.Contacts) == 0 || len(b.Contacts) == 0 {
			return cmp.Compare(len(a.Contacts), len(b.Contacts))
		}
		return s.compare(best[a.To], best[b.To])
	})
	return list
}

func (s *roaming) path(v network.NodeIndex, at int32) Path {
	p := Path{To: v}
	p.Depart, p.Arrive = s.chains[at].times(s.by)
	var links []*Contact
	for ; at >= 0; at = s.chains[at].before {
		i := s.chains[at].contact
		p.Contacts, links = append(p.Contacts, int(i)), append(links, &s.list[i])
	}
	slices.Reverse(p.Contacts)
	slices.Reverse(links)
	p.Departs = s.opt.schedule(links, p.Depart, p.Arrive)
	return p
}
