package resolvers

import (
	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/projection"
	"github.com/chokepoint/chokepoint/resolvers/model"
	"github.com/chokepoint/chokepoint/session"
)

// scopeOf returns what a scope asks for, asOf left aside.
func scopeOf(in *model.Scope) projection.Scope {
	scope := projection.AnyTime()
	if in == nil {
		return scope
	}
	scope.Layer, scope.Orientation = projection.Layer(in.Projection), projection.Orientation(in.Orientation)
	scope.EntityKinds, scope.LinkKinds, scope.Datasets = in.EntityKinds, in.LinkKinds, in.Datasets
	scope.Within, scope.Without = in.Within, in.Without
	if in.During != nil {
		scope.From, scope.To = instant(in.During.From), instant(in.During.To)
	}
	if in.MinConfidence != nil {
		scope.MinConfidence = *in.MinConfidence
	}
	return scope
}

func instant(i *graph.Instant) graph.Instant {
	if i == nil {
		return graph.NoInstant
	}
	return *i
}

func computedOn(c session.ComputedOn) model.ComputedOn {
	return model.ComputedOn{
		Projection: model.Projection(c.Projection), Exact: c.Exact, Samples: c.Samples, Error: c.Error,
		Confidence: c.Confidence, Seed: c.Seed, AsOf: c.AsOf, Count: c.Count, Lacking: c.WithoutValue, Missing: c.Absent,
	}
}

func filterOf(in *model.EntityFilter) session.Filter {
	if in == nil {
		return session.Filter{}
	}
	f := session.Filter{
		IDs: in.Ids, Names: in.Names, Kinds: in.Kinds, Datasets: in.Datasets, Markings: in.Markings,
		MinDegree: in.MinDegree, MaxDegree: in.MaxDegree,
	}
	if in.MinConfidence != nil {
		f.MinConfidence = *in.MinConfidence
	}
	if in.Keys != nil {
		f.Keys = make([]session.SourceKey, len(in.Keys))
		for i, k := range in.Keys {
			f.Keys[i] = session.SourceKey{Dataset: text(k.Dataset), Key: k.Key}
		}
	}
	for _, t := range in.Properties {
		f.Properties = append(f.Properties, session.PropertyTerm{
			Name: t.Name, Equals: t.Equals, Contains: t.Contains,
			From: t.From, To: t.To, Exists: t.Exists,
		})
	}
	return f
}

func orderOf(in *model.EntityOrder) session.Order {
	if in == nil {
		return session.Order{By: session.ByID}
	}
	return session.Order{By: session.OrderField(in.By), Descending: in.Direction == model.SortDirectionDesc}
}
