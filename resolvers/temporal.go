package resolvers

import (
	"context"
	"time"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/temporal"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// units are the lengths of time that the API knows, in microseconds.
var units = map[model.TimeUnit]int64{
	model.TimeUnitSeconds: time.Second.Microseconds(), model.TimeUnitMinutes: time.Minute.Microseconds(),
	model.TimeUnitHours: time.Hour.Microseconds(), model.TimeUnitDays: 24 * time.Hour.Microseconds(),
}

// TemporalPaths resolves Query.temporalPaths.
func (query) TemporalPaths(ctx context.Context, from, to []graph.ID, criterion temporal.Criterion, unit model.TimeUnit, minWait float64, maxWait *float64, durationProperty *string, strict, undated bool, scope *model.Scope, first int, atLeast *string) (model.TemporalPathResult, error) {
	d, err := scoped(ctx, atLeast, scope)
	if err != nil {
		return model.TemporalPathResult{}, err
	}
	found, err := d.Session.TemporalPaths(ctx, session.TemporalQuery{
		From: from, To: to, Criterion: criterion, Unit: units[unit], MinWait: minWait, MaxWait: maxWait,
		DurationProperty: text(durationProperty), Strict: strict, Undated: undated, First: first, Scope: scopeOf(scope),
	})
	if err != nil {
		return model.TemporalPathResult{}, err
	}
	out := model.TemporalPathResult{
		Paths: make([]model.TemporalPath, len(found.Routes)), TotalCount: found.Total, WithoutTime: found.WithoutTime,
		TruncatedBecause: optional(found.TruncatedBecause), ComputedOn: computedOn(found.ComputedOn),
	}
	routes := make([]session.Route, len(found.Routes))
	for i, r := range found.Routes {
		routes[i] = r.Route
	}
	for i, c := range d.chains(routes) {
		out.Paths[i] = model.TemporalPath{Chain: c, LinkDepartures: found.Routes[i].Departs, Departs: found.Routes[i].Depart, Arrives: found.Routes[i].Arrive}
	}
	return out, nil
}
