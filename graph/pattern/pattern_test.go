package pattern_test

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/pattern"
)

// wide looks for everything.
func wide() pattern.Options {
	return pattern.Options{
		Window: 1 << 40, Tolerance: math.Inf(1), MaxLength: 10, MinFan: 4, HubCap: math.MaxInt,
		MaxPatterns: math.MaxInt, MaxSteps: math.MaxInt64, Strict: true,
	}
}

func find(t rapid.TB, accounts int, list []pattern.Transfer, opt pattern.Options, kinds ...pattern.Kind) *pattern.Found {
	found, err := pattern.Find(context.Background(), accounts, list, kinds, opt)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// The case was worked out by hand from the definition of 2SCENT.
func TestTemporalCycles(t *testing.T) {
	var c struct {
		Transfers [][]any
		Delta     int64
		Expected  struct{ Cycles [][]string }
	}
	networktest.DecodeCase(t, "temporal_cycles", &c)
	node := func(name any) network.NodeIndex { return network.NodeIndex(name.(string)[0] - 'a') }
	var list []pattern.Transfer
	for _, tr := range c.Transfers {
		list = append(list, pattern.Transfer{From: node(tr[0]), To: node(tr[1]), At: int64(tr[2].(float64))})
	}
	opt := wide()
	opt.Window = c.Delta
	var got, want []string
	for _, p := range find(t, 4, list, opt, pattern.Cycle).Patterns {
		var told []string
		for i, v := range p.Layers[0] {
			told = append(told, fmt.Sprintf("%c@%d", 'a'+v, list[p.Transfers[i]].At))
		}
		got = append(got, strings.Join(append(told, string(rune('a'+p.Layers[0][0]))), " "))
	}
	for _, cycle := range c.Expected.Cycles {
		want = append(want, strings.Join(cycle, " "))
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// table reads a CSV file of the reference data.
func table(t *testing.T, elements ...string) [][]string {
	f, err := os.Open(filepath.Join(append([]string{networktest.Reference(t), "data"}, elements...)...))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

func number(t *testing.T, text string) int64 {
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatal(err)
	}
	return int64(math.Round(f * 100))
}

// planted is one answer of the planted data; which fields are there depends on Type.
type planted struct {
	Type                        string
	Center, Origin, Beneficiary string
	Members, Intermediaries     []string
	Sources, Targets            []string
	AccountsInTimeOrder         []string `json:"accounts_in_time_order"`
	Layers                      [][]string
}

func (p planted) layers() [][]string {
	switch p.Type {
	case "fan_in":
		return [][]string{p.Members, {p.Center}}
	case "fan_out":
		return [][]string{{p.Center}, p.Members}
	case "scatter_gather":
		return [][]string{{p.Origin}, p.Intermediaries, {p.Beneficiary}}
	case "gather_scatter":
		return [][]string{p.Sources, {p.Center}, p.Targets}
	case "cycle":
		return [][]string{p.AccountsInTimeOrder}
	}
	return p.Layers
}

// Every planted pattern is found as it was planted, and nothing else that is as
// large and that agrees in its amounts.
func TestPlantedPatterns(t *testing.T) {
	index, names := map[string]network.NodeIndex{}, []string{}
	node := func(name string) network.NodeIndex {
		if _, known := index[name]; !known {
			index[name] = network.NodeIndex(len(names))
			names = append(names, name)
		}
		return index[name]
	}
	var list []pattern.Transfer
	for _, row := range table(t, "planted_supply_a", "transfers.csv") {
		list = append(list, pattern.Transfer{From: node(row[0]), To: node(row[1]), At: number(t, row[2]) / 100, Amount: number(t, row[3])})
	}
	raw, err := os.ReadFile(filepath.Join(networktest.Reference(t), "data", "planted_supply_a", "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var expected struct {
		Planted []planted `json:"planted_laundering"`
	}
	networktest.Decode(t, raw, &expected)
	opt := wide()
	opt.Window, opt.Tolerance, opt.MinAmount = 14, 0.1, 200_000
	told := func(kind string, layers [][]string) string {
		for i := range layers {
			if kind != "CYCLE" {
				slices.Sort(layers[i])
			}
		}
		return fmt.Sprint(kind, layers)
	}
	var got, want []string
	for _, p := range find(t, len(names), list, opt, pattern.Kinds()...).Patterns {
		layers := make([][]string, len(p.Layers))
		for i, layer := range p.Layers {
			for _, v := range layer {
				layers[i] = append(layers[i], names[v])
			}
		}
		got = append(got, told(string(p.Kind), layers))
	}
	for _, p := range expected.Planted {
		want = append(want, told(strings.ToUpper(p.Type), p.layers()))
	}
	// A pattern has others as its parts.
	for _, p := range expected.Planted {
		switch p.Type {
		case "scatter_gather":
			want = append(want, told("FAN_OUT", [][]string{{p.Origin}, p.Intermediaries}), told("FAN_IN", [][]string{p.Intermediaries, {p.Beneficiary}}))
		case "gather_scatter":
			want = append(want, told("FAN_IN", [][]string{p.Sources, {p.Center}}), told("FAN_OUT", [][]string{{p.Center}, p.Targets}))
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// The README of the data tells how many accounts lie on a simple cycle among the fraud
// accounts whose times do not decrease (459), and how many such cycles there are, one
// for each account where it can begin: 361, of which one within one instant is told
// twice. Without regard to the beginning NetworkX (simple_cycles) has 349.
func TestCyclesAmongFraudAccounts(t *testing.T) {
	fraud, count := map[string]bool{}, 0
	for _, row := range table(t, "amlsim_20k_cycle200", "nodes.csv") {
		fraud[row[0]] = row[1] == "1" || strings.EqualFold(row[1], "true")
		if fraud[row[0]] {
			count++
		}
	}
	if count != 945 {
		t.Fatalf("%d fraud accounts", count)
	}
	var list []pattern.Transfer
	for _, row := range table(t, "amlsim_20k_cycle200", "transactions.csv") {
		if fraud[row[0]] && fraud[row[1]] {
			from, to := number(t, row[0])/100, number(t, row[1])/100
			list = append(list, pattern.Transfer{From: network.NodeIndex(from), To: network.NodeIndex(to), At: number(t, row[3])})
		}
	}
	opt := wide()
	opt.Strict = false
	found := find(t, 20_000, list, opt, pattern.Cycle)
	accounts, begun, ways := map[network.NodeIndex]bool{}, map[string]bool{}, map[string]bool{}
	for _, p := range found.Patterns { // several for those who pay each other repeatedly
		least := slices.Index(p.Layers[0], slices.Min(p.Layers[0]))
		begun[fmt.Sprint(p.Layers[0])] = true
		ways[fmt.Sprint(slices.Concat(p.Layers[0][least:], p.Layers[0][:least]))] = true
		for _, v := range p.Layers[0] {
			accounts[v] = true
		}
	}
	if len(begun) != 360 || len(ways) != 349 || len(accounts) != 459 || len(found.Truncated) > 0 {
		t.Errorf("%d cycles with %d beginnings over %d accounts", len(ways), len(begun), len(accounts))
	}
}

// drawn draws few accounts with many transfers.
func drawn(t *rapid.T) (int, []pattern.Transfer, pattern.Options) {
	n := rapid.IntRange(2, 6).Draw(t, "accounts")
	node := rapid.Custom(func(t *rapid.T) network.NodeIndex {
		return network.NodeIndex(rapid.IntRange(0, n-1).Draw(t, "account"))
	})
	list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pattern.Transfer {
		return pattern.Transfer{From: node.Draw(t, "from"), To: node.Draw(t, "to"), At: rapid.Int64Range(0, 9).Draw(t, "at"), Amount: rapid.Int64Range(0, 4).Draw(t, "amount")}
	}), 0, 16).Draw(t, "transfers")
	opt := wide()
	opt.Window = rapid.Int64Range(0, 12).Draw(t, "window")
	opt.MinAmount = rapid.Int64Range(0, 1).Draw(t, "least")
	opt.Tolerance = rapid.SampledFrom([]float64{0, 0.5, math.Inf(1)}).Draw(t, "tolerance")
	opt.MaxLength = rapid.IntRange(2, 5).Draw(t, "length")
	opt.MinFan = rapid.IntRange(2, 3).Draw(t, "fan")
	opt.Strict = rapid.Bool().Draw(t, "strict")
	if rapid.Bool().Draw(t, "capped") {
		opt.HubCap = rapid.IntRange(3, 8).Draw(t, "cap")
	}
	return n, list, opt
}

func agrees(o pattern.Options, arrived, paid int64) bool {
	return math.IsInf(o.Tolerance, 1) || math.Abs(float64(arrived-paid)) <= o.Tolerance*float64(arrived)
}

func follows(o pattern.Options, before, after int64) bool {
	return before < after || before == after && !o.Strict
}

func hubs(n int, list []pattern.Transfer, o pattern.Options) []bool {
	count := make([]int, n)
	for _, t := range list {
		if t.Amount >= o.MinAmount && t.From != t.To {
			count[t.From]++
			count[t.To]++
		}
	}
	hub := make([]bool, n)
	for v := range hub {
		hub[v] = count[v] > o.HubCap
	}
	return hub
}

// cyclesOf looks at every sequence of transfers.
func cyclesOf(n int, list []pattern.Transfer, o pattern.Options) (told []string) {
	hub := hubs(n, list, o)
	seen := map[string]bool{}
	var walk func(path []int)
	walk = func(path []int) {
		first, last := list[path[0]], list[path[len(path)-1]]
		if last.To == first.From {
			if len(path) >= 2 && last.At-first.At <= o.Window {
				key := slices.Clone(path)
				slices.Sort(key)
				if !seen[fmt.Sprint(key)] {
					seen[fmt.Sprint(key)] = true
					told = append(told, fmt.Sprint(key))
				}
			}
			return
		}
		if len(path) == o.MaxLength {
			return
		}
		for i, next := range list {
			repeats := slices.ContainsFunc(path[1:], func(at int) bool { return list[at].From == next.To }) || next.To == next.From
			if next.From == last.To && !repeats && next.Amount >= o.MinAmount && !hub[next.To] && follows(o, last.At, next.At) && agrees(o, last.Amount, next.Amount) {
				walk(append(slices.Clone(path), i))
			}
		}
	}
	for i, t := range list {
		if t.From != t.To && t.Amount >= o.MinAmount && !hub[t.From] && !hub[t.To] {
			walk([]int{i})
		}
	}
	slices.Sort(told)
	return told
}

func TestCyclesAreAllCycles(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, list, opt := drawn(t)
		if !opt.Strict { // within one instant a cycle has one beginning of several: amounts would depend on it
			opt.Tolerance = math.Inf(1)
		}
		var got []string
		for _, p := range find(t, n, list, opt, pattern.Cycle).Patterns {
			key := slices.Clone(p.Transfers)
			slices.Sort(key)
			got = append(got, fmt.Sprint(key))
		}
		slices.Sort(got)
		if diff := cmp.Diff(cyclesOf(n, list, opt), got, cmp.Transformer("empty", func(s []string) []string { return append([]string{""}, s...) })); diff != "" {
			t.Fatalf("(-want +got)\n%s", diff)
		}
	})
}

// ends returns the payers and payees of transfers, each once.
func ends(list []pattern.Transfer, of []int) (from, to []network.NodeIndex) {
	for _, i := range of {
		from, to = append(from, list[i].From), append(to, list[i].To)
	}
	slices.Sort(from)
	slices.Sort(to)
	return slices.Compact(from), slices.Compact(to)
}

// between returns the transfers of a pattern from one layer to the next.
func between(list []pattern.Transfer, p pattern.Pattern, layer int) (of []int) {
	for _, i := range p.Transfers {
		if slices.Contains(p.Layers[layer], list[i].From) && slices.Contains(p.Layers[layer+1], list[i].To) {
			of = append(of, i)
		}
	}
	return of
}

// checkPattern says what is wrong with a pattern by its definition.
func checkPattern(list []pattern.Transfer, o pattern.Options, hub []bool, p pattern.Pattern) error {
	sum := func(of []int, v network.NodeIndex, in bool) (total, first, last int64) {
		first = math.MaxInt64
		for _, i := range of {
			if t := list[i]; in && t.To == v || !in && t.From == v {
				total, first, last = total+t.Amount, min(first, t.At), max(last, t.At)
			}
		}
		return total, first, last
	}
	for _, i := range p.Transfers {
		if t := list[i]; t.Amount < o.MinAmount || t.At < p.Start || t.At > p.End {
			return fmt.Errorf("transfer %d does not belong", i)
		}
	}
	if p.End-p.Start > o.Window {
		return errors.New("it takes too long")
	}
	if len(p.Layers) == 2 {
		from, to := ends(list, p.Transfers)
		if !slices.Equal(from, p.Layers[0]) || !slices.Equal(to, p.Layers[1]) || max(len(from), len(to)) < o.MinFan {
			return errors.New("no fan")
		}
		return nil
	}
	first, second := between(list, p, 0), between(list, p, 1)
	if len(first)+len(second) != len(p.Transfers) {
		return errors.New("transfers between no layers")
	}
	for _, v := range p.Layers[1] {
		arrived, _, last := sum(first, v, true)
		paid, begin, _ := sum(second, v, false)
		if hub[v] || !follows(o, last, begin) || !agrees(o, arrived, paid) {
			return fmt.Errorf("%d does not pass on", v)
		}
		if p.Kind == pattern.Stack {
			for _, i := range []int{0, 2} {
				for _, u := range p.Layers[i] {
					if !slices.ContainsFunc(p.Transfers, func(at int) bool {
						return i == 0 && list[at].From == u && list[at].To == v || i == 2 && list[at].From == v && list[at].To == u
					}) {
						return fmt.Errorf("%d and %d do not meet", u, v)
					}
				}
			}
		}
	}
	widest := max(len(p.Layers[0]), len(p.Layers[1]))
	narrowest := min(max(len(p.Layers[0]), len(p.Layers[1])), max(len(p.Layers[1]), len(p.Layers[2])))
	if p.Kind == pattern.Stack {
		widest, narrowest = min(len(p.Layers[0]), len(p.Layers[1]), len(p.Layers[2])), o.MinFan
		if widest >= 2 {
			return nil
		}
	}
	if widest < o.MinFan || narrowest < o.MinFan {
		return errors.New("too few accounts")
	}
	return nil
}

func TestPatternsAreWhatTheySay(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, list, opt := drawn(t)
		hub := hubs(n, list, opt)
		for _, p := range find(t, n, list, opt, pattern.Kinds()[1:]...).Patterns {
			if err := checkPattern(list, opt, hub, p); err != nil {
				t.Fatalf("%+v: %v", p, err)
			}
		}
	})
}

// Wherever the definition has a pattern, one is found: in the same window of the same
// account, or one that overlaps it and is no smaller.
func TestNoPatternIsMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, list, opt := drawn(t)
		hub := hubs(n, list, opt)
		has := map[pattern.Kind]map[network.NodeIndex]int{}
		for _, p := range find(t, n, list, opt, pattern.Kinds()...).Patterns {
			centre := p.Layers[len(p.Layers)/2][0]
			switch p.Kind {
			case pattern.FanOut, pattern.ScatterGather:
				centre = p.Layers[0][0]
			}
			if has[p.Kind] == nil {
				has[p.Kind] = map[network.NodeIndex]int{}
			}
			size := 0
			for _, layer := range p.Layers {
				size = max(size, len(layer))
			}
			has[p.Kind][centre] = max(has[p.Kind][centre], size)
		}
		for v := range network.NodeIndex(n) {
			if hub[v] {
				continue
			}
			in, out := 0, 0
			for _, first := range list {
				var payers, payees []network.NodeIndex
				for _, tr := range list {
					if tr.At < first.At || tr.At > first.At+opt.Window || tr.From == tr.To || tr.Amount < opt.MinAmount {
						continue
					}
					if tr.To == v && !slices.Contains(payers, tr.From) {
						payers = append(payers, tr.From)
					}
					if tr.From == v && !slices.Contains(payees, tr.To) {
						payees = append(payees, tr.To)
					}
				}
				in, out = max(in, len(payers)), max(out, len(payees))
			}
			if got := has[pattern.FanIn][v]; in >= opt.MinFan && got != in || in < opt.MinFan && got > 0 {
				t.Errorf("%d accounts pay %d, found %d", in, v, got)
			}
			if got := has[pattern.FanOut][v]; out >= opt.MinFan && got != out || out < opt.MinFan && got > 0 {
				t.Errorf("%d pays %d accounts, found %d", v, out, got)
			}
			if legs := widestScatter(n, list, opt, hub, v); legs >= opt.MinFan != (has[pattern.ScatterGather][v] > 0) {
				t.Errorf("%d pays over %d, found %d", v, legs, has[pattern.ScatterGather][v])
			}
		}
	})
}

// widestScatter counts the accounts over which v pays one account in a window.
func widestScatter(n int, list []pattern.Transfer, o pattern.Options, hub []bool, v network.NodeIndex) (most int) {
	counts := func(t pattern.Transfer) bool { return t.From != t.To && t.Amount >= o.MinAmount }
	for _, start := range list {
		for w := range network.NodeIndex(n) {
			var over []network.NodeIndex
			for _, a := range list {
				for _, b := range list {
					if counts(a) && counts(b) && a.From == v && b.To == w && w != v && a.To == b.From && a.At >= start.At && b.At <= start.At+o.Window &&
						!hub[a.To] && !hub[w] && follows(o, a.At, b.At) && agrees(o, a.Amount, b.Amount) && !slices.Contains(over, a.To) {
						over = append(over, a.To)
					}
				}
			}
			most = max(most, len(over))
		}
	}
	return most
}

// A stack is found wherever two accounts pay two, who then pay two, though others
// pay these afterwards.
func TestNoStackIsMissed(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(6, 8).Draw(t, "accounts")
		list := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pattern.Transfer {
			from := rapid.IntRange(0, 3).Draw(t, "from")
			to := from + rapid.SampledFrom([]int{1, 2, 2, 3, 4}).Draw(t, "onwards")
			return pattern.Transfer{From: network.NodeIndex(from), To: network.NodeIndex(min(to, n-1)), At: rapid.Int64Range(0, 6).Draw(t, "at"), Amount: 1}
		}), 8, 24).Draw(t, "transfers")
		opt := wide()
		opt.Window = rapid.Int64Range(2, 6).Draw(t, "window")
		found := len(find(t, n, list, opt, pattern.Stack).Patterns) > 0
		if want := hasStack(n, list, opt); found != want {
			t.Errorf("found: %t, there is one: %t", found, want)
		}
	})
}

// Who pays the middle of a stack after it has paid on does not hide it.
func TestLaterPayersHideNoStack(t *testing.T) {
	var list []pattern.Transfer
	pay := func(from, to network.NodeIndex, at int64) {
		list = append(list, pattern.Transfer{From: from, To: to, At: at, Amount: 1})
	}
	for i := range network.NodeIndex(2) {
		for k := range network.NodeIndex(2) {
			pay(i, 2+k, 1)
			pay(2+i, 4+k, 3)
		}
		pay(6, 2+i, 5)
	}
	opt := wide()
	opt.Window = 10
	found := find(t, 7, list, opt, pattern.Stack).Patterns
	if len(found) != 1 || !slices.EqualFunc(found[0].Layers, [][]network.NodeIndex{{0, 1}, {2, 3}, {4, 5}}, slices.Equal) {
		t.Errorf("%+v", found)
	}
}

// hasStack looks at all sextuples of accounts, for each at the first transfers.
func hasStack(n int, list []pattern.Transfer, o pattern.Options) bool {
	first := func(from, to network.NodeIndex, since, until int64) (at int64) {
		at = math.MaxInt64
		for _, t := range list {
			if t.From == from && t.To == to && t.At >= since && t.At <= until {
				at = min(at, t.At)
			}
		}
		return at
	}
	passes := func(a, b, m, x, y network.NodeIndex, start int64) bool {
		until := start + o.Window
		in := max(first(a, m, start, until), first(b, m, start, until))
		return in < math.MaxInt64 && max(first(m, x, in+1, until), first(m, y, in+1, until)) < math.MaxInt64
	}
	count := network.NodeIndex(n)
	for _, t := range list {
		for a := range count {
			for b := range a {
				for m := range count {
					for k := range m {
						for x := range count {
							for y := range x {
								six := []network.NodeIndex{a, b, m, k, x, y}
								slices.Sort(six)
								if len(slices.Compact(six)) == 6 && passes(a, b, m, x, y, t.At) && passes(a, b, k, x, y, t.At) {
									return true
								}
							}
						}
					}
				}
			}
		}
	}
	return false
}

func TestBounds(t *testing.T) {
	var list []pattern.Transfer
	for i := range int64(60) {
		list = append(list, pattern.Transfer{From: network.NodeIndex(i % 3), To: network.NodeIndex((i + 1) % 3), At: i})
	}
	opt := wide()
	opt.MaxPatterns = 5
	if found := find(t, 3, list, opt, pattern.Cycle); len(found.Patterns) != 5 || !slices.Equal(found.Truncated, []pattern.Kind{pattern.Cycle}) {
		t.Errorf("%d patterns, truncated %v", len(found.Patterns), found.Truncated)
	}
	opt = wide()
	opt.MaxSteps = 10
	if found := find(t, 3, list, opt, pattern.Cycle); !slices.Equal(found.Truncated, []pattern.Kind{pattern.Cycle}) {
		t.Errorf("truncated %v", found.Truncated)
	}
	opt = wide()
	opt.HubCap = 39
	if found := find(t, 3, list, opt, pattern.Cycle); len(found.Patterns) != 0 || len(found.Hubs) != 3 || found.HubTransfers != 60 {
		t.Errorf("%d patterns, hubs %v with %d", len(found.Patterns), found.Hubs, found.HubTransfers)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	long := slices.Repeat(list, 1000)
	if _, err := pattern.Find(ctx, 3, long, []pattern.Kind{pattern.Cycle}, wide()); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

func TestBadOptions(t *testing.T) {
	for name, change := range map[string]func(*pattern.Options){
		"window": func(o *pattern.Options) { o.Window = -1 }, "tolerance": func(o *pattern.Options) { o.Tolerance = math.NaN() },
		"length": func(o *pattern.Options) { o.MaxLength = 1 }, "fan": func(o *pattern.Options) { o.MinFan = 1 },
		"cap": func(o *pattern.Options) { o.HubCap = 0 },
	} {
		opt := wide()
		change(&opt)
		if _, err := pattern.Find(t.Context(), 2, nil, pattern.Kinds(), opt); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := pattern.Find(t.Context(), 2, nil, []pattern.Kind{"SPIRAL"}, wide()); graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("kind: %v", err)
	}
	if _, err := pattern.Find(t.Context(), 1, []pattern.Transfer{{To: 1}}, pattern.Kinds(), wide()); graph.CodeOf(err) != graph.BadUserInput {
		t.Errorf("account: %v", err)
	}
}

// FuzzFind looks for transfers on which a pattern is none.
func FuzzFind(f *testing.F) {
	f.Add([]byte{0x01, 1, 5, 0x12, 2, 5, 0x20, 3, 5}, byte(3), byte(9))
	f.Fuzz(func(t *testing.T, data []byte, fan, window byte) {
		opt := wide()
		opt.MinFan, opt.Window, opt.MaxLength, opt.MaxSteps = 2+int(fan%4), int64(window), 6, 100_000
		var list []pattern.Transfer
		for ; len(data) >= 3 && len(list) < 200; data = data[3:] {
			list = append(list, pattern.Transfer{From: network.NodeIndex(data[0] % 16), To: network.NodeIndex(data[0] / 16), At: int64(data[1]), Amount: int64(data[2])})
		}
		for _, p := range find(t, 16, list, opt, pattern.Kinds()...).Patterns {
			if p.Kind == pattern.Cycle {
				continue
			}
			if err := checkPattern(list, opt, make([]bool, 16), p); err != nil {
				t.Errorf("%+v: %v", p, err)
			}
		}
	})
}
