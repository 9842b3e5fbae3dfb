package networktest

import (
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Fuzz lets the fuzzer draw what a property is tried on, at first from random bytes.
func Fuzz(f *testing.F, property func(*rapid.T)) {
	seed := make([]byte, 1<<14)
	_, _ = rand.NewChaCha8([32]byte{}).Read(seed) // never fails
	f.Add(seed)
	f.Fuzz(rapid.MakeFuzz(property))
}
