package projection

import "math/bits"

// vector is a growing list whose elements never move: chunk k holds 64·2^k of
// them. One writer may append while others read what was there before, if they
// learn its place by way of an atomic load after the writer's atomic store.
type vector[T any] struct {
	chunks [27][]T
}

func (v *vector[T]) at(i uint32) *T {
	chunk, offset := placeOf(i)
	return &v.chunks[chunk][offset]
}

// grow returns element i, the first that the vector does not have yet.
func (v *vector[T]) grow(i uint32) *T {
	chunk, offset := placeOf(i)
	if v.chunks[chunk] == nil {
		v.chunks[chunk] = make([]T, 64<<chunk)
	}
	return &v.chunks[chunk][offset]
}

func placeOf(i uint32) (chunk, offset uint) {
	j := uint(i) + 64
	chunk = uint(bits.Len(j)) - 7
	return chunk, j - 64<<chunk
}
