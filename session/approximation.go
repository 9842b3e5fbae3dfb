package session

import (
	"github.com/chokepoint/chokepoint/graph/centrality"
	"github.com/chokepoint/chokepoint/graph/network"
)

// ApproximationMode says when to sample, as the API names it.
type ApproximationMode string

// The modes.
const (
	// Automatic samples where the exact answer would take too long; see samples.
	Automatic ApproximationMode = "AUTOMATIC"
	Exact     ApproximationMode = "EXACT"
	Sampled   ApproximationMode = "SAMPLED"
)

// Approximation says whether an answer may be an estimate, and how good a one. The zero
// value samples where needed, to an error of 0.01 with a confidence of 0.95.
type Approximation struct {
	Mode       ApproximationMode
	MaxError   float64 // of a normalized score; 0 is 0.01
	Confidence float64 // 0 is 0.95
	Seed       int64
}

// exactWork is the product of entities and links up to which an exact measure is
// computed unless asked otherwise: some ten seconds on two processors. What is visible
// alone decides, so that the choice tells nothing of what is not.
var exactWork = map[string]float64{
	"BETWEENNESS": 1e10,
	"CLOSENESS":   1e11, // searches go by the hundred
	"HARMONIC":    1e11,
}

// costlyWork is how many times as long a search takes where links cost different amounts.
const costlyWork = 4

// samples says whether a measure of a network is estimated.
func (a Approximation) samples(measure string, costly bool, net *network.Network) bool {
	if centrality.SampledNamed(measure) == nil || a.Mode == Exact {
		return false
	}
	work := float64(net.NumNodes()) * float64(net.NumLinks())
	if costly {
		work *= costlyWork
	}
	return a.Mode == Sampled || work > exactWork[measure]
}

// sampling is what the kernels are asked for.
func (a Approximation) sampling() centrality.Sampling {
	s := centrality.Sampling{Error: a.MaxError, Confidence: a.Confidence, Seed: uint64(a.Seed)}
	if s.Error == 0 {
		s.Error = 0.01
	}
	if s.Confidence == 0 {
		s.Confidence = 0.95
	}
	return s
}

// on says of an answer how exact it is, from the number of samples that it needed.
func (a Approximation) on(c ComputedOn, samples int) ComputedOn {
	if samples == 0 {
		return c
	}
	s := a.sampling()
	c.Exact, c.Samples, c.Error, c.Confidence, c.Seed = false, &samples, &s.Error, &s.Confidence, &a.Seed
	return c
}
