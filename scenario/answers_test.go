package scenario

import (
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestCuts(t *testing.T) {
	everySeed(t, func(t *testing.T, w *world, seed uint64) {
		for _, name := range []string{"supply-cut", "supply-cut-kg", "supply-plan-1", "supply-plan-2"} {
			checkCut(t, w, w.answers[name])
		}
		if len(w.nodes) < 2000 || seed < 3 { // every three of the larger network: three seeds are enough
			checkCut(t, w, w.answers["supply-plan-3"])
		}
	})
}

// checkCut tries every choice of so many nodes that lie between sources and sinks.
func checkCut(t *testing.T, w *world, p Planted) {
	t.Helper()
	f := newFlowNetwork(w.goods(), p.From, p.To, p.CapacityProperty == "quantity")
	if got := f.max(nil); math.Abs(got-*p.Before.Flow) > 1e-6 {
		t.Errorf("%s: the flow is %v, answered %v", p.Name, got, *p.Before.Flow)
	}
	best, sets := math.Inf(1), [][]string{}
	var try func(from int, chosen []string)
	try = func(from int, chosen []string) {
		if len(chosen) == p.Budget {
			left := f.max(chosen)
			if left < best-1e-6 {
				best, sets = left, nil
			}
			if left < best+1e-6 {
				sets = append(sets, slices.Clone(chosen))
			}
			return
		}
		for i := from; i < len(f.between); i++ {
			try(i+1, append(chosen, f.between[i]))
		}
	}
	try(0, nil)
	want := slices.Sorted(slices.Values(p.Expected))
	if len(sets) != 1 || math.Abs(best-*p.After.Flow) > 1e-6 {
		t.Fatalf("%s: %d best sets leave %v, answered one and %v", p.Name, len(sets), best, *p.After.Flow)
	}
	if diff := cmp.Diff(want, slices.Sorted(slices.Values(sets[0]))); diff != "" {
		t.Errorf("%s: %s", p.Name, diff)
	}
}

func TestLiaisons(t *testing.T) {
	everySeed(t, func(t *testing.T, w *world, seed uint64) {
		keys, next := dense(w.peopleNetwork(), false)
		one, two := w.answers["liaison"], w.answers["liaisons"]
		if got := connectedPairs(next); got != *one.Before.ConnectedPairs {
			t.Fatalf("%d pairs are connected, answered %d", got, *one.Before.ConnectedPairs)
		}
		best := int64(math.MaxInt64)
		var sets [][]string
		judge := func(removed ...int) {
			left := connectedPairs(next, removed...)
			if left < best {
				best, sets = left, nil
			}
			if left == best {
				var names []string
				for _, i := range removed {
					names = append(names, keys[i])
				}
				sets = append(sets, names)
			}
		}
		for i := range keys {
			judge(i)
		}
		checkSet(t, one, sets, best)
		if len(w.nodes) > 2000 && seed > 2 {
			return // every pair of the larger network: three seeds are enough
		}
		best = math.MaxInt64
		for i := range keys {
			for j := range i {
				judge(i, j)
			}
		}
		checkSet(t, two, sets, best)
	})
}

func checkSet(t *testing.T, p Planted, sets [][]string, left int64) {
	t.Helper()
	if len(sets) != 1 || left != *p.After.ConnectedPairs {
		t.Fatalf("%s: %d sets leave %d pairs, answered one and %d", p.Name, len(sets), left, *p.After.ConnectedPairs)
	}
	if diff := cmp.Diff(slices.Sorted(slices.Values(p.Expected)), slices.Sorted(slices.Values(sets[0]))); diff != "" {
		t.Errorf("%s: %s", p.Name, diff)
	}
}

func connectedPairs(next [][]int, removed ...int) int64 {
	seen, total := make([]bool, len(next)), int64(0)
	for _, i := range removed {
		seen[i] = true
	}
	var stack []int
	for i := range next {
		if seen[i] {
			continue
		}
		seen[i], stack = true, append(stack[:0], i)
		size := int64(0)
		for len(stack) > 0 {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			size++
			for _, n := range next[at] {
				if !seen[n] {
					seen[n], stack = true, append(stack, n)
				}
			}
		}
		total += size * (size - 1) / 2
	}
	return total
}

func TestFunnel(t *testing.T) {
	everySeed(t, func(t *testing.T, w *world, _ uint64) {
		for _, name := range []string{"funnel-undirected", "funnel-directed"} {
			p := w.answers[name]
			keys, next := dense(w.money(), p.Scope.Orientation == "NATURAL")
			score := betweenness(next)
			first := slices.Index(keys, p.Expected[0])
			for i := range keys {
				if i != first && score[i]*p.Margin > score[first] {
					t.Errorf("%s: %s scores %v, %s only %v", name, keys[i], score[i], keys[first], score[first])
				}
			}
		}
	})
}

// betweenness counts ordered pairs by Brandes' method.
func betweenness(next [][]int) []float64 {
	n := len(next)
	score := make([]float64, n)
	for s := range next {
		distance, paths, credit := make([]int, n), make([]float64, n), make([]float64, n)
		order := []int{s}
		distance[s], paths[s] = 1, 1
		for q := 0; q < len(order); q++ {
			for _, to := range next[order[q]] {
				if distance[to] == 0 {
					distance[to], order = distance[order[q]]+1, append(order, to)
				}
				if distance[to] == distance[order[q]]+1 {
					paths[to] += paths[order[q]]
				}
			}
		}
		for q := len(order) - 1; q >= 0; q-- {
			at := order[q]
			for _, to := range next[at] {
				if distance[to] == distance[at]+1 {
					credit[at] += paths[at] / paths[to] * (1 + credit[to])
				}
			}
			if at != s {
				score[at] += credit[at]
			}
		}
	}
	return score
}

func TestDiversionPath(t *testing.T) {
	everySeed(t, func(t *testing.T, w *world, _ uint64) {
		p := w.answers["diversion-path"]
		next, facts := map[string][]string{}, map[[2]string][]string{}
		for _, a := range w.goods() {
			hop := [2]string{a.from, a.to}
			if facts[hop] == nil {
				next[a.from] = append(next[a.from], a.to)
			}
			facts[hop] = append(facts[hop], a.fact)
		}
		shortest := walks(next, p.From[0], p.To[0], len(p.Expected)-1)
		if diff := cmp.Diff([][]string{p.Expected}, shortest); diff != "" {
			t.Error(diff)
		}
		for _, h := range p.Hops {
			if diff := cmp.Diff(slices.Sorted(slices.Values(facts[[2]string{h.From, h.To}])), slices.Sorted(slices.Values(h.Facts))); diff != "" {
				t.Error(diff)
			}
		}
	})
}

// walks lists the simple paths of at most so many hops.
func walks(next map[string][]string, from, to string, hops int) [][]string {
	if from == to {
		return [][]string{{to}}
	}
	if hops == 0 {
		return nil
	}
	var out [][]string
	for _, n := range next[from] {
		for _, rest := range walks(next, n, to, hops-1) {
			out = append(out, append([]string{from}, rest...))
		}
	}
	return out
}

func TestMoneyTrail(t *testing.T) {
	everySeed(t, func(t *testing.T, w *world, _ uint64) {
		p := w.answers["money-trail"]
		out := map[string][]arc{}
		for _, a := range w.money() {
			if !a.at.Before(p.Scope.During.Start) && a.at.Before(p.Scope.During.End) {
				out[a.from] = append(out[a.from], a)
			}
		}
		var found [][]string
		var follow func(at string, since time.Time, so []string)
		follow = func(at string, since time.Time, so []string) {
			if at == p.To[0] {
				found = append(found, slices.Clone(so))
				return
			}
			for _, a := range out[at] {
				if a.at.After(since) {
					follow(a.to, a.at, append(so, a.fact))
				}
			}
		}
		follow(p.From[0], p.Scope.During.Start.Add(-1), nil)
		var want []string
		for i, h := range p.Hops {
			want = append(want, h.Facts...)
			if h.From != p.Expected[i] || h.To != p.Expected[i+1] {
				t.Errorf("hop %d leads from %s to %s", i, h.From, h.To)
			}
		}
		if diff := cmp.Diff([][]string{want}, found); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPatterns(t *testing.T) {
	everySeed(t, func(t *testing.T, w *world, _ uint64) {
		var dollars, yuans []*Node
		for i := range w.nodes {
			switch n := &w.nodes[i]; {
			case n.Kind == "Transfer" && n.Property("currency") == "CNY":
				yuans = append(yuans, n)
			case n.Kind == "Transfer":
				dollars = append(dollars, n)
			}
		}
		var mirrors []string
		for _, in := range dollars {
			for _, out := range yuans {
				after := instant(t, out, "at").Sub(instant(t, in, "at"))
				if after > 0 && after < 4*24*time.Hour && in.Property("amountUsd") == out.Property("amountUsd") {
					mirrors = append(mirrors, in.Key, out.Key)
				}
			}
		}
		if diff := cmp.Diff(w.answers["mirror-transfers"].Expected, mirrors); diff != "" {
			t.Error(diff)
		}
		shared := w.answers["shared-address"]
		if diff := cmp.Diff(slices.Sorted(slices.Values(shared.Expected)), w.neighbours(shared.From[0])); diff != "" {
			t.Error(diff)
		}
	})
}

// neighbours returns who is registered where key is.
func (w *world) neighbours(key string) []string {
	var found []string
	at := map[string]bool{}
	for _, l := range w.links {
		if l.Kind == "REGISTERED_AT" && l.From == key {
			at[l.To] = true
		}
	}
	for _, l := range w.links {
		if l.Kind == "REGISTERED_AT" && at[l.To] && l.From != key {
			found = append(found, l.From)
		}
	}
	slices.Sort(found)
	return found
}

func instant(t *testing.T, n *Node, property string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, n.Property(property))
	if err != nil {
		t.Fatalf("%s of %s: %v", property, n.Key, err)
	}
	return at
}
