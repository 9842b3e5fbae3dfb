package resolvers

import (
	"context"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/pattern"
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
		Currency: t.Currency, Unit: t.Unit, Rounded: t.Rounded, Totals: t.Totals, TotalAccounts: t.TotalAccounts, TotalTransfers: t.TotalTransfers,
		Considered: t.Considered, WithoutTime: t.WithoutTime, WithoutAmount: t.WithoutAmount,
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

// MoneyPatterns resolves Query.moneyPatterns.
func (query) MoneyPatterns(ctx context.Context, kinds []pattern.Kind, window float64, unit model.TimeUnit, minAmount *graph.Decimal, tolerance *float64, maxLength, minFan, hubCap int, strict bool, currency *string, scope *model.Scope, first int, after, atLeast *string) (model.MoneyPatternConnection, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.MoneyPatternConnection{}, err
	}
	q := session.PatternQuery{
		Kinds: kinds, Window: window, Unit: units[unit], Tolerance: tolerance, MaxLength: maxLength, MinFan: minFan,
		HubCap: hubCap, Strict: strict, Currency: currency, Scope: scopeOf(scope),
	}
	if minAmount != nil {
		q.MinAmount = *minAmount
	}
	found, about, err := d.Session.MoneyPatterns(ctx, q, page(first, after))
	if err != nil {
		return model.MoneyPatternConnection{}, err
	}
	d.Expect(about.HubAccounts...)
	for _, p := range found.Items {
		for _, layer := range p.Layers {
			d.Expect(layer...)
		}
		d.ExpectLinks(p.Transfers)
	}
	return model.MoneyPatternConnection{
		Connection: model.Page(found, d.pattern), Currency: about.Currency, Unit: about.Unit, Rounded: about.Rounded, Hubs: about.Hubs, HubTransfers: about.HubTransfers,
		HubIDs: about.HubAccounts, Door: d.Loader,
		Considered: about.Considered, WithoutTime: about.WithoutTime, WithoutAmount: about.WithoutAmount,
		TruncatedBecause: optional(about.TruncatedBecause), ComputedOn: computedOn(about.ComputedOn),
	}, nil
}

func (d door) pattern(p session.MoneyPattern) model.MoneyPattern {
	out := model.MoneyPattern{
		Kind: p.Kind, Transfers: model.Links(p.Transfers, d.Loader), TransferCount: p.TransferCount,
		StartsAt: p.Start, EndsAt: p.End, Amount: p.Amount,
	}
	for _, layer := range p.Layers {
		out.Layers = append(out.Layers, model.MoneyPatternLayer{IDs: layer, Door: d.Loader})
	}
	return out
}
