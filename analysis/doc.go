// Package analysis answers the questions of an investigation on a network: which
// few nodes or links break it, and which ways lead through given places. It
// combines the kernels of package graph; it knows no viewer, no store and no
// identifiers, only the dense indices of a network.
package analysis
