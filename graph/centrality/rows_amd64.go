package centrality

// avx512 says whether the processor has AVX-512 (foundation) and POPCNT, and the system
// keeps its registers.
func avx512() bool

var hasAVX512 = avx512()

//go:noescape
func spreadAVX512(w *wave)

//go:noescape
func listAVX512(w *wave)

//go:noescape
func forward32AVX512(s *step[float32])

//go:noescape
func backward32AVX512(s *step[float32])

//go:noescape
func forward64AVX512(s *step[float64])

//go:noescape
func backward64AVX512(s *step[float64])

// vectorSteps32 returns the steps of float32 in vector registers, nil on a processor
// without AVX-512.
func vectorSteps32() *steps[float32] {
	if !hasAVX512 {
		return nil
	}
	return &steps[float32]{spreadAVX512, listAVX512, forward32AVX512, backward32AVX512}
}

// vectorSteps64 returns those of float64.
func vectorSteps64() *steps[float64] {
	if !hasAVX512 {
		return nil
	}
	return &steps[float64]{spreadAVX512, listAVX512, forward64AVX512, backward64AVX512}
}
