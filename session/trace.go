package session

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
	"github.com/chokepoint/chokepoint/graph/tracing"
	"github.com/chokepoint/chokepoint/projection"
)

// MoneyQuery asks where the money of accounts or transfers went, or came from.
type MoneyQuery struct {
	// From are entities and links.
	From     []graph.ID
	Policies []tracing.Policy // the first one orders the answer
	// Backward asks where it came from.
	Backward bool
	Currency *string // nil is the only one in scope
	First    int
	Scope    projection.Scope
}

// MoneyTrace is the answer to a MoneyQuery.
type MoneyTrace struct {
	Currency string
	// Unit is the smallest amount counted; Rounded transfers lost what is smaller.
	Unit    graph.Decimal
	Rounded int
	Totals  []TraceTotal
	// Accounts are the sources and whom their money touched, who holds most first.
	Accounts      []TracedAccount
	TotalAccounts int
	// Transfers carried it, in the order in which it is followed.
	Transfers      []TracedTransfer
	TotalTransfers int
	// Considered counts the transfers in the currency whose time and amount are known.
	Considered                 int
	WithoutTime, WithoutAmount int
	TruncatedBecause           string
	ComputedOn                 ComputedOn
}

// TraceTotal is how much was followed under a policy.
type TraceTotal struct {
	Policy         tracing.Policy
	Injected, Held graph.Decimal
}

// TracedAccount is an account with what is tainted of its money.
type TracedAccount struct {
	ID graph.ID
	// Opening is the least that it must have held before the first transfer.
	Opening, Balance graph.Decimal
	Traces           []AccountTrace
}

// AccountTrace is the tainted part of an account's money under a policy.
type AccountTrace struct {
	Policy               tracing.Policy
	Received, Paid, Held graph.Decimal
}

// TracedTransfer is a transfer with what is tainted of it.
type TracedTransfer struct {
	Link    LinkView
	Tainted []TaintedAmount
}

// TaintedAmount is the tainted part of a transfer under a policy.
type TaintedAmount struct {
	Policy tracing.Policy
	Amount graph.Decimal
}

func (q *MoneyQuery) check() error {
	switch {
	case len(q.From) == 0:
		return graph.Errorf(graph.BadUserInput, "from: name at least one account or transfer")
	case len(q.From) > maxEnds:
		return graph.Errorf(graph.BadUserInput, "from: %d are more than %d", len(q.From), maxEnds)
	case len(q.Policies) == 0 || repeats(q.Policies):
		return graph.Errorf(graph.BadUserInput, "policies: name each at most once, and at least one")
	case q.First < 0 || q.First > MaxPage:
		return graph.Errorf(graph.BadUserInput, "first: %d is not from 0 to %d", q.First, MaxPage)
	}
	q.Scope = moneyScope(q.Scope)
	return checkScope(q.Scope)
}

// traced is what the policies say of one ledger.
type traced struct {
	transfers        []transfer // in the order of the ledger
	currency         string
	unit             decimals
	rounded          int
	opening, closing []int64
	traces           []*tracing.Trace
	accounts         []network.NodeIndex // in the order of the answer
	moved            []int               // positions in transfers
	untimed, without int
}

func (t *traced) size() int64 {
	return int64(len(t.transfers))*(64+8*int64(len(t.traces))) + int64(len(t.opening))*(16+24*int64(len(t.traces)))
}

// TraceMoney follows money through the transfers of a scope. Store calls: what a
// scope's transfers need once, and one for the links shown.
func (s *Session) TraceMoney(ctx context.Context, q MoneyQuery) (*MoneyTrace, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	how := []any{q.From, q.Policies, q.Backward, q.Currency}
	t, g, err := computed(ctx, s, q.Scope, "traceMoney", how, func(ctx context.Context, g *projection.Graph) (*traced, error) {
		t, err := s.trace(ctx, g, q)
		if err != nil {
			return nil, kernelError(ctx, err)
		}
		return t, nil
	})
	if err != nil {
		return nil, err
	}
	return s.moneyTrace(ctx, g, q, t)
}

func (s *Session) trace(ctx context.Context, g *projection.Graph, q MoneyQuery) (*traced, error) {
	all, _, err := s.transfers(ctx, q.Scope)
	if err != nil {
		return nil, err
	}
	t := &traced{untimed: all.untimed, without: all.unpriced}
	if t.transfers, t.currency, err = all.in(q.Currency); err != nil {
		return nil, err
	}
	t.unit = unitOf(t.transfers)
	l := &tracing.Ledger{Accounts: g.Net.NumNodes(), Transfers: make([]tracing.Transfer, len(t.transfers))}
	for i, p := range t.transfers {
		from, to := g.Net.Ends(p.edge)
		amount, rounded, err := t.unit.units(p.amount)
		if err != nil {
			return nil, err
		}
		if rounded {
			t.rounded++
		}
		l.Transfers[i] = tracing.Transfer{From: from, To: to, Amount: amount}
	}
	if t.opening, t.closing, err = l.Balances(); err != nil {
		return nil, err
	}
	if q.Backward {
		if l, err = l.Reversed(); err != nil {
			return nil, err
		}
		slices.Reverse(t.transfers)
	}
	from := s.sources(g, q.From, t.transfers)
	for _, policy := range q.Policies {
		trace, err := tracing.Run(ctx, l, from, policy)
		if err != nil {
			return nil, err
		}
		t.traces = append(t.traces, trace)
	}
	t.order(from.Accounts)
	return t, nil
}

// sources finds what IDs name: entities are accounts, links are transfers.
func (s *Session) sources(g *projection.Graph, ids []graph.ID, list []transfer) tracing.Sources {
	marked := map[network.EdgeIndex]bool{}
	for _, id := range ids {
		if e, ok := g.Edge(id); ok {
			marked[e] = true
		}
	}
	from := tracing.Sources{Accounts: s.set(g, ids)}
	for i, p := range list {
		if marked[p.edge] {
			from.Transfers = append(from.Transfers, i)
		}
	}
	return from
}

// order lists who is touched under any policy: who holds most by the first, then who
// received most, then by ID.
func (t *traced) order(sources []network.NodeIndex) {
	for v := range t.opening {
		touched := slices.Contains(sources, network.NodeIndex(v))
		for _, trace := range t.traces {
			touched = touched || trace.Received[v] > 0
		}
		if touched {
			t.accounts = append(t.accounts, network.NodeIndex(v))
		}
	}
	first := t.traces[0]
	slices.SortFunc(t.accounts, func(a, b network.NodeIndex) int {
		return cmp.Or(cmp.Compare(first.Held[b], first.Held[a]), cmp.Compare(first.Received[b], first.Received[a]), cmp.Compare(a, b))
	})
	for i := range t.transfers {
		for _, trace := range t.traces {
			if trace.Transfers[i] > 0 {
				t.moved = append(t.moved, i)
				break
			}
		}
	}
}

func (s *Session) moneyTrace(ctx context.Context, g *projection.Graph, q MoneyQuery, t *traced) (*MoneyTrace, error) {
	out := &MoneyTrace{
		Currency: t.currency, Unit: t.unit.unit(), Rounded: t.rounded, TotalAccounts: len(t.accounts), TotalTransfers: len(t.moved),
		Considered: len(t.transfers), WithoutTime: t.untimed, WithoutAmount: t.without, ComputedOn: s.onNetwork(q.Scope, g, q.From),
	}
	if q.First < max(len(t.accounts), len(t.moved)) {
		out.TruncatedBecause = fmt.Sprintf("first: %d of %d accounts, %d of %d transfers",
			min(q.First, len(t.accounts)), len(t.accounts), min(q.First, len(t.moved)), len(t.moved))
	}
	for i, policy := range q.Policies {
		out.Totals = append(out.Totals, t.total(policy, t.traces[i]))
	}
	for _, v := range t.accounts[:min(q.First, len(t.accounts))] {
		out.Accounts = append(out.Accounts, t.account(g, q.Policies, v))
	}
	shown := t.moved[:min(q.First, len(t.moved))]
	edges := make([]network.EdgeIndex, len(shown))
	for i, at := range shown {
		edges[i] = t.transfers[at].edge
	}
	views, err := s.views(ctx, g, edges)
	if err != nil {
		return nil, err
	}
	for i, at := range shown {
		moved := TracedTransfer{Link: views[i]}
		for k, policy := range q.Policies {
			moved.Tainted = append(moved.Tainted, TaintedAmount{policy, t.unit.decimal(t.traces[k].Transfers[at])})
		}
		out.Transfers = append(out.Transfers, moved)
	}
	return out, nil
}

func (t *traced) total(policy tracing.Policy, trace *tracing.Trace) TraceTotal {
	var held int64
	for _, h := range trace.Held {
		held += h
	}
	return TraceTotal{policy, t.unit.decimal(trace.Injected), t.unit.decimal(held)}
}

func (t *traced) account(g *projection.Graph, policies []tracing.Policy, v network.NodeIndex) TracedAccount {
	a := TracedAccount{ID: g.Nodes[v], Opening: t.unit.decimal(t.opening[v]), Balance: t.unit.decimal(t.closing[v])}
	for i, policy := range policies {
		trace := t.traces[i]
		a.Traces = append(a.Traces, AccountTrace{policy, t.unit.decimal(trace.Received[v]), t.unit.decimal(trace.Paid[v]), t.unit.decimal(trace.Held[v])})
	}
	return a
}
