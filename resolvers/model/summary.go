package model

import (
	"context"

	"github.com/chokepoint/chokepoint/session"
)

// NetworkSummary tells of a network as a whole.
type NetworkSummary struct {
	session.Summary
	ComputedOn ComputedOn
}

// LargestComponent counts the entities of the largest piece.
func (s NetworkSummary) LargestComponent() int { return s.Largest }

// Distances counts or estimates how far apart entities are.
func (s NetworkSummary) Distances(ctx context.Context) (session.DistanceFigures, error) {
	return s.Summary.Distances(ctx)
}

// Clustering counts triangles.
func (s NetworkSummary) Clustering(ctx context.Context) (session.Clustering, error) {
	return s.Summary.Clustering(ctx)
}

// Mixing tells whether like is joined to like.
func (s NetworkSummary) Mixing(ctx context.Context) (session.Mixing, error) {
	return s.Summary.Mixing(ctx)
}

// Centralization tells how much one entity stands out.
func (s NetworkSummary) Centralization() CentralizationFigures {
	return CentralizationFigures{s.Summary}
}

// CentralizationFigures tell how much one entity stands out. Each runs only when it is
// selected.
type CentralizationFigures struct{ of session.Summary }

// part returns a part of what there is by a measure.
func (c CentralizationFigures) part(ctx context.Context, measure string, of func(session.Centralization) float64) (*float64, error) {
	found, err := c.of.Centralization(ctx, measure)
	if found == nil || err != nil {
		return nil, err
	}
	x := of(*found)
	return &x, nil
}

func value(c session.Centralization) float64 { return c.Value }
func low(c session.Centralization) float64   { return c.Low }
func high(c session.Centralization) float64  { return c.High }

// Degree is by the number of neighbours.
func (c CentralizationFigures) Degree(ctx context.Context) (*float64, error) {
	return c.part(ctx, "DEGREE", value)
}

// Betweenness is by betweenness.
func (c CentralizationFigures) Betweenness(ctx context.Context) (*float64, error) {
	return c.part(ctx, "BETWEENNESS", value)
}

// BetweennessLow is its lower bound.
func (c CentralizationFigures) BetweennessLow(ctx context.Context) (*float64, error) {
	return c.part(ctx, "BETWEENNESS", low)
}

// BetweennessHigh is its upper bound.
func (c CentralizationFigures) BetweennessHigh(ctx context.Context) (*float64, error) {
	return c.part(ctx, "BETWEENNESS", high)
}

// Closeness is by closeness.
func (c CentralizationFigures) Closeness(ctx context.Context) (*float64, error) {
	return c.part(ctx, "CLOSENESS", value)
}

// ClosenessLow is its lower bound.
func (c CentralizationFigures) ClosenessLow(ctx context.Context) (*float64, error) {
	return c.part(ctx, "CLOSENESS", low)
}

// ClosenessHigh is its upper bound.
func (c CentralizationFigures) ClosenessHigh(ctx context.Context) (*float64, error) {
	return c.part(ctx, "CLOSENESS", high)
}

// Confidence is that of the bounds; nil where nothing is estimated.
func (c CentralizationFigures) Confidence() *float64 { return c.of.CentralizationHolds }

// UnavailableBecause says why one of them is null; nil when none is.
func (c CentralizationFigures) UnavailableBecause() *string {
	return optional(c.of.WithoutCentralization)
}
