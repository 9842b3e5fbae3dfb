package tracing_test

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/networktest"
	"github.com/chokepoint/chokepoint/graph/tracing"
)

// The case was worked out by hand from the definitions; its amounts are halves.
func TestTaintMethods(t *testing.T) {
	var c struct {
		Transfers []struct {
			From, To string
			Amount   float64
		}
		Expected map[string]any
	}
	networktest.DecodeCase(t, "taint_methods", &c)
	const unit = 10
	accounts := map[string]network.NodeIndex{}
	index := func(name string) network.NodeIndex {
		if _, known := accounts[name]; !known {
			accounts[name] = network.NodeIndex(len(accounts))
		}
		return accounts[name]
	}
	l := &tracing.Ledger{}
	for _, tr := range c.Transfers {
		l.Transfers = append(l.Transfers, tracing.Transfer{From: index(tr.From), To: index(tr.To), Amount: int64(tr.Amount * unit)})
	}
	l.Accounts = len(accounts)
	from := tracing.Sources{Accounts: []network.NodeIndex{index("DIRTY")}}
	for name, policy := range map[string]tracing.Policy{"poison": tracing.Poison, "haircut": tracing.Haircut, "fifo": tracing.FIFO, "lifo": tracing.LIFO} {
		trace, err := tracing.Run(t.Context(), l, from, policy)
		if err != nil {
			t.Fatal(err)
		}
		for account, held := range c.Expected[name].(map[string]any) {
			if got := float64(trace.Held[index(account)]) / unit; got != held.(float64) {
				t.Errorf("%s: %s holds %v of it, not %v", name, account, got, held)
			}
		}
	}
}

// ledgers draws small ledgers with payments to oneself, of nothing, and of more than
// is there.
func ledgers(t *rapid.T) (*tracing.Ledger, tracing.Sources) {
	n := rapid.IntRange(1, 6).Draw(t, "accounts")
	account := rapid.Custom(func(t *rapid.T) network.NodeIndex {
		return network.NodeIndex(rapid.IntRange(0, n-1).Draw(t, "account"))
	})
	l := &tracing.Ledger{Accounts: n, Transfers: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) tracing.Transfer {
		return tracing.Transfer{From: account.Draw(t, "from"), To: account.Draw(t, "to"), Amount: rapid.Int64Range(0, 9).Draw(t, "amount")}
	}), 1, 25).Draw(t, "transfers")}
	if rapid.Bool().Draw(t, "known") {
		l.Opening = rapid.SliceOfN(rapid.Int64Range(0, 9), n, n).Draw(t, "opening")
	}
	return l, tracing.Sources{
		Accounts:  rapid.SliceOfN(account, 0, 2).Draw(t, "sources"),
		Transfers: rapid.SliceOfN(rapid.IntRange(0, len(l.Transfers)-1), 0, 2).Draw(t, "marked"),
	}
}

func run(t rapid.TB, l *tracing.Ledger, s tracing.Sources, p tracing.Policy) *tracing.Trace {
	trace, err := tracing.Run(context.Background(), l, s, p)
	if err != nil {
		t.Fatal(err)
	}
	return trace
}

// unitByUnit is FIFO and LIFO as they are told: every unit is a coin of its own.
func unitByUnit(l *tracing.Ledger, s tracing.Sources, last bool) *tracing.Trace {
	opening, _, _ := l.Balances()
	n := l.Accounts
	trace := &tracing.Trace{Transfers: make([]int64, len(l.Transfers)), Received: make([]int64, n), Paid: make([]int64, n), Held: make([]int64, n)}
	coins := make([][]bool, n)
	taint := func(v int, coin bool, tainting bool) bool {
		if tainting && !coin {
			trace.Injected++
		}
		return coin || tainting
	}
	for v, held := range opening {
		for range held {
			coins[v] = append(coins[v], taint(v, false, slices.Contains(s.Accounts, network.NodeIndex(v))))
		}
	}
	for i, t := range l.Transfers {
		if t.From == t.To {
			continue
		}
		tainting := slices.Contains(s.Transfers, i) || slices.Contains(s.Accounts, t.To)
		for range t.Amount {
			at := 0
			if last {
				at = len(coins[t.From]) - 1
			}
			coin := coins[t.From][at]
			coins[t.From] = slices.Delete(coins[t.From], at, at+1)
			if coin {
				trace.Paid[t.From]++
			}
			if coin = taint(int(t.To), coin, tainting); coin {
				trace.Received[t.To]++
				trace.Transfers[i]++
			}
			coins[t.To] = append(coins[t.To], coin)
		}
	}
	for v := range coins {
		for _, coin := range coins[v] {
			if coin {
				trace.Held[v]++
			}
		}
	}
	return trace
}

func TestQueuesMoveCoins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, s := ledgers(t)
		for _, p := range []tracing.Policy{tracing.FIFO, tracing.LIFO} {
			if diff := cmp.Diff(unitByUnit(l, s, p == tracing.LIFO), run(t, l, s, p)); diff != "" {
				t.Fatalf("%s (-want +got):\n%s", p, diff)
			}
		}
	})
}

// proportions is Haircut and Poison in fractions.
func proportions(l *tracing.Ledger, s tracing.Sources, poison bool) (held []float64) {
	balance, _, _ := l.Balances()
	held = make([]float64, l.Accounts)
	for _, v := range s.Accounts {
		held[v] = float64(balance[v])
	}
	for i, t := range l.Transfers {
		if t.From == t.To || t.Amount == 0 {
			continue
		}
		part := held[t.From] * float64(t.Amount) / float64(balance[t.From])
		balance[t.From] -= t.Amount
		balance[t.To] += t.Amount
		held[t.From] -= part
		if slices.Contains(s.Transfers, i) || slices.Contains(s.Accounts, t.To) {
			part = float64(t.Amount)
		}
		held[t.To] += part
		if poison && held[t.To] > 0 {
			held[t.To] = float64(balance[t.To])
		}
	}
	return held
}

func TestPoolsMix(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, s := ledgers(t)
		for v, want := range proportions(l, s, true) {
			if got := run(t, l, s, tracing.Poison).Held[v]; math.Abs(float64(got)-want) > 1e-6 {
				t.Errorf("poison: %d holds %d of it, not %v", v, got, want)
			}
		}
		got := run(t, l, s, tracing.Haircut)
		for v, want := range proportions(l, s, false) {
			if math.Abs(float64(got.Held[v])-want) > float64(len(l.Transfers)) { // each rounds by less than a unit
				t.Errorf("haircut: %d holds %d of it, not %v", v, got.Held[v], want)
			}
		}
	})
}

// What was injected is held, and every account's books are balanced.
func TestConservation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, s := ledgers(t)
		opening, closing, _ := l.Balances()
		for _, p := range tracing.Policies() {
			got := run(t, l, s, p)
			var held int64
			for v := range got.Held {
				held += got.Held[v]
				if got.Held[v] < 0 || got.Held[v] > closing[v] {
					t.Errorf("%s: %d holds %d of it in %d", p, v, got.Held[v], closing[v])
				}
				born := int64(0)
				if slices.Contains(s.Accounts, network.NodeIndex(v)) {
					born = opening[v]
				}
				if p != tracing.Poison && born+got.Received[v]-got.Paid[v] != got.Held[v] {
					t.Errorf("%s: %d had %d, received %d, paid %d and holds %d", p, v, born, got.Received[v], got.Paid[v], got.Held[v])
				}
			}
			if p != tracing.Poison && held != got.Injected {
				t.Errorf("%s: %d is held of %d", p, held, got.Injected)
			}
			for v := range got.Held {
				if poison := run(t, l, s, tracing.Poison).Held[v]; got.Held[v] > 0 && poison == 0 {
					t.Errorf("%s: %d holds %d, but is not poisoned", p, v, got.Held[v])
				}
			}
		}
	})
}

// The part of a transfer that came over an earlier one is the part of the earlier
// that went over the later.
func TestBackwardsAgrees(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, _ := ledgers(t)
		back, err := l.Reversed()
		if err != nil {
			t.Fatal(err)
		}
		n := len(l.Transfers)
		i, j := rapid.IntRange(0, n-1).Draw(t, "i"), rapid.IntRange(0, n-1).Draw(t, "j")
		if i == j {
			return
		}
		for _, p := range []tracing.Policy{tracing.FIFO, tracing.LIFO} {
			forth := run(t, l, tracing.Sources{Transfers: []int{min(i, j)}}, p).Transfers[max(i, j)]
			if got := run(t, back, tracing.Sources{Transfers: []int{n - 1 - max(i, j)}}, p).Transfers[n-1-min(i, j)]; got != forth {
				t.Errorf("%s: forwards %d, backwards %d", p, forth, got)
			}
		}
	})
}

func TestNumbersOfAccountsDoNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, s := ledgers(t)
		to := rapid.Permutation(slices.Collect(func(yield func(network.NodeIndex) bool) {
			for v := range l.Accounts {
				if !yield(network.NodeIndex(v)) {
					return
				}
			}
		})).Draw(t, "to")
		other, from := &tracing.Ledger{Accounts: l.Accounts}, tracing.Sources{Transfers: s.Transfers}
		for _, tr := range l.Transfers {
			other.Transfers = append(other.Transfers, tracing.Transfer{From: to[tr.From], To: to[tr.To], Amount: tr.Amount})
		}
		if l.Opening != nil {
			other.Opening = make([]int64, l.Accounts)
			for v, held := range l.Opening {
				other.Opening[to[v]] = held
			}
		}
		for _, v := range s.Accounts {
			from.Accounts = append(from.Accounts, to[v])
		}
		for _, p := range tracing.Policies() {
			a, b := run(t, l, s, p), run(t, other, from, p)
			for v := range a.Held {
				if a.Held[v] != b.Held[to[v]] || a.Paid[v] != b.Paid[to[v]] {
					t.Errorf("%s: %d and %d", p, a.Held[v], b.Held[to[v]])
				}
			}
		}
	})
}

func TestBadLedgers(t *testing.T) {
	one := []tracing.Transfer{{From: 0, To: 1, Amount: 1}}
	for name, c := range map[string]struct {
		ledger  tracing.Ledger
		sources tracing.Sources
		policy  tracing.Policy
	}{
		"account":          {ledger: tracing.Ledger{Accounts: 1, Transfers: one}},
		"amount":           {ledger: tracing.Ledger{Accounts: 2, Transfers: []tracing.Transfer{{From: 0, To: 1, Amount: -1}}}},
		"sum":              {ledger: tracing.Ledger{Accounts: 2, Transfers: slices.Repeat([]tracing.Transfer{{From: 0, To: 1, Amount: math.MaxInt64 / 3}}, 2)}},
		"opening":          {ledger: tracing.Ledger{Accounts: 2, Opening: []int64{1}}},
		"opening balance":  {ledger: tracing.Ledger{Accounts: 1, Opening: []int64{-1}}},
		"opening balances": {ledger: tracing.Ledger{Accounts: 2, Opening: []int64{math.MaxInt64, 1}}},
		"policy":           {ledger: tracing.Ledger{Accounts: 2, Transfers: one}, policy: "GUESS"},
		"source":           {ledger: tracing.Ledger{Accounts: 2, Transfers: one}, sources: tracing.Sources{Accounts: []network.NodeIndex{2}}},
		"marked":           {ledger: tracing.Ledger{Accounts: 2, Transfers: one}, sources: tracing.Sources{Transfers: []int{1}}},
	} {
		if c.policy == "" {
			c.policy = tracing.FIFO
		}
		if _, err := tracing.Run(t.Context(), &c.ledger, c.sources, c.policy); graph.CodeOf(err) != graph.BadUserInput {
			t.Errorf("%s: %v", name, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := tracing.Run(ctx, &tracing.Ledger{Accounts: 2, Transfers: one}, tracing.Sources{}, tracing.FIFO); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// FuzzRun looks for ledgers on which a trace breaks its books.
func FuzzRun(f *testing.F) {
	f.Add([]byte{0, 1, 5, 1, 2, 3}, byte(0))
	f.Fuzz(func(t *testing.T, data []byte, source byte) {
		l := &tracing.Ledger{Accounts: 16}
		for i := 0; i+2 < len(data) && i < 600; i += 3 {
			l.Transfers = append(l.Transfers, tracing.Transfer{From: network.NodeIndex(data[i] % 16), To: network.NodeIndex(data[i+1] % 16), Amount: int64(data[i+2])})
		}
		for _, p := range tracing.Policies()[1:] {
			trace := run(t, l, tracing.Sources{Accounts: []network.NodeIndex{network.NodeIndex(source % 16)}}, p)
			var held int64
			for _, h := range trace.Held {
				held += h
			}
			if held != trace.Injected {
				t.Errorf("%s: %d is held of %d", p, held, trace.Injected)
			}
		}
	})
}
