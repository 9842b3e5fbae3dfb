package centrality

import (
	"context"
	"math"

	"github.com/chokepoint/chokepoint/graph"
	"github.com/chokepoint/chokepoint/graph/network"
)

// Sampling says how good the answer of a sampled measure shall be.
type Sampling struct {
	// Error is how far a normalized score may be off, from 0.0001 and below 1.
	Error float64
	// Confidence is the probability, below 1, with which no score is off by more and
	// every score lies within its interval.
	Confidence float64
	// Seed chooses the samples: the same seed gives the same answer to the last bit.
	Seed uint64
}

// Estimate is the answer of a sampled measure.
type Estimate struct {
	// Scores holds for each node the estimate. Low and High hold an interval around
	// it: with the asked confidence all intervals together hold the exact scores.
	Scores, Low, High []float64
	// Samples is how many were drawn, 0 where none was needed.
	Samples int
}

// Sampled estimates the scores of a network's nodes.
type Sampled func(context.Context, *network.Network, Options, Sampling) (Estimate, error)

// sampled holds the measures with a sampled form by the names that the API gives them.
var sampled = map[string]Sampled{
	"BETWEENNESS": SampledBetweenness,
	"CLOSENESS":   SampledCloseness,
	"HARMONIC":    SampledHarmonic,
}

// SampledNamed returns the sampled form of the measure with this name; nil if there is
// none.
func SampledNamed(name string) Sampled { return sampled[name] }

func (s Sampling) check() error {
	if !(s.Error >= 1e-4 && s.Error < 1) {
		return graph.Errorf(graph.BadUserInput, "an error of %v is not from 0.0001 to below 1; 0.01 is usual", s.Error)
	}
	if !(s.Confidence > 0 && s.Confidence < 1) {
		return graph.Errorf(graph.BadUserInput, "a confidence of %v is not above 0 and below 1; 0.95 is usual", s.Confidence)
	}
	return nil
}

// doubt is the probability with which an answer may be wrong.
func (s Sampling) doubt() float64 { return 1 - s.Confidence }

// checkGrowth is the factor by which samples grow from one look at the intervals to
// the next. Smaller overshoots less and looks more often, for which each look has to
// be surer.
const checkGrowth = 1.2

// schedule is when to look at the intervals: from the first number of samples on by
// checkGrowth to the last, which depends on the number of looks, if only a little.
func schedule(first int, last func(looks int) int) []int {
	grown := func(last int) []int {
		looks := []int{min(max(first, 1), last)}
		for looks[len(looks)-1] < last {
			looks = append(looks, min(last, int(math.Ceil(float64(looks[len(looks)-1])*checkGrowth))))
		}
		return looks
	}
	return grown(last(len(grown(last(1))) + 4))
}

// chernoff returns the interval of means that explain an average of samples from [0, 1]
// with a probability of at least 2·e^−doubts: exp(−samples·kl(mean, q)) bounds the
// probability of an average that far from q on one side (Hoeffding 1963, theorem 1).
func chernoff(mean float64, samples int, doubts float64) (low, high float64) {
	slack := doubts / float64(samples)
	if mean > 0 {
		low = edge(mean, 0, slack)
	}
	if mean == 0 {
		return 0, -math.Expm1(-slack)
	}
	high = 1
	if mean < 1 {
		high = edge(mean, 1, slack)
	}
	return low, high
}

// edge finds the q between the mean and an end of [0, 1] at which kl(mean, q) is slack,
// by bisection; of its last bracket the side that makes the interval wider.
func edge(mean, end, slack float64) float64 {
	in, out := mean, end
	for range 60 {
		middle := (in + out) / 2
		if kl(mean, middle) > slack {
			out = middle
		} else {
			in = middle
		}
		if math.Abs(out-in) < 1e-12 {
			break
		}
	}
	return out
}

// kl is the relative entropy of two coins (Kullback and Leibler 1951).
func kl(p, q float64) float64 {
	sum := 0.0
	if p > 0 {
		sum += p * math.Log(p/q)
	}
	if p < 1 {
		sum += (1 - p) * math.Log((1-p)/(1-q))
	}
	return sum
}
