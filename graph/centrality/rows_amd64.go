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
func forwardAVX512(s *step)

//go:noescape
func backwardAVX512(s *step)

// vectorSteps returns the steps in vector registers, nil on a processor without AVX-512.
func vectorSteps() *steps {
	if !hasAVX512 {
		return nil
	}
	return &steps{spreadAVX512, listAVX512, forwardAVX512, backwardAVX512}
}
