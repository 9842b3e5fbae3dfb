package temporal

import (
	"cmp"
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Path is a way from a source to a target.
type Path struct {
	To network.NodeIndex
	// Contacts are its parts by their place in the order of departure; none for a
	// target that is a source.
	Contacts []int
	// Departs is when each of them departs.
	Departs []int64
	// Depart is when the first departs and Arrive when the last is over; 0 without any.
	Depart, Arrive int64
}

// Best returns the best path from any of from to each of to, best first and then by
// target; targets that cannot be reached are left out. If to is nil, every node that
// can be reached by a contact is a target.
//
// Time O(m log m) for m contacts, also if there is no path; about 60 bytes a contact and
// 60 a node of memory. If some contact has a Window, then for each node all chains to it
// are kept that no other can stand in for, each with all times in which it can be walked
// (a zone, as of timed automata): few without MaxWait, without any bound with it, so that
// the search gives up after a number of steps, which is an error. Errors: BAD_USER_INPUT for that, and
// for a criterion, option or node that there is not; the end of ctx.
func Best(ctx context.Context, c *Contacts, from, to []network.NodeIndex, by Criterion, opt Options) ([]Path, error) {
	if err := opt.check(); err != nil {
		return nil, err
	}
	if !slices.Contains([]Criterion{EarliestArrival, LatestDeparture, Fastest, FewestHops}, by) {
		return nil, graph.Errorf(graph.BadUserInput, "criterion: there is no %q", by)
	}
	for _, v := range slices.Concat(from, to) {
		if int(v) >= c.nodes {
			return nil, graph.Errorf(graph.BadUserInput, "from and to: there is no node %d", v)
		}
	}
	source := make([]bool, c.nodes)
	for _, v := range from {
		source[v] = true
	}
	var s interface {
		run(ctx context.Context) error
		paths(to []network.NodeIndex) []Path
	}
	if c.windows {
		s = newRoaming(c, by, opt, source)
	} else {
		s = newSearch(c, by, opt, source)
	}
	if err := s.run(ctx); err != nil {
		return nil, err
	}
	return s.paths(to), nil
}

type search struct {
	*Contacts
	by     Criterion
	opt    Options
	source []bool
	// labels of contacts; hops 0 is not reached.
	labels  []label
	nodes   []waiting
	arrived int     // how many of the contacts by arrival have been looked at
	best    []int32 // the contact by which each node is best reached, −1 for none
	// Within one instant: the first contact from each node, the next from the same
	// node by place in the instant, −1 for none, and those to go on from.
	head, next []int32
	open       instant
}

func newSearch(c *Contacts, by Criterion, opt Options, source []bool) *search {
	s := &search{
		Contacts: c, by: by, opt: opt, source: source,
		labels: make([]label, len(c.list)), nodes: make([]waiting, c.nodes), best: make([]int32, c.nodes), head: make([]int32, c.nodes),
	}
	for v := range s.best {
		s.best[v], s.head[v] = -1, -1
	}
	return s
}

// checkEvery is how many contacts pass between two looks at the context.
const checkEvery = 1 << 12

// run labels the contacts, those that depart together at once.
func (s *search) run(ctx context.Context) error {
	first, _ := slices.BinarySearchFunc(s.list, s.opt.Start, func(c Contact, start int64) int { return cmp.Compare(c.Depart, start) })
	looked := first
	for begin := first; begin < len(s.list) && s.list[begin].Depart <= s.opt.End; {
		if begin-looked >= checkEvery {
			if looked = begin; ctx.Err() != nil {
				return ctx.Err()
			}
		}
		end := begin + 1
		for end < len(s.list) && s.list[end].Depart == s.list[begin].Depart {
			end++
		}
		s.arriveBy(s.list[begin].Depart, begin)
		for i := begin; i < end; i++ {
			s.depart(int32(i))
		}
		if !s.opt.Strict && s.opt.MinWait == 0 {
			if err := s.chain(ctx, begin, end); err != nil {
				return err
			}
		}
		for i := begin; i < end; i++ {
			s.settle(int32(i))
		}
		begin = end
	}
	return nil
}

// arriveBy lets the contacts before place begin that are over in time for a departure
// wait for it.
func (s *search) arriveBy(depart int64, begin int) {
	inTime := depart
	if s.opt.Strict && s.opt.MinWait == 0 { // a wait orders by itself
		inTime--
	}
	for ; s.arrived < len(s.byArrival); s.arrived++ {
		i := s.byArrival[s.arrived]
		c := &s.list[i]
		if int(i) >= begin || c.Arrive()+s.opt.MinWait > inTime {
			return
		}
		if l := s.labels[i]; l.hops > 0 {
			l.prev = i
			s.nodes[c.To].add(arrival{c.Arrive(), l})
		}
	}
}

// depart labels a contact by what waits where it departs.
func (s *search) depart(i int32) {
	c := s.list[i]
	if c.Arrive() > s.opt.End {
		return
	}
	if l, ok := s.nodes[c.From].best(c.Depart - min(s.opt.MaxWait, 2*limit)); ok {
		s.improve(i, l)
	}
	if s.source[c.From] {
		s.improve(i, s.born(c))
	}
}

// born is the label before the first contact.
func (s *search) born(c Contact) label {
	l := label{prev: -1}
	if s.by == LatestDeparture || s.by == Fastest {
		l.main = -c.Depart
	}
	return l
}

// improve says that contact i can follow what has label l.
func (s *search) improve(i int32, l label) bool {
	l.hops++
	if s.by == FewestHops {
		l.main++
	}
	if s.labels[i].hops > 0 && l.compare(s.labels[i]) >= 0 {
		return false
	}
	s.labels[i] = l
	return true
}

// chain lets contacts that take no time follow each other within one instant, the
// best first, by Dijkstra's algorithm: the first to get to a node is the best, so what
// departs from there is looked at once.
func (s *search) chain(ctx context.Context, begin, end int) error {
	if end-begin == 1 {
		return nil
	}
	s.open = instant{s.open.begun[:0], s.open.found[:0]}
	for i := begin; i < end; i++ {
		if s.instantly(int32(i)) {
			s.open.begun = append(s.open.begun, reached{s.labels[i], int32(i)})
		}
	}
	if s.open.empty() {
		return nil
	}
	slices.SortFunc(s.open.begun, reached.compare)
	s.link(begin, end)
	for looked := begin; !s.open.empty(); {
		i := s.open.pop()
		l := s.labels[i]
		l.prev = i
		to := s.list[i].To
		for next := s.head[to]; next >= 0; next = s.next[int(next)-begin] {
			if looked++; looked%checkEvery == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if s.list[next].Arrive() <= s.opt.End && s.improve(next, l) && s.instantly(next) {
				s.open.found = append(s.open.found, reached{s.labels[next], next})
			}
		}
		s.head[to] = -1
	}
	for i := begin; i < end; i++ {
		s.head[s.list[i].From] = -1
	}
	return nil
}

// instantly says whether others can follow a contact in the same instant.
func (s *search) instantly(i int32) bool { return s.labels[i].hops > 0 && s.list[i].Duration == 0 }

// link lists the contacts of an instant by the node from which they depart, in order.
func (s *search) link(begin, end int) {
	s.next = slices.Grow(s.next[:0], end-begin)[:end-begin]
	for i := end - 1; i >= begin; i-- {
		head := &s.head[s.list[i].From]
		s.next[i-begin], *head = *head, int32(i)
	}
}

// settle keeps a labelled contact if its target is best reached so.
func (s *search) settle(i int32) {
	if s.labels[i].hops == 0 {
		return
	}
	c := s.list[i]
	if best := s.best[c.To]; best < 0 || s.compare(i, best) < 0 {
		s.best[c.To] = i
	}
}

// compare orders contacts by how good it is to arrive with them.
func (s *search) compare(a, b int32) int {
	x, y := s.labels[a], s.labels[b]
	arrive := cmp.Compare(s.list[a].Arrive(), s.list[b].Arrive())
	switch s.by {
	case EarliestArrival:
		return cmp.Or(arrive, cmp.Compare(x.hops, y.hops))
	case Fastest:
		return cmp.Or(cmp.Compare(s.list[a].Arrive()+x.main, s.list[b].Arrive()+y.main), arrive, cmp.Compare(x.hops, y.hops))
	}
	return cmp.Or(cmp.Compare(x.main, y.main), arrive, cmp.Compare(x.hops, y.hops))
}

// paths returns the paths to the targets, the best first.
func (s *search) paths(to []network.NodeIndex) []Path {
	list := []Path{}
	if to == nil {
		for v := range s.best {
			if s.best[v] >= 0 && !s.source[v] {
				list = append(list, s.path(network.NodeIndex(v)))
			}
		}
	}
	to = slices.Clone(to)
	slices.Sort(to)
	for _, v := range slices.Compact(to) {
		if s.source[v] || s.best[v] >= 0 {
			list = append(list, s.path(v))
		}
	}
	slices.SortStableFunc(list, func(a, b Path) int {
		if len(a.Contacts) == 0 || len(b.Contacts) == 0 {
			return cmp.Compare(len(a.Contacts), len(b.Contacts))
		}
		return s.compare(s.best[a.To], s.best[b.To])
	})
	return list
}

func (s *search) path(v network.NodeIndex) Path {
	p := Path{To: v, Contacts: []int{}}
	if s.source[v] {
		return p
	}
	for i := s.best[v]; i >= 0; i = s.labels[i].prev {
		p.Contacts = append(p.Contacts, int(i))
	}
	slices.Reverse(p.Contacts)
	last := s.list[p.Contacts[len(p.Contacts)-1]]
	for _, i := range p.Contacts {
		p.Departs = append(p.Departs, s.list[i].Depart)
	}
	p.Depart, p.Arrive = s.list[p.Contacts[0]].Depart, last.Arrive()
	return p
}
