package temporal_test

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/temporal"
)

// windowed draws a question of which some contacts can depart for a time.
func windowed(t *rapid.T) question {
	q := questions(t)
	list := make([]temporal.Contact, q.c.Len())
	for i := range list {
		list[i] = q.c.At(i)
		list[i].Window = max(0, rapid.Int64Range(-1, 4).Draw(t, "window"))
	}
	q.c = contacts(t, q.nodes, list)
	return q
}

// journey is what criteria compare.
type journey struct{ depart, arrive, hops int64 }

// rank orders journeys, the best first; what it leaves equal is a tie.
func rank(by temporal.Criterion) func(a, b journey) int {
	return func(a, b journey) int {
		first := cmp.Compare(value(by, a.depart, a.arrive, int(a.hops)), value(by, b.depart, b.arrive, int(b.hops)))
		return cmp.Or(first, cmp.Compare(a.arrive, b.arrive), cmp.Compare(a.hops, b.hops))
	}
}

// everything walks all contacts at all instants, up to more hops than times allow.
func (q question) everything() map[network.NodeIndex]map[journey]bool {
	at := map[network.NodeIndex]map[journey]bool{}
	type state struct {
		v network.NodeIndex
		journey
	}
	var open []state
	reach := func(v network.NodeIndex, j journey) {
		if at[v] == nil {
			at[v] = map[journey]bool{}
		}
		if !at[v][j] && j.hops <= 9 {
			at[v][j] = true
			open = append(open, state{v, j})
		}
	}
	each := func(v network.NodeIndex, depart func(temporal.Contact)) {
		for i := range q.c.Len() {
			for c := q.c.At(i); c.From == v && c.Window >= 0; c.Window-- {
				if q.admits(c) {
					depart(c)
				}
				c.Depart++
			}
		}
	}
	for _, v := range q.from {
		each(v, func(c temporal.Contact) { reach(c.To, journey{c.Depart, c.Arrive(), 1}) })
	}
	for len(open) > 0 {
		s := open[0]
		open = open[1:]
		last := temporal.Contact{To: s.v, Depart: s.arrive}
		each(s.v, func(c temporal.Contact) {
			if q.follows(last, c) {
				reach(c.To, journey{s.depart, c.Arrive(), s.hops + 1})
			}
		})
	}
	return at
}

// scheduled says what is wrong with when a path departs.
func (q question) scheduled(p temporal.Path) error {
	if len(p.Contacts) == 0 {
		return nil
	}
	last := temporal.Contact{}
	for i, at := range p.Contacts {
		c := q.c.At(at)
		if p.Departs[i] < c.Depart || p.Departs[i] > c.Depart+c.Window {
			return fmt.Errorf("contact %d departs at %d", at, p.Departs[i])
		}
		c.Depart = p.Departs[i]
		if !q.admits(c) || i > 0 && !q.follows(last, c) {
			return fmt.Errorf("contact %d does not follow", at)
		}
		last = c
	}
	if p.Depart != p.Departs[0] || p.Arrive != last.Arrive() || last.To != p.To || !slices.Contains(q.from, q.c.At(p.Contacts[0]).From) {
		return errors.New("wrong ends")
	}
	return nil
}

func TestBestThroughWindows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		for range 50 { // one question alone seldom meets a bound
			bestThroughWindows(t)
		}
	})
}

func bestThroughWindows(t *rapid.T) {
	q := windowed(t)
	all := q.everything()
	for _, v := range q.from {
		delete(all, v)
	}
	for _, by := range criteria {
		got := best(t, q.c, q.from, nil, by, q.opt)
		for i, p := range got {
			if err := q.scheduled(p); err != nil {
				t.Fatalf("%s: %+v: %v", by, p, err)
			}
			found := journey{p.Depart, p.Arrive, int64(len(p.Contacts))}
			var want *journey
			for j := range all[p.To] {
				if want == nil || rank(by)(j, *want) < 0 {
					want = &j
				}
			}
			if want == nil || rank(by)(found, *want) != 0 {
				t.Fatalf("%s: %+v, want %+v", by, p, want)
			}
			if i > 0 {
				before := journey{got[i-1].Depart, got[i-1].Arrive, int64(len(got[i-1].Contacts))}
				if rank(by)(before, found) > 0 {
					t.Fatalf("%s: %+v before %+v", by, got[i-1], p)
				}
			}
		}
		if len(got) != len(all) {
			t.Fatalf("%s: %d are reached, want %d", by, len(got), len(all))
		}
	}
}

// Always open contacts have no first instant; a path through them and one event is
// bound to it.
func TestContactsThatAlwaysHold(t *testing.T) {
	always := func(from, to network.NodeIndex) temporal.Contact {
		return temporal.Contact{From: from, To: to, Depart: temporal.Forever, Window: -2 * temporal.Forever, Duration: 10}
	}
	c := contacts(t, 4, []temporal.Contact{always(0, 1), {From: 1, To: 2, Depart: 1000}, always(2, 3)})
	for by, want := range map[temporal.Criterion][2]int64{
		temporal.EarliestArrival: {990, 1010}, temporal.LatestDeparture: {990, 1010}, temporal.Fastest: {990, 1010}, temporal.FewestHops: {990, 1010},
	} {
		for _, wait := range []int64{temporal.Unbounded().MaxWait, 0, 1 << 60} {
			opt := temporal.Unbounded()
			opt.MaxWait = wait
			p := best(t, c, []network.NodeIndex{0}, []network.NodeIndex{3}, by, opt)[0]
			if p.Depart != want[0] || p.Arrive != want[1] || !slices.Equal(p.Departs, []int64{990, 1000, 1000}) {
				t.Errorf("%s, wait %d: %+v", by, wait, p)
			}
		}
	}
}

// Round a circle that always holds, waits of a limit leave no end of chains.
func TestSearchThroughWindowsGivesUp(t *testing.T) {
	round := func(from, to network.NodeIndex) temporal.Contact {
		return temporal.Contact{From: from, To: to, Depart: 0, Window: 1 << 60, Duration: 7}
	}
	c := contacts(t, 3, []temporal.Contact{{From: 0, To: 1, Depart: 0}, round(1, 2), round(2, 1)})
	opt := temporal.Unbounded()
	opt.MaxWait = 0
	if _, err := temporal.Best(t.Context(), c, []network.NodeIndex{0}, nil, temporal.Fastest, opt); graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("%v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := temporal.Best(ctx, c, []network.NodeIndex{0}, nil, temporal.Fastest, opt); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}
