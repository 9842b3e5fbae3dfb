// Package community finds what hangs together more than the rest: triangles and
// clustering, and groups by Leiden's algorithm.
//
// Functions are pure: the same network, the same answer, whatever GOMAXPROCS. Direction
// of links is ignored unless said; loops and, without weights, parallel links do not
// count.
package community
