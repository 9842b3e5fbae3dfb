// Package pattern finds the shapes in which money is laundered: transfers that go
// round in a circle, gather, scatter, or pass through layers, within a window of time.
//
// The shapes are those of Altman, Blanuša, von Niederhäusern, Egressy, Anghel and
// Atasu 2023 (NeurIPS Datasets and Benchmarks). Every search is exhaustive but for what
// it says: hubs, through which it does not look, and the bounds that it reached.
package pattern
