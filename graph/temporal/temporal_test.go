package temporal_test

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/temporal"
)

var criteria = []temporal.Criterion{temporal.EarliestArrival, temporal.LatestDeparture, temporal.Fastest, temporal.FewestHops}

// known reads the case that was worked out by hand from the definitions.
func known(t *testing.T) (c *temporal.Contacts, node func(string) network.NodeIndex, expected map[string]any) {
	var file struct {
		Contacts [][]any
		Expected map[string]any
	}
	networktest.DecodeCase(t, "temporal_paths", &file)
	node = func(name string) network.NodeIndex { return network.NodeIndex(name[0] - 'a') }
	var list []temporal.Contact
	for _, f := range file.Contacts {
		list = append(list, temporal.Contact{
			From: node(f[0].(string)), To: node(f[1].(string)), Depart: int64(f[2].(float64)), Duration: int64(f[3].(float64)),
		})
	}
	return contacts(t, 4, list), node, file.Expected
}

func contacts(t rapid.TB, nodes int, list []temporal.Contact) *temporal.Contacts {
	c, err := temporal.NewContacts(nodes, list)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func best(t rapid.TB, c *temporal.Contacts, from, to []network.NodeIndex, by temporal.Criterion, opt temporal.Options) []temporal.Path {
	paths, err := temporal.Best(context.Background(), c, from, to, by, opt)
	if err != nil {
		t.Fatal(err)
	}
	return paths
}

func TestKnownPaths(t *testing.T) {
	c, node, expected := known(t)
	opt := temporal.Unbounded()
	opt.Start, opt.End = 0, 20
	a, d := []network.NodeIndex{node("a")}, []network.NodeIndex{node("d")}
	for _, p := range best(t, c, a, nil, temporal.EarliestArrival, opt) {
		if want := expected["earliest_arrival"].(map[string]any)[string(rune('a'+p.To))]; want != float64(p.Arrive) {
			t.Errorf("%d is reached at %d, not %v", p.To, p.Arrive, want)
		}
	}
	for from, want := range expected["latest_departure_to_d"].(map[string]any) {
		if p := best(t, c, []network.NodeIndex{node(from)}, d, temporal.LatestDeparture, opt)[0]; float64(p.Depart) != want {
			t.Errorf("from %s: departs at %d, not %v", from, p.Depart, want)
		}
	}
	if p := best(t, c, a, d, temporal.Fastest, opt)[0]; float64(p.Arrive-p.Depart) != expected["fastest_duration_a_to_d"] {
		t.Errorf("fastest: %+v", p)
	}
	if p := best(t, c, a, d, temporal.FewestHops, opt)[0]; float64(len(p.Contacts)) != expected["fewest_transfers_a_to_d"] {
		t.Errorf("fewest: %+v", p)
	}
}

// question is a drawn search.
type question struct {
	c        *temporal.Contacts
	nodes    int
	from, to []network.NodeIndex
	opt      temporal.Options
}

func questions(t *rapid.T) question {
	n := rapid.IntRange(2, 5).Draw(t, "nodes")
	node := rapid.Custom(func(t *rapid.T) network.NodeIndex { return network.NodeIndex(rapid.IntRange(0, n-1).Draw(t, "node")) })
	list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) temporal.Contact {
		return temporal.Contact{
			From: node.Draw(t, "from"), To: node.Draw(t, "to"),
			Depart: rapid.Int64Range(0, 6).Draw(t, "depart"), Duration: max(0, rapid.Int64Range(-2, 3).Draw(t, "duration")),
		}
	}), 0, 9).Draw(t, "contacts")
	q := question{c: contacts(t, n, list), nodes: n, opt: temporal.Unbounded()}
	q.from = rapid.SliceOfN(node, 1, 2).Draw(t, "from")
	q.to = rapid.SliceOfN(node, 1, 3).Draw(t, "to")
	q.opt.Strict = rapid.Bool().Draw(t, "strict")
	if rapid.Bool().Draw(t, "limited") {
		q.opt.MinWait = rapid.Int64Range(0, 2).Draw(t, "least wait")
		q.opt.MaxWait = q.opt.MinWait + rapid.Int64Range(0, 2).Draw(t, "longest wait")
	}
	if rapid.Bool().Draw(t, "window") {
		q.opt.Start = rapid.Int64Range(0, 3).Draw(t, "start")
		q.opt.End = q.opt.Start + rapid.Int64Range(0, 6).Draw(t, "end")
	}
	return q
}

// follows says whether contact b may come after a, by the definition.
func (q question) follows(a, b temporal.Contact) bool {
	wait := b.Depart - a.Arrive()
	return a.To == b.From && wait >= q.opt.MinWait && wait <= q.opt.MaxWait && wait >= 0 && (!q.opt.Strict || wait > 0)
}

func (q question) admits(c temporal.Contact) bool {
	return c.Depart >= q.opt.Start && c.Arrive() <= q.opt.End
}

// value is what a criterion compares: less is better.
func value(by temporal.Criterion, depart, arrive int64, hops int) int64 {
	switch by {
	case temporal.EarliestArrival:
		return arrive
	case temporal.LatestDeparture:
		return -depart
	case temporal.Fastest:
		return arrive - depart
	}
	return int64(hops)
}

// oracle looks at every way that uses no contact twice.
func (q question) oracle(by temporal.Criterion) map[network.NodeIndex]int64 {
	values := map[network.NodeIndex]int64{}
	used := make([]bool, q.c.Len())
	var walk func(first, last temporal.Contact, hops int)
	walk = func(first, last temporal.Contact, hops int) {
		v := value(by, first.Depart, last.Arrive(), hops)
		if old, known := values[last.To]; !known || v < old {
			values[last.To] = v
		}
		for i := range used {
			if next := q.c.At(i); !used[i] && q.admits(next) && q.follows(last, next) {
				used[i] = true
				walk(first, next, hops+1)
				used[i] = false
			}
		}
	}
	for i := range used {
		if c := q.c.At(i); q.admits(c) && slices.Contains(q.from, c.From) {
			used[i] = true
			walk(c, c, 1)
			used[i] = false
		}
	}
	return values
}

// check says what is wrong with a path.
func (q question) check(p temporal.Path) error {
	if len(p.Contacts) == 0 {
		if !slices.Contains(q.from, p.To) {
			return errors.New("no contacts, and no source")
		}
		return nil
	}
	first, last := q.c.At(p.Contacts[0]), q.c.At(p.Contacts[len(p.Contacts)-1])
	if !slices.Contains(q.from, first.From) || last.To != p.To || p.Depart != first.Depart || p.Arrive != last.Arrive() {
		return errors.New("wrong ends")
	}
	visited := map[network.NodeIndex]bool{first.From: true}
	for i, at := range p.Contacts {
		c := q.c.At(at)
		if !q.admits(c) || i > 0 && !q.follows(q.c.At(p.Contacts[i-1]), c) {
			return errors.New("a contact does not follow")
		}
		if visited[c.To] && q.opt.MaxWait > 10 {
			return errors.New("a node repeats")
		}
		visited[c.To] = true
	}
	return nil
}

func TestBestIsBest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := questions(t)
		for _, by := range criteria {
			want := q.oracle(by)
			got := map[network.NodeIndex]bool{}
			before := int64(math.MinInt64)
			for _, p := range best(t, q.c, q.from, q.to, by, q.opt) {
				if err := q.check(p); err != nil {
					t.Fatalf("%s: %+v: %v", by, p, err)
				}
				got[p.To] = true
				if len(p.Contacts) == 0 {
					continue
				}
				v := value(by, p.Depart, p.Arrive, len(p.Contacts))
				if v != want[p.To] {
					t.Errorf("%s: %d by %d, not %d: %+v", by, p.To, v, want[p.To], p)
				}
				if v < before {
					t.Errorf("%s: not the best first", by)
				}
				before = v
			}
			for _, v := range q.to {
				if _, reached := want[v]; (reached || slices.Contains(q.from, v)) != got[v] {
					t.Errorf("%s: %d is found: %t", by, v, got[v])
				}
			}
		}
	})
}

// Whatever can be reached is named when no target is.
func TestReachable(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := questions(t)
		want := q.oracle(temporal.EarliestArrival)
		for _, v := range q.from {
			delete(want, v)
		}
		all := best(t, q.c, q.from, nil, temporal.EarliestArrival, q.opt)
		for _, p := range all {
			if arrive, reached := want[p.To]; !reached || arrive != p.Arrive {
				t.Errorf("%+v, %d", p, arrive)
			}
		}
		if len(all) != len(want) {
			t.Errorf("%d of %d", len(all), len(want))
		}
	})
}

func TestNumbersOfNodesDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := questions(t)
		to := networktest.Permutation(q.nodes, rapid.Uint64().Draw(t, "seed"))
		moved := func(list []network.NodeIndex) (out []network.NodeIndex) {
			for _, v := range list {
				out = append(out, to[v])
			}
			return out
		}
		var list []temporal.Contact
		for i := range q.c.Len() {
			c := q.c.At(i)
			c.From, c.To = to[c.From], to[c.To]
			list = append(list, c)
		}
		other := contacts(t, q.nodes, list)
		for _, by := range criteria {
			a, b := best(t, q.c, q.from, q.to, by, q.opt), best(t, other, moved(q.from), moved(q.to), by, q.opt)
			order := func(x, y temporal.Path) int { return cmp.Compare(x.To, y.To) }
			for i := range a {
				a[i].To = to[a[i].To]
			}
			slices.SortFunc(a, order)
			slices.SortFunc(b, order)
			if !slices.EqualFunc(a, b, func(x, y temporal.Path) bool { return x.To == y.To && slices.Equal(x.Contacts, y.Contacts) }) {
				t.Errorf("%s: %+v and %+v", by, a, b)
			}
		}
	})
}

func TestBadQuestions(t *testing.T) {
	one := temporal.Contact{From: 0, To: 1}
	for name, list := range map[string][]temporal.Contact{
		"node": {{To: 2}}, "duration": {{Duration: -1}}, "time": {{Depart: math.MaxInt64 / 2}},
	} {
		if _, err := temporal.NewContacts(2, list); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
	c := contacts(t, 2, []temporal.Contact{one})
	far := []network.NodeIndex{2}
	for name, ask := range map[string]func(*temporal.Options) ([]network.NodeIndex, temporal.Criterion){
		"source":    func(*temporal.Options) ([]network.NodeIndex, temporal.Criterion) { return far, temporal.Fastest },
		"criterion": func(*temporal.Options) ([]network.NodeIndex, temporal.Criterion) { return nil, "BEST" },
		"wait": func(o *temporal.Options) ([]network.NodeIndex, temporal.Criterion) {
			o.MaxWait = -1
			return nil, temporal.Fastest
		},
		"long wait": func(o *temporal.Options) ([]network.NodeIndex, temporal.Criterion) {
			o.MinWait = math.MaxInt64
			return nil, temporal.Fastest
		},
		"waits": func(o *temporal.Options) ([]network.NodeIndex, temporal.Criterion) {
			o.MinWait, o.MaxWait = 2, 1
			return nil, temporal.Fastest
		},
		"window": func(o *temporal.Options) ([]network.NodeIndex, temporal.Criterion) {
			o.Start, o.End = 1, 0
			return nil, temporal.Fastest
		},
	} {
		opt := temporal.Unbounded()
		from, by := ask(&opt)
		if _, err := temporal.Best(t.Context(), c, from, nil, by, opt); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCancelled(t *testing.T) {
	list := make([]temporal.Contact, 20_000)
	for i := range list {
		list[i] = temporal.Contact{From: 0, To: 1, Depart: int64(i)}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := temporal.Best(ctx, contacts(t, 2, list), []network.NodeIndex{0}, nil, temporal.Fastest, temporal.Unbounded()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// A search ends with its context also among contacts that depart together.
func TestCancelledWithinAnInstant(t *testing.T) {
	const nodes = 20_000
	list := make([]temporal.Contact, nodes-1)
	for i := range list {
		list[i] = temporal.Contact{From: network.NodeIndex(i), To: network.NodeIndex(i + 1)}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := temporal.Best(ctx, contacts(t, nodes, list), []network.NodeIndex{0}, nil, temporal.Fastest, temporal.Unbounded()); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

// What departs together is chained in a time that grows with its number, not its
// square: a long path, and a node that very many contacts reach and leave.
func TestManyContactsInOneInstant(t *testing.T) {
	const k = 300_000
	list := make([]temporal.Contact, 0, 4*k)
	for i := range network.NodeIndex(k) {
		list = append(list,
			temporal.Contact{From: 0, To: 2 + i}, temporal.Contact{From: 2 + i, To: 1}, temporal.Contact{From: 1, To: 2 + k + i},
			temporal.Contact{From: 1 + k + i, To: 2 + k + i})
	}
	c := contacts(t, 2+2*k, list)
	paths := best(t, c, []network.NodeIndex{0}, nil, temporal.EarliestArrival, temporal.Unbounded())
	if len(paths) != 1+2*k {
		t.Errorf("%d are reached", len(paths))
	}
	for _, p := range paths {
		if len(p.Contacts) > 3 {
			t.Fatalf("%d contacts to %d", len(p.Contacts), p.To)
		}
	}
}

// FuzzBest looks for contacts on which a path breaks the rules.
func FuzzBest(f *testing.F) {
	f.Add([]byte{1, 2, 3, 4, 18, 5, 6, 7}, byte(3))
	f.Fuzz(func(t *testing.T, data []byte, options byte) {
		q := question{nodes: 16, from: []network.NodeIndex{0}, opt: temporal.Unbounded()}
		q.opt.Strict = options&1 != 0
		if options&2 != 0 {
			q.opt.MaxWait = int64(options >> 4)
			q.opt.MinWait = q.opt.MaxWait / 2
		}
		var list []temporal.Contact
		for ; len(data) >= 3 && len(list) < 500; data = data[3:] {
			list = append(list, temporal.Contact{
				From: network.NodeIndex(data[0] % 16), To: network.NodeIndex(data[0] / 16), Depart: int64(data[1]), Duration: int64(data[2] % 8),
				Window: int64(data[2]>>5) * int64(options>>2&1),
			})
		}
		q.c = contacts(t, q.nodes, list)
		for _, by := range criteria {
			for _, p := range best(t, q.c, q.from, nil, by, q.opt) {
				if err := q.scheduled(p); err != nil {
					t.Errorf("%s: %+v: %v", by, p, err)
				}
			}
		}
	})
}
