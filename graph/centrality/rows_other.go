//go:build !amd64

package centrality

// vectorSteps returns nil: the steps are written for AVX-512 alone.
func vectorSteps() *steps { return nil }
