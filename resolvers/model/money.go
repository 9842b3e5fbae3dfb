package model

import (
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/session"
)

// MoneyTrace says where money went, or came from.
type MoneyTrace struct {
	Currency                      string
	Totals                        []session.TraceTotal
	Accounts                      []TracedAccount
	Transfers                     []TracedTransfer
	TotalAccounts, TotalTransfers int
	WithoutTime, WithoutAmount    int
	// TruncatedBecause says what cut something off; nil when nothing did.
	TruncatedBecause *string
	ComputedOn       ComputedOn
}

// Truncated says whether something was cut off.
func (m MoneyTrace) Truncated() bool { return m.TruncatedBecause != nil }

// TracedAccount is an account that the followed money touched.
type TracedAccount struct {
	Ref
	Opening, Balance graph.Decimal
	Traces           []session.AccountTrace
}

// TracedTransfer is a transfer that carried followed money.
type TracedTransfer struct {
	Link    Link
	Tainted []session.TaintedAmount
}
