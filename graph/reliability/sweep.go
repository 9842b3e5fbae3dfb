package reliability

import (
	"context"
	"slices"

	"github.com/chokepoint/chokepoint/graph/network"
)

// sweeping decides link after link and remembers of what was decided only which nodes
// on the frontier, between decided and undecided links, reach each other: outcomes that
// agree in this are one (Hardy, Lucet and Limnios 2007). It is exact, and takes time by
// how many such relations there are, which grows with the width of the frontier and
// not with the number of links.
type sweeping struct {
	*question
	stages  []decision
	present relations
	next    relations
	steps   int64
}

// width is how many nodes a frontier may have, the source and the sink included.
const width = 16

// maxRelations bounds the memory of a sweep: 100 bytes each.
const maxRelations = 1 << 18

// relation holds for each place on the frontier the places that it reaches, itself
// included; 0 where the place is free.
type relation [width]uint16

// Places that are never given up.
const (
	sourcePlace = iota
	sinkPlace
	innerPlace
)

// decision is a link with what happens to the frontier around it.
type decision struct {
	link            network.EdgeIndex
	from, to        int
	leave           uint16 // places that no further link needs
	sourceEnd, sink bool   // no further link leaves the source, or enters the sink
}

// relations are the outcomes so far, in the order in which they came up, so that sums
// do not depend on chance.
type relations struct {
	list []relation
	mass []float64
	at   map[relation]int
}

func (r *relations) add(key relation, mass float64) {
	i, known := r.at[key]
	if !known {
		i = len(r.list)
		r.at[key] = i
		r.list, r.mass = append(r.list, key), append(r.mass, 0)
	}
	r.mass[i] += mass
}

func (r *relations) clear() {
	clear(r.at)
	r.list, r.mass = r.list[:0], r.mass[:0]
}

// sweep returns the exact answer for independent links between one source and one
// sink. It reports false where the frontier is too wide or the work ended before.
func (q *question) sweep(ctx context.Context, work int64) (value float64, done bool, err error) {
	s := &sweeping{question: q, present: relations{at: map[relation]int{}}, next: relations{at: map[relation]int{}}}
	if q.grouped || len(q.from) > 1 || len(q.to) > 1 || !s.plan() {
		return 0, false, nil
	}
	start := relation{sourcePlace: 1 << sourcePlace, sinkPlace: 1 << sinkPlace}
	s.present.add(start, 1)
	for _, d := range s.stages {
		if s.steps > work || len(s.present.list) > maxRelations {
			return 0, false, nil
		}
		if value += s.decide(ctx, d); ctx.Err() != nil {
			return 0, false, ctx.Err()
		}
	}
	return min(value, 1), true, nil
}

// decide lets a link hold and fail, and returns the mass with which the sink is
// reached by that.
func (s *sweeping) decide(ctx context.Context, d decision) (reached float64) {
	p := s.probability[d.link]
	s.next.clear()
	for i, key := range s.present.list {
		if i%checkEvery == checkEvery-1 && ctx.Err() != nil {
			return 0
		}
		for _, place := range [2]int{d.from, d.to} {
			key[place] |= 1 << place
		}
		mass := s.present.mass[i]
		s.keep(key, d, mass*(1-p))
		key.join(d.from, d.to)
		if !s.net.Directed() {
			key.join(d.to, d.from)
		}
		if key[sourcePlace]&(1<<sinkPlace) != 0 {
			reached += mass * p
			continue
		}
		key.forget()
		s.keep(key, d, mass*p)
	}
	s.steps += int64(len(s.present.list)) * width
	s.present, s.next = s.next, s.present
	return reached
}

// keep goes on with a relation unless it is settled that the sink is not reached.
func (s *sweeping) keep(key relation, d decision, mass float64) {
	if mass == 0 {
		return
	}
	toSink := uint16(0)
	for place := range key {
		if d.leave>>place&1 != 0 {
			key[place] = 0
		}
		key[place] &^= d.leave
		if place != sinkPlace {
			toSink |= key[place] & (1 << sinkPlace)
		}
	}
	if d.sourceEnd && key[sourcePlace] == 1<<sourcePlace || d.sink && toSink == 0 {
		return
	}
	s.next.add(key, mass)
}

// join lets what reaches one place reach what another reaches.
func (k *relation) join(from, to int) {
	further := k[to]
	for place := range k {
		if k[place]>>from&1 != 0 {
			k[place] |= further
		}
	}
}

// forget drops what can make no difference: who reaches what the source reaches, and
// where else gets what reaches the sink.
func (k *relation) forget() {
	reached := k[sourcePlace]
	k[sinkPlace] = 1 << sinkPlace
	for place := innerPlace; place < width; place++ {
		switch {
		case k[place] == 0:
		case reached>>place&1 != 0:
			k[place] = 1 << place
		case k[place]>>sinkPlace&1 != 0:
			k[place] = 1<<place | 1<<sinkPlace
		default:
			k[place] &^= reached
		}
	}
}

// plan orders the links along a search from the source or from the sink, whichever
// has the narrower frontier. It reports false where both are too wide.
func (s *sweeping) plan() bool {
	least := width + 1
	for _, start := range [2]network.NodeIndex{s.from[0], s.to[0]} {
		if stages, most := s.along(s.position(start)); most < least {
			s.stages, least = stages, most
		}
	}
	return least <= width
}

// position numbers nodes in the order of a search that takes links either way.
func (s *sweeping) position(start network.NodeIndex) []int {
	at := slices.Repeat([]int{-1}, s.net.NumNodes())
	queue := []network.NodeIndex{start}
	at[start] = 0
	for i := 0; i < len(queue); i++ {
		for _, next := range [2][]network.NodeIndex{s.net.Out(queue[i]), s.net.In(queue[i])} {
			for _, w := range next {
				if at[w] < 0 {
					at[w] = len(queue)
					queue = append(queue, w)
				}
			}
		}
	}
	return at
}

// along decides each link when the later of its ends is come to, and returns how wide
// the frontier gets.
func (s *sweeping) along(at []int) (stages []decision, most int) {
	links := make([]network.EdgeIndex, s.net.NumLinks())
	for e := range links {
		links[e] = network.EdgeIndex(e)
	}
	ends := func(e network.EdgeIndex) (first, last int) {
		v, w := s.net.Ends(e)
		return min(at[v], at[w]), max(at[v], at[w])
	}
	slices.SortStableFunc(links, func(a, b network.EdgeIndex) int {
		firstA, lastA := ends(a)
		firstB, lastB := ends(b)
		if lastA != lastB {
			return lastA - lastB
		}
		return firstA - firstB
	})
	left := make([]int, s.net.NumNodes()) // links not decided yet
	for _, e := range links {
		v, w := s.net.Ends(e)
		left[v]++
		left[w]++
	}
	f := &frontier{place: make([]int, len(left)), most: innerPlace}
	f.place[s.from[0]], f.place[s.to[0]] = sourcePlace+1, sinkPlace+1
	for _, e := range links {
		v, w := s.net.Ends(e)
		d := decision{link: e, from: f.enter(v), to: f.enter(w)}
		if f.most > width {
			return nil, f.most
		}
		for _, end := range [2]network.NodeIndex{v, w} {
			if left[end]--; left[end] > 0 {
				continue
			}
			if place := f.place[end] - 1; place >= innerPlace {
				d.leave |= 1 << place
				f.taken &^= 1 << place
			}
		}
		d.sourceEnd, d.sink = left[s.from[0]] == 0, left[s.to[0]] == 0
		stages = append(stages, d)
	}
	return stages, f.most
}

// frontier gives nodes their places.
type frontier struct {
	place []int // 1 above it; 0 for none yet
	taken uint32
	most  int
}

func (f *frontier) enter(v network.NodeIndex) int {
	if f.place[v] == 0 {
		place := innerPlace
		for place < width && f.taken>>place&1 != 0 {
			place++
		}
		f.taken |= 1 << place
		f.place[v] = place + 1
		f.most = max(f.most, place+1)
	}
	return f.place[v] - 1
}
