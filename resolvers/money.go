package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/tracing"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// TraceMoney resolves Query.traceMoney.
func (query) TraceMoney(ctx context.Context, from []graph.ID, policies []tracing.Policy, direction model.TraceDirection, currency *string, scope *model.Scope, first int, atLeast *string) (model.MoneyTrace, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.MoneyTrace{}, err
	}
	t, err := d.Session.TraceMoney(ctx, session.MoneyQuery{
		From: from, Policies: policies, Backward: direction == model.TraceDirectionBackward,
		Currency: currency, First: first, Scope: scopeOf(scope),
	})
	if err != nil {
		return model.MoneyTrace{}, err
	}
	expect(d, t.Accounts, func(a session.TracedAccount) graph.ID { return a.ID })
	out := model.MoneyTrace{
		Currency: t.Currency, Totals: t.Totals, TotalAccounts: t.TotalAccounts, TotalTransfers: t.TotalTransfers,
		WithoutTime: t.WithoutTime, WithoutAmount: t.WithoutAmount,
		TruncatedBecause: optional(t.TruncatedBecause), ComputedOn: computedOn(t.ComputedOn),
	}
	for _, a := range t.Accounts {
		out.Accounts = append(out.Accounts, model.TracedAccount{
			Ref: model.Ref{ID: a.ID, Door: d.Loader}, Opening: a.Opening, Balance: a.Balance, Traces: a.Traces,
		})
	}
	links := make([]session.LinkView, len(t.Transfers))
	for i, moved := range t.Transfers {
		links[i] = moved.Link
		out.Transfers = append(out.Transfers, model.TracedTransfer{Link: model.LinkOf(&links[i], d.Loader), Tainted: moved.Tainted})
	}
	d.ExpectLinks(links)
	return out, nil
}
