// Package noninterference holds one test: nothing that a viewer may not see changes
// a byte of what it is answered.
//
// Two worlds are built through the public API. They get the same visible writes in
// the same order; one of them also gets writes that the viewer may not see, in
// between and within the same batches. Then both are asked the same random
// questions over every root field of the schema, and every byte must be equal:
// data, counts, ranks, cursors, tokens, errors. The test itself is scored by the
// leaks that tools/mutants plants: it must catch each.
package noninterference
