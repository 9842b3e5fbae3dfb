package model

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/pattern"
	"github.com/chokepoint/chokepoint/session"
)

// MoneyTrace says where money went, or came from.
type MoneyTrace struct {
	Currency                      string
	Unit                          graph.Decimal
	Rounded                       int
	Totals                        []session.TraceTotal
	Accounts                      []TracedAccount
	Transfers                     []TracedTransfer
	TotalAccounts, TotalTransfers int
	Considered                    int
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

// MoneyPatternConnection is a page of patterns.
type MoneyPatternConnection struct {
	Connection[MoneyPattern]
	Currency                   string
	Unit                       graph.Decimal
	Rounded                    int
	Hubs, HubTransfers         int
	HubIDs                     []graph.ID
	Door                       Door
	Considered                 int
	WithoutTime, WithoutAmount int
	// TruncatedBecause says why there may be more; nil when all were found.
	TruncatedBecause *string
	ComputedOn       ComputedOn
}

// HubAccounts looks the first hubs up, all at once.
func (m MoneyPatternConnection) HubAccounts(ctx context.Context) ([]Entity, error) {
	return Chain{EntityIDs: m.HubIDs, Door: m.Door}.Entities(ctx)
}

// Truncated says whether there may be more.
func (m MoneyPatternConnection) Truncated() bool { return m.TruncatedBecause != nil }

// MoneyPatternEdge is a pattern in a page.
type MoneyPatternEdge = Edge[MoneyPattern]

// MoneyPattern is a shape in which money may be laundered.
type MoneyPattern struct {
	Kind             pattern.Kind
	Layers           []MoneyPatternLayer
	Transfers        []Link
	TransferCount    int
	StartsAt, EndsAt graph.Instant
	Amount           graph.Decimal
}

// MoneyPatternLayer holds accounts that play one part.
type MoneyPatternLayer struct {
	IDs  []graph.ID
	Door Door
}

// Entities looks the accounts up, all at once.
func (l MoneyPatternLayer) Entities(ctx context.Context) ([]Entity, error) {
	entities, err := l.Door.Entities(ctx, l.IDs)
	return WrapAll(entities, l.Door), err
}
