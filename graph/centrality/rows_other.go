//go:build !amd64

package centrality

// vectorSteps32 returns nil: the steps are written for AVX-512 alone.
func vectorSteps32() *steps[float32] { return nil }

// vectorSteps64 returns nil too.
func vectorSteps64() *steps[float64] { return nil }
