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

// Degree is by the number of neighbours.
func (c CentralizationFigures) Degree(ctx context.Context) (*float64, error) {
	return c.of.Centralization(ctx, "DEGREE")
}

// Betweenness is by betweenness.
func (c CentralizationFigures) Betweenness(ctx context.Context) (*float64, error) {
	return c.of.Centralization(ctx, "BETWEENNESS")
}

// Closeness is by closeness.
func (c CentralizationFigures) Closeness(ctx context.Context) (*float64, error) {
	return c.of.Centralization(ctx, "CLOSENESS")
}

// UnavailableBecause says why one of them is null; nil when none is.
func (c CentralizationFigures) UnavailableBecause(ctx context.Context) (*string, error) {
	why, err := c.of.WithoutCentralization(ctx)
	if why == "" {
		return nil, err
	}
	return &why, err
}
