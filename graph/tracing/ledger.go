package tracing

import (
	"math"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Transfer is one payment. A payment of an account to itself is none.
type Transfer struct {
	From, To network.NodeIndex
	// Amount in the smallest unit, not negative.
	Amount int64
}

// Ledger is what was paid in one currency among accounts 0 … Accounts−1, in the order
// of time. Transfers of one instant happen in the order in which they are listed.
type Ledger struct {
	Accounts  int
	Transfers []Transfer
	// Opening is what accounts held before, nil if that is not known. See Balances.
	Opening []int64
}

// Balances returns what each account held before the first transfer and after the
// last. An account opens with what Opening says, or with the least with which it
// never pays more than it holds, whichever is more. O(accounts + transfers).
//
// Errors: BAD_USER_INPUT for an account that there is not, a negative amount, or
// money in all that exceeds 2^62 units.
func (l *Ledger) Balances() (opening, closing []int64, err error) {
	if l.Opening != nil && len(l.Opening) != l.Accounts {
		return nil, nil, graph.Errorf(graph.BadUserInput, "opening: %d balances for %d accounts", len(l.Opening), l.Accounts)
	}
	if err := l.check(); err != nil {
		return nil, nil, err
	}
	opening, closing = make([]int64, l.Accounts), make([]int64, l.Accounts)
	copy(opening, l.Opening)
	copy(closing, l.Opening)
	for _, t := range l.Transfers {
		if t.From == t.To {
			continue
		}
		if lack := t.Amount - closing[t.From]; lack > 0 {
			opening[t.From] += lack
			closing[t.From] += lack
		}
		closing[t.From] -= t.Amount
		closing[t.To] += t.Amount
	}
	return opening, closing, nil
}

// check bounds all sums: nothing that is ever held exceeds what was there and moved.
func (l *Ledger) check() error {
	const most = math.MaxInt64 / 2
	left := int64(most)
	for _, held := range l.Opening {
		if held < 0 {
			return graph.Errorf(graph.BadUserInput, "opening: an account holds %d", held)
		}
		if left -= min(held, left+1); left < 0 {
			return errTooMuch
		}
	}
	for _, t := range l.Transfers {
		switch {
		case int(t.From) >= l.Accounts || int(t.To) >= l.Accounts:
			return graph.Errorf(graph.BadUserInput, "transfers: there is no account %d", max(t.From, t.To))
		case t.Amount < 0:
			return graph.Errorf(graph.BadUserInput, "transfers: an amount is %d; turn the transfer round", t.Amount)
		}
		if left -= min(t.Amount, left+1); left < 0 {
			return errTooMuch
		}
	}
	return nil
}

var errTooMuch = graph.Errorf(graph.BadUserInput, "the amounts add up to more than can be counted exactly in their smallest unit; narrow the scope")

// Reversed returns the ledger read from its end: who received pays back, and accounts
// open with what they held at the end. A trace backwards is one forwards on it.
// Errors are those of Balances.
func (l *Ledger) Reversed() (*Ledger, error) {
	_, closing, err := l.Balances()
	if err != nil {
		return nil, err
	}
	back := &Ledger{Accounts: l.Accounts, Opening: closing, Transfers: make([]Transfer, 0, len(l.Transfers))}
	for _, t := range slices.Backward(l.Transfers) {
		back.Transfers = append(back.Transfers, Transfer{From: t.To, To: t.From, Amount: t.Amount})
	}
	return back, nil
}
